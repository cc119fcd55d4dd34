"""In which form a file of ``public/`` goes out: what the request accepts, what the phone holds, what it has already.

A request for a ``Range`` gets bytes of the file as it lies, so that a broken download can go on. The file has a strong
ETag; of each coding, whose bytes may differ from one answer to the next, there is a weak one.
"""

from io import BytesIO

from flask import Response, request, send_file

from server.services import codings
from server.services.encodings import Encodings
from server.services.sendable import Sendable
from sync.errors import SyncError

FOR_GOOD = "public, max-age=31536000, immutable"
ASK = "no-cache"  # kept, but asked about each time


def answer(file: Sendable, kind: str, encodings: Encodings) -> Response:
    """The file in the best form for this request. ``kind``: the media type of the file as it lies."""
    order = [codings.PLAIN] if "Range" in request.headers else _wanted(file)
    response = _not_again(file, order) or _sent(file, kind, order, encodings)
    response.headers["Vary"] = "Accept-Encoding, Available-Dictionary" if file.is_data else "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_GOOD if file.week else ASK
    return response


def _wanted(file: Sendable) -> list[str]:
    accepted = {coding.lower(): quality for coding, quality in request.accept_encodings}
    offered = [codings.DCZ, codings.BR] if file.is_data else [codings.BR, codings.GZIP]
    order = codings.wanted(accepted, offered)
    return order if _held() else [coding for coding in order if coding != codings.DCZ]


def _held() -> str | None:
    return codings.dictionary_named(request.headers.get("Available-Dictionary"))


def _not_again(file: Sendable, order: list[str]) -> Response | None:
    """304 when the phone has any form that this request may get; None for whole files, which send_file answers."""
    for coding in order:
        if coding != codings.PLAIN and request.if_none_match.contains_weak(_tag(file, coding)):
            response = Response(status=304)
            response.headers.remove("Content-Type")
            response.set_etag(_tag(file, coding), weak=True)
            return response
    return None


def _sent(file: Sendable, kind: str, order: list[str], encodings: Encodings) -> Response:
    for coding in order:
        body = _body(file, coding, encodings)
        if body is not None and len(body) < len(file.raw):
            response = Response(body, mimetype="application/octet-stream" if file.is_data else kind)
            response.headers["Content-Encoding"] = coding
            response.set_etag(_tag(file, coding), weak=True)
            used = file.used_for() if file.week else None
            if used:
                folder = request.script_root + request.path.rpartition("/")[0]
                response.headers["Use-As-Dictionary"] = f'match="{folder}/{used}"'
            return response
    return send_file(BytesIO(file.raw), mimetype=kind, conditional=True, etag=file.tag, max_age=0)


def _body(file: Sendable, coding: str, encodings: Encodings) -> bytes | None:
    """The file in a coding; None when that cannot be, or for the file as it lies."""
    held = _held()
    try:
        match coding:
            case codings.PLAIN:
                return None
            case codings.DCZ:
                if held is None:
                    return None
                return encodings.with_dictionary(
                    file.key, file.text, held, lambda: file.dictionary(held, encodings)
                )
            case _:
                return encodings.coded(coding, file.key, file.text)
    except SyncError:  # damaged gzip: whoever gets it as it lies sees that
        return None


def _tag(file: Sendable, coding: str) -> str:
    return f"{file.tag}-{coding}"
