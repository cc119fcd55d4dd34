"""The newest form of a database is what the models say, and every step leads there and back with a school's data."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, create_engine, func, inspect, select

from server import create_app, store
from server.config import make_config
from server.extensions import db
from server.models import AbsenceLetter, Base, Counter, Device, School
from server.services import schema
from tests.server.offices import TEACHER, Office, absence_op, build, return_op

MIGRATIONS = str(Path(__file__).parents[2] / "server" / "migrations")
MOMENT = datetime(2026, 12, 7, tzinfo=UTC)
REVISIONS = [script.revision for script in ScriptDirectory(MIGRATIONS).walk_revisions()]  # newest first


@contextmanager
def migrated(home: Path, url: str | None = None) -> Iterator[Office]:
    """An office on an empty database that was brought to the newest form."""
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, **({"database_url": url} if url else {})))
    try:
        with app.app_context():
            schema.prepare()
            yield Office(app, [])
            db.session.remove()
            db.engine.dispose()
    finally:
        app.extensions["store"].close()


@contextmanager
def looking(url: str) -> Iterator[Engine]:
    """An engine to look at a database with."""
    engine = create_engine(url)
    yield engine
    engine.dispose()


def difference(here: Office) -> list[Any]:
    """What a new migration would have to change."""
    with looking(here.app.config["SQLALCHEMY_DATABASE_URI"]) as engine, engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)


def form(url: str) -> dict[str, Any]:
    """Tables with all that the database itself enforces; alembic's own comparison knows no checks."""
    with looking(url) as engine:
        found = inspect(engine)
        return {table: form_of(found, table) for table in found.get_table_names() if table != "alembic_version"}


def form_of(found: Any, table: str) -> dict[str, Any]:
    columns = {
        column["name"]: (str(column["type"]), column["nullable"], column["default"])
        for column in found.get_columns(table)
    }
    keys = {
        (key["name"], tuple(key["constrained_columns"]), key["referred_table"], str(key["options"]))
        for key in found.get_foreign_keys(table)
    }
    return {
        "columns": columns,
        "primary": found.get_pk_constraint(table)["constrained_columns"],
        "foreign": keys,
        "unique": {(key["name"], tuple(key["column_names"])) for key in found.get_unique_constraints(table)},
        "checks": {(check["name"], check["sqltext"]) for check in found.get_check_constraints(table)},
        "indexes": {(index["name"], tuple(index["column_names"])) for index in found.get_indexes(table)},
    }


def from_models(url: str) -> dict[str, Any]:
    with looking(url) as engine:
        Base.metadata.create_all(engine)
    return form(url)


def fill(here: Office) -> None:
    """A school with a returned and marked work and an absence, a phone in use and one that was revoked."""
    here.write(build)
    here.write(lambda session: session.add_all([
        Device(origin=f"{n:016x}", person_id=TEACHER, name="Nokia", public_key="", state=state, enrolled_at=MOMENT,
               revoked_at=MOMENT if state == "revoked" else None)
        for n, state in enumerate(("confirmed", "revoked"))
    ]))  # fmt: skip
    here.codes.clear()
    outcomes = here.receive(return_op(1, here.fresh(), ("mark", "5")), absence_op(2, "Н"))
    assert [outcome.outcome for outcome in outcomes] == ["accepted", "accepted"]


def rows(here: Office) -> dict[str, int]:
    """How many rows each table has."""

    def count(session: Any) -> dict[str, int]:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
        }

    return here.read(count)


def up_and_down(here: Office) -> None:
    """Down one more step each time, and up again: data stays, but when the last table has gone."""
    fill(here)
    before = rows(here)
    for target in [*REVISIONS[1:], "base"]:
        db.session.remove()
        downgrade(revision=target)
        if target == "base":
            assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
        assert difference(here) == []
        store.write(schema.add_missing)  # as ``prepare`` does: rows of reference come back with their table
        if target != "base":
            assert rows(here) == before
    fill(here)
    assert rows(here) == before


def test_the_newest_form_is_what_the_models_say(tmp_path: Path):
    with migrated(tmp_path / "home") as here:
        assert difference(here) == []
        other = from_models(f"sqlite:///{tmp_path / 'models.db'}")
        assert form(here.app.config["SQLALCHEMY_DATABASE_URI"]) == other


def test_up_and_down_and_up_again_with_data(tmp_path: Path):
    with migrated(tmp_path / "home") as here:
        up_and_down(here)


def test_preparing_again_changes_nothing_of_the_schools_own(tmp_path: Path):
    with migrated(tmp_path / "home") as here:
        fill(here)

        def own(session: Any) -> None:
            session.get_one(AbsenceLetter, "Н").name = "away"

        here.write(own)
        before = rows(here)
        schema.prepare()
        assert rows(here) == before
        assert here.read(lambda session: session.get_one(AbsenceLetter, "Н").name) == "away"
        assert here.rows(Counter.name, Counter.value)[-1] == ("op", 2)
        assert here.count(School) == 1


@pytest.mark.postgres
def test_the_newest_form_is_what_the_models_say_on_postgres(tmp_path: Path, pg_url: str):
    with migrated(tmp_path / "home", pg_url) as here:
        assert difference(here) == []
        found = form(pg_url)
        with looking(pg_url) as engine:
            Base.metadata.drop_all(engine)
        assert found == from_models(pg_url)


@pytest.mark.postgres
def test_up_and_down_and_up_again_with_data_on_postgres(tmp_path: Path, pg_url: str):
    with migrated(tmp_path / "home", pg_url) as here:
        up_and_down(here)
