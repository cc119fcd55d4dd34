"""Files of documents on their way to the public folder: those that an edition names, under their hashes.

No Flask, no database: runs in the lasting child process.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def put_files(content: Mapping[str, Any], source: Path, target: Path) -> None:
    """Put the files that an edition names from ``source`` into ``target``. They lie there by their hashes, so that
    none is ever another; one that the home has lost is a link that leads nowhere, no less."""
    for name in sorted(_named(content)):
        if (source / name).is_file() and not (target / name).is_file():
            target.mkdir(parents=True, exist_ok=True)
            _link(source / name, target / name)


def drop_files(content: Mapping[str, Any], target: Path) -> None:
    """Take away those that the edition does not name any more."""
    wanted = _named(content)
    for file in target.iterdir() if target.is_dir() else ():
        if file.name not in wanted:
            file.unlink()


def _named(content: Mapping[str, Any]) -> set[str]:
    return {one["file"] for one in content.get("documents", {}).values() if one["file"]}


def _link(source: Path, target: Path) -> None:
    """A second name for the same bytes where the disk can, else a copy; there whole or not at all."""
    half = target.with_name(f".{target.name}.half")
    half.unlink(missing_ok=True)
    try:
        os.link(source, half)
    except OSError:
        shutil.copyfile(source, half)
    half.replace(target)
