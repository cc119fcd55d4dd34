"""The weekly round: every family is told of results once a week; who is not told yet, with the words ready.

Whoever told a family, and however, counts: see ``told``. Brothers and sisters of one household are told together.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import force_locale
from sqlalchemy import ColumnElement, and_, literal, or_, select
from sqlalchemy.orm import Session, aliased

from server import store
from server.errors import DomainError
from server.models import (
    Delivery,
    DeliveryStudent,
    Group,
    Membership,
    Message,
    Person,
    RoleGrant,
    School,
)
from server.policy import Realm
from server.services import audience, messages, thresholds, week_results
from server.services.content import Author
from server.services.family_texts import Sender, results_long, results_sms, results_spoken, results_subject
from server.services.family_ways import Home, Kid, Reach, hindrance, homes_where, reach
from server.services.messages import Draft, Words, child_of, first_moment, language_of
from server.services.people import folded, full_name
from server.services.told import KNOWS, TRIED, Told, told_in_week, touches
from server.services.weeks import monday, week_name
from server.services.works import current
from sync.ids import content_id

EARLY = 2  # weekdays from Monday on which the week before is told, too: there is little of this one yet


@dataclass(frozen=True)
class Part:
    """What is told of some children of a home by one way: the words for every channel."""

    reach: Reach
    person: str
    relation: str
    spoken: str
    long: str
    sms: str
    sms_may: bool  # to the same person: consent and a confirmed number
    hindered: tuple[tuple[str, str], ...] = ()  # ways that must not be used, and why


@dataclass(frozen=True)
class Family:
    """A home in the list. ``told``: by child; ``on_its_way``: state of a delivery of this week that is not out."""

    home: Home
    told: Mapping[str, Told]
    parts: tuple[Part, ...]
    unreached: tuple[Kid, ...]
    on_its_way: str = ""
    tries: tuple[str, ...] = ()  # channels by which nobody was reached in this week

    @property
    def is_told(self) -> bool:
        return all(child.id in self.told for child in self.home.children)


@dataclass(frozen=True)
class Share:
    """How many students of a class were told; ``answers``: class teacher and tutors."""

    slug: str
    name: str
    told: int
    students: int
    answers: tuple[tuple[str, str], ...]  # role, name

    @property
    def percent(self) -> int:
        return round(100 * self.told / self.students) if self.students else 100


def period(today: date) -> tuple[date, date]:
    """The days that are told of: this week, and in its first days the week before as well."""
    first = monday(today)
    return (first - timedelta(days=7) if today.weekday() < EARLY else first), today


def shares(session: Session, realm: Realm, today: date) -> list[Share]:
    """By class and study group, in the school's order."""
    groups = messages.groups_to_address(session, realm)
    zone = session.scalars(select(School.timezone)).one()
    told = told_in_week(session, None, today, zone)
    members: dict[str, set[str]] = {}
    for group_id, person_id in session.execute(
        select(Membership.group_id, Membership.person_id).join(Person, Person.id == Membership.person_id)
        .where(current(Membership.since, Membership.until, today),
               or_(Person.left_on.is_(None), Person.left_on > today))
    ):  # fmt: skip
        members.setdefault(group_id, set()).add(person_id)
    answers: dict[str, list[tuple[str, str]]] = {}
    for role, group_id, person in session.execute(
        select(RoleGrant.role, RoleGrant.group_id, Person).join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role.in_(("class_teacher", "tutor")), current(RoleGrant.since, RoleGrant.until, today))
        .order_by(RoleGrant.role, Person.last_name)
    ):  # fmt: skip
        answers.setdefault(group_id or "", []).append((role, full_name(person)))
    return [
        Share(group.slug, group.name, len(own & told.keys()), len(own), tuple(answers.get(group.id, ())))
        for group in groups for own in [members.get(group.id, set())]
        if own and (group.kind == "class" or group.id in answers)
    ]  # fmt: skip


def untold(session: Session, realm: Realm, today: date, zone: str) -> int:
    """How many students of the realm's groups nobody has told of yet."""
    ids = audience.students_of(session, None if realm.everything else realm.groups, today)
    return len(set(ids) - told_in_week(session, ids, today, zone).keys())


def families(
    session: Session, group: Group, realm: Realm, today: date, school: School | None = None
) -> list[Family]:  # fmt: skip
    """The homes of a group's students, with brothers and sisters whom the realm covers: the untold first."""
    at_home = homes_where(session, _with_siblings(group, realm, today), today)
    ids = [child.id for home in at_home for child in home.children]
    school = school or session.scalars(select(School)).one()
    first, _last = period(today)
    results = week_results.of_week(session, ids, first, today, first_moment(first, school.timezone))
    told, tries, waiting = _happened(session, ids, today, school.timezone)
    texting = any(way.channel == "sms" and not hindrance(way, "result") for home in at_home for way in home.ways)
    most = thresholds.values(session)["sms_parts"] if texting else 1
    found = []
    for home in at_home:
        mine = {child.id for child in home.children}
        chosen, left = reach(home, "result")
        parts = tuple(_part(home, one, results, school, today, most) for one in chosen)
        known = {id: told[id] for id in mine & told.keys()}
        state = next((waiting[id] for id in sorted(mine) if id in waiting), "")
        tried = tuple(sorted({channel for id in mine for channel in tries.get(id, ())}))
        found.append(Family(home, known, parts, left, state, tried))
    return sorted(found, key=lambda family: (family.is_told, bool(family.tries), folded(family.home.children[0].name)))


def _with_siblings(group: Group, realm: Realm, today: date) -> ColumnElement[bool]:
    """SQL: students of the group, and those of their households whose results the realm covers, too."""
    here = or_(Person.left_on.is_(None), Person.left_on > today)
    part = aliased(Group)
    of_group = select(Membership.person_id).join(part, part.id == Membership.group_id).where(
        or_(part.id == group.id, part.parent_id == group.id), current(Membership.since, Membership.until, today)
    )  # fmt: skip
    member = aliased(Person)
    households = select(member.household_id).where(member.id.in_(of_group), member.household_id.is_not(None))
    sibling = Person.household_id.in_(households)
    if not realm.everything:
        covered = aliased(Group)
        mine = select(Membership.person_id).join(covered, covered.id == Membership.group_id).where(
            or_(covered.id.in_(realm.groups), covered.parent_id.in_(realm.groups)),
            current(Membership.since, Membership.until, today),
        )  # fmt: skip
        sibling = and_(sibling, Person.id.in_(mine))
    return and_(here, or_(Person.id.in_(of_group), sibling))


def _part(
    home: Home, chosen: Reach, results: Mapping[str, week_results.WeekResults], school: School, today: date, most: int
) -> Part:
    person = home.person(chosen.way.person_id)
    sender, days = Sender(school.name, school.hotline_phone), period(today)
    children = [child_of(kid, results.get(kid.id)) for kid in chosen.children]
    sms = [way for way in home.ways if way.channel == "sms" and way.person_id == person.id]
    hindered = tuple((way.channel, why) for way in home.ways if (why := hindrance(way, "result")))
    with force_locale(language_of(chosen.way.language, chosen.children, school)):
        return Part(
            chosen, person.name, person.relation, results_spoken(children, days), results_long(children, days, sender),
            results_sms(children, days, sender, most), any(not hindrance(way, "result") for way in sms), hindered,
        )  # fmt: skip


def _happened(
    session: Session, ids: Collection[str], today: date, timezone: str
) -> tuple[dict[str, Told], dict[str, set[str]], dict[str, str]]:
    """Of this week, by student: how the family was told, channels that reached nobody, and what is on its way."""
    under_way = select(
        DeliveryStudent.student_id, Delivery.changed_at, Delivery.channel, Delivery.state, literal(""),
        literal("delivery"),
    ).join(Delivery, Delivery.id == DeliveryStudent.delivery_id).join(
        Message, Message.id == Delivery.message_id
    ).where(
        Message.audience == "round", Message.title == week_name(today), DeliveryStudent.student_id.in_(list(ids)),
        Delivery.state.not_in(("sent", "confirmed")),
    )  # fmt: skip
    told: dict[str, Told] = {}
    tries: dict[str, set[str]] = {}
    waiting: dict[str, str] = {}
    for student, at, channel, outcome, author, came_to in session.execute(
        touches(ids, today, timezone, under_way).order_by("at")
    ):  # fmt: skip
        if came_to == KNOWS:
            told.setdefault(student, Told(at, channel, outcome, author))
        elif came_to == TRIED:
            tries.setdefault(student, set()).add(channel)
        else:
            waiting[student] = outcome
    return told, tries, waiting


def send(
    session: Session, group: Group, student_ids: Collection[str], realm: Realm, channel: str, by: Author,
    by_itself: Collection[str],
) -> str:  # fmt: skip
    """Make a family's results ready for the office to send; returns the delivery's id.

    Raises DomainError person_unknown, nobody_reached.
    """
    wanted = set(student_ids)
    family = next(
        (one for one in families(session, group, realm, by.today) if wanted <= {kid.id for kid in one.home.children}),
        None,
    )
    if family is None:
        raise DomainError("person_unknown")
    chosen, _left = reach(family.home.of(wanted), "result", [channel])
    if not chosen or channel not in by_itself:
        raise DomainError("nobody_reached")
    school = session.scalars(select(School)).one()
    first, _last = period(by.today)
    results = week_results.of_week(session, wanted, first, by.today, first_moment(first, school.timezone))
    most = thresholds.values(session)["sms_parts"]
    drafts = []
    for one in chosen:
        part = _part(family.home, one, results, school, by.today, most)
        with force_locale(language_of(one.way.language, one.children, school)):
            subject = results_subject(period(by.today)) if channel == "email" else ""
        text = part.sms if channel == "sms" else part.long
        drafts.append(Draft(channel, text, one.way.address, subject, one.way.until, one.way.person_id, None,
                            one.children))  # fmt: skip
    week = week_name(by.today)
    id = content_id("round", group.id, week)
    words = Words("result", "round", "", week, (group.id,))

    def save(session: Session) -> str:
        if session.get(Message, id) is None:
            messages.add(session, id, words, drafts, by, by_itself)
            return id
        messages.add_deliveries(session, id, drafts, by, by_itself)
        return id

    return store.write(save)
