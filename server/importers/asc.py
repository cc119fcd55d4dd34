"""aSc Timetables exports ("2012 XML" and the older dialect): tables of ids → a timetable in natural names.

Source: the formats as aSc Timetables exports them (its template/xmlexport/asctt2012.xml and asctt2008.xml), tables
periods, daysdefs, weeksdefs, subjects, teachers, classrooms, classes, groups, students, lessons, cards; others are
ignored. The older dialect has days with a number each (from 0, or from 1 under the option "daynumbering1") where the
newer one has masks, and a mask of weeks in the lesson. Ids may be temporary ("*61"): nothing that leaves here has one.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import cached_property

from server.importers import limits
from server.importers.asc_lessons import Lessons
from server.importers.contacts import read_email, read_phone
from server.importers.days import read_day
from server.importers.findings import ERROR, WARNING, Notes, Refused, Result
from server.importers.groups import grade_of, read_class
from server.importers.names import Name, split_name
from server.importers.rows import (
    ClassRow,
    GroupRow,
    GroupStudentRow,
    PeriodRow,
    RoomRow,
    SubjectRow,
    TeacherRow,
    Timetable,
    Where,
)
from server.importers.tables import check_size
from server.importers.timetable_counts import count
from server.importers.values import read_time
from server.importers.xmlfile import Element, read_elements


def read_timetable(file: str, data: bytes, *, region: str = "RU", today: date | None = None) -> Result:
    """One Timetable in ``rows``; ``counts`` as the samples' counts.json names them. Raises Refused."""
    check_size(data, limits.MAX_FILE)
    if not data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").startswith(b"<"):
        raise Refused("timetable_unknown")
    notes = Notes(file)
    elements = read_elements(data, notes)
    if not elements or elements[0].name != "timetable":
        raise Refused("timetable_unknown")
    timetable = _Reader(elements[0], elements[1:], notes, region).timetable()
    said = any(finding.level == ERROR for finding in notes.found)
    if not (timetable.lessons or timetable.classes or said):
        raise Refused("timetable_empty")
    return Result((timetable,), tuple(notes.found), count(timetable))


class _Reader:
    """The tables of one file; every lookup by id happens here."""

    def __init__(self, root: Element, elements: list[Element], notes: Notes, region: str):
        self.root = root
        self.tables: dict[str, list[Element]] = defaultdict(list)
        for element in elements:
            self.tables[element.name].append(element)
        self.notes = notes
        self.region = region
        self._say_if_terms_matter()

    def timetable(self) -> Timetable:
        """Everything the file states; tables that it lacks stay empty."""
        lessons = Lessons(
            notes=self.notes,
            weekdays=self.weekdays,
            first_day=self.first_day,
            weeks=len(self.weeks),
            periods=frozenset(period.n for period in self.periods),
            subjects={key: row.name for key, row in self.subjects.items()},
            teachers={key: row.name for key, row in self.teachers.items()},
            rooms={key: row.name for key, row in self.rooms.items()},
            classes={key: row.name for key, row in self.classes.items()},
            groups={key: (row.class_name, row.name) for key, row in self.groups.items()},
            week_masks={week.get("id"): week.list("weeks") for week in self.tables["weeksdef"]},
        )
        return Timetable(
            weeks=self.weeks,
            periods=self.periods,
            subjects=_unique(self.subjects),
            teachers=_unique(self.teachers),
            rooms=_unique(self.rooms),
            classes=_unique(self.classes),
            groups=_unique(self.groups),
            memberships=self._memberships(),
            lessons=lessons.read(self.tables["lesson"], self.tables["card"]),
        )

    def _note(self, element: Element, level: str, code: str, column: str, **more: object) -> None:
        self.notes.add(level, code, Where(self.notes.file, "", element.line), column=column, **more)

    def _say_if_terms_matter(self) -> None:
        """A card may hold for some terms of the year only; the weekly pattern here holds for all of it."""
        partial = next((card for card in self.tables["card"] if "0" in card.get("terms")), None)
        if partial:
            self._note(partial, WARNING, "timetable_terms", "terms", value=partial.get("terms"))

    def _keyed(self, table: str, make: Callable[[Element], object]) -> dict:
        """id → row; rows without a name are said and left out, of two equal ids the first counts."""
        rows: dict[str, object] = {}
        for element in self.tables[table]:
            row = make(element)
            key = element.get("id")
            if row is None or not key:
                self._note(element, ERROR, "timetable_nameless", "name", value=key)
            elif key in rows:
                self._note(element, ERROR, "timetable_same_id", "id", value=key)
            else:
                rows[key] = row
        return rows

    @cached_property
    def weeks(self) -> tuple[str, ...]:
        """Names of the kinds of week in mask order; one name when all weeks are alike."""
        single = {
            week.get("weeks").index("1"): week.get("name")
            for week in self.tables["weeksdef"]
            if week.get("weeks").count("1") == 1 and "," not in week.get("weeks")
        }
        stated = self.tables["weeksdef"] or [*self.tables["lesson"], *self.tables["card"]]
        length = max((len(mask) for element in stated for mask in element.list("weeks")), default=1)
        return tuple(single.get(index, str(index + 1)) for index in range(min(length, 8)))

    @cached_property
    def first_day(self) -> int:
        """The number that the older dialect gives to the first day."""
        numbers = [int(day.get("day")) for day in self.tables["day"] if _is_number(day.get("day"))]
        return min(numbers, default=int("daynumbering1" in self.root.get("options")))

    @cached_property
    def weekdays(self) -> tuple[int, ...]:
        """Weekday (1 = Monday) of each place of a day mask: by the day's name, else by its place."""
        names = {
            day.get("days").index("1"): day
            for day in self.tables["daysdef"]
            if day.get("days").count("1") == 1 and "," not in day.get("days")
        }
        for day in self.tables["day"]:
            if _is_number(day.get("day")):
                names.setdefault(int(day.get("day")) - self.first_day, day)
        known = {index: read_day(day.get("name"))[0] or read_day(day.get("short"))[0] for index, day in names.items()}
        found = {index: weekday for index, weekday in known.items() if weekday and index < 7}
        if len(set(found.values())) < len(found):
            found = {}
        spare = iter([number for number in range(1, 8) if number not in found.values()])
        return tuple(found.get(index) or next(spare) for index in range(7))

    @cached_property
    def periods(self) -> tuple[PeriodRow, ...]:
        rows = {}
        for element in self.tables["period"]:
            number = element.get("period")
            if not _is_number(number):
                self._note(element, ERROR, "timetable_period", "period", value=number)
                continue
            start, end = read_time(element.get("starttime")), read_time(element.get("endtime"))
            if start.code or end.code:
                self._note(element, WARNING, "time_unreadable", "starttime", value=element.get("starttime"))
            rows[int(number)] = PeriodRow(int(number), element.get("name") or number, start.value, end.value)
        return tuple(rows[n] for n in sorted(rows))

    @cached_property
    def subjects(self) -> dict[str, SubjectRow]:
        return self._keyed("subject", lambda e: SubjectRow(e.get("name"), e.get("short")) if e.get("name") else None)

    @cached_property
    def teachers(self) -> dict[str, TeacherRow]:
        rows = self._keyed("teacher", self._teacher)
        seen: set[str] = set()
        for element in self.tables["teacher"]:
            row = rows.get(element.get("id"))
            if row and row.name in seen:
                self._note(element, WARNING, "timetable_same_name", "name", value=row.name)
            seen.add(row.name if row else "")
        return rows

    def _teacher(self, element: Element) -> TeacherRow | None:
        last, given = element.get("lastname"), element.get("firstname")
        full = element.get("name") or f"{last} {given}".strip()
        if not full:
            return None
        name = split_name(full)
        if last:
            first, _, middle = given.partition(" ")
            name = Name(last, first, middle)
        return TeacherRow(
            name=full,
            last=name.last,
            first=name.first,
            middle=name.middle,
            short=element.get("short"),
            phone=read_phone(element.get("mobile"), self.region).value,
            email=read_email(element.get("email")).value,
        )

    @cached_property
    def rooms(self) -> dict[str, RoomRow]:
        def make(element: Element) -> RoomRow | None:
            capacity = element.get("capacity")
            seats = int(capacity) if capacity.isascii() and capacity.isdigit() and len(capacity) < 6 else None
            return RoomRow(element.get("name"), element.get("short"), seats) if element.get("name") else None

        return self._keyed("classroom", make)

    @cached_property
    def classes(self) -> dict[str, ClassRow]:
        return self._keyed("class", self._class)

    def _class(self, element: Element) -> ClassRow | None:
        typed = element.get("name")
        read = read_class(typed)
        if read.code:
            self._note(element, WARNING, read.code, "name", value=typed, suggestion=read.suggestion or typed)
        name = read.value or typed
        teacher = self.teachers.get(element.get("teacherid"))
        return ClassRow(name, grade_of(name), teacher.name if teacher else "") if name else None

    @cached_property
    def groups(self) -> dict[str, GroupRow]:
        rows = {}
        for element in self.tables["group"] if self.classes else ():
            owner = self.classes.get(element.get("classid"))
            if not owner:
                self._note(element, ERROR, "timetable_unknown_class", "classid", value=element.get("classid"))
                continue
            entire = element.get("entireclass") == "1"
            size = element.get("studentcount")
            rows[element.get("id")] = GroupRow(
                owner.name,
                "" if entire else element.get("name"),
                "" if entire else element.get("divisiontag"),
                int(size) if size.isascii() and size.isdigit() and len(size) < 6 else None,
            )
        return rows

    def _memberships(self) -> tuple[GroupStudentRow, ...]:
        """Who is in which part of a class. Students nobody lists are not an error: the table may be left out."""
        students = {element.get("id"): element for element in self.tables["student"]}
        rows: dict[GroupStudentRow, None] = {}
        for element in self.tables["group"]:
            group = self.groups.get(element.get("id"))
            listed = element.list("studentids") if group and group.name and students else []
            for key in listed:
                if key not in students:
                    self._note(element, ERROR, "timetable_unknown_student", "studentids", value=key)
                    continue
                rows[_member(group, students[key])] = None
        return tuple(rows)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4


def _member(group: GroupRow, student: Element) -> GroupStudentRow:
    name = split_name(" ".join((student.get("lastname"), student.get("firstname"))).strip() or student.get("name"))
    return GroupStudentRow(group.class_name, group.name, name.last, name.first, name.middle)


def _unique(rows: dict) -> tuple:
    return tuple(dict.fromkeys(rows.values()))
