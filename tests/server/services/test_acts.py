"""Presences, calls and marks of terms go the same way as returns: once, with their author, and never overwritten."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from server import models
from server.services import acts
from server.services.returns import Delivery, reconsider
from sync import decide, ops
from tests.server.offices import (
    COURSE,
    GROUP,
    NOW,
    OTHER,
    STUDENT,
    TEACHER,
    TODAY,
    Office,
    absence_op,
    call_op,
    office,
    presence_op,
    term_mark_op,
)

TERMS = ("6" * 32, "7" * 32, "8" * 32)


@pytest.fixture(scope="module")
def here(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office whose rows the tests of this module share; each test has origins of its own."""
    with office(blank_home, tmp_path_factory.mktemp("acts") / "home") as here:
        here.write(_add_terms)
        yield here


def _add_terms(session: Session) -> None:
    year = session.query(models.Year).one()
    for number, id_ in enumerate(TERMS, 1):
        session.add(models.Term(id=id_, year_id=year.id, kind="quarter", number=number, name=str(number),
                                starts_on=year.starts_on, ends_on=year.ends_on))  # fmt: skip


def test_every_type_of_op_has_its_kind():
    assert acts.KINDS.keys() == ops.TYPES.keys()


@pytest.mark.parametrize("make", [presence_op, call_op, lambda origin: term_mark_op(origin, "5", term=TERMS[2])])
def test_a_resend_is_a_duplicate_and_other_bytes_are_held(here: Office, make):
    origin = {"presence_op": 100, "call_op": 101}.get(getattr(make, "__name__", ""), 102)
    op = make(origin)
    assert [one.outcome for one in here.receive(op, op)] == ["accepted", "duplicate"]
    other = {**op, "at": "2026-12-07T09:00:00+05:00"}
    assert [(one.outcome, one.reason) for one in here.receive(other)] == [("held", "op_same_id")]


def test_a_presence_is_kept_as_it_was_said(here: Office):
    assert here.receive(presence_op(200, False, behaviour="left early"))[0].outcome == "accepted"
    columns = models.Presence.student_id, models.Presence.present, models.Presence.behaviour, models.Presence.author_id
    assert (STUDENT, False, "left early", TEACHER) in here.rows(*columns)


def test_a_presence_of_somebody_who_does_not_belong_there_is_rejected(here: Office):
    assert here.receive(presence_op(201, student=OTHER))[0].reason == "student_unknown"
    lost = presence_op(202)
    lost["data"]["lesson"] = "9" * 32
    assert here.receive(lost)[0].reason == "lesson_unknown"


def test_a_call_leaves_a_contact(here: Office):
    assert here.receive(call_op(300, person=OTHER))[0].outcome == "accepted"
    [contact] = here.read(lambda session: session.query(models.Contact).filter_by(person_id=OTHER).all())
    assert (contact.student_id, contact.topic, contact.seconds) == (STUDENT, "task", 95)
    assert (contact.outcome, contact.text) == ("", "read out\nNo. 412"), "somebody's own words are no outcome"
    assert (contact.author_id, contact.at.isoformat()) == (TEACHER, "2026-12-07T03:00:00+00:00")


def test_staffs_own_call_has_no_student(here: Office):
    assert here.receive(call_op(301, topic="staff", student=""))[0].outcome == "accepted"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"topic": "weather"}, "topic_unknown"), ({"student": "9" * 32}, "person_unknown"),
        ({"person": "9" * 32}, "person_unknown"), ({"author": ""}, "person_unknown"),
        ({"channel": "x" * 13}, "channel_unknown"), ({"channel": ""}, "channel_unknown"),
    ],
)  # fmt: skip
def test_a_call_about_nothing_known_is_rejected(here: Office, members: dict, reason: str):
    assert here.receive(call_op(302, **members))[0].reason == reason


def said(here: Office, term: str) -> list[models.TermMark]:
    """The revisions of a term's mark, in the order received."""
    return here.read(lambda session: session.query(models.TermMark).filter_by(term_id=term or None)
                     .order_by(models.TermMark.first_seq).all())  # fmt: skip


def heads(here: Office, term: str) -> list[str | None]:
    known = [decide.Revision(row.id, tuple(row.base), ("term", row.value)) for row in said(here, term)]
    return [top.value[1] for top in decide.heads(known)]


def test_a_years_mark_is_decided_corrected_and_taken_back(here: Office):
    first = here.receive(term_mark_op(400, "4"))[0]
    second = here.receive(term_mark_op(401, "5", [first.revision]))[0]
    third = here.receive(term_mark_op(402, None, [second.revision]))[0]
    assert [one.outcome for one in (first, second, third)] == ["accepted"] * 3
    assert [row.value for row in said(here, "")] == ["4", "5", None]
    assert heads(here, "") == [None]
    assert said(here, "")[0].trace == {"mean": "4.60"}


def test_two_marks_for_one_term_are_both_kept_until_one_names_both(here: Office):
    one, two = here.receive(term_mark_op(410, "4", term=TERMS[0]), term_mark_op(411, "5", term=TERMS[0]))
    assert (one.outcome, two.outcome) == ("accepted", "conflict")
    assert heads(here, TERMS[0]) == ["4", "5"]
    settled = here.receive(term_mark_op(412, "5", [one.revision, two.revision], term=TERMS[0]))
    assert settled[0].outcome == "accepted"
    assert heads(here, TERMS[0]) == ["5"]


def test_a_terms_mark_waits_for_its_base(here: Office):
    base = decide.make_revision(f"term:{STUDENT}:{COURSE}:{TERMS[1]}", [], ("term", "3"))
    assert here.receive(term_mark_op(420, "4", [base.id], term=TERMS[1]))[0].outcome == "held"
    assert said(here, TERMS[1]) == []
    assert here.receive(term_mark_op(421, "3", term=TERMS[1]))[0].outcome == "accepted"
    assert heads(here, TERMS[1]) == ["4"]


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [("course", "9" * 32, "course_unknown"), ("student", OTHER, "student_unknown"), ("term", "9" * 32, "term_unknown")],
)
def test_a_terms_mark_about_nothing_known_is_rejected(here: Office, member: str, value: str, reason: str):
    op = term_mark_op(430, "5")
    op["data"][member] = value
    assert here.receive(op)[0].reason == reason


def test_permits_are_asked_about_what_the_op_is_about(here: Office):
    asked = []

    def nobody(target: acts.book.Target) -> bool:
        asked.append(target)
        return False

    made = [presence_op(500), call_op(501), term_mark_op(502, "5"), absence_op(503, "Н")]
    assert {one.reason for one in here.receive(*made, permits=nobody)} == {"forbidden"}
    assert [(target.type, target.course_id, target.group_id, target.student_id) for target in asked] == [
        ("presence", COURSE, GROUP, ""), ("call", "", "", STUDENT), ("term_mark", COURSE, GROUP, ""),
        ("absence", COURSE, GROUP, ""),
    ]  # fmt: skip


@pytest.fixture
def behind(blank_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office whose program knows no presences and no marks of terms yet, with records of both from newer ones."""
    with office(blank_home, tmp_path / "home") as here:
        first = decide.make_revision(f"term:{STUDENT}:{COURSE}:", [], ("term", "3"))
        with monkeypatch.context() as older:
            older.setattr(ops, "TYPES", {name: ops.TYPES[name] for name in ("return", "mark", "absence")})
            said = [presence_op(1), term_mark_op(2, "4", [first.id]), term_mark_op(3, "3"),
                    presence_op(4, student=OTHER), presence_op(5, v=2)]  # fmt: skip
            assert {(one.outcome, one.reason) for one in here.receive(*said)} == {("held", "op_type_unknown")}
        yield here


def take_up(here: Office, allowed: bool = True) -> int:
    delivery = Delivery([], NOW, TODAY, permits=lambda target: allowed)
    return here.write(lambda session: reconsider(session, lambda op: delivery))


def test_an_updated_program_decides_what_it_has_learned_to_read(behind: Office):
    assert take_up(behind) == 4
    assert behind.rows(models.Op.seq, models.Op.outcome, models.Op.reason) == [
        (1, "accepted", ""), (2, "accepted", ""), (3, "accepted", ""), (4, "held", "student_unknown"),
        (5, "held", "op_type_unknown"),
    ]  # fmt: skip
    assert heads(behind, "") == ["4"]
    assert behind.count(models.Presence) == 1
    assert take_up(behind) == 0


def test_what_an_updated_program_reads_must_still_be_allowed(behind: Office):
    assert take_up(behind, allowed=False) == 4
    assert [reason for _, reason in behind.rows(models.Op.seq, models.Op.reason)].count("forbidden") == 3
    assert behind.count(models.Presence) == behind.count(models.TermMark) == 0
