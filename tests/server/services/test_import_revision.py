"""The town's timetable comes in from four programs, one after the other, and in its next revision."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from server import models
from server.extensions import db
from server.services import checks, imports
from tests.server import factory
from tests.server.conftest import office_on_copy
from tests.server.services.test_import_undo import state

DATA = Path(__file__).parents[2] / "data" / "town"
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
TODAY = date(2026, 12, 7)
pytestmark = pytest.mark.large
COUNTS = json.loads((DATA / "counts.json").read_text("utf-8"))
REVISION = json.loads((DATA / "rev2_changes.json").read_text("utf-8"))


def bring(kind: str, file: str, data: bytes | None = None) -> imports.ImportReport:
    data = data or (DATA / file).read_bytes()
    report = imports.run(kind, [(file, data)], actor_id=None, dry_run=False, now=NOW)
    assert not report.errors, [finding.text() for finding in report.findings][:3]
    db.session.remove()
    return report


@pytest.fixture(scope="module")
def town_home(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the town's terms, bells, staff and timetable; no class lists."""
    home = tmp_path_factory.mktemp("town") / "home"
    with office_on_copy(blank_home, home):
        factory.school(locale="ru", week_anchor=None)
        for kind, file in (("terms", "terms.csv"), ("bells", "bells.csv"), ("staff", "staff.xlsx")):
            bring(kind, file)
        bring("timetable", "timetable_asc.xml")
    return home


@pytest.fixture
def town(town_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """The town, in a copy of its own."""
    with office_on_copy(town_home, tmp_path / "home") as app:
        yield app


def test_every_program_says_the_same(town: APIFlask) -> None:
    """Ids, numbers of periods and divisions, short names: whatever differs, nothing changes and nothing doubles."""
    before = state()
    for file in ("timetable_asc_1251.xml", "timetable_fet.csv", "timetable.xlsx", "timetable_asc.xml"):
        report = bring("timetable", file)
        assert (report.changed, set(report.counts)) == (False, {"unchanged"}), file
    assert state() == before
    found = checks.counts(db.session)
    same = ("lessons", "cards", "unplaced_lessons", "subjects", "rooms", "double_lessons", "period0_cards")
    assert {key: found[key] for key in same} == {key: COUNTS[key] for key in same}


def test_the_next_revision_changes_exactly_its_lessons(town: APIFlask) -> None:
    before = state()
    report = bring("timetable", "timetable_asc_rev2.xml")
    assert (report.counts["updated"], report.counts["withdrawn"], report.counts["unchanged"]) == (9, 1, 561)
    changes = {change.label: {field: (old, new) for field, old, new in change.details}
               for change in report.changes if change.table == "weekly_lesson"}  # fmt: skip
    expected = [change["before"][0] for change in REVISION["changes"]]
    assert len(changes) == len(expected) == 10
    for row in expected:
        assert any(row["subject"] in label and all(name in label for name in row["classes"]) for label in changes), row
    kinds = [sorted(details) for details in changes.values()]
    assert kinds.count(["place"]) == 7 and kinds.count(["teacher"]) == 2 and kinds.count(["place", "withdrawn"]) == 1
    days = db.session.scalars(
        select(models.Lesson.on).join(models.LessonChange, models.LessonChange.lesson_id == models.Lesson.id)
    ).all()
    assert days and min(days) >= TODAY
    assert not bring("timetable", "timetable_asc_rev2.xml").changed
    assert imports.undo(report.runs[0], None, NOW).undone
    assert state() == before


def test_a_sheet_of_one_shift_leaves_the_other_alone(town: APIFlask) -> None:
    """A file that covers some classes withdraws nothing of the others, and says whose timetable it lacks."""
    text = (DATA / "timetable_fet.csv").read_text("utf-8-sig").splitlines()
    early = [line for line in text if not any(f'"{hour}"' in line for hour in ("14:00", "14:50", "15:45", "16:40",
                                                                            "17:30", "18:20"))]  # fmt: skip
    report = bring("timetable", "first_shift.csv", "\n".join(early).encode())
    assert "withdrawn" not in report.counts
    missing = {change.label for change in report.changes if (change.what, change.table) == ("absent", "group")}
    second = set(db.session.scalars(
        select(models.Group.name).where(models.Group.kind == "class", models.Group.shift == 2)
    ))  # fmt: skip
    assert missing == second and len(second) == 12


def test_lessons_that_were_never_placed_stay_when_a_program_cannot_write_them(town: APIFlask) -> None:
    bring("timetable", "timetable_fet.csv")
    unplaced = select(func.count()).where(models.WeeklyLesson.withdrawn.is_(False), ~models.WeeklyLesson.slots.any())
    assert db.session.scalar(unplaced) == COUNTS["unplaced_lessons"]


def test_what_a_person_said_about_words_holds(town: APIFlask) -> None:
    """A subject and a teacher under names that nothing else would tell."""
    physics = db.session.scalars(select(models.Subject.id).where(models.Subject.name == "Физика")).one()
    teacher = db.session.scalars(select(models.Person.id).where(models.Person.last_name == "Загорова")).first()
    imports.name_word("subject", "Естествознание", physics)
    imports.name_word("teacher", "Новенькая Н.Н.", teacher)
    text = (DATA / "timetable_fet.csv").read_text("utf-8-sig")
    text = text.replace('"Физика"', '"Естествознание"').replace("Загорова М.В.", "Новенькая Н.Н.")
    report = bring("timetable", "words.csv", text.encode())
    assert "created" not in report.counts
    assert db.session.scalar(select(func.count()).where(models.Subject.name == "Естествознание")) == 0
