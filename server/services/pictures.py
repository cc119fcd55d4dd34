"""Pictures of lessons: taken in once however often they are sent, found for texts, handed to editions, and forgotten.

Their bytes lie in ``media/images/`` under the name that a text shows them by (sync/pictures.py).
"""

import json
import os
import shutil
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server import store
from server.config import Config
from server.errors import DomainError
from server.models import Document, Edition, Image, Material, Notice, Task
from server.services import thresholds
from server.services.picture_encoding import Encoded, encode
from sync.pictures import FOLDER, NAME, SCHEME, names_in

KILO = 1000  # bytes
UNUSED = timedelta(days=30)  # a text that is not saved yet, a lesson that is put back
_ONE = threading.Lock()  # a large photo takes much memory while it is made small


@dataclass(frozen=True)
class Picture:
    """A picture that is here; sizes in pixels and bytes."""

    name: str
    width: int
    height: int
    bytes: int


def budgets(session: Session) -> tuple[int, int]:
    """Bytes that a picture may have, and all pictures of a lesson together; the school can change both."""
    known = thresholds.values(session)
    return known["picture_kb"] * KILO, known["pictures_kb"] * KILO


def make(data: bytes, budget: int) -> Encoded:
    """A picture as readers get it, one at a time. Raises what picture_encoding.encode does."""
    with _ONE:
        return encode(data, budget)


def take(config: Config, data: bytes, budget: int, by: str | None, now: datetime) -> Picture:
    """Store a picture as somebody sent it; the same one again is the same picture. Raises what ``make`` does."""
    made = make(data, budget)
    write_file(config, made)
    store.write(lambda session: add(session, made, by, now))
    return Picture(made.name, made.width, made.height, len(made.data))


def write_file(config: Config, made: Encoded) -> None:
    """Put the bytes in their place, whole and through to the disk, before any row speaks of them."""
    target = config.images / made.name
    if target.is_file() and target.stat().st_size == len(made.data):
        os.utime(target)  # somebody wants it: it is young again
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{made.name}.{os.getpid()}.{threading.get_ident()}.half")
    with half.open("wb") as file:
        file.write(made.data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(target)


def add(session: Session, made: Encoded, by: str | None, now: datetime) -> bool:
    """Write the picture down; True if it is new."""
    row = session.get(Image, made.name)
    if row is not None:
        return False
    session.add(Image(name=made.name, width=made.width, height=made.height, bytes=len(made.data), added_at=now,
                      added_by=by))  # fmt: skip
    session.flush()
    return True


def find(session: Session, name: str) -> Picture | None:
    """A picture by its name, if it is here."""
    row = session.get(Image, name) if NAME.fullmatch(name) else None
    return Picture(row.name, row.width, row.height, row.bytes) if row else None


def pictures_of(session: Session, texts: Iterable[str]) -> dict[str, dict[str, int]]:
    """``{name: {"width", "height", "bytes"}}`` of the pictures that are here and that the texts show, by name."""
    names = names_in(texts)
    if not names:
        return {}
    rows = session.scalars(select(Image).where(Image.name.in_(names)).order_by(Image.name))
    return {row.name: {"width": row.width, "height": row.height, "bytes": row.bytes} for row in rows}


def unknown(session: Session, text: str) -> set[str]:
    """Names of pictures that a text shows and that are not here."""
    names = names_in([text])
    return names - pictures_of(session, [text]).keys() if names else set()


def file_of(config: Config, name: str) -> Path:
    """The file of a picture. Raises DomainError ``not_found``."""
    path = config.images / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise DomainError("not_found")
    return path


def copy_to(config: Config, content: Mapping[str, Any], folder: Path) -> None:
    """Put the pictures of an edition's content into its folder; one that was lost is left out, and check tells."""
    if not content.get("images"):
        return
    (folder / FOLDER).mkdir()
    for name in content["images"]:
        source = config.images / name
        if source.is_file():
            _link(source, folder / FOLDER / name)


def _link(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the disk cannot do that."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def lost(session: Session, config: Config) -> list[str]:
    """Pictures whose file is not what it was, in the office or in the edition that is out: readers see only words."""
    rows = session.execute(select(Image.name, Image.bytes)).all()
    found = {name for name, size in rows if not _is_whole(config.images / name, size)}
    newest = session.scalar(select(Edition.id).order_by(Edition.number.desc()).limit(1))
    folder = config.editions / newest if newest else None
    if folder is not None and (folder / FOLDER).is_dir():
        images = json.loads((folder / "edition.json").read_bytes()).get("images", {})
        found |= {name for name, told in images.items() if not _is_whole(folder / FOLDER / name, told["bytes"])}
    return sorted(found)


def _is_whole(file: Path, size: int) -> bool:
    return file.is_file() and file.stat().st_size == size


def forget_unused(config: Config, now: datetime) -> int:
    """Remove pictures that no text shows and that nobody sent for UNUSED; returns how many. Editions keep theirs."""
    old = (now - UNUSED).timestamp()

    def forget(session: Session) -> list[str]:
        columns = (Material.body, Task.text, Notice.body, Document.body)
        texts = (text for column in columns for text in session.scalars(select(column).where(column.contains(SCHEME))))
        used = names_in(texts)
        aged = session.scalars(select(Image.name).where(Image.added_at < now - UNUSED))
        gone = [name for name in aged if name not in used and _is_old(config.images / name, old)]
        for name in gone:
            session.execute(delete(Image).where(Image.name == name))
        return gone

    gone = store.write(forget)
    for name in gone:
        (config.images / name).unlink(missing_ok=True)
    return len(gone)


def _is_old(file: Path, since: float) -> bool:
    try:
        return file.stat().st_mtime < since
    except FileNotFoundError:
        return True
