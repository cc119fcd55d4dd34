"""What the last states of a site were made of, in one file beside the cache of rendered texts.

Its first line is JSON: ``{"trees": [{"tree", "number", "pages": {path: hash}}], "lengths": {hash: bytes}}``, the newest
tree first; the pages follow, one after the other in the order of ``lengths``: a file for each would take longer to
write than all else that phones fetch. No Flask, no database: runs in the lasting child process.
"""

import json
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from server.services.whole_files import replace

FILE = "states"


@dataclass
class Tree:
    """A state of the site: path → hash of each page. ``number``: the edition it came with."""

    tree: str
    number: int
    pages: dict[str, str]


class Kept:
    """The states kept in a folder: ``trees``, the newest first. None when the cache was removed or damaged."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.trees, self._pages = _read(folder / FILE)

    def page(self, name: str) -> str:
        """The page of this hash, of one of the trees."""
        return self._pages[name].decode()

    def keep(self, trees: list[Tree], html: dict[str, str]) -> None:
        """Keep these trees and their pages, and no others. ``html``: the pages of the first by path."""
        known = {name: html[path].encode() for path, name in trees[0].pages.items() if name not in self._pages}
        known |= self._pages
        pages = {name: known[name] for tree in trees for name in tree.pages.values()}
        lengths = {name: len(page) for name, page in pages.items()}
        told = json.dumps({"trees": [vars(tree) for tree in trees], "lengths": lengths})
        self.folder.mkdir(parents=True, exist_ok=True)
        replace(self.folder / FILE, b"".join([told.encode(), b"\n", *pages.values()]))
        for file in self.folder.iterdir():
            if file.name != FILE:  # an earlier version had a file for each page
                file.unlink()


def _read(file: Path) -> tuple[list[Tree], dict[str, bytes]]:
    try:
        head, _, rest = file.read_bytes().partition(b"\n")
        told = json.loads(head)
        trees, lengths = [Tree(**row) for row in told["trees"]], told["lengths"]
        ends = list(accumulate(lengths.values()))
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return [], {}
    if ends[-1:] != [len(rest)]:
        return [], {}
    return trees, {name: rest[end - length : end] for (name, length), end in zip(lengths.items(), ends, strict=True)}
