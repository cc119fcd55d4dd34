"""Rights of the checks of the timetable, its norms and working schedules."""

from server.extensions import db
from server.models import Person
from tests.server.web.rows import EVERYBODY, Row
from tests.server.web.world import Class, World

_SEE = "director deputy_studies deputy_upbringing coordinator timetabler day_approver"
_NORMS = "director deputy_studies coordinator admin"
_EDIT = "deputy_studies coordinator timetabler"
_APPROVE = "director day_approver"


def _teacher(world: World, scope: Class) -> dict[str, str]:
    return {"slug": db.session.get_one(Person, world.person("subject_teacher")).slug}


ROWS = (
    Row("GET", "checks.home", _SEE),
    Row("GET", "norms.page", _NORMS),
    Row("POST", "norms.save", _NORMS),
    Row("POST", "norms.add", _NORMS),
    Row("GET", "schedules.home", f"{_EDIT} {_APPROVE}"),
    Row("GET", "schedules.mine", EVERYBODY),
    Row("GET", "schedules.page", f"{_EDIT} {_APPROVE}", path=_teacher),
    Row("POST", "schedules.save", _EDIT, path=_teacher),
    Row("POST", "schedules.approve", _APPROVE, path=_teacher),
    Row("POST", "schedules.discard", _EDIT, path=_teacher),
)  # fmt: skip
