"""Rights of what a class teacher keeps current: a student's connection, the parts of the class."""

from server.extensions import db
from server.models import Person
from tests.server.web.rows import Row

_EDIT = "deputy_studies coordinator deputy_upbringing"


def _student(world, scope):
    return {"slug": db.session.get_one(Person, scope.student).slug}


def _class(world, scope):
    return {"slug": scope.slug}


ROWS = (
    Row("GET", "connectivity.page", _EDIT, "class_teacher", path=_student),
    Row("POST", "connectivity.save", _EDIT, "class_teacher", path=_student, form=lambda w, c: {"device": "?"}),
    Row("GET", "parts.page", _EDIT, "class_teacher", path=_class),
    Row("POST", "parts.save", _EDIT, "class_teacher", path=_class),
)
