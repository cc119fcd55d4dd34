"""Modes as they are kept, the forms they propose for real lessons, and that no reason leaves the school."""

from datetime import date, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Broadcast, LessonAct, LessonCourse, ModePeriod
from server.services import freezing, schema
from server.services.content import Author
from server.services.days import changing, mode_periods
from server.services.days.changing import Rights
from server.services.days.mode_periods import Told
from server.services.weeks import week_days, window_of
from tests.server import factory
from tests.server.village import NOW

TODAY = factory.TODAY
MORROW = TODAY + timedelta(days=1)


class Class:
    """7a with three students, algebra and a TV lesson tomorrow, and a lesson of 7b."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        schema.prepare()
        self.me = factory.person("Lodkin")
        self.by = Author(self.me, factory.account("me", person_id=self.me), NOW, TODAY)
        self.group, other = factory.group(), factory.group("7 «Б»", "7b")
        self.students = [factory.student(self.group, f"Veslov{n}") for n in range(3)]
        factory.student(other, "Yakornaya")
        course, self.tv = factory.course(self.group), factory.course(self.group, "physics")
        self.plain = factory.lesson(course, on=MORROW, n=1, form=None)
        self.broadcast = factory.lesson(self.tv, on=MORROW, n=2, form=None)
        self.later = factory.lesson(course, on=TODAY + timedelta(days=3), n=1, form=None)
        self.stranger = factory.lesson(factory.course(other), on=MORROW, n=1, form=None)
        show = factory.new_id()
        factory.add(Broadcast(id=show, on=MORROW, starts="10:00", minutes=30, channel="One", grade=7,
                              subject="physics"))  # fmt: skip
        store.write(lambda session: setattr(
            session.get_one(LessonCourse, self.broadcast.lesson_course), "broadcast_id", show))  # fmt: skip

    def has(self, *internet: str) -> None:
        for student, code in zip(self.students, internet, strict=True):
            factory.connectivity(student, code, device="laptop", device_shared=False)

    def told(self, **values: Any) -> Told:
        given = {"mode": "distance", "since": MORROW, "until": MORROW, "reason": "quarantine", "groups": (self.group,)}
        return Told(**{**given, **values})

    def begin(self, **values: Any) -> str:
        return mode_periods.start(self.told(**values), self.by)[0]

    def proposed(self, id: str) -> dict[str, str]:
        db.session.remove()
        return {one.lesson.id: one.form for one in mode_periods.proposals(db.session, id, TODAY).lines}

    def form(self, view: str) -> str | None:
        db.session.remove()
        return db.session.get_one(LessonCourse, view).form

    def accept(self, id: str, **values: Any) -> str:
        db.session.remove()
        found = mode_periods.proposals(db.session, id, TODAY)
        return mode_periods.accept(db.session, found, values.pop("chosen", {}), self.by, Rights(), **values)


@pytest.fixture
def klass(app: APIFlask) -> Class:
    return Class()


def test_a_quarantine_proposes_forms_by_what_families_have(klass: Class) -> None:
    klass.has("good", "good", "none")
    id = klass.begin()
    assert klass.proposed(id) == {klass.plain.lesson: "self", klass.broadcast.lesson: "tv"}
    act = klass.accept(id, chosen={klass.broadcast.lesson_course: "paper"})
    assert (klass.form(klass.plain.lesson_course), klass.form(klass.broadcast.lesson_course)) == ("self", "paper")
    assert klass.form(klass.stranger.lesson_course) is None and klass.form(klass.later.lesson_course) is None
    assert db.session.get_one(LessonAct, act).kind == "mode"
    changing.undo(act, klass.by)
    assert klass.form(klass.plain.lesson_course) is None


@pytest.mark.parametrize(("internet", "form"), [
    (("good", "good", "good"), "live"), (("good", "phone_2g3g", "good"), "self"), (("none", "none", "good"), "paper"),
])  # fmt: skip
def test_the_form_of_a_lesson_follows_the_newest_word(klass: Class, internet: tuple[str, ...], form: str) -> None:
    klass.has(*internet)
    id = klass.begin()
    assert klass.proposed(id)[klass.plain.lesson] == form


def test_a_class_that_learns_in_person_by_its_own_word_is_left_out_of_the_schools_mode(klass: Class) -> None:
    whole = klass.begin(groups=())
    assert set(klass.proposed(whole)) == {klass.plain.lesson, klass.broadcast.lesson, klass.stranger.lesson}
    klass.begin(mode="in_person")
    assert set(klass.proposed(whole)) == {klass.stranger.lesson}


def test_a_student_at_home_changes_no_lesson_of_the_class(klass: Class) -> None:
    id = klass.begin(groups=(), student=klass.students[0], reason="illness")
    assert klass.proposed(id) == {}


def test_ended_earlier_lessons_go_back_to_the_form_they_had(klass: Class) -> None:
    klass.has("good", "good", "good")
    id = klass.begin(until=TODAY + timedelta(days=5))
    klass.accept(id)
    assert klass.form(klass.later.lesson_course) == "live"
    mode_periods.end(id, MORROW, klass.by)
    assert klass.proposed(id) == {klass.later.lesson: ""}
    klass.accept(id)
    assert klass.form(klass.later.lesson_course) is None and klass.form(klass.plain.lesson_course) == "live"


def test_the_same_is_kept_once_and_one_that_never_held_is_taken_away(klass: Class) -> None:
    id = klass.begin()
    with pytest.raises(DomainError, match="nothing_to_change"):
        klass.begin()
    mode_periods.end(id, TODAY, klass.by)
    db.session.remove()
    assert db.session.scalar(select(func.count()).select_from(ModePeriod)) == 0


@pytest.mark.parametrize(("values", "code"), [
    ({"mode": "asleep"}, "value_invalid"), ({"reason": "whim"}, "value_invalid"),
    ({"groups": ("none",)}, "group_unknown"),
    ({"until": date(2026, 1, 1)}, "date_order"), ({"note": "n" * 201}, "text_long"),
    ({"groups": (), "student": "none"}, "person_unknown"),
])  # fmt: skip
def test_what_does_not_fit_is_refused(klass: Class, values: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError, match=code):
        klass.begin(**values)


def test_no_reason_order_or_note_of_a_mode_leaves_the_school(klass: Class) -> None:
    factory.add(freezing.Day(on=MORROW, approved_at=NOW))
    id = klass.begin(reason="quarantine", order_no="order-417", note="measles-note")
    db.session.remove()
    found = mode_periods.proposals(db.session, id, TODAY)
    mode_periods.accept(db.session, found, {}, klass.by, Rights(may_approve=True), reason="measles-reason")
    db.session.remove()
    text = str(freezing.freeze(db.session, window_of(TODAY), week_days(TODAY)))
    assert "algebra" in text and "paper" in text
    for secret in ("quarantine", "order-417", "measles"):
        assert secret not in text
