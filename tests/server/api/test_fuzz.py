"""Requests made at random from the description of the interface, most of them signed: no 5xx, no traceback, no leak.

Schemathesis makes bodies, queries and headers that fit the description and such that do not; beside it come ops that
are right but for one member. Nothing may be answered but what the description says. ``tests/bench/bench_fuzz.py`` asks
ten thousand times.
"""

import copy
import gzip
import json
import random
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from werkzeug.test import TestResponse

from server.extensions import db
from server.models import Op
from sync import batch
from sync.p256 import sign
from tests.server import factory
from tests.server.api.conftest import Office
from tests.server.phones import AT, EPOCH, Phone

BOTH = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["9999-12-31T23:59:59-14:00", "0001-01-01", "x" * 5000, "\x00", "000000000", 2**63, -1, "5" * 9]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=5,
)  # fmt: skip


def templates(office: Office, phone: Phone) -> list[dict[str, Any]]:
    """One right op of every type."""
    near = office.world.near
    about = {"student": near.student, "lesson": near.lesson.lesson_course}
    call = {"student": near.student, "person": near.guardian, "direction": "in", "channel": "call", "topic": "other",
            "outcome": "", "text": "", "seconds": 5}  # fmt: skip
    term = {"student": near.student, "course": near.course, "term": "", "value": "5", "decided": "teacher",
            "trace": "{}"}  # fmt: skip
    return [
        phone.returned(0, near.code, "5"), phone.marked(0, near.code, "4"),
        phone.op(0, "absence", {**about, "letter": "Н", "reason": ""}),
        phone.op(0, "presence", {**about, "present": True, "place": "", "behaviour": ""}),
        phone.op(0, "call", call), phone.op(0, "term_mark", term), phone.op(0, "weather", {"snow": [1, 2]}),
    ]  # fmt: skip


@st.composite
def nearly(draw: st.DrawFn, right: list[dict[str, Any]]) -> dict[str, Any]:
    """A right op with another number and mostly one thing wrong, at any depth."""
    op = copy.deepcopy(draw(st.sampled_from(right)))
    op["n"] = draw(st.integers(0, 40))
    place: Any = op
    while draw(st.integers(0, 3)):
        key = draw(st.sampled_from(sorted(place)))
        if isinstance(place[key], dict) and place[key] and draw(st.booleans()):
            place = place[key]
            continue
        if draw(st.integers(0, 5)):
            place[key] = draw(junk)
        else:
            del place[key]
        break
    return op


class Fuzz:
    """Asks, and looks at every answer."""

    def __init__(self, office: Office, phone: Phone):
        self.office, self.phone = office, phone
        with office.app.test_request_context():
            self.spec = office.app.spec
        self.schema = schemathesis.openapi.from_dict(copy.deepcopy(self.spec))
        self.asked = 0
        self.statuses: dict[int, int] = {}

    def cases(self) -> st.SearchStrategy[Any]:
        """Whatever the description leads to."""
        operations = [("/api/v1/ops", "POST"), ("/api/v1/changes", "GET"), ("/api/v1/devices", "POST"),
                      ("/api/v1/devices/me", "GET"), ("/api/v1/photos", "POST"), ("/api/v1/health", "GET")]  # fmt: skip
        return st.one_of(
            self.schema[path][method].as_strategy(generation_mode=mode) for path, method in operations for mode in BOTH
        )

    def ask(self, case: Any, is_signed: bool) -> None:
        """One request as schemathesis made it; signed with the phone's key or as it is."""
        body = case.body if isinstance(case.body, bytes) else json.dumps(_plain(case.body)).encode()
        headers = {name: _header(value) for name, value in dict(case.headers or {}).items() if _header(name) == name}
        query = urlencode(dict(case.query or {}), doseq=True, errors="replace")
        if str(headers.get("Content-Encoding", "")).lower() == "gzip" and len(body) % 2:
            body = gzip.compress(body)
        self.send(case.method, case.path, body, query, headers, is_signed)

    def send(
        self, method: str, path: str, body: bytes, query: str, headers: dict[str, str], is_signed: bool = True
    ) -> TestResponse:
        """Send it and look at the answer."""
        address = f"{path}?{query}" if query else path
        if is_signed:
            data = body if method == "POST" else f"{method} {address}\n{AT}".encode()
            headers |= {"X-Korablik-Device": self.phone.origin, "X-Korablik-At": AT,
                        "X-Korablik-Signature": sign(self.phone.key, data)}  # fmt: skip
        kind = headers.pop("Content-Type", "application/json")
        given = body if method == "POST" else None
        answer = self.phone.client.open(address, method=method, data=given, headers=headers, content_type=kind)
        self.look(method.lower(), path, answer)
        return answer

    def look(self, method: str, path: str, answer: TestResponse) -> None:
        """The answer is one that the description names, and tells nothing of the inside."""
        self.asked += 1
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, answer.text
        assert "Traceback" not in answer.text and 'File "' not in answer.text
        told = self.spec["paths"][path][method]["responses"]
        assert str(answer.status_code) in told, (method, path, answer.status_code, answer.text)
        [(kind, content)] = told[str(answer.status_code)]["content"].items()
        assert answer.mimetype == kind
        if content["schema"]:
            root = {"components": self.spec["components"], **content["schema"]}
            jsonschema_rs.validate(root, json.loads(answer.data))


def _plain(body: Any) -> Any:
    return body if isinstance(body, (dict, list, str, int, float, bool, type(None))) else None


def _header(value: Any) -> str:
    """What fits into a header."""
    return "".join(letter for letter in str(value) if letter.isascii() and letter.isprintable()).strip() or "x"


def run(office: Office, phone: Phone, count: int) -> Fuzz:
    """``count`` requests from the description, and half as many batches of nearly right ops."""
    fuzz = Fuzz(office, phone)
    ours = settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck))  # fmt: skip

    @seed(1)
    @ours
    @given(fuzz.cases(), st.booleans())
    def described(case: Any, is_signed: bool) -> None:
        fuzz.ask(case, is_signed)

    @seed(2)
    @settings(ours, max_examples=count // 2)
    @given(st.lists(nearly(templates(office, phone)), max_size=5), st.booleans())
    def right_but_for_one_thing(ops: list[dict[str, Any]], columns: bool) -> None:
        told = {"ops": ops}
        if columns:
            with suppress(KeyError, IndexError, TypeError, AttributeError):  # only well-formed ops have columns
                told = {"columns": batch.pack(ops)}
        body = gzip.compress(json.dumps({"v": 1, "school": "TEST", "epoch": EPOCH, **told}).encode())
        answer = fuzz.send("POST", "/api/v1/ops", body, "", {"Content-Encoding": "gzip"})
        if answer.status_code == 200:
            ranges = answer.json["accepted"] + answer.json["duplicate"]
            assert sum(last - first + 1 for first, last in ranges) + len(answer.json["others"]) == len(ops)

    described()
    right_but_for_one_thing()
    return fuzz


def test_hundreds_of_random_requests_are_answered_as_described(office: Office, phone: Phone) -> None:
    fuzz = run(office, phone, 250)
    assert fuzz.asked >= 300
    assert {200, 401, 422} <= set(fuzz.statuses)
    assert db.session.query(Op).count() > 0


def test_random_bytes_are_no_batch_and_no_photo(office: Office, phone: Phone) -> None:
    fuzz, chance = Fuzz(office, phone), random.Random(3)
    for _ in range(60):
        data = chance.randbytes(chance.choice([0, 1, 20, 3000]))
        for path in ("/api/v1/ops", "/api/v1/photos"):
            assert fuzz.send("POST", path, data, "", {"Content-Encoding": "gzip"}).status_code == 422


def test_the_description_names_every_address_for_devices(office: Office) -> None:
    client = factory.signed_in(office.app, office.world.accounts["support_staff"])
    spec = client.get("/openapi.json").json
    assert set(spec["paths"]) == {"/api/v1/ops", "/api/v1/changes", "/api/v1/devices", "/api/v1/devices/me",
                                  "/api/v1/photos", "/api/v1/health"}  # fmt: skip
    text = json.dumps(spec)
    assert "HTTPError" not in text and "ValidationError" not in text
