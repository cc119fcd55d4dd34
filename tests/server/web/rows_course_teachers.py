"""Rights of the pages that ask for the teachers of courses: for those who bring files in."""

from server.extensions import db
from server.models import Course
from tests.server.web.rows import Row
from tests.server.web.world import Class, World

_BRING = "deputy_studies coordinator admin"


def _subject(world: World, scope: Class) -> dict[str, str]:
    return {"id": db.session.get_one(Course, scope.course).subject_id}


def _class(world: World, scope: Class) -> dict[str, str]:
    return {"id": scope.slug}


ROWS = (
    Row("GET", "course_teachers.home", _BRING),
    Row("POST", "course_teachers.accept", _BRING),
    Row("GET", "course_teachers.subject", _BRING, path=_subject),
    Row("POST", "course_teachers.save_subject", _BRING, path=_subject),
    Row("GET", "course_teachers.klass", _BRING, path=_class),
    Row("POST", "course_teachers.save_klass", _BRING, path=_class),
)
