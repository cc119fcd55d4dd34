"""Messages to families: composed once, worded for each channel, one delivery for each family and chat."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Delivery, DeliveryStudent, Group, Message, Person, School
from server.policy import Realm
from server.services import audience, thresholds, week_results
from server.services.accounts import record
from server.services.content import Author
from server.services.content_draft import clean
from server.services.family_texts import Child, Sender, message_chat, message_long, message_sms
from server.services.family_ways import PERSONAL, Home, Kid, Reach, homes, reach
from server.services.weeks import monday
from sync.canonical import digest
from sync.ids import content_id

KINDS = ("change", "result", "reminder", "notice")
CHATS = ("class_chat", "parents_chat")
TITLE, TEXT = 120, 2000  # characters
LOCALES = ("ru", "kk", "en")


@dataclass(frozen=True)
class Words:
    """A message as it was typed. ``channels`` None: each family's own order decides; ``chats``: these as well."""

    kind: str
    audience: str
    text: str
    title: str = ""
    group_ids: tuple[str, ...] = ()
    student_id: str | None = None
    channels: tuple[str, ...] | None = None
    chats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """One delivery before it is stored. Of a chat ``group_id`` names the class, and there are no children."""

    channel: str
    text: str
    address: str = ""
    subject: str = ""
    until: str | None = None
    person_id: str | None = None
    group_id: str | None = None
    children: tuple[Kid, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """All deliveries of a message, and the children whose family nobody could be told by."""

    drafts: tuple[Draft, ...]
    unreached: tuple[Kid, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Deliveries by channel."""
        return dict(Counter(draft.channel for draft in self.drafts))

    def sample(self, channel: str) -> Draft:
        """The longest text of a channel: what may be cut is seen."""
        return max((draft for draft in self.drafts if draft.channel == channel), key=lambda one: len(one.text))


def check(words: Words) -> Words:
    """The words as they are stored. Raises DomainError field_needed, text_long, value_invalid, chat_personal."""
    title, text = " ".join(clean(words.title).split()), clean(words.text).strip()
    if not text:
        raise DomainError("field_needed", field=_l("text"))
    for found, limit in ((title, TITLE), (text, TEXT)):
        if len(found) > limit:
            raise DomainError("text_long", length=len(found), limit=limit)
    if words.kind not in (*KINDS, "answer") or words.audience not in ("student", "groups", "school", "missing"):
        raise DomainError("value_invalid", field="kind", value=words.kind[:20])
    if words.audience == "groups" and not words.group_ids:
        raise DomainError("group_unknown", name="")
    if words.audience == "student" and not words.student_id:
        raise DomainError("person_unknown")
    if set(words.chats) - set(CHATS):
        raise DomainError("value_invalid", field="channel", value=words.chats[0][:20])
    if words.chats and (words.kind in PERSONAL or words.audience in ("student", "missing")):
        raise DomainError("chat_personal")
    return Words(words.kind, words.audience, text, title, tuple(sorted(set(words.group_ids))), words.student_id,
                 words.channels, words.chats)  # fmt: skip


def prepare(session: Session, words: Words, by: Author) -> Prepared:
    """Find the families and word the message for each channel. Reads only."""
    groups = words.group_ids or None
    if words.audience == "student":
        ids = [words.student_id or ""]
    elif words.audience == "missing":
        ids = audience.with_something_missing(session, groups, by.today)
    else:
        ids = audience.students_of(session, groups, by.today)
    school = session.scalars(select(School)).one()
    missing = words.audience == "missing"
    results = _results(session, ids, school, by) if missing else {}
    found = homes(session, ids, by.today)
    surnames = {child.last_name for home in found for child in home.children}
    limits = thresholds.values(session)
    drafts: list[Draft] = []
    unreached: list[Kid] = []
    for home in found:
        chosen, left = reach(home, spoken_as(words.kind, words.audience), words.channels)
        unreached += left
        for one in chosen:
            drafts.append(_word(words, one, results, surnames, school, limits["sms_parts"]))
    drafts += _chats(session, words, school)
    return Prepared(tuple(drafts), tuple(unreached))


def spoken_as(kind: str, audience: str) -> str:
    """The kind by which a message's ways are chosen: what names a child's debts is personal, whatever it is called."""
    return "reminder" if audience == "missing" and kind not in PERSONAL else kind


def _results(session: Session, ids: Sequence[str], school: School, by: Author) -> dict[str, week_results.WeekResults]:
    first = monday(by.today)
    return week_results.of_week(session, ids, first, by.today, first_moment(first, school.timezone))


def first_moment(day: object, timezone: str) -> datetime:
    """When a day begins at the school."""
    return datetime.combine(day, time(), ZoneInfo(timezone))  # type: ignore[arg-type]


def language_of(way_language: str, children: Iterable[Kid], school: School) -> str:
    """In which language a family is told: what was noted, else the class's, else the school's."""
    for code in (way_language, *(child.language for child in children)):
        if code in LOCALES:
            return code
    return school.locale


def child_of(kid: Kid, results: week_results.WeekResults | None = None) -> Child:
    """A student as texts speak of one."""
    return Child(kid.first_name, kid.last_name, kid.klass, results or week_results.WeekResults())


def _word(
    words: Words, chosen: Reach, results: dict[str, week_results.WeekResults], surnames: Collection[str],
    school: School, most: int,
) -> Draft:  # fmt: skip
    way, sender = chosen.way, Sender(school.name, school.hotline_phone)
    children = [child_of(kid, results.get(kid.id)) for kid in chosen.children]
    missing = words.audience == "missing"
    with force_locale(language_of(way.language, chosen.children, school)):
        if way.channel == "sms":
            text = message_sms(words.text, children, surnames, sender, most, missing)
        else:
            text = message_long(words.title, words.text, children, sender, missing)
        subject = words.title or gettext("Message from the school") if way.channel == "email" else ""
    return Draft(way.channel, text, way.address, subject, way.until, way.person_id, None, chosen.children)


def _chats(session: Session, words: Words, school: School) -> list[Draft]:
    if not words.chats:
        return []
    query = select(Group.id).where(Group.kind == "class", Group.closed_on.is_(None))
    ids = words.group_ids or tuple(session.scalars(query.order_by(Group.grade, Group.name)))
    text = message_chat(words.title, words.text, Sender(school.name, school.hotline_phone))
    return [Draft(chat, text, group_id=id) for id in ids for chat in words.chats]


def create(
    session: Session, words: Words, realm: Realm, by: Author, key: str, by_itself: Collection[str]
) -> str:  # fmt: skip
    """Store a message with its deliveries; returns its id. ``key``: of one rendering of the form.

    ``session`` reads: texts are worded before the writer's turn. ``by_itself``: channels that the office sends.
    Raises DomainError forbidden, nobody_reached and those of ``check``.
    """
    words = check(words)
    id = digest([by.account_id, key])[:32]
    if not audience.may_address(session, realm, words.audience, words.group_ids, words.student_id, by.today):
        raise DomainError("forbidden")
    drafts = prepare(session, words, by).drafts
    if not drafts:
        raise DomainError("nobody_reached")

    def save(session: Session) -> str:
        if session.get(Message, id) is None:
            add(session, id, words, drafts, by, by_itself)
        return id

    return store.write(save)


def add(
    session: Session, id: str, words: Words, drafts: Iterable[Draft], by: Author, by_itself: Collection[str]
) -> None:
    """The rows of a message, inside a transaction."""
    session.add(Message(
        id=id, kind=words.kind, audience=words.audience, group_ids=list(words.group_ids), student_id=words.student_id,
        title=words.title, text=words.text, author_id=by.person_id, created_at=by.now,
    ))  # fmt: skip
    session.flush()
    add_deliveries(session, id, drafts, by, by_itself)
    record(session, by.now, by.account_id, "message.create", id)


def add_deliveries(
    session: Session, message_id: str, drafts: Iterable[Draft], by: Author, by_itself: Collection[str]
) -> list[str]:
    """Store deliveries that are not there yet; returns the ids of all of them."""
    zone = session.scalars(select(School.timezone)).one()
    limits = thresholds.values(session)
    known = set(session.scalars(select(Delivery.id).where(Delivery.message_id == message_id)))
    ids, students = [], []
    for draft in drafts:
        about = sorted(child.id for child in draft.children)
        id = content_id("delivery", message_id, draft.channel, draft.person_id or "", draft.group_id or "", *about)
        ids.append(id)
        if id in known:
            continue
        known.add(id)
        due = due_at(by.now, zone, draft.channel, draft.until, limits) if draft.channel in by_itself else None
        session.add(Delivery(
            id=id, message_id=message_id, person_id=draft.person_id, group_id=draft.group_id, channel=draft.channel,
            address=draft.address, until=draft.until, subject=draft.subject, text=draft.text, not_before=due,
            changed_at=by.now, changed_by=by.person_id,
        ))  # fmt: skip
        students += [DeliveryStudent(delivery_id=id, student_id=student) for student in about]
    session.flush()
    session.add_all(students)
    return ids


def due_at(now: datetime, zone: str, channel: str, until: str | None, limits: dict[str, int]) -> datetime:
    """When the office may send: an e-mail at once, an SMS when the family is awake, else the next morning."""
    if channel != "sms":
        return now
    local = now.astimezone(ZoneInfo(zone))
    first = time(min(limits["day_from"], 23))
    last = time.fromisoformat(until) if until else time(min(limits["day_until"], 23))
    if first <= local.time() <= last or last <= first:
        return now
    day = local.date() + timedelta(days=1) if local.time() > last else local.date()
    return datetime.combine(day, first, ZoneInfo(zone))


def groups_to_address(session: Session, realm: Realm) -> list[Group]:
    """Classes and study groups that somebody with this realm may write to."""
    query = select(Group).where(Group.closed_on.is_(None), Group.kind.in_(("class", "study")))
    if not realm.everything:
        query = query.where(Group.id.in_(realm.groups))
    return sorted(session.scalars(query), key=lambda row: (row.kind != "class", row.grade or 99, row.name))


def next_reach(session: Session, home: Home, message: Message) -> Reach | None:
    """The family's next way for a message: the first that no delivery of it went by yet."""
    used = set(session.execute(
        select(Delivery.person_id, Delivery.channel, Delivery.address).where(Delivery.message_id == message.id)
    ).all())  # fmt: skip
    fresh = [way for way in home.ways if (way.person_id, way.channel, way.address) not in {tuple(one) for one in used}]
    chosen, _left = reach(Home(home.key, home.children, home.people, tuple(fresh)),
                          spoken_as(message.kind, message.audience))  # fmt: skip
    return chosen[0] if chosen else None


def reword(session: Session, message: Message, before: Delivery, chosen: Reach) -> Draft:
    """A message's text for another way of the family. What was composed for each family apart stays as it was; an SMS
    is worded anew, with what an SMS may say. Raises DomainError nobody_reached for the weekly round: it has a page."""
    if message.audience == "round":
        raise DomainError("nobody_reached")
    school = session.scalars(select(School)).one()
    words = Words(message.kind, "student", message.text, message.title)
    surnames = set(session.scalars(  # of all to whom the words went: they may name one another
        select(Person.last_name).join(DeliveryStudent, DeliveryStudent.student_id == Person.id)
        .join(Delivery, Delivery.id == DeliveryStudent.delivery_id).where(Delivery.message_id == message.id)
    ))  # fmt: skip
    draft = _word(words, chosen, {}, surnames, school, thresholds.values(session)["sms_parts"])
    keeps = "sms" not in (before.channel, draft.channel)
    return replace(draft, text=before.text) if keeps else draft
