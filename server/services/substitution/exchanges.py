"""What else can be done with a lesson: swapped with another of the class, joined to another. Pure."""

from collections.abc import Sequence
from datetime import date

from server.services.days.clashes import share_students
from server.services.days.reading import Facts, Held
from server.services.substitution.diary import Diary


def swaps(lesson: Held, absent: str, week: Sequence[Held], diary: Diary, today: date) -> list[Held]:
    """Lessons of the same groups in the same week that can change places with this one, the nearest first.

    Everybody who holds one of the two must be free when the other is held, also the absent teacher, who then holds the
    lesson later or earlier. Neither day may be over.
    """
    if lesson.on < today:
        return []
    found = [other for other in week if _fits(lesson, other, absent, diary, today)]

    def distance(other: Held) -> tuple[object, ...]:
        return abs((other.on - lesson.on).days), abs(other.n - lesson.n), other.on, other.n, other.id

    return sorted(found, key=distance)


def _fits(lesson: Held, other: Held, absent: str, diary: Diary, today: date) -> bool:
    if not other.is_held or other.on < today or other.id == lesson.id or not other.teachers:
        return False
    if set(other.groups) != set(lesson.groups) or other.on.isocalendar()[:2] != lesson.on.isocalendar()[:2]:
        return False
    if absent in other.teachers:
        return False
    both = (lesson.id, other.id)
    return all(diary.is_free(person, other, both) for person in lesson.teachers) and all(
        diary.is_free(person, lesson, both) for person in other.teachers
    )


def joins(lesson: Held, absent: str, day: Sequence[Held], diary: Diary, facts: Facts) -> list[Held]:
    """Lessons of the same subject at the same time whose teacher can take these students in.

    The other subgroup of the division, or a class of the same grade; no student would be in both.
    """
    return [
        other for other in day
        if other.is_held and other.id != lesson.id and other.teachers and absent not in other.teachers
        and (other.on, other.shift, other.n) == (lesson.on, lesson.shift, lesson.n)
        and {part.subject for part in other.parts} == {part.subject for part in lesson.parts}
        and not any(diary.is_away(person, other) for person in other.teachers)
        and all(_belong(one, another, facts) for one in lesson.groups for another in other.groups)
    ]  # fmt: skip


def _belong(one: str, other: str, facts: Facts) -> bool:
    if share_students(facts, one, other):
        return False
    mine, theirs = facts.class_of(one), facts.class_of(other)
    return mine.id == theirs.id or (mine.grade is not None and mine.grade == theirs.grade)
