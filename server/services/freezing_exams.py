"""What an edition shows of plans of control works and of attestation: only what was published, by groups, no people."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import AssessmentPlan, Attestation, Group
from server.services import assessments

WORK = ("date", "subject", "kind", "topic", "number")
EXAM = ("date", "start", "minutes", "subject", "kind", "room")
Rows = dict[str, list[dict[str, Any]]]


class Window(Protocol):
    """The days an edition covers."""

    @property
    def first(self) -> date: ...

    @property
    def last(self) -> date: ...


def examined(session: Session, window: Window, groups: Sequence[Group]) -> dict[str, Rows]:
    """The edition's keys ``assessments`` and ``exams``, each only where there is something to show."""
    found = {"assessments": _works(session, window, groups), "exams": _exams(session, window, groups)}
    return {key: rows for key, rows in found.items() if rows}


def _works(session: Session, window: Window, groups: Sequence[Group]) -> Rows:
    """The published plans of the terms that the window touches."""
    shown = {group.id: group for group in groups if group.kind != "subgroup"}
    rows = session.scalars(select(AssessmentPlan).where(AssessmentPlan.group_id.in_(shown))).all()
    found: Rows = {}
    for row in rows:
        group = shown[row.group_id]
        term = assessments.term_stretches(session, row.year_id, group.grade).get(row.term_number)
        if term is not None and term.starts_on <= window.last and term.ends_on >= window.first:
            found.setdefault(group.slug, []).extend(_only(entry, WORK) for entry in row.entries)
    return {slug: sorted(own, key=lambda one: (one["date"], one["subject"], one["number"]))
            for slug, own in sorted(found.items()) if own}  # fmt: skip


def _exams(session: Session, window: Window, groups: Sequence[Group]) -> Rows:
    """Published exams from the window's first day on; a subgroup's stand with its class."""
    slugs = {group.id: group.parent.slug if group.parent else group.slug for group in groups}
    found: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for row in session.scalars(select(Attestation).where(Attestation.published_at.is_not(None))):
        for group_id, own in row.entries.items():
            for entry in own if group_id in slugs else ():
                if entry["date"] >= window.first.isoformat():
                    exam = _only(entry, EXAM)
                    found.setdefault(slugs[group_id], {})[tuple(exam.values())] = exam  # parts of a class: once
    return {slug: [own[key] for key in sorted(own)] for slug, own in sorted(found.items())}


def _only(entry: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: entry[name] for name in names}
