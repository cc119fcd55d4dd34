"""Weekly lessons and their placed hours: those of a file are matched to known ones, by what is taught to whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from server.importers.groups import group_key
from server.importers.lesson_keys import with_keys
from server.importers.rows import CardRow, LessonRow, Timetable, Where
from server.models import (
    Group,
    Person,
    Slot,
    Subject,
    WeeklyLesson,
    WeeklyLessonCourse,
    WeeklyLessonFormer,
    WeeklyLessonTeacher,
    Year,
)
from server.services.imports import shifts, subject_match, validity
from server.services.imports.book import Book
from server.services.imports.courses import Courses
from server.services.imports.groups import Groups
from server.services.imports.lesson_match import Kept, Place, Stated, match
from server.services.imports.periods import Hour, hours_of
from server.services.imports.teachers import Teachers
from sync.ids import content_id

NUMBERS = range(21)  # lesson numbers of a day


@dataclass
class Taken:
    """A lesson of the file with what it refers to in the school. ``places``: where the school has each card."""

    row: LessonRow
    subject: Subject
    groups: list[Group]
    teachers: list[Person]
    courses: list[str]
    places: dict[Place, tuple[Hour, CardRow]]


class Weekly:
    """The weekly lessons of a year while a timetable is taken in."""

    def __init__(self, book: Book, year: Year, groups: Groups, courses: Courses, teachers: Teachers):
        self.book, self.year, self.groups, self.courses, self.teachers = book, year, groups, courses, teachers
        self.known = {row.id: row for row in book.session.scalars(select(WeeklyLesson).where(
            WeeklyLesson.year_id == year.id))}  # fmt: skip
        self.slots: dict[str, list[Slot]] = {}
        self.views: dict[str, list[WeeklyLessonCourse]] = {}
        self.staff: dict[str, list[WeeklyLessonTeacher]] = {}
        self.over: dict[str, list[Slot]] = {}  # before the file's first day: what was
        self.former: dict[str, list[WeeklyLessonFormer]] = {}
        for model, index in ((Slot, self.slots), (WeeklyLessonCourse, self.views), (WeeklyLessonTeacher, self.staff),
                             (WeeklyLessonFormer, self.former)):  # fmt: skip
            for row in book.session.scalars(select(model)):
                is_over = isinstance(row, (Slot, WeeklyLessonFormer)) and row.until and row.until < book.start
                if not is_over:
                    index.setdefault(row.weekly_lesson_id, []).append(row)
                elif isinstance(row, Slot):
                    self.over.setdefault(row.weekly_lesson_id, []).append(row)
        self.keys = {row.key for row in self.known.values()}
        self.stated: set[str] = set()  # ids
        self.covered: set[str] = set()  # ids of the classes whose lessons the file states
        self.tells_unplaced = False  # not every program writes lessons that have no hour
        self.unknown: set[str] = set()
        self.class_names: set[str] = set()  # that the file's lessons are for
        self.divisions: dict[tuple[str, str], str] = {}

    def take(self, table: Timetable) -> None:
        """Store the lessons of a file with their courses, teachers and hours."""
        self.divisions = self.groups.divisions(table.groups)
        used = [card.period for row in table.lessons for card in row.cards]
        hours = hours_of(table.periods, used, shifts.usual_bells(self.book))
        self._guess_subjects(table, hours)
        self.courses.declare(table.subjects)
        self._follow_names()
        taken = [one for row in table.lessons if (one := self._read(row, table, hours))]
        keyed = with_keys(replace(one.row, subject=one.subject.name, groups=tuple(map(self._spelt, one.groups)))
                          if one.groups else one.row for one in taken)  # fmt: skip
        for one, row in zip(taken, keyed, strict=True):
            one.row = replace(one.row, key=row.key)
            self.covered |= {shifts.class_of(group) for group in one.groups}
        self._settle_shifts(taken)
        self.tells_unplaced = any(not row.cards for row in table.lessons)
        alike: dict[tuple[str, ...], list[Taken]] = {}
        for one in taken:
            alike.setdefault((one.subject.id, *sorted(one.courses)), []).append(one)
        known = self._known_by_courses()
        keeps_teachers = not any(row.teachers for row in table.lessons)
        for (subject, *courses), rows in alike.items():
            self._match(rows, known.get(tuple(courses), []) if courses else self._without_courses(subject),
                        keeps_teachers)  # fmt: skip

    def withdraw_others(self) -> None:
        """Lessons that the timetable no longer has: withdrawn, without hours. Those of classes that the file leaves
        out stay and are shown."""
        left_out: dict[str, Group] = {}
        groups = {course.id: self.groups.by_id[course.group_id] for course in self.courses.courses.values()}
        for id, lesson in self.known.items():
            if id in self.stated or lesson.withdrawn or not (self.slots.get(id) or self.tells_unplaced):
                continue
            own = [groups[view.course_id] for view in self.views.get(id, []) if view.course_id in groups]
            if any(group.kind == "individual" for group in own):
                continue  # arranged in the office for a student who is taught at home
            missing = [group for group in own if shifts.class_of(group) not in self.covered]
            if missing:
                left_out |= {shifts.class_of(group): group for group in missing}
                continue
            self.book.set(lesson, withdrawn=True)
            for slot in self.slots.get(id, []):
                validity.end_slot(self.book, slot)
            self.book.counts["withdrawn"] += 1
        for id in sorted(left_out, key=lambda id: self.groups.by_id[id].name):
            self.book.show("class_not_in_file", value=self.groups.by_id[id].name)

    # --- what the file says, in the school's terms -------------------------------------------------------------

    def _guess_subjects(self, table: Timetable, hours: dict[int, Hour]) -> None:
        """Words that no subject is called by, and subjects that the file does not name, taught at the same hours."""
        strange: dict[str, set[tuple[str, int, int]]] = {}
        named: set[str] = set()
        first: dict[str, Where] = {}
        for row in table.lessons:
            subject = self.courses.known(row.subject)
            if subject is not None:
                named.add(subject.id)
                continue
            first.setdefault(row.subject, row.where)
            for name in row.class_names:
                strange.setdefault(row.subject, set()).update(
                    (group_key(name), card.weekday, hours.get(card.period, Hour(None, card.period)).n)
                    for card in row.cards
                )
        subjects = {row.id: row for row in self.courses.subjects()}
        places = self._places_by_subject() if strange else {}
        known = {id: (subjects[id].name, own) for id, own in places.items() if id not in named}
        for word, id in subject_match.match(strange, known).items():
            self.courses.take_for(word, subjects[id], first[word])

    def _places_by_subject(self) -> dict[str, set[tuple[str, int, int]]]:
        courses = {course.id: course for course in self.courses.courses.values()}
        found: dict[str, set[tuple[str, int, int]]] = {}
        for id, views in self.views.items():
            for course in (courses[view.course_id] for view in views if view.course_id in courses):
                name = group_key(self.groups.by_id[shifts.class_of(self.groups.by_id[course.group_id])].name)
                found.setdefault(course.subject_id, set()).update(
                    (name, slot.weekday, slot.n) for slot in self.slots.get(id, [])
                )
        return found

    def _read(self, row: LessonRow, table: Timetable, hours: dict[int, Hour]) -> Taken | None:
        teachers, groups = self.teachers.of(row), self._groups(row, table)
        if not groups and (row.groups or row.class_names):
            return None
        subject = self.courses.subject(row.subject, row.where)
        courses = [self.courses.course(group, subject, teachers).id for group in groups]
        places: dict[Place, tuple[Hour, CardRow]] = {}
        for card in row.cards:
            hour = hours.get(card.period, Hour(None, card.period))
            if hour.n not in NUMBERS:
                column = dict(table.labels).get("period", "period")
                self.book.error("period_unknown", row.where, column=column, value=hour.n)
                continue
            places[card.weekday, hour.n, card.weeks] = (hour, card)
        return Taken(row, subject, groups, teachers, courses, places)

    def _groups(self, row: LessonRow, table: Timetable) -> list[Group]:
        """The groups that have the lesson; an unknown class is a finding, once."""
        found: list[Group] = []
        for class_name, part in row.groups or [(name, "") for name in row.class_names]:
            self.class_names.add(class_name)
            may_make = not self.groups.has_lists and self.book.since is None
            group = self.groups.find_or_make(class_name, may_make=may_make)
            if group is None:
                if class_name not in self.unknown:
                    column, suggestion = dict(table.labels).get("class", "class"), self.groups.known_names()
                    self.book.error("group_unknown", row.where, column=column, value=class_name, suggestion=suggestion)
                self.unknown.add(class_name)
                continue
            division = self.divisions.get((class_name, part), "")
            found.append(self.groups.part(group, part, division) if part else group)
        return list(dict.fromkeys(found))

    def _follow_names(self) -> None:
        """Keys of lessons whose subject had been known by its short form only."""
        for short, name in self.courses.renamed.items():
            for lesson in self.known.values():
                if lesson.key.startswith(f"{short}|"):
                    self.book.set(lesson, key=f"{name}|{lesson.key.removeprefix(f'{short}|')}")
        self.keys = {row.key for row in self.known.values()}

    def _settle_shifts(self, taken: Sequence[Taken]) -> None:
        if self.book.start > self.book.today:
            return  # the classes stay where they are until then; the hours say where they differ
        hours: dict[str, list[Hour]] = {}
        for one in taken:
            for id in {shifts.class_of(group) for group in one.groups}:
                hours.setdefault(id, []).extend(hour for hour, _ in one.places.values())
        shifts.settle(self.book, hours, self.groups.by_id.values())

    # --- which lesson of the school it is ----------------------------------------------------------------------

    def _known_by_courses(self) -> dict[tuple[str, ...], list[WeeklyLesson]]:
        found: dict[tuple[str, ...], list[WeeklyLesson]] = {}
        for id, lesson in self.known.items():
            if views := self.views.get(id):
                found.setdefault(tuple(sorted(view.course_id for view in views)), []).append(lesson)
        return found

    def _without_courses(self, subject_id: str) -> list[WeeklyLesson]:
        """Lessons of no class, which only their key tells apart."""
        name = next(row.name for row in self.courses.subjects() if row.id == subject_id)
        return [row for id, row in self.known.items() if not self.views.get(id) and row.key.split("|")[0] == name]

    def _match(self, rows: Sequence[Taken], known: Sequence[WeeklyLesson], keeps_teachers: bool) -> None:
        stated = [Stated(at, frozenset(one.places), frozenset(person.id for person in one.teachers), one.row.key)
                  for at, one in enumerate(rows)]  # fmt: skip
        found = match(stated, [self._kept(lesson) for lesson in known])
        split = {at for at, _ in found.parts.values()}
        for at, one in enumerate(rows):
            lesson = self.known.get(found.same.get(at, ""))
            apart = {place for other, places in found.parts.values() if other == at for place in places}
            places = {place: hour for place, hour in one.places.items() if place not in apart}
            self._store(one, lesson, places, keeps_teachers, at in split)
        for id, (at, places) in found.parts.items():
            own = {place: rows[at].places[place] for place in places}
            self._store(rows[at], self.known[id], own, keeps_teachers, is_part=True)

    def _kept(self, lesson: WeeklyLesson) -> Kept:
        slots = (slot for slot in self.slots.get(lesson.id, ()) if validity.holds(slot, self.book.start))
        places = frozenset((slot.weekday, slot.n, slot.weeks) for slot in slots)
        teachers = frozenset(row.person_id for row in self.staff.get(lesson.id, []))
        return Kept(lesson.id, places, teachers, lesson.key, lesson.withdrawn)

    # --- what is stored ----------------------------------------------------------------------------------------

    def _store(
        self, one: Taken, lesson: WeeklyLesson | None, places: dict[Place, tuple[Hour, CardRow]],
        keeps_teachers: bool, is_part: bool,
    ) -> None:  # fmt: skip
        """``is_part``: the file writes several lessons as one; hours a week and lessons in a row are not its own."""
        book, row, before = self.book, one.row, self.book.touched
        created = lesson is None
        if lesson is None:
            key = self._free(row.key)
            lesson = WeeklyLesson(id=content_id("weekly_lesson", self.year.id, key), year_id=self.year.id, key=key,
                                  hours_per_week=row.hours_per_week, length=row.periods_per_card,
                                  withdrawn=False)  # fmt: skip
            book.add(lesson)
            self.known[lesson.id] = lesson
            self.keys.add(key)
        elif is_part:
            book.set(lesson, withdrawn=False)
        else:
            book.set(lesson, hours_per_week=row.hours_per_week, length=row.periods_per_card, withdrawn=False)
        self.stated.add(lesson.id)
        self._follow_courses(lesson, one.courses)
        if one.teachers or not keeps_teachers:
            validity.settle_teachers(book, lesson.id, [person.id for person in one.teachers],
                                     self.staff.get(lesson.id, ()), self.former.get(lesson.id, ()))  # fmt: skip
        self._place(lesson, one, places)
        book.tally(before, created)

    def _free(self, key: str) -> str:
        """The key, or with the first number that no other lesson of the kind has."""
        stem, number, free = key.rpartition("|")[0] if key.count("|") > 1 else key, 1, key
        while free in self.keys:
            number += 1
            free = f"{stem}|{number}"
        return free

    def _follow_courses(self, lesson: WeeklyLesson, wanted: Iterable[str]) -> None:
        """Make the lesson's courses exactly those that are wanted."""
        rows = {row.course_id: row for row in self.views.get(lesson.id, [])}
        for id in dict.fromkeys(wanted):
            if rows.pop(id, None) is None:
                self.book.add(WeeklyLessonCourse(weekly_lesson_id=lesson.id, course_id=id))
        for row in rows.values():
            self.book.remove(row)

    def _place(self, lesson: WeeklyLesson, one: Taken, places: dict[Place, tuple[Hour, CardRow]]) -> None:
        known: dict[Place, list[Slot]] = {}
        for slot in (*self.slots.get(lesson.id, ()), *self.over.get(lesson.id, ())):
            known.setdefault((slot.weekday, slot.n, slot.weeks), []).append(slot)
        for place, (hour, card) in places.items():
            values = {"room_id": self._room(card, one.row), "shift": shifts.shift_of(hour, one.groups)}
            validity.settle_slot(self.book, known.pop(place, ()), lesson.id, place, values)
        over = self.over.get(lesson.id, ())
        for slot in (slot for rows in known.values() for slot in rows if slot not in over):
            validity.end_slot(self.book, slot)

    def _spelt(self, group: Group) -> tuple[str, str]:
        """Class and part as the school writes them."""
        return (self.groups.by_id[group.parent_id].name, group.name) if group.parent_id else (group.name, "")

    def _room(self, card: CardRow, row: LessonRow) -> str | None:
        if len(card.rooms) > 1:
            self.book.warn("rooms_several", row.where, value=", ".join(card.rooms), suggestion=card.rooms[0])
        return self.courses.room(card.rooms[0]).id if card.rooms else None
