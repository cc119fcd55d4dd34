"""Pictures on the site: an edition's files → ``public/images/``, where they stay while older pages may show them.

No Flask, no database: runs in the lasting child process.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sync.edition import Edition
from sync.pictures import FOLDER, NAME

GRACE = 14  # editions: as many as have an update to the newest (sitedata.KEPT)


def bring(edition_dir: Path, content: Mapping[str, Any], public: Path) -> None:
    """Put every picture of the edition in its place, each whole or not at all. A file that was lost is passed over."""
    wanted = content.get("images", {})
    if not wanted:
        return
    folder = public / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    there = set(os.listdir(folder))
    for name in wanted:
        source = edition_dir / FOLDER / name
        if name not in there and NAME.fullmatch(name) and source.is_file():
            _copy(source, folder / name)


def forget(edition_dir: Path, edition: Edition, public: Path) -> list[str]:
    """Remove pictures that neither the edition nor one of the GRACE before it shows; returns their names.

    Where the editions before are not all there, nothing is removed.
    """
    folder = public / FOLDER
    if not folder.is_dir():
        return []
    shown = set(edition.content.get("images", {}))
    before = edition.replaces
    for _ in range(GRACE):
        if before is None:
            break
        older = edition_dir.parent / before
        try:
            before = json.loads((older / "envelope.json").read_bytes())["replaces"]
        except (OSError, ValueError, KeyError):
            return []
        shown |= set(os.listdir(older / FOLDER)) if (older / FOLDER).is_dir() else set()
    gone = [name for name in os.listdir(folder) if name not in shown]
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return gone


def _copy(source: Path, target: Path) -> None:
    """A file of its own, whole or not at all: what the world reads has no other name in the home."""
    half = target.with_name(f".{target.name}.half")
    shutil.copyfile(source, half)
    half.replace(target)
