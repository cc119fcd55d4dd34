"""Rights of proposed absences, reasons, totals, presence, what follows TV lessons, and incidents."""

from server.extensions import db
from server.models import Person
from server.services import incidents
from server.services.content import Author
from server.services.incidents import Opening
from tests.server import village
from tests.server.factory import TODAY
from tests.server.web.rows import Row

_RUN = "deputy_studies coordinator"
_TEACH = "subject_teacher network_teacher"
_NOTE = f"{_RUN} {_TEACH} class_teacher tutor"
_SEE = "director deputy_studies deputy_upbringing coordinator psychologist"
_ANSWER = "director deputy_studies deputy_upbringing coordinator"


def _slug(world, scope):
    return {"slug": scope.slug}


def _file(world, scope):
    return {"slug": scope.slug, "format": "csv"}


def _lesson(world, scope):
    return {"lesson_course_id": scope.lesson.lesson_course}


def _pair(world, scope):
    return {"student": scope.student, "lesson": scope.lesson.lesson_course}


def _student(world, scope):
    return {"slug": db.session.get_one(Person, scope.student).slug}


def _incident(world, scope):
    by = Author(world.person("director"), world.accounts["director"], village.NOW, TODAY)
    return {"incident_id": incidents.open_incident(Opening(scope.student, "other", "A word."), by, scope.slug)}


ROWS = (
    Row("GET", "attendance.home", f"{_NOTE} support_staff"),
    Row("POST", "attendance.accept", _NOTE),
    Row("POST", "attendance.undo", _NOTE),
    Row("POST", "attendance.refuse", _RUN, f"{_TEACH} class_teacher tutor", form=_pair),
    Row("POST", "attendance.propose_again", _NOTE),
    Row("GET", "absence_reasons.home", f"{_RUN} class_teacher tutor"),
    Row("POST", "absence_reasons.save", f"{_RUN} class_teacher tutor"),
    Row("GET", "absence_totals.home", f"{_SEE} {_TEACH} class_teacher tutor"),
    Row("GET", "absence_totals.page", _SEE, "class_teacher tutor", path=_slug),
    Row("GET", "absence_totals.download", f"director {_RUN}", "class_teacher", path=_file),
    Row("GET", "cut_offs.home", f"{_RUN} deputy_upbringing class_teacher"),
    Row("GET", "cut_offs.page", f"{_RUN} deputy_upbringing", "class_teacher", path=_slug),
    Row("POST", "cut_offs.save", f"{_RUN} deputy_upbringing", "class_teacher", path=_slug),
    Row("POST", "cut_offs.remove", f"{_RUN} deputy_upbringing", "class_teacher", path=_slug),
    Row("GET", "presence.home", f"{_RUN} support_staff"),
    Row("GET", "presence.page", f"{_RUN} support_staff", path=_lesson),
    Row("POST", "presence.save", f"{_RUN} support_staff", path=_lesson),
    Row("GET", "followups.page", _RUN, _TEACH, path=_lesson),
    Row("POST", "followups.save", _RUN, _TEACH, path=_lesson),
    Row("GET", "incidents.home", f"{_ANSWER} class_teacher"),
    Row("GET", "incidents.new", _ANSWER, "class_teacher", path=_student),
    Row("POST", "incidents.create", _ANSWER, "class_teacher", path=_student),
    Row("GET", "incidents.page", _ANSWER, "class_teacher", path=_incident),
    Row("POST", "incidents.save", _ANSWER, "class_teacher", path=_incident),
)
