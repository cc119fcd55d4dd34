"""Telling people of a deed: one text for each family and channel, a line for each teacher; sent once, or needless."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Broadcast, Group, LessonAct, Message, Person, School
from server.services import messages, thresholds
from server.services.accounts import record
from server.services.content import Author
from server.services.days import change_list, change_words, ripple_reading
from server.services.days.change_words import Block, Voc
from server.services.days.ripple import Around, Turn, teachers_of
from server.services.days.ripple_reading import Ripple
from server.services.family_texts import Sender
from server.services.family_ways import Home, Reach, homes, reach
from server.services.messages import Draft, Prepared, Words, child_of, language_of
from server.services.people import folded, full_name
from sync.ids import content_id

KIND = "change"


@dataclass(frozen=True)
class TeacherLine:
    """A teacher whom a deed touches. ``lines``: what it means for the lessons; ``email`` "": call, or see on Today."""

    id: str
    name: str
    email: str
    phone: str
    lines: tuple[str, ...]


def message_of(act_id: str) -> str:
    """The id of the message that tells of a deed, whether it was written or not."""
    return content_id(KIND, act_id)


def prepare(session: Session, found: Ripple, today: date) -> Prepared:
    """One text for each family that must hear, and the children whom nobody can be told about. Reads only."""
    school = session.scalars(select(School)).one()
    by_student: dict[str, list[Turn]] = {}
    for turn in found.told:
        for student in found.students[turn.key]:
            by_student.setdefault(student, []).append(turn)
    voc, most = vocabulary(found), thresholds.values(session)["sms_parts"]
    drafts, unreached = [], []
    for home in homes(session, by_student, today):
        chosen, left = reach(home, KIND)
        unreached += left
        drafts += [_word(one, home, by_student, voc, school, most) for one in chosen]
    return Prepared(tuple(drafts), tuple(unreached))


def vocabulary(found: Ripple, everybody: bool = False) -> Voc:
    """What sentences about a deed may name; ``everybody``: also staff whose names the school did not release."""
    names = {id: full_name(person) for id, person in found.staff.items()} if everybody else found.around.released
    return _voc(found.around, names, found.shows)


def _voc(around: Around, staff: Mapping[str, str], shows: Mapping[str, Broadcast]) -> Voc:
    return Voc(around, staff, around.rooms,
               {id: {"channel": row.channel, "start": row.starts} for id, row in shows.items()})  # fmt: skip


def _word(
    chosen: Reach, home: Home, by_student: Mapping[str, list[Turn]], voc: Voc, school: School, most: int
) -> Draft:  # fmt: skip
    way, sender = chosen.way, Sender(school.name, school.hotline_phone)
    together: dict[tuple[Turn, ...], list[str]] = {}
    for kid in chosen.children:
        together.setdefault(tuple(by_student[kid.id]), []).append(kid.id)
    kids = {kid.id: kid for kid in home.children}
    blocks = [Block(tuple(child_of(kids[id]) for id in ids), turns) for turns, ids in together.items()]
    with force_locale(language_of(way.language, chosen.children, school)):
        is_sms = way.channel == "sms"
        text = change_words.family_sms(blocks, voc, sender, most) if is_sms else change_words.family_long(
            blocks, voc, sender
        )
        subject = change_words.title() if way.channel == "email" else ""
    return Draft(way.channel, text, way.address, subject, way.until, way.person_id, None, chosen.children)


def teachers(found: Ripple) -> list[TeacherLine]:
    """Who holds the changed lessons or held them, with what it means for each, in the active language."""
    voc, touched = vocabulary(found, everybody=True), set(found.teachers)
    return [
        TeacherLine(person.id, full_name(person), person.email, person.phone, tuple(
            dict.fromkeys(change_words.teacher_line(turn, voc, person.id)
                          for turn in found.turns if person.id in teachers_of(turn))
        ))
        for person in sorted(found.staff.values(), key=lambda person: folded(full_name(person)))
        if person.id in touched
    ]  # fmt: skip


def for_teacher(session: Session, person_id: str, now: datetime, today: date) -> list[tuple[str, ...]]:
    """Deed by deed what others changed in somebody's lessons from today on, the newest first."""
    acts = change_list.of_teacher(session, person_id, now, today)
    if not acts:
        return []
    around, turns, shows = ripple_reading.noticed(session, acts.values())
    ids = {id for own in turns for turn in own for id in teachers_of(turn)}
    names = {row.id: full_name(row) for row in session.scalars(select(Person).where(Person.id.in_(ids)))}
    voc = _voc(around, names, shows)
    lines = [
        tuple(dict.fromkeys(
            change_words.teacher_line(turn, voc, person_id) for turn in own
            if person_id in teachers_of(turn) and max(turn.days) >= today
        ))
        for own in reversed(turns)
    ]  # fmt: skip
    return [own for own in lines if own]


def tell(session: Session, act_id: str, by: Author, by_itself: Collection[str]) -> str:
    """Make ready what every family and teacher of a deed is told, and note that they are; returns the message's id, or
    "" when nobody had to be told. Who was told already is not told again.

    ``session`` reads; ``by_itself``: channels that the office sends. Raises DomainError ``not_found``, ``act_undone``.
    """
    found = ripple_reading.of_act(session, act_id, by.today)
    school = session.scalars(select(School)).one()
    with force_locale(school.locale):
        words = Words(KIND, "groups", _whole(found), change_words.title(), _classes(session, found))
        drafts = [*prepare(session, found, by.today).drafts, *_to_teachers(found, school)]
    return store.write(lambda session: _save(session, act_id, words, drafts, by, by_itself))


def _save(
    session: Session, act_id: str, words: Words, drafts: list[Draft], by: Author, by_itself: Collection[str]
) -> str:  # fmt: skip
    act, id = _untold(session, act_id), message_of(act_id)
    if act is not None:
        if drafts:
            messages.add(session, id, words, drafts, by, by_itself)
        act.told_at, act.told_by = by.now, by.person_id
        record(session, by.now, by.account_id, "lesson.told", act_id)
    return id if session.get(Message, id) is not None else ""


def nobody(act_id: str, by: Author) -> None:
    """Note that nobody need be told of a deed. Raises DomainError ``not_found``, ``act_undone``."""

    def save(session: Session) -> None:
        act = _untold(session, act_id)
        if act is not None:
            act.told_at, act.told_by = by.now, by.person_id
            record(session, by.now, by.account_id, "lesson.nobody_told", act_id)

    store.write(save)


def _untold(session: Session, act_id: str) -> LessonAct | None:
    """The deed, kept from others till the end of the write; None if people were told of it already."""
    act = session.get(LessonAct, act_id, with_for_update=True)
    if act is None:
        raise DomainError("not_found")
    if act.told_at is not None:
        return None
    if act.undone_by_id is not None:
        raise DomainError("act_undone")
    return act


def _whole(found: Ripple) -> str:
    by_class: dict[str, list[Turn]] = {}
    for turn in found.told:
        by_class.setdefault(found.around.courses[turn.course].name, []).append(turn)
    text = change_words.class_text(by_class, vocabulary(found))
    return text if len(text) <= messages.TEXT else text[: messages.TEXT - 1] + "…"


def _classes(session: Session, found: Ripple) -> tuple[str, ...]:
    """Classes and study groups of the deed, as the outbox shows them and its readers are chosen."""
    groups = session.scalars(select(Group).where(Group.id.in_(found.groups)))
    return tuple(sorted({group.parent_id or group.id for group in groups}))


def _to_teachers(found: Ripple, school: School) -> list[Draft]:
    """E-mails to the teachers who have a mailbox; the others see it on Today and are called."""
    sender = f"{school.name}, {school.hotline_phone}" if school.hotline_phone else school.name
    return [
        Draft("email", "\n\n".join([change_words.title(), "\n".join(f"• {line}" for line in one.lines), sender]),
              one.email, change_words.title(), person_id=one.id)
        for one in teachers(found) if one.email
    ]  # fmt: skip
