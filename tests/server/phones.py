"""A phone for tests: it has a key of its own, asks to be enrolled, signs what it sends."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.test import TestResponse

from server.models import Device
from server.services import devices
from sync import ops, parcel
from sync.p256 import point_of, sign
from tests.server import factory
from tests.server.factory import Client

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)  # as the tests' offices have it
AT = "2026-12-07T08:00:00+05:00"
SCHOOL, EPOCH = "TEST", "e" * 32


@dataclass
class Phone:
    """A phone of ``person``; ``client`` knows no cookie."""

    client: Client
    person: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    origin: str = "0" * 16

    @property
    def point(self) -> str:
        return point_of(self.key.public_key())

    def enrolled(self, state: str = "confirmed", name: str = "Nokia") -> "Phone":
        """Known to the office from now on."""
        self.origin = f"{next(factory._numbers):016x}"
        revoked = NOW if state == "revoked" else None
        factory.add(Device(origin=self.origin, person_id=self.person, name=name, public_key=self.point, state=state,
                           check_digits=devices.check_digits(self.point, self.origin), enrolled_at=NOW,
                           revoked_at=revoked))  # fmt: skip
        return self

    def get(self, address: str, at: str = AT, **headers: str) -> TestResponse:
        """A signed GET."""
        signature = sign(self.key, f"GET {address}\n{at}".encode())
        given = {"X-Korablik-Device": self.origin, "X-Korablik-Signature": signature, "X-Korablik-At": at, **headers}
        return self.client.get(address, headers=given)

    def post(self, address: str, body: bytes, **headers: str) -> TestResponse:
        """A signed POST."""
        given = {"X-Korablik-Device": self.origin, "X-Korablik-Signature": sign(self.key, body), **headers}
        return self.client.post(address, data=body, headers=given)

    def send(self, *envelopes: Any, columns: bool = False, school: str = SCHOOL) -> TestResponse:
        """A batch as a phone sends it."""
        body = parcel.write(school, EPOCH, envelopes, columns)
        return self.post("/api/v1/ops", body, **{"Content-Encoding": "gzip", "Content-Type": "application/json"})

    def said(self, *envelopes: Any, **more: Any) -> dict[str, Any]:
        """The answer to a batch that is taken."""
        response = self.send(*envelopes, **more)
        assert response.status_code == 200, response.text
        return response.json

    def op(self, n: int, type: str, data: dict[str, Any], on: date | None = None, base: tuple[str, ...] = (),
           **members: Any) -> dict[str, Any]:  # fmt: skip
        """An envelope of this phone."""
        return {**ops.envelope(self.origin, n, type, self.person, AT, data, base, on), **members}

    def returned(self, n: int, code: str, mark: str | None = None, on: date = factory.TODAY, comment: str = "",
                 **members: Any) -> dict[str, Any]:  # fmt: skip
        """A work came back."""
        said = {"verdict": "mark", "value": mark} if mark else None
        data = {"code": code, "channel": "paper", "mark": said, "comment": comment}
        return self.op(n, "return", data, on, **members)

    def marked(self, n: int, code: str, mark: str, base: tuple[str, ...] = (), **members: Any) -> dict[str, Any]:
        """A mark was decided."""
        return self.op(n, "mark", {"code": code, "mark": {"verdict": "mark", "value": mark}, "comment": ""},
                       base=base, **members)  # fmt: skip


def of_role(office: Any, role: str) -> Phone:
    """An enrolled phone of the world's person with this role."""
    return Phone(factory.visitor(office.app), office.world.person(role)).enrolled()


def code_of(problem: TestResponse) -> str:
    """The stable code of a refusal; its shape is looked at, too."""
    assert problem.mimetype == "application/problem+json", problem.text
    told = json.loads(problem.data)
    assert told["status"] == problem.status_code and told["title"]
    return told["type"].removeprefix("urn:korablik:")
