"""What the board asks of single lessons: each once, never over somebody else's change."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from server.errors import DomainError
from server.extensions import db
from server.models import Lesson, LessonAct
from server.services.content import Author
from server.services.days import board, changing, composing
from server.services.days.changing import Rights
from server.services.days.composing import Side, Wanted
from server.services.days.state import LessonState, state_of
from tests.server import apps, factory
from tests.server.village import NOW

TODAY = factory.TODAY
DAY = TODAY + timedelta(days=1)


class Desk:
    """Two lessons of a class on one day, a room and two teachers."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        self.me, self.other = factory.person("Lodkin"), factory.person("Parusov")
        self.by = Author(self.me, factory.account("lodkin", person_id=self.me), NOW, TODAY)
        factory.grant(self.other, "subject_teacher")
        self.group = factory.group()
        self.courses = [factory.course(self.group), factory.course(self.group, "physics")]
        self.one, self.two = (
            factory.lesson(course, on=DAY, n=n, teacher_id=self.me).lesson for n, course in enumerate(self.courses, 1)
        )

    def state(self, id: str) -> LessonState:
        db.session.remove()
        return state_of(db.session.get_one(Lesson, id))

    def side(self, id: str) -> Side:
        state = self.state(id)
        return Side(id, state.mark(), 1, state.n)

    def acts(self) -> int:
        return db.session.scalar(select(func.count()).select_from(LessonAct)) or 0

    def wanted(self, id: str, **values: object) -> Wanted:
        state = self.state(id)
        form = {"on": state.on, "n": state.n, "shift": 1, "room": state.room or "", "teachers": state.teachers}
        return Wanted(**{**form, **values})  # type: ignore[arg-type]


@pytest.fixture
def desk(app: APIFlask) -> Desk:
    return Desk()


def refused(code: str, act, *given, **values) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DomainError) as error:
        act(db.session, *given, **values)
    assert error.value.code == code


def test_a_lesson_moves_once_however_often_it_is_sent(desk: Desk) -> None:
    given = (desk.one, desk.state(desk.one).mark(), 1, 5, desk.by, Rights())
    composing.move(db.session, *given)
    refused("nothing_to_change", composing.move, *given)
    assert desk.state(desk.one).n == 5 and desk.acts() == 1


def test_who_looked_at_an_older_state_is_refused_and_nothing_moves(desk: Desk) -> None:
    seen = desk.state(desk.one).mark()
    composing.move(db.session, desk.one, seen, 1, 5, desk.by, Rights())
    refused("lesson_changed", composing.move, desk.one, seen, 1, 6, desk.by, Rights())
    refused("lesson_changed", composing.cancel, desk.one, seen, desk.by, Rights())
    refused("bad_request", composing.move, desk.one, "", 1, 6, desk.by, Rights())
    assert desk.state(desk.one).n == 5


def test_two_lessons_swap_once_and_back(desk: Desk) -> None:
    sides = desk.side(desk.one), desk.side(desk.two)
    composing.swap(db.session, *sides, desk.by, Rights())
    assert (desk.state(desk.one).n, desk.state(desk.two).n) == (2, 1)
    refused("nothing_to_change", composing.swap, *sides, desk.by, Rights())
    assert (desk.state(desk.one).n, desk.state(desk.two).n) == (2, 1)
    composing.swap(db.session, desk.side(desk.one), desk.side(desk.two), desk.by, Rights())
    assert (desk.state(desk.one).n, desk.state(desk.two).n) == (1, 2)


def test_a_swap_of_which_one_half_is_stale_moves_nothing(desk: Desk) -> None:
    sides = desk.side(desk.one), desk.side(desk.two)
    composing.move(db.session, desk.two, desk.state(desk.two).mark(), 1, 7, desk.by, Rights())
    refused("lesson_changed", composing.swap, *sides, desk.by, Rights())
    assert (desk.state(desk.one).n, desk.state(desk.two).n) == (1, 7)


def test_a_lesson_is_cancelled_and_held_after_all(desk: Desk) -> None:
    before = desk.state(desk.one)
    composing.cancel(db.session, desk.one, before.mark(), desk.by, Rights(), "no heating")
    cancelled = desk.state(desk.one)
    assert cancelled == replace(before, state="cancelled")
    composing.restore(db.session, desk.one, cancelled.mark(), desk.by, Rights())
    assert desk.state(desk.one) == before


def test_the_form_changes_everything_at_once_and_names_the_deed_by_its_main_part(desk: Desk) -> None:
    mark, room = desk.state(desk.one).mark(), factory.new_id()
    factory.add(composing.Room(id=room, name="12"))
    wanted = desk.wanted(desk.one, teachers=(desk.other,), room=room, forms={desk.courses[0]: "live"})
    act = composing.change(db.session, desk.one, mark, wanted, desk.by, Rights(), "ill")
    after = desk.state(desk.one)
    assert (after.teachers, after.room, after.parts[0].form) == ((desk.other,), room, "live")
    assert db.session.get_one(LessonAct, act).kind == "substituted"
    changing.undo(act, desk.by)
    assert desk.state(desk.one).mark() == mark


@pytest.mark.parametrize(("values", "code"), [
    ({"n": 99}, "value_invalid"), ({"shift": 9}, "value_invalid"), ({"room": "none"}, "room_unknown"),
    ({"teachers": ("nobody",)}, "person_unknown"), ({"on": TODAY + timedelta(days=3000)}, "date_invalid"),
    ({"teachers": tuple("abcdef")}, "value_invalid"),
])  # fmt: skip
def test_what_is_not_there_is_refused(desk: Desk, values: dict[str, object], code: str) -> None:
    mark = desk.state(desk.one).mark()
    refused(code, composing.change, desk.one, mark, desk.wanted(desk.one, **values), desk.by, Rights())
    assert desk.state(desk.one).mark() == mark


def test_a_student_holds_no_lesson(desk: Desk) -> None:
    student = factory.student(desk.group)
    wanted = desk.wanted(desk.one, teachers=(student,))
    refused("person_unknown", composing.change, desk.one, desk.state(desk.one).mark(), wanted, desk.by, Rights())


def test_one_more_lesson_is_added_once(desk: Desk) -> None:
    wanted = Wanted(DAY, 6, 1, teachers=(desk.other,), forms={desk.courses[0]: "live"})
    act = composing.add(db.session, desk.courses[0], wanted, desk.by, Rights())
    refused("nothing_to_change", composing.add, desk.courses[0], wanted, desk.by, Rights())
    db.session.remove()
    [row] = db.session.scalars(select(Lesson).where(Lesson.n == 6, Lesson.state == "planned"))
    assert [(part.course_id, part.form) for part in row.courses] == [(desk.courses[0], "live")]
    changing.undo(act, desk.by)
    composing.add(db.session, desk.courses[0], wanted, desk.by, Rights())


def test_the_last_act_of_a_day_is_that_of_whoever_made_it(desk: Desk) -> None:
    assert board.last_act(db.session, DAY) is None
    first = composing.move(db.session, desk.one, desk.state(desk.one).mark(), 1, 5, desk.by, Rights())
    later = DAY + timedelta(days=1)
    second = composing.change(db.session, desk.one, desk.state(desk.one).mark(), desk.wanted(desk.one, on=later),
                              desk.by, Rights())  # fmt: skip
    db.session.remove()
    for day in (DAY, later):  # where it went to, and where it came from
        assert board.last_act(db.session, day).act.id == second
    assert board.changed(db.session, later) == {desk.one: "moved"}
    changing.undo(second, desk.by)
    db.session.remove()
    assert board.last_act(db.session, DAY).act.id == first
    assert board.last_act(db.session, later) is None
    assert board.changed(db.session, later) == {}


@pytest.mark.postgres
def test_a_lesson_is_moved_swapped_and_undone_on_postgresql(tmp_path: Path, pg_url: str) -> None:
    with apps.on_postgres(tmp_path / "home", pg_url) as app, app.test_request_context():
        desk = Desk()
        test_a_lesson_moves_once_however_often_it_is_sent(desk)
        later = replace(desk.by, now=NOW + timedelta(minutes=1))
        act = composing.swap(db.session, desk.side(desk.one), desk.side(desk.two), later, Rights())
        db.session.remove()
        assert board.last_act(db.session, DAY).act.id == act
        changing.undo(act, desk.by)
        assert (desk.state(desk.one).n, desk.state(desk.two).n) == (5, 2)
