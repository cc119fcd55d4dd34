"""What can be wrong with a thing that travels: a stable code and its data, no sentence (the office has those)."""

from typing import Any


class SyncError(Exception):
    """``code`` is a key of the error catalogue (server/errors.py); ``data`` fills its sentence."""

    def __init__(self, code: str, **data: Any):
        super().__init__(code, data)
        self.code = code
        self.data = data
