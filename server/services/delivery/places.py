"""Where each student's paper is handed over: at a stop, else at school in the class."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.models import Group, Membership, Person, Stop


@dataclass(frozen=True)
class Place:
    """A stop, or (``stop_id`` None) the class ``group_id`` at school. ``name``: of the stop or the class; ``days``:
    how long works take to come back from there."""

    stop_id: str | None
    group_id: str | None
    name: str
    days: int = 0


@dataclass(frozen=True)
class Standing:
    """A student as far as delivery needs it: the class in that week, if any, and where the paper goes."""

    group: Group | None
    place: Place


def standings(session: Session, student_ids: Collection[str], monday: date, today: date) -> dict[str, Standing]:
    """Class and place of students in a week; who is in no class then stands under no class."""
    stops = open_stops(session, today)
    classes = classes_of(session, student_ids, monday)
    found = {}
    for student_id, stop_id in session.execute(select(Person.id, Person.stop_id).where(Person.id.in_(student_ids))):
        group, stop = classes.get(student_id), stops.get(stop_id or "")
        place = at_stop(stop) if stop is not None else at_school(group)
        found[student_id] = Standing(group, place)
    return found


def at_stop(stop: Stop) -> Place:
    """The place that a stop is."""
    return Place(stop.id, None, stop.name, stop.days)


def at_school(group: Group | None) -> Place:
    """At school, with the class."""
    return Place(None, group.id if group else None, group.name if group else "")


def open_stops(session: Session, today: date) -> dict[str, Stop]:
    """The stops that are served, by id, in the order of the round."""
    rows = session.scalars(
        select(Stop).where(or_(Stop.closed_on.is_(None), Stop.closed_on > today)).order_by(Stop.position, Stop.name)
    )
    return {stop.id: stop for stop in rows}


def classes_of(session: Session, student_ids: Collection[str], monday: date) -> dict[str, Group]:
    """The class of each student in the week that begins on a day; who changed within it counts in the later one."""
    rows = session.execute(
        select(Membership.person_id, Group).join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id.in_(list(student_ids)), Group.kind == "class",
               Membership.since <= monday + timedelta(days=6),
               or_(Membership.until.is_(None), Membership.until >= monday))
        .order_by(Membership.since)
    )  # fmt: skip
    return dict(rows.all())  # type: ignore[arg-type]
