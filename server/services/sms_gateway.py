"""SMS through any gateway that takes an HTTP POST: address, body and key are settings; nothing of them is logged.

The body is JSON when it begins with a brace, else a form; ``{to}``, ``{text}`` and ``{id}`` in it are filled and
escaped for what it is. What counts as taken can be said: ``result.code=0`` looks that up in the JSON that comes back.
"""

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote_plus
from urllib.request import HTTPRedirectHandler, Request, build_opener

from server.config import Sms
from server.services.gateway import FAILED, PERHAPS, REFUSED, SENT, Answer, Parcel

MOST = 65_536  # bytes of an answer that are looked at
UNSURE = (502, 504)  # something in between answered; the gateway itself may have taken it
AGAIN = (408, 425, 429)


class _NoRedirects(HTTPRedirectHandler):
    """A key must not go where somebody else points to."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class SmsGateway:
    """One school's gateway."""

    def __init__(self, settings: Sms):
        self.settings = settings
        self._opener = build_opener(_NoRedirects)

    def send(self, parcel: Parcel) -> Answer:
        """Hand one SMS over. Never raises for what a gateway or the network does."""
        try:
            with self._opener.open(self._request(parcel), timeout=self.settings.timeout) as response:
                return self._judge(response.read(MOST))
        except HTTPError as error:
            error.close()
            if error.code in UNSURE:
                return Answer(PERHAPS, "broke_off")
            if error.code >= 500 or error.code in AGAIN:
                return Answer(FAILED, "gateway_trouble")
            return Answer(REFUSED, "gateway_login" if error.code in (401, 403) else "gateway_refused")
        except URLError as error:  # while connecting or posting
            cut_off = isinstance(error.reason, (ConnectionResetError, BrokenPipeError))
            return Answer(PERHAPS, "no_answer") if cut_off else Answer(FAILED, "unreachable")
        except (TimeoutError, OSError, HTTPException):
            return Answer(PERHAPS, "no_answer")

    def close(self) -> None:
        """Nothing stays open."""

    def _request(self, parcel: Parcel) -> Request:
        template = self.settings.body
        is_json = template.lstrip().startswith("{")
        escape = (lambda text: json.dumps(text, ensure_ascii=False)) if is_json else quote_plus
        body = template
        for place, value in (("to", parcel.to), ("id", parcel.id), ("text", parcel.text)):  # what people wrote: last
            body = body.replace(f"{{{place}}}", escape(value))
        kind = "application/json" if is_json else "application/x-www-form-urlencoded"
        request = Request(self.settings.url, body.encode(), {"Content-Type": kind, "Idempotency-Key": parcel.id})
        if self.settings.header:
            name, _colon, value = self.settings.header.partition(":")
            request.add_header(name.strip(), value.strip())
        return request

    def _judge(self, body: bytes) -> Answer:
        """A 2xx without the agreed words is no clear yes: a person looks at it, nobody sends it again unseen."""
        if not self.settings.accepted:
            return Answer(SENT)
        path, _equals, wanted = self.settings.accepted.partition("=")
        try:
            found = json.loads(body)
            for step in path.strip().split("."):
                found = found[int(step)] if isinstance(found, list) else found[step]
        except (ValueError, KeyError, IndexError, TypeError, RecursionError):
            return Answer(PERHAPS, "odd_answer")
        told = json.dumps(found) if isinstance(found, (bool, type(None))) else str(found)
        return Answer(SENT) if told == wanted.strip() else Answer(REFUSED, "gateway_refused")
