"""The reader's pages as they lie in ``public/``, for everybody: nothing else of the home can be asked for here."""

import re
from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, current_app, redirect, send_file, url_for
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as AnyResponse

from server.errors import DomainError
from server.security import config
from server.services import document_files
from server.services.sendable import sendable
from server.web import public_forms
from server.web.access import public
from sync.pictures import FOLDER, NAME

blueprint = APIBlueprint("public", __name__, url_prefix="/public", enable_openapi=False)
TYPES = {
    ".html": "text/html", ".js": "text/javascript", ".css": "text/css",
    ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".txt": "text/plain", ".webmanifest": "application/manifest+json", ".pub": "text/plain",
    ".minisig": "text/plain", ".gz": "application/gzip", ".ics": "text/calendar", **document_files.TYPES,
}  # fmt: skip
_META = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="([^"\r\n<>]+)"')
_BARE = "default-src 'none'; base-uri 'none'; form-action 'none'"
_AROUND = "frame-ancestors 'none'"  # what a page cannot say for itself
WORKER = "worker.js"  # keeps classes on phones: it may ask for files, and the browser looks for a newer one once a day
_WORKER_POLICY = "default-src 'none'; connect-src 'self'"
_WORKER_AGE = "max-age=86400"


@blueprint.get("/")
@public
def root() -> Response:
    """The list of classes."""
    return _send("index.html")


@blueprint.get("/<path:name>")
@public
def file(name: str) -> AnyResponse:
    """A page or file; a folder leads to its page of today."""
    if name.endswith("/"):
        return _send(f"{name}index.html")
    found = _find(name)
    if found.is_dir():
        return redirect(url_for("public.file", name=f"{name}/"), 301)
    return _send(name)


def _find(name: str) -> Path:
    """The path below ``public/``. Raises DomainError not_found for what lies or leads elsewhere, or is hidden."""
    base = config().public.resolve()
    joined = safe_join(str(base), name)
    if joined is None or "\x00" in name or any(part.startswith(".") for part in name.split("/")):
        raise DomainError("not_found")
    try:
        found = Path(joined).resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise DomainError("not_found") from error
    if not found.is_relative_to(base):  # a link that leads out
        raise DomainError("not_found")
    return found


def _send(name: str) -> Response:
    found = _find(name)
    if not found.is_file():
        raise DomainError("not_found")
    kind = TYPES.get(found.suffix, "application/octet-stream")
    try:
        file = sendable(found)
        forms = current_app.extensions["encodings"]
        response = public_forms.answer(file, kind, forms) if file else _whole(found, kind)
    except FileNotFoundError as error:  # a newer site was put in its place at this moment
        raise DomainError("not_found") from error
    except RequestedRangeNotSatisfiable as error:  # a broken download was whole already
        return Response(status=416, headers={"Content-Range": f"bytes */{error.length}"})
    if file is not None and file.is_data:
        return response
    response.headers["Content-Security-Policy"] = f"{_own_policy(found)}; {_AROUND}"
    if name == WORKER:
        response.headers["Cache-Control"] = _WORKER_AGE
        response.headers["Content-Security-Policy"] = _WORKER_POLICY
    return response


def _whole(found: Path, kind: str) -> Response:
    """A picture, a film: it goes out as it lies."""
    response = send_file(found, mimetype=kind, conditional=True, max_age=0)
    is_picture = found.parent.name == FOLDER and NAME.fullmatch(found.name)  # its name is its content
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_picture else public_forms.ASK
    return response


def _own_policy(found: Path) -> str:
    """The policy that a page states, with the hashes of its style and script, so that the header takes none away."""
    if found.suffix != ".html":
        return _BARE
    with found.open("rb") as opened:
        stated = _META.search(opened.read(4096))
    return stated[1].decode("ascii", "ignore") if stated else _BARE
