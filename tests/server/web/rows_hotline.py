"""Rights of the hotline, of requests and appointments."""

from server.extensions import db
from server.models import Person
from tests.server.web.rows import EVERYBODY, Row
from tests.server.web.world import Class, World

_ALL = "director deputy_studies coordinator deputy_upbringing operator"
_MANAGE = f"{_ALL} class_teacher"


def _student(world: World, scope: Class) -> dict[str, str]:
    return {"slug": db.session.get_one(Person, scope.student).slug}


def _colleague(world: World, scope: Class) -> dict[str, str]:
    return {"slug": db.session.get_one(Person, world.clerk).slug}


def _topic(world: World, scope: Class) -> dict[str, str]:
    return {**_student(world, scope), "topic": "paper_pack"}


def _none(name: str):
    return lambda world, scope: {name: "0" * 32}


ROWS = (
    Row("GET", "hotline.home", "operator"),
    Row("POST", "hotline.find", "operator", form=lambda w, c: {"q": "Ve"}),
    Row("GET", "hotline.sheet", "operator", path=_student),
    Row("POST", "hotline.verify", "operator", path=_student),
    Row("POST", "hotline.end", "operator", path=_student, form=lambda w, c: {"act": "mistake"}),
    Row("GET", "hotline.staff", "operator", path=_colleague),
    Row("POST", "hotline.note_staff", "operator", path=_colleague),
    Row("GET", "hotline.rota", EVERYBODY),
    Row("GET", "hotline_topics.page", "operator", path=_topic),
    Row("POST", "hotline_topics.save", "operator", path=_topic, form=lambda w, c: {"due": "never"}),
    Row("GET", "requests.home", EVERYBODY),
    Row("GET", "requests.page", _MANAGE, path=_none("request_id")),
    Row("POST", "requests.act", _MANAGE, path=_none("request_id")),
    Row("GET", "appointments.home", EVERYBODY),
    Row("POST", "appointments.book", EVERYBODY),
    Row("POST", "appointments.hours", EVERYBODY),
    Row("POST", "appointments.finish", _ALL, path=_none("appointment_id")),
)
