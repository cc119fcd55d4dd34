"""A domain error as people see it (a page) and as machines read it (RFC 9457 problem JSON)."""

from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask import Response, json, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from server.errors import CATALOGUE, DomainError, entry_of, sentence_of
from sync.errors import SyncError

HERE = Path(__file__).resolve().parent
BY_STATUS = {
    400: "bad_request", 401: "sign_in_needed", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    413: "too_large", 429: "too_many_tries",
}  # fmt: skip
MEMBERS = {"device_clock": ("now",)}  # what a machine needs besides, by code


def problem(error: SyncError) -> dict[str, Any]:
    """RFC 9457 members: type (the stable code), title (the sentence), status; see MEMBERS."""
    more = {name: error.data[name] for name in MEMBERS.get(error.code, ())}
    return {"type": f"urn:korablik:{error.code}", "title": sentence_of(error), "status": entry_of(error).status, **more}


def wants_json() -> bool:
    """Machines call /api/; everything else is read by people."""
    return request.path.startswith("/api/")


def answer(error: SyncError) -> Response:
    """The response for an error, in the caller's shape and language."""
    status = entry_of(error).status
    if wants_json():
        return Response(json.dumps(problem(error)), status, mimetype="application/problem+json")
    return Response(render_template("error.html", error=error, sentence=sentence_of(error), status=status), status)


def init_app(app: APIFlask) -> None:
    """Register the handlers; nothing of an exception's own text reaches the outside."""

    @app.error_processor
    def _processed(error: Any) -> Any:
        return answer(DomainError(BY_STATUS.get(error.status_code, "bad_request")))

    @app.errorhandler(SyncError)
    def _refused(error: SyncError) -> Response:
        return answer(error if error.code in CATALOGUE else DomainError("internal"))

    @app.errorhandler(CSRFError)
    def _stale(error: CSRFError) -> Response:
        return answer(DomainError("form_expired"))

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if (error.code or 500) < 400:
            return error.get_response()
        code = "internal" if (error.code or 500) >= 500 else BY_STATUS.get(error.code or 400, "bad_request")
        return answer(DomainError(code))

    @app.errorhandler(Exception)
    def _broken(error: Exception) -> Response:
        app.logger.error("unhandled %s", type(error).__name__, exc_info=_without_values(error))
        return answer(DomainError("internal"))


def _without_values(error: Exception) -> Any:
    """Where it broke, without the exception's text: database errors quote the row, which may name a child."""
    return (type(error), type(error)("(text left out)") if type(error).__init__ is Exception.__init__ else
            Exception(type(error).__name__), error.__traceback__)  # fmt: skip
