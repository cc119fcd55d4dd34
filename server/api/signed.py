"""Who signed a request: an enrolled device, by the bytes of its body, or of its address and the moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, request
from flask_babel import force_locale

from server.clock import now
from server.errors import DomainError
from server.extensions import db
from server.security import choose_timezone, config, school
from server.services import devices
from server.services.devices import Signer
from sync.p256 import is_signed, read_point

CLOCKS_APART = timedelta(minutes=10)
DEVICE, SIGNATURE, AT = "X-Korablik-Device", "X-Korablik-Signature", "X-Korablik-At"


def signed(limit: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The view answers a device that proves who it is; its body has at most ``limit`` bytes.

    The view finds the device as ``device()`` and speaks its person's language. Whether the device's word counts is the
    view's question. Refusals: ``device_unknown``, ``signature_wrong``, ``device_clock`` (401), ``too_large``.
    """

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            request.max_content_length = limit
            body = request.get_data()
            g.device = _proved(body)
            with force_locale(g.device.locale or _language()):
                return view(*args, **kwargs)

        return checked

    return wrap


def device() -> Signer:
    """The device that signed this request."""
    return g.device


def local_now() -> datetime:
    """The office's clock, with the school's offset."""
    zone = choose_timezone()
    return now(config(), zone).astimezone(ZoneInfo(zone))


def _proved(body: bytes) -> Signer:
    signer = devices.signer(db.session, request.headers.get(DEVICE, ""))
    if signer is None:
        raise DomainError("device_unknown")
    data = body if request.method == "POST" else _address()
    if not is_signed(read_point(signer.public_key), request.headers.get(SIGNATURE, ""), data):
        raise DomainError("signature_wrong")
    if request.method != "POST":
        _check_clock()
    return signer


def _address() -> bytes:
    """What stands for a body where there is none: method, address as it was asked, moment."""
    path = request.root_path + request.path
    query = request.query_string.decode("latin-1")
    asked = f"{path}?{query}" if query else path
    return f"{request.method} {asked}\n{request.headers.get(AT, '')}".encode()


def _check_clock() -> None:
    here = local_now()
    try:
        there = datetime.fromisoformat(request.headers.get(AT, ""))
        near = abs(here - there) <= CLOCKS_APART
    except (ValueError, TypeError, OverflowError):
        near = False
    if not near:
        raise DomainError("device_clock", now=here.isoformat(timespec="seconds"))


def _language() -> str:
    row = school()
    return row.locale if row else "ru"
