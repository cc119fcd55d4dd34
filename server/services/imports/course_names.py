"""Finds the courses that a file means by class or grade and subject; what is not there is a finding, once."""

from collections.abc import Sequence

from sqlalchemy import select

from server.importers.groups import grade_of
from server.importers.rows import Where
from server.models import Course, Group, Subject, Year
from server.services.imports.book import Book
from server.services.imports.groups import Groups, names
from server.services.imports.subject_names import Subjects


class CourseNames:
    """The courses of a year; a class brings its subgroups."""

    def __init__(self, book: Book, year: Year):
        self.book = book
        self.groups, self.subjects = Groups(book), Subjects(book)
        self._parts: dict[str, list[str]] = {}
        for group in book.session.scalars(select(Group).where(Group.kind == "subgroup")):
            self._parts.setdefault(group.parent_id or "", []).append(group.id)
        self._courses: dict[tuple[str, str], Course] = {}
        for course in book.session.scalars(select(Course).where(Course.year_id == year.id)):
            self._courses[course.group_id, course.subject_id] = course
        self._said: set[tuple[str, ...]] = set()

    def classes(self, name: str, where: Where, column: str = "class") -> list[Group]:
        """The class of that name; for a bare grade that is no class, every class of the grade."""
        group = self.groups.find(name)
        if group is not None:
            return [group]
        grade = grade_of(name) if name.isdigit() else None
        found = [one for one in self.groups.classes.values() if grade is not None and one.grade == grade]
        if not found:
            known = self.groups.known_names()
            self.say("group_unknown", where, name, column=column, value=name, suggestion=known)
        return sorted(found, key=lambda one: one.name)

    def taught_to(self, classes: Sequence[Group]) -> set[str]:
        """Ids of the subjects that these classes or their parts have."""
        wanted = {id for group in classes for id in self.with_parts(group)}
        return {subject_id for group_id, subject_id in self._courses if group_id in wanted}

    def find(self, classes: Sequence[Group], subject: Subject, where: Where) -> list[Course]:
        """The courses of the classes and their parts; a class of a grade without one is passed over."""
        found = [
            course for group in classes for id in self.with_parts(group)
            if (course := self._courses.get((id, subject.id))) is not None
        ]  # fmt: skip
        if classes and not found:
            self.say("course_unknown_here", where, subject.id, *(group.id for group in classes),
                     column="subject", value=subject.name, group=names(classes))  # fmt: skip
        return found

    def subject(self, name: str, where: Where) -> Subject | None:
        """The subject of a column's words."""
        found = self.subjects.find(name)
        if found is None:
            near = self.subjects.near(name)
            self.say("subject_unknown_near", where, name, column="subject", value=name, suggestion=near)
        return found

    def with_parts(self, group: Group) -> list[str]:
        """Ids of a class and of its subgroups."""
        return [group.id, *sorted(self._parts.get(group.id, ()))]

    def say(self, code: str, where: Where, *key: str, **more: str) -> None:
        """An error, once for all rows that have it."""
        if (code, *key) not in self._said:
            self._said.add((code, *key))
            self.book.error(code, where, **more)
