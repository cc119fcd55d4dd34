"""Markdown lessons: what is taken, what is flagged to the author, what is refused."""

import pytest

from server.importers.registry import read

LESSON = """---
grade: 7
subject: Физика
date: "2026-12-07"
lesson: 3
topic: Инерция
form: tv
resources:
  - {title: Опыт, source: Музей физики, url: "https://example.org/a", size_kb: 60}
task:
  text: Реши две задачи.
  due_days: 2
  kind: homework
  scale: five
---

# Инерция
## Начало
Текст.
"""


def lesson(*changes, text=LESSON):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read("content", "folder/07.md", text.encode())


def codes(result):
    return [(finding.code, finding.column) for finding in result.findings]


def test_a_plain_lesson():
    result = lesson()
    (row,) = result.rows
    assert result.findings == ()
    assert (row.key, row.body) == ("07.md", "## Начало\nТекст.\n")
    assert (row.task.due_days, row.task.max_points) == (2, None)
    assert row.resources[0].source == "Музей физики"


def test_line_ends_and_marks_of_windows_make_no_difference():
    windows = read("content", "07.md", b"\xef\xbb\xbf" + LESSON.replace("\n", "\r\n").encode()).rows[0]
    plain = lesson().rows[0]
    assert (windows.body, windows.task, windows.topic) == (plain.body, plain.task, plain.topic)


def test_the_id_is_the_key_where_there_is_one():
    assert lesson(("grade: 7", "id: phys-7-1\ngrade: 7")).rows[0].key == "phys-7-1"


def test_another_heading_stays():
    assert lesson(("# Инерция", "# Опыт")).rows[0].body.startswith("# Опыт")


def test_dates_of_yaml_are_dates():
    assert lesson(('"2026-12-07"', "2026-12-07")).rows[0].date.isoformat() == "2026-12-07"


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (("form: tv\n", ""), ("content_form_missing", "form")),
        ((" source: Музей физики,", ""), ("content_source_missing", "resources[1].source")),
        (("  due_days: 2\n", ""), ("content_due_missing", "task.due_days")),
        (("lesson: 3\n", ""), ("content_place_missing", "lesson")),
        (("https://example.org/a", "javascript:alert(1)"), ("content_url", "resources[1].url")),
        (("form: tv", "form: tv\nfrom: me"), ("content_key_unknown", "from")),
    ],
)
def test_what_the_author_still_owes_is_flagged_and_the_lesson_taken(change, flag):
    result = lesson(change)
    assert codes(result) == [flag]
    assert {finding.level for finding in result.findings} == {"warning"}
    assert len(result.rows) == 1


def test_a_lesson_without_a_task_says_so():
    start, end = LESSON.index("task:"), LESSON.index("---\n\n#")
    result = lesson(text=LESSON[:start] + LESSON[end:])
    assert [(finding.level, finding.code) for finding in result.findings] == [("info", "content_task_missing")]
    assert result.rows[0].task is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("grade: 7", "grade: seven"), ("content_not_number", "grade")),
        (("grade: 7", "grade: 12"), ("content_not_number", "grade")),
        (("grade: 7\n", ""), ("content_key_missing", "grade")),
        (("subject: Физика", "subject: [Физика]"), ("content_not_text", "subject")),
        (('"2026-12-07"', '"7 декабря"'), ("content_not_date", "date")),
        (("form: tv", "form: radio"), ("content_not_a_choice", "form")),
        (("due_days: 2", "due_days: -1"), ("content_not_number", "task.due_days")),
        (("kind: homework", "kind: sport"), ("content_not_a_choice", "task.kind")),
        (("scale: five", "scale: points"), ("content_points_missing", "task.max_points")),
        (("{title: Опыт, source: Музей физики,", "[{title: Опыт, source: Музей физики,"), None),
        (("  text: Реши две задачи.\n", ""), ("content_key_missing", "task.text")),
    ],
)
def test_what_cannot_be_read_is_an_error_naming_its_key(change, error):
    result = lesson(change)
    assert result.rows == ()
    assert "error" in {finding.level for finding in result.findings}
    assert error is None or codes(result) == [error]


def test_a_file_without_front_matter_is_refused():
    assert codes(read("content", "README.md", b"# Readme\n")) == [("content_no_front_matter", "")]


def test_broken_keys_are_refused_with_their_line():
    result = lesson(("lesson: 3", "lesson: {3"))
    assert [(finding.code, finding.refuses) for finding in result.findings] == [("content_front_matter_broken", True)]
    assert result.findings[0].data["line"] > 4
