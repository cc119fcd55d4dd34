"""Decides how a lesson's tasks stand between deputy and teacher, and what is odd about a task. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from flask_babel import lazy_gettext as _l

from server.services.content_flags import FLAGS
from sync.canonical import digest

NONE, OPEN, AGREED, CHANGED, RETURNED, ANSWERED = "", "open", "agreed", "changed", "returned", "answered"
WAITING = frozenset({OPEN, CHANGED, ANSWERED})  # for the deputy
NOT_AGREED = WAITING | {RETURNED}
ODD = {
    "form": FLAGS["form"],
    "due": FLAGS["due"],
    "early": _l("It is due before it is handed out."),
    "free": _l("The class has no lessons on the day it is due."),
    "no_lesson": _l("On the day it is due there is no lesson of this subject."),
    "unplanned": _l("It counts, but the published plan of works does not have it on these days."),
}


@dataclass(frozen=True)
class Given:
    """A task of a lesson. ``due_on`` None: nobody said until when."""

    kind: str
    title: str
    due_on: date | None


@dataclass(frozen=True)
class Said:
    """The deputy's last word: ``answer`` agreed or returned, and what it was said about."""

    answer: str
    hash: str
    version: int


def works_hash(on: date, works: Iterable[Given]) -> str:
    """Names what is agreed: the day it is handed out, and kind, date of control and title of every task."""
    told = sorted([one.kind, one.due_on.isoformat() if one.due_on else "", one.title] for one in works)
    return digest([on.isoformat(), told])


def state(hash: str, version: int, works: int, said: Said | None) -> str:
    """How the tasks stand. An agreement holds for what it was said about; a remark until the lesson is changed.

    ``version``: of the lesson's text, which counts every save; ``works``: how many tasks there are.
    """
    if said is None:
        return OPEN if works else NONE
    if said.answer == "agreed":
        return AGREED if said.hash == hash else CHANGED
    return RETURNED if (said.hash, said.version) == (hash, version) else ANSWERED


@dataclass(frozen=True)
class Around:
    """What is known around the tasks: the days of each course and class, what counts, and what is published of it.

    ``planned``: class, subject and kind → the days on which the plan has such works.
    """

    courses: Mapping[str, Collection[date]] = field(default_factory=dict)
    classes: Mapping[str, Collection[date]] = field(default_factory=dict)
    counted: Mapping[str, Collection[str]] = field(default_factory=dict)
    planned: Mapping[tuple[str, str, str], Collection[date]] = field(default_factory=dict)


def odd(work: Given, on: date, course: str, group: str, subject: str, around: Around) -> list[str]:
    """Codes of ODD for a task handed out on a day; ``group``: slug of the class."""
    found = []
    if work.due_on is None:
        found.append("due")
    elif work.due_on < on:
        found.append("early")
    elif work.due_on not in around.classes.get(group, ()):
        found.append("free")
    elif work.due_on not in around.courses.get(course, ()):
        found.append("no_lesson")
    days = around.planned.get((group, subject, work.kind), ())
    if work.kind in around.counted.get(group, ()) and not {on, work.due_on} & set(days):
        found.append("unplanned")
    return found


def load(rows: Iterable[tuple[str, str, bool, int]]) -> int:
    """How many tasks fall on one student of a class on a day, at most.

    ``rows``: subject, group, whether it is a part of the class, tasks; of parts in one subject the fullest counts.
    """
    whole, parts = 0, dict[str, dict[str, int]]()
    for subject, group, is_part, count in rows:
        if is_part:
            own = parts.setdefault(subject, {})
            own[group] = own.get(group, 0) + count
        else:
            whole += count
    return whole + sum(max(own.values()) for own in parts.values())
