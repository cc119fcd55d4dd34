"""Feedback that families wait for: by channel, the oldest first, a text to copy, and one tap when it was given."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from server import store
from server.errors import DomainError
from server.extensions import db
from server.policy import Action, Realm
from server.reference import CHANNELS
from server.services import feedback, people, scopes
from server.services.feedback import Telling, Waiting
from server.services.people import Guardian
from server.web import access, drafts, marks
from server.web.access import ANYWHERE, needs
from server.web.shell import short_day
from sync.codes import group_digits

blueprint = APIBlueprint("feedback", __name__, url_prefix="/feedback", enable_openapi=False)
SHOWN = 30  # lines of a channel before the rest is one tap away
ORDER = ("call", "messenger", "photo", "email", "in_person", "paper", "usb")
MOST = 500  # decisions in one form


@dataclass(frozen=True)
class Line:
    """A waiting decision with the words for the family."""

    item: Waiting
    mark: str
    text: str


@dataclass(frozen=True)
class Section:
    """What waits for one channel; ``hidden``: how many lines are not shown."""

    channel: str
    lines: tuple[Line, ...]
    total: int

    @property
    def hidden(self) -> int:
        return self.total - len(self.lines)


@blueprint.get("/")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def home() -> str:
    """What families wait to be told: of a teacher's own courses; for who sees the school, of everybody."""
    own = access.realm(Action.MARK_SET)
    everybody = request.args.get("whose") == "all" or not own
    realm = access.realm(Action.MARK_VIEW) if everybody else own
    waiting = feedback.waiting_feedback(db.session, realm=realm)
    chosen = request.args.get("channel", "")
    sections = list(_sections(waiting, chosen))
    called = {line.item.view.student_id for section in sections if section.channel == "call" for line in section.lines}
    return render_template(
        "feedback/home.html", sections=sections, total=len(waiting), channels=CHANNELS,
        chosen=chosen, everybody=everybody, may_widen=bool(own) and access.realm(Action.MARK_VIEW) != own,
        today=drafts.moment().today, given=request.args.get("given", ""), by_pack=feedback.BY_PACK,
        phones=_phones(called) if access.may_somewhere(Action.CONTACTS_VIEW) else {},
    )  # fmt: skip


def _phones(students: Iterable[str]) -> dict[str, list[Guardian]]:
    """Student → who of the family may be told and has a phone."""
    return {
        student.id: [guardian for guardian in student.guardians if guardian.phone and guardian.may_receive]
        for student in people.students(db.session, sorted(students))
    }


def _sections(waiting: Iterable[Waiting], chosen: str) -> Iterable[Section]:
    by_channel: dict[str, list[Waiting]] = {}
    for one in waiting:
        by_channel.setdefault(one.channel, []).append(one)
    for channel in sorted(by_channel, key=lambda code: (ORDER.index(code) if code in ORDER else 99, code)):
        items = by_channel[channel]
        if chosen in ("", channel):
            shown = items if chosen else items[:SHOWN]
            yield Section(channel, tuple(_line(one) for one in shown[:MOST]), len(items))


def _line(one: Waiting) -> Line:
    mark = marks.mark_label(one.verdict, one.value, one.view.rule.maximum)
    return Line(one, mark, words_for(one, mark))


def words_for(one: Waiting, mark: str) -> str:
    """The decision as a family is told it; the child by first name, as in every message."""
    parts = [_("%(name)s, %(subject)s, “%(title)s”", name=one.view.first_name, subject=one.view.subject,
               title=one.view.title)]  # fmt: skip
    if one.returned_on:
        parts[0] += " " + _("(handed in %(day)s)", day=short_day(one.returned_on))
    if one.verdict == "redo":
        parts.append(_("Please correct it and hand it in again, code %(code)s.", code=group_digits(one.view.code)))
    elif one.verdict == "mark":
        parts.append(_("Mark: %(mark)s.", mark=mark))
    else:
        parts.append(_("Checked."))
    parts += [_("Teacher: %(text)s", text=text) for _author, text in one.comments]
    return f"{parts[0]}. {' '.join(parts[1:])}"


@blueprint.post("/given")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def give() -> Any:
    """Note decisions as told by a channel."""
    channel = request.form.get("channel", "")
    if channel not in CHANNELS:
        raise DomainError("channel_unknown", value=channel[:12], allowed=", ".join(CHANNELS))
    chosen = _chosen()
    realm = access.realm(Action.MARK_VIEW)
    waiting = {one.seq: one for one in _waiting_of(chosen, realm)}
    for one in waiting.values():
        access.demand(Action.MESSAGE_SEND, scopes.of_work(db.session, one.view.code, drafts.moment().today))
    words = {seq: _line(one).text for seq, one in waiting.items()}
    telling = Telling(words, channel, current_user.person_id, drafts.moment().at)
    count = store.write(lambda session: feedback.give(session, telling))
    flash(ngettext("%(num)s answer noted as given.", "%(num)s answers noted as given.", count))
    return redirect(url_for("feedback.home", given=",".join(map(str, sorted(words)[:50])) or None, **_kept()), 303)


@blueprint.post("/back")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def take_back() -> Any:
    """Undo what one gave oneself within the day."""
    chosen, by, now = _chosen(), current_user.person_id, drafts.moment().at
    count = store.write(lambda session: feedback.take_back(session, chosen, by, now))
    flash(ngettext("%(num)s answer waits again.", "%(num)s answers wait again.", count))
    return redirect(url_for("feedback.home", **_kept()), 303)


def _waiting_of(seqs: set[int], realm: Realm) -> list[Waiting]:
    """Those of the decisions that this person may see and that still wait: a double click says nothing new."""
    return [one for one in feedback.waiting_of(db.session, seqs, realm) if one.seq in seqs]


def _chosen() -> set[int]:
    typed = [part for value in request.form.getlist("seq") for part in value.split(",") if part]
    if not all(part.isascii() and part.isdigit() and len(part) <= 15 for part in typed) or len(typed) > MOST:
        raise DomainError("bad_request")
    return {int(part) for part in typed}


def _kept() -> dict[str, str]:
    """The filters of the page that the form stood on."""
    wanted = {name: request.form.get(name, "") for name in ("whose", "only")}
    return {key: value for key, value in (("whose", wanted["whose"]), ("channel", wanted["only"])) if value}


