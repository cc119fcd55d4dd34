"""A school takes everything along: one zip goes into an empty home, on either database, and nothing else does."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from apiflask import APIFlask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import JSON, Boolean, Date, Float, Integer, String, select

from server import create_app, store
from server.config import make_config
from server.errors import DomainError
from server.extensions import db
from server.models import Account, Base, School
from server.models.base import UtcDateTime
from server.services import accounts, keys, schema, school_archive, school_arrival
from server.services.archive_cells import NOTHING, reader, writer
from server.services.imports.row_names import TABLES
from sync.signing import verify
from tests.server import factory, logbook
from tests.server.conftest import office_on_copy
from tests.server.factory import TODAY

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)


def quiet(what: str, done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture
def full(app: APIFlask) -> APIFlask:
    """A school with subgroups, a formula for a name, marks in conflict, an account and an edition's files."""
    factory.school()
    group = factory.group()
    students = [factory.student(group, name, "A") for name in ("=Formulov", "\\N", "'Quote", "Ғани", "Belov\r\nB")]
    course = factory.course(group)
    lesson = factory.lesson(course, teacher_id=factory.teacher(course)).lesson_course
    codes = factory.works(factory.task(lesson, 'Numbers, "and" ; more\nthan one line', TODAY))
    logbook.hand_in(codes[students[0]], mark="5")
    logbook.mark(codes[students[1]], "4")
    logbook.mark(codes[students[1]], "3")
    person = factory.person("Adminov")
    factory.grant(person, "admin")
    accounts.create_account(person, "admin", None, NOW)
    folder = app.extensions["korablik"].editions / ("ab" * 32)
    folder.mkdir(parents=True)
    (folder / "envelope.json").write_text(json.dumps({"number": 1, "issued_at": "2026-12-07T03:00:00Z"}))
    return app


def archive(app: APIFlask) -> tuple[bytes, school_archive.Archived]:
    with store.snapshot() as session:
        return school_archive.write(session, app.extensions["korablik"].home, NOW, quiet)


@contextmanager
def empty_home(home: Path, url: str) -> Iterator[APIFlask]:
    """A home whose database is elsewhere."""
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, database_url=url))
    try:
        with app.app_context():
            schema.prepare()
            yield app
            db.session.remove()
            db.engine.dispose()
    finally:
        app.extensions["store"].close()


def put(app: APIFlask, data: bytes) -> school_arrival.Arrived:
    return school_arrival.put(data, app.extensions["korablik"], quiet)


def rebuilt(data: bytes, change: Callable[[str, bytes], bytes | None], **more: bytes) -> bytes:
    """The archive with parts changed, left out (None) or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
        for name, part in more.items():
            new.writestr(name, part)
    return out.getvalue()


def test_an_empty_home_gets_the_same_state(full: APIFlask, blank_home: Path, tmp_path: Path) -> None:
    data, made = archive(full)
    with office_on_copy(blank_home, tmp_path / "other") as other:
        arrived = put(other, data)
        assert arrived.state == made.state and arrived.rows == made.rows
        assert archive(other)[1].state == made.state


@pytest.mark.postgres
def test_the_same_state_on_postgres(full: APIFlask, tmp_path: Path, pg_url: str) -> None:
    data, made = archive(full)
    with empty_home(tmp_path / "other", pg_url) as other:
        assert put(other, data).state == made.state
        assert archive(other)[1].state == made.state


def test_secrets_stay_behind_and_administrators_get_a_new_password(
    full: APIFlask, blank_home: Path, tmp_path: Path
) -> None:
    data, _made = archive(full)
    account = db.session.scalars(select(Account)).one()
    epoch = db.session.scalars(select(School)).one().epoch
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        everything = b"".join(parts.read(name) for name in parts.namelist())
    assert account.password_hash.encode() not in everything
    assert account.session_mark.encode() not in everything
    assert epoch.encode() not in everything
    assert b"SECRET" not in everything
    with office_on_copy(blank_home, tmp_path / "other") as other:
        ((login, password),) = put(other, data).passwords
        assert login == "admin"
        assert accounts.sign_in(db.session, login, password).account_id == account.id
        assert db.session.scalars(select(School)).one().epoch != epoch


def test_editions_come_along_signed_by_the_new_home(full: APIFlask, blank_home: Path, tmp_path: Path) -> None:
    data, made = archive(full)
    assert made.files == 1
    with office_on_copy(blank_home, tmp_path / "other") as other:
        put(other, data)
        folder = other.extensions["korablik"].editions / ("ab" * 32)
        assert (folder / "envelope.json").exists()

        public = keys.public(other.extensions["korablik"].keys)
        verify(public, (folder / "envelope.json").read_bytes(), (folder / "envelope.json.minisig").read_text())


def test_a_home_with_a_school_is_left_alone(full: APIFlask) -> None:
    data, made = archive(full)
    with pytest.raises(DomainError, match="home_exists"):
        put(full, data)
    assert archive(full)[1].state == made.state


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"PK\x03\x04" + bytes(100),
        lambda data: rebuilt(data, lambda name, part: None if name == "archive.json" else part),
        lambda data: rebuilt(data, lambda name, part: None if name == "tables/person.csv" else part),
        lambda data: rebuilt(data, lambda name, part: part + b"x" if name == "tables/person.csv" else part),
        lambda data: rebuilt(data, lambda name, part: b"[]" if name == "archive.json" else part),
        lambda data: rebuilt(data, lambda name, part: part, **{"files/editions/../../evil": b"x"}),
        lambda data: rebuilt(data, lambda name, part: part, **{"files/keys/edition.key": b"x"}),
        lambda data: rebuilt(data, lambda name, part: part, **{"files/editions/..\\evil": b"x"}),
    ],
)
def test_a_damaged_archive_leaves_the_home_empty(
    full: APIFlask, blank_home: Path, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    data, _made = archive(full)
    with office_on_copy(blank_home, tmp_path / "other") as other:
        before = school_archive.state(db.session)
        with pytest.raises(DomainError, match="archive_unreadable"):
            put(other, harm(data))
        db.session.rollback()
        assert school_archive.state(db.session) == before
        assert not (tmp_path / "evil").exists()
        assert [path.name for path in (tmp_path / "other").glob(".arriving*")] == []


def test_an_archive_of_a_newer_version_is_refused(full: APIFlask, blank_home: Path, tmp_path: Path) -> None:
    data, _made = archive(full)

    def newer(name: str, part: bytes) -> bytes:
        return part.replace(b'"v": 1', b'"v": 2') if name == "archive.json" else part

    with office_on_copy(blank_home, tmp_path / "other") as other, pytest.raises(DomainError, match="archive_newer"):
        put(other, rebuilt(data, newer))


def test_no_cell_starts_a_formula(full: APIFlask) -> None:
    data, _made = archive(full)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for name in parts.namelist():
            if name.endswith(".csv"):
                for row in csv.reader(io.StringIO(parts.read(name).decode(), newline="")):
                    assert not any(cell.startswith(("=", "+", "@")) for cell in row), name
                    assert not any(cell.startswith("-") and not cell[1:].isdigit() for cell in row), name


def test_the_readme_names_every_table(full: APIFlask) -> None:
    data, made = archive(full)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        text = parts.read("README.txt").decode("utf-8-sig")
    assert all(f"tables/{name}.csv" in text for name in made.rows)
    assert set(made.rows) <= set(TABLES)  # the words that it gives for them


def test_every_table_travels_or_is_left_out_on_purpose() -> None:
    known = {table.name for table in school_archive.tables()} | school_archive.LEFT_OUT
    assert known == set(Base.metadata.tables)


@given(st.text())
def test_text_comes_back_as_it_was(text: str) -> None:
    written = writer(String())(text)
    assert written != NOTHING
    assert not written.startswith(("=", "+", "-", "@", "\t"))
    assert reader(String())(written) == text


@given(
    st.one_of(
        st.tuples(st.just(Integer()), st.integers()),
        st.tuples(st.just(Float()), st.floats(allow_nan=False)),
        st.tuples(st.just(Boolean()), st.booleans()),
        st.tuples(st.just(Date()), st.dates()),
        st.tuples(st.just(UtcDateTime()), st.datetimes(timezones=st.just(UTC))),
        st.tuples(st.just(JSON()), st.recursive(st.none() | st.text() | st.integers(), st.lists) | st.just({"a": [1]})),
    )
)
def test_other_values_come_back_as_they_were(pair: tuple[object, object]) -> None:
    type_, value = pair
    assert reader(type_)(writer(type_)(value)) == value
    assert reader(type_)(writer(type_)(None)) is None
