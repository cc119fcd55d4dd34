"""What stands on the sheets, as HTML: shared sheets say nothing of day, group or student."""

from dataclasses import replace
from pathlib import Path

import pytest

from printables.compose import Composer, is_young
from printables.texts import Texts, texts_of
from printables.views import student_lessons, week_lessons
from tests.editions import lesson_of, sample_content
from tests.printables.rosters import sample_roster


@pytest.fixture
def content():
    return sample_content()


@pytest.fixture
def roster(content):
    return sample_roster(content)


@pytest.fixture
def composer(content, roster):
    return Composer(content, roster, texts_of("ru", Path("/nowhere")))


def material_of(content, group, date, n):
    return content["materials"][content["lessons"][lesson_of(content, group, date, n)]["material"]]


def test_a_lesson_sheet_is_shared(composer, content):
    html = composer.lesson(material_of(content, "7", "2026-12-07", 3))
    assert html.count("Плотность вещества</h1>") == 1
    assert "Школа-ТВ" in html  # where the recording is, in words
    assert "61 MB" in html
    assert not any(word in html for word in ("декабря", "2026-12-07", "Берёзкин"))


def test_a_drawing_is_black_and_large_enough(composer, content):
    html = composer.lesson(material_of(content, "8", "2026-12-08", 1))
    assert 'width="264" height="132"' in html  # 220 × 110 in the lesson
    assert 'viewBox="0 0 220 110"' in html
    ruler = composer.lesson(material_of(content, "1", "2026-12-09", 3))
    assert "#c00" not in ruler


def test_a_drawing_is_not_made_wider_than_the_page(composer, content):
    drawing = '<svg width="900" height="90" viewBox="0 0 900 90"></svg>'
    wide = {"title": "", "body": drawing, "resources": [], "grade": 7}
    assert '<svg font-family="Paper, Signs" width="640" height="64" viewBox="0 0 900 90">' in composer.lesson(wide)


def test_titles_are_text(composer, content):
    task = next(iter(content["tasks"].values())) | {"title": "<b>1 < 2</b>", "text": "<script>x</script>Реши"}
    html = composer.task(task, large=False)
    assert "&lt;b&gt;1 &lt; 2&lt;/b&gt;" in html
    assert "<script" not in html


def test_the_cover_says_what_to_do_and_by_when(composer, content, roster):
    lessons = student_lessons(week_lessons(content, roster), roster.students[0], roster.week)
    pages = {key: number for number, view in enumerate(lessons) for key in (view.id, *view.tasks)}
    html = "".join(composer.cover(lessons, pages, 12))
    assert "3 tasks to hand in" in html
    assert "+7 999 000-00-20" in html
    assert "TV 10:40, Школа-ТВ" in html
    assert "чт, 10 декабря" in html
    assert "Автобус в четверг раньше" in html and "Учебник географии" in html
    assert "utkina" not in html  # a contact without a phone is no use on paper


def test_a_cover_without_tasks_asks_for_nothing(composer, content, roster):
    student = replace(roster.students[0], works={})
    lessons = student_lessons(week_lessons(content, roster), student, roster.week)
    html = "".join(composer.cover(lessons, {view.id: number for number, view in enumerate(lessons)}, 12))
    assert "Nothing to hand in this week." in html and "0 tasks" not in html
    assert "How to hand in" not in html and "+7 999 000-00-20" in html


def test_nothing_of_a_class_is_outside_on_the_cover(composer, content, roster):
    lessons = student_lessons(week_lessons(content, roster), roster.students[0], roster.week)
    pages = {key: number for number, view in enumerate(lessons) for key in (view.id, *view.tasks)}
    other = Composer(content, replace(roster, group="8", group_name="8 «Б»"), texts_of("ru", Path("/nowhere")))
    assert composer.cover(lessons, pages, 12)[0] == other.cover(lessons, pages, 12)[0]
    assert "8 «Б»" in other.cover(lessons, pages, 12, named=False)[0]


def test_templates_are_kept_compiled_and_a_spoilt_one_is_compiled_anew(content, roster, tmp_path):
    task = next(iter(content["tasks"].values()))

    def sheet() -> str:
        return Composer(content, roster, Texts("ru", Path("/nowhere")), kept=tmp_path).task(task, large=False)

    first, files = sheet(), sorted(tmp_path.iterdir())
    assert files
    for spoil in (lambda data: data[:90], lambda data: data[:-40] + bytes(40), lambda data: b""):
        for file in files:
            file.write_bytes(spoil(file.read_bytes()))
        assert sheet() == first


def test_a_cancelled_lesson_is_struck_out(content):
    roster = sample_roster(content, "8")
    composer = Composer(content, roster, texts_of("ru", Path("/nowhere")))
    lessons = student_lessons(week_lessons(content, roster), roster.students[0], roster.week)
    pages = {key: 1 for view in lessons for key in (view.id, *view.tasks)}
    html = "".join(composer.cover(lessons, pages, 12))
    assert "<s>ОБЗР</s>" in html
    assert "cancelled" in html


def test_an_additional_lesson_says_so(content):
    lesson = next(x for x in content["lessons"].values() if x["group"] == "8" and x["date"] == "2026-12-08")
    lesson["change"] = {"kind": "added", "from": None}
    roster = sample_roster(content, "8")
    composer = Composer(content, roster, texts_of("ru", Path("/nowhere")))
    lessons = student_lessons(week_lessons(content, roster), roster.students[0], roster.week)
    html = "".join(composer.cover(lessons, {key: 1 for view in lessons for key in (view.id, *view.tasks)}, 12))
    assert html.count("additional lesson") == 1


def test_another_groups_notice_is_left_out(content):
    composer = Composer(content, sample_roster(content, "8"), texts_of("ru", Path("/nowhere")))
    html = "".join(composer.cover([], {}, 2))
    assert "Автобус" in html
    assert "Учебник географии" not in html


def test_the_youngest_read_large_letters(composer, content):
    assert 'class="lesson large"' in composer.lesson(material_of(content, "1", "2026-12-09", 3))
    assert 'class="lesson"' in composer.lesson(material_of(content, "3", "2026-12-09", 3))
    assert [is_young(grade) for grade in (1, 2, 3, None)] == [True, True, False, False]
