"""Which lessons and tasks of an edition belong to a student's week, and in which order."""

import datetime
import re
from collections.abc import Mapping
from typing import Any

from printables.errors import PrintError
from printables.roster import LessonView, Roster, Student, Supplement

CANCELLED = "cancelled"


def days_of(week: str) -> tuple[datetime.date, datetime.date]:
    """Monday and Sunday of an ISO week, ``"2026-W50"``. Raises PrintError ``roster_invalid``."""
    found = re.fullmatch(r"(\d{4})-W(\d{2})", week)
    try:
        monday = datetime.date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        monday = None
    if monday is None:
        raise PrintError("roster_invalid", field="week")
    return monday, monday + datetime.timedelta(days=6)


def is_cancelled(lesson: Mapping[str, Any]) -> bool:
    """Whether the lesson stands in the timetable only to say that it does not take place."""
    return (lesson["change"] or {}).get("kind") == CANCELLED


def on_television(lesson: Mapping[str, Any]) -> bool:
    """Whether the lesson's text is also told on television."""
    return bool(lesson["broadcast"]) or lesson["form"] == "tv"


def week_lessons(content: Mapping[str, Any], roster: Roster) -> list[LessonView]:
    """The group's lessons of the week, in the order of days and hours."""
    first, last = (day.isoformat() for day in days_of(roster.week))
    views = [
        LessonView(
            key, lesson, content["materials"].get(lesson["material"]), {t: content["tasks"][t] for t in lesson["tasks"]}
        )
        for key, lesson in content["lessons"].items()
        if lesson["group"] == roster.group and first <= lesson["date"] <= last
    ]
    return sorted(views, key=_order)


def student_lessons(common: list[LessonView], student: Student, week: str) -> list[LessonView]:
    """The lessons that concern the student, each with the tasks that the student has a code for and has yet to do.

    A brief pack has none. Another subgroup's lessons are left out; where the subgroup is unknown, those all of whose
    tasks are others'.
    """
    if student.brief:
        return []
    first, last = (day.isoformat() for day in days_of(week))
    own = [view for view in student.extra if first <= view.lesson["date"] <= last]
    shared = [view for view in common if view.id not in student.without and _concerns(view, student)]
    printed: set[str] = set()
    kept = []
    for view in sorted([*shared, *own], key=_order):
        kept.append(_for(view, student, printed))
        printed |= kept[-1].tasks.keys()
    return kept if student.supplement is None else _only(kept, student.supplement)


def lessons_key(student: Student) -> tuple[object, ...]:
    """All of a student that ``student_lessons`` looks at: students with equal keys have the same lessons."""
    return (frozenset(student.works), student.subgroups, student.without, student.supplement, student.brief,
            student.done, student.id if student.extra else "")  # fmt: skip


def _only(lessons: list[LessonView], supplement: Supplement) -> list[LessonView]:
    """The lessons of which a supplement brings something, with no more than that."""
    found = []
    for view in lessons:
        tasks = {key: task for key, task in view.tasks.items() if key in supplement.tasks}
        if view.id in supplement.lessons or tasks:
            material = view.material if view.id in supplement.lessons else None
            found.append(LessonView(view.id, view.lesson, material, tasks))
    return found


def corrections(student: Student, lessons: list[LessonView]) -> list[LessonView]:
    """What was sent back and is printed once more, unless the week's own lessons bring the sheet anyway."""
    if not student.again:
        return []
    brought = {task for view in lessons for task in view.tasks}
    return [
        view for view in student.again
        if not brought & view.tasks.keys() and view.tasks.keys() <= student.works.keys()
    ]  # fmt: skip


def _concerns(view: LessonView, student: Student) -> bool:
    subgroup = view.lesson["subgroup"]
    if not subgroup:
        return True
    if student.subgroups is not None:
        return subgroup in student.subgroups
    return not view.tasks or any(task in student.works for task in view.tasks)


def _for(view: LessonView, student: Student, printed: set[str]) -> LessonView:
    """The lesson with the student's own tasks; one that an earlier lesson has already brought is not repeated."""
    if is_cancelled(view.lesson):
        return LessonView(view.id, view.lesson)
    if not view.tasks:
        return view
    mine = student.works.keys() - student.done - printed
    tasks = {key: view.tasks[key] for key in view.lesson["tasks"] if key in view.tasks and key in mine}
    return LessonView(view.id, view.lesson, view.material, tasks)


def _order(view: LessonView) -> tuple[str, int, str, str]:
    return view.lesson["date"], view.lesson["n"], view.lesson["subgroup"], view.id
