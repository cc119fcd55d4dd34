"""Debts of exams: who must sit what again, and one student's debts."""

from apiflask import APIBlueprint
from flask import render_template
from flask_login import current_user

from server.extensions import db
from server.policy import Action
from server.services import people, scopes
from server.services.attestation import debts, papers
from server.web import access, drafts
from server.web.access import ANYWHERE, needs

blueprint = APIBlueprint("exam_debts", __name__, url_prefix="/attestation/debts", enable_openapi=False)


@blueprint.get("/")
@needs(Action.EXAM_VIEW, scope=ANYWHERE)
def home() -> str:
    """The debts of this person's classes and courses."""
    found = debts.listed(db.session, access.realm(Action.EXAM_VIEW), current_user.person_id, drafts.moment().today)
    return render_template("attestation/debts.html", debts=found, student=None, result=papers.result,
                           links=_links([one.student for one in found]))  # fmt: skip


def _links(ids: list[str]) -> set[str]:
    """Students whose own page of debts this person may open."""
    realm = access.realm(Action.EXAM_VIEW)
    groups = scopes.groups_of(db.session, ids, drafts.moment().today)
    return {id for id in ids if realm.everything or groups.get(id, set()) & realm.groups}


@blueprint.get("/<slug>")
@needs(Action.EXAM_VIEW, scope=lambda slug: _scope(slug))
def student(slug: str) -> str:
    """One student's debts."""
    person, today = people.person_by_slug(db.session, slug), drafts.moment().today
    found = debts.listed(db.session, access.realm(Action.EXAM_VIEW), current_user.person_id, today, person.id)
    return render_template("attestation/debts.html", debts=found, student=person, name=people.full_name(person),
                           result=papers.result, links=set())  # fmt: skip


def _scope(slug: str) -> scopes.Scope:
    return scopes.of_student(db.session, people.person_by_slug(db.session, slug).id, drafts.moment().today)
