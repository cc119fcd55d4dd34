"""Messages to families: compose once and see every channel, then what was sent, what waits for a hand, what failed."""

import secrets
from typing import Any

from apiflask import APIBlueprint
from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Delivery, Message, Person
from server.policy import Action
from server.security import config
from server.services import audience, deliveries, family_ways, messages, people, scopes, sending
from server.services.family_ways import PERSONAL, homes
from server.services.messages import Draft, Words
from server.services.people import short_name
from server.services.running import running
from server.services.sms_text import parts
from server.web import access, contact_words, drafts, progress
from server.web.access import ANYWHERE, needs
from server.web.deeds import author
from sync.errors import SyncError

blueprint = APIBlueprint("messages", __name__, url_prefix="/messages", enable_openapi=False)
FIELDS = {"field_needed": "text", "group_unknown": "audience", "forbidden": "audience", "person_unknown": "audience",
          "chat_personal": "chats", "nobody_reached": "channels"}  # fmt: skip
OWN = "own"  # each family's own order decides
SECTIONS = (  # deliveries of a message by what a person does with them
    ("doubt", _l("Perhaps sent: please find out")), ("talk", _l("To call")), ("copy", _l("To copy or share")),
    ("print", _l("Slips for the packs")), ("hand", _l("To send by hand")), ("undone", _l("Not delivered")),
    ("office", _l("The office sends")), ("done", _l("Told")),
)  # fmt: skip


def begin_sending() -> None:
    """Let the office send what is due, in the background."""
    person = db.session.get(Person, current_user.person_id)
    name = short_name(person) if person else current_user.login
    sending.start(drafts.moment().at, name, current_user.account_id)


@blueprint.app_template_filter("channel_name")
def channel_name(code: str) -> str:
    """A channel as people call it."""
    return contact_words.channel(code)


@blueprint.get("/")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def home() -> str:
    """The outbox: what was written, and how much of it is out."""
    run = running().last(sending.SEND)
    found = deliveries.outbox(db.session, access.realm(Action.FIGURES_VIEW), current_user.person_id)
    return render_template(
        "messages/home.html", messages=found, words=contact_words, run=run, by_itself=sending.by_itself(config()),
        told=progress.told(run, current_user.account_id),
    )  # fmt: skip


@blueprint.post("/send")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def send() -> Any:
    """Send what is due now."""
    begin_sending()
    return redirect(url_for("messages.home"), 303)


@blueprint.get("/progress")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def watch() -> Any:
    """How far sending has come, for the page's script."""
    return jsonify(progress.told(running().last(sending.SEND), current_user.account_id))


@blueprint.get("/new")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def new() -> str:
    """An empty form; ``student`` writes to one family."""
    slug = request.args.get("student", "")
    typed = {"kind": "change", "audience": "student" if slug else "groups", "student": slug, "title": "", "text": "",
             "channels": [OWN], "chats": [], "groups": []}  # fmt: skip
    own = messages.groups_to_address(db.session, access.realm(Action.MESSAGE_SEND))
    if len(own) == 1:
        typed["groups"] = [own[0].id]
    return _form(typed, secrets.token_hex(8))


@blueprint.post("/new")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def create() -> Any:
    """Show how it will read on every channel, or make it ready."""
    typed, key = _typed(), request.form.get("key", "")[:64]
    try:
        words = _words(typed)
        if request.form.get("act") != "save":
            return _form(typed, key, prepared=messages.prepare(db.session, words, author()))
        id = messages.create(db.session, words, access.realm(Action.MESSAGE_SEND), author(), key,
                             sending.by_itself(config()))  # fmt: skip
    except SyncError as error:
        return _form(typed, key, wrong={FIELDS.get(error.code, "text"): sentence_of(error)}), entry_of(error).status
    begin_sending()
    flash(_("Ready. What the office sends is on its way; the rest waits for you below."))
    return redirect(url_for("messages.page", message_id=id), 303)


def _typed() -> dict[str, Any]:
    form = request.form
    plain = {name: form.get(name, "") for name in ("kind", "audience", "student", "title", "text")}
    return {**plain, "channels": form.getlist("channel") or [OWN], "chats": form.getlist("chat"),
            "groups": form.getlist("group")}  # fmt: skip


def _words(typed: dict[str, Any]) -> Words:
    """The typed message, checked, if this person may send it."""
    about = typed["audience"]
    student = people.person_by_slug(db.session, typed["student"]).id if about == "student" else None
    groups = tuple(typed["groups"]) if about in ("groups", "missing") else ()
    channels = None if OWN in typed["channels"] else tuple(typed["channels"])
    words = messages.check(
        Words(typed["kind"], about, typed["text"], typed["title"], groups, student, channels, tuple(typed["chats"]))
    )
    needed = Action.FIGURES_VIEW if about == "missing" else Action.MESSAGE_SEND
    day = drafts.moment().today
    for action in {needed, Action.MESSAGE_SEND}:
        if not audience.may_address(db.session, access.realm(action), about, groups, student, day):
            raise DomainError("forbidden")
    return words


def _form(
    typed: dict[str, Any], key: str, *, prepared: messages.Prepared | None = None, wrong: dict[str, str] | None = None
) -> str:
    realm = access.realm(Action.MESSAGE_SEND)
    person = people.person_by_slug(db.session, typed["student"]) if typed["student"] else None
    if person is not None:
        access.demand(Action.MESSAGE_SEND, scopes.of_student(db.session, person.id, drafts.moment().today))
    return render_template(
        "messages/new.html", typed=typed, key=key, wrong=wrong or {}, prepared=prepared, words=contact_words,
        groups=messages.groups_to_address(db.session, realm), whole_school=realm.everything,
        student=people.full_name(person) if person else "", parts=parts, personal=PERSONAL,
        sees_missing=access.may_somewhere(Action.FIGURES_VIEW), kinds=messages.KINDS, chats=messages.CHATS,
        channels=[row for row in family_ways.channels(db.session).values() if row.personal and row.code != "in_person"],
        by_itself=sending.by_itself(config()), limits={"title": messages.TITLE, "text": messages.TEXT},
    )  # fmt: skip


@blueprint.get("/<message_id>")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def page(message_id: str) -> str:
    """One message: what waits for a hand, what the office sends, what was told."""
    message, lines = _seen(message_id)
    sections: dict[str, list[deliveries.Line]] = {}
    for line in lines:
        sections.setdefault(_section(line), []).append(line)
    run = running().last(sending.SEND)
    return render_template(
        "messages/page.html", message=message, sections=[(name, title, sections[name]) for name, title in SECTIONS
                                                         if name in sections],
        words=contact_words, parts=parts, told=progress.told(run, current_user.account_id), run=run,
        me=current_user.person_id, longest=deliveries.LONGEST,
    )  # fmt: skip


def _seen(message_id: str) -> tuple[deliveries.Summary, list[deliveries.Line]]:
    """A message and what this person may see of it: others' messages tell of marks and debts of every subject, so they
    are for who looks after the whole class. Raises DomainError not_found, forbidden."""
    message = deliveries.summary(db.session, message_id)
    realm = access.realm(Action.FIGURES_VIEW)
    row = db.session.get(Message, message_id)
    own = row is not None and row.author_id == current_user.person_id
    groups = None if realm.everything else realm.groups
    lines = deliveries.lines(db.session, message_id, drafts.moment().today, groups, own)
    if not lines and not own:
        raise DomainError("forbidden")
    return message, lines


def _section(line: deliveries.Line) -> str:
    if line.state == "perhaps":
        return "doubt"
    if line.state in ("sent", "confirmed"):
        return "done"
    if line.state == "given_up":
        return "undone"
    if line.state == "sending" or line.by_itself:
        return "office"
    return "hand" if line.way == "send" else line.way


@blueprint.post("/<message_id>/delivery/<delivery_id>")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def act(message_id: str, delivery_id: str) -> Any:
    """Copied, called, not reached, confirmed, again, given up, another way."""
    moment = drafts.moment()
    written_by, students = deliveries.groups_about(db.session, delivery_id, moment.today)
    if written_by != current_user.person_id:
        if delivery_id not in {line.id for line in _seen(message_id)[1]}:
            raise DomainError("forbidden")
        for student in students:
            access.demand(Action.MESSAGE_SEND, scopes.of_student(db.session, student, moment.today))
    what = request.form.get("act", "")
    try:
        if what == "another":
            deliveries.another_way(delivery_id, _next(delivery_id, students), author(), sending.by_itself(config()))
        else:
            channel = db.session.get_one(Delivery, delivery_id).channel
            again = moment.at if channel in sending.by_itself(config()) else None
            deliveries.act(delivery_id, what, author(), again)
    except SyncError as error:
        flash(sentence_of(error), "error")
    if what in ("again", "another"):
        begin_sending()
    return redirect(url_for("messages.page", message_id=message_id, _anchor=request.form.get("place", "")[:12]), 303)


def _next(delivery_id: str, students: list[str]) -> Draft:
    """The same message for the family's next way; an SMS keeps what an SMS may say, so it is worded anew."""
    row = db.session.get_one(Delivery, delivery_id)
    message = db.session.get_one(Message, row.message_id)
    found = homes(db.session, students, drafts.moment().today)
    chosen = messages.next_reach(db.session, found[0], message) if found else None
    if chosen is None:
        raise DomainError("nobody_reached")
    return messages.reword(db.session, message, row, chosen)


@blueprint.get("/<message_id>/slips")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def slips(message_id: str) -> str:
    """The slips of a message on paper, to be cut and put into the packs."""
    message, lines = _seen(message_id)
    ready = [line for line in lines if line.channel == "slip" and line.state != "given_up" and not line.barred]
    return render_template("messages/slips.html", message=message, slips=[(line.children, line.text) for line in ready])
