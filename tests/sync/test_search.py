"""The search index: what is found under which words, and that a page's row depends on that page alone."""

import copy
import gzip
import json

import pytest

from sync.pages import group_pages
from sync.search import LETTERS, Row, calls, fold, rows, stems
from tests.bench.corpus import edition, lessons
from tests.editions import CONTENT as LESSONS
from tests.editions import lesson_of, sample_content

CONTENT = sample_content()


def read(text: str) -> list[list[str]]:
    """The rows of a call, as a browser would read them, with their stems in Russian letters."""
    first, *lines, last, empty = text.split("\n")
    assert (first, last, empty) == ("korablik_search([", "0])", "")
    russian = str.maketrans(LETTERS, "".join(map(chr, range(ord("а"), ord("я") + 1))))
    found = [json.loads(line.removesuffix(",")) for line in lines]
    return [[*row[:4], row[4].translate(russian)] for row in found]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("умножение", "умножением"),
        ("дробей", "дробями"),
        ("Зелёный", "зеленая"),
        ("мектебі", "мектептерімізде"),
        ("Қазақстан", "ҚАЗАҚСТАНДА"),
        ("Өзеннің", "өзендер"),
        ("ғылымы", "ғылымға"),
        ("әңгіме", "әңгімелер"),
    ],
)
def test_forms_of_a_word_share_their_stem(one, other):
    assert stems(one) == stems(other) != set()


def test_kazakh_letters_are_folded_to_those_of_a_russian_keyboard():
    assert fold("ҚАЗАҚ тіліңнің Ғ ү ұ ө һ ә") == "казак тилиннин г у у о х а"
    assert fold("Ё") == "е"
    assert stems("и\u0306од") == stems("йод")  # two characters that look like one


def test_words_that_every_page_holds_are_left_out():
    assert stems("Это что и для нас? В 1812 году: ОК, 12 км.") == {"нас", "1812", "год"}


def test_a_row_names_the_page_and_holds_the_words_of_its_text():
    key = lesson_of(CONTENT, "7", "2026-12-07", 3)
    found = {row[0]: row for row in read(calls(group_pages(CONTENT, "7")))}
    _, title, subject, date, words = found[f"lesson-{key}.html"]
    assert (title, subject, date) == ("Плотность вещества", "Физика", "2026-12-07")
    assert {"картофе", "кубик", "алюмин"} <= set(words.split())
    assert words.split() == sorted(set(words.split()))
    assert not {"плотност", "физик"} & set(words.split())  # they are in the title
    assert "http" not in words


def test_what_has_no_page_of_its_own_is_found_where_it_stands():
    found = read(calls(group_pages(CONTENT, "7")))
    assert ["tv.html", "Плотность вещества", "Физика", "2026-12-07", "школ"] in found
    assert ["day-2026-12-08.html", "Строение листа", "Биология", "2026-12-08", ""] in found
    assert ["contacts.html", "Уткина Виктория Фёдоровна", "классный руководитель 7 класса", "", ""] in found
    assert [row[1] for row in found if row[0] == "notices.html"] == ["Автобус в четверг раньше", "Учебник географии"]
    assert not [row for row in found if row[0].startswith(("index", "week", "search"))]


def test_control_works_and_exams_are_found():
    content = copy.deepcopy(CONTENT)
    content["assessments"] = {"7": [{"date": "2026-12-09", "subject": "Алгебра", "kind": "control", "number": 2,
                                     "topic": "Линейные уравнения"}]}  # fmt: skip
    content["exams"] = {"7": [{"date": "2026-12-10", "start": "10:00", "minutes": 120, "subject": "Геометрия",
                               "kind": "exam", "room": "12"}]}  # fmt: skip
    found = [row[1] for row in read(calls(group_pages(content, "7"))) if row[0] == "exams.html"]
    assert found == ["Линейные уравнения", "Геометрия"]


def test_on_a_page_of_another_kind_each_text_with_a_title_is_found():
    acts = [{"title": "Устав", "body": "Права **учащихся**", "from": "2026-09-01"}, {"title": "Приказ", "url": "1"}]
    data = {"frame": {"title": "Заречная школа"}, "kinds": [{"kind": "act", "documents": acts}]}
    page = {"template": "documents.html", "title": "7", "data": data}
    assert list(rows("documents.html", page)) == [Row("documents.html", "Устав", "", "", "Права **учащихся**")]


def test_one_changed_page_changes_one_line():
    before = calls(group_pages(CONTENT, "7")).split("\n")
    content = copy.deepcopy(CONTENT)
    lesson = content["lessons"][lesson_of(content, "7", "2026-12-10", 2)]
    content["materials"][lesson["material"]]["body"] += "\n\nПарабола и гипербола."
    after = calls(group_pages(content, "7")).split("\n")
    assert len([line for line in after if line not in before]) == 1
    assert len(before) == len(after)


def test_a_title_cannot_break_out_of_the_script():
    content = copy.deepcopy(CONTENT)
    for notice in content["notices"].values():
        notice["title"] = 'a"]);\u2028alert(1)//\\\n</script>'
    assert read(calls(group_pages(content, "7")))
    assert "\u2028" not in calls(group_pages(content, "7"))


@pytest.mark.parametrize("content", [CONTENT, edition(lessons(35, 1)).content], ids=["village", "35 lessons"])
def test_the_index_of_a_week_is_small(content):
    slug = "7" if "7" in content["groups"] else "1a"
    assert len(gzip.compress(calls(group_pages(content, slug)).encode(), 9)) < 15_000


def test_the_index_of_all_lessons_of_the_village_is_small():
    """Thirty real texts, as if one class had them in one week."""
    texts = [file.read_text("utf-8").split("---\n", 2)[2] for file in sorted(LESSONS.glob("[0-9]*.md"))]
    made = edition({"1a": [(f"Тема {n}", text) for n, text in enumerate(texts)]}).content
    assert len(texts) >= 30
    assert len(gzip.compress(calls(group_pages(made, "1a")).encode(), 9)) < 15_000
