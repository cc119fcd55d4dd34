"""Pictures of lessons in the office: sent by an author, shown as a phone will show them, put into a text."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from apiflask import APIBlueprint
from flask import Response, render_template, request, send_file
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db, limiter
from server.policy import Action, Scope
from server.security import config
from server.services import pictures, scopes
from server.services.content_draft import BODY, LessonDraft, texts
from server.services.pictures import Picture
from server.web import drafts
from server.web.access import ANYWHERE, needs
from sync.errors import SyncError
from sync.markdown import render
from sync.pictures import SCHEME

blueprint = APIBlueprint("pictures", __name__, url_prefix="/pictures", enable_openapi=False)
AT = f"{blueprint.url_prefix}/"
ADD = "add-picture-"  # the form's button: add-picture-body, add-picture-task-0-text
_MEANT = str.maketrans({sign: f"\\{sign}" for sign in "\\[]*_`<&"})


@dataclass(frozen=True)
class Told:
    """What the form says of a picture that was sent: itself, or why not; what it shows, as typed.

    ``together``: bytes of all pictures of the lesson with this one; ``most``: of them there should be.
    """

    picture: Picture | None = None
    error: str = ""
    alt: str = ""
    together: int = 0
    most: int = 0


@blueprint.app_template_filter("kilo")
def kilo(size: int) -> int:
    """Whole kilobytes of a size in bytes, rounded up."""
    return -(-size // pictures.KILO)


def seen(text: str) -> str:
    """A Markdown text as readers will see it, its pictures fetched from the office."""
    return render(text, pictures.pictures_of(db.session, [text]), AT)


def weight(shown: Iterable[str]) -> tuple[int, int]:
    """Bytes of all pictures that texts show, each once, and how many they should be at most."""
    found = pictures.pictures_of(db.session, shown)
    return sum(one["bytes"] for one in found.values()), pictures.budgets(db.session)[1]


def _person() -> str:
    return f"pictures {current_user.get_id()}"


def _is_no_picture() -> bool:
    return request.endpoint == "lessons.save" and not request.form.get("act", "").startswith(ADD)


limited = limiter.shared_limit("30 per minute;400 per hour", scope="pictures", key_func=_person,
                               exempt_when=_is_no_picture)  # fmt: skip


def _scope(lesson_course_id: str) -> Scope:
    return scopes.of_lesson_course(db.session, lesson_course_id)


@blueprint.get("/<name>")
@needs(Action.LESSON_VIEW, scope=ANYWHERE)
def file(name: str) -> Response:
    """A picture as readers will get it."""
    return send_file(pictures.file_of(config(), name))


@blueprint.post("/of/<lesson_course_id>")
@needs(Action.LESSON_EDIT, scope=_scope)
@limited
def send(lesson_course_id: str) -> tuple[str, int]:
    """Take a picture in; a piece of the form that shows it, or why not. ``text``: what the form says so far."""
    try:
        told = _told(_sent("picture"), [text[:BODY] for text in request.form.getlist("text")])
    except SyncError as error:
        refused = Told(error=sentence_of(error))
        return render_template("lessons/picture.html", key="", told=refused), entry_of(error).status
    return render_template("lessons/picture.html", key="", told=told), 200


def added(draft: LessonDraft, act: str) -> tuple[LessonDraft, dict[str, Told]]:
    """The form after its button: the picture at the end of its text, or what is still to be said about it.

    Raises DomainError bad_request.
    """
    key = act.removeprefix(ADD)
    known = texts(draft)
    if key not in known:
        raise DomainError("bad_request")
    alt = " ".join(request.form.get(f"picture-alt-{key}", "").split())
    try:
        told = _told(_again(key) or _sent(f"picture-{key}"), known.values())
    except SyncError as error:
        return draft, {key: Told(error=sentence_of(error), alt=alt)}
    if not alt or told.picture is None:
        return draft, {key: replace(told, error=sentence_of(DomainError("picture_says_nothing")))}
    line = f"![{alt.translate(_MEANT)}]({SCHEME}{told.picture.name})"
    return _with(draft, key, "\n\n".join(filter(None, [known[key].rstrip(), line]))), {}


def _with(draft: LessonDraft, key: str, text: str) -> LessonDraft:
    if key == "body":
        return replace(draft, body=text)
    i = int(key.split("-")[1])
    task = replace(draft.tasks[i], text=text)
    return replace(draft, tasks=(*draft.tasks[:i], task, *draft.tasks[i + 1 :]))


def _sent(field: str) -> Picture:
    """Raises DomainError ``picture_missing`` and what pictures.take does."""
    sent: Any = request.files.get(field)
    data = sent.read() if sent else b""
    if not data:
        raise DomainError("picture_missing")
    moment = drafts.moment()
    return pictures.take(config(), data, pictures.budgets(db.session)[0], current_user.person_id, moment.at)


def _again(key: str) -> Picture | None:
    """The picture that was sent before and only lacked its words."""
    if request.files.get(f"picture-{key}"):
        return None
    return pictures.find(db.session, request.form.get(f"picture-name-{key}", ""))


def _told(picture: Picture, shown: Iterable[str]) -> Told:
    together, most = weight([*shown, f"{SCHEME}{picture.name}"])
    return Told(picture, together=together, most=most)
