"""What a person says about works, as ops: the same draft and the same words always make the same bytes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import MarkAct, Op, Person, Return, ReturnChannel, Task, TaskKind, Work
from server.services.works import MarkView, marks_of, states
from sync import decide, ops

AGAIN = ("issued", "redo")  # in these states a mark says that the work came back, too
_REDO = {"д", "дораб", "доработка", "надоработку", "redo", "r"}
_CHECKED = {"п", "пров", "проверено", "checked", "c", "v"}
CLEARED = {"-", "–", "—", "−"}
WORDS = {
    "pass": {"з", "зач", "зачет", "зачёт", "pass", "p"},
    "fail": {"н", "нз", "незач", "незачет", "незачёт", "fail", "f"},
}


@dataclass(frozen=True)
class Line:
    """One thing a form may speak about: its key (a work's code, a student's id), its heads and state when rendered."""

    key: str
    heads: tuple[str, ...] = ()
    state: str = ""


@dataclass(frozen=True)
class Draft:
    """What is fixed when a form is rendered. ``origin``: 16 hex digits; ``at``: ISO with offset; n counts lines."""

    origin: str
    at: str
    author: str
    lines: tuple[Line, ...]

    def plain(self) -> list[Any]:
        """As JSON, short: it travels in the form."""
        return [self.origin, self.at, self.author, [[line.key, list(line.heads), line.state] for line in self.lines]]

    @classmethod
    def of(cls, plain: Sequence[Any]) -> "Draft":
        """The draft that ``plain`` gave."""
        origin, at, author, lines = plain
        return cls(origin, at, author, tuple(Line(key, tuple(heads), state) for key, heads, state in lines))


@dataclass(frozen=True)
class Said:
    """What was typed about one work. ``again``: it came back now; None leaves that to the work's state."""

    mark: dict[str, str | None] | None
    comment: str = ""
    again: bool | None = None


@dataclass(frozen=True)
class Arrival:
    """When and how works came back."""

    on: date
    channel: str


@dataclass(frozen=True)
class Logged:
    """One op of an author, for a list of what was just done."""

    seq: int
    code: str
    last_name: str
    first_name: str
    type: str
    mark: dict[str, str | None] | None
    outcome: str
    received_at: datetime
    maximum: int | None
    conflict: bool  # the work has two values now


def make_draft(origin: bytes, now: datetime, timezone: str, author: str, lines: Iterable[Line]) -> Draft:
    """A draft for one rendering of a form; ``origin`` is 8 random bytes."""
    return Draft(origin.hex(), now.astimezone(ZoneInfo(timezone)).isoformat(timespec="seconds"), author, tuple(lines))


def mark_of(verdict: str, value: str | None = None) -> dict[str, str | None]:
    """A mark as ops carry it."""
    return {"verdict": verdict, "value": value}


def op_about_work(draft: Draft, n: int, said: Said, arrival: Arrival | None) -> dict[str, Any]:
    """The envelope for line n: a return where the work came back, else a mark. Raises what is missing for it."""
    line = draft.lines[n]
    came_back = line.state in AGAIN if said.again is None else said.again
    if came_back:
        if arrival is None:
            raise DomainError("date_invalid", value="")
        data = {"code": line.key, "channel": arrival.channel, "mark": said.mark, "comment": said.comment}
        base = line.heads if said.mark else ()
        return ops.envelope(draft.origin, n, "return", draft.author, draft.at, data, base, arrival.on)
    if said.mark is None:
        raise DomainError("mark_needed")
    data = {"code": line.key, "mark": said.mark, "comment": said.comment}
    return ops.envelope(draft.origin, n, "mark", draft.author, draft.at, data, line.heads)


def op_about_absence(draft: Draft, n: int, lesson_course_id: str, letter: str | None, reason: str) -> dict[str, Any]:
    """The envelope for line n (a student): the letter, or None to take it back."""
    data = {"student": draft.lines[n].key, "lesson": lesson_course_id, "letter": letter, "reason": reason}
    return ops.envelope(draft.origin, n, "absence", draft.author, draft.at, data, draft.lines[n].heads)


def read_typed(typed: str, rule: decide.Scale, comment: str = "") -> Said | None:
    """What a cell of the class's table says; None for an empty one.

    ``5`` a mark, ``12`` or ``12/20`` points, ``д`` back for corrections, ``+`` came back without a mark, ``+5`` came
    back with one, ``-`` takes the mark away. Raises DomainError ``mark_invalid``.
    """
    text = re.sub(r"\s+", "", typed).casefold()
    if not text:
        return None
    again = True if text.startswith("+") else None
    rest = text.removeprefix("+")
    if again and not rest:
        return Said(None, comment, True)
    mark = _typed_mark(rest, rule)
    if mark is None or not rule.allows((mark["verdict"] or "", mark["value"])):
        raise DomainError("mark_invalid", value=typed.strip()[:20], allowed=rule.allowed())
    return Said(mark, comment, again)


def _typed_mark(text: str, rule: decide.Scale) -> dict[str, str | None] | None:
    if rule.type == "points":
        found = re.fullmatch(r"([0-9]{1,4})(?:/([0-9]{1,4}))?", text)
        if found and found[2] in (None, str(rule.maximum)):
            return mark_of("mark", str(int(found[1])))
    if text in rule.values:
        return mark_of("mark", text)
    for value, words in WORDS.items():
        if value in rule.values and text in words:
            return mark_of("mark", value)
    for verdict, words in (("redo", _REDO), ("checked", _CHECKED), ("cleared", CLEARED)):
        if text in words:
            return mark_of(verdict)
    return None


def channels(session: Session) -> list[tuple[str, str]]:
    """(code, message id) of the ways in which work comes back, in the school's order."""
    rows = session.execute(select(ReturnChannel.code, ReturnChannel.name).order_by(ReturnChannel.position))
    return [(code, name) for code, name in rows]


def kinds(session: Session) -> dict[str, str]:
    """Message ids of the kinds of work, by code."""
    return {row.code: row.name for row in session.execute(select(TaskKind.code, TaskKind.name))}


def replaced(session: Session, seqs: Iterable[int]) -> dict[int, MarkView]:
    """Of records whose mark somebody replaced before they came: by their numbers, the mark that stands."""
    rows = session.execute(
        select(MarkAct.op_seq, MarkAct.revision_id, MarkAct.work_id).where(MarkAct.op_seq.in_(list(seqs)))
    ).all()
    known = states(session, {work_id for _seq, _revision, work_id in rows})
    return {
        seq: [one for one in marks_of(session, work_id) if one.is_head][-1]
        for seq, revision_id, work_id in rows if revision_id not in known[work_id].heads
    }  # fmt: skip


def numbers(session: Session, draft: Draft) -> dict[int, int]:
    """The numbers of the records that a form's lines became, by line."""
    return dict(session.execute(select(Op.n, Op.seq).where(Op.origin == draft.origin)).all())


def last_channel(session: Session, author: str) -> str | None:
    """The channel of a person's latest return."""
    return session.scalar(
        select(Return.channel).where(Return.logged_by == author).order_by(Return.op_seq.desc()).limit(1)
    )


def just_logged(session: Session, author: str, since: datetime, limit: int = 8) -> list[Logged]:
    """The author's latest ops about works since a moment, newest first."""
    rows = session.scalars(
        select(Op).where(Op.author_id == author, Op.type.in_(("return", "mark")), Op.received_at >= since)
        .order_by(Op.seq.desc()).limit(limit)
    ).all()  # fmt: skip
    if not rows:
        return []
    found = {
        work.code: work
        for work in session.execute(
            select(Work.code, Work.id, Person.last_name, Person.first_name, Task.max_points)
            .join(Person, Person.id == Work.student_id).join(Task, Task.id == Work.task_id)
            .where(Work.code.in_({row.data["code"] for row in rows}))
        )
    }  # fmt: skip
    standing = states(session, [work.id for work in found.values()])
    return [
        Logged(row.seq, work.code, work.last_name, work.first_name, row.type, row.data["mark"], row.outcome,
               row.received_at, work.max_points, standing[work.id].conflict)
        for row in rows if (work := found.get(row.data["code"]))
    ]  # fmt: skip
