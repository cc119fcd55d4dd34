"""Puts a school's archive into an empty home: checked against its own hashes, whole or not at all."""

import csv
import hashlib
import io
import json
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from server import store
from server.config import Config
from server.errors import DomainError
from server.models import Account, Person, RoleGrant, School
from server.services import accounts, keys, publishing, school_archive
from server.services.archive_cells import reader
from server.services.school_archive import FOLDERS, FORMAT, VERSION, Progress

LARGEST = 2_000_000_000  # bytes unpacked, of a part and in all
MOST_PARTS = 100_000
CHUNK = 5_000  # rows in one insert
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
LONGEST = 64_000_000  # characters of a field: a lesson's text is one


@dataclass(frozen=True)
class Arrived:
    """What came of it: the school's id, rows by table, and one-time passwords of the administrators (login, word)."""

    school: str
    rows: dict[str, int]
    state: str
    passwords: tuple[tuple[str, str], ...]


def put(data: bytes, config: Config, progress: Progress) -> Arrived:
    """Fill an empty, migrated home.

    Raises DomainError ``home_exists``, ``archive_unreadable`` (with what is wrong), ``archive_newer``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            head = _head(archive)
            keys.ensure(config.keys)
            staged = _stage_files(archive, config.home)
            usual = csv.field_size_limit(LONGEST)  # of the whole process; the importers count on the usual one
            try:
                arrived = store.write(lambda session: _fill(session, archive, head, str(config.home), progress))
                _place_files(staged, config)
            finally:
                csv.field_size_limit(usual)
                shutil.rmtree(staged, ignore_errors=True)
    except _BROKEN as error:
        raise DomainError("archive_unreadable", reason=type(error).__name__) from error
    return arrived


def _head(archive: zipfile.ZipFile) -> dict[str, Any]:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
        raise DomainError("archive_unreadable", reason="size")
    try:
        head = json.loads(archive.read("archive.json"))
        known = head["format"] == FORMAT and isinstance(head["school"], str) and isinstance(head["tables"], dict)
        version, state = head["v"], head["state"]
    except (KeyError, TypeError, ValueError) as error:
        raise DomainError("archive_unreadable", reason="archive.json") from error
    if not known or not isinstance(state, str):
        raise DomainError("archive_unreadable", reason="archive.json")
    if version != VERSION or not set(head["tables"]) <= {table.name for table in school_archive.tables()}:
        raise DomainError("archive_newer")
    return head


# --- the tables --------------------------------------------------------------------------------------------------


def _fill(session: Session, archive: zipfile.ZipFile, head: dict[str, Any], home: str, progress: Progress) -> Arrived:
    """Replace the rows every home begins with by the archive's; runs in the writer."""
    if session.scalar(select(School.id)) is not None:
        raise DomainError("home_exists", home=home)
    every = school_archive.tables()
    for table in reversed(every):
        session.execute(table.delete())
    counts = {}
    for done, table in enumerate(every):
        progress("archive", done, len(every))
        if table.name in head["tables"]:
            data = _checked(archive, table.name, head["tables"][table.name])
            counts[table.name] = _insert(session, table, data)
    session.flush()
    state = school_archive.state(session)
    same = set(head["tables"]) == {table.name for table in every}  # else it was made by an earlier version
    if same and state != head["state"]:
        raise DomainError("archive_unreadable", reason="state")
    progress("archive", len(every), len(every))
    return Arrived(head["school"], counts, state, tuple(_open_the_door(session)))


def _checked(archive: zipfile.ZipFile, name: str, said: Any) -> str:
    """The text of a table whose bytes are what the archive said."""
    data = _read(archive, f"tables/{name}.csv")
    if not isinstance(said, dict) or hashlib.sha256(data).hexdigest() != said.get("sha256"):
        raise DomainError("archive_unreadable", reason=f"tables/{name}.csv")
    return data.decode()


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except KeyError as error:
        raise DomainError("archive_unreadable", reason=name) from error


def _insert(session: Session, table: Table, text: str) -> int:
    known = {column.name: reader(column.type) for column in school_archive.columns(table)}
    sheet = csv.reader(io.StringIO(text, newline=""))
    head = next(sheet, [])
    if not set(head) <= set(known):
        raise DomainError("archive_newer")
    own = _own_values(table)
    count = 0
    for rows in _chunks(_values(sheet, head, known, table.name), table):
        session.execute(insert(table), [{**row, **own()} for row in rows])
        count += len(rows)
    return count


def _values(
    sheet: Iterator[list[str]], head: list[str], known: dict[str, Callable[[str], Any]], name: str
) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(sheet, 2):
        try:
            yield {column: known[column](cell) for column, cell in zip(head, row, strict=True)}
        except ValueError as error:
            raise DomainError("archive_unreadable", reason=f"tables/{name}.csv, {number}") from error


def _own_values(table: Table) -> Callable[[], dict[str, Any]]:
    """What does not travel: nobody signs in with an old password, and clients see that this is another home."""
    if table.name == "account":
        return lambda: {"password_hash": "", "session_mark": secrets.token_hex(8)}
    if table.name == "school":
        return lambda: {"epoch": secrets.token_hex(16)}
    if table.name == "import_run":
        return lambda: {"changes": b""}
    return dict


def _chunks(rows: Iterator[dict[str, Any]], table: Table) -> Iterator[list[dict[str, Any]]]:
    """Rows in bounded lists; where a table refers to itself, rows come after those they refer to."""
    parents = [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    if parents:
        yield from _generations(list(rows), parents)
        return
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _generations(rows: list[dict[str, Any]], parents: list[str]) -> Iterator[list[dict[str, Any]]]:
    waiting, placed = rows, {None}
    while waiting:
        ready = [row for row in waiting if all(row[parent] in placed for parent in parents)]
        if not ready:
            raise DomainError("archive_unreadable", reason=", ".join(parents))
        yield ready
        placed |= {row["id"] for row in ready}
        waiting = [row for row in waiting if row["id"] not in placed]


# --- the files ---------------------------------------------------------------------------------------------------


def _stage_files(archive: zipfile.ZipFile, home: Path) -> Path:
    """Unpack the files beside their place; a name that leads elsewhere is refused."""
    staged = home / f".arriving-{secrets.token_hex(4)}"
    try:
        for part in archive.infolist():
            path = PurePosixPath(part.filename)
            if part.is_dir() or path.parts[:1] != ("files",):
                continue
            inside = path.parts[1:]
            if (
                len(inside) < 2
                or inside[0] not in FOLDERS
                or any(word in ("..", ".") or "\\" in word for word in inside)
            ):
                raise DomainError("archive_unreadable", reason="files/")
            target = staged.joinpath(*inside)
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(part) as source, target.open("xb") as file:
                shutil.copyfileobj(source, file)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return staged


def _place_files(staged: Path, config: Config) -> None:
    """Put the files where they belong; editions are signed anew, with the key of this home."""
    for folder in FOLDERS:
        if (staged / folder).exists():
            shutil.copytree(staged / folder, config.home / folder, dirs_exist_ok=True)
    for envelope in config.editions.glob("[0-9a-f]*/envelope.json"):
        try:
            said = json.loads(envelope.read_bytes())
            publishing.sign_folder(config, envelope.parent, said["number"], said["issued_at"])
        except (KeyError, TypeError, ValueError):
            envelope.with_name("envelope.json.minisig").unlink(missing_ok=True)  # unsigned: it is published anew


# --- the way in --------------------------------------------------------------------------------------------------


def _open_the_door(session: Session) -> list[tuple[str, str]]:
    """One-time passwords for the accounts that manage accounts; they give the others theirs."""
    found = session.scalars(
        select(Account).join(Person, Person.id == Account.person_id).join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == "admin", RoleGrant.until.is_(None), Account.is_active, Person.left_on.is_(None))
        .distinct().order_by(Account.login)
    )  # fmt: skip
    words = []
    for account in found:
        password = accounts.readable_password()
        account.password_hash = accounts.hasher.hash(password)
        words.append((account.login, password))
    return words
