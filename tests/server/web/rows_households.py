"""Rights of the pages of households: whoever edits people, the class teacher for the own class."""

from sqlalchemy import select

from server.extensions import db
from server.models import Person
from tests.server.web.rows import Row
from tests.server.web.world import Class, World

_ALL = "deputy_studies deputy_upbringing coordinator"


def _key(world: World, scope: Class) -> dict[str, str]:
    household = db.session.scalar(select(Person.household_id).where(Person.id == scope.student))
    return {"key": household or f"child-{scope.student}"}


def _family(world: World, scope: Class) -> dict[str, str]:
    return {"act": "confirm", "family": f"child-{scope.student}:old"}


ROWS = (
    Row("GET", "households.home", f"{_ALL} class_teacher"),
    Row("POST", "households.find", f"{_ALL} class_teacher", form=lambda w, c: {"q": "Ve"}),
    Row("GET", "households.page", _ALL, "class_teacher", path=_key),
    Row("POST", "households.find_other", _ALL, "class_teacher", path=_key, form=lambda w, c: {"q": "Ya"}),
    Row("POST", "households.act", _ALL, "class_teacher", form=_family),
)
