"""Questions that lessons' files brought: stored with the task, taken anew with the file, published without the key."""

import json

from sqlalchemy import select

from server.extensions import db
from server.models import AnswerField, Edition, Task
from server.security import config
from tests.server import village
from tests.server.village import bring

FILE = "content/07-fizika-0712.md"
QUESTIONS = 4


def questions() -> list[AnswerField]:
    db.session.expire_all()
    return list(db.session.scalars(
        select(AnswerField).join(Task, Task.id == AnswerField.task_id).where(Task.title == "Плотность вещества")
        .order_by(AnswerField.position)
    ))  # fmt: skip


def test_an_edition_shows_the_questions_and_never_what_is_right(published):
    assert [one.key for one in questions()] == [[2], ["450"], [1], [0, 1]]
    edition = db.session.scalars(select(Edition)).one()
    content = json.loads((config().editions / edition.id / "edition.json").read_bytes())
    shown = [one for task in content["tasks"].values() for one in task.get("answers", ())]
    assert len(shown) > QUESTIONS
    assert all(one.keys() == {"kind", "label", "options", "digits"} for one in shown)
    without = [task for task in content["tasks"].values() if "answers" not in task]
    assert without and all(task.get("answers") != [] for task in content["tasks"].values())


def test_a_newer_file_replaces_its_questions(here):
    text = village.read(FILE).decode()
    start = text.index("    - label: \"Что верно")
    newer = text[:start] + text[text.index("---", start) :]
    report = bring("content", ("07-fizika-0712.md", newer.replace("key: 450", "key: 45").encode()))
    assert report.counts == {"updated": 1}
    assert [one.key for one in questions()] == [[2], ["045"], [1]]
    assert bring("content", ("07-fizika-0712.md", text.encode())).counts == {"updated": 1}
    assert [(one.position, one.key) for one in questions()] == [(1, [2]), (2, ["450"]), (3, [1]), (4, [0, 1])]
    assert bring("content", ("07-fizika-0712.md", text.encode())).counts in ({}, {"unchanged": 1})
