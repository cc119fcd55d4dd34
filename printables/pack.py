"""A group's packs as the one PDF that goes to the printer, or only counted."""

from dataclasses import replace
from pathlib import Path

from printables import plain
from printables.errors import PrintError
from printables.job import Job, Progress, prepare
from printables.order import AS_USUAL, Order
from printables.report import PackInfo, PrintReport
from printables.roster import Roster


def print_group(
    edition_dir: Path,
    roster: Roster,
    out: Path,
    cache: Path,
    locale_dir: Path,
    order: Order = AS_USUAL,
    progress: Progress = lambda done, total: None,
) -> PrintReport:
    """Write the packs of ``roster`` as one PDF to ``out`` (replaced as a whole, or not at all).

    ``cache`` keeps rendered sheets between calls and groups; ``locale_dir`` holds ``<locale>/LC_MESSAGES/messages.mo``;
    ``progress(done, total)`` is called after each pack. Raises PrintError, and SyncError when the edition cannot be
    read. The budget is that of all packs, also when only some are printed from ``order.first`` on.
    """
    job = prepare(edition_dir, roster, cache, locale_dir)
    if order.plain:
        return plain.class_sheets(job, order, out, progress)
    choices, over = job.planner.choose(order)
    press = job.press(choices[0].kept.duplex)
    packs: list[PackInfo] = []
    numbered = list(enumerate(zip(job.roster.students, choices, strict=True), 1))[order.first - 1 :]
    if not numbered:
        raise PrintError("roster_invalid", field="first")
    for number, (student, choice) in numbered:
        place = (number, len(job.roster.students))
        info = press.add(student, job.planner.plan(student, choice), choice.kept.layout == "booklet", place)
        packs.append(replace(info, number=number, cuts=job.planner.cuts(student, choice)))
        progress(len(packs), len(numbered))
    size = press.save(out)
    return job.report(out, packs, size, press.sides, over)


def estimate_group(
    edition_dir: Path, roster: Roster, cache: Path, locale_dir: Path, order: Order = AS_USUAL
) -> PrintReport:
    """What ``print_group`` would report, without writing a file: nothing is stamped, and ``bytes`` is 0."""
    return _estimate(prepare(edition_dir, roster, cache, locale_dir), order)


def leaves_by_step(
    edition_dir: Path, roster: Roster, cache: Path, locale_dir: Path, order: Order = AS_USUAL
) -> list[int]:
    """How many leaves the packs take when none, one, two … all of the steps are taken in any case."""
    job = prepare(edition_dir, roster, cache, locale_dir)
    return [_estimate(job, replace(order, taken=taken)).leaves for taken in range(len(order.steps) + 1)]


def _estimate(job: Job, order: Order) -> PrintReport:
    if order.plain:
        return plain.class_sheets(job, order, None)
    choices, over = job.planner.choose(order)
    press = job.press(choices[0].kept.duplex)
    packs = []
    first = 1
    for number, (student, choice) in enumerate(zip(job.roster.students, choices, strict=True), 1):
        pieces = job.planner.plan(student, choice)
        info = press.count(student, pieces, choice.kept.layout == "booklet", first)
        packs.append(replace(info, number=number, cuts=job.planner.cuts(student, choice)))
        first += info.sides
    return job.report(Path(), packs, 0, first - 1, over)
