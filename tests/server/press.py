"""The press in the test's own process, where its libraries are loaded once for many tests."""

from importlib import import_module


class Press:
    """Stands in for the office's child (server.child.Child)."""

    def call(self, target: str, *args: object) -> object:
        """Run ``"module:function"`` here."""
        module, function = target.split(":")
        return getattr(import_module(module), function)(*args)

    def close(self) -> None:
        """Nothing to end."""
