"""Papers of attestation as PDF: for the wall, for a class, for a person, and protocols."""

from apiflask import APIBlueprint
from flask import Response
from flask_login import current_user

from printables.board import Sheet
from server.errors import DomainError
from server.extensions import db
from server.models import Person
from server.policy import Action
from server.security import school
from server.services import board_files, people
from server.services.attestation import papers, protocols, reading
from server.services.attestation.reading import SessionView
from server.web import access, drafts, exam_protocols, exam_rights, exam_words
from server.web.access import ANYWHERE, needs

blueprint = APIBlueprint("exam_papers", __name__, url_prefix="/attestation", enable_openapi=False)


def _frame(view: SessionView) -> papers.Frame:
    row = school()
    person = db.session.get(Person, current_user.person_id) if access.may(Action.EXAM_MANAGE) else None
    return papers.Frame(
        row.name if row else "", drafts.moment().today, people.short_name(person) if person else "",
        {code: str(name) for code, name in exam_words.KINDS.items()},
        {code: str(name) for code, name in exam_words.PARTS.items()}, str(exam_words.SESSION_KINDS[view.row.kind]),
    )  # fmt: skip


def _file(sheet: Sheet, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(board_files.pdf(sheet), mimetype="application/pdf", headers=headers)


@blueprint.get("/<session_id>/wall.pdf")
@needs(Action.EXAM_VIEW, scope=ANYWHERE)
def wall(session_id: str) -> Response:
    """The exams that this person sees, for the wall."""
    view = reading.read(db.session, session_id)
    return _file(papers.wall(view, exam_rights.seen(view), _frame(view)), "exams")


@blueprint.get("/<session_id>/class/<slug>.pdf")
@needs(Action.EXAM_VIEW, scope=ANYWHERE)
def of_class(session_id: str, slug: str) -> Response:
    """One class's exams. Raises DomainError group_unknown."""
    view, group = reading.read(db.session, session_id), people.group_by_slug(db.session, slug)
    found = [one for one in exam_rights.seen(view)
             if group.id in {id for course in one.courses for id in (course.group, course.parent)}]  # fmt: skip
    return _file(papers.of_class(view, found, group.name, _frame(view)), f"exams-{group.slug}")


@blueprint.get("/<session_id>/person/<person_id>.pdf")
@needs(Action.EXAM_VIEW, scope=ANYWHERE)
def of_person(session_id: str, person_id: str) -> Response:
    """One person's exams: of oneself, or of anybody for who sees them. Raises DomainError person_unknown."""
    view = reading.read(db.session, session_id)
    found = [one for one in exam_rights.seen(view) if person_id in {row.id for row in one.staff}]
    person = db.session.get(Person, person_id) if found else None
    if person is None:
        raise DomainError("person_unknown")
    return _file(papers.of_person(view, found, person_id, people.short_name(person), _frame(view)), "exams-person")


@blueprint.get("/exam/<exam_id>/protocol.pdf")
@needs(Action.EXAM_VIEW, scope=ANYWHERE)
def protocol(exam_id: str) -> Response:
    """A whole protocol to sign, for who sees all of its students. Raises DomainError forbidden."""
    view, exam = exam_protocols.shown(exam_id)
    realm = access.realm(Action.EXAM_VIEW)
    if not (exam.covered(realm, every=True) or exam_rights.is_staff(exam)):
        raise DomainError("forbidden")
    lines = protocols.lines(db.session, view, exam)
    return _file(papers.protocol(view, exam, lines, _frame(view)), "protocol")
