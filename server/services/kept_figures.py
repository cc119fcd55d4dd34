"""Figures of the whole school, counted at most every few minutes: whoever asks meanwhile sees the last count.

They are kept in the process, per home, and each tells when it was counted; ``fresh`` counts anew.
"""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from flask import current_app

T = TypeVar("T")
KEPT = timedelta(minutes=10)


@dataclass(frozen=True)
class Counted(Generic[T]):
    """A value and when it was counted."""

    value: T
    at: datetime


@dataclass
class Shelf:
    """The last counts of one application. One count at a time: two would only take each other's processor."""

    counts: dict[Hashable, Counted[Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, now: datetime, fresh: bool) -> Counted[Any] | None:
        """The last count, unless it is too old."""
        known = self.counts.get(key)
        return known if known and not fresh and timedelta() <= now - known.at < KEPT else None


def counted(key: Hashable, now: datetime, count: Callable[[], T], fresh: bool = False) -> Counted[T]:
    """What ``count`` gave last for this key, or gives now."""
    shelf: Shelf = current_app.extensions.setdefault("kept_figures", Shelf())
    found = shelf.get(key, now, fresh)
    if found is None:
        with shelf.lock:
            found = shelf.get(key, now, fresh) or Counted(count(), now)
            shelf.counts = {key: found, **{k: v for k, v in shelf.counts.items() if k != key and now - v.at < KEPT}}
    return found
