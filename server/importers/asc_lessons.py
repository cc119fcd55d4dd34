"""The lessons and cards of an aSc export: references by id become names, cards become hours of the week."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from server.importers.findings import ERROR, INFO, WARNING, Notes
from server.importers.lesson_keys import with_keys
from server.importers.rows import CardRow, LessonRow, Where
from server.importers.xmlfile import Element

Group = tuple[str, str]


@dataclass(frozen=True)
class Lessons:
    """What lessons refer to: id → name (groups: class and group name), and how the masks are read."""

    notes: Notes
    weekdays: tuple[int, ...]
    first_day: int
    weeks: int
    periods: frozenset[int]
    subjects: dict[str, str]
    teachers: dict[str, str]
    rooms: dict[str, str]
    classes: dict[str, str]
    groups: dict[str, Group]
    week_masks: dict[str, list[str]]

    def read(self, lessons: list[Element], cards: list[Element]) -> tuple[LessonRow, ...]:
        """LessonRows in file order. An unknown reference is an error, and that lesson or card is left out.

        A table that the file lacks altogether is said once: without subjects or classes no lesson can be taken.
        """
        lessons, cards = _with_own_lessons(lessons, cards)
        if not self._say_missing_tables([*lessons, *cards]):
            return ()
        by_lesson: dict[str, list[Element]] = defaultdict(list)
        known = {lesson.get("id") for lesson in lessons}
        for card in cards:
            if card.get("lessonid") in known:
                by_lesson[card.get("lessonid")].append(card)
            else:
                self._note(card, ERROR, "timetable_unknown_lesson", "lessonid", card.get("lessonid"))
        drafts = [row for lesson in lessons if (row := self._lesson(lesson, by_lesson[lesson.get("id")]))]
        return with_keys(drafts)

    def _note(self, element: Element, level: str, code: str, column: str, value: str, **more: object) -> None:
        self.notes.add(level, code, Where(self.notes.file, "", element.line), column=column, value=value, **more)

    def _lesson(self, element: Element, cards: list[Element]) -> LessonRow | None:
        subject = self.subjects.get(element.get("subjectid"), "")
        classes = self._named(element, "classids", subject)
        groups = self._named(element, "groupids", subject)
        teachers = self._named(element, "teacherids", subject)
        if not subject:
            self._note(element, ERROR, "timetable_unknown_subject", "subjectid", element.get("subjectid"))
        if not subject or classes is None or groups is None or teachers is None:
            return None
        groups = groups or [(name, "") for name in classes]
        rooms = self._rooms(element, [])
        hours, per_card = self._hours(element)
        weeks = self._lesson_weeks(element)
        placed = [found for card in cards for found in self._cards(card, rooms, weeks)]
        return LessonRow(
            key="",
            subject=subject,
            class_names=tuple(dict.fromkeys([*classes, *(class_name for class_name, _ in groups)])),
            groups=tuple(dict.fromkeys(groups)),
            teachers=tuple(dict.fromkeys(teachers)),
            rooms=tuple(rooms),
            hours_per_week=hours,
            periods_per_card=per_card,
            weeks=weeks,
            cards=tuple(sorted(_expanded(placed, hours, per_card), key=_when)),
            where=Where(self.notes.file, "", element.line),
        )

    def _say_missing_tables(self, elements: list[Element]) -> bool:
        """Whether there is all that a lesson cannot be without."""
        can_be_read = True
        for column, table in self._tables.items():
            user = None if table else next((each for each in elements if _ids(each, column)), None)
            if user is not None:
                level = ERROR if column in _NEEDED else WARNING
                can_be_read = can_be_read and level != ERROR
                code = "timetable_table_needed" if level == ERROR else "timetable_no_table"
                self._note(user, level, code, column, _TABLES[column])
        return can_be_read

    @property
    def _tables(self) -> dict[str, dict]:
        return {
            "subjectids": self.subjects, "classids": self.classes, "groupids": self.groups,
            "teacherids": self.teachers, "classroomids": self.rooms,
        }  # fmt: skip

    def _named(self, element: Element, column: str, subject: str) -> list | None:
        """The names behind a comma list of ids; None (and an error) when one is unknown, [] without such a table."""
        names = self._tables[column]
        ids = _ids(element, column) if names else []
        unknown = [key for key in ids if key not in names]
        for key in unknown:
            self._note(element, ERROR, _UNKNOWN[column], column, key, lesson=element.get("id"), subject=subject)
        return None if unknown else [names[key] for key in ids]

    def _rooms(self, element: Element, default: list[str]) -> list[str]:
        """An unknown room costs only the room; no room stated = ``default``."""
        ids = _ids(element, "classroomids") if self.rooms else []
        for key in ids:
            if key not in self.rooms:
                self._note(element, WARNING, "timetable_unknown_room", "classroomids", key)
        return [self.rooms[key] for key in ids if key in self.rooms] or default

    def _hours(self, element: Element) -> tuple[float, int]:
        """Hours a week (0 when not stated) and lessons per card (1 when not stated)."""
        try:
            hours = float(element.get("periodsperweek").replace(",", ".") or 0)
            per_card = int(float(element.get("periodspercard").replace(",", ".") or 1))
        except (ValueError, OverflowError):
            hours = per_card = -1
        if not 0 <= hours <= 100 or not 1 <= per_card <= 12:
            self._note(element, WARNING, "timetable_hours", "periodsperweek", element.get("periodsperweek"))
            return 0.0, 1
        return hours, per_card

    def _lesson_weeks(self, element: Element) -> str:
        stated = self.week_masks.get(element.get("weeksdefid")) or element.list("weeks")
        masks = [mask for mask in stated if len(mask) == self.weeks and set(mask) <= {"0", "1"}]
        if not masks:
            return "1" * self.weeks
        return "".join("1" if any(mask[index] == "1" for mask in masks) else "0" for index in range(self.weeks))

    def _cards(self, card: Element, lesson_rooms: list[str], lesson_weeks: str) -> list[CardRow]:
        """A card may name several days; one that names none is not placed."""
        period, days, weeks = card.get("period"), self._days(card), card.get("weeks") or lesson_weeks
        if not period or "1" not in days:
            self._note(card, INFO, "timetable_unplaced_card", "days", card.get("lessonid"))
            return []
        if set(days) - {"0", "1"} or len(days) > len(self.weekdays):
            self._note(card, ERROR, "timetable_days", "days", days)
            return []
        if len(weeks) == 1 and weeks == "1":
            weeks = "1" * self.weeks
        if set(weeks) - {"0", "1"} or len(weeks) != self.weeks or "1" not in weeks:
            self._note(card, ERROR, "timetable_weeks", "weeks", weeks)
            return []
        number = int(period) if period.isascii() and period.isdigit() and len(period) < 4 else -1
        if number < 0 or (self.periods and number not in self.periods):
            self._note(card, ERROR, "timetable_period", "period", period)
            return []
        says_rooms = not {"classroomids", "classroomid"}.isdisjoint(card.attributes)
        rooms = tuple(self._rooms(card, [] if says_rooms else lesson_rooms))
        places = [self.weekdays[index] for index, mark in enumerate(days) if mark == "1"]
        return [CardRow(weekday, number, weeks, rooms) for weekday in places]

    def _days(self, card: Element) -> str:
        """The mask of days; the older dialect has the number of one day."""
        number = card.get("day")
        if card.get("days") or not number.isascii() or not number.isdigit() or len(number) > 3:
            return card.get("days") or number
        place = int(number) - self.first_day
        return "0" * place + "1" if 0 <= place < len(self.weekdays) else "?1"


_NEEDED = frozenset(("subjectids", "classids"))
_TABLES = {
    "subjectids": "subjects",
    "classids": "classes",
    "groupids": "groups",
    "teacherids": "teachers",
    "classroomids": "classrooms",
}
_WHO = ("subjectid", "classid", "groupid", "teacherid")  # columns of a card that speak of its lesson
_UNKNOWN = {
    "classids": "timetable_unknown_class",
    "groupids": "timetable_unknown_group",
    "teacherids": "timetable_unknown_teacher",
}


def _ids(element: Element, column: str) -> list[str]:
    """A list of ids; other programs' exports for aSc name a single one "teacherid"."""
    return element.list(column) or element.list(column.removesuffix("s"))


def _with_own_lessons(lessons: list[Element], cards: list[Element]) -> tuple[list[Element], list[Element]]:
    """Cards may say by themselves who is taught what: those that say the same make up a lesson."""
    own: dict[tuple[str, ...], list[Element]] = defaultdict(list)
    for card in cards:
        if not card.get("lessonid") and card.get("subjectid"):
            own[tuple(",".join(_ids(card, column)) for column in _TABLES if column != "classroomids")].append(card)
    if not own:
        return lessons, cards
    made, placed = list(lessons), [card for card in cards if card.get("lessonid") or not card.get("subjectid")]
    for n, same in enumerate(own.values()):
        id, first = f"cards {n}", same[0]
        kept = {name: value for name, value in first.attributes.items() if name.startswith(_WHO)}
        made.append(Element("lesson", {**kept, "id": id, "periodsperweek": str(len(same))}, first.line))
        placed += [Element("card", {**card.attributes, "lessonid": id}, card.line) for card in same]
    return made, placed


def _when(card: CardRow) -> tuple[int, int, str]:
    return card.weekday, card.period, card.weeks


def _expanded(cards: list[CardRow], hours: float, per_card: int) -> list[CardRow]:
    """Cards that stand for several lessons in a row get the following periods too.

    Many exports write one card per lesson already: then there are as many cards as hours, or they stand in rows.
    """
    placed = sum(card.weeks.count("1") / len(card.weeks) for card in cards)
    if per_card == 1 or placed * per_card > hours + 1e-6 or _in_rows(cards, per_card):
        return cards
    return [
        CardRow(card.weekday, card.period + step, card.weeks, card.rooms) for card in cards for step in range(per_card)
    ]


def _in_rows(cards: list[CardRow], per_card: int) -> bool:
    """True when the cards of each day form rows of ``per_card`` lessons that follow one another."""
    days: dict[tuple[int, str], list[int]] = defaultdict(list)
    for card in cards:
        days[card.weekday, card.weeks].append(card.period)
    for periods in days.values():
        periods.sort()
        rows = [periods[start : start + per_card] for start in range(0, len(periods), per_card)]
        if any(len(row) < per_card or any(b - a != 1 for a, b in pairwise(row)) for row in rows):
            return False
    return True
