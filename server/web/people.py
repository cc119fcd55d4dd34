"""Families and staff: finding somebody, a class, one student with everything the school knows and waits for."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import g, render_template, request

from server.clock import local_date, now
from server.extensions import db
from server.models import Person
from server.policy import Action, Scope
from server.security import choose_timezone, config
from server.services import (
    absence_totals,
    belonging,
    courses,
    exemptions,
    incidents,
    movement,
    people,
    people_search,
    scopes,
    student_works,
)
from server.web import access, stops, words
from server.web.access import ANYWHERE, needs
from server.web.marks import mark_label

blueprint = APIBlueprint("people", __name__, url_prefix="/people", enable_openapi=False)


def today() -> date:
    """The day at the school."""
    zone = choose_timezone()
    return local_date(now(config(), zone), zone)


def _class_scope(slug: str) -> Scope:
    return scopes.of_group(db.session, people.group_by_slug(db.session, slug).id)


def _student_scope(slug: str) -> Scope:
    return _asked_about(slug)[1]


def _asked_about(slug: str) -> tuple[Person, Scope]:
    """The person of the address and where he or she belongs: asked before the page and by it."""
    if "asked_about" not in g:
        person = people.person_by_slug(db.session, slug)
        g.asked_about = person, scopes.of_student(db.session, person.id, today())
    return g.asked_about


@blueprint.get("/")
@needs(Action.PEOPLE_VIEW, scope=ANYWHERE)
def home() -> str:
    """The search field and the classes."""
    return _home("")


@blueprint.post("/")
@needs(Action.PEOPLE_VIEW, scope=ANYWHERE)
def find() -> str:
    """The same with what was found. Posted, so that a family's name stands in no address, history or log."""
    return _home(request.form.get("q", "").strip()[:80])


def _home(typed: str) -> str:
    groups = people.reachable(db.session, access.realm(Action.PEOPLE_VIEW))
    phones = access.may(Action.CONTACTS_VIEW)
    found = people_search.search(db.session, typed, groups, today(), phones) if typed else []
    return render_template(
        "people/home.html", typed=typed, found=found[: people_search.LIMIT], more=len(found) > people_search.LIMIT,
        classes=people.classes(db.session, groups), phones=phones,
    )  # fmt: skip


@blueprint.get("/class/<slug>")
@needs(Action.PEOPLE_VIEW, scope=_class_scope)
def class_list(slug: str) -> str:
    """The students of a class with their families and how each is reached."""
    group = people.group_by_slug(db.session, slug)
    everybody = people.class_list(db.session, group, today())
    large, only = [one for one in everybody if one.large_print], "large" in request.args
    return render_template(
        "people/class.html", group=group, students=large if only else everybody, words=words, only_large=only,
        large=len(large),
        phones=access.may(Action.CONTACTS_VIEW, scopes.of_group(db.session, group.id)),
        may_edit=access.may(Action.PEOPLE_EDIT, scopes.of_group(db.session, group.id)),
    )  # fmt: skip


@blueprint.get("/staff")
@needs(Action.PEOPLE_VIEW, scope=ANYWHERE)
def staff() -> str:
    """Who works here, with which roles and courses."""
    return render_template("people/staff.html", staff=people.staff(db.session, today()), words=words)


@blueprint.get("/<slug>")
@needs(Action.PEOPLE_VIEW, scope=_student_scope)
def student(slug: str) -> str:
    """One student: family, connection, and the works this person may see."""
    person, own = _asked_about(slug)
    belonged = belonging.register(db.session, [person.id])
    works = [
        (work, access.may(Action.MARK_VIEW, _work_scope(own, work)))
        for work in student_works.of_student(db.session, person.id, today(), belonged)
        if access.may(Action.WORK_VIEW, _work_scope(own, work))
    ]
    return render_template(
        "people/student.html", sheet=people.sheet(db.session, person, today()), works=works, words=words,
        phones=access.may(Action.CONTACTS_VIEW, own), sees_works=access.may_somewhere(Action.WORK_VIEW),
        movement=movement.of_person(db.session, person.id), MOVEMENTS=words.MOVEMENTS,
        mark_label=mark_label, shown_classes=people.reachable(db.session, access.realm(Action.PEOPLE_VIEW)),
        exempt=exemptions.of_student(db.session, person.id, today()), may_edit=access.may(Action.PEOPLE_EDIT, own),
        **_attendance(person.id, own, belonged),
        may_reach=access.may(Action.HOTLINE_USE, own), may_write=access.may(Action.MESSAGE_SEND, own),
        may_log=access.may(Action.CONTACT_LOG, own), may_renew=access.may(Action.PRIVATE_PAGE_RENEW, own),
        delivery=stops.on_sheet(person, access.may(Action.DELIVERY_MANAGE, own)),
        sees_packs=access.may(Action.PACKS_PRINT, own) or access.may(Action.DELIVERY_MANAGE, own),
    )  # fmt: skip


def _attendance(student_id: str, own: Scope, belonged: belonging.Register) -> dict[str, Any]:
    """Missed lessons and days of the term that runs, and open incidents; None where they are not this person's."""
    sees, manages = access.may(Action.JOURNAL_VIEW, own), access.may(Action.INCIDENT_MANAGE, own)
    span = courses.running_term(db.session, today()) if sees else None
    return {
        "absent": absence_totals.of_student(db.session, student_id, *span, belonged) if span else None,
        "absent_in": span,
        "incidents": incidents.open_of(db.session, student_id, today()) if manages else None,
    }  # fmt: skip


def _work_scope(student_scope: Scope, work: student_works.StudentWork) -> Scope:
    return Scope(student_scope.groups | {work.view.group_id}, frozenset({work.view.course_id}))
