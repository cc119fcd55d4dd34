"""What goes into whose pack, in which order, and the one PDF that holds a group's packs."""

from collections.abc import Callable
from pathlib import Path

from printables.report import PrintReport
from printables.roster import Roster

Progress = Callable[[int, int], None]


def print_group(
    edition_dir: Path,
    roster: Roster,
    out: Path,
    cache: Path,
    locale_dir: Path,
    progress: Progress = lambda done, total: None,
    *,
    duplex: bool = True,
) -> PrintReport:
    """Write the packs of ``roster`` as one PDF to ``out`` (replaced as a whole, or not at all).

    ``cache`` keeps rendered sheets between calls and groups; ``locale_dir`` holds ``<locale>/LC_MESSAGES/messages.mo``;
    ``progress(done, total)`` is called after each sheet and each pack. With ``duplex`` every pack, every task and the
    slips begin on a fresh leaf. Raises PrintError, and SyncError when the edition cannot be read.
    """
    raise NotImplementedError
