"""Questions to tick in a lesson's file: every way to write them, and what is wrong named by its key."""

import pytest

from server.importers.answer_rows import AnswerRow
from server.importers.content import read_content

HEAD = """---
grade: 7
subject: Физика
topic: Плотность
date: "2026-12-07"
lesson: 3
form: self
task:
  text: Реши.
  due_days: 2
"""


def read(answers: str):
    return read_content("07.md", f"{HEAD}{answers}\n---\n# Плотность\n".encode())


def test_every_kind_of_question_is_read():
    found = read("""  answers:
    - {label: Столица, options: "А, Б, В", key: Б}
    - kind: several
      options: ["0,5 кг", "500 г", "5 кг"]
      key: "А, Б"
      points: 2
    - {digits: 3, key: 45}
    - {options: АБВГ}
""")
    assert not found.findings
    assert found.rows[0].task.answers == (
        AnswerRow("one", "Столица", ("А", "Б", "В"), 0, (1,), 1),
        AnswerRow("several", "", ("0,5 кг", "500 г", "5 кг"), 0, (0, 1), 2),
        AnswerRow("number", "", (), 3, ("045",), 1),
        AnswerRow("one", "", ("А", "Б", "В", "Г"), 0, (), 1),
    )


@pytest.mark.parametrize(
    ("answer", "code", "column"),
    [
        ("{options: А}", "content_options", "task.answers[1].options"),
        ("{options: [А, А]}", "content_options", "task.answers[1].options"),
        ("{options: [[А], Б]}", "content_not_text", "task.answers[1].options"),
        ("{options: АБ, key: В}", "content_key_wrong", "task.answers[1].key"),
        ("{options: АБ, key: А, points: 0}", "content_not_number", "task.answers[1].points"),
        ("{kind: number, key: 7}", "content_key_missing", "task.answers[1].digits"),
        ("{digits: 7, key: 7}", "content_not_number", "task.answers[1].digits"),
        ("{digits: 1, key: 12}", "content_key_wrong", "task.answers[1].key"),
        ("{kind: essay, options: АБ}", "content_not_a_choice", "task.answers[1].kind"),
        ("{options: АБ, colour: red}", "content_key_unknown", "task.answers[1].colour"),
    ],
)
def test_what_is_wrong_is_named_by_its_key(answer, code, column):
    found = read(f"  answers:\n    - {answer}")
    assert (code, column) in {(finding.code, finding.column) for finding in found.findings}
    assert bool(found.rows) is (code == "content_key_unknown")


def test_a_list_that_is_none_and_too_many_are_refused():
    assert not read("  answers: five").rows
    assert not read("  answers:\n" + "    - {options: АБ}\n" * 61).rows
