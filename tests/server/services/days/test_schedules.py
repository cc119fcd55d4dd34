"""Working schedules: written down, approved as they were looked at, followed by new ones, never two on a day."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.errors import DomainError
from server.extensions import db
from server.models import WorkSchedule
from server.services.content import Author
from server.services.days import checking, schedules
from server.services.days.checks import workload
from server.services.days.schedule_form import TypedDay, TypedSchedule, problems
from tests.server import apps, factory
from tests.server.village import NOW

TODAY = factory.TODAY
PLAIN = TypedSchedule("2026-12-07", days={1: TypedDay("work", "08:00", "15:00"), 2: TypedDay("methodical"),
                                          3: TypedDay("off")})  # fmt: skip


class Office:
    """A teacher and somebody who writes and approves."""

    def __init__(self) -> None:
        factory.school()
        self.teacher = factory.person("Lodkin")
        self.by = Author(self.teacher, factory.account("director", person_id=factory.person("Rulev")), NOW, TODAY)

    def rows(self) -> list[schedules.Row]:
        db.session.remove()
        return schedules.of_person(db.session, self.teacher)

    def save(self, typed: TypedSchedule) -> bool:
        return schedules.save(self.teacher, typed, schedules.seen(self.rows()), self.by)

    def approve(self) -> None:
        schedules.approve(self.teacher, next(row for row in self.rows() if not row.approved).mark(), self.by)

    def discard(self) -> None:
        schedules.discard(self.teacher, next(row for row in self.rows() if not row.approved).mark(), self.by)


@pytest.fixture
def office(app: APIFlask) -> Office:
    return Office()


def test_a_schedule_is_written_and_approved(office: Office) -> None:
    assert office.save(PLAIN)
    [row] = office.rows()
    assert (row.approved, row.typed) == (False, PLAIN)
    office.approve()
    [row] = office.rows()
    assert (row.approved, row.approver, row.approved_at) == (True, "Lodkin Semyon", NOW)
    assert not office.save(replace(PLAIN, until=""))  # it stands so already


def test_a_change_of_an_approved_one_is_a_new_one_that_waits(office: Office) -> None:
    office.save(PLAIN)
    office.approve()
    office.save(replace(PLAIN, since="2026-12-14", most_a_week="18"))
    new, old = office.rows()
    assert (new.approved, new.since, new.until) == (False, date(2026, 12, 14), None)
    assert (old.approved, old.until, old.typed.days) == (True, date(2026, 12, 13), PLAIN.days)


def test_what_was_approved_is_not_written_over(office: Office) -> None:
    office.save(PLAIN)
    office.approve()
    for since in ("2026-12-07", "2026-12-01"):
        with pytest.raises(DomainError, match="schedule_approved"):
            office.save(replace(PLAIN, since=since, most_a_day="4"))


def test_one_that_waits_is_changed_or_taken_back(office: Office) -> None:
    office.save(PLAIN)
    office.approve()
    office.save(replace(PLAIN, since="2026-12-14", most_a_week="18"))
    office.save(replace(PLAIN, since="2026-12-21", most_a_week="12"))
    new, old = office.rows()
    assert (new.since, old.until) == (date(2026, 12, 21), date(2026, 12, 20))
    office.discard()
    [old] = office.rows()
    assert (old.approved, old.until) == (True, None)


def test_nobody_approves_what_was_not_looked_at(office: Office) -> None:
    office.save(PLAIN)
    [row] = office.rows()
    office.save(replace(PLAIN, most_a_day="4"))
    for act in (schedules.approve, schedules.discard):
        with pytest.raises(DomainError, match="changed_meanwhile"):
            act(office.teacher, row.mark(), office.by)
    with pytest.raises(DomainError, match="changed_meanwhile"):
        schedules.save(office.teacher, replace(PLAIN, most_a_day="5"), "0" * 32, office.by)
    office.approve()
    with pytest.raises(DomainError, match="changed_meanwhile"):
        schedules.approve(office.teacher, office.rows()[0].mark(), office.by)


@pytest.mark.parametrize(("values", "field", "code"), [
    ({"since": ""}, "since", "field_needed"), ({"since": "soon"}, "since", "date_invalid"),
    ({"until": "2026-12-06"}, "until", "date_order"), ({"most_a_day": "0"}, "most_a_day", "value_invalid"),
    ({"most_a_day": "15"}, "most_a_day", "value_invalid"), ({"most_a_week": "61"}, "most_a_week", "value_invalid"),
    ({"most_a_week": "²"}, "most_a_week", "value_invalid"), ({"note": "x" * 501}, "note", "text_long"),
    ({"days": {4: TypedDay("party")}}, "day-4", "value_invalid"),
    ({"days": {4: TypedDay("work", "25:00")}}, "day-4", "value_invalid"),
    ({"days": {4: TypedDay("work", "09:00", "09:00")}}, "day-4", "time_order"),
])  # fmt: skip
def test_what_does_not_fit_is_said_beside_its_field(values: dict, field: str, code: str) -> None:
    assert {name: error.code for name, error in problems(replace(PLAIN, **values)).items()} == {field: code}


def test_the_limits_themselves_fit() -> None:
    edge = replace(PLAIN, until="2026-12-07", most_a_day="14", most_a_week="60", note="x" * 500,
                   days={1: TypedDay("work", "8:59", "09:00")})  # fmt: skip
    assert problems(edge) == {}


def test_lessons_are_checked_by_it(office: Office) -> None:
    course = factory.course(factory.group())
    factory.lesson(course, TODAY + timedelta(days=1), teacher_id=office.teacher)
    before = {finding.code for finding in checking.check(db.session, TODAY, TODAY + timedelta(days=6))}
    office.save(PLAIN)
    after = {finding.code for finding in checking.check(db.session, TODAY, TODAY + timedelta(days=6))}
    assert after - before == {workload.METHODICAL}


def test_all_who_teach_are_listed(office: Office) -> None:
    other = factory.teacher(factory.course(factory.group()), factory.person("Parusov"))
    office.save(PLAIN)
    found = {line.id: (line.now is not None, line.waiting is not None) for line in schedules.lines(db.session, TODAY)}
    assert found == {office.teacher: (True, True), other: (False, False)}


STEPS = st.lists(st.one_of(st.integers(0, 30), st.sampled_from(("approve", "discard"))), max_size=8)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_no_two_schedules_ever_hold_on_one_day(office: Office, steps: list[object]) -> None:
    approved = {row.id: row.typed.days for row in office.rows() if row.approved}
    for step in steps:
        try:
            if isinstance(step, int):
                office.save(replace(PLAIN, since=(TODAY + timedelta(days=step)).isoformat()))
            else:
                getattr(office, step)()
        except (DomainError, StopIteration) as error:
            assert getattr(error, "code", "schedule_approved") == "schedule_approved"
        rows = sorted(office.rows(), key=lambda row: row.since)
        assert all(one.until is not None and one.until < two.since for one, two in pairwise(rows))
        assert sum(not row.approved for row in rows) <= 1
        assert approved.keys() <= {row.id for row in rows}
        approved |= {row.id: row.typed.days for row in rows if row.approved}


@pytest.mark.postgres
def test_schedules_on_postgres(tmp_path: Path, pg_url: str) -> None:
    with apps.on_postgres(tmp_path / "home", pg_url):
        office = Office()
        office.save(PLAIN)
        office.approve()
        office.save(replace(PLAIN, since="2026-12-14"))
        office.discard()
        office.save(replace(PLAIN, since="2026-12-14", most_a_day="4"))
        rows = db.session.scalars(select(WorkSchedule).order_by(WorkSchedule.since)).all()
        assert [(row.since.day, row.until and row.until.day, len(row.days)) for row in rows] == [
            (7, 13, 3), (14, None, 3)
        ]  # fmt: skip
