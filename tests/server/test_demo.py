"""The demo: one command makes everything, begins anew when it was interrupted, starts at once the next time."""

import json
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from server.cli import demo as command
from server.cli import local
from server.config import make_config
from server.errors import DomainError
from server.extensions import db
from server.models import (
    ROLES,
    Account,
    Day,
    Incident,
    Lesson,
    LessonCourse,
    Person,
    RoleGrant,
    School,
    Task,
    Term,
    Work,
)
from server.policy import Realm
from server.services import absence_proposals, absence_reasons, accounts, demo, publishing
from server.services.absence_decision import Verdict
from server.services.weeks import week_days
from tests.server.test_cli import rows
from tests.server.village import NOW

HOURS = 261  # of the sample week's timetable: no holiday falls into it
pytestmark = pytest.mark.large
NEW_YEARS_EVE, VACATION = datetime(2026, 12, 31, 23, 59), datetime(2028, 7, 16, 9)  # the second is a Sunday


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and paper have tests of their own."""
    monkeypatch.setattr(publishing, "build_site", lambda *args: [])
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for name in ("HOME", "DATABASE", "NOW"):
        monkeypatch.delenv(f"KORABLIK_{name}", raising=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A demo's home, made in the last minute of a year."""
    home = tmp_path_factory.mktemp("demo") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "build_site", lambda *args: [])
        patch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        command.build(make_config(home, fixed_now=NEW_YEARS_EVE), on_paper=False)
    return home


@pytest.fixture
def checkout(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own with that demo in its place."""
    shutil.copytree(made, tmp_path / "build" / "demo")
    monkeypatch.setattr(command, "CHECKOUT", tmp_path)
    monkeypatch.setenv("KORABLIK_NOW", NEW_YEARS_EVE.isoformat())
    return tmp_path


@pytest.mark.parametrize("start", [NEW_YEARS_EVE, VACATION], ids=str)
def test_on_any_day_the_sample_week_is_the_next_one(made: Path, tmp_path: Path, start: datetime):
    home = made if start == NEW_YEARS_EVE else tmp_path / "home"
    config = make_config(home, fixed_now=start)
    if home != made:
        command.build(config, on_paper=False)
    monday = start.date() - timedelta(days=start.weekday()) + timedelta(days=7)
    year, week, _day = monday.isocalendar()
    assert json.loads((home / "demo.json").read_text(encoding="utf-8"))["week"] == f"{year}-W{week:02d}"
    with local.office(config):
        hours = select(func.count()).select_from(Lesson).where(Lesson.on.in_(week_days(monday)))
        assert db.session.scalar(hours) == HOURS
        of_week = select(Task.id).join(LessonCourse).join(Lesson).where(Lesson.on.in_(week_days(monday)))
        works = select(func.count()).select_from(Work).where(Work.task_id.in_(of_week))
        assert db.session.scalar(works) == 259
        days = set(db.session.scalars(select(Day.on).where(Day.approved_at.is_not(None))))
        assert {*week_days(monday)[:5], *week_days(start.date())[:5]} == days
        assert set(db.session.scalars(select(Day.on).where(Day.published_at.is_not(None)))) == days
        assert db.session.scalars(select(School.publish_at)).one() == "16:00"
        anchor = db.session.scalars(select(School.week_anchor)).one()
        assert (anchor - date(2026, 8, 31)).days % 7 == 0
        dues = set(db.session.scalars(select(Task.due_on).where(Task.id.in_(of_week))))
        assert min(dues) >= monday
        terms = db.session.scalars(select(Term.starts_on).order_by(Term.starts_on)).all()
        assert terms[0] <= monday <= terms[-1] + timedelta(days=100)


def test_an_interrupted_start_begins_anew(tmp_path: Path, monkeypatch):
    program = (
        "import sys; from pathlib import Path; from server.cli import demo; "
        "demo.CHECKOUT = Path(sys.argv[1]); demo.run(serve=False, port=8000)"
    )
    home = tmp_path / "build" / "demo"
    with subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()  # it has begun
        while process.poll() is None and not _people(home):
            time.sleep(0.01)
        process.kill()
    assert {path.name for path in home.iterdir()} >= {"korablik.db", "keys"}

    def begun_anew(config):
        raise InterruptedError(sorted(path.name for path in config.home.iterdir()))

    monkeypatch.setattr(command, "CHECKOUT", tmp_path)
    monkeypatch.setattr(command, "build", begun_anew)
    with pytest.raises(InterruptedError, match=r"^\['run'\]$"):
        command.run(serve=False, port=8000)


def _people(home: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{home / 'korablik.db'}?mode=ro", uri=True, timeout=10)) as database:
            return bool(database.execute("SELECT count(*) FROM person").fetchone()[0])
    except sqlite3.OperationalError:
        return False


def test_a_second_start_keeps_everything_but_the_logins(checkout: Path, monkeypatch, capsys):
    monkeypatch.setattr(command, "build", lambda *args: pytest.fail("everything is there already"))
    home = checkout / "build" / "demo"
    school = rows(home, "SELECT id FROM school")
    command.run(serve=False, port=8123)
    first = capsys.readouterr().out
    command.run(serve=False, port=8123)
    second = capsys.readouterr().out
    assert rows(home, "SELECT id FROM school") == school
    assert "http://127.0.0.1:8123/" in first and "2027-W01" in first
    assert _logins(first).keys() != _logins(second).keys() and len(_logins(second)) == len(ROLES)
    with local.office(make_config(home)):
        for login, password in _logins(second).items():
            assert accounts.sign_in(db.session, login, password).login == login
        for login, password in _logins(first).items():
            with pytest.raises(DomainError, match="sign_in_failed"):
                accounts.sign_in(db.session, login, password)


def _logins(told: str) -> dict[str, str]:
    return dict(re.findall(r"^  ([a-z-]+-[0-9]{4}) +([a-z0-9-]+) ", told, re.MULTILINE))


def test_what_it_prints_can_be_typed(checkout: Path, capsys):
    command.run(serve=False, port=8123)
    line = next(line for line in capsys.readouterr().out.splitlines() if " return " in line)
    code, login = re.search(r"return ([0-9]{9}) --as (subject-teacher-[0-9]{4})$", line).groups()
    with local.office(make_config(checkout / "build" / "demo")):
        assert db.session.scalar(select(Work.code).where(Work.code == code)) == code
        assert db.session.scalar(select(Account.login).where(Account.login == login)) == login


def test_a_taken_port_is_told_before_the_work(checkout: Path, monkeypatch):
    shutil.rmtree(checkout / "build")
    monkeypatch.setattr(command, "build", lambda *args: pytest.fail("the port is taken"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(DomainError, match="port_taken"):
            command.run(serve=True, port=taken.getsockname()[1])


def test_a_demo_whose_database_went_away_is_none(checkout: Path):
    config = make_config(checkout / "build" / "demo")
    assert command._state(config)["edition"] == 1
    (config.home / "demo.json").write_text("{", encoding="utf-8")
    assert command._state(config) is None
    (config.home / "demo.json").write_text('{"edition": 1}', encoding="utf-8")
    (config.home / "korablik.db").unlink()
    assert command._state(config) is None


def test_every_role_is_played_by_somebody_with_something_to_show(made: Path):
    with local.office(make_config(made, fixed_now=NEW_YEARS_EVE)):
        played = {item.role: item for item in demo.new_logins(NOW)}
        assert list(played) == list(ROLES) and len({item.name for item in played.values()}) == len(ROLES)
        people = dict(db.session.execute(select(Account.login, Account.person_id)).all())
        teacher = people[played["subject_teacher"].login]
        others = {people[item.login] for item in played.values()} - {teacher}
        waiting = demo._works_to_check(db.session)
        assert waiting[teacher] == max(count for person, count in waiting.items() if person not in others)
        assert demo._works_in_class(db.session)[people[played["class_teacher"].login]] > 0
        admins = db.session.scalars(
            select(Person).join(RoleGrant, RoleGrant.person_id == Person.id).where(RoleGrant.role == "admin")
        ).all()
        assert [person.last_name for person in admins] == ["Настройкин"]


def test_last_weeks_attendance_has_something_of_everything(made: Path):
    everywhere = Realm(True, frozenset(), frozenset())
    with local.office(make_config(made, fixed_now=NEW_YEARS_EVE)):
        today = NEW_YEARS_EVE.date()
        found = absence_proposals.waiting(db.session, everywhere, today, "Europe/Moscow")
        assert {line.proposal.verdict for line in found.lines} == {Verdict.ABSENT, Verdict.WITHDRAW}
        assert {line.proposal.letter for line in found.lines} == {"Н", "ОП", None} and found.unreachable
        assert absence_reasons.missing(db.session, everywhere, today)
        assert db.session.scalars(select(Incident.owner_id)).one() is not None
