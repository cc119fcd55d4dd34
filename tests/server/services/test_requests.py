"""Promises: who keeps them and until when, every step of them, and the print run that keeps those of paper."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Edition, Pack, Request, RequestStep
from server.policy import Realm
from server.services import absence_reasons, request_list, requests
from server.services.content import Author
from server.services.requests import Wish
from tests.server import factory, logbook

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
ALL = Realm(True, frozenset(), frozenset())


class School:
    """A class with its teacher, a coordinator, two deputies, a student with a parent, an operator."""

    def __init__(self):
        factory.school()
        self.group = factory.group()
        self.student = factory.student(self.group)
        self.parent = factory.guardian(self.student)
        self.class_teacher = self.staff("class_teacher", self.group)
        self.coordinator = self.staff("coordinator")
        self.deputies = sorted(self.staff("deputy_studies") for _number in range(2))
        self.account = factory.account("operator", "operator")
        self.by = Author(factory.person_of(self.account), self.account, NOW, factory.TODAY)

    @staticmethod
    def staff(role: str, group: str | None = None) -> str:
        person = factory.person("Rulev", role)
        factory.grant(person, role, group)
        return person

    def promise(self, kind: str, **values) -> str:
        wish = Wish(kind, **{"student_id": self.student, "person_id": self.parent, **values})
        return store.write(lambda session: requests.promise(session, wish, self.by))

    def one(self, id: str) -> request_list.RequestView:
        db.session.rollback()
        return request_list.one(db.session, id, factory.TODAY)


@pytest.fixture
def school(app) -> School:
    return School()


@given(st.integers(0, 60), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_a_due_day_is_so_many_working_days_away(days: int, today: date):
    found = requests.due(days, today)
    between = [today + timedelta(days=n + 1) for n in range((found - today).days)]
    assert sum(day.weekday() < 5 for day in between) == days and (days == 0 or found.weekday() < 5)


@pytest.mark.parametrize(("kind", "owner", "days"), [
    ("files", "class_teacher", 2), ("paper_pack", "coordinator", 3), ("technical", "coordinator", 2),
])  # fmt: skip
def test_a_kind_says_who_keeps_it_and_until_when(school, kind: str, owner: str, days: int):
    one = school.one(school.promise(kind))
    assert one.owner_id == getattr(school, owner) and one.due_on == requests.due(days, factory.TODAY)
    assert one.state == "open" and not one.overdue and one.classes == ("7 «А»",)


def test_of_several_the_one_who_owes_least_keeps_it(school):
    owners = [school.one(school.promise("repeat")).owner_id for _number in range(4)]
    assert owners == [*school.deputies, *school.deputies]


def test_where_nobody_has_the_role_the_coordinator_keeps_it_and_at_last_who_promised(school):
    assert school.one(school.promise("complaint")).owner_id == school.coordinator, "there is no director"
    other = factory.student(factory.group("8 «Б»", "8b", 8), "Bakenov")
    assert school.one(school.promise("files", student_id=other)).owner_id == school.coordinator
    for person in (school.coordinator, *school.deputies):
        store.write(lambda session, person=person: setattr(
            session.get_one(requests.Person, person), "left_on", factory.TODAY))  # fmt: skip
    assert school.one(school.promise("complaint")).owner_id == school.by.person_id


def test_a_meeting_is_kept_by_whom_it_is_wanted_with(school):
    one = school.one(school.promise("consultation", host_id=school.deputies[1]))
    assert one.owner_id == one.host_id == school.deputies[1]


def test_every_step_is_kept_with_who_and_when(school):
    id = school.promise("files", text="Algebra, by e-mail")
    other = Author(school.coordinator, school.account, NOW + timedelta(hours=1), factory.TODAY)
    requests.take_over(id, other)
    requests.take_over(id, other)
    requests.close(id, "done", "Sent.", other)
    requests.reopen(id, school.by)
    requests.close(id, "refused", "They have them already.", school.by)
    db.session.rollback()
    steps = request_list.steps(db.session, id)
    assert [(step.state, step.remark) for step in steps] == [
        ("open", ""), ("open", ""), ("done", "Sent."), ("open", ""), ("refused", "They have them already."),
    ]  # fmt: skip
    one = school.one(id)
    assert one.state == "refused" and one.outcome == "They have them already." and one.owner_id == school.coordinator


def test_a_closed_request_is_changed_by_nobody_and_a_refusal_has_a_reason(school):
    id = school.promise("files")
    with pytest.raises(DomainError, match="reason_needed"):
        requests.close(id, "refused", "  ", school.by)
    requests.close(id, "done", "", school.by)
    for act in (lambda: requests.close(id, "done", "", school.by), lambda: requests.take_over(id, school.by)):
        with pytest.raises(DomainError, match="request_closed"):
            act()
    assert len(request_list.steps(db.session, id)) == 2


def test_the_same_promise_twice_is_one(school):
    wish = Wish("files", student_id=school.student)
    ids = {store.write(lambda session: requests.promise(session, wish, school.by, "a" * 32)) for _number in range(2)}
    db.session.rollback()
    assert ids == {"a" * 32} and db.session.query(Request).count() == db.session.query(RequestStep).count() == 1


@pytest.mark.parametrize(("values", "code"), [
    ({"kind": "none"}, "value_invalid"), ({"kind": "files", "owner_id": "0" * 32}, "person_unknown"),
    ({"kind": "files", "text": "x" * 2001}, "text_long"),
])  # fmt: skip
def test_what_cannot_be_promised_is_refused(school, values: dict, code: str):
    with pytest.raises(DomainError, match=code):
        school.promise(**values)


def test_lists_begin_with_the_oldest_and_the_overdue_rise(school):
    late = school.promise("files", due_on=factory.TODAY - timedelta(days=2))
    soon = school.promise("technical", due_on=factory.TODAY)
    other = factory.student(factory.group("8 «Б»", "8b", 8), "Bakenov")
    far = school.promise("files", student_id=other, due_on=factory.TODAY - timedelta(days=1))
    db.session.rollback()
    assert [one.id for one in request_list.listed(db.session, factory.TODAY)] == [late, far, soon]
    assert [one.id for one in request_list.overdue(db.session, factory.TODAY, ALL)] == [late, far]
    mine = Realm(False, frozenset({school.group}), frozenset())
    assert [one.id for one in request_list.overdue(db.session, factory.TODAY, mine)] == [late]
    nobodys = Realm(False, frozenset(), frozenset({"course"}))
    assert request_list.overdue(db.session, factory.TODAY, nobodys) == []


def test_a_print_run_keeps_the_promises_of_its_students_only(school):
    sibling = factory.student(school.group, "Yakornaya", "Vera")
    kept, other, files = (school.promise("paper_pack"), school.promise("paper_pack", student_id=sibling),
                          school.promise("files"))  # fmt: skip
    assert requests.who_wants_paper(db.session) == {school.student, sibling}

    def printed(session) -> int:
        session.add(Edition(number=1, id="e" * 64, issued_at=NOW, window_from=factory.TODAY, window_to=factory.TODAY))
        pack = Pack(id="p" * 32, code="482170317", student_id=school.student, week="2026-W50", edition_number=1)
        session.add(pack)
        session.flush()
        return requests.keep_by_packs(session, [pack], NOW) + requests.keep_by_packs(session, [pack], NOW)

    assert store.write(printed) == 1
    one = school.one(kept)
    assert (one.state, one.pack, one.done_by) == ("done", "482170317", "") and one.done_at == NOW
    assert request_list.steps(db.session, kept)[-1].by == ""
    assert school.one(other).state == school.one(files).state == "open"


def test_a_reason_that_is_noted_closes_the_request_to_find_it_out(school):
    asked, other = school.promise("absence"), school.promise("files")
    lesson = factory.lesson(factory.course(school.group)).lesson_course
    noted = logbook.absent(school.student, lesson, "Б", school.class_teacher, "a cold")
    teacher = Author(school.class_teacher, school.account, NOW, factory.TODAY)
    for _twice in range(2):
        absence_reasons.keep_proof([noted.revision or ""], "word", teacher)
    one = school.one(asked)
    assert (one.state, one.outcome, one.done_at) == ("done", "a cold", NOW)
    assert school.one(other).state == "open"
