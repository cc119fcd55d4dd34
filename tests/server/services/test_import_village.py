"""The whole village comes in, once: counts agree, a second time nothing changes, a trial changes nothing."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask_babel import force_locale
from sqlalchemy import func, select

from server import create_app, models, store
from server.config import make_config
from server.errors import DomainError
from server.extensions import db
from server.services import checks, imports, schema
from tests.server import factory, village

COUNTS = json.loads(village.read("counts.json"))


def count(model: type[models.Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_counts_are_the_samples(here: APIFlask) -> None:
    found = checks.counts(db.session)
    assert found == {key: COUNTS[key] for key in found}
    assert len(found) == 22


def test_a_second_import_changes_nothing(here: APIFlask) -> None:
    before = village.fingerprint()
    for kind, report in village.bring_all().items():
        assert not report.changed
        assert set(report.counts) == {"unchanged"}, kind
    assert village.fingerprint() == before


@pytest.mark.parametrize("kind", village.FILES)
def test_a_trial_changes_nothing(here: APIFlask, kind: str) -> None:
    """Also where much would change: a year later everything is told anew."""
    before = village.fingerprint()
    later = village.NOW + timedelta(days=30)
    village.bring(kind, *village.FILES[kind], dry_run=True, now=later, shift_days=7)
    assert village.fingerprint() == before


def test_a_trial_says_what_would_come(school: APIFlask) -> None:
    before = village.fingerprint()
    report = village.bring("people", "classes.xlsx", dry_run=True)
    assert report.counts == {"created": 96}
    assert not report.changed
    assert village.fingerprint() == before


def test_nobody_gets_a_work_code_or_an_account_by_import(here: APIFlask) -> None:
    assert count(models.Work) == count(models.Account) == 0
    assert count(models.Task) == 30


def test_names_of_addresses_are_random(here: APIFlask) -> None:
    slugs = list(db.session.scalars(select(models.Person.slug)))
    assert all(len(slug) == 8 and slug.isalnum() and slug.islower() for slug in slugs)
    assert len(set(slugs)) == len(slugs)
    assert db.session.scalar(select(models.Person.id).where(models.Person.released != [])) is None


def test_an_import_is_written_down_without_names(here: APIFlask) -> None:
    entries = list(db.session.scalars(select(models.AuditEntry)))
    assert len(entries) == 7 + 30
    assert {entry.action for entry in entries} == {"import"}
    assert all(set(entry.data) == {"sha256", "counts"} for entry in entries)


@pytest.mark.large
def test_order_of_files_is_free(here: APIFlask, school_twin: APIFlask) -> None:
    """Timetable and staff before the lists, broadcasts before the timetable: the same school in the end."""
    with school_twin.app_context():
        for kind in ("terms", "tv", "staff", "timetable", "people", "connectivity", "bells", "content"):
            assert not village.bring(kind, *village.FILES[kind]).errors
        twin = (checks.counts(db.session), _links())
        db.session.remove()
    assert twin == (checks.counts(db.session), _links())


def _links() -> set[tuple[str, str]]:
    """Lesson courses with their broadcasts; both ids are by content."""
    rows = select(models.LessonCourse.id, models.LessonCourse.broadcast_id)
    return {tuple(row) for row in db.session.execute(rows.where(models.LessonCourse.broadcast_id.is_not(None)))}


@pytest.fixture
def school_twin(blank_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """A second, empty school."""
    shutil.copytree(blank_home, tmp_path / "twin")
    app = create_app(make_config(tmp_path / "twin", testing=True))
    with app.app_context():
        factory.school(locale="ru", week_anchor=None)
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()
    app.extensions["store"].close()


@pytest.mark.large
def test_a_demo_moves_dates_by_weeks(school: APIFlask) -> None:
    shift = -14
    for kind, files in village.FILES.items():
        assert not village.bring(kind, *files, shift_days=shift).errors
    row = db.session.scalars(select(models.School)).one()
    assert row.week_anchor == date(2026, 8, 31) + timedelta(days=shift)
    days = set(db.session.scalars(select(models.Broadcast.on)))
    assert days == {date(2026, 12, 7) + timedelta(days=shift + k) for k in range(5)}
    due = db.session.scalar(select(func.max(models.Task.due_on)))
    assert due < date(2026, 12, 7)
    assert checks.counts(db.session)["tv_broadcasts"] == 36


def test_a_home_without_a_school_is_told_so(app: APIFlask) -> None:
    with pytest.raises(DomainError) as refusal:
        village.bring("terms", "terms.csv")
    assert refusal.value.code == "home_missing"


def test_every_finding_of_the_database_side_has_a_sentence() -> None:
    """Codes are found in the sources, so that none is forgotten and none is left over."""
    folder = Path(imports.__file__).parent
    text = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py") if path.name != "sentences.py")
    used = set(re.findall(r"\.(?:error|warn|show|say)\(\s*\"(\w+)\"", text))
    spoken = set(imports.SENTENCES)
    assert used <= spoken
    assert spoken <= set(re.findall(r"\"(\w+)\"", text))


def test_sentences_are_filled(here: APIFlask) -> None:
    report = village.bring(
        "content", ("x.md", village.read(village.FILES["content"][0]).replace(b"2026-12", b"2026-11"))
    )
    with force_locale("en"):
        said = [finding.text() for finding in report.findings if finding.level == "error"]
    assert said and "%(" not in said[0]


@pytest.mark.postgres
def test_the_same_village_on_postgresql(tmp_path: Path, pg_url: str) -> None:
    app = create_app(make_config(tmp_path, testing=True, database_url=pg_url))
    with app.app_context():
        schema.prepare()
        factory.school(locale="ru", week_anchor=None)
        assert not any(report.errors for report in village.bring_all().values())
        found = checks.counts(db.session)
        before = village.fingerprint()
        assert not any(report.changed for report in village.bring_all().values())
        assert village.fingerprint() == before
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    assert found == {key: COUNTS[key] for key in found}


def test_lessons_follow_the_calendar(here: APIFlask) -> None:
    """Grade 1 has a vacation of its own in February while its joined lessons go on for grade 3."""
    week = (date(2027, 2, 15), date(2027, 2, 19))
    grades = select(models.Group.grade).join(models.Course).join(models.LessonCourse).join(models.Lesson)
    there = set(db.session.scalars(grades.where(models.Lesson.on.between(*week))))
    assert there == {2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
    days = set(db.session.scalars(select(models.Lesson.on)))
    assert date(2026, 11, 4) not in days and date(2027, 1, 5) not in days
    assert min(days) == date(2026, 9, 1) and max(days) == date(2027, 5, 26)


def test_a_shift_must_be_whole_weeks(here: APIFlask) -> None:
    with pytest.raises(ValueError, match="whole weeks"):
        village.bring("terms", "terms.csv", shift_days=3)
    assert store.write(lambda session: True)  # the writer lives on
