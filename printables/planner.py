"""The plan of each pack: its pieces from cover to slips, and what is kept of it to keep to a budget of leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from printables import budget, inside
from printables.budget import Choice, Kept
from printables.compose import Composer
from printables.imposition import leaves_of
from printables.inside import COVER_PAGES, Inside
from printables.order import Order
from printables.pieces import Pieces
from printables.press import Piece
from printables.report import Cut
from printables.roster import LessonView, Roster, Student
from printables.sheets import SheetCache
from printables.views import corrections, lessons_key, student_lessons


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
        self._insides: dict[tuple[object, ...], Inside] = {}
        self._leaves: dict[tuple[object, ...], int] = {}
        self._keys: dict[str, tuple[object, ...]] = {}
        self._found: dict[tuple[object, ...], list[LessonView]] = {}

    @cached_property
    def _make(self) -> Pieces:
        return Pieces(self.composer, self.sheets, self.roster.group_name, self.lacking)

    @cached_property
    def _big(self) -> "Planner":
        """The planner of packs in large print; what no font can write is told once, by this one."""
        found = Planner(self.composer.in_large_print(), self.sheets, self.lessons, self.roster)
        found.lacking = self.lacking
        return found

    def choose(self, order: Order) -> tuple[list[Choice], int]:
        """What is kept of each pack of the roster, and by how many leaves all of them are above the budget."""
        students = self.roster.students

        def count(pack: int, kept: Kept) -> int:
            return self._least(students[pack], kept)

        def settle(choices: Sequence[Choice]) -> int:
            pairs = zip(students, choices, strict=True)
            return sum(
                leaves_of(self.plan(student, choice), choice.kept.duplex, choice.kept.layout == "booklet")
                for student, choice in pairs
            )

        return budget.choose(order, len(students), count, settle)

    def plan(self, student: Student, choice: Choice = budget.IN_FULL) -> list[Piece]:
        """Cover, what is inside (``inside.fill``), slips; every piece knows its sheet and its number of pages.

        Who reads large print gets sheets of 18 pt.
        """
        if student.large and not self.composer.big:
            return self._big.plan(student, choice)
        key = (*self._key(student), choice)
        if key not in self._plans:
            self._plans[key] = self._pack(self.inside(student, choice.kept), choice)
        return self._plans[key]

    def inside(self, student: Student, kept: Kept) -> Inside:
        """A student's pack but for its cover."""
        if student.large and not self.composer.big:
            return self._big.inside(student, kept)
        key = (*self._key(student), kept)
        if key not in self._insides:
            lessons = self._lessons(student)
            again, dated = corrections(student, lessons), inside.dated(self.lessons, student, self.roster.week)
            self._insides[key] = inside.fill(self._make, student, lessons, again, kept, dated)
        return self._insides[key]

    def class_cover(self, student: Student, choice: Choice, pages: Mapping[str, int], total: int) -> Piece:
        """A cover without names for everybody whose pack holds the same; ``pages`` and ``total`` are the class's."""
        doing, told = self.inside(student, choice.kept).doing, self.cuts(student, choice)
        return self._make.cover(*self.composer.cover(doing, pages, total, (), told, False))

    def copy_list(self, rows: Sequence[Mapping[str, object]]) -> Piece:
        """The page for whoever stands at the photocopier."""
        return self._make.copies(self.composer.copies(rows))

    def cuts(self, student: Student, choice: Choice) -> tuple[Cut, ...]:
        """What the steps took from the pack, in their order; one about the whole pack has no title."""
        return inside.told(choice.steps, self.inside(student, choice.kept).cuts)

    def _pack(self, found: Inside, choice: Choice) -> list[Piece]:
        slips = self._make.slips(found.with_slips, found.again) if found.slips else []
        told = inside.told(choice.steps, found.cuts)
        before = COVER_PAGES  # known only once it is laid out, and what it says depends on it
        while True:
            pages, total = inside.number(found.pieces, before)
            total += sum(piece.pages for piece in slips)
            if found.supplement:
                html = (self.composer.supplement(found.doing, pages, total, found.supplement, found.dated),)
            elif found.answered is not None:
                html = (self.composer.answered(found.answered, found.again, total),)
            else:
                html = self.composer.cover(found.lessons, pages, total, found.again, told)
            cover = self._make.cover(*html)
            if cover.pages == before:
                return [cover, *found.pieces, *slips]
            before = cover.pages

    def _least(self, student: Student, kept: Kept) -> int:
        """The leaves of a pack whose cover is as short as can be."""
        key = (*self._key(student), kept)
        if key not in self._leaves:
            self._leaves[key] = leaves_of(self.inside(student, kept).shapes, kept.duplex, kept.layout == "booklet")
        return self._leaves[key]

    def _key(self, student: Student) -> tuple[object, ...]:
        """What students have in common whose packs are planned alike."""
        if student.id not in self._keys:
            lessons = self._lessons(student)
            again = corrections(student, lessons)
            own = frozenset(view.id for view in student.extra)
            self._keys[student.id] = (
                tuple((view.id, *view.tasks) for view in lessons), tuple(view.id for view in again), student.feedback,
                own, student.large, student.supplement, student.brief, student.marked,
            )  # fmt: skip
        return self._keys[student.id]

    def _lessons(self, student: Student) -> list[LessonView]:
        """The student's lessons; looked for once for all who differ in nothing that they depend on."""
        key = lessons_key(student)
        if key not in self._found:
            self._found[key] = student_lessons(self.lessons, student, self.roster.week)
        return self._found[key]
