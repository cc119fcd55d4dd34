"""Counts what the school's data holds, under the names that the sample schools' counts.json uses."""

from collections import Counter
from typing import Any

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.models import (
    Broadcast,
    Connectivity,
    Course,
    Group,
    Guardianship,
    Membership,
    Person,
    RoleGrant,
    Room,
    Slot,
    Subject,
    WeeklyLesson,
    WeeklyLessonCourse,
    WeeklyLessonTeacher,
)
from server.services import assessments

NOT_STAFF = ("admin",)  # whoever only looks after the program is not counted among the teachers


def counts(session: Session) -> dict[str, Any]:
    """Numbers of everything that goes on; ``connectivity`` and ``class_sizes`` are counts by word and by class."""
    return {**_people(session), **_timetable(session), **_media(session)}


def _people(session: Session) -> dict[str, Any]:
    query = (
        select(Group.name, func.count())
        .join(Membership, Membership.group_id == Group.id)
        .where(Group.kind == "class", Membership.until.is_(None))
        .group_by(Group.id, Group.name, Group.grade)
        .order_by(Group.grade, Group.name)
    )
    sizes = dict(session.execute(query).all())
    families = _families(session)
    open_groups = Group.closed_on.is_(None)
    working = RoleGrant.role.not_in(NOT_STAFF) & RoleGrant.until.is_(None)
    return {
        "classes": _count(session, Group.id, open_groups, Group.kind == "class"),
        "students": sum(sizes.values()),
        "teachers": session.scalar(select(func.count(distinct(RoleGrant.person_id))).where(working)),
        "families": len(families),
        "families_2plus": sum(size > 1 for size in families),
        "groups": _count(session, Group.id, open_groups, Group.kind.in_(("class", "subgroup"))),
        "class_sizes": sizes,
    }


def _families(session: Session) -> list[int]:
    """How many students each family has here: those of one household or of one guardian."""
    query = select(Person.id, Person.household_id).join(Membership, Membership.person_id == Person.id).join(Group)
    here = dict(session.execute(query.where(Group.kind == "class", Membership.until.is_(None))).all())
    family = {id: id for id in here}

    def head(id: str) -> str:
        while family[id] != id:
            id = family[id] = family[family[id]]
        return id

    shared: dict[str, str] = {}
    pairs = [(household, id) for id, household in here.items() if household]
    pairs += session.execute(select(Guardianship.guardian_id, Guardianship.student_id)).all()
    for bond, id in pairs:
        if id in family:
            family[head(id)] = head(shared.setdefault(bond, id))
    return list(Counter(head(id) for id in family).values())


def _timetable(session: Session) -> dict[str, int]:
    stated = Slot.until.is_(None)  # as the timetable was stated last
    query = select(WeeklyLesson.id, WeeklyLesson.length).where(WeeklyLesson.withdrawn.is_(False))
    held = dict(session.execute(query).all())
    weeks: dict[str, set[str]] = {}
    for id, mask in session.execute(select(Slot.weekly_lesson_id, Slot.weeks).where(stated)):
        weeks.setdefault(id, set()).add(mask)
    classes: dict[str, set[str]] = {}
    class_of = func.coalesce(Group.parent_id, Group.id)
    joined = select(WeeklyLessonCourse.weekly_lesson_id, class_of).join_from(WeeklyLessonCourse, Course)
    for id, class_id in session.execute(joined.join(Group, Group.id == Course.group_id)):
        classes.setdefault(id, set()).add(class_id)
    teachers = Counter(session.scalars(select(WeeklyLessonTeacher.weekly_lesson_id)))
    return {
        "subjects": _count(session, Subject.id),
        "rooms": _count(session, Room.id),
        "lessons": len(held),
        "cards": _count(session, Slot.id, stated),
        "unplaced_lessons": sum(id not in weeks for id in held),
        "cards_without_room": _count(session, Slot.id, stated, Slot.room_id.is_(None)),
        "lessons_two_teachers": sum(teachers[id] == 2 for id in held),
        "lessons_joined_classes": sum(len(classes.get(id, ())) > 1 for id in held),
        "lessons_numerator": sum(weeks.get(id) == {"10"} for id in held),
        "lessons_denominator": sum(weeks.get(id) == {"01"} for id in held),
        "double_lessons": sum(length == 2 for length in held.values()),
        "period0_cards": _count(session, Slot.id, stated, Slot.n == 0),
    }


def _media(session: Session) -> dict[str, Any]:
    newest: dict[str, Connectivity] = {}
    for row in session.scalars(select(Connectivity).order_by(Connectivity.recorded_on)):
        newest[row.student_id] = row
    told = Counter(row.words.get("internet") or row.internet for row in newest.values())
    return {
        "tv_broadcasts": _count(session, Broadcast.id), "connectivity": dict(told),
        "assessments": assessments.count(session),
    }  # fmt: skip


def _count(session: Session, column: InstrumentedAttribute[Any], *conditions: Any) -> int:
    return session.scalar(select(func.count(column)).where(*conditions)) or 0
