"""What stops a print: a stable code and its data, no sentence (the office has those)."""

from sync.errors import SyncError


class PrintError(SyncError):
    """Codes: ``font_lacks`` (``name`` of the student, ``letters``), ``font_missing`` (``face``), ``group_unknown``
    (``name``), ``roster_invalid`` (``field``, and ``name`` of the student if one is concerned), ``task_too_long``
    (``title``, ``pages``).
    """
