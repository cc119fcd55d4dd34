"""Offices that are broken on purpose, in a test's own process only: what the suite must find.

``""``            sound
``normal``        the log is not synced at each commit (synchronous=NORMAL)
``early``         acknowledged before the commit
``blind``         does not see what was received before: only the database's unique constraint is left
``often``         sound; the log goes into the database after a few pages already, so that cuts meet checkpoints
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from server import store
from server.services import ledger

SYNCED, SELDOM = "synchronous=FULL", "wal_autocheckpoint=4000"


@contextmanager
def office(breakage: str) -> Iterator[bool]:
    """Break the office of this process; yields whether it acknowledges before the commit."""
    kinds = set(breakage.split("+")) - {""}
    pragmas = store.PRAGMAS
    if "normal" in kinds:
        pragmas = _changed(pragmas, SYNCED, "synchronous=NORMAL")
    if "often" in kinds:
        pragmas = _changed(pragmas, SELDOM, "wal_autocheckpoint=12")
    with patch.object(store, "PRAGMAS", pragmas):
        if "blind" in kinds:
            with patch.object(ledger, "_taken", lambda session, ids: {}):
                yield "early" in kinds
        else:
            yield "early" in kinds


def _changed(pragmas: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    """Raises ValueError when the office has no such line any more: the breakage would break nothing."""
    found = list(pragmas)
    found[found.index(old)] = new
    return tuple(found)
