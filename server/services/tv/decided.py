"""About which lessons' broadcasts a person has decided, so that no file decides anew."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Lesson, LessonChange
from server.services.imports.lessons import OFFICE


def decided(session: Session, days: Collection[object]) -> set[tuple[str, str]]:
    """(lesson, course) of the lessons of these days whose broadcast a standing deed changed; ids."""
    rows = session.execute(
        select(LessonChange.lesson_id, LessonChange.before, LessonChange.after)
        .join(Lesson, Lesson.id == LessonChange.lesson_id)
        .where(Lesson.on.in_(days), LessonChange.kind.in_(OFFICE), LessonChange.undone.is_(False))
    )  # fmt: skip
    found = set()
    for lesson_id, before, after in rows:
        old, new = (state.get("courses") or {} for state in (before, after))
        found |= {
            (lesson_id, course) for course, [_form, broadcast] in new.items()
            if broadcast != (old[course][1] if course in old else None)
        }  # fmt: skip
    return found
