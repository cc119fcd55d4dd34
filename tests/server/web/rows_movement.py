"""Rights of the pages of movement: noted by those who run the lists, read by all who see figures."""

from server.extensions import db
from server.models import Person
from tests.server.web.rows import Row
from tests.server.web.world import Class, World

_NOTE = "deputy_studies deputy_upbringing coordinator"
_READ = f"director {_NOTE} class_teacher tutor"


def _student(world: World, scope: Class) -> dict[str, str]:
    return {"slug": db.session.get_one(Person, scope.student).slug}


def _class(world: World, scope: Class) -> dict[str, str]:
    return {"slug": scope.slug}


ROWS = (
    Row("GET", "movement.home", _READ),
    Row("GET", "movement.download", _READ, path=lambda w, c: {"format": "csv"}),
    Row("GET", "movement.student", _NOTE, path=_student),
    Row("POST", "movement.note", _NOTE, path=_student, form=lambda w, c: {"act": "left", "on": "never"}),
    Row("GET", "home_teaching.page", _NOTE, path=_student),
    Row("POST", "home_teaching.save", _NOTE, path=_student, form=lambda w, c: {"act": "end", "last": "never"}),
    Row("GET", "movement.new", _NOTE),
    Row("POST", "movement.create", _NOTE, form=lambda w, c: {"last": ""}),
    Row("POST", "movement.absent", _NOTE, form=lambda w, c: {"name": "Nobody"}),
    Row("GET", "movement.leaving", _NOTE, path=_class),
    Row("POST", "movement.leave", _NOTE, path=_class, form=lambda w, c: {"on": "never"}),
)
