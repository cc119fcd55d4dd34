"""Rights of wishes about lessons, study groups and TV lessons."""

from tests.server.web.rows import EVERYBODY, Row

_RUN = "deputy_studies coordinator"
_OFFICE = f"{_RUN} timetabler"
_TEACH = "subject_teacher network_teacher"
_ASK = f"{_OFFICE} operator class_teacher tutor {_TEACH}"


def _none(name):
    return lambda world, scope: {name: "none"}


def _course(world, scope):
    return {"course": scope.course, "kind": "extra"}


ROWS = (
    Row("GET", "wishes.home", EVERYBODY),
    Row("GET", "wishes.page", _ASK, path=_none("wish_id")),
    Row("POST", "wishes.act", _ASK, path=_none("wish_id")),
    Row("GET", "wish_form.new", _ASK),
    Row("POST", "wish_form.save", f"{_OFFICE} operator", f"class_teacher tutor {_TEACH}", form=_course),
    Row("POST", "wish_form.from_request", f"{_OFFICE} operator class_teacher tutor {_TEACH}",
        path=_none("request_id")),
)  # fmt: skip
