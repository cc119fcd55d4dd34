"""Rights of the day board, single lessons, modes and bells."""

from tests.server.factory import TODAY
from tests.server.web.rows import Row
from tests.server.web.world import Class, World

_SEES = "director deputy_studies deputy_upbringing coordinator timetabler day_approver"
_EDITS = "deputy_studies coordinator timetabler"
ON = TODAY.isoformat()


def _day(world: World, scope: Class) -> dict[str, str]:
    return {"on": ON}


def _lesson(world: World, scope: Class) -> dict[str, str]:
    return {"on": ON, "lesson_id": scope.lesson.lesson}


def _moved(world: World, scope: Class) -> dict[str, str]:
    return {"lesson": scope.lesson.lesson, "seen": "none", "act": "move", "place": "1-3", "at": "1-1", "other": "",
            "other_seen": "", "reason": "", "by": "group", "only": ""}  # fmt: skip


def _form(world: World, scope: Class) -> dict[str, str]:
    return {"seen": "none", "act": "save", "day": ON, "place": "1-3", "room": "", "teacher": "", "reason": ""}


def _new(world: World, scope: Class) -> dict[str, str]:
    return {"group": scope.slug}


def _added(world: World, scope: Class) -> dict[str, str]:
    return {**_form(world, scope), "group": scope.slug, "course": scope.course, "form-new": "live"}


ROWS = (
    Row("GET", "days.home", _SEES),
    Row("GET", "days.page", _SEES, path=_day),
    Row("GET", "days.places", _EDITS, path=_lesson),
    Row("POST", "days.act", _EDITS, path=_day, form=_moved),
    Row("POST", "days.undo", _EDITS, path=_day, form=lambda w, c: {"act_id": "none", "by": "", "only": ""}),
    Row("GET", "day_lessons.page", _EDITS, path=_lesson),
    Row("POST", "day_lessons.save", _EDITS, path=_lesson, form=_form),
    Row("GET", "day_lessons.new", _EDITS, path=_day, form=_new),
    Row("POST", "day_lessons.add", _EDITS, path=_day, form=_added),
)  # fmt: skip
