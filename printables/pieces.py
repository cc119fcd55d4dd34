"""Sheets as pieces of a pack: how many pages each takes with its lines to write on and its boxes to tick."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from printables import marked_copy
from printables.answers import pages_of, room_before, with_answers
from printables.compose import Composer
from printables.errors import PrintError
from printables.furniture import room_to_write
from printables.marked import MarkedWork
from printables.press import Piece
from printables.roster import Feedback, LessonView
from printables.sheets import AnySheet, Sheet, SheetCache

S = TypeVar("S", bound=AnySheet)
MOST_PAGES = 99  # of one task: the QR has two digits for the page


@dataclass
class Pieces:
    """Makes the pieces of a group's packs; lessons and tasks are kept, as most packs have the same.

    ``lacking``: by title the letters that no font has.
    """

    composer: Composer
    sheets: SheetCache
    group_name: str
    lacking: dict[str, str]
    _known: dict[str, Piece] = field(default_factory=dict)
    _copies: dict[MarkedWork, Piece] = field(default_factory=dict)

    def cover(self, *parts: str) -> Piece:
        """A cover of these parts, each beginning on a page of its own."""
        sheet = self._told(self.sheets.joined(*parts), self.group_name)
        return Piece("cover", "", sheet, sheet.pages, big=self.composer.big)

    def copies(self, html: str) -> Piece:
        """The page for whoever stands at the photocopier."""
        return self._of_the_group("copies", html)

    def feedback(self, feedback: Sequence[Feedback]) -> list[Piece]:
        """What teachers said, if they did."""
        return [self._of_the_group("feedback", self.composer.feedback(feedback))] if feedback else []

    def marked(self, work: MarkedWork) -> Piece:
        """The copy of a marked work."""
        if work not in self._copies:
            self._copies[work] = marked_copy.piece(work, self.composer.texts)
        return self._copies[work]

    def slips(self, lessons: Sequence[LessonView], again: Sequence[LessonView]) -> list[Piece]:
        """The slips of all tasks of these lessons."""
        return [self._of_the_group("slips", self.composer.slips(lessons, again))]

    def sources(self, lessons: Sequence[LessonView], half: bool) -> list[Piece]:
        """Where to read the lessons that are not printed, if there are any."""
        return [self._of_the_group("sources", self.composer.sources(lessons, half), half)] if lessons else []

    def lesson(self, view: LessonView, half: bool) -> Piece:
        """The text of a lesson that has one."""
        known = f"{'half' if half else 'lesson'} {view.id}"
        if known not in self._known and view.material:
            sheet, title = self.composer.lesson(view.material, half), view.material["title"]
            laid = self._sheet(sheet, title)
            self._known[known] = Piece(
                "lesson", view.id, laid, laid.pages, view.lesson, half=half, title=title, big=self.composer.big
            )
        return self._known[known]

    def task(self, view: LessonView, key: str, kind: str, spare: bool = True) -> Piece:
        """A task's sheet as ``kind`` (task or again); without ``spare`` no page is added for lines alone.

        Raises PrintError ``task_too_long``.
        """
        known = f"{kind} {key} {spare}"
        if known not in self._known:
            task, large = view.tasks[key], self.composer.large(view)
            sheet = self._sheet(self.composer.task(task, large), task["title"])
            answers, end = pages_of(task.get("answers", ())), sheet.boxes[-1]["end"].y1
            big = self.composer.big
            room = room_before if answers else room_to_write
            whole = room(sheet.pages, end, large, big=big)
            writing = whole if spare or answers else room_to_write(sheet.pages, end, large, False, big=big)
            short = writing.pages < whole.pages
            writing = with_answers(writing, len(answers))
            if writing.pages > MOST_PAGES:
                raise PrintError("task_too_long", title=task["title"], pages=writing.pages)
            self._known[known] = Piece(
                kind, key, sheet, writing.pages, view.lesson, task, writing, answers, title=task["title"], short=short,
                big=big,
            )  # fmt: skip
        return self._known[known]

    def _of_the_group(self, kind: str, html: str, half: bool = False) -> Piece:
        sheet = self._sheet(html, self.group_name)
        return Piece(kind, "", sheet, sheet.pages, half=half, big=self.composer.big)

    def _sheet(self, html: str, title: str) -> Sheet:
        return self._told(self.sheets.get(html), title)

    def _told(self, sheet: S, title: str) -> S:
        """The sheet, after it is noted which of its letters no font has."""
        if sheet.lacking:
            self.lacking[title] = sheet.lacking
        return sheet
