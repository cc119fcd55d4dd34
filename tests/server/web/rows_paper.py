"""Rights of paper for families: the weekly slips to parents, copies for screen readers, large print."""

from server.extensions import db
from server.models import Person
from tests.server.web.rows import Row

_PRINTS = "director deputy_studies coordinator operator"
_NEAR = "class_teacher subject_teacher network_teacher tutor"
_SEES_MARKS = "director deputy_studies deputy_upbringing coordinator psychologist"

ROWS = (
    Row("GET", "weekly_slips.home", f"{_SEES_MARKS} class_teacher subject_teacher network_teacher tutor"),
    Row("GET", "weekly_slips.download", _SEES_MARKS, "class_teacher tutor",
        path=lambda w, c: {"week": "2020-W01", "slug": c.slug}),
    Row("GET", "accessible.home", f"{_PRINTS} {_NEAR}"),
    Row("GET", "accessible.download", _PRINTS, _NEAR, path=lambda w, c: {"week": "2026-W50", "slug": c.slug}),
    Row("POST", "large_print.save", "deputy_studies deputy_upbringing coordinator", "class_teacher",
        path=lambda w, c: {"slug": db.session.get_one(Person, c.student).slug}, form=lambda w, c: {"large": "yes"}),
)
