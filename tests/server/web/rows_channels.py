"""Rights of the pages that speak with families: ways to reach them, messages, the weekly round, silence, letters."""

from server.extensions import db
from server.models import Person
from tests.server.web.rows import EVERYBODY, Row
from tests.server.web.world import Class, World

_EDIT = "deputy_studies deputy_upbringing coordinator"
_SEND = "director deputy_studies deputy_upbringing coordinator"
_SEND_ALL = f"{_SEND} class_teacher subject_teacher network_teacher tutor"
_CARES = "director deputy_studies deputy_upbringing coordinator"


def _slug(id: str) -> str:
    return db.session.get_one(Person, id).slug


def _student(world: World, scope: Class) -> dict[str, str]:
    return {"slug": _slug(scope.student)}


def _message(world: World, scope: Class) -> dict[str, str]:
    return {"message_id": "none"}


def _delivery(world: World, scope: Class) -> dict[str, str]:
    return {"message_id": "none", "delivery_id": "none"}


def _letter(world: World, scope: Class) -> dict[str, str]:
    return {"letter_id": "none"}


def _written(world: World, scope: Class) -> dict[str, str]:
    return {"kind": "change", "audience": "groups", "group": scope.id, "text": "The lesson moves.", "act": "preview"}


def _about(world: World, scope: Class) -> dict[str, str]:
    return {"student": _slug(scope.student)}


def _attempt(world: World, scope: Class) -> dict[str, str]:
    return {**_about(world, scope), "act": "not_reached", "channel": "call", "key": "k"}


def _tick(world: World, scope: Class) -> dict[str, str]:
    return {**_about(world, scope), "act": "told", "channel": "call", "key": "k"}


ROWS = (
    Row("GET", "channels.page", f"{_EDIT} operator", "class_teacher", path=_student),
    Row("POST", "channels.save", f"{_EDIT} operator", "class_teacher", path=_student),
    Row("GET", "messages.home", _SEND_ALL),
    Row("POST", "messages.send", _SEND_ALL),
    Row("GET", "messages.watch", _SEND_ALL),
    Row("GET", "messages.new", _SEND, "class_teacher subject_teacher network_teacher tutor", form=_about),
    Row("POST", "messages.create", _SEND, "class_teacher subject_teacher network_teacher tutor", form=_written),
    Row("GET", "messages.page", _SEND_ALL, path=_message),
    Row("POST", "messages.act", _SEND_ALL, path=_delivery),
    Row("GET", "messages.slips", _SEND_ALL, path=_message),
    Row("GET", "weekly_round.home", f"{_CARES} class_teacher tutor"),
    Row("GET", "weekly_round.group", _CARES, "class_teacher tutor", path=lambda w, c: {"slug": c.slug}),
    Row("POST", "weekly_round.act", _CARES, "class_teacher tutor", path=lambda w, c: {"slug": c.slug}, form=_tick),
    Row("GET", "weekly_round.slips", _CARES, "class_teacher tutor", path=lambda w, c: {"slug": c.slug}),
    Row("GET", "silence.home", f"{_CARES} class_teacher tutor operator"),
    Row("POST", "silence.log", f"{_CARES} operator", "class_teacher tutor", form=_attempt),
    Row("GET", "letters.home", EVERYBODY),
    Row("GET", "letters.new", f"{_SEND} psychologist operator", "class_teacher subject_teacher network_teacher tutor",
        form=_about),
    Row("POST", "letters.enter", f"{_SEND} psychologist operator",
        "class_teacher subject_teacher network_teacher tutor", form=_about),
    Row("GET", "letters.page", EVERYBODY, path=_letter),
    Row("POST", "letters.answer", EVERYBODY, path=_letter),
    Row("POST", "letters.told", EVERYBODY, path=_letter),
)  # fmt: skip
