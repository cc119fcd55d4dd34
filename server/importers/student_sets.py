"""Names of students sets as FET writes them ("11А Группа 1", "7А_Мальчики", "11") → classes and parts of classes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.importers.groups import grade_of, read_class
from server.importers.values import Read, clean

Groups = tuple[tuple[str, str], ...]

_CUT = re.compile(r"[\s_\-–—/(:.,«\"]+")
_GLUED = re.compile(r"((?:1[01]|[1-9])[^\W\d_])(\d)")
_ENDS = " )»\"'.,:_-–—/"
_LONGEST = 100  # characters of a name in which a class is looked for


@dataclass(frozen=True)
class StudentSet:
    """Who a set is: (class, "" or the part of it). ``code`` names a remark ("" none), ``suggestion`` goes with it."""

    groups: Groups
    code: str = ""
    suggestion: str = ""


def read_sets(names: Iterable[str]) -> dict[str, StudentSet]:
    """Every name of a file → who it is.

    A part of a class begins with the class's name. A bare grade beside lettered classes of that grade means all of
    them, and is said. What is no class keeps its name as one, and is said.
    """
    names = [name for name in dict.fromkeys(names) if name]
    bare = [name for name in names if "(" not in name]  # what stands in parentheses is the part of a class
    whole = {name: found for name in bare if (found := read_class(name)).value and _is_short(found.value)}
    known = {found.value for found in whole.values()}
    years = _years(known)
    return {name: _class(whole[name], years) if name in whole else _part(name, known) for name in names}


def _is_short(class_name: str) -> bool:
    """A grade with at most one letter or a number; a longer "7гр" may be the part of a class."""
    return len(class_name) <= len(str(grade_of(class_name))) + 1 or "-" in class_name


def _years(known: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Bare grade → the lettered classes of that grade."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(known):
        grade = str(grade_of(name))
        if name != grade:
            found[grade].append(name)
    return {grade: tuple(classes) for grade, classes in found.items()}


def _class(found: Read[str], years: Mapping[str, tuple[str, ...]]) -> StudentSet:
    classes = years.get(found.value)
    if classes:
        return StudentSet(tuple((each, "") for each in classes), "timetable_year", ", ".join(classes))
    return StudentSet(((found.value, ""),), found.code, found.suggestion)


def _part(name: str, known: set[str]) -> StudentSet:
    """The class that the name begins with and the rest of it; a class that the file has goes first."""
    cuts = [(head, tail) for start, tail in _splits(name) if (head := read_class(start)).value]
    for head, tail in cuts:
        if head.value in known:
            return _named(head, tail)
    if (whole := read_class(name)).value:
        return _named(whole, "")
    for head, tail in cuts:
        if head.value != str(grade_of(head.value)):
            return _named(head, tail)
    return StudentSet(((clean(name), ""),), "class_unknown")


def _named(head: Read[str], tail: str) -> StudentSet:
    return StudentSet(((head.value, tail),), head.code, f"{head.suggestion} {tail}".strip() if head.code else "")


def _splits(name: str) -> list[tuple[str, str]]:
    if len(name) > _LONGEST:
        return []
    if glued := _GLUED.fullmatch(name):
        return [(glued[1], glued[2])]
    cuts = [(name[: cut.start()], name[cut.end() :].strip(_ENDS)) for cut in _CUT.finditer(name)]
    return [(head, tail) for head, tail in cuts if head and tail]
