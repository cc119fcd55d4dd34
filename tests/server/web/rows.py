"""A row of the table of rights: which roles an address answers. The rows themselves are in the files rows_*.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from server.models import ROLES
from tests.server.web.world import Class, World

EVERYBODY = " ".join(ROLES)
Parameters = Callable[[World, Class], dict[str, Any]]


def nothing(world: World, scope: Class) -> dict[str, Any]:
    """The address has no parameters."""
    return {}


@dataclass(frozen=True)
class Row:
    """One address with one method.

    ``allow``: roles that may ask it about both classes; ``own``: roles that may ask it about the near class and are
    refused for the far one; all other roles are refused for both. ``path`` and ``form`` make, from the world and one
    of its two classes, the address's parameters and the query or form. ``public``: nobody need sign in; ``signed``:
    but an enrolled device must have signed the request.
    """

    method: str
    endpoint: str
    allow: str = ""
    own: str = ""
    path: Parameters = nothing
    form: Parameters = nothing
    public: bool = False
    signed: bool = False

    def expected(self, role: str) -> tuple[bool, bool]:
        """Whether the role is answered about the near and about the far class."""
        return role in (self.allow + " " + self.own).split(), role in self.allow.split()
