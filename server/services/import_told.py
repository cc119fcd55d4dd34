"""What of an import's report is kept for its pages: changes by what happens to what, a few of each, and totals."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from server.importers.findings import ERROR, Finding
from server.services.imports import Change

MOST = 200  # changes of a sort that are kept: a list of 20,000 students must not stay in memory for a page
BARE = ("created", "removed", "absent")  # changes that are told by the name alone


@dataclass(frozen=True)
class Sort:
    """Changes of one sort: what happens to rows of a table. ``count`` counts all, ``first`` holds MOST of them."""

    what: str
    table: str
    count: int
    first: tuple[Change, ...]


def sorts(changes: Iterable[Change]) -> tuple[Sort, ...]:
    """Changes by (what, table) as they first come; those told by name alone in the order of the names."""
    found: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        found.setdefault((change.what, change.table), []).append(change)
    return tuple(
        Sort(what, table, len(own), tuple((sorted(own, key=_by_name) if what in BARE else own)[:MOST]))
        for (what, table), own in found.items()
    )


def rows_in_error(findings: Iterable[Finding]) -> int:
    """How many rows have an error; what is said of a file as a whole does not count."""
    return len({(one.file, one.sheet, one.row) for one in findings if one.level == ERROR and one.row})


def _by_name(change: Change) -> list[tuple[int, int, str]]:
    """Orders «2 «А»» before «10 «А»»."""
    parts = re.split(r"(\d+)", change.label.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]
