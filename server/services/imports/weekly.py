"""Weekly lessons and their placed hours, known by the natural key that the importer gives."""

from collections.abc import Iterable

from sqlalchemy import select

from server.importers.rows import CardRow, LessonRow, Timetable
from server.models import Group, Slot, WeeklyLesson, WeeklyLessonCourse, WeeklyLessonTeacher, Year
from server.services.imports.book import Book
from server.services.imports.courses import Courses
from server.services.imports.groups import Groups
from server.services.imports.teachers import Teachers
from sync.ids import content_id

NUMBERS = range(21)  # lesson numbers of a day


class Weekly:
    """The weekly lessons of a year while a timetable is taken in."""

    def __init__(self, book: Book, year: Year, groups: Groups, courses: Courses, teachers: Teachers):
        self.book, self.year, self.groups, self.courses, self.teachers = book, year, groups, courses, teachers
        query = select(WeeklyLesson).where(WeeklyLesson.year_id == year.id)
        self.known = {row.key: row for row in book.session.scalars(query)}
        self.slots: dict[str, list[Slot]] = {}
        self.views: dict[str, list[WeeklyLessonCourse]] = {}
        self.staff: dict[str, list[WeeklyLessonTeacher]] = {}
        for model, index in ((Slot, self.slots), (WeeklyLessonCourse, self.views), (WeeklyLessonTeacher, self.staff)):
            for row in book.session.scalars(select(model)):
                index.setdefault(row.weekly_lesson_id, []).append(row)
        self.stated: set[str] = set()
        self.unknown: set[str] = set()
        self.divisions: dict[tuple[str, str], str] = {}

    def take(self, row: LessonRow, table: Timetable) -> None:
        """Store one lesson of the file with its courses, teachers and hours."""
        book, before = self.book, self.book.touched
        teachers = self.teachers.of(row)
        groups = self._groups(row, table)
        self.stated.add(row.key)  # also when it is not taken: an unreadable line is no reason to withdraw the lesson
        if not groups and (row.groups or row.class_names):
            return
        lesson = self.known.get(row.key)
        created = lesson is None
        if lesson is None:
            lesson = WeeklyLesson(id=content_id("weekly_lesson", self.year.id, row.key), year_id=self.year.id,
                                  key=row.key, hours_per_week=row.hours_per_week,
                                  length=row.periods_per_card, withdrawn=False)  # fmt: skip
            book.add(lesson)
            self.known[row.key] = lesson
        else:
            book.set(lesson, hours_per_week=row.hours_per_week, length=row.periods_per_card, withdrawn=False)
        subject = self.courses.subject(row.subject)
        courses = [self.courses.course(group, subject, teachers).id for group in groups]
        self._follow(self.views, lesson, "course_id", courses, WeeklyLessonCourse)
        self._follow(self.staff, lesson, "person_id", [person.id for person in teachers], WeeklyLessonTeacher)
        self._place(lesson, row)
        book.tally(before, created)

    def withdraw_others(self) -> None:
        """Lessons that the timetable no longer has: withdrawn, without hours."""
        for key, lesson in self.known.items():
            if key not in self.stated and not lesson.withdrawn:
                self.book.set(lesson, withdrawn=True)
                for slot in self.slots.get(lesson.id, []):
                    self.book.remove(slot)
                self.book.counts["withdrawn"] += 1

    def _groups(self, row: LessonRow, table: Timetable) -> list[Group]:
        """The groups that have the lesson; an unknown class is a finding, once."""
        found: list[Group] = []
        for class_name, part in row.groups or [(name, "") for name in row.class_names]:
            group = self.groups.find_or_make(class_name, may_make=not self.groups.has_lists)
            if group is None:
                if class_name not in self.unknown:
                    suggestion = self.groups.known_names()
                    self.book.error("group_unknown", row.where, column="class", value=class_name, suggestion=suggestion)
                self.unknown.add(class_name)
                continue
            found.append(self.groups.part(group, part, self._division(class_name, part, table)) if part else group)
        return list(dict.fromkeys(found))

    def _division(self, class_name: str, part: str, table: Timetable) -> str:
        if not self.divisions:
            self.divisions = {(group.class_name, group.name): group.division for group in table.groups}
        return self.divisions.get((class_name, part), "")

    def _follow(self, index: dict, lesson: WeeklyLesson, column: str, wanted: Iterable[str], model: type) -> None:
        """Make the rows of a link table say exactly what is wanted."""
        rows = {getattr(row, column): row for row in index.get(lesson.id, [])}
        for id in dict.fromkeys(wanted):
            if rows.pop(id, None) is None:
                self.book.add(model(weekly_lesson_id=lesson.id, **{column: id}))
        for row in rows.values():
            self.book.remove(row)

    def _place(self, lesson: WeeklyLesson, row: LessonRow) -> None:
        known = {(slot.weekday, slot.n, slot.weeks): slot for slot in self.slots.get(lesson.id, [])}
        for (weekday, n, weeks), card in {(card.weekday, card.period, card.weeks): card for card in row.cards}.items():
            if n not in NUMBERS:
                self.book.error("period_unknown", row.where, column="period", value=n)
                continue
            room_id = self._room(card, row)
            slot = known.pop((weekday, n, weeks), None)
            if slot is not None:
                self.book.set(slot, room_id=room_id)
                continue
            id = content_id("slot", lesson.id, str(weekday), str(n), weeks)
            self.book.add(Slot(id=id, weekly_lesson_id=lesson.id, weekday=weekday, n=n, weeks=weeks, room_id=room_id))
        for slot in known.values():
            self.book.remove(slot)

    def _room(self, card: CardRow, row: LessonRow) -> str | None:
        if len(card.rooms) > 1:
            self.book.warn("rooms_several", row.where, value=", ".join(card.rooms), suggestion=card.rooms[0])
        return self.courses.room(card.rooms[0]).id if card.rooms else None
