"""Letters: what families write or say to a member of staff, whatever way it came; each is answered once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from server import store
from server.errors import DomainError
from server.models import (
    ContactChannel,
    Course,
    CourseTeacher,
    Group,
    Letter,
    Membership,
    Message,
    Person,
    RoleGrant,
    School,
)
from server.policy import Realm
from server.services import messages, thresholds
from server.services.accounts import record
from server.services.contacts import LETTER, OTHER, Touch, note
from server.services.content import Author
from server.services.content_draft import clean
from server.services.family_texts import Sender, message_long, message_sms
from server.services.family_ways import Home, Reach, covered, hindrance, homes
from server.services.messages import Draft, Words, child_of, language_of
from server.services.people import folded, full_name
from server.services.works import current
from sync.canonical import digest
from sync.ids import content_id

TEXT = 4000  # characters
PSYCHOLOGIST = "psychologist"
CAME_BY = ("slip", "call", "messenger", "sms", "email", "in_person")


@dataclass(frozen=True)
class LetterView:
    """A letter in a list or on its page. ``days``: since it came, while it is not answered."""

    id: str
    student_id: str
    student_slug: str
    student: str
    sender: str
    to_id: str
    to: str
    channel: str
    text: str
    at: datetime
    entered_by: str
    entered_by_id: str
    answered_at: datetime | None
    answered_by: str
    answer_id: str | None
    answer: str
    days: int
    overdue: bool


@dataclass(frozen=True)
class Addressee:
    """Somebody to whom a family of this student may write: a name, and why (roles as codes, subjects)."""

    id: str
    name: str
    roles: tuple[str, ...]
    subjects: tuple[str, ...]


def addressees(session: Session, student_id: str, day: date) -> list[Addressee]:
    """Class teacher and tutors first, then the student's teachers, then who is there for the whole school."""
    own = set(session.scalars(
        select(Membership.group_id)
        .where(Membership.person_id == student_id, current(Membership.since, Membership.until, day))
    ))  # fmt: skip
    own |= set(session.scalars(select(Group.parent_id).where(Group.id.in_(own), Group.parent_id.is_not(None))))
    roles: dict[str, set[str]] = {}
    subjects: dict[str, set[str]] = {}
    people: dict[str, Person] = {}
    for person, role in session.execute(
        select(Person, RoleGrant.role).join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(current(RoleGrant.since, RoleGrant.until, day), RoleGrant.role.not_in(("admin", "support_staff")),
               RoleGrant.course_id.is_(None), or_(RoleGrant.group_id.is_(None), RoleGrant.group_id.in_(own)))
    ):  # fmt: skip
        people[person.id] = person
        roles.setdefault(person.id, set()).add(role)
    for person, course in session.execute(
        select(Person, Course).join(CourseTeacher, CourseTeacher.person_id == Person.id)
        .join(Course, Course.id == CourseTeacher.course_id)
        .where(Course.group_id.in_(own), current(CourseTeacher.since, CourseTeacher.until, day))
    ):  # fmt: skip
        people[person.id] = person
        subjects.setdefault(person.id, set()).add(course.subject.name)
    near = {"class_teacher": 0, "tutor": 1}
    found = [
        Addressee(id, full_name(person), tuple(sorted(roles.get(id, ()))), tuple(sorted(subjects.get(id, ()))))
        for id, person in people.items()
    ]
    return sorted(found, key=lambda one: (min([near.get(role, 3) for role in one.roles] or [3]),
                                          2 if one.subjects else 3, folded(one.name)))  # fmt: skip


def enter(
    student_id: str, person_id: str | None, to_id: str, channel: str, text: str, by: Author, key: str
) -> str:  # fmt: skip
    """Keep a letter and the contact that it is; returns its id. ``key``: of one rendering of the form.

    Raises DomainError field_needed, text_long, value_invalid, person_unknown.
    """
    words = clean(text).strip()
    if not words:
        raise DomainError("field_needed", field=_l("what the family says"))
    if len(words) > TEXT:
        raise DomainError("text_long", length=len(words), limit=TEXT)
    if channel not in CAME_BY:
        raise DomainError("value_invalid", field="channel", value=channel[:20])
    id = digest([by.account_id, key])[:32]

    def save(session: Session) -> str:
        if session.get(Letter, id) is not None:
            return id
        for person in (student_id, to_id, *((person_id,) if person_id else ())):
            if session.get(Person, person) is None:
                raise DomainError("person_unknown")
        if to_id not in {one.id for one in addressees(session, student_id, by.today)}:
            raise DomainError("person_unknown")
        session.add(Letter(id=id, student_id=student_id, person_id=person_id, to_id=to_id, channel=channel, text=words,
                           at=by.now, entered_by=by.person_id))  # fmt: skip
        touch = Touch(OTHER, student_id, person_id, channel=channel, outcome=LETTER)
        note(session, touch, by.person_id, by.now, content_id("letter", id))
        record(session, by.now, by.account_id, "letter.enter", id)
        return id

    return store.write(save)


def _query() -> tuple:
    student, sender, to, entered, answered = (aliased(Person) for _n in range(5))
    query = (
        select(Letter, student, sender, to, entered, answered, Message.text)
        .join(student, student.id == Letter.student_id).join(to, to.id == Letter.to_id)
        .join(entered, entered.id == Letter.entered_by).outerjoin(sender, sender.id == Letter.person_id)
        .outerjoin(answered, answered.id == Letter.answered_by).outerjoin(Message, Message.id == Letter.answer_id)
    )  # fmt: skip
    return query, student


def _views(session: Session, query: object, now: datetime) -> list[LetterView]:
    limit = timedelta(days=thresholds.values(session)["letter_days"])
    return [
        LetterView(
            row.id, student.id, student.slug, full_name(student), full_name(sender) if sender else "", to.id,
            full_name(to), row.channel, row.text, row.at, full_name(entered), entered.id, row.answered_at,
            full_name(answered) if answered else "", row.answer_id, answer or "", (now - row.at).days,
            row.answered_at is None and now - row.at >= limit,
        )
        for row, student, sender, to, entered, answered, answer in session.execute(query).all()  # type: ignore[call-overload]
    ]  # fmt: skip


def to_person(session: Session, person_id: str, now: datetime, limit: int = 50) -> list[LetterView]:
    """Letters to somebody: the unanswered, the oldest first, then the last that were answered."""
    query, _student = _query()
    mine = query.where(Letter.to_id == person_id)
    waiting = mine.where(Letter.answered_at.is_(None)).order_by(Letter.at)
    done = mine.where(Letter.answered_at.is_not(None)).order_by(Letter.answered_at.desc()).limit(limit)
    return _views(session, waiting, now) + _views(session, done, now)


def unanswered(session: Session, person_id: str) -> list[tuple[str, str, datetime]]:
    """(id, student's name, when) of the letters that somebody owes an answer, the oldest first."""
    rows = session.execute(
        select(Letter.id, Person, Letter.at).join(Person, Person.id == Letter.student_id)
        .where(Letter.to_id == person_id, Letter.answered_at.is_(None)).order_by(Letter.at)
    )  # fmt: skip
    return [(id, full_name(person), at) for id, person, at in rows]


def overdue(session: Session, realm: Realm, person_id: str, now: datetime, counsel: bool) -> list[LetterView]:
    """Letters of the realm's families to others that wait for too long; with ``counsel`` those to psychologists, too.

    That a family writes to the psychologist is in confidence itself: nobody else is told that such a letter waits.
    """
    query, _student = _query()
    limit = now - timedelta(days=thresholds.values(session)["letter_days"])
    return _views(session, query.where(*_late(limit, realm, person_id, counsel)).order_by(Letter.at), now)


def overdue_number(realm: Realm, person_id: str, limit: datetime, counsel: bool) -> Select[tuple[int]]:
    """SQL: how many of those there are that came until a moment."""
    return select(func.count()).select_from(Letter).where(*_late(limit, realm, person_id, counsel))


def _late(limit: datetime, realm: Realm, person_id: str, counsel: bool) -> list[ColumnElement[bool]]:
    private = Letter.to_id.in_(select(RoleGrant.person_id).where(RoleGrant.role == PSYCHOLOGIST))
    seen = ~private
    if not realm.everything:
        members = select(Membership.person_id).where(Membership.group_id.in_(realm.groups))
        seen = and_(seen, Letter.student_id.in_(members))
    return [Letter.answered_at.is_(None), Letter.at <= limit, Letter.to_id != person_id,
            or_(seen, private) if counsel else seen]  # fmt: skip


def one(session: Session, letter_id: str, now: datetime) -> LetterView:
    """One letter. Raises DomainError not_found."""
    query, _student = _query()
    found = _views(session, query.where(Letter.id == letter_id), now)
    if not found:
        raise DomainError("not_found")
    return found[0]


def is_confidential(session: Session, person_id: str) -> bool:
    """Whether letters to this person are in confidence: of who is the school's psychologist, or once was."""
    found = select(RoleGrant.id).where(RoleGrant.person_id == person_id, RoleGrant.role == PSYCHOLOGIST)
    return session.scalar(found.limit(1)) is not None


def ways_back(session: Session, letter: LetterView, person_id: str | None, day: date) -> tuple[Home, list[Reach]]:
    """How an answer may go: the way the letter came first, then the family's order; each channel once."""
    found = homes(session, [letter.student_id], day)
    if not found:
        raise DomainError("nobody_reached")
    home = found[0]
    usable = [way for way in home.ways if not hindrance(way, "answer") and covered(home, way, "answer")]
    ordered = sorted(usable, key=lambda way: (way.channel != letter.channel, way.person_id != person_id))
    once = list({way.channel: way for way in reversed(ordered)}.values())[::-1]
    return home, [Reach(way, home.children) for way in sorted(once, key=ordered.index)]


def answer(
    session: Session, letter_id: str, text: str, channel: str, by: Author, by_itself: Collection[str]
) -> str:  # fmt: skip
    """Answer once; the answer is a message with one delivery. Returns the message's id.

    ``session`` reads: the answer is worded before the writer's turn. Raises DomainError field_needed, text_long,
    letter_answered, nobody_reached, not_found.
    """
    letter = one(session, letter_id, by.now)
    if letter.answered_at is not None:
        raise DomainError("letter_answered")
    words = messages.check(Words("answer", "student", text, student_id=letter.student_id))
    writer = session.get_one(Letter, letter_id).person_id
    _home, ways = ways_back(session, letter, writer, by.today)
    chosen = next((one for one in ways if one.way.channel == channel), None)
    if chosen is None:
        raise DomainError("nobody_reached")
    draft = _word(session, words, chosen)
    id = content_id("answer", letter_id)

    def save(session: Session) -> str:
        row = session.get(Letter, letter_id, with_for_update=True)
        if row is None or row.answered_at is not None:
            raise DomainError("letter_answered")
        messages.add(session, id, words, [draft], by, by_itself)
        row.answer_id, row.answered_at, row.answered_by = id, by.now, by.person_id
        record(session, by.now, by.account_id, "letter.answer", letter_id)
        return id

    return store.write(save)


def _word(session: Session, words: Words, chosen: Reach) -> Draft:
    school = session.scalars(select(School)).one()
    children, way = [child_of(kid) for kid in chosen.children], chosen.way
    sender = Sender(school.name, school.hotline_phone)
    with force_locale(language_of(way.language, chosen.children, school)):
        if way.channel == "sms":
            text = message_sms(words.text, children, (), sender, thresholds.values(session)["sms_parts"])
        else:
            text = message_long("", words.text, children, sender)
        subject = gettext("Answer from the school") if way.channel == "email" else ""
    return Draft(way.channel, text, way.address, subject, way.until, way.person_id, None, chosen.children)


def hand_over(letter_id: str, to_id: str, by: Author) -> None:
    """Let somebody else answer. Raises DomainError not_found, letter_answered, person_unknown."""

    def save(session: Session) -> None:
        row = session.get(Letter, letter_id)
        if row is None:
            raise DomainError("not_found")
        if row.answered_at is not None:
            raise DomainError("letter_answered")
        if to_id not in {one.id for one in addressees(session, row.student_id, by.today)}:
            raise DomainError("person_unknown")
        if row.to_id != to_id:
            row.to_id = to_id
            record(session, by.now, by.account_id, "letter.hand_over", letter_id)

    store.write(save)


def channel_names(session: Session) -> list[tuple[str, str]]:
    """(code, message id) of the ways a letter comes."""
    rows = session.execute(select(ContactChannel.code, ContactChannel.name).order_by(ContactChannel.position))
    return [(code, name) for code, name in rows if code in CAME_BY]

