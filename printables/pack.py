"""What goes into whose pack, in which order, and the one PDF that holds a group's packs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from printables.checks import check_roster
from printables.compose import Composer
from printables.errors import PrintError
from printables.furniture import room_to_write
from printables.press import Piece, Press
from printables.report import PackInfo, PrintReport
from printables.roster import Feedback, LessonView, Roster, Student
from printables.sheets import Sheet, SheetCache
from printables.texts import texts_of
from printables.views import corrections, student_lessons, week_lessons
from sync.edition import read_edition

Progress = Callable[[int, int], None]
MOST_PAGES = 99  # of one task: the QR has two digits for the page


def print_group(
    edition_dir: Path,
    roster: Roster,
    out: Path,
    cache: Path,
    locale_dir: Path,
    progress: Progress = lambda done, total: None,
    *,
    duplex: bool = True,
) -> PrintReport:
    """Write the packs of ``roster`` as one PDF to ``out`` (replaced as a whole, or not at all).

    ``cache`` keeps rendered sheets between calls and groups; ``locale_dir`` holds ``<locale>/LC_MESSAGES/messages.mo``;
    ``progress(done, total)`` is called after each pack. With ``duplex`` every pack, every task and the slips begin on
    a fresh leaf. Raises PrintError, and SyncError when the edition cannot be read.
    """
    content = read_edition(edition_dir).content
    if roster.own and roster.group not in content["groups"]:
        content = {**content, "groups": {**content["groups"], roster.group: roster.own}}
    check_roster(roster, content)
    texts = texts_of(content["school"]["locale"], locale_dir)
    planner = Planner(Composer(content, roster, texts), SheetCache(cache), week_lessons(content, roster), roster)
    press = Press(content, roster, texts, planner.composer.channel, duplex)
    packs: list[PackInfo] = []
    for student in roster.students:
        packs.append(press.add(student, planner.plan(student)))
        progress(len(packs), len(roster.students))
    size = press.save(out)
    sheets = planner.sheets
    return PrintReport(
        out, tuple(packs), press.sides, size, sheets.rendered, sheets.reused, dict(sorted(planner.lacking.items()))
    )


@dataclass
class Planner:
    """Makes the ordered pieces of each pack; students with the same lessons and tasks share one plan."""

    composer: Composer
    sheets: SheetCache
    lessons: list[LessonView]
    roster: Roster

    def __post_init__(self) -> None:
        self.lacking: dict[str, str] = {}
        self._plans: dict[tuple[object, ...], list[Piece]] = {}
        self._pieces: dict[str, Piece] = {}

    def plan(self, student: Student) -> list[Piece]:
        """Cover, feedback, sheets to correct on, lessons each followed by its tasks, slips.

        Every piece knows its sheet and its number of pages.
        """
        lessons = student_lessons(self.lessons, student, self.roster.week)
        again = corrections(student, lessons)
        key = (tuple((view.id, *view.tasks) for view in lessons), tuple(view.id for view in again), student.feedback)
        if key not in self._plans:
            self._plans[key] = self._pack(lessons, again, student.feedback)
        return self._plans[key]

    def _pack(
        self, lessons: Sequence[LessonView], again: Sequence[LessonView], feedback: Sequence[Feedback]
    ) -> list[Piece]:
        inner = [*self._feedback(feedback), *(self._task(view, key, "again") for view in again for key in view.tasks)]
        inner += [piece for view in lessons for piece in self._pieces_of(view)]
        slips = self._slips(lessons, again)
        cover = 2  # known only once it is laid out, and what it says depends on it
        while True:
            pages, total = _number(inner, cover)
            total += sum(piece.pages for piece in slips)
            sheet = self._sheet(self.composer.cover(lessons, pages, total, again), self.roster.group_name)
            if sheet.pages == cover:
                return [Piece("cover", "", sheet, sheet.pages), *inner, *slips]
            cover = sheet.pages

    def _feedback(self, feedback: Sequence[Feedback]) -> list[Piece]:
        if not feedback:
            return []
        sheet = self._sheet(self.composer.feedback(feedback), self.roster.group_name)
        return [Piece("feedback", "", sheet, sheet.pages)]

    def _slips(self, lessons: Sequence[LessonView], again: Sequence[LessonView]) -> list[Piece]:
        if not again and not any(view.tasks for view in lessons):
            return []
        sheet = self._sheet(self.composer.slips(lessons, again), self.roster.group_name)
        return [Piece("slips", "", sheet, sheet.pages)]

    def _pieces_of(self, view: LessonView) -> list[Piece]:
        pieces = []
        if view.material:
            if view.id not in self._pieces:
                sheet = self._sheet(self.composer.lesson(view.material), view.material["title"])
                self._pieces[view.id] = Piece("lesson", view.id, sheet, sheet.pages, view.lesson)
            pieces.append(self._pieces[view.id])
        return pieces + [self._task(view, key, "task") for key in view.tasks]

    def _task(self, view: LessonView, key: str, kind: str) -> Piece:
        known = f"{kind} {key}"
        if known not in self._pieces:
            task, large = view.tasks[key], self.composer.large(view)
            sheet = self._sheet(self.composer.task(task, large), task["title"])
            writing = room_to_write(sheet.pages, sheet.boxes[-1]["end"].y1, large)
            if writing.pages > MOST_PAGES:
                raise PrintError("task_too_long", title=task["title"], pages=writing.pages)
            self._pieces[known] = Piece(kind, key, sheet, writing.pages, view.lesson, task, writing)
        return self._pieces[known]

    def _sheet(self, html: str, title: str) -> Sheet:
        sheet = self.sheets.get(html)
        if sheet.lacking:
            self.lacking[title] = sheet.lacking
        return sheet


def _number(pieces: Sequence[Piece], before: int) -> tuple[dict[str, int], int]:
    """The first page of each piece by its id, and the number of the last page of all."""
    pages = {}
    for piece in pieces:
        pages[piece.id] = before + 1
        before += piece.pages
    return pages, before
