"""The demonstration's hotline: a few calls of the last days, what was promised on them, and reception hours."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.models import Group, Guardianship, Membership, Person, ReceptionHours, Request, RoleGrant
from server.services import contacts, requests
from server.services.contacts import ANSWERED, PROMISED, Touch
from server.services.content import Author
from server.services.works import current
from sync.ids import content_id

HOURS = (  # role, weekday, from, to, minutes for a visit
    ("deputy_studies", 2, "16:00", "17:30", 15), ("deputy_upbringing", 4, "15:00", "16:30", 15),
    ("psychologist", 3, "14:00", "17:00", 30), ("class_teacher", 1, "15:30", "16:30", 15),
    ("class_teacher", 4, "15:30", "16:30", 15),
)  # fmt: skip
CALLS = (  # days ago, hour, topic, what was said, seconds, the kind that was promised and whether it is overdue
    (4, 10, "timetable", "Мама спросила, во сколько завтра первый урок; прочитали расписание.", 140, ""),
    (5, 11, "paper_pack", "Интернета дома нет до конца месяца, просят задания на бумаге.", 210, "paper_pack"),
    (1, 15, "consultation", "Не понял тему, просят объяснить ещё раз, лучше после обеда.", 185, "consultation"),
    (0, 9, "technical", "Не открывается страница класса на телефоне, экран белый.", 260, "technical"),
)  # fmt: skip


def furnish(grade: int, now: datetime, today: date, zone: ZoneInfo) -> None:
    """Write it down once; safe to repeat."""

    def save(session: Session) -> None:
        operator = session.scalars(select(RoleGrant.person_id).where(RoleGrant.role == "operator")).first()
        group = session.scalars(select(Group).where(Group.kind == "class", Group.grade == grade)).first()
        if operator is None or group is None:
            return
        _add_hours(session, group.id, today)
        families = session.execute(
            select(Guardianship.student_id, Guardianship.guardian_id)
            .join(Membership, Membership.person_id == Guardianship.student_id)
            .where(Membership.group_id == group.id, current(Membership.since, Membership.until, today))
            .order_by(Guardianship.student_id, Guardianship.id)
        ).all()  # fmt: skip
        for number, call in enumerate(CALLS):
            student, guardian = families[number * 2 % len(families)]
            _add_call(session, number, call, (student, guardian, operator), (now, today, zone))

    store.write(save)


def _add_hours(session: Session, class_id: str, today: date) -> None:
    for role, weekday, starts, ends, minutes in HOURS:
        for person_id in _holders(session, role, class_id):
            id = content_id("demo", "hours", person_id, str(weekday), starts)
            if session.get(ReceptionHours, id) is None:
                session.add(ReceptionHours(id=id, person_id=person_id, weekday=weekday, starts=starts, ends=ends,
                                           minutes=minutes, since=today - timedelta(days=30)))  # fmt: skip


def _holders(session: Session, role: str, class_id: str) -> Sequence[str]:
    query = select(RoleGrant.person_id).join(Person, Person.id == RoleGrant.person_id).where(RoleGrant.role == role)
    if role == "class_teacher":
        query = query.where(RoleGrant.group_id == class_id)
    return session.scalars(query.order_by(Person.last_name)).all()[:1]


def _add_call(
    session: Session, number: int, call: tuple[int, int, str, str, int, str], people: tuple[str, str, str],
    moment: tuple[datetime, date, ZoneInfo],
) -> None:  # fmt: skip
    days, hour, topic, text, seconds, kind = call
    student, guardian, operator = people
    now, today, zone = moment
    day = today - timedelta(days=days)
    at = min(datetime.combine(day, time(hour, 10 + number), zone), now)
    touch = Touch(topic, student, guardian, outcome=PROMISED if kind else ANSWERED, text=text, seconds=seconds)
    id = contacts.note(session, touch, operator, at, f"demo {number}")
    if kind and session.get(Request, content_id("demo", "request", str(number))) is None:
        by = Author(operator, "", at, day)
        wish = requests.Wish(kind, text, student, guardian)
        requests.promise(session, wish, by, content_id("demo", "request", str(number)), id)
