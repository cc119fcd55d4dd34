"""What stops a print: a stable code and its data, no sentence (the office has those)."""

from sync.errors import SyncError


class PrintError(SyncError):
    """``code`` is a key of the error catalogue; ``data`` fills its sentence.

    Codes: ``font_lacks`` (``name``, ``letters``), ``font_missing`` (``face``), ``group_unknown`` (``group``),
    ``roster_invalid`` (``field``, and ``name`` of the student if one is concerned), ``task_too_long`` (``title``,
    ``pages``), ``sheet_unprintable`` (``title``).
    """
