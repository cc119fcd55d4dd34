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


def _mode(world: World, scope: Class) -> dict[str, str]:
    return {"mode": "distance", "since": ON, "until": ON, "reason": "quarantine", "scope": "groups",
            "group": scope.slug, "order_no": "", "note": ""}  # fmt: skip


def _period(world: World, scope: Class) -> dict[str, str]:
    return {"period_id": "none"}


def _bells(world: World, scope: Class) -> dict[str, str]:
    return {"shift": "1", "name": "Short", "first": ON, "last": ON, "begins": "08:30", "lesson": "30", "breaks": "10"}


def _set(world: World, scope: Class) -> dict[str, str]:
    return {"schedule_id": "none"}


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
    Row("GET", "modes.home", _EDITS),
    Row("POST", "modes.begin", _EDITS, form=_mode),
    Row("POST", "modes.frost", _EDITS, form=lambda w, c: {"day": ON, "grade": "7"}),
    Row("POST", "modes.end", _EDITS, path=_period, form=lambda w, c: {"last": ON}),
    Row("GET", "modes.lessons", _EDITS, path=_period),
    Row("POST", "modes.accept", _EDITS, path=_period, form=lambda w, c: {"act": "all"}),
    Row("GET", "bells.home", _EDITS),
    Row("POST", "bells.draw", _EDITS, form=_bells),
    Row("GET", "bells.page", _EDITS, path=_set),
    Row("POST", "bells.save", _EDITS, path=_set, form=lambda w, c: {"first": ON, "last": ON, "name": "Short"}),
    Row("POST", "bells.end", _EDITS, path=_set),
)  # fmt: skip
