"""The desk of conflicts: both sides are seen with who, when and from where, and one tap by who may decide ends it."""

import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from server.extensions import db
from server.models import Device, MarkAct, Op, Term
from server.policy import Realm
from server.services import commands, conflicts, returns, works
from server.services.commands.console import Call
from server.services.conflict_kinds import KINDS
from sync import ops
from tests.server import factory, logbook
from tests.server.logbook import NOW
from tests.server.web.world import World

AT = "2026-12-05T08:00:00+05:00"
EVERYTHING = dict.fromkeys(KINDS, Realm(True, frozenset(), frozenset()))


def _page(app: APIFlask, world: World, role: str, path: str = "/conflicts/") -> str:
    answer = factory.signed_in(app, world.accounts[role]).get(path)
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", unescape(answer.text))


def _keep(app: APIFlask, world: World, role: str, path: str, value: str, draft: str = "") -> tuple[int, str]:
    client = factory.signed_in(app, world.accounts[role])
    draft = draft or _draft(client.get(path).text)
    answer = client.post(path, data={"draft": draft, "value": value})
    db.session.rollback()
    return answer.status_code, re.sub(r"\s+", " ", unescape(answer.text))


def _draft(html: str) -> str:
    return re.search(r'name="draft" value="([^"]+)"', html)[1]


def _open(world: World) -> list[conflicts.Conflict]:
    db.session.rollback()
    return conflicts.find(db.session, EVERYTHING)


@pytest.fixture
def two_marks(world: World) -> str:
    """Two people marked one work without knowing of each other: one on a phone, days before it arrived."""
    code = world.near.code
    logbook.hand_in(code, mark="4", author=world.person("subject_teacher"), comment="neat", channel="photo")
    factory.add(Device(origin="ab" * 8, person_id=world.person("network_teacher"), name="Nokia", public_key="x",
                       enrolled_at=datetime(2026, 9, 1, tzinfo=UTC)))  # fmt: skip
    data = {"code": code, "mark": {"verdict": "mark", "value": "5"}, "comment": "<b>bold</b>"}
    envelope = ops.envelope("ab" * 8, 0, "mark", world.person("network_teacher"), AT, data)
    assert [one.outcome for one in returns.receive(returns.Delivery([envelope], NOW, factory.TODAY))] == ["conflict"]
    db.session.rollback()
    return f"/conflicts/mark/{code}"


def test_both_sides_are_told_with_who_when_and_from_where(app: APIFlask, world: World, two_marks: str) -> None:
    for path in ("/conflicts/", two_marks):
        html = _page(app, world, "subject_teacher", path)
        four, five = html.split('<div class="value">')[1:3]
        assert "<b>4</b>" in four and "Rulev Subject-teacher Petrovich, 7 Dec, 08:00" in four
        assert "; typed in the office, photo" in four
        assert "neat" in four and "<b>5</b>" in five and "&lt;b&gt;bold" not in five
        assert "Network-teacher" in five and "5 Dec, 08:00; phone “Nokia”; at school 7 Dec, 08:00" in five
        assert "Veslov Yegor, “No. 412–415”" in html
    raw = factory.signed_in(app, world.accounts["subject_teacher"]).get(two_marks).text
    assert "<b>bold" not in raw


def test_one_tap_decides_and_everything_stays(app: APIFlask, world: World, two_marks: str) -> None:
    status, _html = _keep(app, world, "subject_teacher", two_marks, "mark:5")
    assert status == 303 and _open(world) == []
    work_id = db.session.scalar(select(MarkAct.work_id).limit(1))
    state = works.states(db.session, [work_id])[work_id]
    assert state.shown.value == ("mark", "5") and not state.conflict and len(state.shown.base) == 2
    assert len(works.marks_of(db.session, work_id)) == 3
    html = _page(app, world, "subject_teacher", two_marks)
    assert "3 records in the history" in html and "Said before: 4" in html and html.count("replaced") == 2


def test_a_decision_is_undone_by_deciding_anew(app: APIFlask, world: World, two_marks: str) -> None:
    _keep(app, world, "subject_teacher", two_marks, "mark:5")
    assert _keep(app, world, "subject_teacher", two_marks, "mark:4")[0] == 303
    now = conflicts.one(db.session, "mark", world.near.code)
    assert now.sides == (("mark", "4"),) and now.past == (("mark", "5"),) and not now.is_open


def test_a_double_tap_is_one_decision_and_another_tap_on_the_same_page_none(
    app: APIFlask, world: World, two_marks: str
) -> None:
    draft = _draft(factory.signed_in(app, world.accounts["subject_teacher"]).get(two_marks).text)
    before = db.session.scalar(select(db.func.count()).select_from(Op))
    for _tap in range(2):
        assert _keep(app, world, "subject_teacher", two_marks, "mark:5", draft)[0] == 303
    assert db.session.scalar(select(db.func.count()).select_from(Op)) == before + 1
    assert _keep(app, world, "subject_teacher", two_marks, "mark:4", draft)[0] == 409
    assert conflicts.one(db.session, "mark", world.near.code).sides == (("mark", "5"),)


def test_what_arrives_while_somebody_decides_is_not_lost(app: APIFlask, world: World, two_marks: str) -> None:
    draft = _draft(factory.signed_in(app, world.accounts["subject_teacher"]).get(two_marks).text)
    logbook.mark(world.near.code, "2")
    db.session.rollback()
    status, html = _keep(app, world, "subject_teacher", two_marks, "mark:5", draft)
    assert status == 409 and "Somebody else saved another value" in html
    [one] = _open(world)
    assert set(one.sides) == {("mark", "5"), ("mark", "2")}


def test_who_sees_marks_sees_it_and_only_the_teacher_decides(app: APIFlask, world: World, two_marks: str) -> None:
    for role in ("deputy_studies", "class_teacher", "tutor", "director"):
        for path in ("/conflicts/", two_marks):
            html = _page(app, world, role, path)
            assert "Veslov Yegor" in html and "Keep: 5" not in html and 'name="draft"' not in html, role
        assert _keep(app, world, role, two_marks, "mark:5", "x")[0] == 403, role
    assert "Veslov Yegor" not in _page(app, world, "support_staff")
    assert factory.signed_in(app, world.accounts["support_staff"]).get(two_marks).status_code == 403
    assert len(_open(world)) == 1


@pytest.mark.parametrize("value", ["", "mark:", "mark:3", "absence:Н", "rubbish", "mark:5:5", "cleared:"])
def test_a_value_that_nobody_said_is_refused(app: APIFlask, world: World, two_marks: str, value: str) -> None:
    assert _keep(app, world, "subject_teacher", two_marks, value)[0] == 422
    assert len(_open(world)) == 1


@pytest.mark.parametrize("path", [
    "/conflicts/mark/000000000", "/conflicts/mark/x", "/conflicts/absence/a", "/conflicts/absence/a:b",
    "/conflicts/term_mark/a:b", "/conflicts/term_mark/a:b:c", "/conflicts/song/a",
])  # fmt: skip
def test_what_is_not_there_is_said(app: APIFlask, world: World, path: str) -> None:
    assert factory.signed_in(app, world.accounts["deputy_studies"]).get(path).status_code == 404


def test_another_persons_or_targets_form_decides_nothing(app: APIFlask, world: World, two_marks: str) -> None:
    draft = _draft(factory.signed_in(app, world.accounts["network_teacher"]).get(two_marks).text)
    assert _keep(app, world, "subject_teacher", two_marks, "mark:5", draft)[0] == 400
    other = world.near.codes[world.near.sibling]
    logbook.hand_in(other, mark="3")
    logbook.mark(other, "5")
    db.session.rollback()
    theirs = _draft(factory.signed_in(app, world.accounts["subject_teacher"]).get(f"/conflicts/mark/{other}").text)
    assert _keep(app, world, "subject_teacher", two_marks, "mark:5", theirs)[0] == 400
    assert len(_open(world)) == 2


# Absences and marks of terms


@pytest.fixture
def two_letters(world: World) -> str:
    """Somebody noted an absence, somebody else an illness."""
    lesson = world.near.lesson.lesson_course
    logbook.absent(world.near.student, lesson, "Н", author=world.person("subject_teacher"))
    logbook.absent(world.near.student, lesson, "Б", author=world.person("class_teacher"), reason="a cold")
    db.session.rollback()
    return f"/conflicts/absence/{world.near.student}:{lesson}"


def test_an_absence_is_decided_by_who_notes_absences(app: APIFlask, world: World, two_letters: str) -> None:
    html = _page(app, world, "class_teacher")
    assert "Н — absent, reason unknown" in html and "Б — ill" in html and "a cold" in html
    assert "Two values were saved" in _page(app, world, "class_teacher", "/")
    assert "Keep: Б — ill" not in _page(app, world, "director")
    assert _keep(app, world, "class_teacher", two_letters, "absence:Б")[0] == 303
    assert _open(world) == []
    row = db.session.scalars(select(Op).order_by(Op.seq.desc()).limit(1)).one()
    assert row.data["reason"] == "a cold" and len(row.base) == 2


def test_an_absence_that_was_taken_back_meanwhile(app: APIFlask, world: World) -> None:
    lesson = world.near.lesson.lesson_course
    first = logbook.absent(world.near.student, lesson, "Н")
    logbook.absent(world.near.student, lesson, None, base=(first.revision,))
    logbook.absent(world.near.student, lesson, "УП", base=(first.revision,))
    path = f"/conflicts/absence/{world.near.student}:{lesson}"
    assert "was there" in _page(app, world, "support_staff", path)
    assert _keep(app, world, "support_staff", path, "absence:")[0] == 303
    assert conflicts.one(db.session, "absence", path.rpartition("/")[2]).sides == (("absence", None),)


@pytest.mark.parametrize("of_year", [True, False])
def test_a_mark_of_a_term_keeps_its_trace(app: APIFlask, world: World, of_year: bool) -> None:
    near = world.near
    term = "" if of_year else db.session.scalars(select(Term.id)).one()
    for n, (value, mean) in enumerate([("4", "4.45"), ("5", "4.55")]):
        data = {"student": near.student, "course": near.course, "term": term, "value": value, "decided": "formula",
                "trace": json.dumps({"mean": mean})}  # fmt: skip
        envelope = ops.envelope("cd" * 8, n, "term_mark", world.person("subject_teacher"), AT, data)
        returns.receive(returns.Delivery([envelope], NOW, factory.TODAY))
    db.session.rollback()
    path = f"/conflicts/term_mark/{near.student}:{near.course}:{term}"
    assert "mark of the term" in _page(app, world, "subject_teacher")
    assert _keep(app, world, "deputy_studies", path, "term:5", "x")[0] == 403
    assert _keep(app, world, "subject_teacher", path, "term:5")[0] == 303
    row = db.session.scalars(select(Op).order_by(Op.seq.desc()).limit(1)).one()
    assert json.loads(row.data["trace"]) == {"mean": "4.55"} and row.data["decided"] == "teacher"
    assert _open(world) == []


# Lists


class Silent:
    """A console that keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


@pytest.mark.usefixtures("two_marks", "two_letters")
def test_the_command_lists_all_of_them_without_a_students_name(app: APIFlask, world: World) -> None:
    console = Silent()
    with app.test_request_context():
        document = commands.run(Call("conflicts", {}), console)
    text = json.dumps(document, ensure_ascii=False)
    assert [one["kind"] for one in document["conflicts"]] == ["absence", "mark"]
    mark = document["conflicts"][1]
    assert [one["value"] for one in mark["values"]] == ["4", "5"] and mark["history"] == 2
    assert mark["values"][1]["said"][0]["device"] == "Nokia" and mark["key"] == world.near.code
    assert "Yegor" not in text and "Yegor" not in "".join(console.lines)
    assert len(console.lines) == 3


def test_a_school_without_conflicts_is_told_so(app: APIFlask, world: World) -> None:
    logbook.hand_in(world.near.code, mark="5")
    assert "Nobody disagrees." in _page(app, world, "subject_teacher")
    assert "Two values were saved" not in _page(app, world, "subject_teacher", "/")


def test_many_conflicts_take_few_queries(app: APIFlask, world: World) -> None:
    for n in range(12):
        task = factory.task(world.near.lesson.lesson_course, f"No. {n}")
        for code in factory.works(task).values():
            logbook.hand_in(code, mark="4")
            logbook.mark(code, "5")
        logbook.absent(world.near.student, factory.lesson(world.near.course, n=n + 2).lesson_course, "Н")
    db.session.rollback()
    client = factory.signed_in(app, world.accounts["subject_teacher"])
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert client.get("/conflicts/").text.count("Keep: 5") == 24
    assert len(asked) <= 20, asked


def test_the_desk_and_the_state_of_works_say_the_same(app: APIFlask, world: World) -> None:
    """Whatever was said about works, exactly those are listed whose state is a conflict."""
    tasks = fresh_codes(world)

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(said=st.lists(st.tuples(st.sampled_from(["2", "3", "4", "5"]), st.integers(0, 3)), min_size=1, max_size=6))
    def check(said: list[tuple[str, int]]) -> None:
        code = next(tasks)
        revisions: list[str] = []
        for value, builds_on in said:
            outcome = logbook.mark(code, value, base=tuple(revisions[-builds_on:]) if builds_on else ())
            revisions = [*dict.fromkeys([*revisions, outcome.revision])]
        db.session.rollback()
        known = conflicts.one(db.session, "mark", code)
        work_id = db.session.scalar(select(works.Work.id).where(works.Work.code == code))
        assert known.is_open == works.states(db.session, [work_id])[work_id].conflict
        assert (code in {one.key for one in conflicts.find(db.session, EVERYTHING)}) == known.is_open
        assert set(known.sides + known.past) >= {("mark", value) for value, _base in said}

    check()


def fresh_codes(world: World):
    while True:
        yield from factory.works(factory.task(world.near.lesson.lesson_course)).values()
