"""Proposals as the school's own data makes them: who waits, who is left out, and a late paper that takes one back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import event

from server import models, store
from server.errors import DomainError
from server.extensions import db
from server.policy import Realm
from server.services import absence_proposals, cut_offs, logging_work, returns
from server.services.absence_decision import Verdict, Why
from server.services.absence_proposals import Waiting
from server.services.content import Author
from server.services.cut_offs import Stretch
from server.services.logging_work import Arrival, Line, Said
from sync import ops
from tests.server import factory, logbook
from tests.server.factory import TODAY

ZONE = "Asia/Yekaterinburg"
MONDAY = TODAY - timedelta(days=7)  # the lesson
DUE = TODAY - timedelta(days=4)  # Thursday
ALL = Realm(True, frozenset(), frozenset())


@dataclass(frozen=True)
class Class:
    """A class whose Monday's work was due on Thursday, and nobody handed it in."""

    group: str
    course: str
    teacher: str
    account: str
    lesson: str
    task: str
    students: tuple[str, ...]
    codes: dict[str, str]

    @property
    def by(self) -> Author:
        return Author(self.teacher, self.account, datetime(2026, 12, 7, 3, tzinfo=UTC), TODAY)


@pytest.fixture
def school(app: APIFlask) -> Class:
    factory.school()
    group = factory.group()
    students = tuple(factory.student(group, name, "A", phone="+7 900 000-00-03") for name in ("Albov", "Belov"))
    course = factory.course(group)
    teacher = factory.teacher(course)
    account = factory.account("teacher", person_id=teacher)
    lesson = factory.lesson(course, on=MONDAY, teacher_id=teacher).lesson_course
    task = factory.task(lesson, due_on=DUE)
    return Class(group, course, teacher, account, lesson, task, students, factory.works(task))


def waiting(realm: Realm = ALL, today: date = TODAY) -> Waiting:
    db.session.remove()
    return absence_proposals.waiting(db.session, realm, today, ZONE)


def told(found: Waiting) -> list[tuple[str, Verdict, Why, str | None]]:
    return [(line.pupil.name, line.proposal.verdict, line.proposal.why, line.proposal.letter)
            for line in (*found.lines, *found.unreachable)]  # fmt: skip


def hand_in(code: str, on: date, received: datetime) -> None:
    draft = logging_work.make_draft(hash(code).to_bytes(8, "big", signed=True), received, ZONE, "",
                                    [Line(code, (), "issued")])  # fmt: skip
    op = logging_work.op_about_work(draft, 0, Said(None, ""), Arrival(on, "paper"))
    [outcome] = returns.receive(returns.Delivery([op], received, TODAY))
    assert outcome.outcome == "accepted"


def note(student: str, lesson: str, letter: str | None, at: datetime, base: tuple[str, ...] = ()) -> None:
    draft = logging_work.make_draft(at.timestamp().hex().encode()[:8], at, ZONE, "", [Line(student, base)])
    op = logging_work.op_about_absence(draft, 0, lesson, letter, "")
    [outcome] = returns.receive(returns.Delivery([op], at, TODAY))
    assert outcome.outcome == "accepted"


def test_who_sent_nothing_by_the_date_of_control_is_proposed(school: Class):
    assert told(waiting()) == [("Albov A", Verdict.ABSENT, Why.NOT_HANDED_IN, "Н"),
                               ("Belov A", Verdict.ABSENT, Why.NOT_HANDED_IN, "Н")]  # fmt: skip
    assert told(waiting(today=DUE)) == []


def test_who_handed_in_in_time_is_not_even_when_the_paper_came_today(school: Class):
    hand_in(school.codes[school.students[0]], DUE, datetime(2026, 12, 7, 3, tzinfo=UTC))
    assert [line[0] for line in told(waiting())] == ["Belov A"]


def test_who_handed_in_late_is_proposed_as_late(school: Class):
    hand_in(school.codes[school.students[0]], DUE + timedelta(days=1), datetime(2026, 12, 7, 3, tzinfo=UTC))
    assert told(waiting())[0] == ("Albov A", Verdict.ABSENT, Why.LATE, "ОП")


def test_a_mark_without_a_return_is_work_too(school: Class):
    logbook.mark(school.codes[school.students[0]], "4")
    assert [line[0] for line in told(waiting())] == ["Belov A"]


def test_only_ones_own_courses_and_classes_are_shown(school: Class):
    assert told(waiting(Realm(False, frozenset(), frozenset({school.course}))))
    assert told(waiting(Realm(False, frozenset({school.group}), frozenset())))
    assert told(waiting(Realm(False, frozenset({"elsewhere"}), frozenset({"another"})))) == []


def test_who_left_is_exempt_or_came_later_is_left_out(school: Class):
    first, second = school.students
    subject = factory.subject()
    factory.add(models.Exemption(id=factory.new_id(), student_id=first, subject_id=subject, since=MONDAY, until=MONDAY))

    def leave(session) -> None:
        session.get_one(models.Person, second).left_on = TODAY

    store.write(leave)
    assert told(waiting()) == []


def test_a_student_on_paper_without_a_pack_is_unreachable_and_with_one_is_not(school: Class):
    first = school.students[0]
    factory.connectivity(first, internet="none", channel="paper")
    assert (told(waiting())[-1][1:3]) == (Verdict.UNREACHABLE, Why.NO_PACK)

    def deliver(session) -> None:
        session.add(models.Edition(number=1, id="e" * 64, issued_at=school.by.now, window_from=MONDAY,
                                   window_to=TODAY))  # fmt: skip
        session.flush()
        session.add(models.Pack(id=factory.new_id(), code="482170317", student_id=first, week="2026-W49",
                                edition_number=1, printed_at=school.by.now))  # fmt: skip

    store.write(deliver)
    assert told(waiting())[0][:3] == ("Albov A", Verdict.ABSENT, Why.NOT_HANDED_IN)


def test_a_closed_road_makes_nobody_absent_until_it_is_taken_back(school: Class):
    first = school.students[0]
    stretch = Stretch(DUE, DUE, "road", "snow")
    assert cut_offs.note([first], stretch, school.by) == 1
    assert cut_offs.note([first], stretch, school.by) == 0
    assert told(waiting())[-1][:3] == ("Albov A", Verdict.UNREACHABLE, Why.CUT_OFF)
    [view] = cut_offs.of_students(db.session, [first], TODAY)
    cut_offs.remove([view.id], school.by)
    assert told(waiting())[0][:2] == ("Albov A", Verdict.ABSENT)


@pytest.mark.parametrize(("students", "stretch", "code"), [
    (["x"], Stretch(DUE, MONDAY, "road"), "notice_order"), ([], Stretch(DUE, DUE, "road"), "field_needed"),
    (["x"], Stretch(DUE, DUE, "road"), "person_unknown"),
    (["x"], Stretch(DUE, DUE + timedelta(days=90), "road"), "value_invalid"),
    (["x"], Stretch(DUE, DUE, "meteor"), "value_invalid"),
    (["x"], Stretch(DUE, DUE, "road", "a" * 300), "text_long"),
])  # fmt: skip
def test_an_impossible_stretch_is_refused(school: Class, students: list[str], stretch: Stretch, code: str):
    with pytest.raises(DomainError) as refused:
        cut_offs.note(students, stretch, school.by)
    assert refused.value.code == code


def test_a_call_about_trouble_is_no_absence(school: Class):
    factory.add(models.Contact(id=factory.new_id(), student_id=school.students[0], direction="in", channel="call",
                               topic="technical", at=datetime(2026, 12, 2, 5, tzinfo=UTC),
                               author_id=school.teacher))  # fmt: skip
    assert told(waiting())[-1][:3] == ("Albov A", Verdict.UNREACHABLE, Why.TROUBLE)


def presence(student: str, lesson: str, present: bool, author: str, n: int) -> None:
    data = {"student": student, "lesson": lesson, "present": present, "place": "library", "behaviour": ""}
    op = ops.envelope(f"{n:016x}", 0, "presence", author, "2026-12-07T08:00:00+05:00", data)
    [outcome] = returns.receive(returns.Delivery([op], datetime(2026, 12, 7, 3, tzinfo=UTC), TODAY))
    assert outcome.outcome == "accepted"


def test_a_report_from_a_supervised_place_proposes_and_its_correction_does_not(school: Class):
    lesson = factory.lesson(school.course, on=TODAY, form="live").lesson_course
    presence(school.students[0], lesson, False, school.teacher, 900)
    here = [line for line in waiting().lines if line.lesson.id == lesson]
    assert [(line.proposal.why, line.proposal.detail) for line in here] == [(Why.NOT_SEEN, "library")]
    presence(school.students[0], lesson, True, school.teacher, 901)
    assert [line for line in waiting().lines if line.lesson.id == lesson] == []


def test_a_late_paper_proposes_to_take_the_letter_back(school: Class):
    first = school.students[0]
    note(first, school.lesson, "Н", datetime(2026, 12, 4, 5, tzinfo=UTC))  # Friday, the day after
    assert [line[0] for line in told(waiting())] == ["Belov A"]
    hand_in(school.codes[first], DUE, datetime(2026, 12, 7, 3, tzinfo=UTC))
    [line] = [line for line in waiting().lines if line.pupil.id == first]
    assert (line.proposal.verdict, line.proposal.day) == (Verdict.WITHDRAW, DUE)
    note(first, school.lesson, None, datetime(2026, 12, 7, 4, tzinfo=UTC), line.heads)
    assert [line[0] for line in told(waiting())] == ["Belov A"]


def test_a_letter_that_was_noted_at_the_lesson_is_not_touched_by_homework(school: Class):
    first = school.students[0]
    note(first, school.lesson, "Н", datetime(2026, 11, 30, 5, tzinfo=UTC))
    hand_in(school.codes[first], DUE, datetime(2026, 12, 7, 3, tzinfo=UTC))
    assert [line[0] for line in told(waiting())] == ["Belov A"]


def test_a_refusal_is_kept_with_its_reason_and_can_be_taken_back(school: Class):
    pair = school.students[0], school.lesson
    with pytest.raises(DomainError, match="field_needed"):
        absence_proposals.refuse(pair, "absent", " ", school.by)
    absence_proposals.refuse(pair, "absent", "was at the olympiad", school.by)
    absence_proposals.refuse(pair, "absent", "another word", school.by)
    assert [line[0] for line in told(waiting())] == ["Belov A"]
    [kept] = absence_proposals.refused(db.session, ALL, TODAY)
    assert (kept.pupil.name, kept.reason, kept.by) == ("Albov A", "was at the olympiad", "Parusova N. P.")
    absence_proposals.propose_again(kept.id, school.by)
    assert [line[0] for line in told(waiting())] == ["Albov A", "Belov A"]


@contextmanager
def counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def see(conn, cursor, statement, *rest) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", see)
    yield seen
    event.remove(db.engine, "before_cursor_execute", see)


def test_as_many_queries_for_many_as_for_few(school: Class):
    with counted() as few:
        waiting()
    for number in range(20):
        student = factory.student(school.group, f"Student{number}", "A")
        factory.work_for(school.task, student)
    for day in range(1, 6):
        lesson = factory.lesson(school.course, on=MONDAY - timedelta(days=day)).lesson_course
        factory.works(factory.task(lesson, due_on=DUE))
    with counted() as many:
        assert len(waiting().lines) + len(waiting().unreachable) > 100
    assert len(many) == 2 * len(few)
    assert len(few) <= 13
