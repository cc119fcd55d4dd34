"""Rights of stops and registers of delivery: the office has all of them, a class teacher those of the class."""

from sqlalchemy import select

from server.extensions import db
from server.models import Manifest, Stop
from tests.server import factory
from tests.server.village import NOW
from tests.server.web.rows import Row

_WHOLE = "director deputy_studies coordinator operator"
_ALL = f"{_WHOLE} class_teacher"


def _stop(world, scope):
    """The one stop, made when it is first asked for."""
    found = db.session.scalar(select(Stop.id))
    db.session.remove()
    if found is None:
        found = factory.new_id()
        factory.add(Stop(id=found, name="Far Cordon", kind="village", contact="", note="", days=7, position=1))
    return {"stop_id": found}


def _register(world, scope):
    """The register of a class at school, made when it is first asked for."""
    code = db.session.scalar(select(Manifest.code).where(Manifest.group_id == scope.id))
    db.session.remove()
    if code is None:
        code = f"10000{scope.slug[0]}000"
        factory.add(Manifest(id=factory.new_id(), code=code, stop=scope.slug, created_at=NOW, week="2026-W50",
                             group_id=scope.id, taken_by=""))  # fmt: skip
    return {"code": code}


ROWS = (
    Row("GET", "stops.home", _ALL),
    Row("POST", "stops.create", _WHOLE, form=lambda w, c: {"name": "Rowan Hamlet", "kind": "post"}),
    Row("GET", "stops.page", _ALL, path=_stop),
    Row("POST", "stops.save", _WHOLE, path=_stop, form=lambda w, c: {"act": "up"}),
    Row("POST", "stops.find", _ALL, path=_stop, form=lambda w, c: {"q": "Ves"}),
    Row("POST", "stops.put", _WHOLE, "class_teacher", path=_stop, form=lambda w, c: {"student": c.student}),
    Row("POST", "stops.propose", _WHOLE, "class_teacher",
        form=lambda w, c: {"proposal": f"{c.student}:{_stop(w, c)['stop_id']}"}),
    Row("POST", "stops.of_student", _WHOLE, "class_teacher",
        path=lambda w, c: {"slug": _slug(c.student)}, form=lambda w, c: {"to": "school"}),
    Row("POST", "stops.of_household", _ALL, path=lambda w, c: {"key": "f" * 32}, form=lambda w, c: {"to": "school"}),
    Row("GET", "registers.home", _ALL),
    Row("POST", "registers.make", _ALL, form=lambda w, c: {"week": "2026-W50"}),
    Row("GET", "registers.find", _ALL),
    Row("GET", "registers.late", _ALL),
    Row("GET", "registers.collect", _ALL),
    Row("GET", "registers.download_week", _ALL, path=lambda w, c: {"week": "2026-W50"}),
    Row("GET", "registers.download", _WHOLE, "class_teacher", path=_register),
    Row("GET", "registers.page", _WHOLE, "class_teacher", path=_register),
    Row("POST", "registers.act", _WHOLE, "class_teacher", path=_register, form=lambda w, c: {"act": "undo"}),
)


def _slug(student):
    from server.models import Person

    slug = db.session.get_one(Person, student).slug
    db.session.remove()
    return slug
