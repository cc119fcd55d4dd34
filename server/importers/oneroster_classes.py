"""The classes of a OneRoster set: homerooms are school classes, the others a subject taught to classes or parts.

Which part of a class is meant follows from the title ("9А Группа 1: Информатика") and from who is enrolled.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from server.importers.findings import ERROR, WARNING, Refused
from server.importers.groups import group_key, read_class
from server.importers.oneroster_people import User, take_date
from server.importers.oneroster_rows import RosterClass, RosterCourse, RosterPart
from server.importers.oneroster_tables import Table, ours, read_cell
from server.importers.records import Record
from server.importers.values import clean, plain

_MISSING = 0.2  # of a class may be missing where its title says that the whole class is taught
_MOST_PARTS = 30  # of a class in one subject; more are no divisions
_CLASS_WORDS = 4  # "10 «А» класс группа 1": how far the name of a class may reach
_KINDS = ("class", "subgroup", "study", "individual")
_ROLES = ("student", "teacher")
Since = dict[str, date | None]  # user → since when


@dataclass
class Lesson:
    """A class of the set with who is enrolled in it; ``home`` is the name of the school class for a homeroom."""

    id: str
    record: Record
    title: str
    subject: str
    short: str
    home: str = ""
    students: Since = field(default_factory=dict)
    leading: Since = field(default_factory=dict)
    helping: Since = field(default_factory=dict)

    @property
    def teachers(self) -> tuple[tuple[str, date | None], ...]:
        """Everybody who teaches it, the leading ones first."""
        return tuple({**self.leading, **self.helping, **self.leading}.items())


def read_lessons(classes: Table, courses: Table | None) -> dict[str, Lesson]:
    """The classes by id. Raises Refused oneroster_schools, oneroster_no_homerooms."""
    known = {record.cells.get("sourcedId", ""): record for record in (courses.records if courses else ())}
    lessons: dict[str, Lesson] = {}
    schools: set[str] = set()
    for record in classes.records:
        id, title = record.need("sourcedId", read_cell), record.need("title", read_cell)
        course = known.get(record.cells.get("courseSourcedId", ""))
        lesson = Lesson(id, record, title, _subject(record, course), _short(course))
        if plain(record.take("classType", read_cell)) == "homeroom":
            lesson.home = _home(record, title)
            schools.add(record.take("schoolSourcedId", read_cell))
        elif not lesson.subject:
            record.note(ERROR, "oneroster_no_subject", "courseSourcedId", value=title)
        if not record.broken:
            lessons[id] = lesson
    if len(schools - {""}) > 1:
        raise Refused("oneroster_schools", count=len(schools - {""}))
    if classes.records and not schools:
        raise Refused("oneroster_no_homerooms")
    return lessons


def _home(record: Record, title: str) -> str:
    """The class that the title names, else the code; the title's own spelling stays in a set of ours."""
    code = clean(record.cells.get("classCode", ""))
    if code and not read_class(title).value and read_class(code).value:
        return record.take("classCode", read_class)
    name = record.take("title", read_class)
    is_same = group_key(title) == group_key(name)
    return title if ours(record, "kind") and is_same else name


def _subject(record: Record, course: Record | None) -> str:
    """What is taught: the class's subject, else its course's, else the course's title without the grade."""
    stated = record.take("subjects", read_cell) or (course.take("subjects", read_cell) if course else "")
    title = course.take("title", read_cell) if course else ""
    head, comma, tail = title.rpartition(",")
    return stated or (head if comma and any(letter.isdigit() for letter in tail) else title)


def _short(course: Record | None) -> str:
    return course.take("courseCode", read_cell) if course else ""


def enrol(
    table: Table,
    lessons: Mapping[str, Lesson],
    users: Mapping[str, User],
    ids: tuple[Collection[str], Collection[str]],
    today: date | None,
) -> None:
    """Put the users into their classes; ``ids`` are all of users.csv and of classes.csv, taken or not."""
    seen: set[tuple[str, str, str]] = set()
    for record in table.records:
        user, lesson = record.need("userSourcedId", read_cell), record.need("classSourcedId", read_cell)
        role = record.need("role", read_cell).casefold()
        since, until = take_date(record, "beginDate"), take_date(record, "endDate")
        if user and user not in ids[0]:
            record.note(ERROR, "oneroster_unknown_user", "userSourcedId", value=user)
        if lesson and lesson not in ids[1]:
            record.note(ERROR, "oneroster_unknown_class", "classSourcedId", value=lesson)
        if record.broken or user not in users or lesson not in lessons:
            continue  # whoever was not taken was said to be so
        if role not in _ROLES:
            record.note(WARNING, "oneroster_enrollment_unused", "role", value=role)
        elif until is not None and today is not None and until <= today:
            continue
        elif (user, lesson, role) in seen:
            record.note(WARNING, "row_repeated")
        else:
            seen.add((user, lesson, role))
            _place(lessons[lesson], user, role, since, clean(record.cells.get("primary", "")))


def _place(lesson: Lesson, user: str, role: str, since: date | None, primary: str) -> None:
    leads = primary.casefold() in ("true", "1", "yes")
    side = lesson.students if role == "student" else lesson.leading if leads else lesson.helping
    side[user] = since


def homes(lessons: Mapping[str, Lesson]) -> dict[str, tuple[str, date | None]]:
    """User → (school class, since). Somebody in two classes at once is an error of the second."""
    found: dict[str, tuple[str, date | None]] = {}
    for lesson in lessons.values():
        for user, since in lesson.students.items() if lesson.home else ():
            if user in found and found[user][0] != lesson.home:
                lesson.record.note(ERROR, "oneroster_two_homerooms", value=user, other=found[user][0])
                continue
            found.setdefault(user, (lesson.home, since))
    return found


def school_classes(lessons: Mapping[str, Lesson]) -> tuple[RosterClass, ...]:
    """The homerooms, each name once."""
    found: dict[str, RosterClass] = {}
    for lesson in lessons.values():
        if not lesson.home:
            continue
        shift = ours(lesson.record, "shift")
        row = RosterClass(
            lesson.home, int(shift) if shift in ("1", "2", "3") else 0, ours(lesson.record, "language"),
            lesson.teachers, lesson.record.where,
        )  # fmt: skip
        first = found.get(lesson.home)
        found[lesson.home] = replace(first, teachers=(*first.teachers, *row.teachers)) if first else row
    return tuple(found.values())


def taught(lessons: Mapping[str, Lesson], homes: Mapping[str, tuple[str, date | None]]) -> tuple[RosterCourse, ...]:
    """What is taught to whom by whom. A class to which nobody can be found is left out, and said."""
    members: dict[str, set[str]] = {lesson.home: set() for lesson in lessons.values() if lesson.home}
    for user, (name, _) in homes.items():
        members[name].add(user)
    cutter = _Cutter(members, {user: name for user, (name, _) in homes.items()})
    courses = []
    for lesson in lessons.values():
        if lesson.home:
            continue
        parts = cutter.cut(lesson)
        if parts:
            where = lesson.record.where
            courses.append(RosterCourse(lesson.subject, lesson.short, parts, lesson.teachers, where))
        else:
            lesson.record.note(WARNING, "oneroster_class_empty", value=lesson.title)
    return tuple(with_divisions(courses))


class _Cutter:
    """Finds the classes, or the parts of them, that a class of the set stands for."""

    def __init__(self, members: Mapping[str, set[str]], home_of: Mapping[str, str]):
        self.members, self.home_of = members, home_of
        self.by_key = {group_key(name): name for name in members}
        self.numbers: dict[tuple[str, str], int] = {}  # sections without a name, by class and subject

    def cut(self, lesson: Lesson) -> tuple[RosterPart, ...]:
        """The parts, in the order of the title or of the classes; () when nobody is there."""
        stated = ours(lesson.record, "kind")
        if stated in _KINDS:
            return self._stated(lesson, stated)
        came: dict[str, Since] = {}
        for user, since in lesson.students.items():
            if user in self.home_of:
                came.setdefault(self.home_of[user], {})[user] = since
        named = self._named(_head(lesson))
        if named and set(named) >= set(came):
            return tuple(self._part(lesson, name, part, came.get(name, {})) for name, part in named.items())
        if len(came) > 1 and any(len(came[name]) < len(self.members[name]) for name in came):
            students = tuple(pair for since in came.values() for pair in since.items())
            return (RosterPart("", _head(lesson) or lesson.title, "study", "", students),)
        return tuple(self._part(lesson, name, "", since, _head(lesson)) for name, since in came.items())

    def _stated(self, lesson: Lesson, kind: str) -> tuple[RosterPart, ...]:
        """As a set of ours names it."""
        name, part = ours(lesson.record, "class"), ours(lesson.record, "part")
        students = tuple(pair for pair in lesson.students.items() if pair[0] in self.home_of)
        if kind == "study":
            return (RosterPart("", part, kind, "", students),) if part else ()
        if group_key(name) not in self.by_key:
            return ()
        name = self.by_key[group_key(name)]
        if kind == "class" or not part:
            return (RosterPart(name, "", "class"),)
        return (RosterPart(name, part, kind, ours(lesson.record, "division"), students),)

    def _named(self, head: str) -> dict[str, str]:
        """Class → part as a title names them: "1+3" → both whole, "9А Группа 1" → a part; {} when it does not."""
        found: dict[str, str] = {}
        for piece in head.replace(",", "+").split("+"):
            words = piece.split()
            for count in range(min(len(words), _CLASS_WORDS), 0, -1):
                key = group_key(read_class(" ".join(words[:count])).value or " ")
                if key in self.by_key:
                    found[self.by_key[key]] = " ".join(words[count:])
                    break
            else:
                return {}
        return found

    def _part(self, lesson: Lesson, name: str, part: str, came: Since, fallback: str = "") -> RosterPart:
        """A part with a name; without one the whole class, unless too many are missing."""
        missing = len(self.members[name]) - len(came)
        if not part and (not came or missing <= max(1, _MISSING * len(self.members[name]))):
            if came and missing:
                lesson.record.note(WARNING, "oneroster_class_incomplete", value=name, count=missing)
            return RosterPart(name, "", "class")
        if not part:
            key = (name, lesson.subject)
            self.numbers[key] = self.numbers.get(key, 0) + 1
            code = clean(lesson.record.cells.get("classCode", ""))
            part = code or (fallback if group_key(fallback) not in ("", group_key(name)) else str(self.numbers[key]))
        return RosterPart(name, part, "subgroup", "", tuple(came.items()))


def _head(lesson: Lesson) -> str:
    """The title without its subject: "9А Группа 1: Информатика" → "9А Группа 1"."""
    title, subject = lesson.title, lesson.subject
    if plain(title).endswith(plain(subject)) and title.casefold().endswith(subject.casefold()):
        return title[: len(title) - len(subject)].rstrip(" :–—-")
    return title.rpartition(":")[0].strip() or title


def with_divisions(courses: Iterable[RosterCourse]) -> list[RosterCourse]:
    """The same with the division of each part: parts that share nobody and a subject belong to one."""
    courses = list(courses)
    heads = _divisions(courses)
    numbers: dict[str, dict[tuple[str, str], str]] = {}
    done = []
    for course in courses:
        parts = []
        for part in course.parts:
            if part.kind == "subgroup" and not part.division:
                known = numbers.setdefault(part.class_name, {})
                head = heads[part.class_name, part.part]
                part = replace(part, division=known.setdefault(head, str(len(known) + 1)))
            parts.append(part)
        done.append(replace(course, parts=tuple(parts)))
    return done


def _divisions(courses: Sequence[RosterCourse]) -> dict[tuple[str, str], tuple[str, str]]:
    """Part → the first part of its division."""
    students: dict[tuple[str, str], set[str]] = {}
    subjects: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
    for course in courses:
        for part in course.parts:
            if part.kind == "subgroup":
                key = (part.class_name, part.part)
                students.setdefault(key, set()).update(user for user, _ in part.students)
                subjects.setdefault((part.class_name, course.subject), {})[key] = None
    heads = {key: key for key in students}

    def head(key: tuple[str, str]) -> tuple[str, str]:
        while heads[key] != key:
            heads[key] = key = heads[heads[key]]
        return key

    for parts in map(list, subjects.values()):
        for index, part in enumerate(parts if len(parts) <= _MOST_PARTS else ()):
            for other in parts[:index]:
                if students[part].isdisjoint(students[other]):
                    heads[head(part)] = head(other)
    return {key: head(key) for key in heads}
