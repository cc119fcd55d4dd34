"""What a person owes today, composed from what other services read; every list begins with the oldest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from server.models import Account, AuditEntry, Day, DutyRota, Group, Lesson
from server.policy import Realm
from server.services import people, publishing
from server.services.lesson_list import LessonLine, counted, held_by, lessons_between, of_teacher
from server.services.scanning import stacks

AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Issued:
    """The edition that is out."""

    number: int
    at: datetime


@dataclass(frozen=True)
class Unapproved:
    """A coming day with lessons that does not go out yet."""

    on: date
    lessons: int
    incomplete: int


@dataclass(frozen=True)
class Upkeep:
    """The state of accounts and imports: staff without an account, imports of the last days (kind, moment)."""

    without_account: int
    closed: int
    imports: tuple[tuple[str, datetime], ...]


def edition(session: Session) -> Issued | None:
    """The edition that is out now."""
    row = publishing.newest(session)
    return Issued(row.number, row.issued_at) if row else None


def lessons(session: Session, person_id: str, day: date) -> list[LessonLine]:
    """The lessons that a person holds on a day."""
    return lessons_between(session, day, day, held_by(person_id))


def teaching(
    session: Session, person_id: str, day: date
) -> tuple[list[LessonLine], list[LessonLine], list[LessonLine]]:
    """The lessons that a person holds on a day, those of the coming week, after it, that lack something, and those
    held soon in somebody's stead."""
    lines = lessons_between(session, day, day + AHEAD, of_teacher(person_id))
    held = [line for line in lines if line.on == day and person_id in {teacher.id for teacher in line.teachers}]
    return held, [line for line in lines if line.on > day and not line.complete], standing_in(lines, person_id, day)


def standing_in(lines: Iterable[LessonLine], person_id: str, day: date) -> list[LessonLine]:
    """Of a person's lessons those that were given to them in somebody's stead, on the day and the next school day."""
    given = [line for line in lines if line.change == "substituted" and line.state == "planned"
             and person_id in {teacher.id for teacher in line.teachers}]  # fmt: skip
    following = min((line.on for line in lines if line.on > day), default=day)
    return [line for line in given if line.on in (day, following)]


def all_lessons(session: Session, day: date) -> list[LessonLine]:
    """The lessons of a day, for who notes attendance."""
    return [line for line in lessons_between(session, day, day, by_plan=False) if line.state == "planned"]


def incomplete(session: Session, person_id: str, day: date) -> list[LessonLine]:
    """The person's lessons of the coming week, after the day itself, that lack something."""
    lines = lessons_between(session, day + timedelta(days=1), day + AHEAD, of_teacher(person_id), by_plan=False)
    return [line for line in lines if not line.complete]


def unapproved(session: Session, day: date) -> Unapproved | None:
    """The next day with lessons, if it is not approved; the day itself is asked about too."""
    approved = select(Day.on).where(Day.approved_at.is_not(None))
    following = aliased(Lesson)
    next_day = (
        select(func.coalesce(func.min(following.on), day))
        .where(following.on.between(day + timedelta(days=1), day + AHEAD), following.state == "planned")
        .scalar_subquery()
    )  # fmt: skip
    open_day = session.scalar(
        select(func.min(Lesson.on)).where(Lesson.on.between(day, next_day), Lesson.state == "planned",
                                          Lesson.on.not_in(approved))
    )  # fmt: skip
    return Unapproved(open_day, *counted(session, open_day)) if open_day else None


def duty(session: Session, person_id: str, now: datetime) -> DutyRota | None:
    """The person's present or next duty on the hotline."""
    return session.scalars(
        select(DutyRota).where(DutyRota.person_id == person_id, DutyRota.until > now).order_by(DutyRota.since).limit(1)
    ).first()


def upkeep(session: Session, day: date, now: datetime) -> Upkeep:
    """Accounts and imports as an administrator must know them."""
    accounts = dict(tuple(row) for row in session.execute(select(Account.person_id, Account.is_active)))
    staff = people.staff(session, day)
    recent = session.execute(
        select(AuditEntry.target, AuditEntry.at).where(AuditEntry.action == "import", AuditEntry.at > now - AHEAD)
        .order_by(AuditEntry.at.desc()).limit(5)
    ).all()  # fmt: skip
    return Upkeep(
        sum(member.id not in accounts for member in staff), sum(not active for active in accounts.values()),
        tuple((kind, at) for kind, at in recent),
    )  # fmt: skip


def scanned(person_id: str, realm: Realm) -> Select[tuple[int]]:
    """SQL: how many scanned pages wait for this person: of all who may log all works, else of the own stacks."""
    return stacks.waiting_number(stacks.Looker(person_id, realm.everything))


def classes() -> Select[tuple[int]]:
    """SQL: 1 if the school has any class, else 0: without one nothing can be done but bring lists in."""
    return select(func.count()).select_from(select(Group.id).limit(1).subquery())


def numbers(session: Session, wanted: Mapping[str, Select[tuple[int]]]) -> dict[str, int]:
    """What these count, by the names given, in one query."""
    if not wanted:
        return {}
    row = session.execute(select(*(query.scalar_subquery() for query in wanted.values()))).one()
    return dict(zip(wanted, row, strict=True))
