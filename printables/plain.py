"""For the photocopier: a class's sheets once, without names, how often to copy each, and slips to stick on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from printables import budget, furniture
from printables.budget import Choice, Kept
from printables.checks import with_composed_names
from printables.compose import SOURCES
from printables.fonts import BOLD, CODE
from printables.imposition import Outline, Shape, leaves_of
from printables.job import Job, Progress, prepare
from printables.layout import HEIGHT, LEFT, QR_QUIET, QR_SIDE, Box, mm
from printables.order import AS_USUAL, Order
from printables.press import Piece, Press
from printables.report import PackInfo, PrintReport
from printables.roster import Roster, Student
from printables.stamp import Ink
from sync.codes import group_digits

OF_THE_CLASS = ("lesson", "sources", "task")  # the rest of a pack is one student's own
SLIP_WIDTH, SLIP_HEIGHT, ROWS = mm(85), mm(33.5), 8  # two beside each other
TOP = HEIGHT - mm(10)
_TEXT = mm(52)
NO_BREAK = "\u00a0"


def class_sheets(
    job: Job, order: Order, out: Path | None, progress: Progress = lambda done, total: None
) -> PrintReport:
    """Write what is to be copied, each sheet once and on a leaf of its own (``out`` None: only count).

    The report's packs are what each student is given of the copies; its pages are those of the file.
    """
    choices, over = _choose(job, order)
    done = _class_set(job, choices)
    duplex, booklet = choices[0].kept.duplex, choices[0].kept.layout == "booklet"
    press = job.press(duplex)
    packs = [
        PackInfo(
            student.id, student.pack_code, sum(piece.pages for piece in own), 0, 0,
            tuple(piece.info for piece in own),
            number, _leaves(own, choice.kept), press.ink_of(own), job.planner.cuts(student, choice),
        )
        for number, (student, choice, own) in enumerate(zip(job.roster.students, choices, done.packs, strict=True), 1)
    ]  # fmt: skip
    if out is None:
        return job.report(Path(), packs, 0, 0, over)
    listed = job.planner.copy_list([_row(piece, done) for piece in done.pieces])
    for count, piece in enumerate([listed, *done.pieces], 1):
        number = done.pages.get(_key(piece), 0)
        own = _PlainInk(job, press, done.copies.get(_key(piece), 1))
        press.lay([piece], own.of, booklet, number - 1, done.total if number else 0)
        progress(count, len(done.pieces) + 1)
    return job.report(out, packs, press.save(out), press.sides, over)


def print_slips(
    edition_dir: Path,
    roster: Roster,
    out: Path,
    cache: Path,
    locale_dir: Path,
    order: Order = AS_USUAL,
    progress: Progress = lambda done, total: None,
) -> PrintReport:
    """Write the slips to stick on, student by student, then the pages that are one student's own, with their names.

    A slip for the cover and one for each page of each task sheet, as every page must find its work by its own code. The
    report's packs hold only those own pages, its leaves are those of the file.
    """
    job = prepare(edition_dir, roster, cache, locale_dir)
    choices, over = _choose(job, replace(order, plain=True))
    press = job.press(order.duplex)
    pairs = list(zip(map(with_composed_names, job.roster.students), choices, strict=True))
    slips = [slip for student, choice in pairs for slip in _slips_of(job, press, student, choice)]
    for start in range(0, len(slips), 2 * ROWS):
        ink = Ink()
        _draw_slips(ink, slips[start : start + 2 * ROWS])
        press.add_drawn(press.take(ink))
    press.fresh_leaf()
    packs = []
    for number, (student, choice) in enumerate(pairs, 1):
        packs.append(replace(press.add(student, _own(job, student, choice)), number=number))
        progress(number, len(pairs))
    size = press.save(out)
    leaves = -(-press.sides // 2) if order.duplex else press.sides
    return replace(job.report(out, packs, size, press.sides, over), leaves=leaves)


def _own(job: Job, student: Student, choice: Choice) -> list[Piece]:
    """What is nobody else's: of a brief pack all of it."""
    if student.brief:
        return job.planner.plan(student, choice)
    return [piece for piece in job.planner.inside(student, choice.kept).pieces if piece.kind not in OF_THE_CLASS]


@dataclass(frozen=True)
class _ClassSet:
    """``packs``: what each student is given; ``pieces``: every sheet once, covers first; ``pages``: their first pages
    in the class's numbering, which covers have no part in; ``total``: its last page."""

    packs: list[list[Piece]]
    pieces: list[Piece]
    pages: Mapping[str, int]
    copies: Mapping[str, int]
    total: int


def _class_set(job: Job, choices: Sequence[Choice]) -> _ClassSet:
    pairs = list(zip(job.roster.students, choices, strict=True))
    sets = [_shared(job, student, choice.kept) for student, choice in pairs]
    pieces = list({_key(piece): piece for own in sets for piece in own}.values())
    pages, total = {}, 0
    for piece in pieces:
        pages[_key(piece)] = total + 1
        total += piece.pages
    packs = []
    for (student, choice), own in zip(pairs, sets, strict=True):
        named = {SOURCES if piece.kind == "sources" else piece.id: pages[_key(piece)] for piece in own}
        cover = job.planner.class_cover(student, choice, named, sum(piece.pages for piece in own))
        packs.append([] if student.brief else [cover, *own])
    covers = {_key(own[0]): own[0] for own in packs if own}
    copies = Counter(_key(piece) for own in packs for piece in own)
    return _ClassSet(packs, [*covers.values(), *pieces], pages, copies, total)


def _choose(job: Job, order: Order) -> tuple[list[Choice], int]:
    """As for packs with names, but every sheet is copied onto leaves of its own."""

    def count(pack: int, kept: Kept) -> int:
        shared = _shared(job, job.roster.students[pack], kept)
        return _leaves([] if job.roster.students[pack].brief else [Outline("cover", 2), *shared], kept)

    def settle(choices: Sequence[Choice]) -> int:
        packs = _class_set(job, choices).packs
        return sum(_leaves(own, choice.kept) for own, choice in zip(packs, choices, strict=True))

    return budget.choose(order, len(job.roster.students), count, settle)


def _leaves(shapes: Sequence[Shape], kept: Kept) -> int:
    return sum(leaves_of([shape], kept.duplex, kept.layout == "booklet") for shape in shapes)


def _shared(job: Job, student: Student, kept: Kept) -> list[Piece]:
    return [piece for piece in job.planner.inside(student, kept).pieces if piece.kind in OF_THE_CLASS]


def _key(piece: Piece) -> str:
    """The same sheet with the same number of lines is copied together."""
    return f"{piece.kind} {piece.id} {piece.sheet.hash} {piece.pages}"


def _row(piece: Piece, done: _ClassSet) -> dict[str, object]:
    first = done.pages.get(_key(piece), 0)
    last = first + piece.pages - 1
    subject = piece.lesson["subject"] if piece.lesson else ""
    pages = str(first) if first == last else f"{first}–{last}"
    return {"pages": pages if first else "", "kind": piece.kind, "subject": subject, "title": piece.title,
            "copies": done.copies[_key(piece)]}  # fmt: skip


class _PlainInk:
    """What a sheet without a name bears: class, edition, how many copies, and on tasks the frame for a slip."""

    def __init__(self, job: Job, press: Press, copies: int):
        self._press, self._texts, self._copies = press, job.texts, copies
        self._class = press.class_name(job.roster.group_name)

    def of(self, piece: Piece, page: int) -> list[bytes]:
        """The stream of one page."""
        return [self._press.once(lambda ink: self._draw(ink, piece, page))]

    def _draw(self, ink: Ink, piece: Piece, page: int) -> None:
        foot = furniture.half_plain_foot if piece.half else furniture.plain_foot
        foot(ink, self._texts, self._class, self._copies)
        if piece.kind == "task":
            furniture.plain_task_head(ink, self._texts, self._class, page + 1, piece.pages)


@dataclass(frozen=True)
class _Slip:
    who: str
    what: str
    code: str
    label: str


def _slips_of(job: Job, press: Press, student: Student, choice: Choice) -> Iterator[_Slip]:
    name, klass, _ = student.name, press.class_text(student), job.texts.gettext
    cover = _("For the cover")
    if not student.brief:
        yield _Slip(name, f"{klass}. {cover}", student.pack_code, press.label("P", student.pack_code, 0))
    for piece in _shared(job, student, choice.kept):
        for page in range(piece.pages if piece.task else 0):
            code = student.works[piece.id]
            count = _("task sheet %(page)s of %(total)s", page=page + 1, total=piece.pages)
            what = f"{klass}. {piece.task['subject']}: {piece.title}" if piece.task else ""
            sheet = f"{what}; {count.replace(' ', NO_BREAK)}" if piece.pages > 1 else what
            yield _Slip(name, sheet, code, press.label("W", code, page + 1))


def _draw_slips(ink: Ink, slips: Sequence[_Slip]) -> None:
    """Up to sixteen slips, in two columns; cut along the lines."""
    rows = -(-len(slips) // 2)
    for row in range(rows + 1):
        ink.line(LEFT, TOP - row * SLIP_HEIGHT, LEFT + 2 * SLIP_WIDTH, TOP - row * SLIP_HEIGHT)
    for column in range(3):
        ink.line(LEFT + column * SLIP_WIDTH, TOP, LEFT + column * SLIP_WIDTH, TOP - rows * SLIP_HEIGHT)
    for number, slip in enumerate(slips):
        x, y = LEFT + number % 2 * SLIP_WIDTH, TOP - number // 2 * SLIP_HEIGHT
        left, right = x + mm(2), x + _TEXT
        ink.fitted(Box(left, y - mm(13.3), right, y - mm(0.5)), slip.who, BOLD, 11)
        ink.fitted(Box(left, y - mm(26.3), right, y - mm(13.4)), slip.what, size=10)
        ink.fitted(Box(left, y - mm(32.8), right, y - mm(26.6)), group_digits(slip.code), CODE, 13)
        edge, middle = x + SLIP_WIDTH - QR_QUIET, y - SLIP_HEIGHT / 2
        ink.qr(Box(edge - QR_SIDE, middle - QR_SIDE / 2, edge, middle + QR_SIDE / 2), slip.label)
