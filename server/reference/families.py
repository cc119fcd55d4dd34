"""Rows about families: what one turns to the school with, what may be promised, by which ways one is reached."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from server.models import Base, ContactChannel, ContactTopic, RequestKind
from server.reference.names import msgid

TOPICS = {  # what families turn to the school with, and the school to families
    "timetable": _l("timetable"), "task": _l("a task"), "return": _l("a returned work"), "results": _l("results"),
    "paper_pack": _l("a paper pack"), "files": _l("files"), "consultation": _l("a consultation"),
    "reception": _l("personal reception"), "repeat": _l("repeat of a lesson"), "technical": _l("technical trouble"),
    "absence": _l("reason of an absence"), "silence": _l("nothing heard"), "complaint": _l("a complaint"),
    "change": _l("a change"), "reminder": _l("a reminder"), "staff": _l("a problem of staff"), "other": _l("other"),
}  # fmt: skip
SOURCE_HOTLINE = "Instruction on how participants of distance learning deal with each other, sections 4 and 5"
REQUESTS = {  # what may be promised: name, working days until due, the role that keeps it, why
    "paper_pack": (_l("paper pack"), 3, "coordinator", SOURCE_HOTLINE),
    "files": (_l("files"), 2, "class_teacher", SOURCE_HOTLINE),
    "consultation": (_l("consultation"), 3, "class_teacher", SOURCE_HOTLINE),
    "reception": (_l("personal reception"), 3, "deputy_studies", SOURCE_HOTLINE),
    "repeat": (_l("repeat of a lesson"), 3, "deputy_studies", ""),
    "technical": (_l("technical trouble"), 2, "coordinator", ""),
    "absence": (_l("reason of an absence"), 1, "class_teacher", ""),
    "complaint": (_l("complaint"), 3, "director", ""),
    "staff": (_l("problem of staff"), 2, "coordinator", ""),
    "other": (_l("other request"), 2, "class_teacher", ""),
}  # fmt: skip
CONTACT_CHANNELS = {  # how families are reached, what is done for it, and whether it is one family's
    "call": (_l("phone call"), "talk", True), "sms": (_l("SMS"), "send", True), "email": (_l("e-mail"), "send", True),
    "messenger": (_l("messenger"), "copy", True), "slip": (_l("slip in the pack"), "print", True),
    "in_person": (_l("in person"), "talk", True), "class_chat": (_l("the class's chat"), "copy", False),
    "parents_chat": (_l("the parents' chat"), "copy", False),
}  # fmt: skip


def rows() -> Iterator[Base]:
    """The rows as model objects."""
    for position, (code, name) in enumerate(TOPICS.items()):
        yield ContactTopic(code=code, name=msgid(name), position=position)
    for position, (code, (name, days, role, source)) in enumerate(REQUESTS.items()):
        yield RequestKind(code=code, name=msgid(name), days=days, role=role, position=position, source=source)
    for position, (code, (name, way, personal)) in enumerate(CONTACT_CHANNELS.items()):
        yield ContactChannel(code=code, name=msgid(name), way=way, personal=personal, position=position)
