"""Whether a student's absence from a lesson is to be proposed, by what is known of the student's work. Pure.

A proposal rests on work and presence: what came back by paper, call, stick or online, who was seen at a supervised
place, who called that day. That somebody signed in, or did not, says nothing and is no input. Who could not be reached
is not absent. The day a work was handed in counts, not the day the school got it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SEEN_FORMS = ("live", "tv")  # held at an hour: not being there is an absence by itself
IN_TOUCH = ("task", "return", "consultation")  # topics of a call that show the student at work
IN_TROUBLE = ("technical", "paper_pack", "files")  # topics of a call that show that the lesson did not arrive


class Verdict(StrEnum):
    """What follows from the evidence."""

    NONE = "none"  # nothing to decide yet, or decided already
    ABSENT = "absent"  # propose the letter
    NOT_ABSENT = "not_absent"
    UNREACHABLE = "unreachable"  # no letter; somebody is to be asked
    WITHDRAW = "withdraw"  # propose to take back a letter that rested on missing work


class Why(StrEnum):
    """The reason of a verdict."""

    TWO_VALUES = "two_values"
    TAKEN_BACK = "taken_back"
    SAID = "said"
    HANDED_IN = "handed_in"
    DECIDED = "decided"
    SEEN = "seen"
    IN_TOUCH = "in_touch"
    STILL_TIME = "still_time"
    NO_EVIDENCE = "no_evidence"
    NOT_SEEN = "not_seen"
    NOT_HANDED_IN = "not_handed_in"
    LATE = "late"
    CAME_AFTER_ALL = "came_after_all"
    CUT_OFF = "cut_off"  # a person noted that the student could not be reached
    TROUBLE = "trouble"  # the family called about it
    NO_PACK = "no_pack"
    NO_CHANNEL = "no_channel"


class Ask(StrEnum):
    """Who can say more about somebody unreachable."""

    NOBODY = ""
    FAMILY = "family"
    CLASS_TEACHER = "class_teacher"
    OFFICE = "office"


@dataclass(frozen=True)
class Letters:
    """The school's letters for a proposal: of who was not there, and of who was late."""

    absent: str
    late: str


@dataclass(frozen=True)
class Handed:
    """A return: the day of handing in, the channel, and the day the school got it."""

    on: date
    channel: str
    received_on: date


@dataclass(frozen=True)
class Owed:
    """A task of the lesson as this student owes it. ``due`` None: no date of control; ``decided``: it has a mark."""

    due: date | None
    handed: tuple[Handed, ...] = ()
    decided: bool = False

    def in_time(self) -> Handed | None:
        """The first return that was handed in by the date of control; without one every return is in time."""
        found = [one for one in self.handed if self.due is None or one.on <= self.due]
        return min(found, key=lambda one: one.on, default=None)


@dataclass(frozen=True)
class Seen:
    """A report from a supervised place or a conference: the student was there, or was not."""

    present: bool
    place: str = ""


@dataclass(frozen=True)
class Call:
    """The family turned to the school."""

    on: date
    topic: str


@dataclass(frozen=True)
class Said:
    """What stands about the absence already: letters of its heads (None: taken back), the day it was said."""

    letters: tuple[str | None, ...]
    excused: bool
    on: date


@dataclass(frozen=True)
class Reach:
    """How the lesson could come to the student. ``cut_off``: somebody noted a closed road, no power and so on."""

    cut_off: bool = False
    internet: bool = True
    television: bool = False
    pack: bool = False  # the printed pack of that week
    on_paper: bool = False  # learns from packs
    known: bool = True  # somebody was told how this family is reached, or there is a phone


@dataclass(frozen=True)
class Evidence:
    """All that is known of one student at one lesson."""

    form: str | None
    on: date
    tasks: tuple[Owed, ...] = ()
    seen: tuple[Seen, ...] = ()
    calls: tuple[Call, ...] = ()
    said: Said | None = None
    reach: Reach = Reach()


@dataclass(frozen=True)
class Proposal:
    """The verdict with its letter (ABSENT alone), reason, and the day, channel or place that shows it."""

    verdict: Verdict
    why: Why
    letter: str | None = None
    ask: Ask = Ask.NOBODY
    day: date | None = None
    detail: str = ""


def decide(evidence: Evidence, letters: Letters, today: date) -> Proposal:
    """What to propose about one student at one lesson."""
    if evidence.said is not None:
        return _about_said(evidence, evidence.said)
    if (shown := _at_work(evidence)) is not None:
        return shown
    ground = _ground(evidence, letters, today)
    if ground.verdict is Verdict.ABSENT and (hindered := _hindered(evidence)) is not None:
        return hindered
    return ground


def _about_said(evidence: Evidence, said: Said) -> Proposal:
    """Somebody spoke already. A letter that can only have rested on missing work falls when the work came after all."""
    if len(said.letters) > 1:
        return Proposal(Verdict.NONE, Why.TWO_VALUES)
    if said.letters == (None,):
        return Proposal(Verdict.NONE, Why.TAKEN_BACK)
    due = _last_due(evidence.tasks)
    if said.excused or due is None or said.on <= due:
        return Proposal(Verdict.NONE, Why.SAID)
    came = [one for task in evidence.tasks if task.due and (one := task.in_time()) and one.received_on >= said.on]
    if not came:
        return Proposal(Verdict.NONE, Why.SAID)
    first = min(came, key=lambda one: one.on)
    return Proposal(Verdict.WITHDRAW, Why.CAME_AFTER_ALL, day=first.on, detail=first.channel)


def _at_work(evidence: Evidence) -> Proposal | None:
    """What shows that the student took part: one work in time is enough, also when others are missing."""
    came = [one for task in evidence.tasks if (one := task.in_time())]
    if came:
        first = min(came, key=lambda one: one.on)
        return Proposal(Verdict.NOT_ABSENT, Why.HANDED_IN, day=first.on, detail=first.channel)
    if any(task.decided for task in evidence.tasks):  # who marked it, has taken it, however late
        return Proposal(Verdict.NOT_ABSENT, Why.DECIDED)
    if there := [one for one in evidence.seen if one.present]:
        return Proposal(Verdict.NOT_ABSENT, Why.SEEN, day=evidence.on, detail=there[0].place)
    if any(call.on == evidence.on and call.topic in IN_TOUCH for call in evidence.calls):
        return Proposal(Verdict.NOT_ABSENT, Why.IN_TOUCH, day=evidence.on)
    return None


def _ground(evidence: Evidence, letters: Letters, today: date) -> Proposal:
    """What speaks for an absence, of somebody of whom nothing shows work."""
    if evidence.form in SEEN_FORMS and evidence.seen:
        return Proposal(Verdict.ABSENT, Why.NOT_SEEN, letters.absent, day=evidence.on, detail=evidence.seen[0].place)
    dated = [task for task in evidence.tasks if task.due is not None]
    due = _last_due(evidence.tasks)
    if due is None:
        return Proposal(Verdict.NONE, Why.NO_EVIDENCE)
    if due >= today:
        return Proposal(Verdict.NONE, Why.STILL_TIME, day=due)
    late = [one for task in dated for one in task.handed]
    if late:
        first = min(late, key=lambda one: one.on)
        return Proposal(Verdict.ABSENT, Why.LATE, letters.late, day=first.on, detail=first.channel)
    return Proposal(Verdict.ABSENT, Why.NOT_HANDED_IN, letters.absent, day=due)


def _hindered(evidence: Evidence) -> Proposal | None:
    """Why the lesson may not have come to the student at all, and who knows more."""
    reach, due = evidence.reach, _last_due(evidence.tasks) or evidence.on
    if reach.cut_off:
        return Proposal(Verdict.UNREACHABLE, Why.CUT_OFF, ask=Ask.FAMILY)
    trouble = [call for call in evidence.calls if evidence.on <= call.on <= due and call.topic in IN_TROUBLE]
    if trouble:
        return Proposal(Verdict.UNREACHABLE, Why.TROUBLE, ask=Ask.FAMILY, day=trouble[0].on)
    if evidence.seen and evidence.form in SEEN_FORMS:
        return None  # the lesson was held for them at that place
    if reach.internet or reach.pack or (reach.television and evidence.form == "tv"):
        return None
    if reach.on_paper:
        return Proposal(Verdict.UNREACHABLE, Why.NO_PACK, ask=Ask.OFFICE)
    return Proposal(Verdict.UNREACHABLE, Why.NO_CHANNEL, ask=Ask.FAMILY if reach.known else Ask.CLASS_TEACHER)


def _last_due(tasks: Sequence[Owed]) -> date | None:
    return max((task.due for task in tasks if task.due is not None), default=None)
