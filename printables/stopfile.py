"""The one PDF of a delivery stop: packs of several classes, families together, a list for siblings' envelopes."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from printables.budget import Choice
from printables.checks import composed
from printables.compose import environment
from printables.errors import PrintError
from printables.fonts import BOLD, CODE, REGULAR
from printables.job import Job, Progress, prepare
from printables.layout import Box
from printables.order import AS_USUAL, Order
from printables.press import Piece, Press
from printables.report import Cut, PackInfo, PrintReport
from printables.roster import Roster, Student
from printables.sheets import Sheet
from printables.stamp import Ink
from printables.texts import Texts
from printables.views import days_of
from sync.codes import group_digits

SIBLINGS = 2  # packs from which a family gets an envelope


@dataclass(frozen=True)
class Family:
    """Whose packs lie together. ``name`` and ``address`` as on the envelope, either may be ""; ``students``: ids."""

    name: str
    address: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Stop:
    """What goes to one place. ``rosters``: by class those who get a pack there; ``families`` name each of them once,
    in the order of printing."""

    name: str
    families: tuple[Family, ...]
    rosters: tuple[Roster, ...]


@dataclass(frozen=True)
class Ready:
    """A planned pack that waits for its turn."""

    number: int
    student: Student
    pieces: list[Piece]
    booklet: bool
    cuts: tuple[Cut, ...] = ()


def print_stop(
    edition_dir: Path, stop: Stop, out: Path, cache: Path, locale_dir: Path,
    order: Order = AS_USUAL, progress: Progress = lambda done, total: None,
) -> PrintReport:  # fmt: skip
    """Write the packs of a stop as one PDF to ``out``, as ``print_group`` does for a class.

    ``order.leaves`` is not looked at, as that budget is a class's; the steps of the whole school are taken. Raises
    PrintError, SyncError.
    """
    jobs = [prepare(edition_dir, roster, cache, locale_dir) for roster in stop.rosters]
    _check_codes(stop.rosters)
    known = {student.id: (job, student, choice) for job in jobs for student, choice in _choices(job, order)}
    lead = jobs[0]
    duplex = any(choice.kept.duplex for _job, _student, choice in known.values())
    press = Press(lead.content, replace(lead.roster, group_name=stop.name), lead.texts, lead.planner.composer.channel,
                  duplex)  # fmt: skip
    packs: list[PackInfo] = []
    number, total = 0, len(known) - order.first + 1
    if total < 1:
        raise PrintError("roster_invalid", field="first")
    for family in stop.families:
        ready = []
        for student_id in family.students:
            number += 1
            job, student, choice = known[student_id]
            ready.append(Ready(number, student, job.planner.plan(student, choice), choice.kept.layout == "booklet",
                               job.planner.cuts(student, choice)))  # fmt: skip
        if len(ready) >= SIBLINGS and number >= order.first:
            _envelope(press, lead, stop, family, ready)
        for one in ready:
            if one.number >= order.first:
                info = press.add(one.student, one.pieces, one.booklet, (one.number, len(known)))
                packs.append(replace(info, number=one.number, cuts=one.cuts))
                progress(len(packs), total)
    size = press.save(out)
    return _report(out, jobs, packs, press.sides, size)


def _choices(job: Job, order: Order) -> list[tuple[Student, Choice]]:
    choices, _over = job.planner.choose(replace(order, leaves=None))
    return list(zip(job.roster.students, choices, strict=True))


def _report(out: Path, jobs: Sequence[Job], packs: Sequence[PackInfo], sides: int, size: int) -> PrintReport:
    lacking: dict[str, str] = {}
    for job in jobs:
        lacking |= job.planner.lacking
    return PrintReport(
        out, tuple(packs), sides, size, sum(job.planner.sheets.rendered for job in jobs),
        sum(job.planner.sheets.reused for job in jobs), dict(sorted(lacking.items())),
        sum(pack.leaves for pack in packs), round(sum(pack.ink for pack in packs), 3),
    )  # fmt: skip


def _check_codes(rosters: Sequence[Roster]) -> None:
    """No pack of one class may bear the code of another's: each class alone is looked at by ``check_roster``."""
    seen: set[str] = set()
    for student in (student for roster in rosters for student in roster.students):
        if student.pack_code in seen:
            raise PrintError("roster_invalid", field="code", name=student.name)
        seen.add(student.pack_code)


def _envelope(press: Press, lead: Job, stop: Stop, family: Family, ready: Sequence[Ready]) -> None:
    """The list of a family's packs: a sheet that is the same for all families of that many, and what is stamped."""
    sheet = lead.planner.sheets.get(envelope(lead, len(ready)))
    said = {"stop": stop.name, "family": family.name, "address": family.address}
    for row, one in enumerate(ready):
        for key, text in _row(press, lead.texts, one).items():
            said[f"{key}-{row}"] = text
    press.loose(sheet, lambda ink, page: _stamp(ink, sheet, page, said))


def envelope(lead: Job, rows: int) -> str:
    """The HTML of the envelope's sheet for so many packs; nothing of the family is in it."""
    texts, roster = lead.texts, lead.roster
    return environment(texts).get_template("envelope.html").render(
        lang=str(texts.locale).replace("_", "-"), school=lead.content["school"], edition=roster.edition_number,
        rows=rows, week=texts.week(*days_of(roster.week)),
        inside=texts.ngettext("Inside: %(num)d pack", "Inside: %(num)d packs", rows),
    )  # fmt: skip


def _row(press: Press, texts: Texts, one: Ready) -> Mapping[str, str]:
    tasks: list[Mapping[str, Any]] = [piece.task for piece in one.pieces if piece.task]
    last = max((task["due"] for task in tasks if task["due"]), default="")
    return {
        "name": one.student.name, "class": press.class_text(one.student),
        "code": group_digits(one.student.pack_code), "pages": str(sum(piece.pages for piece in one.pieces)),
        "tasks": str(len(tasks)), "last": texts.day_short(datetime.date.fromisoformat(last)) if last else "",
    }  # fmt: skip


_STYLES: Mapping[str, tuple[str, float]] = {
    "stop": (BOLD, 13), "family": (BOLD, 16), "address": (REGULAR, 11), "name": (BOLD, 11), "code": (CODE, 13),
}  # fmt: skip


def _stamp(ink: Ink, sheet: Sheet, page: int, said: Mapping[str, str]) -> None:
    boxes: Mapping[str, Box] = sheet.boxes[page]
    for name, box in boxes.items():
        if text := said.get(name):
            font, size = _STYLES.get(name.partition("-")[0], (REGULAR, 10.5))
            ink.fitted(box, composed(text), font, size)
