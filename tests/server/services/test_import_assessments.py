"""The schedule of assessments of a school in Kazakhstan, whole; and small schedules with what may be wrong in them."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask_babel import force_locale
from sqlalchemy import func, select

from server import store
from server.extensions import db
from server.models import Assessment, Course, Group, Norm, Term, Year
from server.services import checks, imports
from server.services.imports import ImportReport
from server.services.works_plan import reading
from tests.server import factory, village
from tests.server.conftest import office_on_copy

KAZAKH = Path(__file__).parents[2] / "data" / "kazakh"


@pytest.fixture(scope="module")
def kazakh_home(listed_homes: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the school and its schedule."""
    home = tmp_path_factory.mktemp("kazakh") / "home"
    with office_on_copy(listed_homes("kazakh"), home):
        report = village.bring("assessments", ("assessments.csv", (KAZAKH / "assessments.csv").read_bytes()))
        assert not report.errors, village.codes(report)
    return home


@pytest.fixture
def kazakh(kazakh_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """The school, in a copy of its own."""
    with office_on_copy(kazakh_home, tmp_path / "home") as app:
        yield app


def bring(*rows: str, **values: object) -> ImportReport:
    head = "Предмет;Класс;Четверть;Вид;Макс. балл;Дата"
    return village.bring("assessments", ("works.csv", "\n".join([head, *rows]).encode("utf-8")), **values)


def stored() -> list[tuple]:
    work = Assessment
    query = select(work.kind, work.term_number, work.number, work.planned_on, work.max_points)
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(query.order_by(work.kind, work.term_number, work.number))]


@pytest.mark.large
def test_the_count_is_the_samples(kazakh: APIFlask) -> None:
    counts = json.loads((KAZAKH / "counts.json").read_text(encoding="utf-8"))
    assert checks.counts(db.session)["assessments"] == counts["assessments"] == 1494


@pytest.mark.large
def test_each_class_of_the_grade_and_each_part_has_its_works(kazakh: APIFlask) -> None:
    rows = list(csv.DictReader(io.StringIO((KAZAKH / "assessments.csv").read_text(encoding="utf-8-sig"))))
    assert db.session.scalar(select(func.count(Assessment.id))) > len(rows)
    assert set(db.session.scalars(select(Assessment.kind).distinct())) == {"sor", "soch"}


@pytest.mark.large
def test_the_same_file_again_changes_nothing(kazakh: APIFlask) -> None:
    before = village.fingerprint()
    report = village.bring("assessments", ("assessments.csv", (KAZAKH / "assessments.csv").read_bytes()))
    assert not report.changed
    assert set(report.counts) == {"unchanged"}
    assert village.fingerprint() == before


@pytest.mark.large
def test_a_class_sees_its_year_by_terms(kazakh: APIFlask) -> None:
    group = db.session.scalars(select(Group).where(Group.name == "7А")).one()
    plans = reading.of_class(db.session, group, db.session.scalars(select(Year.id)).one(), date(2026, 12, 7))
    assert [plan.number for plan in plans] == [1, 2, 3, 4]
    assert all(plan.works for plan in plans)
    assert not [hit for plan in plans for found in plan.hits.values() for hit in found if hit.rule == "outside"]
    days = [work.on for work in plans[0].works]
    assert days == sorted(days)


@pytest.mark.large
def test_where_the_schools_plan_breaks_norms(kazakh: APIFlask) -> None:
    groups = db.session.scalars(select(Group).where(Group.kind == "class")).all()
    year = db.session.scalars(select(Year.id)).one()
    plans = reading.of_classes(db.session, groups, year, date(2026, 12, 7))
    found = Counter(
        hit.rule for of_class in plans.values() for plan in of_class for hits in plan.hits.values() for hit in hits
    )
    assert set(found) <= {"a_day", "last_days", "no_lesson", "not_taught"}
    assert (found["a_day"], found["last_days"]) == (161, 14)
    days: dict[tuple[str, date], set[tuple[str, int]]] = {}  # counted anew from the rows: class and day → its SOCh
    rows = db.session.execute(
        select(Assessment.planned_on, Assessment.number, Course.subject_id, Group.id, Group.parent_id)
        .join(Course, Course.id == Assessment.course_id).join(Group, Group.id == Course.group_id)
        .where(Assessment.kind == "soch")
    )  # fmt: skip
    for on, number, subject, group, parent in rows:
        days.setdefault((parent or group, on), set()).add((subject, number))
    full = {place for place, works in days.items() if len(works) > 3}
    assert len(full) == 31 and max(map(len, days.values())) == 7
    told = {
        (group, work.on) for group, of_class in plans.items() for plan in of_class for work in plan.works
        if any(hit.rule == "a_day" for hit in plan.hits[work.id])
    }  # fmt: skip
    assert told == full


# --- small schedules --------------------------------------------------------------------------------------------


@pytest.fixture
def small(school: APIFlask) -> APIFlask:
    """Two classes of a grade and a subgroup; algebra is taught to all."""
    seven = factory.group("7А", "7a")
    factory.group("7Б", "7b")
    factory.course(seven)
    part = factory.group("1", "7a-1", kind="subgroup", parent_id=seven, division="2")
    factory.course(part, "english")
    return school


def test_a_schedule_by_class_and_by_date(small: APIFlask) -> None:
    report = bring(
        "algebra;7А;2;СОР;10;2026-12-10", "algebra;7;2 четверть;СОР;12;2026-11-20", "Algebra;7 «А»;;СОЧ;20;15.12.2026"
    )
    assert village.codes(report) == []
    assert stored() == [
        ("soch", 2, 1, date(2026, 12, 15), 20), ("sor", 2, 1, date(2026, 11, 20), 12),
        ("sor", 2, 2, date(2026, 12, 10), 10),
    ]  # fmt: skip


def test_a_newer_file_moves_days_and_shows_what_it_lacks(small: APIFlask) -> None:
    bring("algebra;7А;2;СОР;10;2026-12-10", "algebra;7А;2;СОЧ;20;2026-12-20")
    report = bring("algebra;7А;2;СОР;15;2026-12-11")
    assert stored() == [("soch", 2, 1, date(2026, 12, 20), 20), ("sor", 2, 1, date(2026, 12, 11), 15)]
    assert village.codes(report, "info") == ["assessment_not_in_file"]
    assert report.counts == {"updated": 1, "shown": 1}


def test_parts_of_a_class_write_what_the_class_does(small: APIFlask) -> None:
    report = bring("english;7А;2;контрольная работа;;2026-12-10")
    assert report.counts == {"created": 1}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("геометрия;7А;2;СОР;10;2026-12-10", "subject_unknown_near"),
        ("algebra;9В;2;СОР;10;2026-12-10", "group_unknown"),
        ("algebra;7Б;2;СОР;10;2026-12-10", "course_unknown_here"),
        ("algebra;7А;2;СОМ;10;2026-12-10", "assessment_kind_unknown"),
        ("algebra;7А;девятая;СОР;10;2026-12-10", "term_unreadable"),
        ("algebra;7А;2;СОР;0;2026-12-10", "points_unlikely"),
        ("algebra;7А;;СОР;10;", "assessment_term_missing"),
        ("algebra;7А;2;СОР;10;2026-02-30", "date_impossible"),
    ],
)
def test_what_is_wrong_is_an_error_and_nothing_is_stored(small: APIFlask, row: str, code: str) -> None:
    report = bring(row)
    assert village.codes(report) == [code]
    assert stored() == []
    with force_locale("en"):
        assert [finding.text() for finding in report.findings]


def test_a_day_outside_the_term_is_said(small: APIFlask) -> None:
    report = bring("algebra;7А;2;СОР;10;2027-01-20")
    assert village.codes(report, "warning") == ["assessment_outside_term"]
    assert len(stored()) == 1


def test_more_control_works_a_day_than_allowed_are_said_with_the_source(small: APIFlask) -> None:
    report = bring("algebra;7А;2;контрольная работа;;2026-12-10", "english;7А;2;Контрольная работа;;2026-12-10")
    [finding] = [finding for finding in report.findings if finding.level == "info"]
    assert (finding.code, finding.data["count"], finding.data["limit"]) == ("assessments_a_day", 2, 1)
    assert finding.data["source"] == db.session.get(Norm, "ru_control_a_day").source


def test_a_norm_that_the_school_changed_holds(small: APIFlask) -> None:
    store.write(lambda session: setattr(session.get(Norm, "ru_control_a_day"), "value", 2))
    report = bring("algebra;7А;2;контрольная работа;;2026-12-10", "english;7А;2;Контрольная работа;;2026-12-10")
    assert village.codes(report, "info") == []


def test_no_term_assessment_on_the_last_day_with_lessons(app: APIFlask) -> None:
    factory.school(country="KZ", week_anchor=None)
    course = factory.course(factory.group("7А", "7a"))
    for day in (24, 25):  # the term ends on Sunday the 27th
        factory.lesson(course, on=date(2026, 12, day))
    assert db.session.scalar(select(Term.ends_on)) == date(2026, 12, 27)
    report = bring("algebra;7А;2;СОЧ;20;2026-12-25")
    assert village.codes(report, "info") == ["assessments_last_days"]
    assert village.codes(bring("algebra;7А;2;СОЧ;20;2026-12-24"), "info") == []


def test_undo_takes_the_schedule_back(small: APIFlask) -> None:
    before = stored()
    report = bring("algebra;7А;2;СОР;10;2026-12-10")
    imports.undo(report.runs[0], actor_id=None, now=village.NOW)
    assert stored() == before
