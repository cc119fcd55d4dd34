"""Finds the classes and subgroups that files name, and makes those that are new."""

from collections.abc import Iterable

from sqlalchemy import select

from server.importers.groups import grade_of, group_key, group_slug
from server.importers.rows import GroupRow
from server.models import Group, Membership
from server.services.imports.book import Book
from server.services.imports.divisions import adopt
from sync.ids import content_id


class Groups:
    """All groups of the school by the names that files use."""

    def __init__(self, book: Book):
        self.book = book
        rows = list(book.session.scalars(select(Group)))
        self.by_id = {group.id: group for group in rows}
        self.slugs = {group.slug for group in rows}
        self.classes = {group_key(group.name): group for group in rows if group.kind == "class"}
        self.parts = {
            (group.parent_id, group_key(group.name)): group for group in rows if group.kind == "subgroup"
        }  # fmt: skip
        self.has_lists = book.session.scalar(select(Membership.id).limit(1)) is not None

    def find(self, name: str) -> Group | None:
        """The class of a name, or None."""
        return self.classes.get(group_key(name))

    def find_or_make(self, name: str, may_make: bool) -> Group | None:
        """The class; a new one if ``may_make``, else None."""
        group = self.find(name)
        if group is None and may_make:
            group = self.make(name, f"{name}", kind="class", grade=grade_of(name))
            self.classes[group_key(name)] = group
        return group

    def part(self, parent: Group, name: str, division: str) -> Group:
        """The subgroup of a class, made when it is new; a division that is stated holds."""
        key = (parent.id, group_key(name))
        group = self.parts.get(key)
        if group is None:
            values = {"kind": "subgroup", "grade": parent.grade, "parent_id": parent.id, "division": division,
                      "shift": parent.shift}  # fmt: skip
            group = self.parts[key] = self.make(name, f"{parent.name} {name}", **values)
        elif division:
            self.book.set(group, division=division)
        return group

    def divisions(self, rows: Iterable[GroupRow]) -> dict[tuple[str, str], str]:
        """(class, part) as the file names them → division, for the parts that a timetable states."""
        by_class: dict[str, list[GroupRow]] = {}
        for row in rows:
            if row.name:
                by_class.setdefault(row.class_name, []).append(row)
        found = {}
        for class_name, own in by_class.items():
            parent = self.find(class_name)
            known = {} if parent is None else {
                key: group.division for (parent_id, key), group in self.parts.items() if parent_id == parent.id
            }  # fmt: skip
            labels = adopt(known, {group_key(row.name): row.division for row in own})
            found |= {(class_name, row.name): labels[group_key(row.name)] for row in own}
        return found

    def known_names(self) -> str:
        """The classes there are, for the sentence of a finding."""
        return ", ".join(group.name for group in sorted(self.classes.values(), key=by_grade))

    def make(self, name: str, full_name: str, **values: object) -> Group:
        """A new group; ``full_name`` gives its slug."""
        slug = group_slug(full_name, self.slugs)
        self.slugs.add(slug)
        group = Group(id=content_id("group", self.book.school.id, slug), slug=slug, name=name, **values)
        self.book.add(group)
        self.by_id[group.id] = group
        return group


def by_grade(group: Group) -> tuple[int, str]:
    """The order in which schools list classes."""
    return (group.grade or 99, group.name)


def names(groups: Iterable[Group]) -> str:
    """ "1, 3" for groups in the order of grades."""
    return ", ".join(group.name for group in sorted(groups, key=by_grade))
