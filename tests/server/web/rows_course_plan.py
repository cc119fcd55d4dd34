"""Rights of course plans."""

from tests.server.web.rows import Row

_RUN = "deputy_studies coordinator"
_SEE = f"director deputy_upbringing {_RUN}"
_DAYS = "timetabler day_approver"
_TEACH = "subject_teacher network_teacher"
_NEAR = f"{_TEACH} class_teacher tutor"


def _course(world, scope):
    return {"course_id": scope.course}


ROWS = (
    Row("GET", "plans.home", f"{_SEE} {_DAYS} {_NEAR}"),
    Row("GET", "plans.page", f"{_SEE} {_DAYS}", _NEAR, path=_course),
    Row("POST", "plans.save", _RUN, _TEACH, path=_course),
)
