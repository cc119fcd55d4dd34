"""Feedback that families wait for: by channel, the oldest first, a text to copy, and one tap when it was given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import ColumnElement, select

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Person
from server.policy import Action, Realm
from server.reference import CHANNELS
from server.services import audience, feedback, kept_figures, people, scopes
from server.services.feedback import Outline, Telling, Waiting
from server.services.people import Guardian
from server.web import access, drafts, marks
from server.web.access import ANYWHERE, needs
from server.web.shell import short_day
from sync.codes import group_digits

blueprint = APIBlueprint("feedback", __name__, url_prefix="/feedback", enable_openapi=False)
SHOWN = 15  # lines of a channel before the rest is one tap away
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


@dataclass(frozen=True)
class TeacherCount:
    """How much of a teacher's waits, for who sees the whole school."""

    slug: str
    name: str
    count: int
    oldest: datetime


@blueprint.get("/")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def home() -> str:
    """What families wait to be told: of own courses and classes; for who sees the school, teacher by teacher."""
    own, all_seen = access.realm(Action.MARK_SET), access.realm(Action.MARK_VIEW)
    everybody = request.args.get("whose") == "all" or not own
    teacher = _teacher() if all_seen.everything else None
    if everybody and all_seen.everything and teacher is None:
        return _by_teacher(bool(own))
    waiting = feedback.outline(db.session, *_of_teacher(teacher), realm=all_seen if everybody or teacher else own)
    chosen = request.args.get("channel", "")
    sections = list(_sections(waiting, chosen))
    called = {line.item.view.student_id for section in sections if section.channel == "call" for line in section.lines}
    return render_template(
        "feedback/home.html", sections=sections, total=len(waiting), channels=CHANNELS, chosen=chosen,
        everybody=everybody, may_widen=bool(own) and all_seen != own, given=_given(), by_pack=feedback.BY_PACK,
        phones=_phones(called), teacher=teacher,
    )  # fmt: skip


def _given() -> str:
    """The decisions that were just noted, for the button that takes them back."""
    text = request.args.get("given", "")
    return text if all(part.isascii() and part.isdigit() for part in text.split(",") if part) else ""


def _teacher() -> Person | None:
    slug = request.args.get("teacher", "")
    return people.person_by_slug(db.session, slug) if slug else None


def _of_teacher(teacher: Person | None) -> list[ColumnElement[bool]]:
    return [feedback.of_teacher(teacher.id, drafts.moment().today)] if teacher else []


def _by_teacher(has_own: bool) -> str:
    """Counts of the whole school, a line for each teacher, the longest waiting first."""
    now = drafts.moment()
    counted = kept_figures.counted(("feedback", now.today), now.at, _count, request.args.get("fresh") == "1")
    return render_template("feedback/school.html", counted=counted, may_widen=has_own)


def _count() -> list[TeacherCount]:
    by_author: dict[str | None, list[Outline]] = {}
    for one in feedback.outline(db.session):
        by_author.setdefault(one.author_id, []).append(one)
    rows = db.session.scalars(select(Person).where(Person.id.in_([key for key in by_author if key])))
    return sorted((TeacherCount(row.slug, people.full_name(row), len(by_author[row.id]), by_author[row.id][0].since)
                   for row in rows), key=lambda line: line.oldest)  # fmt: skip


def _sections(waiting: Sequence[Outline], chosen: str) -> Iterable[Section]:
    by_channel: dict[str, list[Outline]] = {}
    for one in waiting:
        by_channel.setdefault(one.channel, []).append(one)
    limit = MOST if chosen else SHOWN
    shown = {channel: own[:limit] for channel, own in by_channel.items() if chosen in ("", channel)}
    told = {one.seq: one for one in feedback.details(db.session, [one for own in shown.values() for one in own])}
    for channel in sorted(shown, key=lambda code: (ORDER.index(code) if code in ORDER else 99, code)):
        lines = tuple(_line(told[one.seq]) for one in shown[channel] if one.seq in told)
        yield Section(channel, lines, len(by_channel[channel]))


def _phones(students: Iterable[str]) -> dict[str, list[Guardian]]:
    """Student → who of the family may be told and has a phone; of groups whose phones this person sees."""
    seen = audience.with_phones(db.session, access.realm(Action.CONTACTS_VIEW), students, drafts.moment().today)
    return {
        student.id: [guardian for guardian in student.guardians if guardian.phone and guardian.may_receive]
        for student in people.students(db.session, sorted(seen))
    }


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
    names = (("whose", "whose"), ("channel", "only"), ("teacher", "teacher"))
    return {name: request.form[field] for name, field in names if request.form.get(field)}


