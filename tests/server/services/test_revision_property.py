"""Random newer timetables of the village from random days: what was before stays, again is nothing, back is back."""

import secrets
from datetime import date, timedelta
from xml.etree.ElementTree import tostring

import pytest
from apiflask import APIFlask
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server import models
from server.extensions import db
from server.importers.findings import Notes
from server.services import imports
from server.services.days.state import state_of
from server.services.imports import lessons
from server.services.imports.book import Book
from server.services.imports.years import year_of
from tests.server import factory, village
from tests.server.factory import TODAY
from tests.server.services.test_import_undo import state

pytestmark = pytest.mark.large
CARDS, LESSONS = 261, 128
DAYS = ("10000", "01000", "00100", "00010", "00001")


@pytest.fixture
def timetabled(app: APIFlask) -> None:
    """The village's terms, bells, staff and timetable; no class lists."""
    factory.school(locale="ru", week_anchor=None)
    for kind in ("terms", "bells", "staff", "timetable"):
        village.bring(kind, *village.FILES[kind])
    db.session.remove()


class Changed:
    """The village's aSc file with cards elsewhere, lessons of other teachers, lessons without cards."""

    def __init__(self, moves: list[tuple[int, int, int]], teachers: list[tuple[int, int]], dropped: list[int]):
        root = fromstring(village.read("timetable_asc.xml"))
        cards, rows = root.findall("cards/card"), root.findall("lessons/lesson")
        staff = [one.get("id") for one in root.findall("teachers/teacher")]
        for at, day, period in moves:
            cards[at % len(cards)].set("days", DAYS[day])
            cards[at % len(cards)].set("period", str(period))
        for at, who in teachers:
            rows[at % len(rows)].set("teacherids", staff[who % len(staff)])
        table, known = root.find("lessons"), root.find("cards")
        for at in dropped:
            id = rows[at % len(rows)].get("id")
            if rows[at % len(rows)] in list(table):
                table.remove(rows[at % len(rows)])
                for card in [one for one in known if one.get("lessonid") == id]:
                    known.remove(card)
        self.data = tostring(root, encoding="utf-8", xml_declaration=True)

    def take(self, since: date) -> imports.ImportReport:
        report = imports.run("timetable", [("newer.xml", self.data)], actor_id=None, dry_run=False, now=village.NOW,
                             since=since)  # fmt: skip
        db.session.remove()
        return report


def held(first: date = date.min, last: date = date.max) -> dict[str, object]:
    """Lessons that are held: the whole state of each."""
    rows = db.session.scalars(select(models.Lesson).where(models.Lesson.on.between(first, last)))
    found = {row.id: state_of(row) for row in rows if row.state != "withdrawn"}
    db.session.remove()
    return found


def plan_again() -> int:
    """How much planning the whole year anew would change now."""
    session = db.session
    school = session.scalars(select(models.School)).one()
    book = Book(session=session, school=school, now=village.NOW, today=TODAY, notes=Notes(""),
                randbytes=secrets.token_bytes)  # fmt: skip
    plan = lessons.plan_anew(book, year_of(session, TODAY))
    found = len(plan.create) + len(plan.update) + len(plan.withdraw)
    db.session.remove()
    return found


revisions = st.builds(
    Changed,
    st.lists(st.tuples(st.integers(0, CARDS - 1), st.integers(0, 4), st.integers(1, 7)), max_size=8),
    st.lists(st.tuples(st.integers(0, LESSONS - 1), st.integers(0, 13)), max_size=3),
    st.lists(st.integers(0, LESSONS - 1), max_size=2),
)


@pytest.mark.timeout(900)
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(revisions, revisions, st.integers(0, 30), st.integers(-10, 30))
def test_revisions_come_and_go_without_a_trace(
    timetabled: None, one: Changed, other: Changed, days: int, later: int
) -> None:
    """Also one upon the other, from an earlier or a later day than the first."""
    before, since = state(), TODAY + timedelta(days=days)
    then = max(since + timedelta(days=later), TODAY)
    early = held(last=since - timedelta(days=1))
    first = one.take(since)
    assert held(last=since - timedelta(days=1)) == early
    assert plan_again() == 0, "materialising anew changes nothing"
    middle, stood = state(), held(last=then - timedelta(days=1))
    assert not one.take(since).changed and state() == middle
    second = other.take(then)
    assert held(last=then - timedelta(days=1)) == stood
    assert plan_again() == 0
    for run in (*second.runs, *first.runs):
        assert imports.undo(run, None, village.NOW).undone
    assert state() == before
