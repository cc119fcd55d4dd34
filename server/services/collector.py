"""Python's collector of cycles, kept away from work that makes much and keeps it."""

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def undisturbed(work: Callable[P, T]) -> Callable[P, T]:
    """The collector waits for the end of such a call: to look through an edition again and again takes a tenth of a
    build and finds nothing."""

    @wraps(work)
    def done(*args: P.args, **more: P.kwargs) -> T:
        collects = gc.isenabled()
        gc.disable()
        try:
            return work(*args, **more)
        finally:
            if collects:
                gc.enable()

    return done
