"""Rights of the desk of conflicts: who sees marks or notes absences sees it; a mark is its teacher's to decide."""

from tests.server.web.rows import Row

_SEE = "director deputy_studies deputy_upbringing coordinator psychologist"
_TEACH = "subject_teacher network_teacher"


def _mark(world, scope):
    return {"kind": "mark", "key": scope.code}


ROWS = (
    Row("GET", "conflicts.page", f"{_SEE} {_TEACH} class_teacher tutor support_staff"),
    Row("GET", "conflicts.target", _SEE, f"{_TEACH} class_teacher tutor", path=_mark),
    Row("POST", "conflicts.settle", "", _TEACH, path=_mark),
)
