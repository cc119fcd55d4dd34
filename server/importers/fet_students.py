"""Years, groups and subgroups of a .fet file → classes and parts of classes.

FET's tree has three levels whatever a school is like: a year may be a grade or a class, a group a class or a part of
one. What a set is, is told by its own name, else by the names above it.
"""

from collections import defaultdict

from server.importers.groups import grade_of, read_class
from server.importers.student_sets import StudentSet, read_sets
from server.importers.xmlfile import Node

_SEPARATORS = " _-–—/.:,#()"


class Students:
    """The students sets of one file by name."""

    def __init__(self, root: Node):
        self.above: dict[str, list[tuple[str, ...]]] = defaultdict(list)  # set → the sets above it, nearest first
        self.below: dict[str, list[str]] = defaultdict(list)
        self._counted: dict[str, int] = {}
        for year in root.all("students_list", "year"):
            self._take(year, ())
        used = (name for node in root.all("activities_list", "activity") for name in node.list("students"))
        self._read = read_sets([*self._counted, *used])
        self._found: dict[str, StudentSet] = {}

    def _take(self, node: Node, above: tuple[str, ...]) -> None:
        name, size = node.get("name"), node.get("number_of_students")
        if not name:
            return
        self._counted.setdefault(name, int(size) if size.isascii() and size.isdigit() and len(size) < 6 else 0)
        if above:
            self.above[name].append(above)
            self.below[above[0]].append(name)
        for child in node.children:
            if child.name in ("group", "subgroup") and len(above) < 2:
                self._take(child, (name, *above))

    @property
    def sizes(self) -> dict[tuple[str, str], int]:
        """(class, part) → number of students, where the file states one for exactly that."""
        found = {}
        for name, size in self._counted.items():
            groups = self.find(name)[0].groups
            if size and len(groups) == 1:
                found.setdefault(groups[0], size)
        return found

    def find(self, name: str) -> tuple[StudentSet, bool]:
        """(who the set is, whether it is asked for the first time)."""
        is_first = name not in self._found
        if is_first:
            self._found[name] = self._set(name)
        return self._found[name], is_first

    def _set(self, name: str) -> StudentSet:
        own = self._read[name]
        classes = self._classes_below(name)
        if classes:
            return StudentSet(tuple((each, "") for each in classes))
        if own.code in ("", "class_latin") and not own.groups[0][1]:
            return own
        parts = [part for above in self.above[name] if (part := self._part(name, above))]
        return StudentSet(tuple(dict.fromkeys(parts))) if parts else own

    def _classes_below(self, name: str) -> list[str]:
        """The classes that a year consists of; none when it is a class itself."""
        own = read_class(name).value
        if own and own != str(grade_of(own)):
            return []
        found = (read_class(below).value for below in self.below[name])
        return list(dict.fromkeys(each for each in found if each and len(each) == len(str(grade_of(each))) + 1))

    def _part(self, name: str, above: tuple[str, ...]) -> tuple[str, str] | None:
        """The nearest class above, and the name without that class in front."""
        for parent in above:
            class_name = read_class(parent).value
            if class_name:
                rest = name[len(parent) :] if name.startswith(parent) else name
                return class_name, rest.strip(_SEPARATORS) or name
        return None
