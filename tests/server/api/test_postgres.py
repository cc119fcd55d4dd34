"""The same on PostgreSQL: a phone is enrolled, brings ops, learns what changed."""

import json
import secrets
from pathlib import Path

import pytest

from server import create_app
from server.config import make_config
from server.extensions import db
from server.services import devices, schema
from tests.server import factory
from tests.server.conftest import NOW as CLOCK
from tests.server.phones import NOW, Phone
from tests.server.web.world import build

pytestmark = pytest.mark.postgres


def test_a_phone_works_with_an_office_on_postgres(tmp_path: Path, pg_url: str) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True, fixed_now=CLOCK, database_url=pg_url))
    try:
        with app.app_context():
            schema.prepare()
            world = build()
            account = world.accounts["subject_teacher"]
            phone = Phone(factory.visitor(app), factory.person_of(account))
            code = devices.make_code(phone.person, NOW, account, secrets.randbelow)
            body = {"code": code, "public_key": phone.point, "name": "Nokia"}
            phone.origin = phone.client.post("/api/v1/devices", json=body).json["origin"]
            devices.confirm(phone.origin, phone.person, NOW, account)
            near = world.near
            about = {"student": near.student, "lesson": near.lesson.lesson_course, "letter": "Н", "reason": ""}
            batch = [
                phone.returned(0, near.code, "5"), phone.op(1, "absence", about), phone.op(2, "x", {"\x00": "\x00"}),
                phone.returned(3, near.code, comment="\x00"), phone.returned(2**53 - 1, near.codes[near.sibling]),
            ]  # fmt: skip
            told = phone.said(*batch, columns=True)
            assert told["accepted"] == [[0, 1], [2**53 - 1, 2**53 - 1]]
            assert phone.said(*batch)["duplicate"][0] == [0, 2]
            new = phone.get("/api/v1/changes?after=0&epoch=&lists=").json
            assert (len(new["works"]), len(new["absences"]), len(new["lists"]["courses"])) == (2, 1, 1)
            known = f"/api/v1/changes?after={new['cursor']}&epoch={new['epoch']}&lists={new['tag']}"
            assert phone.get(known).json["works"] == []
            devices.revoke(phone.origin, None, NOW, account)
            assert json.loads(phone.send().data)["type"] == "urn:korablik:device_revoked"
            db.session.remove()
            db.engine.dispose()
    finally:
        app.extensions["store"].close()
