"""What goes into whose pack between cover and slips, in which order, and what a budget left out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from printables import marked_copy
from printables.budget import Kept
from printables.compose import SOURCES
from printables.imposition import Outline, Shape
from printables.pieces import Pieces
from printables.press import Piece
from printables.report import Cut
from printables.roster import Feedback, LessonView, Student, Supplement
from printables.views import on_television, student_lessons

COVER_PAGES, ONE_PAGE = 2, 1  # of a cover, at least: with a timetable inside, and without


@dataclass(frozen=True)
class Inside:
    """A pack without its cover. ``lessons`` as the timetable has them, ``doing`` with the tasks that are printed.

    ``pieces``: in order, the slips apart, as they are only counted until it is certain that they are printed; ``cuts``:
    the titles of what is left out. ``supplement``: the pack adds this to another one; ``dated``: its tasks whose last
    day alone is new; ``answered``: what the teachers said, where the pack brings nothing else.
    """

    lessons: Sequence[LessonView]
    doing: Sequence[LessonView]
    again: Sequence[LessonView]
    pieces: tuple[Piece, ...]
    slips: int
    cuts: tuple[Cut, ...]
    supplement: Supplement | None = None
    dated: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    answered: tuple[Feedback, ...] | None = None

    @property
    def with_slips(self) -> Sequence[LessonView]:
        """The lessons with the tasks that get a slip: in a supplement those that are new."""
        if self.supplement is None:
            return self.doing
        new = self.supplement.slips
        return [
            replace(view, tasks={key: task for key, task in view.tasks.items() if key in new}) for view in self.doing
        ]

    @property
    def shapes(self) -> list[Shape]:
        """Everything as far as leaves are counted, with a cover of the least size."""
        slips = [Outline("slips", self.slips)] if self.slips else []
        return [Outline("cover", COVER_PAGES if self.answered is None else ONE_PAGE), *self.pieces, *slips]


def fill(
    make: Pieces, student: Student, lessons: Sequence[LessonView], again: Sequence[LessonView], kept: Kept,
    dated: tuple[tuple[str, Mapping[str, Any]], ...] = (),
) -> Inside:  # fmt: skip
    """Feedback, marked copies, sheets to correct on, lessons each followed by its tasks.

    Where lessons are printed two pages beside each other, all of them come before the tasks.
    """
    half = kept.layout != "one" and not student.large
    own = {view.id for view in student.extra}
    doing = [view if view.id in own else _with_tasks(view, kept.only) for view in lessons]
    silent = [view for view in lessons if view.material and view.id not in own and not _reads(view, kept)]
    unread = {view.id for view in silent}
    reading = {view.id: make.lesson(view, half) for view in doing if view.material and view.id not in unread}
    tasks = {view.id: [make.task(view, key, "task", kept.spare_lines) for key in view.tasks] for view in doing}
    sources = make.sources(silent, half)
    marked, dropped = marked_copy.kept(student.marked, kept.marked)
    pieces = [] if student.brief else make.feedback(student.feedback)
    pieces += map(make.marked, marked)
    pieces += [make.task(view, key, "again") for view in again for key in view.tasks]
    if half:
        pieces += [*sources, *reading.values(), *(piece for view in doing for piece in tasks[view.id])]
    else:
        pieces += sources
        for view in doing:
            pieces += [*([reading[view.id]] if view.id in reading else []), *tasks[view.id]]
    cuts = _cuts(lessons, doing, silent)
    if not kept.spare_lines:
        cuts += [
            Cut("fewer_lines", view.tasks[piece.id]["title"])
            for view in doing for piece in tasks[view.id]
            if make.task(view, piece.id, "task").pages > piece.pages
        ]  # fmt: skip
    cuts += [Cut(marked_copy.CUT, work.title) for work in dropped]
    inside = Inside(lessons, doing, again, tuple(pieces), 0, tuple(cuts), student.supplement, dated,
                    student.feedback if student.brief else None)  # fmt: skip
    count = sum(len(view.tasks) for view in [*again, *inside.with_slips])
    return replace(inside, slips=-(-count // make.composer.slips_per_page) if kept.slips else 0)


def dated(common: list[LessonView], student: Student, week: str) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Of a supplement the tasks whose sheets the student has, of which the last day is another one now."""
    if student.supplement is None or not student.supplement.dated:
        return ()
    whole = student_lessons(common, replace(student, supplement=None), week)
    known = {key: task for view in whole for key, task in view.tasks.items()}
    return tuple((key, known[key]) for key in sorted(student.supplement.dated) if key in known)


def told(steps: Sequence[str], cuts: Sequence[Cut]) -> tuple[Cut, ...]:
    """The cuts in the order of the steps. A step that takes away single things is told by their titles alone."""
    named = [cut if cut.step in steps else Cut("no_texts", cut.title) for cut in cuts]  # on television, but only later
    found: list[Cut] = []
    for step in steps:
        found += [cut for cut in named if cut.step == step] or [Cut(step)]
    return tuple(found)


def number(pieces: Sequence[Piece], before: int) -> tuple[dict[str, int], int]:
    """The first page of each piece by its id, and the number of the last page of all."""
    pages = {}
    for piece in pieces:
        pages[SOURCES if piece.kind == "sources" else piece.id] = before + 1
        before += piece.pages
    return pages, before


def _cuts(lessons: Sequence[LessonView], doing: Sequence[LessonView], silent: Sequence[LessonView]) -> list[Cut]:
    """Texts and tasks that are left out, by title."""
    cuts = [Cut("no_tv_texts" if on_television(view.lesson) else "no_texts", _title(view)) for view in silent]
    cuts += [
        Cut("must_only", task["title"])
        for view, less in zip(lessons, doing, strict=True) for key, task in view.tasks.items()
        if key not in less.tasks
    ]  # fmt: skip
    return cuts


def _with_tasks(view: LessonView, only: frozenset[str] | None) -> LessonView:
    """The lesson with its tasks of these kinds."""
    if only is None:
        return view
    return replace(view, tasks={key: task for key, task in view.tasks.items() if task["kind"] in only})


def _reads(view: LessonView, kept: Kept) -> bool:
    return kept.texts == "all" or (kept.texts == "off_tv" and not on_television(view.lesson))


def _title(view: LessonView) -> str:
    return view.material["title"] if view.material else ""
