"""Rights of newer timetables, of the dates of the year, and of planned against held lessons."""

from tests.server.web.rows import Row

_IMPORT = "deputy_studies coordinator admin"
_COMPOSE = "deputy_studies coordinator timetabler"
_FIGURES = "director deputy_studies deputy_upbringing coordinator"
_RUN = "deputy_studies coordinator"
_TEACH = "subject_teacher network_teacher"


def _no_draft(world, scope):
    return {"draft_id": "f" * 32}


def _no_lesson(world, scope):
    return {"lesson_id": "f" * 32}


def _course(world, scope):
    return {"course_id": scope.course}


ROWS = (
    Row("GET", "revisions.home", _IMPORT),
    Row("POST", "revisions.upload", _IMPORT),
    Row("GET", "revisions.page", _IMPORT, path=_no_draft),
    Row("POST", "revisions.act", _IMPORT, path=_no_draft),
    Row("GET", "term_dates.home", _COMPOSE),
    Row("POST", "term_dates.change", _COMPOSE),
    Row("POST", "term_dates.decide", _COMPOSE, path=_no_lesson),
    Row("POST", "term_dates.see", _RUN, _TEACH, path=_course),
    Row("GET", "held_lessons.home", _FIGURES),
    Row("GET", "held_lessons.mine", f"{_RUN} {_TEACH}"),
    Row("GET", "held_lessons.download", _FIGURES, path=lambda w, c: {"format": "csv"}),
)
