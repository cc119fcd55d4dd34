"""What an edition says, kept for the next group of the same print: reading a school's whole week takes a while."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from printables.files import state
from sync.edition import read_edition


def content_of(folder: Path) -> Mapping[str, Any]:
    """The content of the edition in a folder, to be read only. Raises SyncError when the edition cannot be read."""
    return _kept(folder, state(folder / "edition.json"), state(folder / "envelope.json"))


@lru_cache(maxsize=1)
def _kept(folder: Path, *states: tuple[int, ...]) -> Mapping[str, Any]:
    return read_edition(folder).content
