"""Two parallel classes with subgroups and five teachers on two days, for tests of substitutions."""

from datetime import date, timedelta

from sqlalchemy import select

from server.extensions import db
from server.models import Lesson, LessonChange, LessonCourse
from server.services.content import Author
from server.services.days.changing import Rights
from server.services.days.state import LessonState, state_of
from server.services.substitution import away, confirming, proposing
from server.services.substitution.away import NewAbsence
from server.services.substitution.choosing import Choice
from server.services.substitution.proposing import Case, Work
from tests.server import factory
from tests.server.village import NOW

TODAY = factory.TODAY
TUESDAY = TODAY + timedelta(days=1)


class Place:
    """Ann teaches algebra in 7a and 7b, Bob physics in 7a, Cat algebra in 7b too, Dan leads 7a; English in 7a has two
    subgroups, of Ann and of Eve. Everybody's lessons are on Tuesday."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        factory.bells(2)
        self.clerk = factory.person("Rulev", "Pyotr")
        self.by = Author(self.clerk, factory.account("clerk", person_id=self.clerk), NOW, TODAY)
        self.ann, self.bob, self.cat, self.dan, self.eve = (
            factory.person(last) for last in ("Annina", "Bobrov", "Catkin", "Danov", "Evina")
        )
        self.a, self.b = factory.group(), factory.group("7 «Б»", "7b")
        first, second = (
            factory.group(name, f"7a-{n}", None, "subgroup", parent_id=self.a, division="1")
            for n, name in enumerate(("Группа 1", "Группа 2"), 1)
        )
        factory.grant(self.dan, "class_teacher", group_id=self.a)
        self.courses = {
            "algebra": factory.course(self.a), "physics": factory.course(self.a, "physics"),
            "algebra-b": factory.course(self.b), "english-1": factory.course(first, "English"),
            "english-2": factory.course(second, "English"),
        }  # fmt: skip
        for key, who in (("algebra", self.ann), ("physics", self.bob), ("algebra-b", self.cat),
                         ("english-1", self.ann), ("english-2", self.eve)):  # fmt: skip
            factory.teacher(self.courses[key], who)
        self.lessons = {
            "algebra": self.lesson("algebra", 1, self.ann), "physics": self.lesson("physics", 4, self.bob),
            "english-1": self.lesson("english-1", 2, self.ann), "english-2": self.lesson("english-2", 2, self.eve),
            "algebra-b": self.lesson("algebra-b", 5, self.cat),
        }  # fmt: skip

    def lesson(self, course: str, n: int, who: str | None, on: date = TUESDAY, **values: object) -> str:
        return factory.lesson(self.courses[course], on=on, n=n, teacher_id=who, form="live", **values).lesson

    def absence(self, who: str = "", since: date = TUESDAY, until: date | None = None, **values: object) -> str:
        new = NewAbsence(who or self.ann, since, until or since, values.get("first"), values.get("last"),
                         str(values.get("reason", "illness")), str(values.get("order", "")))  # fmt: skip
        return away.note(new, self.by)

    def work(self, absence: str, today: date = TODAY) -> Work:
        db.session.remove()
        return proposing.open_work(db.session, absence, today)

    def cases(self, absence: str) -> dict[str, Case]:
        keys = {id: key for key, id in self.lessons.items()}
        return {keys.get(case.lesson.id, case.lesson.id): case for case in self.work(absence).cases}

    def marks(self) -> dict[str, str]:
        db.session.remove()
        return {row.id: state_of(row).mark() for row in db.session.scalars(select(Lesson))}

    def confirm(
        self, absence: str, *choices: Choice, by: Author | None = None, seen: dict[str, str] | None = None
    ) -> str:
        marks = self.marks() if seen is None else seen
        return confirming.confirm(absence, choices, marks, None, by or self.by, Rights())

    def choice(self, key: str, what: str, who: str = "", task: str = "") -> Choice:
        return Choice(self.lessons[key], what, self.lessons.get(who, who), task)

    def state(self, key: str) -> LessonState:
        db.session.remove()
        return state_of(db.session.get_one(Lesson, self.lessons[key]))

    def view(self, key: str) -> str:
        return db.session.scalar(select(LessonCourse.id).where(LessonCourse.lesson_id == self.lessons[key]))

    def everything(self) -> list[tuple[str, LessonState]]:
        db.session.remove()
        return [(row.id, state_of(row)) for row in db.session.scalars(select(Lesson).order_by(Lesson.id))]

    def changes(self) -> list[tuple[str, bool]]:
        db.session.remove()
        rows = db.session.scalars(select(LessonChange).order_by(LessonChange.id))
        return [(row.kind, row.undone) for row in rows]
