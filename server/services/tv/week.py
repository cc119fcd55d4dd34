"""The TV lessons of some days: for each class and each teacher, with what does not fit."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Broadcast, Group, Membership, Person
from server.services.days.reading import Days, Held, read_days
from server.services.tv.decided import decided
from server.services.tv.placing import Sent, Trouble, View, matched, troubles
from server.services.works import current


@dataclass(frozen=True)
class Line:
    """A broadcast as a class or a teacher has it; ``lesson`` None: it is for no lesson of the class yet."""

    sent: Sent
    klass: str
    lesson: Held | None = None
    view: View | None = None


@dataclass(frozen=True)
class Week:
    """All broadcasts of some days. ``subjects``: broadcast → the subject as its file names it; ``classes``: those of
    which the timetable has lessons or the broadcasts a grade, id → name, the lowest grade first."""

    days: Days
    sent: tuple[Sent, ...]
    subjects: Mapping[str, str]
    views: tuple[View, ...]
    lessons: Mapping[str, Held]
    classes: Mapping[str, str]
    troubles: tuple[Trouble, ...]
    by_broadcast: Mapping[str, tuple[View, ...]] = field(default_factory=dict)

    def of_class(self, klass: str) -> list[Line]:
        """The broadcasts of a class's grade, in order, each with its lesson."""
        grade = self.days.facts.groups[klass].grade
        return [line for one in self.sent if one.grade == grade or self._has(one, klass)
                for line in self._lines(one, klass)]  # fmt: skip

    def of_teacher(self, person_id: str) -> list[Line]:
        """The TV lessons that somebody holds, in order."""
        return [
            Line(one, view.klass, self.lessons[view.lesson], view)
            for one in self.sent for view in self.by_broadcast.get(one.id, ())
            if person_id in self.lessons[view.lesson].teachers
        ]  # fmt: skip

    def teachers(self) -> list[tuple[str, str, int]]:
        """Id, name and number of TV lessons of all who hold any, by name."""
        names = self.days.facts.people
        counted = Counter(id for one in self.sent for view in self.by_broadcast.get(one.id, ())
                          for id in self.lessons[view.lesson].teachers)  # fmt: skip
        return sorted(((id, names[id], count) for id, count in counted.items()), key=lambda row: row[1])

    def linked(self, klass: str) -> int:
        """How many broadcasts have a lesson of the class."""
        return sum(line.lesson is not None for line in self.of_class(klass))

    def _has(self, one: Sent, klass: str) -> bool:
        return any(view.klass == klass for view in self.by_broadcast.get(one.id, ()))

    def _lines(self, one: Sent, klass: str) -> list[Line]:
        own = [view for view in self.by_broadcast.get(one.id, ()) if view.klass == klass]
        return [Line(one, klass, self.lessons[view.lesson], view) for view in own] or [Line(one, klass)]


def read_week(session: Session, first: date, last: date) -> Week:
    """Everything from first to last, both included."""
    days = read_days(session, first, last)
    rows = session.scalars(
        select(Broadcast).where(Broadcast.on.between(first, last))
        .order_by(Broadcast.on, Broadcast.starts, Broadcast.channel, Broadcast.grade)
    ).all()  # fmt: skip
    sent = [
        Sent(row.id, row.on, row.starts, row.minutes, row.channel, row.grade, row.subject.casefold(), row.topic)
        for row in rows
    ]
    by_hand = decided(session, {one.on for one in days.lessons})
    views = views_of(days, by_hand)
    closed = set(session.scalars(select(Group.id).where(Group.closed_on.is_not(None))))
    classes = {
        group.id: group.name
        for group in sorted(days.facts.groups.values(), key=lambda group: (group.grade or 99, group.name))
        if group.kind == "class" and group.id not in closed
    }
    linked: dict[str, list[View]] = {}
    for view in views:
        if view.broadcast:
            linked.setdefault(view.broadcast, []).append(view)
    grades = {id: days.facts.groups[id].grade for id in classes}
    return Week(
        days, tuple(sent), {row.id: row.subject for row in rows}, tuple(views), {one.id: one for one in days.lessons},
        classes, tuple(troubles(sent, views, grades, _families(session, first))),
        {id: tuple(own) for id, own in linked.items()},
    )  # fmt: skip


def views_of(days: Days, by_hand: set[tuple[str, str]]) -> list[View]:
    """Each course's view of the lessons that are held."""
    facts = days.facts
    return [
        View(part.id, one.id, part.course, facts.class_of(part.group).id, facts.groups[part.group].grade,
             facts.subjects[part.subject].casefold(), one.on, one.n, one.starts, one.ends, part.broadcast, part.form,
             (one.id, part.course) in by_hand)
        for one in days.lessons if one.is_held for part in one.parts
    ]  # fmt: skip


def automatic(week: Week) -> dict[str, str | None]:
    """Broadcast of each view as files would link them."""
    return matched(week.sent, week.views)


def _families(session: Session, day: date) -> set[tuple[str, str]]:
    """Pairs of classes in which some family has children."""
    rows = session.execute(
        select(Person.household_id, Membership.group_id).join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .where(Group.kind == "class", Person.household_id.is_not(None),
               current(Membership.since, Membership.until, day)).distinct()
    )  # fmt: skip
    homes: dict[str, set[str]] = {}
    for home, klass in rows:
        homes.setdefault(home, set()).add(klass)
    return {(one, other) for own in homes.values() for one, other in combinations(sorted(own), 2)}
