"""Letters from families: mine to answer, those of others that wait too long, one written down, one answered."""

import secrets
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Letter, Person
from server.policy import Action
from server.security import config
from server.services import deliveries, family_ways, letters, people, scopes, sending
from server.services.letters import LetterView
from server.web import access, contact_words, drafts, words
from server.web.access import ANYWHERE, needs, signed_in
from server.web.messages import author, begin_sending
from sync.errors import SyncError

blueprint = APIBlueprint("letters", __name__, url_prefix="/letters", enable_openapi=False)


@blueprint.get("/")
@signed_in
def home() -> str:
    """My letters, and what others owe the families of my classes."""
    now = drafts.moment().at
    mine = letters.to_person(db.session, current_user.person_id, now)
    realm = access.realm(Action.REQUEST_MANAGE)
    counsel = access.may(Action.COUNSEL_VIEW)
    late = letters.overdue(db.session, realm, current_user.person_id, now, counsel) if realm or counsel else []
    return render_template("letters/home.html", waiting=[one for one in mine if one.answered_at is None],
                           answered=[one for one in mine if one.answered_at], late=late,
                           words=contact_words)  # fmt: skip


@blueprint.get("/new")
@needs(Action.CONTACT_LOG, scope=ANYWHERE)
def new() -> str:
    """The form for one student's family; without a student it says where to begin."""
    slug = request.args.get("student", "")
    typed = {"from": "", "to": "", "channel": "slip", "text": ""}
    return _form(slug, typed, secrets.token_hex(8))


@blueprint.post("/new")
@needs(Action.CONTACT_LOG, scope=ANYWHERE)
def enter() -> Any:
    """Keep it: it stands on the addressee's Today."""
    slug, key = request.form.get("student", ""), request.form.get("key", "")[:64]
    typed = {name: request.form.get(name, "") for name in ("from", "to", "channel", "text")}
    person = _student(slug)
    try:
        sender = people.person_by_slug(db.session, typed["from"]).id if typed["from"] else None
        to = people.person_by_slug(db.session, typed["to"]).id
        letters.enter(person.id, sender, to, typed["channel"], typed["text"], author(), key)
    except SyncError as error:
        return _form(slug, typed, key, sentence_of(error)), entry_of(error).status
    flash(_("Kept. It stands on the addressee's page of today."))
    return redirect(url_for("people.student", slug=slug), 303)


def _student(slug: str) -> Person:
    person = people.person_by_slug(db.session, slug)
    access.demand(Action.CONTACT_LOG, scopes.of_student(db.session, person.id, drafts.moment().today))
    return person


def _form(slug: str, typed: dict[str, str], key: str, wrong: str = "") -> str:
    if not slug:
        return render_template("letters/new.html", person=None)
    person, day = _student(slug), drafts.moment().today
    found = family_ways.homes(db.session, [person.id], day)
    ids = [one.id for one in found[0].people] if found else [person.id]
    slugs = _slugs(ids)
    return render_template(
        "letters/new.html", person=person, name=people.full_name(person), typed=typed, key=key, wrong=wrong,
        people=[(slugs[one.id], one) for one in (found[0].people if found else ())],
        addressees=_with_slugs(letters.addressees(db.session, person.id, day)),
        channels=letters.channel_names(db.session), words=words, limit=letters.TEXT,
    )  # fmt: skip


def _with_slugs(found: list[letters.Addressee]) -> list[tuple[str, letters.Addressee]]:
    slugs = _slugs([one.id for one in found])
    return [(slugs[one.id], one) for one in found]


def _slugs(ids: list[str]) -> dict[str, str]:
    return dict(db.session.execute(db.select(Person.id, Person.slug).where(Person.id.in_(ids))).all())


@blueprint.get("/<letter_id>")
@signed_in
def page(letter_id: str) -> str:
    """The letter and its answer, or the form for one."""
    return _page(_seen(letter_id))


def _seen(letter_id: str) -> LetterView:
    """A letter for its addressee, for who wrote it down, and for who looks after the family's requests."""
    moment = drafts.moment()
    letter = letters.one(db.session, letter_id, moment.at)
    if current_user.person_id in (letter.to_id, letter.entered_by_id):
        return letter
    if letters.is_confidential(db.session, letter.to_id):
        access.demand(Action.COUNSEL_VIEW)
        return letter
    access.demand(Action.REQUEST_MANAGE, scopes.of_student(db.session, letter.student_id, moment.today))
    return letter


def _may_answer(letter: LetterView) -> bool:
    if letter.to_id == current_user.person_id:
        return True
    if letters.is_confidential(db.session, letter.to_id):
        return access.may(Action.COUNSEL_VIEW)
    scope = scopes.of_student(db.session, letter.student_id, drafts.moment().today)
    return access.may(Action.REQUEST_MANAGE, scope)


def _hears_answer(letter: LetterView) -> bool:
    """The psychologist's answer is not for who wrote the letter down."""
    return _may_answer(letter) or not letters.is_confidential(db.session, letter.to_id)


def _page(letter: LetterView, typed: dict[str, str] | None = None, wrong: str = "") -> str:
    ways, can = [], _may_answer(letter) and letter.answered_at is None
    if can:
        row = db.session.get_one(Letter, letter.id)
        try:
            home, found = letters.ways_back(db.session, letter, row.person_id, drafts.moment().today)
            ways = [(one.way, home.person(one.way.person_id)) for one in found]
        except SyncError as error:
            wrong = wrong or sentence_of(error)
    others = _with_slugs(letters.addressees(db.session, letter.student_id, drafts.moment().today)) if can else []
    line = None
    if letter.answer_id and _hears_answer(letter):
        line = next(iter(deliveries.lines(db.session, letter.answer_id, drafts.moment().today, None, True)), None)
    return render_template(
        "letters/page.html", line=line, hears=_hears_answer(letter), may_answer=_may_answer(letter), letter=letter,
        ways=ways, can=can,
        typed=typed or {"text": "", "channel": ""},
        wrong=wrong, words=contact_words, roles=words, others=[one for one in others if one[1].id != letter.to_id],
        by_itself=sending.by_itself(config()),
    )  # fmt: skip


@blueprint.post("/<letter_id>")
@signed_in
def answer(letter_id: str) -> Any:
    """Answer once, or hand the letter to somebody else."""
    letter = _seen(letter_id)
    if not _may_answer(letter):
        raise DomainError("forbidden")
    typed = {name: request.form.get(name, "") for name in ("text", "channel")}
    try:
        if request.form.get("act") == "hand_over":
            to = people.person_by_slug(db.session, request.form.get("to", "")).id
            letters.hand_over(letter_id, to, author())
            flash(_("Handed over."))
            return redirect(url_for("letters.home"), 303)
        letters.answer(db.session, letter_id, typed["text"], typed["channel"], author(), sending.by_itself(config()))
    except SyncError as error:
        db.session.rollback()
        return _page(_seen(letter_id), typed, sentence_of(error)), entry_of(error).status
    begin_sending()
    flash(_("Answered. The answer goes the way you chose."))
    return redirect(url_for("letters.page", letter_id=letter_id), 303)


@blueprint.post("/<letter_id>/told")
@signed_in
def told(letter_id: str) -> Any:
    """The answer was copied, read out or put into the pack: the addressee need not be one who sends messages."""
    letter = _seen(letter_id)
    if not _may_answer(letter) or letter.answer_id is None:
        raise DomainError("forbidden")
    moment = drafts.moment()
    try:
        for line in deliveries.lines(db.session, letter.answer_id, moment.today, None, True):
            deliveries.act(line.id, request.form.get("act", ""), author())
    except SyncError as error:
        flash(sentence_of(error), "error")
    return redirect(url_for("letters.page", letter_id=letter_id), 303)
