"""Rights of changes of the timetable: seeing them, taking them back, telling people, strips for paper."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from server.extensions import db
from server.models import Lesson, LessonAct
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed
from server.services.days.state import state_of
from tests.server import factory
from tests.server.village import NOW
from tests.server.web.rows import Row

_RUN = "deputy_studies coordinator"
_SEE = f"director deputy_upbringing timetabler day_approver {_RUN}"
_SEND = f"director deputy_upbringing {_RUN}"
_NEAR = "class_teacher subject_teacher network_teacher tutor"
_PRINT = f"director {_RUN} operator"


def _act(world, scope):
    """A deed on a lesson of its own, so that whoever takes it back leaves the others'."""
    db.session.rollback()
    known = db.session.scalar(select(LessonAct.id).where(LessonAct.undone_by_id.is_(None), LessonAct.kind == "moved"))
    if known is not None:
        return {"act_id": known}
    ids = factory.lesson(scope.course, factory.TODAY + timedelta(days=2), 5)
    by = Author(world.person("deputy_studies"), world.accounts["deputy_studies"], NOW, factory.TODAY)
    state = state_of(db.session.get_one(Lesson, ids.lesson))
    return {"act_id": changing.save("moved", [Deed("moved", replace(state, n=6), ids.lesson)], by)}


def _none(world, scope):
    return {"act_id": "f" * 32}


ROWS = (
    Row("GET", "changes.home", _SEE),
    Row("GET", "changes.page", _SEE, path=_act),
    Row("GET", "changes.watch", _SEE),
    Row("POST", "changes.undo", f"timetabler {_RUN}", path=_none),
    Row("POST", "changes.tell", _SEND, path=_none),
    Row("POST", "changes.urgent", _RUN, path=_none),
    Row("GET", "strips.home", f"{_PRINT} {_NEAR}"),
    Row("GET", "strips.download", _PRINT, _NEAR, path=lambda w, c: {"week": "2026-W50", "slug": c.slug}),
)
