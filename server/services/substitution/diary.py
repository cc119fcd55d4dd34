"""Who is where at which lesson, with what was given in the same breath: never two lessons at once for anybody."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from server.services.days.clashes import overlap
from server.services.days.reading import Held
from server.services.substitution.away import Away
from server.services.substitution.colleagues import Colleague


class Diary:
    """The lessons of some whole weeks by teacher, and who is away. ``give`` notes what is decided meanwhile."""

    def __init__(self, lessons: Iterable[Held], away: Iterable[Away], colleagues: Mapping[str, Colleague]):
        self.colleagues = colleagues
        self._away: dict[str, list[Away]] = {}
        for one in away:
            self._away.setdefault(one.person_id, []).append(one)
        self._days: dict[tuple[str, date], list[Held]] = {}
        self._weeks: dict[tuple[str, tuple[int, int]], int] = {}
        for lesson in lessons:
            if lesson.is_held:
                for person in lesson.teachers:
                    self.give(person, lesson)

    def give(self, person: str, lesson: Held) -> None:
        """The person holds this lesson too."""
        self._days.setdefault((person, lesson.on), []).append(lesson)
        week = (person, lesson.on.isocalendar()[:2])
        self._weeks[week] = self._weeks.get(week, 0) + 1

    def with_away(self, one: Away) -> "Diary":
        """The same with one more absence."""
        self._away.setdefault(one.person_id, []).append(one)
        return self

    def is_away(self, person: str, lesson: Held) -> bool:
        """Absent at the time of a lesson."""
        return any(one.covers(lesson.on, lesson.n) for one in self._away.get(person, ()))

    def is_busy(self, person: str, lesson: Held, but: Collection[str] = ()) -> bool:
        """Holds another lesson at the time of this one; ``but``: ids of lessons that do not count."""
        return any(
            other.id not in but and overlap(other, lesson) for other in self._days.get((person, lesson.on), ())
        )

    def kept_by(self, person: str, lesson: Held) -> str:
        """What in the working schedule speaks against the lesson, "" nothing."""
        colleague = self.colleagues.get(person)
        return colleague.kept_by(lesson.on, lesson.starts, lesson.ends) if colleague else ""

    def is_free(self, person: str, lesson: Held, but: Collection[str] = ()) -> bool:
        """Neither away nor busy, and at work by the schedule."""
        return not (
            self.is_away(person, lesson) or self.is_busy(person, lesson, but) or self.kept_by(person, lesson)
        )  # fmt: skip

    def on_day(self, person: str, day: date) -> int:
        """How many lessons the person holds that day."""
        return len(self._days.get((person, day), ()))

    def in_week(self, person: str, day: date) -> int:
        """How many in the ISO week of the day."""
        return self._weeks.get((person, day.isocalendar()[:2]), 0)
