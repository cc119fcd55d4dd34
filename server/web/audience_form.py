"""A form for everybody or for some classes, as notices and documents have: its audience, and how it is shown again."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from flask import request

from server.errors import DomainError, sentence_of
from sync.errors import SyncError


class Marked(Protocol):
    """What is stored, with a draft whose mark names its content."""

    draft: Any


def group_ids() -> list[str]:
    """The classes that were ticked; none means everybody. Raises DomainError group_unknown for no class at all."""
    ids = request.form.getlist("group") if request.form.get("audience") == "groups" else []
    if request.form.get("audience") == "groups" and not ids:
        raise DomainError("group_unknown", name="")
    return ids


def once_more(
    names: Iterable[str], field_of: Callable[[SyncError], str], error: SyncError | None, shown: Marked | None
) -> dict[str, Any]:
    """What a form needs to stand there as it was typed: the fields ``names``, and beside which one the error is said.

    After somebody else's change the base is what stands now: whoever saves again has seen it.
    """
    form = request.form
    changed = error is not None and error.code == "changed_meanwhile"
    return {
        "typed": {name: form.get(name, "") for name in names},
        "group_ids": form.getlist("group") if form.get("audience") == "groups" else [],
        "shown": shown,
        "base": shown.draft.mark() if changed and shown else form.get("version", ""),
        "key": form.get("key", ""),
        "wrong": {field_of(error): sentence_of(error)} if error and not changed else {},
        "theirs": changed,
        "audience": form.get("audience", ""),
    }
