"""Rights of feedback and of the pages of figures."""

from tests.server.web.rows import Row
from tests.server.web.rows_people import student

_RUN = "director deputy_studies deputy_upbringing coordinator"
_MEASURE = "director deputy_studies coordinator admin"
_OWN = "class_teacher tutor"
_TELLS = f"{_RUN} {_OWN} subject_teacher network_teacher"


def _slug(world, scope):
    return {"slug": scope.slug}


def _teacher(world, scope):
    from server.extensions import db
    from server.models import Person

    return {"slug": db.session.get_one(Person, world.person("subject_teacher")).slug}


ROWS = (
    Row("GET", "feedback.home", _TELLS),
    Row("POST", "feedback.give", _TELLS, form=lambda w, c: {"channel": "call"}),
    Row("POST", "feedback.take_back", _TELLS),
    Row("GET", "monitor.home", f"{_RUN} {_OWN}"),
    Row("GET", "monitor.klass", _RUN, _OWN, path=_slug),
    Row("GET", "monitor.mastery", _RUN, _OWN, path=_slug),
    Row("GET", "monitor.lacking", _RUN, _OWN, path=_slug),
    Row("GET", "monitor.student", _RUN, _OWN, path=student),
    Row("GET", "monitor.materials", _RUN),
    Row("GET", "monitor_teachers.home", _RUN),
    Row("GET", "monitor_teachers.download", _RUN),
    Row("GET", "monitor_teachers.page", _RUN, path=_teacher),
    Row("GET", "measures.page", _MEASURE),
    Row("POST", "measures.save", _MEASURE),
)
