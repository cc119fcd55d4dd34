"""A timetable that comes in again changes no lesson that was given to somebody else."""

from apiflask import APIFlask
from sqlalchemy import func, select

from server.extensions import db
from server.models import Account, Lesson, LessonTeacher
from server.services.content import Author
from server.services.days.changing import Rights
from server.services.days.state import state_of
from server.services.substitution import asking, away, confirming, proposing
from server.services.substitution.away import NewAbsence
from server.services.substitution.choosing import Choice
from tests.server import factory, village
from tests.server.factory import TODAY

WEEK_END = TODAY.replace(day=11)


def test_an_import_keeps_what_was_given_in_the_village(here: APIFlask) -> None:
    clerk = factory.account("clerk", "deputy_studies")
    by = Author(factory.person_of(clerk), clerk, village.NOW, TODAY)
    busiest = db.session.scalar(
        select(LessonTeacher.person_id).join(Lesson).where(Lesson.on.between(TODAY, WEEK_END))
        .group_by(LessonTeacher.person_id).order_by(func.count().desc(), LessonTeacher.person_id).limit(1)
    )  # fmt: skip
    absence = away.note(NewAbsence(busiest, TODAY, WEEK_END, None, None, "illness"), by)
    work = proposing.open_work(db.session, absence, TODAY)
    assert len(work.cases) > 15
    marks = {lesson.id: lesson.as_state().mark() for lesson in work.days.lessons}
    choices = [Choice(case.lesson.id, *case.best) for case in work.cases]
    assert all(choice.what for choice in choices)
    confirming.confirm(absence, choices, marks, None, by, Rights())

    def stands() -> dict[str, object]:
        db.session.remove()
        rows = db.session.scalars(select(Lesson).where(Lesson.on.between(TODAY, WEEK_END)))
        return {row.id: state_of(row) for row in rows if row.state != "withdrawn"}

    before = stands()
    assert proposing.open_work(db.session, absence, TODAY).cases == ()
    report = village.bring("timetable", *village.FILES["timetable"])
    assert not report.errors
    assert stands() == before
    assert proposing.open_work(db.session, absence, TODAY).cases == ()


def test_a_teacher_is_found_as_people_write_names(here: APIFlask) -> None:
    person = asking.teacher(db.session, "незабудкина")
    assert person.last_name == "Незабудкина"
    for typed in (f"{person.last_name} {person.first_name[0]}.", f" {person.last_name.upper()} {person.first_name} "):
        assert asking.teacher(db.session, typed).id == person.id
    factory.account("flowers", person_id=person.id)
    assert asking.teacher(db.session, "Flowers").id == person.id
    assert db.session.scalar(select(func.count(Account.id))) == 1
