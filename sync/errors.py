"""What can be wrong with a thing that travels: a stable code and its data, no sentence (the office has those)."""

from typing import Any


class SyncError(Exception):
    """``code`` is a key of the error catalogue (server/errors.py); ``data`` fills its sentence."""

    def __init__(self, code: str, /, **data: Any):
        super().__init__(code, data)
        self.code = code
        self.data = data

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels between processes whole."""
        return _again, (type(self), self.code, self.data)


def _again(kind: type[SyncError], code: str, data: dict[str, Any]) -> SyncError:
    return kind(code, **data)
