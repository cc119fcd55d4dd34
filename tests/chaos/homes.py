"""Homes to break: the small school of tests.server.offices with works, on the fastest folder that will do."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from server import create_app, models, store
from server.config import make_config
from server.extensions import db
from server.services import schema
from sync.p256 import point_of
from tests.chaos.poster import WORKS
from tests.server import factory, offices

PHONES = 2  # of the teacher
MEMORY = Path("/dev/shm")  # a kill forgets no file, so files in memory will do


def phone_origin(number: int) -> str:
    """The origin of one of the teacher's phones."""
    return f"{0xA0 + number:016x}"


def phone_key(number: int) -> ec.EllipticCurvePrivateKey:
    """Its key: of a phone that exists in tests only, so everybody may know it."""
    return ec.derive_private_key(1_000_003 + number, ec.SECP256R1())


@contextmanager
def folder(in_memory: bool = True) -> Iterator[Path]:
    """A folder of this run, removed afterwards."""
    place = MEMORY if in_memory and os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="korablik-chaos-", dir=place) as name:
        yield Path(name)


def prepare(home: Path) -> Path:
    """A migrated home with one class, a teacher with an account ("teacher") and phones, and WORKS works."""
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True))
    with app.app_context():
        schema.prepare()
        store.write(offices.build)
        store.write(lambda session: offices._add_works(session, range(WORKS)))
        factory.account("teacher", person_id=offices.TEACHER)
        factory.teacher(offices.COURSE, offices.TEACHER)
        for number in range(PHONES):
            factory.add(models.Device(
                origin=phone_origin(number), person_id=offices.TEACHER, name=f"Nokia {number}", state="confirmed",
                public_key=point_of(phone_key(number).public_key()), enrolled_at=offices.NOW,
            ))  # fmt: skip
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    with closing(sqlite3.connect(home / "korablik.db")) as database, database:
        database.execute("UPDATE school SET is_demo = 1")  # only there the clock may stand still
    return home


def fresh(prepared: Path, home: Path) -> Path:
    """A copy of a prepared home."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(prepared, home)
    return home


def without_the_constraint(home: Path) -> None:
    """Take away what makes (origin, n) unique, as a bad migration would. Raises ValueError if it is not there."""
    with closing(sqlite3.connect(home / "korablik.db", isolation_level=None)) as database:
        [(made,)] = database.execute("SELECT sql FROM sqlite_master WHERE name = 'op' AND type = 'table'").fetchall()
        bare = _without(made)
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute("PRAGMA legacy_alter_table=ON")
        database.execute("BEGIN")
        indexes = database.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'op' AND type = 'index'").fetchall()
        database.execute("ALTER TABLE op RENAME TO op_before")
        database.execute(bare)
        database.execute("INSERT INTO op SELECT * FROM op_before")
        database.execute("DROP TABLE op_before")
        for (index,) in indexes:
            if index:
                database.execute(index)
        database.execute("COMMIT")


def _without(made: str) -> str:
    lines = made.split("\n")
    kept = [line for line in lines if "UNIQUE (origin, n)" not in line]
    if len(kept) == len(lines):
        raise ValueError(f"op has no unique constraint: {made}")
    text = "\n".join(kept).rstrip().rstrip(")").rstrip().rstrip(",")
    return text + "\n)"
