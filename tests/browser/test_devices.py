"""Phones in a real browser: from the square on the screen to a file on a stick; for everybody, also without script."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.request import Request, urlopen

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from playwright.sync_api import expect

from server.services import keys
from sync import opfile, parcel
from sync.codes import parse_qr
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory
from tests.server.phones import EPOCH, Phone
from tests.server.web.world import World, build

pytestmark = pytest.mark.browser


class Served(NamedTuple):
    """An office that listens, what is in it, and a phone that is known there."""

    address: str
    world: World
    phone: Phone
    home: Path


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    with new_office() as app:
        world = build()
        phone = Phone(factory.visitor(app), world.person("subject_teacher")).enrolled(name="Nokia of the staff room")
        Phone(phone.client, world.person("tutor")).enrolled("revoked", "An old one")
        with served(app) as address:
            yield Served(address, world, phone, app.extensions["korablik"].home)


def ask(office: Served, code: str, name: str) -> dict[str, str]:
    """Another phone asks to be enrolled."""
    point = Phone(office.phone.client, "").point
    body = json.dumps({"code": code, "public_key": point, "name": name}).encode()
    request = Request(f"{office.address}/api/v1/devices", body, {"Content-Type": "application/json"})
    with urlopen(request) as answer:
        return json.loads(answer.read())


@pytest.mark.parametrize("width", [360, 1280])
def test_a_phone_is_added_by_its_camera_and_four_digits(opened, office: Served, width: int, tmp_path: Path) -> None:
    page = opened(office.address, "subject-teacher", width)
    page.goto("/devices/")
    look_over(page, "own phones")
    page.get_by_role("button", name="Add a phone").click()
    expect(page.locator("svg.qr")).to_be_visible()
    look_over(page, "the code")
    page.locator("svg.qr").screenshot(path=tmp_path / "qr.png")
    with Image.open(tmp_path / "qr.png") as drawn:
        [barcode] = zxingcpp.read_barcodes(drawn)
    address, _hash, label = barcode.text.partition("#")
    assert address == f"{office.address}/phone/"
    assert (parse_qr(label).kind, parse_qr(label).school) == ("D", "TEST")
    told = ask(office, parse_qr(label).digits, f"Phone {width}")
    asking = page.get_by_role("heading", name=f"A phone asks: Phone {width}")
    expect(asking).to_be_visible()  # the page looks by itself
    expect(page.get_by_text(told["check"], exact=True)).to_be_visible()
    look_over(page, "a phone asks")
    page.get_by_role("button", name="Yes, the same").click()
    expect(page.get_by_text("The phone is confirmed.")).to_be_visible()
    expect(page.get_by_text(f"Phone {width}")).to_be_visible()


def test_the_same_without_script(opened, office: Served) -> None:
    page = opened(office.address, "subject-teacher", 360, java_script_enabled=False)
    page.goto("/devices/")
    page.get_by_role("button", name="Add a phone").click()
    code = re.sub(r"\D", "", page.locator(".password").first.inner_text())
    told = ask(office, code, "Quiet phone")
    page.get_by_role("link", name="Has the phone asked?").click()
    expect(page.get_by_text(told["check"], exact=True)).to_be_visible()
    page.get_by_role("button", name="Yes, the same").click()
    line = page.get_by_role("listitem").filter(has_text="Quiet phone")
    line.get_by_text("Rename", exact=True).first.click()
    line.get_by_label("New name").fill("Loud phone")
    line.get_by_role("button", name="Rename").click()
    line = page.get_by_role("listitem").filter(has_text="Loud phone")
    line.get_by_text("Revoke", exact=True).click()
    line.get_by_role("button", name="Revoke this phone").click()
    expect(page.get_by_text("The phone is revoked:")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Loud phone")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
def test_all_phones_of_the_school_for_who_manages_them(opened, office: Served, width: int) -> None:
    page = opened(office.address, "admin", width)
    page.goto("/devices/")
    expect(page.get_by_role("listitem").filter(has_text="An old one")).to_contain_text("revoked")
    page.get_by_text("Revoke", exact=True).first.click()
    look_over(page, "all phones")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_file_of_a_phone_is_brought_by_somebody_else(opened, office: Served, width: int, tmp_path: Path) -> None:
    phone, near = office.phone, office.world.near
    bad = [phone.returned(900, office.world.far.code), phone.op(901, "weather", {})]
    batch = parcel.write("TEST", EPOCH, [phone.returned(width, near.code), *bad])
    data = opfile.write(batch, "TEST", phone.origin, keys.ops_key(office.home / "keys").public_key(), phone.key,
                        ec.generate_private_key(ec.SECP256R1()), os.urandom(12))  # fmt: skip
    (tmp_path / "outbox.korablik").write_bytes(data)
    (tmp_path / "letter.korablik").write_text("text", encoding="utf-8")
    page = opened(office.address, "tutor", width)
    page.goto("/devices/files/")
    page.get_by_label("Files from phones").set_input_files([tmp_path / "outbox.korablik", tmp_path / "letter.korablik"])
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_text("taken in: 1")).to_be_visible()
    expect(page.get_by_text("not a file of records")).to_be_visible()
    expect(page.get_by_text("The role of the phone's owner does not include this.")).to_be_visible()
    look_over(page, "what became of the records")

