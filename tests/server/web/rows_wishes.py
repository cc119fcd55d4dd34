"""Rights of wishes about lessons, study groups and TV lessons."""

from tests.server.web.rows import EVERYBODY, Row

_RUN = "deputy_studies coordinator"
_OFFICE = f"{_RUN} timetabler"
_SEE = f"director deputy_upbringing {_RUN}"
_DAYS = "timetabler day_approver"
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
    Row("GET", "study_groups.home", f"{_OFFICE} deputy_upbringing"),
    Row("GET", "study_groups.new", f"{_RUN} deputy_upbringing"),
    Row("POST", "study_groups.create", f"{_RUN} deputy_upbringing"),
    Row("GET", "study_groups.page", f"{_OFFICE} deputy_upbringing", path=_none("slug")),
    Row("POST", "study_groups.act", f"{_RUN} deputy_upbringing", path=_none("slug"),
        form=lambda w, c: {"act": "members"}),
    Row("GET", "study_groups.time", f"{_OFFICE} deputy_upbringing", path=_none("slug")),
    Row("POST", "study_groups.meet", _OFFICE, path=_none("slug")),
    Row("GET", "tv.home", f"{_SEE} {_DAYS} class_teacher tutor {_TEACH}"),
    Row("GET", "tv.place", _OFFICE, path=lambda w, c: {"broadcast_id": "none", "slug": c.slug}),
    Row("POST", "tv.act", _OFFICE, path=lambda w, c: {"broadcast_id": "none", "slug": c.slug}),
)  # fmt: skip
