"""The weekly round: who is not told of results yet, with the words ready; one tap notes that a family was told."""

import secrets
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.models import Group
from server.policy import Action
from server.security import choose_timezone, config, school
from server.services import people, round_ticks, scopes, sending, weekly_round
from server.services.family_ways import PERSONAL
from server.services.round_ticks import TICKS
from server.web import access, contact_words, drafts, words
from server.web.access import ANYWHERE, needs
from server.web.messages import author, begin_sending
from sync.errors import SyncError

blueprint = APIBlueprint("weekly_round", __name__, url_prefix="/round", enable_openapi=False)


def _group(slug: str) -> Group:
    """A class or study group, if its families are this person's to tell. Raises group_unknown, forbidden."""
    row, realm = people.group_by_slug(db.session, slug), access.realm(Action.FIGURES_VIEW)
    if not realm.everything and not {row.id, row.parent_id} & realm.groups:
        raise DomainError("forbidden")
    return row


@blueprint.get("/")
@needs(Action.FIGURES_VIEW, scope=ANYWHERE)
def home() -> Any:
    """How much of the round is done, class by class; who has one class only sees its families at once."""
    found = weekly_round.shares(db.session, access.realm(Action.FIGURES_VIEW), drafts.moment().today)
    if len(found) == 1 and not access.realm(Action.FIGURES_VIEW).everything:
        return group(found[0].slug)
    return render_template(
        "round/home.html", shares=found, period=weekly_round.period(drafts.moment().today), words=words,
        told=sum(one.told for one in found), students=sum(one.students for one in found),
    )  # fmt: skip


@blueprint.get("/<slug>")
@needs(Action.FIGURES_VIEW, scope=ANYWHERE)
def group(slug: str) -> str:
    """The families of a class: the untold first."""
    row, today = _group(slug), drafts.moment().today
    realm = access.realm(Action.FIGURES_VIEW)
    found = weekly_round.families(db.session, row, realm, today, school())
    told = [family for family in found if family.is_told]
    return render_template(
        "round/group.html", group=row, families=[family for family in found if not family.is_told], told=told,
        period=weekly_round.period(today), words=contact_words, TICKS=TICKS, personal=PERSONAL,
        by_itself=sending.by_itself(config()), key=secrets.token_hex(8), done=request.args.get("done", "")[:32],
        told_about=request.args.getlist("about"), several=realm.everything or len(realm.groups) > 1,
        on_paper=row.kind == "class" and access.may(Action.MARK_VIEW, scopes.of_group(db.session, row.id)),
    )  # fmt: skip


@blueprint.post("/<slug>")
@needs(Action.FIGURES_VIEW, scope=ANYWHERE)
def act(slug: str) -> Any:
    """Told, not reached, to be sent by the office, or taken back."""
    row, moment = _group(slug), drafts.moment()
    slugs = request.form.getlist("student")
    students = [people.person_by_slug(db.session, one).id for one in slugs]
    for student in students:
        for action in (Action.MESSAGE_SEND, Action.FIGURES_VIEW):
            access.demand(action, scopes.of_student(db.session, student, moment.today))
    if not students:
        raise DomainError("bad_request")
    what, channel = request.form.get("act", ""), request.form.get("channel", "")
    done: dict[str, Any] = {}
    try:
        if what == "undo":
            round_ticks.take_back(students, request.form.get("key", ""), author(), choose_timezone())
            flash(_("Taken back."))
        elif what == "send":
            realm, by_itself = access.realm(Action.FIGURES_VIEW), sending.by_itself(config())
            weekly_round.send(db.session, row, students, realm, channel, author(), by_itself)
            begin_sending()
            flash(_("On its way. It counts as told when it is out."))
        elif what in ("told", "not_reached"):
            person = _person(students)
            key = request.form.get("key", "")[:64]
            done = {"done": round_ticks.tick(students, person, channel, what == "told", key, author()),
                    "about": slugs}  # fmt: skip
        else:
            raise DomainError("value_invalid", field="act", value=what[:20])
    except SyncError as error:
        flash(sentence_of(error), "error")
    return redirect(url_for("weekly_round.group", slug=slug, **done), 303)


def _person(students: list[str]) -> str | None:
    """Who was talked to, if it is one of the family."""
    person = request.form.get("person", "")
    return person if person and round_ticks.is_of_family(db.session, person, students) else None


@blueprint.get("/<slug>/slips")
@needs(Action.FIGURES_VIEW, scope=ANYWHERE)
def slips(slug: str) -> str:
    """Slips with the week's results for the families who are not told yet."""
    row = _group(slug)
    found = weekly_round.families(db.session, row, access.realm(Action.FIGURES_VIEW), drafts.moment().today, school())
    texts = [
        ([child.name for child in part.reach.children], part.long)
        for family in found if not family.is_told for part in family.parts
    ]  # fmt: skip
    return render_template("messages/slips.html", message=None, group=row, slips=texts)
