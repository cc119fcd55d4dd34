"""The way of a wish: asked, agreed by all who are named, put into the timetable or refused; the promise ends too."""

from dataclasses import replace
from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import models, store
from server.errors import DomainError
from server.extensions import db
from server.models import Lesson, LessonChange, LessonConsent, LessonCourse, LessonRequest
from server.services import requests
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Rights
from server.services.wishes import asking, scheduling, wish_list
from server.services.wishes.asking import Wish
from server.services.wishes.scheduling import Choice
from tests.server import factory
from tests.server.village import NOW

TODAY, DAY = factory.TODAY, timedelta(days=1)
TOMORROW = TODAY + DAY


class School:
    """7a with algebra (Lodkin) and music (Parusov), 7b with algebra (Lodkin): lessons of tomorrow and of last week."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        self.a, self.b = factory.group(), factory.group("7 «Б»", "7b")
        self.student = factory.student(self.a)
        self.lodkin, self.parusov = factory.person("Lodkin"), factory.person("Parusov")
        self.algebra, self.music = factory.course(self.a), factory.course(self.a, "music")
        self.other = factory.course(self.b)
        for course, teacher in ((self.algebra, self.lodkin), (self.music, self.parusov), (self.other, self.lodkin)):
            factory.teacher(course, teacher)
        self.first = factory.lesson(self.algebra, TOMORROW, 1, self.lodkin)
        self.second = factory.lesson(self.music, TOMORROW, 2, self.parusov)
        self.third = factory.lesson(self.other, TOMORROW, 3, self.lodkin)
        self.past = factory.lesson(self.algebra, TODAY - 4 * DAY, 2, self.lodkin, "Fractions")
        self.office = self.author("office", "deputy_studies")

    def author(self, login: str, role: str | None = None, person: str | None = None) -> Author:
        account = factory.account(login, role, person)
        return Author(factory.person_of(account), account, NOW, TODAY)

    def by(self, person: str) -> Author:
        return replace(self.office, person_id=person)


@pytest.fixture
def school(app: APIFlask) -> School:
    return School()


def wish(id: str) -> LessonRequest:
    db.session.remove()
    return db.session.get_one(LessonRequest, id)


def asked(id: str) -> set[str]:
    db.session.remove()
    return set(db.session.scalars(select(LessonConsent.person_id).filter_by(lesson_request_id=id)))


def move(school: School, *wanted: int) -> Wish:
    return Wish("move", school.algebra, school.first.lesson_course, wanted=tuple((TOMORROW, n) for n in wanted))


def test_a_move_asks_the_teachers_of_lessons_that_it_would_touch(school: School) -> None:
    assert asked(asking.ask(move(school), school.office)) == {school.lodkin}
    by_class_teacher = school.author("class-teacher", "class_teacher")
    assert asked(asking.ask(move(school, 2), by_class_teacher)) == {school.lodkin, school.parusov}


def test_who_asks_for_an_own_lesson_has_agreed(school: School) -> None:
    id = asking.ask(move(school, 5), school.by(school.lodkin))
    assert asked(id) == set()
    assert wish(id).state == "agreed"


def test_a_repetition_is_agreed_scheduled_and_ends_the_promise(school: School) -> None:
    promise = store.write(lambda session: requests.promise(
        session, requests.Wish("repeat", "Fractions", school.student), school.office))  # fmt: skip
    id = asking.ask(Wish("again", school.algebra, school.past.lesson_course, school.student, request_id=promise),
                    school.office)  # fmt: skip
    with pytest.raises(DomainError, match="wish_not_agreed"):
        scheduling.schedule(id, Choice(TOMORROW, 4, 1), school.office, Rights())
    assert asking.answer(id, True, "gladly", school.by(school.lodkin)) == "agreed"
    offered = scheduling.proposals(db.session, wish(id), TODAY)
    places = {(one.place.on, one.place.n) for one in offered}
    assert not places & {(TOMORROW, n) for n in (1, 2, 3)}  # class or teacher are busy
    assert offered[0].place.n == 4  # the class waits least
    act = scheduling.schedule(id, Choice(TOMORROW, 4, 1), school.office, Rights(), "as agreed")
    row = wish(id)
    assert (row.state, row.act_id, row.outcome) == ("scheduled", act, "as agreed")
    change = db.session.scalars(select(LessonChange).filter_by(act_id=act)).one()
    lesson = db.session.get_one(Lesson, change.lesson_id)
    assert (change.kind, lesson.on, lesson.n, lesson.state) == ("reassigned", TOMORROW, 4, "planned")
    assert [one.person_id for one in lesson.teachers] == [school.lodkin]
    assert [one.topic for one in lesson.courses] == ["Fractions"]
    kept = db.session.get_one(models.Request, promise)
    assert (kept.state, kept.outcome) == ("done", "as agreed")


def test_a_no_ends_it_with_the_reason(school: School) -> None:
    promise = store.write(lambda session: requests.promise(
        session, requests.Wish("repeat", "", school.student), school.office))  # fmt: skip
    id = asking.ask(Wish("again", school.algebra, school.past.lesson_course, school.student, request_id=promise),
                    school.office)  # fmt: skip
    with pytest.raises(DomainError, match="reason_needed"):
        asking.answer(id, False, " ", school.by(school.lodkin))
    assert asking.answer(id, False, "the topic comes again in May", school.by(school.lodkin)) == "refused"
    assert wish(id).outcome == "the topic comes again in May"
    assert db.session.get_one(models.Request, promise).state == "refused"
    with pytest.raises(DomainError, match="wish_ended"):
        asking.answer(id, True, "", school.by(school.lodkin))


def test_only_who_is_named_answers(school: School) -> None:
    id = asking.ask(move(school), school.office)
    with pytest.raises(DomainError, match="forbidden"):
        asking.answer(id, True, "", school.by(school.parusov))


def test_a_lesson_changes_places_with_the_one_that_stands_there(school: School) -> None:
    id = asking.ask(move(school, 2), school.office)
    for person in (school.lodkin, school.parusov):
        asking.answer(id, True, "", school.by(person))
    offered = scheduling.proposals(db.session, wish(id), TODAY)
    assert (offered[0].place.n, offered[0].swap, offered[0].wanted) == (2, school.second.lesson, True)
    with pytest.raises(DomainError) as error:
        scheduling.schedule(id, Choice(TOMORROW, 2, 1), school.office, Rights())
    assert error.value.code == "place_taken"
    act = scheduling.schedule(id, Choice(TOMORROW, 2, 1, swap=school.second.lesson), school.office, Rights())
    db.session.remove()
    assert db.session.get_one(Lesson, school.first.lesson).n == 2
    assert db.session.get_one(Lesson, school.second.lesson).n == 1
    changing.undo(act, school.office)
    assert scheduling.is_undone(db.session, wish(id))
    scheduling.take_back(id, school.office)
    assert wish(id).state == "agreed"


def test_a_cancellation_needs_no_time(school: School) -> None:
    id = asking.ask(Wish("cancel", school.algebra, school.first.lesson_course), school.office)
    asking.answer(id, True, "", school.by(school.lodkin))
    scheduling.schedule(id, None, school.office, Rights())
    db.session.remove()
    assert db.session.get_one(Lesson, school.first.lesson).state == "cancelled"


def test_a_consultation_is_an_added_lesson_that_says_so(school: School) -> None:
    id = asking.ask(Wish("consultation", school.algebra, text="fractions, please"), school.office)
    asking.answer(id, True, "", school.by(school.lodkin))
    with pytest.raises(DomainError, match="slot_needed"):
        scheduling.schedule(id, None, school.office, Rights())
    act = scheduling.schedule(id, Choice(TOMORROW, 6, 1), school.office, Rights(), topic="Consultation")
    views = db.session.scalars(
        select(LessonCourse).where(LessonCourse.lesson_id.in_(scheduling.changed_by(act)))
    ).all()  # fmt: skip
    assert [(one.course_id, one.topic) for one in views] == [(school.algebra, "Consultation")]


def test_a_teacher_who_is_away_is_not_proposed(school: School) -> None:
    store.write(lambda session: session.add(models.LeaveReason(code="test", name="x", position=1, source="")))
    factory.add(models.TeacherAbsence(id=factory.new_id(), person_id=school.lodkin, since=TOMORROW, until=TOMORROW,
                                      reason="test", noted_at=NOW))  # fmt: skip
    id = asking.ask(Wish("extra", school.algebra), school.office)
    days = {one.place.on for one in scheduling.proposals(db.session, wish(id), TODAY)}
    assert days and TOMORROW not in days


def test_a_wish_about_a_lesson_that_is_over_is_refused(school: School) -> None:
    with pytest.raises(DomainError, match="wish_lesson_over"):
        asking.ask(Wish("move", school.algebra, school.past.lesson_course), school.office)
    with pytest.raises(DomainError, match="field_needed"):
        asking.ask(Wish("again", school.algebra), school.office)


def test_the_same_wish_twice_is_one(school: School) -> None:
    assert asking.ask(move(school), school.office) == asking.ask(move(school), school.office)


def test_lists_show_what_waits_for_whom(school: School) -> None:
    id = asking.ask(move(school, 2), school.office)
    asking.answer(id, True, "", school.by(school.lodkin))
    waits = wish_list.listed(db.session, wish_list.to_answer(school.parusov))
    assert [(one.id, [two.name for two in one.waits_for]) for one in waits] == [(id, ["Parusov S."])]
    assert wish_list.listed(db.session, wish_list.to_answer(school.lodkin)) == []
    asking.refuse(id, "no room", school.by(school.parusov))
    told = wish_list.listed(db.session, wish_list.decided_for(school.office.person_id, NOW), ("refused",))
    assert [(one.id, one.outcome) for one in told] == [(id, "no room")]


def test_withdrawing_ends_it(school: School) -> None:
    id = asking.ask(move(school), school.office)
    asking.withdraw(id, "", school.office)
    assert wish(id).state == "withdrawn"
    with pytest.raises(DomainError, match="wish_ended"):
        asking.refuse(id, "late", school.office)
