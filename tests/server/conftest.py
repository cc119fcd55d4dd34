"""Offices for tests: a migrated home and one with the whole village, made once and copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server.extensions import db
from server.models import Person
from server.services import accounts, pictures, publishing, schema
from server.services.weeks import week_days
from tests.server import apps, factory, rosters, village
from tests.server.terminal import Korablik

NOW = datetime(2026, 12, 7, 8, 0)  # Monday of the sample week, at the school
SCHOOLS = {"village": {"locale": "ru"}, "kazakh": {"locale": "kk", "country": "KZ", "timezone": "Asia/Almaty"}}
LISTS = {"terms": "terms.csv", "bells": "bells.csv", "people": "classes.xlsx", "staff": "staff.xlsx",
         "timetable": "timetable_asc.xml"}  # fmt: skip


# The same in, the same out, which test_picture_encoding.py proves: the few pictures of the tests are encoded once.
pictures.encode = lru_cache(256)(pictures.encode)


@pytest.fixture(scope="session")
def blank_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty, migrated SQLite database."""
    home = tmp_path_factory.mktemp("blank") / "home"
    home.mkdir(mode=0o700)
    with apps.on_home(home, fixed_now=NOW):
        schema.prepare()
    return home


@contextmanager
def office_on_copy(home: Path, copy: Path) -> Iterator[APIFlask]:
    """An application on a copy of a home, inside its context."""
    shutil.copytree(home, copy, symlinks=True)
    with apps.on_home(copy) as app:
        yield app


@pytest.fixture
def app(blank_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """An application on a copy of the blank home, inside its context; the clock stands at NOW."""
    home = tmp_path / "home"
    shutil.copytree(blank_home, home)
    with apps.on_home(home, fixed_now=NOW) as app:
        yield app


@pytest.fixture(scope="session")
def village_home(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which the village was imported."""
    home = tmp_path_factory.mktemp("village") / "home"
    with office_on_copy(blank_home, home):
        factory.school(locale="ru", week_anchor=None)
        reports = village.bring_all()
    broken = {kind: village.codes(report) for kind, report in reports.items() if report.errors}
    if broken:
        raise ValueError(broken)
    return home


@pytest.fixture
def here(village_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """The village, in a copy of its own."""
    with office_on_copy(village_home, tmp_path / "home") as app:
        yield app


@pytest.fixture(scope="session")
def listed_homes(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Homes with the lists of a sample school and its timetable, each made when it is first asked for, then shared."""

    @cache
    def home_of(name: str) -> Path:
        home = tmp_path_factory.mktemp(name) / "home"
        with office_on_copy(blank_home, home):
            factory.school(week_anchor=None, **SCHOOLS[name])
            for kind, file in LISTS.items():
                report = village.bring(kind, (file, (rosters.FOLDERS[name] / file).read_bytes()))
                if report.errors:
                    raise ValueError(village.codes(report))
        return home

    return home_of


@pytest.fixture
def listed(listed_homes: Callable[[str], Path], tmp_path: Path) -> Iterator[Callable[[str], APIFlask]]:
    """Opens such a school in a copy of its own, inside its context: ``listed("kazakh")``."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(office_on_copy(listed_homes(name), tmp_path / name))


@pytest.fixture(scope="session")
def published_home(village_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The village with the sample week published (no pages: they have tests of their own) and two teachers' accounts.

    ``teacher`` is the physics teacher; ``gone`` has an account that was closed. Its copies share their rendered sheets,
    which are named by all that they say.
    """
    home = tmp_path_factory.mktemp("published") / "home"
    with office_on_copy(village_home, home), pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "build_site", lambda *args: [])
        publishing.publish(week_days(NOW.date()), today=NOW.date(), now=village.NOW, actor_id=None)
        ids = {
            login: factory.account(login, person_id=db.session.scalars(
                select(Person.id).where(Person.last_name == name, Person.first_name == "Виктория")
            ).one())
            for login, name in (("teacher", "Незабудкина"), ("gone", "Уткина"))
        }  # fmt: skip
        accounts.set_active(ids["gone"], False, village.NOW, by=ids["teacher"])
    (home / "cache").mkdir(exist_ok=True)
    (home / "cache" / "sheets").symlink_to(tmp_path_factory.mktemp("sheets"), target_is_directory=True)
    return home


@pytest.fixture
def published(published_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """The published village, in a copy of its own."""
    with office_on_copy(published_home, tmp_path / "home") as app:
        yield app


@pytest.fixture
def korablik(
    published_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Korablik:
    """The command line on a copy of the published village."""
    home = tmp_path / "home"
    shutil.copytree(published_home, home, symlinks=True)
    return Korablik(home, monkeypatch, capsys)
