"""Arrivals, departures, transfers with marks, returns: nothing is lost, and nobody is in two classes."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server import models, store
from server.errors import DomainError
from server.extensions import db
from server.policy import Realm
from server.services import courses, export, journal, movement, moving, student_works, waiting
from server.services.moving import Clerk, Newcomer, Order
from tests.server import factory, logbook
from tests.server.factory import SINCE, TODAY

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = Realm(True, frozenset(), frozenset())


class Two:
    """Classes 7a and 7b with algebra each; Yegor and Vera learn in 7a."""

    def __init__(self) -> None:
        factory.school()
        self.a, self.b = factory.group(), factory.group("7 «Б»", "7b")
        self.yegor = factory.student(self.a, "Veslov", "Yegor", birth_date=date(2013, 5, 6))
        self.vera = factory.student(self.a, "Yakornaya", "Vera")
        self.course_a, self.course_b = factory.course(self.a), factory.course(self.b)
        numbers, slugs = itertools.count(1), itertools.count(1)
        account = factory.account("office", "deputy_studies")
        self.clerk = Clerk(factory.person_of(account), account, NOW, TODAY, lambda n: next(numbers),
                           lambda: f"slug{next(slugs)}")  # fmt: skip

    def task(self, course: str, on: date = TODAY, due: date | None = TODAY, **values: Any) -> dict[str, str]:
        """A published task of a lesson on that day, with works for its group's members."""
        return factory.works(factory.task(factory.lesson(course, on).lesson_course, due_on=due, **values))

    def transfer(self, on: date = TODAY) -> None:
        moving.transfer(self.yegor, self.b, Order(on, "12-k", "by request"), self.clerk)
        db.session.remove()

    def row(self, course: str, student: str, today: date = TODAY) -> journal.Row:
        head = courses.course(db.session, course, today)
        grid = journal.grid(db.session, head, head.starts_on, head.ends_on, today)
        return {row.student_id: row for row in grid.rows}[student]


@pytest.fixture
def two(app: APIFlask) -> Two:
    return Two()


def stays(person: str) -> list[tuple[str, date, date | None]]:
    db.session.remove()
    rows = db.session.execute(
        select(models.Group.slug, models.Membership.since, models.Membership.until)
        .join(models.Group, models.Group.id == models.Membership.group_id).filter(models.Membership.person_id == person)
        .order_by(models.Membership.since, models.Group.slug)
    )  # fmt: skip
    return [tuple(row) for row in rows]


def facts(person: str) -> list[tuple[str, date, str, str]]:
    db.session.remove()
    return [(fact.kind, fact.on, fact.before, fact.after) for fact in movement.of_person(db.session, person)]


def works_of(person: str) -> int:
    return len(db.session.scalars(select(models.Work.id).filter_by(student_id=person)).all())


# --- departure -------------------------------------------------------------------------------------------------


def test_who_leaves_was_there_until_the_day_before(two: Two):
    moving.depart([two.yegor], Order(TODAY, " 17-у ", "moved\x00 away "), two.clerk)
    assert stays(two.yegor) == [("7a", SINCE, TODAY - DAY)]
    assert db.session.get_one(models.Person, two.yegor).left_on == TODAY
    [fact] = movement.of_person(db.session, two.yegor)
    assert (fact.kind, fact.before, fact.order_no, fact.reason) == ("left", "7 «А»", "17-у", "moved away")


def test_nothing_is_missing_of_who_left_and_nothing_marked_is_lost(two: Two):
    code = two.task(two.course_a, TODAY - 9 * DAY, TODAY - 8 * DAY)[two.yegor]
    two.task(two.course_a, TODAY - 5 * DAY, TODAY - 2 * DAY, title="B")
    logbook.hand_in(code, mark="4")
    assert two.yegor in [line.student.id for line in waiting.missing(db.session, ALL, TODAY)]
    moving.depart([two.yegor], Order(TODAY), two.clerk)
    db.session.remove()
    assert [line.student.id for line in waiting.missing(db.session, ALL, TODAY)] == [two.vera]
    assert not any(work.overdue for work in student_works.of_student(db.session, two.yegor, TODAY))
    row = two.row(two.course_a, two.yegor)
    assert (row.last_day, row.left_on) == (TODAY - DAY, TODAY)
    assert [cell.state for cell in row.cells if cell] == ["marked", "issued"]


def test_several_leave_at_once_or_none_of_them(two: Two):
    stranger = factory.person("Nobody")
    with pytest.raises(DomainError, match="student_not_here"):
        moving.depart([two.yegor, stranger], Order(TODAY), two.clerk)
    assert facts(two.yegor) == [] and stays(two.yegor) == [("7a", SINCE, None)]
    assert moving.depart([two.yegor, two.vera], Order(TODAY), two.clerk) == 2
    assert stays(two.vera) == [("7a", SINCE, TODAY - DAY)]


def test_a_second_person_who_notes_the_same_departure_is_told(two: Two):
    moving.depart([two.yegor], Order(TODAY), two.clerk)
    with pytest.raises(DomainError, match="student_not_here"):
        moving.depart([two.yegor], Order(TODAY + 3 * DAY), two.clerk)
    assert facts(two.yegor) == [("left", TODAY, "7 «А»", "")]


def test_a_departure_to_come_leaves_the_days_until_then(two: Two):
    moving.depart([two.yegor], Order(TODAY + 5 * DAY), two.clerk)
    assert stays(two.yegor) == [("7a", SINCE, TODAY + 4 * DAY)]
    with pytest.raises(DomainError, match="movement_order"):
        moving.transfer(two.yegor, two.b, Order(TODAY), two.clerk)


# --- transfer with marks ---------------------------------------------------------------------------------------


def test_a_transfer_ends_the_class_and_its_parts_and_keeps_study_groups(two: Two):
    half = factory.group("1", "7a-1", None, "subgroup", parent_id=two.a, division="English")
    study = factory.group("Chess", "chess", None, "study")
    for group in (half, study):
        factory.membership(two.yegor, group)
    two.transfer()
    assert stays(two.yegor) == [
        ("7a", SINCE, TODAY - DAY), ("7a-1", SINCE, TODAY - DAY), ("chess", SINCE, None), ("7b", TODAY, None)
    ]  # fmt: skip
    assert facts(two.yegor) == [("transferred", TODAY, "7 «А»", "7 «Б»")]


def test_works_come_from_the_day_on_and_those_of_the_old_class_are_owed_by_nobody(two: Two):
    two.task(two.course_a, due=TODAY + DAY)
    open_task = factory.task(factory.lesson(two.course_b, TODAY).lesson_course, due_on=TODAY + 2 * DAY)
    factory.task(factory.lesson(two.course_b, TODAY - 5 * DAY).lesson_course, due_on=TODAY - DAY)
    before = works_of(two.yegor)
    two.transfer()
    new = db.session.scalars(select(models.Work.task_id).filter_by(student_id=two.yegor)).all()
    assert len(new) == before + 1 and open_task in new
    later = TODAY + 10 * DAY
    missing = {line.student.id: line for line in waiting.missing(db.session, ALL, later)}
    assert (missing[two.yegor].count, missing[two.yegor].group) == (1, "7 «Б»")


def test_marks_are_carried_over_and_stay_where_they_were_given(two: Two):
    mine = two.task(two.course_a, TODAY - 9 * DAY)[two.yegor]
    points = two.task(two.course_a, TODAY - 8 * DAY, scale="points", max_points=20)[two.yegor]
    two.task(two.course_a, TODAY - 7 * DAY, title="never handed in")
    logbook.hand_in(mine, mark="4")
    logbook.hand_in(points, mark="12")
    two.transfer()
    new = two.task(two.course_b, title="New")[two.yegor]
    logbook.hand_in(new, mark="5")
    row = two.row(two.course_b, two.yegor)
    assert [(mark.group, mark.values, mark.maximum) for mark in row.carried] == [
        ("7 «А»", (("mark", "4"),), None), ("7 «А»", (("mark", "12"),), 20)
    ]  # fmt: skip
    assert row.average == 4.5  # points have a scale of their own
    old = two.row(two.course_a, two.yegor)
    assert old.last_day == TODAY - DAY and old.carried == ()
    assert [cell.values for cell in old.cells if cell and cell.values] == [(("mark", "4"),), (("mark", "12"),)]


def test_marks_of_another_subject_or_of_who_always_was_there_are_not_carried(two: Two):
    physics = two.task(factory.course(two.a, "physics"), TODAY - 9 * DAY)[two.yegor]
    logbook.hand_in(physics, mark="3")
    both = factory.student(two.b, "Lodkin", "Lev")
    chess = factory.group("Algebra club", "club", None, "study")
    factory.membership(both, chess)
    club = two.task(factory.course(chess), TODAY - 9 * DAY)[both]
    logbook.hand_in(club, mark="5")
    two.transfer()
    assert two.row(two.course_b, two.yegor).carried == ()
    assert two.row(two.course_b, both).carried == ()


def test_only_marks_of_the_days_of_the_page_are_carried(two: Two):
    early = two.task(two.course_a, date(2026, 9, 10))[two.yegor]
    logbook.hand_in(early, mark="3")
    two.transfer()
    head = courses.course(db.session, two.course_b, TODAY)
    rows = {row.student_id: row for row in journal.grid(db.session, head, TODAY - DAY, TODAY, TODAY).rows}
    row = rows[two.yegor]
    assert row.carried == () and row.average is None


def test_the_mark_of_a_quarter_that_is_over_is_shown_until_the_new_class_gives_one(two: Two):
    term = db.session.scalar(select(models.Term.id))

    def decide(course: str, value: str, seq: int) -> None:
        store.write(lambda session: session.add(models.Op(
            seq=seq, origin=f"{seq:016x}", n=0, sha256=f"{seq:064x}", v=1, type="term_mark", at="x", base=[], data={},
            outcome="accepted", received_at=NOW,
        )))  # fmt: skip
        factory.add(models.TermMark(id=f"{seq:064x}", student_id=two.yegor, course_id=course, term_id=term, base=[],
                                    value=value, decided="teacher", first_seq=seq))  # fmt: skip

    decide(two.course_a, "4", 101)
    two.transfer()
    row = two.row(two.course_b, two.yegor)
    assert (row.carried_terms[term].group, row.carried_terms[term].values) == ("7 «А»", ("4",))
    decide(two.course_b, "5", 102)
    db.session.remove()
    row = two.row(two.course_b, two.yegor)
    assert row.carried_terms == {} and row.terms[term] == ("5",)


def test_the_file_for_excel_says_what_was_carried_over(two: Two):
    logbook.hand_in(two.task(two.course_a, TODAY - 9 * DAY)[two.yegor], mark="4")
    two.transfer()
    factory.lesson(two.course_b)
    tables = {}
    for name, course in (("new", two.course_b), ("old", two.course_a)):
        head = courses.course(db.session, course, TODAY)
        grid = journal.grid(db.session, head, head.starts_on, head.ends_on, TODAY)
        tables[name] = export.journal_table(grid, "en").rows
    place = tables["new"][0].index("Carried over")
    assert {row[0]: row[place] for row in tables["new"][1:]}["Veslov Yegor"] == "7 «А»: 4"
    assert "Veslov Yegor (until 06.12.2026)" in [row[0] for row in tables["old"]]


def test_a_transfer_to_the_same_class_or_no_class_is_refused(two: Two):
    for group, code in ((two.a, "value_invalid"), ("x" * 32, "group_unknown")):
        with pytest.raises(DomainError, match=code):
            moving.transfer(two.yegor, group, Order(TODAY), two.clerk)
    assert facts(two.yegor) == []


# --- arrival and return ----------------------------------------------------------------------------------------

NEW = Newcomer("Lodkina", "Zoya", "Petrovna", date(2013, 2, 3), "f")


def test_a_newcomer_gets_a_class_works_and_a_household(two: Two):
    factory.task(factory.lesson(two.course_b).lesson_course, due_on=TODAY + DAY)
    slug = moving.arrive(NEW, two.b, Order(TODAY, "5"), two.clerk)
    person = db.session.scalars(select(models.Person).filter_by(slug=slug)).one()
    assert (person.last_name, person.sex, person.household_id is not None) == ("Lodkina", "f", True)
    assert stays(person.id) == [("7b", TODAY, None)] and works_of(person.id) == 1
    assert facts(person.id) == [("arrived", TODAY, "", "7 «Б»")]


def test_who_is_known_does_not_arrive_twice(two: Two):
    known = Newcomer("VESLOV", "Yegor", "", date(2013, 5, 6))
    with pytest.raises(DomainError, match="student_known"):
        moving.arrive(known, two.b, Order(TODAY), two.clerk)
    married = Newcomer("Parusov", "Yegor", "", date(2013, 5, 6))
    with pytest.raises(DomainError, match="student_alike"):
        moving.arrive(married, two.b, Order(TODAY), two.clerk)
    assert moving.arrive(married, two.b, Order(TODAY), two.clerk, is_other=True)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"last": " \x00"}, "field_needed"), ({"first": ""}, "field_needed"), ({"middle": "x" * 101}, "text_long"),
     ({"birth_date": TODAY}, "value_invalid"), ({"birth_date": date(1970, 1, 1)}, "value_invalid")],
)  # fmt: skip
def test_what_a_newcomer_must_have(two: Two, change: dict[str, Any], code: str):
    values = {"last": "A", "first": "B", "middle": "", "birth_date": date(2013, 1, 1), **change}
    with pytest.raises(DomainError, match=code):
        moving.arrive(Newcomer(**values), two.b, Order(TODAY), two.clerk)


def test_an_order_of_another_century_is_a_slip(two: Two):
    for day in (date(2062, 12, 7), date(1926, 12, 7)):
        with pytest.raises(DomainError, match="value_invalid"):
            moving.depart([two.yegor], Order(day), two.clerk)


def test_who_left_comes_back_to_any_class(two: Two):
    with pytest.raises(DomainError, match="student_here"):
        moving.come_back(two.yegor, two.b, Order(TODAY), two.clerk)
    moving.depart([two.yegor], Order(TODAY - 9 * DAY), two.clerk)
    with pytest.raises(DomainError, match="movement_order"):
        moving.come_back(two.yegor, two.b, Order(TODAY - 10 * DAY), two.clerk)
    moving.come_back(two.yegor, two.b, Order(TODAY), two.clerk)
    assert stays(two.yegor) == [("7a", SINCE, TODAY - 10 * DAY), ("7b", TODAY, None)]
    assert db.session.get_one(models.Person, two.yegor).left_on is None
    assert [kind for kind, *_ in facts(two.yegor)] == ["left", "arrived"]


# --- taking back -----------------------------------------------------------------------------------------------


def back(two: Two, person: str | None = None) -> None:
    person = person or two.yegor
    moving.take_back(person, movement.of_person(db.session, person)[-1].id, two.clerk)


def test_each_movement_can_be_taken_back_the_newest_first(two: Two):
    half = factory.group("1", "7a-1", None, "subgroup", parent_id=two.a, division="English")
    factory.membership(two.yegor, half)
    seen = [stays(two.yegor)]
    two.transfer(TODAY - 9 * DAY)
    seen.append(stays(two.yegor))
    moving.depart([two.yegor], Order(TODAY - 5 * DAY), two.clerk)
    seen.append(stays(two.yegor))
    moving.come_back(two.yegor, two.a, Order(TODAY), two.clerk)
    first = movement.of_person(db.session, two.yegor)[0]
    with pytest.raises(DomainError, match="movement_later"):
        moving.take_back(two.yegor, first.id, two.clerk)
    for left_on in (TODAY - 5 * DAY, None, None):
        back(two)
        assert stays(two.yegor) == seen.pop()
        assert db.session.get_one(models.Person, two.yegor).left_on == left_on
    assert facts(two.yegor) == []


def test_a_first_arrival_is_not_taken_back_nor_a_strangers_movement(two: Two):
    slug = moving.arrive(NEW, two.b, Order(TODAY), two.clerk)
    person = db.session.scalars(select(models.Person.id).filter_by(slug=slug)).one()
    with pytest.raises(DomainError, match="movement_later"):
        back(two, person)
    with pytest.raises(DomainError, match="not_found"):
        moving.take_back(two.yegor, movement.of_person(db.session, person)[0].id, two.clerk)


# --- whatever is done ------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(st.sampled_from(["leave", "back", "to_a", "to_b", "undo"]), st.integers(-40, 40)), max_size=10
)


def attempt(act: Callable[[], object]) -> None:
    """Acts that the facts so far do not allow are refused; anything else is a fault."""
    allowed = {"student_not_here", "student_here", "movement_order", "movement_later", "value_invalid"}
    try:
        act()
    except DomainError as error:
        assert error.code in allowed, error.code


@given(steps=STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_memberships_never_overlap_and_follow_the_facts(two: Two, steps: list[tuple[str, int]]):
    slug = moving.arrive(Newcomer("Lodkin", f"N{next(_numbers)}", "", date(2012, 1, 1)), two.a,
                         Order(TODAY - 60 * DAY), two.clerk, is_other=True)  # fmt: skip
    person = db.session.scalars(select(models.Person.id).filter_by(slug=slug)).one()
    acts: dict[str, Callable[[Order, Clerk], object]] = {
        "leave": lambda order, by: moving.depart([person], order, by),
        "back": lambda order, by: moving.come_back(person, two.b, order, by),
        "to_a": lambda order, by: moving.transfer(person, two.a, order, by),
        "to_b": lambda order, by: moving.transfer(person, two.b, order, by),
        "undo": lambda order, by: moving.take_back(person, movement.of_person(db.session, person)[-1].id, by),
    }
    for number, (name, offset) in enumerate(steps, 1):
        by = replace(two.clerk, now=two.clerk.now + timedelta(seconds=number))  # nobody does two things at one moment
        attempt(lambda name=name, offset=offset, by=by: acts[name](Order(TODAY + offset * DAY), by))
    found = stays(person)
    for (_, _, until), (_, since, _) in itertools.pairwise(found):
        assert until is not None and until < since
    assert all(until is None or since <= until for _, since, until in found)
    told = [(kind, on) for kind, on, *_ in facts(person)]
    starts = [on for kind, on in told if kind != "left"]
    assert starts == [since for _, since, _ in found]
    left_on = db.session.get_one(models.Person, person).left_on
    assert (found[-1][2] is None) == (left_on is None)


_numbers = itertools.count(1)
