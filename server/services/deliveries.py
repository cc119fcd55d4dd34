"""What people do with deliveries: copied, called, put into the pack, confirmed, tried again, given up, another way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import ContactChannel, Delivery, DeliveryStudent, Group, Membership, Message, Person
from server.policy import Realm
from server.services import contacts, thresholds
from server.services.accounts import record
from server.services.contacts import CONFIRMED, NOT_REACHED, REACHED, SENT, TOLD
from server.services.content import Author
from server.services.delivery_contacts import key_of, note_delivery, students_of
from server.services.delivery_wanted import barred
from server.services.family_ways import PERSONAL
from server.services.messages import Draft, add_deliveries, spoken_as
from server.services.people import full_name
from server.services.works import current

OPEN = ("ready", "failed")
ACTS = {  # act → (states it may begin from, state it ends in)
    "sent": (("ready", "failed", "given_up"), "sent"),
    "reached": (("ready", "failed", "given_up", "sent"), "confirmed"),
    "not_reached": (("ready", "failed"), "ready"),
    "confirmed": (("sent", "perhaps"), "confirmed"),
    "was_sent": (("perhaps",), "sent"),
    "again": (("failed", "given_up", "perhaps"), "ready"),
    "give_up": (("ready", "failed", "perhaps"), "given_up"),
    "undo": (("sent", "confirmed"), "ready"),
}
OUTCOMES = {"sent": SENT, "was_sent": SENT, "reached": REACHED, "not_reached": NOT_REACHED, "confirmed": CONFIRMED}
LONGEST = 60  # deliveries of one section of a page; those that are done make room for the next


@dataclass(frozen=True)
class Line:
    """A delivery as the message's page shows it."""

    id: str
    channel: str
    way: str
    person: str
    group: str
    children: tuple[str, ...]
    student_ids: tuple[str, ...]
    address: str
    until: str | None
    subject: str
    text: str
    state: str
    error: str
    tries: int
    by_itself: bool
    changed_at: datetime
    changed_by: str | None
    barred: bool = False  # it tells of a child, and its receiver must not be told any more


@dataclass(frozen=True)
class Summary:
    """A message in the outbox: how many deliveries are in which state."""

    id: str
    kind: str
    audience: str
    title: str
    text: str
    groups: tuple[str, ...]
    author: str
    created_at: datetime
    states: dict[str, int]


def outbox(session: Session, realm: Realm, person_id: str, limit: int = 50) -> list[Summary]:
    """The newest messages that somebody wrote, or that went to what the realm covers; of answers only one's own."""
    query = select(Message).order_by(Message.created_at.desc(), Message.id.desc()).limit(limit)
    query = query.where(or_(Message.author_id == person_id, Message.kind != "answer"))
    if not realm.everything:
        mine = select(Delivery.message_id).join(DeliveryStudent, DeliveryStudent.delivery_id == Delivery.id).join(
            Membership, Membership.person_id == DeliveryStudent.student_id
        ).where(Membership.group_id.in_(realm.groups))  # fmt: skip
        query = query.where(or_(Message.author_id == person_id, Message.id.in_(mine)))
    rows = session.scalars(query).all()
    return _summaries(session, rows)


def summary(session: Session, message_id: str) -> Summary:
    """One message. Raises DomainError not_found."""
    row = session.get(Message, message_id)
    if row is None:
        raise DomainError("not_found")
    return _summaries(session, [row])[0]


def _summaries(session: Session, rows: Collection[Message]) -> list[Summary]:
    states: dict[str, dict[str, int]] = {}
    for message_id, state, count in session.execute(
        select(Delivery.message_id, Delivery.state, func.count())
        .where(Delivery.message_id.in_([row.id for row in rows])).group_by(Delivery.message_id, Delivery.state)
    ):  # fmt: skip
        states.setdefault(message_id, {})[state] = count
    names = dict(session.execute(select(Group.id, Group.name)).all())
    wanted = {row.author_id for row in rows}
    authors = {person.id: full_name(person) for person in session.scalars(select(Person).where(Person.id.in_(wanted)))}
    return [
        Summary(row.id, row.kind, row.audience, row.title, row.text,
                tuple(sorted(names.get(id, "") for id in row.group_ids)), authors.get(row.author_id or "", ""),
                row.created_at, states.get(row.id, {}))
        for row in rows
    ]  # fmt: skip


def in_doubt(person_id: str, since: datetime) -> Select[tuple[int]]:
    """SQL: of somebody's messages since a moment how many deliveries are perhaps out, or failed for good."""
    return (
        select(func.count()).select_from(Delivery).join(Message, Message.id == Delivery.message_id)
        .where(Message.author_id == person_id, Message.created_at >= since,
               or_(Delivery.state == "perhaps", (Delivery.state == "given_up") & (Delivery.error != "")))
    )  # fmt: skip


def lines(
    session: Session, message_id: str, day: date, groups: Collection[str] | None, own: bool
) -> list[Line]:  # fmt: skip
    """The deliveries of a message that somebody may see: all of their ``own``, else those about these groups.

    What speaks of children one by one is seen by who may see all of them; answers to letters only by their author.
    Calls come by the hour until which the family may be called; what waits for a person stands first.
    """
    rows = session.execute(
        select(Delivery, ContactChannel.way, Person, Group.name, Message.kind, Message.audience)
        .join(Message, Message.id == Delivery.message_id)
        .join(ContactChannel, ContactChannel.code == Delivery.channel)
        .outerjoin(Person, Person.id == Delivery.person_id).outerjoin(Group, Group.id == Delivery.group_id)
        .where(Delivery.message_id == message_id)
        .order_by(ContactChannel.position, Delivery.until.is_(None), Delivery.until, Person.last_name, Delivery.id)
    ).all()  # fmt: skip
    about = _children(session, message_id, day)
    closed = barred(session, {
        row.id: (person.id, [id for id, _name, _ids in about.get(row.id, [])])
        for row, _way, person, _group, kind, audience in rows
        if person is not None and spoken_as(kind, audience) in PERSONAL
    })  # fmt: skip
    found = []
    for row, way, person, group, kind, audience in rows:
        children = about.get(row.id, [])
        covered = [groups is None or bool(set(groups) & ids) for _id, _name, ids in children]
        one_by_one = kind in PERSONAL or audience == "missing"
        seen = any(covered) and (all(covered) or not one_by_one) and kind != "answer"
        chat = not children and (groups is None or row.group_id in groups)
        if not (own or seen or chat):
            continue
        found.append(Line(
            row.id, row.channel, way, full_name(person) if person else "", group or "",
            tuple(name for _id, name, _ids in children), tuple(id for id, _name, _ids in children), row.address,
            row.until, row.subject, row.text, row.state, row.error, row.tries, row.not_before is not None,
            row.changed_at, row.changed_by, row.id in closed,
        ))  # fmt: skip
    return found


def _children(session: Session, message_id: str, day: date) -> dict[str, list[tuple[str, str, set[str]]]]:
    rows = session.execute(
        select(DeliveryStudent.delivery_id, Person, Membership.group_id, Group.parent_id)
        .join(Delivery, Delivery.id == DeliveryStudent.delivery_id)
        .join(Person, Person.id == DeliveryStudent.student_id)
        .outerjoin(Membership, (Membership.person_id == Person.id) & current(Membership.since, Membership.until, day))
        .outerjoin(Group, Group.id == Membership.group_id)
        .where(Delivery.message_id == message_id).order_by(Person.last_name, Person.first_name)
    )  # fmt: skip
    found: dict[str, dict[str, tuple[str, str, set[str]]]] = {}
    for delivery_id, person, group_id, parent_id in rows:
        own = found.setdefault(delivery_id, {}).setdefault(person.id, (person.id, full_name(person), set()))
        own[2].update(id for id in (group_id, parent_id) if id)
    return {id: list(children.values()) for id, children in found.items()}


def groups_about(session: Session, delivery_id: str, day: date) -> tuple[str, list[str]]:
    """Of a delivery the author of its message ("" unknown) and the ids of its students. Raises not_found."""
    row = session.execute(
        select(Delivery.id, Message.author_id).join(Message, Message.id == Delivery.message_id)
        .where(Delivery.id == delivery_id)
    ).first()  # fmt: skip
    if row is None:
        raise DomainError("not_found")
    query = select(DeliveryStudent.student_id).where(DeliveryStudent.delivery_id == delivery_id)
    return row[1] or "", list(session.scalars(query))


def act(delivery_id: str, what: str, by: Author, again_at: datetime | None = None) -> str:
    """Do one of ACTS with a delivery; returns its state. What stands so already is no error: a double click.

    ``again_at``: when the office tries again, for channels it sends by. Raises DomainError not_found, value_invalid,
    delivery_done.
    """
    if what not in ACTS:
        raise DomainError("value_invalid", field="act", value=what[:20])
    begins, ends = ACTS[what]

    def save(session: Session) -> str:
        row = session.get(Delivery, delivery_id)
        if row is None:
            raise DomainError("not_found")
        if row.state not in begins:
            if row.state == ends and what != "not_reached":
                return row.state
            raise DomainError("delivery_done")
        if what == "undo":
            _take_back(session, row, by)
        before = row.state
        row.state, row.changed_at, row.changed_by = ends, by.now, by.person_id
        if what == "not_reached":
            row.tries += 1
            if row.tries >= thresholds.values(session)["send_tries"]:
                row.state = "given_up"
        if what == "again":
            row.error, row.not_before, row.claim = "", again_at, ""
        if what in OUTCOMES:
            row.not_before = None
            note_delivery(session, row, OUTCOMES[what], by.person_id, by.now)
        record(session, by.now, by.account_id, f"delivery.{what}", f"{delivery_id}:{before}")
        return row.state

    return store.write(save)


def _take_back(session: Session, row: Delivery, by: Author) -> None:
    """A slip of the finger is taken back by who made it; what the office sent is out."""
    if row.changed_by != by.person_id or row.claim:
        raise DomainError("delivery_done")
    students = students_of(session, row)
    for outcome in TOLD:
        contacts.take_back(session, key_of(row, outcome), students, by.person_id)


def another_way(delivery_id: str, draft: Draft, by: Author, by_itself: Collection[str]) -> str:
    """Give a delivery up and make the same message ready for the family's next way; returns the new one's id."""

    def save(session: Session) -> str:
        row = session.get(Delivery, delivery_id)
        if row is None:
            raise DomainError("not_found")
        if row.state not in ("ready", "failed", "perhaps", "given_up"):
            raise DomainError("delivery_done")
        row.state, row.changed_at, row.changed_by = "given_up", by.now, by.person_id
        [id] = add_deliveries(session, row.message_id, [draft], by, by_itself)
        record(session, by.now, by.account_id, "delivery.another_way", delivery_id)
        return id

    return store.write(save)
