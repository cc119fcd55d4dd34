"""How teaching goes: classes, one class's compulsory works and mastery, one student over time, who lacks materials."""

from typing import Any

from apiflask import APIBlueprint
from flask import g, render_template, request
from flask_babel import gettext as _

from server.extensions import db
from server.models import Group, Person
from server.policy import Action, Scope
from server.services import (
    charts,
    class_figures,
    compulsory,
    kept_figures,
    material_reach,
    measures,
    people,
    scopes,
    student_progress,
)
from server.services.class_figures import ClassLine
from server.services.kept_figures import Counted
from server.services.measures import Span
from server.services.student_progress import Progress
from server.web import access, drafts, marks, words
from server.web.access import ANYWHERE, needs
from server.web.shell import short_day

blueprint = APIBlueprint("monitor", __name__, url_prefix="/monitor", enable_openapi=False)


def _group_scope(slug: str) -> Scope:
    return scopes.of_group(db.session, _group(slug).id)


def _student_scope(slug: str) -> Scope:
    return scopes.of_student(db.session, _person(slug).id, drafts.moment().today)


def _group(slug: str) -> Group:
    """The group of the address, read once a request."""
    if g.get("watched_group") is None or g.watched_group.slug != slug:
        g.watched_group = people.group_by_slug(db.session, slug)
    return g.watched_group


def _person(slug: str) -> Person:
    """The student of the address, read once a request."""
    if g.get("watched_person") is None or g.watched_person.slug != slug:
        g.watched_person = people.person_by_slug(db.session, slug)
    return g.watched_person


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"STATES": marks.STATES, "TONES": marks.TONES, "mark_label": marks.mark_label, "words": words}


def span_asked(grade: int | None = None) -> tuple[Span, list[Span]]:
    """The term that the address names, else the running one; and all that may be chosen."""
    today = drafts.moment().today
    known = measures.spans(db.session, today, grade)
    return measures.chosen_span(known, request.args.get("term", "")), known


def is_fresh() -> bool:
    """Whether the person asked to count anew."""
    return request.args.get("fresh") == "1"


@blueprint.get("/")
@needs(Action.FIGURES_VIEW, scope=ANYWHERE)
def home() -> str:
    """A line for each class that this person watches over."""
    realm, now = access.realm(Action.FIGURES_VIEW), drafts.moment()
    span, spans = span_asked()
    groups = people.classes(db.session, None if realm.everything else realm.groups)
    counted = _class_lines(groups, span, realm.everything)
    return render_template(
        "monitor/home.html", counted=counted, span=span, spans=spans, today=now.today, school=realm.everything,
        may_measure=access.may(Action.LESSON_APPROVE) or access.may(Action.SETTINGS_EDIT),
    )  # fmt: skip


def _class_lines(groups: list[Group], span: Span, whole: bool) -> Counted[list[ClassLine]]:
    now = drafts.moment()

    def count() -> list[ClassLine]:
        return class_figures.class_lines(db.session, groups, span, now.today)

    return kept_figures.counted(("classes", span.id, now.today), now.at, count, is_fresh()) if whole else Counted(
        count(), now.at
    )  # fmt: skip


@blueprint.get("/classes/<slug>")
@needs(Action.FIGURES_VIEW, scope=_group_scope)
def klass(slug: str) -> str:
    """Compulsory works of a class: students × works, of all subjects or of one."""
    group, today = _group(slug), drafts.moment().today
    span, spans = span_asked(measures.grade_of(group))
    subjects = compulsory.courses_of(db.session, group, today)
    course = next((one.id for one in subjects if one.id == request.args.get("course")), "")
    found = compulsory.matrix(db.session, group, measures.COMPULSORY, span, today, course)
    return render_template("monitor/class.html", group=group, matrix=found, span=span, spans=spans, courses=subjects,
                           course=course, sign=marks.sign, cell_sign=_cell_sign)  # fmt: skip


def _cell_sign(cell: compulsory.Cell, maximum: int | None) -> marks.Sign:
    """How the matrix shows a work: as the journal does."""
    values = (cell.value,) if cell.value and not cell.conflict else ()
    if cell.conflict:
        return marks.Sign("?", _("two values"), "bad")
    return marks.sign(marks.Cell(cell.code, cell.state, values, 0), maximum)


@blueprint.get("/classes/<slug>/mastery")
@needs(Action.FIGURES_VIEW, scope=_group_scope)
def mastery(slug: str) -> str:
    """Levels of mastery: students × subjects."""
    group, today = _group(slug), drafts.moment().today
    span, spans = span_asked(measures.grade_of(group))
    students = people.class_list(db.session, group, span.until(today))
    levels = measures.levels(db.session)
    found = compulsory.mastery(db.session, [student.id for student in students], span, today, levels)
    return render_template("monitor/mastery.html", group=group, students=students, found=found, levels=levels,
                           subjects=compulsory.subjects_of(found), span=span, spans=spans)  # fmt: skip


@blueprint.get("/classes/<slug>/materials")
@needs(Action.FIGURES_VIEW, scope=_group_scope)
def lacking(slug: str) -> str:
    """What the students of a class lack, with the way to mend it."""
    group = _group(slug)
    found = material_reach.lacking(db.session, group, drafts.moment().today)
    return render_template(
        "monitor/lacking.html", group=group, found=found, may_publish=access.may(Action.DAY_PUBLISH),
        may_print=group.id in (people.reachable(db.session, access.realm(Action.PACKS_PRINT)) or {group.id}),
    )  # fmt: skip


@blueprint.get("/materials")
@needs(Action.FIGURES_VIEW)
def materials() -> str:
    """The same of the whole school, class by class."""
    now = drafts.moment()
    groups = people.classes(db.session, None)
    counted = kept_figures.counted(
        ("reach", now.today), now.at, lambda: material_reach.overview(db.session, groups, now.today), is_fresh()
    )
    return render_template("monitor/materials.html", counted=counted)


@blueprint.get("/students/<slug>")
@needs(Action.FIGURES_VIEW, scope=_student_scope)
def student(slug: str) -> str:
    """One student's results over time."""
    person, today = _person(slug), drafts.moment().today
    groups = people.groups_of(db.session, person.id, today)
    grade = groups[0].grade if groups else None
    span, spans = span_asked(grade)
    found = student_progress.progress(db.session, person.id, span, today)
    levels = measures.levels(db.session)
    reached = compulsory.mastery(db.session, [person.id], span, today, levels)
    return render_template(
        "monitor/student.html", person=person, name=people.full_name(person), groups=groups, progress=found, span=span,
        spans=spans, levels={subject: one for (_student, subject), one in reached.items()},
        **_charts(person, found, span, span.until(today)),
    )  # fmt: skip


def _charts(person: Person, found: Progress, span: Span, until: Any) -> dict[str, Any]:
    names = (short_day(span.first), short_day(until))
    handed = [(f"{week.monday:%d.%m}", None if week.share is None else week.share * 100,
               "" if week.share is None else f"{week.done}/{week.owed}") for week in found.weeks]  # fmt: skip
    missed = [(f"{week.monday:%d.%m}", float(week.missed), str(week.missed) if week.missed else "")
              for week in found.weeks]  # fmt: skip
    most = max([week.missed for week in found.weeks] or [0])
    return {
        "subject_charts": {line.subject: charts.dots(line.shares, span.first, until, names)
                           for line in found.subjects if line.shares},
        "handed_chart": charts.bars(handed, 100), "missed_chart": charts.bars(missed, max(most + most % 2, 2)),
    }  # fmt: skip
