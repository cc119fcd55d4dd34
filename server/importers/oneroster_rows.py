"""The rows of a OneRoster set as the services take them: people, classes and courses, linked by their sourcedIds."""

from dataclasses import dataclass, field
from datetime import date

from server.importers.rows import NOWHERE, GuardianRow, StaffRow, StudentRow, TermRow, Where


@dataclass(frozen=True)
class RosterTerm:
    """A stretch of the year. ``exact``: the set says for certain whether its last day is the end that it names."""

    row: TermRow
    exact: bool


@dataclass(frozen=True)
class RosterClass:
    """A school class (homeroom). ``shift`` 0 and ``language`` "" mean not stated; ``teachers``: user → since."""

    name: str
    shift: int = 0
    language: str = ""
    teachers: tuple[tuple[str, date | None], ...] = ()
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class RosterStudent:
    """A student with the class of the homeroom; ``row.birth_date`` is None unless the set has demographics."""

    id: str
    row: StudentRow
    since: date | None = None


@dataclass(frozen=True)
class RosterGuardian:
    """An adult who stands for students, named by their ids."""

    id: str
    row: GuardianRow
    students: tuple[str, ...]
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class RosterStaff:
    """Somebody who works here; ``since`` when the roles began, by role, where the set says so."""

    id: str
    row: StaffRow
    since: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True)
class RosterPart:
    """Who has a course: an entire class (``part`` ""), a part of one, or (``class_name`` "") students of several.

    ``kind`` is "class", "subgroup", "study" or "individual"; ``students``: user → since, nobody for an entire class.
    """

    class_name: str
    part: str
    kind: str
    division: str = ""
    students: tuple[tuple[str, date | None], ...] = ()


@dataclass(frozen=True)
class RosterCourse:
    """A subject taught to some groups. ``teachers``: user → since, the leading one first."""

    subject: str
    short: str
    parts: tuple[RosterPart, ...]
    teachers: tuple[tuple[str, date | None], ...]
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class RosterSet:
    """A whole bulk set. ``is_ours``: Korablik wrote it, so its sourcedIds are ids of a Korablik school.

    ``year`` are the first and last day of the school year, None when the set has no academic sessions.
    """

    school: str
    is_ours: bool
    year: tuple[date, date] | None
    terms: tuple[RosterTerm, ...]
    classes: tuple[RosterClass, ...]
    students: tuple[RosterStudent, ...]
    guardians: tuple[RosterGuardian, ...]
    staff: tuple[RosterStaff, ...]
    courses: tuple[RosterCourse, ...]

    @property
    def steps(self) -> int:
        """By how many entries one counts the way through the set."""
        return len(self.students) + len(self.staff) + len(self.courses)
