"""What a student has to learn with and how the family is reached: told to the class teacher, kept current by a form."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.importers.connectivity import CHANNELS, DEVICES, INTERNET
from server.importers.contacts import read_phone
from server.models import Connectivity, School
from server.services.accounts import new_id, record
from server.services.content import Author
from sync.canonical import digest

CODES = {
    "device": tuple(dict.fromkeys(DEVICES.values())),
    "internet": tuple(dict.fromkeys(INTERNET.values())),
    "channel": tuple(dict.fromkeys(CHANNELS.values())),
}
THREE = ("", "yes", "no")
LONGEST = 60  # characters of a phone


@dataclass(frozen=True)
class Told:
    """All of the form, as typed. ``shared`` and ``television``: "yes", "no" or "" for not asked."""

    device: str = ""
    shared: str = ""
    internet: str = ""
    television: str = ""
    phone: str = ""
    channel: str = ""

    def mark(self) -> str:
        """Names this content."""
        return digest(asdict(self))[:32]


def newest(session: Session, student_id: str) -> Connectivity | None:
    """The last word on a student."""
    query = select(Connectivity).where(Connectivity.student_id == student_id).order_by(Connectivity.recorded_on.desc())
    return session.scalars(query.limit(1)).first()


def told(link: Connectivity | None) -> Told:
    """What stands, as the form shows it."""
    if link is None:
        return Told()
    shared, television = _typed(link.device_shared), _typed(link.television)
    return Told(link.device, shared, link.internet, television, link.phone, link.channel)


def _typed(value: bool | None) -> str:
    return {True: "yes", False: "no"}.get(value, "") if value is not None else ""


def problems(form: Told) -> dict[str, DomainError]:
    """What keeps the form from being stored, by field."""
    wrong = {
        name: DomainError("value_invalid", field=name, value=getattr(form, name)[:20])
        for name, codes in CODES.items() if getattr(form, name) not in ("", *codes)
    }  # fmt: skip
    for name in ("shared", "television"):
        if getattr(form, name) not in THREE:
            wrong[name] = DomainError("value_invalid", field=name, value=getattr(form, name)[:20])
    if len(form.phone) > LONGEST:
        wrong["phone"] = DomainError("text_long", length=len(form.phone), limit=LONGEST)
    return wrong


def save(student_id: str, form: Told, base: str, by: Author) -> bool:
    """Store what was told today; older words stay. False when it stood so already.

    Words of the school's own lists stay beside a code that did not change. Raises DomainError changed_meanwhile and
    the first of ``problems``.
    """

    def write(session: Session) -> bool:
        last = newest(session, student_id)
        typed = replace(form, phone=_phone(session, form.phone))
        if typed == told(last):
            return False
        if told(last).mark() != base:
            raise DomainError("changed_meanwhile")
        if wrong := problems(typed):
            raise next(iter(wrong.values()))
        row = last
        if row is None or row.recorded_on < by.today:
            row = Connectivity(id=new_id(by.now), student_id=student_id, recorded_on=by.today)
            session.add(row)
        values = _values(typed)
        words = last.words if last else {}
        row.words = {name: words[name] for name in CODES if name in words and getattr(last, name) == values[name]}
        for name, value in values.items():
            setattr(row, name, value)
        record(session, by.now, by.account_id, "connectivity.save", row.id)
        return True

    return store.write(write)


def _values(form: Told) -> dict[str, Any]:
    answers = {"yes": True, "no": False}
    return {
        "device": form.device, "device_shared": answers.get(form.shared), "internet": form.internet,
        "television": answers.get(form.television), "phone": form.phone, "channel": form.channel,
    }  # fmt: skip


def _phone(session: Session, typed: str) -> str:
    country = session.scalar(select(School.country)) or "RU"
    return read_phone(typed[: LONGEST + 1], country).value
