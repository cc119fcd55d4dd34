"""What stands on the private page of every student, as plain values: read in few queries for the whole school.

A page has only what the family needs and a stranger with the phone can do little with: the first name, and no class,
no surname, no phone, no teacher's name. Reasons of absence and answers to one parent's letter are not on it.

Form (JSON): ``{"v": 1, "edition", "at", "name", "hotline": {"phone", "hours"}, "due": [{"code", "subject", "title",
"by", "late"}], "redo": [{"code", "subject", "title", "by", "on", "said"}], "came": [{"subject", "title", "on"}],
"marks": [{"subject", "title", "on", "mark": [verdict, value, maximum], "said"}], "messages": [{"on", "title",
"text"}], "lessons": [{"date", "n", "start", "end", "subject", "topic", "cancelled", "tasks": [{"title", "text"}]}]}``.
Dates ISO, "" for none; ``at`` in UTC; ``said``: comments as teachers wrote them, which are text and never HTML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, union
from sqlalchemy.orm import Session

from server.models import Delivery, DeliveryStudent, Edition, Group, Membership, Message, Person, School
from server.services.family_works import FamilyWork, FamilyWorks, works_for_families
from server.services.freezing import Window, alone_somewhere, approved_days, private_views
from server.services.works import current

VERSION = 1
RECENT = timedelta(days=28)  # of messages; works have their own
MOST, MOST_MESSAGES, LONGEST = 60, 20, 1000  # entries of a list, messages, characters of a text
NO_MARK = ("redo", "cleared")  # verdicts that ask for the work
ONE_PARENTS = ("answer",)  # kinds of message for who wrote, not for the family


@dataclass(frozen=True)
class Asked:
    """For which edition and when: ``today`` is the school's."""

    edition: Edition
    now: datetime
    today: date


def pupils(session: Session, today: date) -> dict[str, str]:
    """Who has a page: everybody who is in a class today, with the first name."""
    return dict(session.execute(
        select(Person.id, Person.first_name).join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .where(Group.kind == "class", Group.closed_on.is_(None), current(Membership.since, Membership.until, today),
               or_(Person.left_on.is_(None), Person.left_on > today))
    ).all())  # fmt: skip


def pages(session: Session, asked: Asked) -> dict[str, dict[str, Any]]:
    """Student → page."""
    school = session.scalars(select(School)).one()
    names = pupils(session, asked.today)
    works = works_for_families(session, names, asked.today)
    messages = messages_to_families(session, asked.now - RECENT, None, school.timezone)
    lessons = _lessons(session, asked, names)
    common = {
        "v": VERSION, "edition": asked.edition.number,
        "at": asked.now.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z"),
        "hotline": {"phone": school.hotline_phone, "hours": school.hotline_hours},
    }  # fmt: skip
    return {
        student: {**common, "name": name, **_works(works[student], asked.today),
                  "messages": messages.get(student, [])[:MOST_MESSAGES], "lessons": lessons.get(student, [])}
        for student, name in names.items()
    }  # fmt: skip


def _works(own: FamilyWorks, today: date) -> dict[str, list[dict[str, Any]]]:
    """Due and to correct: the most urgent first; what came back: the newest first."""
    return {
        "due": [
            {**_what(work), "code": work.view.code, "by": _iso(work.view.due_on), "late": work.late}
            for work in sorted(own.due, key=_urgent)[:MOST]
        ],
        "redo": [
            {**_what(work), "code": work.view.code, "by": _iso(_ahead(work, today)), "on": _came(work),
             "said": _said(work)}
            for work in own.to_correct[:MOST]
        ],
        "came": [{**_what(work), "on": _came(work)} for work in own.handed_in[::-1][:MOST]],
        "marks": [
            {**_what(work), "on": work.view.set_on.isoformat(), "mark": _mark(work), "said": _said(work)}
            for work in sorted(_marked(own), key=lambda one: one.view.set_on, reverse=True)[:MOST]
        ],
    }  # fmt: skip


def _marked(own: FamilyWorks) -> list[FamilyWork]:
    """A mark that was given stays, also while a sheet that came after it waits to be looked at."""
    standing = (work for work in own.handed_in if work.value is not None and work.value[0] not in NO_MARK)
    return [*own.marked, *standing]


def _what(work: FamilyWork) -> dict[str, Any]:
    return {"subject": work.view.subject, "title": work.view.title}


def _urgent(work: FamilyWork) -> tuple[bool, date]:
    return not work.late, work.view.due_on or date.max


def _ahead(work: FamilyWork, today: date) -> date | None:
    """The date of control, unless it is over."""
    return work.view.due_on if work.view.due_on and work.view.due_on >= today else None


def _came(work: FamilyWork) -> str:
    return work.returned_on[-1][0].isoformat() if work.returned_on else ""


def _said(work: FamilyWork) -> list[str]:
    return list(dict.fromkeys(_cut(text) for text in work.comments))


def _mark(work: FamilyWork) -> list[Any]:
    verdict, value = work.value or ("checked", None)
    return [verdict, value or "", work.view.rule.maximum or 0]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def messages_to_families(
    session: Session, since: datetime, until: datetime | None, timezone: str
) -> dict[str, list[dict[str, Any]]]:  # fmt: skip
    """Student → what the school wrote to the family from a moment on, the newest first, whatever way it went."""
    told = union(
        select(Delivery.message_id.label("message"), DeliveryStudent.student_id.label("student"))
        .join(DeliveryStudent, DeliveryStudent.delivery_id == Delivery.id),
        select(Message.id, Message.student_id).where(Message.student_id.is_not(None)),
    ).subquery()  # fmt: skip
    rows = session.execute(
        select(told.c.student, Message.title, Message.text, Message.created_at)
        .join(Message, Message.id == told.c.message)
        .where(Message.created_at >= since, Message.text != "", Message.kind.not_in(ONE_PARENTS),
               *([Message.created_at < until] if until else []))
        .order_by(Message.created_at.desc(), Message.id)
    )  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {}
    zone = ZoneInfo(timezone)
    for student, title, text, at in rows:
        on = at.astimezone(zone).date().isoformat()
        found.setdefault(student, []).append({"on": on, "title": title, "text": _cut(text)})
    return found


def _lessons(session: Session, asked: Asked, names: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Student → the lessons that no edition shows, of its approved days from today on."""
    window = Window(asked.edition.window_from, asked.edition.window_to)
    days = [day for day in approved_days(session, window) if day >= asked.today]
    found: dict[str, list[dict[str, Any]]] = {}
    for student, group in alone_somewhere(session, window) if days else ():
        if student in names:
            views = private_views(session, window, days, group, student)
            found.setdefault(student, []).extend(_lesson(lesson, views.tasks) for lesson in views.lessons.values())
    return {student: sorted(own, key=lambda one: (one["date"], one["n"])) for student, own in found.items()}


def _lesson(lesson: Mapping[str, Any], tasks: Mapping[str, Any]) -> dict[str, Any]:
    own: Sequence[Any] = [tasks[key] for key in lesson["tasks"]]
    return {
        **{name: lesson[name] for name in ("date", "n", "start", "end", "subject", "topic")},
        "cancelled": (lesson["change"] or {}).get("kind") == "cancelled",
        "tasks": [{"title": task["title"], "text": _cut(task["text"])} for task in own],
    }
