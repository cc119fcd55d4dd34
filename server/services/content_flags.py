"""Says what a lesson lacks before it is complete: its form, the source of a resource, the date of control. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from flask_babel import lazy_gettext as _l

FLAGS = {
    "form": _l("How is the lesson held? Choose its form."),
    "source": _l("A resource has no source. Say where it is from."),
    "due": _l("A task has no date of control."),
}


class HasSource(Protocol):
    """A resource, stored or being typed."""

    source: str


class HasDue(Protocol):
    """A task, stored or being typed."""

    due_on: date | None
    withdrawn: bool


def flags(form: str | None, resources: Iterable[HasSource], tasks: Iterable[HasDue]) -> list[str]:
    """Codes of FLAGS in their order; a withdrawn task needs no date."""
    lacking = {
        "form": not form,
        "source": any(not resource.source.strip() for resource in resources),
        "due": any(task.due_on is None for task in tasks if not task.withdrawn),
    }
    return [code for code in FLAGS if lacking[code]]
