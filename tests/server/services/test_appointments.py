"""Appointments: nobody is booked twice or over a lesson; of proposed times one is taken, the others are free again."""

import threading
from contextvars import copy_context
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Appointment
from server.services import appointment_list, appointments, reception, request_list, requests
from server.services.appointments import Booking
from server.services.content import Author
from server.services.free_times import Hours, at
from server.services.requests import Wish
from tests.server import factory

ZONE = ZoneInfo("Asia/Yekaterinburg")
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
TUESDAY = date(2026, 12, 8)


class Desk:
    """A teacher with reception hours on Tuesday from 10:00 to 12:00 and a lesson from 10:20 to 11:00."""

    def __init__(self):
        factory.school()
        factory.bells()
        group = factory.group()
        self.student, self.other = factory.student(group), factory.student(group, "Yakornaya", "Vera")
        self.course = factory.course(group)
        self.teacher = factory.teacher(self.course)
        factory.lesson(self.course, TUESDAY, n=3, teacher_id=self.teacher)  # 10:10–10:50 by the factory's bells
        self.account = factory.account("deputy", "deputy_studies")
        self.by = Author(factory.person_of(self.account), self.account, NOW, factory.TODAY)
        self.hours = Hours("", 2, "10:00", "12:00", 20, date(2026, 9, 1), None)
        reception.add_hours(self.teacher, self.hours, self.by)

    def free(self) -> list[str]:
        db.session.rollback()
        return [f"{one.starts:%d %H:%M}" for one in reception.free_times(db.session, self.teacher, NOW, ZONE, days=7)]

    def book(self, clock: str, state: str = "agreed", **values) -> str:
        told = {"minutes": 20, "student_id": self.student, **values}
        return appointments.book(Booking(self.teacher, at(TUESDAY, clock, ZONE), **told), state, self.by, ZONE)

    def request(self) -> str:
        wish = Wish("consultation", student_id=self.student, host_id=self.teacher)
        return store.write(lambda session: requests.promise(session, wish, self.by))

    def states(self) -> dict[str, str]:
        db.session.rollback()
        rows = db.session.query(Appointment).order_by(Appointment.starts)
        return {f"{row.starts.astimezone(ZONE):%H:%M}": row.state for row in rows}


@pytest.fixture
def desk(app) -> Desk:
    return Desk()


def test_lessons_and_appointments_are_left_out_of_the_free_times(desk):
    assert desk.free() == ["08 11:00", "08 11:20", "08 11:40"]
    desk.book("11:20", "proposed")
    assert desk.free() == ["08 11:00", "08 11:40"]


@pytest.mark.parametrize(("clock", "values", "code"), [
    ("11:20", {}, "slot_taken"), ("11:10", {}, "slot_taken"), ("11:30", {"minutes": 5}, "slot_taken"),
    ("10:40", {}, "slot_in_lesson"), ("10:00", {"minutes": 15}, "slot_in_lesson"),
    ("12:00", {"minutes": 4}, "value_invalid"),
    ("12:00", {"channel": "pigeon"}, "value_invalid"),
])  # fmt: skip
def test_a_host_is_never_booked_over_something_else(desk, clock: str, values: dict, code: str):
    desk.book("11:20")
    with pytest.raises(DomainError, match=code):
        desk.book(clock, **{"student_id": desk.other, **values})
    assert desk.states() == {"11:20": "agreed"}


def test_touching_times_and_cancelled_ones_hinder_nobody(desk):
    first = desk.book("11:20")
    desk.book("11:40", student_id=desk.other)
    appointments.finish(first, "cancelled", "", None, desk.by)
    desk.book("11:20")
    db.session.rollback()
    assert sorted(row.state for row in db.session.query(Appointment)) == ["agreed", "agreed", "cancelled"]


def test_a_family_is_not_expected_at_two_places_at_once(desk):
    desk.book("11:20")
    other = Booking(factory.person("Rulev", "Oleg"), at(TUESDAY, "11:30", ZONE), 20, student_id=desk.student)
    with pytest.raises(DomainError, match="slot_taken"):
        appointments.book(other, "agreed", desk.by, ZONE)


def test_two_who_book_the_same_time_at_once_are_decided_one_after_the_other(desk):
    answers: list[str] = []

    def book(student: str) -> None:
        try:
            answers.append(desk.book("11:20", student_id=student) and "booked")
        except DomainError as error:
            answers.append(error.code)

    threads = [threading.Thread(target=copy_context().run, args=(book, student))
               for student in (desk.student, desk.other)]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["booked", "slot_taken"]


def test_of_proposed_times_one_is_taken_and_the_promise_is_kept(desk):
    id = desk.request()
    times = [(at(TUESDAY, clock, ZONE), 20) for clock in ("11:00", "11:40")]
    appointments.propose(id, times, "call", desk.by, ZONE)
    assert desk.free() == ["08 11:20"] and request_list.one(db.session, id, factory.TODAY).state == "proposed"
    second = appointment_list.of_request(db.session, id)[1]
    appointments.agree(second.id, desk.by)
    appointments.agree(second.id, desk.by)
    assert desk.states() == {"11:00": "cancelled", "11:40": "agreed"} and desk.free() == ["08 11:00", "08 11:20"]
    assert request_list.one(db.session, id, factory.TODAY).state == "done"
    assert [step.state for step in request_list.steps(db.session, id)] == ["open", "proposed", "done"]


def test_when_none_fits_all_are_free_and_the_promise_is_owed(desk):
    id = desk.request()
    appointments.propose(id, [(at(TUESDAY, "11:00", ZONE), 20)], "call", desk.by, ZONE)
    appointments.none_fits(id, desk.by)
    assert len(desk.free()) == 3 and request_list.one(db.session, id, factory.TODAY).state == "open"
    with pytest.raises(DomainError, match="times_needed"):
        appointments.propose(id, [], "call", desk.by, ZONE)


def test_new_proposals_let_go_the_old_ones(desk):
    id = desk.request()
    for clock in ("11:00", "11:20", "11:20"):
        appointments.propose(id, [(at(TUESDAY, clock, ZONE), 20)], "call", desk.by, ZONE)
    assert desk.free() == ["08 11:00", "08 11:40"]


def test_a_taken_time_among_the_proposed_keeps_nothing(desk):
    id = desk.request()
    desk.book("11:20", student_id=desk.other)
    times = [(at(TUESDAY, clock, ZONE), 20) for clock in ("11:00", "11:20")]
    with pytest.raises(DomainError, match="slot_taken"):
        appointments.propose(id, times, "call", desk.by, ZONE)
    assert desk.states() == {"11:20": "agreed"} and request_list.one(db.session, id, factory.TODAY).state == "open"


def test_a_cancelled_appointment_is_owed_again(desk):
    id = desk.request()
    booked = desk.book("11:00", request_id=id)
    assert request_list.one(db.session, id, factory.TODAY).state == "done"
    appointments.finish(booked, "cancelled", "Ill.", None, desk.by)
    db.session.rollback()
    assert request_list.one(db.session, id, factory.TODAY).state == "open"


def test_notes_are_kept_and_the_restricted_one_is_read_only_by_those_entitled(desk):
    booked = desk.book("11:00")
    appointments.finish(booked, "held", "Came with the mother.", "Afraid of answering.", desk.by)
    appointments.finish(booked, "", "Came with the mother, late.", None, desk.by)
    db.session.rollback()
    seen, hidden = (appointment_list.calendar(db.session, desk.teacher, TUESDAY, TUESDAY, ZONE, may)[0]
                    for may in (True, False))  # fmt: skip
    assert (seen.state, seen.note, seen.restricted) == ("held", "Came with the mother, late.", "Afraid of answering.")
    assert hidden.restricted is None and hidden.note == seen.note


def test_hours_do_not_overlap_and_end(desk):
    with pytest.raises(DomainError, match="hours_overlap"):
        reception.add_hours(desk.teacher, Hours("", 2, "11:30", "13:00", 15, factory.TODAY, None), desk.by)
    for starts, ends, minutes in (("13:00", "13:00", 15), ("13:00", "14:00", 3)):
        with pytest.raises(DomainError, match="value_invalid"):
            reception.add_hours(desk.teacher, Hours("", 2, starts, ends, minutes, factory.TODAY, None), desk.by)
    [own] = reception.hours_of(db.session, desk.teacher, factory.TODAY)
    with pytest.raises(DomainError, match="not_found"):
        reception.end_hours(own.id, desk.student, desk.by)
    reception.end_hours(own.id, desk.teacher, desk.by)
    assert desk.free() == []


def test_a_lesson_moved_to_another_shift_counts_by_its_bells(desk):
    factory.bells(shift=2)
    factory.lesson(desk.course, TUESDAY + timedelta(days=7), n=4, teacher_id=desk.teacher, shift=2)
    later = [one for one in reception.free_times(db.session, desk.teacher, NOW, ZONE) if one.starts.day == 15]
    assert [f"{one.starts:%H:%M}" for one in later] == ["10:00", "10:20", "10:40", "11:40"]
