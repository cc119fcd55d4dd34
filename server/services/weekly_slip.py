"""The weekly slip to parents: a class's facts of a week, put on paper by the child process.

The facts are those of the weekly round, the private pages and the ways to reach families; nothing is computed anew.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.weekly import Away, Line, Sender, Told, WeeklyReport, WeekSlip
from server import naming, store
from server.errors import DomainError
from server.models import Group, Person, RoleGrant, School
from server.services import week_results
from server.services.accounts import record
from server.services.courses import alphabetical
from server.services.family_texts import mark_words
from server.services.family_ways import Home, Kid, homes, reach
from server.services.family_works import FamilyWorks, works_for_families
from server.services.going_out import Starter
from server.services.messages import first_moment, language_of
from server.services.people import full_name
from server.services.private_pages.content import messages_to_families
from server.services.publishing import LOCALES
from server.services.week_results import Given, WeekResults
from server.services.weekly_round import period
from server.services.weeks import monday, week_name
from server.services.works import current, members

LONGEST_MESSAGE = 240  # characters; the family got the whole text already


@dataclass(frozen=True)
class Share:
    """How many students of a class there are in a week, and of how many the family is reached on paper."""

    students: int
    on_paper: int


def usual_week(today: date) -> date:
    """The Monday of the week that is told of: in the first days of a week the one before."""
    return monday(period(today)[0])


def shares(session: Session, groups: Sequence[Group], first: date, today: date) -> dict[str, Share]:
    """By group's id; the families of all are read at once."""
    own = {group.id: _members(session, group, first, today) for group in groups}
    every = homes(session, sorted({id for ids in own.values() for id in ids}), today)
    found = {}
    for group_id, ids in own.items():
        chosen = [home.of(ids) for home in every]
        found[group_id] = Share(len(_kids(chosen)), len(_kids(chosen, only_paper=True)))
    return found


def print_slips(
    session: Session, group: Group, first: date, *, today: date, only_paper: bool = False
) -> WeeklyReport:  # fmt: skip
    """The slips of a group for the week that begins on ``first``, by name; ``only_paper``: of families reached so.

    Raises DomainError ``week_not_begun``, ``class_empty``, ``nobody_on_paper``; PrintError ``font_lacks``.
    """
    if first > today:
        raise DomainError("week_not_begun", week=week_name(first))
    chosen = _homes(session, group, first, today)
    kids = _kids(chosen, only_paper)
    if not kids:
        code = "nobody_on_paper" if _kids(chosen) else "class_empty"
        raise DomainError(code, name=group.name, week=week_name(first))
    school = session.scalars(select(School)).one()
    slips = _slips(session, kids, school, first, today)
    sender = Sender(school.name, school.hotline_phone, school.hotline_hours, _teachers(session, group, today),
                    (first, first + timedelta(days=5)))  # fmt: skip
    made: WeeklyReport = current_app.extensions["child"].call("printables.weekly:print_weekly", slips, sender, LOCALES)
    return made


def note_download(week: str, slug: str, by: Starter) -> None:
    """Record that somebody took a file with names and marks."""
    store.write(lambda session: record(session, by.now, by.account_id, "weekly_slips.download", f"{week} {slug}"[:64]))


def _homes(session: Session, group: Group, first: date, today: date) -> list[Home]:
    return homes(session, _members(session, group, first, today), today)


def _members(session: Session, group: Group, first: date, today: date) -> list[str]:
    last = min(first + timedelta(days=6), today)
    return members(session, group, min(first, last), last)


def _kids(chosen: Sequence[Home], only_paper: bool = False) -> list[tuple[Kid, str]]:
    """The children with the family's language, by name."""
    found = []
    for home in chosen:
        ways = {kid.id: one.way for one in reach(home, "result")[0] for kid in one.children}
        for kid in home.children:
            way = ways.get(kid.id)
            if not only_paper or (way is not None and way.channel == "slip"):
                found.append((kid, way.language if way is not None else ""))
    return sorted(found, key=lambda pair: alphabetical(pair[0].last_name, pair[0].first_name))


def _slips(
    session: Session, kids: Sequence[tuple[Kid, str]], school: School, first: date, today: date
) -> list[WeekSlip]:  # fmt: skip
    last = first + timedelta(days=6)
    over = last < today
    begin, end = (first_moment(day, school.timezone) for day in (first, last + timedelta(days=1)))
    ids = [kid.id for kid, _language in kids]
    results = week_results.of_week(session, ids, first, min(last, today), begin, end if over else None)
    works = works_for_families(session, ids, today)
    told = messages_to_families(session, begin, end if over else None, school.timezone)
    found = []
    for kid, language in kids:
        locale = language_of(language, [kid], school)
        with force_locale(locale):
            found.append(_slip(kid, locale, results[kid.id], works[kid.id], told.get(kid.id, ()), today))
    return found


def _slip(
    kid: Kid, locale: str, results: WeekResults, works: FamilyWorks, told: Collection[Mapping[str, Any]], today: date
) -> WeekSlip:  # fmt: skip
    return WeekSlip(
        f"{kid.last_name} {kid.first_name}".strip(), kid.klass, locale,
        marks=tuple(_mark(one) for one in results.given if one.verdict != "redo"),
        missing=tuple(Line(naming.capital(one.subject), one.title, on=one.due_on) for one in results.missing),
        redo=tuple(
            Line(naming.capital(one.view.subject), one.view.title, comments=one.comments,
                 on=one.view.due_on if one.view.due_on and one.view.due_on >= today else None)
            for one in works.to_correct
        ),
        away=tuple(Away(one.on, one.lessons, one.reason or gettext(one.letter)) for one in results.away),
        messages=tuple(Told(date.fromisoformat(one["on"]), one["title"], _cut(one["text"])) for one in told),
        waiting=results.waiting,
    )  # fmt: skip


def _mark(given: Given) -> Line:
    comments = (given.comment,) if given.comment else ()
    return Line(naming.capital(given.subject), given.title, mark_words(given), comments)


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_MESSAGE else f"{flat[: LONGEST_MESSAGE - 1].rstrip()}…"


def _teachers(session: Session, group: Group, today: date) -> tuple[tuple[str, str], ...]:
    """Who answers for the group, with the phone where the school gives it out."""
    rows = session.scalars(
        select(Person).join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role.in_(("class_teacher", "tutor")), RoleGrant.group_id == group.id,
               current(RoleGrant.since, RoleGrant.until, today))
        .order_by(Person.last_name, Person.id)
    ).unique()  # fmt: skip
    return tuple((full_name(row), naming.phone(row.phone) if "phone" in row.released else "") for row in rows)
