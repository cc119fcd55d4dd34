"""Rights of families, accounts, roles and the rota."""

from server.extensions import db
from server.models import Person
from server.services import roles
from tests.server import factory
from tests.server.web.rows import Row
from tests.server.web.world import Class, World

MANAGERS = "director admin"
SEES_ALL = "director deputy_studies coordinator deputy_upbringing psychologist operator admin"
DEPUTIES = "deputy_studies coordinator deputy_upbringing"
OWN = "class_teacher subject_teacher network_teacher tutor"


def _slug(person_id: str) -> str:
    return db.session.get_one(Person, person_id).slug


def student(world: World, scope: Class) -> dict[str, str]:
    return {"slug": _slug(scope.student)}


def clerk(world: World, scope: Class) -> dict[str, str]:
    return {"slug": _slug(world.clerk)}


def spare(world: World, scope: Class) -> dict[str, str]:
    return {"slug": _slug(factory.person_of(world.spare))}


def ended(world: World, scope: Class) -> dict[str, str]:
    return {**clerk(world, scope), "grant_id": roles.of_person(db.session, world.clerk, factory.TODAY)[0].id}


ROWS = (
    Row("GET", "people.home", f"{SEES_ALL} {OWN}"),
    Row("POST", "people.find", f"{SEES_ALL} {OWN}", form=lambda w, c: {"q": "Ve"}),
    Row("GET", "people.class_list", SEES_ALL, OWN, path=lambda w, c: {"slug": c.slug}),
    Row("GET", "people.student", SEES_ALL, OWN, path=student),
    Row("GET", "private_page.page", f"{DEPUTIES} admin", "class_teacher", path=student),
    Row("POST", "private_page.renew", f"{DEPUTIES} admin", "class_teacher", path=student),
    Row("GET", "private_page.sheet", DEPUTIES, "class_teacher", path=student),
    Row("GET", "people.staff", f"{SEES_ALL} {OWN}"),
    Row("GET", "accounts.home", MANAGERS),
    Row("POST", "accounts.add", MANAGERS, form=lambda w, c: {"last": ""}),
    Row("GET", "accounts.person", MANAGERS, path=clerk),
    Row("POST", "accounts.create", MANAGERS, path=clerk, form=lambda w, c: {"login": "?"}),
    Row("POST", "accounts.new_password", MANAGERS, path=clerk),
    Row("POST", "accounts.state", MANAGERS, path=spare, form=lambda w, c: {"active": "1"}),
    Row("POST", "accounts.grant", MANAGERS, path=clerk, form=lambda w, c: {"role": "none"}),
    Row("POST", "accounts.end", MANAGERS, path=ended, form=lambda w, c: {"until": "never"}),
    Row("GET", "accounts.rota", MANAGERS),
    Row("POST", "accounts.add_duty", MANAGERS),
    Row("POST", "accounts.remove_duty", MANAGERS, path=lambda w, c: {"duty_id": "0" * 32}),
)
