"""Offices for tests: a migrated home and one with the whole village, made once and copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from werkzeug.routing import Rule

from server import create_app
from server.config import make_config
from server.extensions import db
from server.models import Person
from server.services import accounts, publishing, schema
from server.services.weeks import week_days
from tests.server import factory, rosters, village
from tests.server.terminal import Korablik

NOW = datetime(2026, 12, 7, 8, 0)  # Monday of the sample week, at the school
SCHOOLS = {"village": {"locale": "ru"}, "kazakh": {"locale": "kk", "country": "KZ", "timezone": "Asia/Almaty"}}
LISTS = {"terms": "terms.csv", "bells": "bells.csv", "people": "classes.xlsx", "staff": "staff.xlsx",
         "timetable": "timetable_asc.xml"}  # fmt: skip


def _remember_routes() -> None:
    """Let all applications share what builds their addresses: compiling it is most of an application's start.

    The function is made of the rule alone; werkzeug compiles it anew for every application.
    """
    compiled, known = Rule._compile_builder, {}

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    Rule._compile_builder = once  # type: ignore[method-assign]


_remember_routes()


@pytest.fixture(scope="session")
def blank_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty, migrated SQLite database."""
    home = tmp_path_factory.mktemp("blank") / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        schema.prepare()
        db.engine.dispose()
    app.extensions["store"].close()
    return home


@contextmanager
def office_on_copy(home: Path, copy: Path) -> Iterator[APIFlask]:
    """An application on a copy of a home, inside its context."""
    shutil.copytree(home, copy)
    app = create_app(make_config(copy, testing=True))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


@pytest.fixture
def app(blank_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """An application on a copy of the blank home, inside its context; the clock stands at NOW."""
    home = tmp_path / "home"
    shutil.copytree(blank_home, home)
    app = create_app(make_config(home, testing=True, fixed_now=NOW))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()


@pytest.fixture(scope="session")
def village_home(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which the village was imported."""
    home = tmp_path_factory.mktemp("village") / "home"
    shutil.copytree(blank_home, home)
    app = create_app(make_config(home, testing=True))
    with app.app_context():
        factory.school(locale="ru", week_anchor=None)
        reports = village.bring_all()
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
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

    ``teacher`` is the physics teacher; ``gone`` has an account that was closed.
    """
    home = tmp_path_factory.mktemp("published") / "home"
    shutil.copytree(village_home, home)
    app = create_app(make_config(home, testing=True))
    with app.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "build_site", lambda *args: [])
        publishing.publish(week_days(NOW.date()), today=NOW.date(), now=village.NOW, actor_id=None)
        ids = {
            login: factory.account(login, person_id=db.session.scalars(
                select(Person.id).where(Person.last_name == name, Person.first_name == "Виктория")
            ).one())
            for login, name in (("teacher", "Незабудкина"), ("gone", "Уткина"))
        }  # fmt: skip
        accounts.set_active(ids["gone"], False, village.NOW, by=ids["teacher"])
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
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
    shutil.copytree(published_home, home)
    return Korablik(home, monkeypatch, capsys)
