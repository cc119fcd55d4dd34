"""The phone's page as the office serves it: for everybody, without a name, kept by a worker with a version."""

import json
import re

import pytest

from server.web import phone
from tests.server import factory


@pytest.fixture
def visitor(app, world):
    return factory.visitor(app)


def kept(visitor) -> list[str]:
    """The addresses that the worker keeps."""
    found = re.search(r"^const SHELL = (.*);$", visitor.get("/phone/worker.js").text, re.MULTILINE)
    return json.loads(found[1])


def version(visitor) -> str:
    return re.search(r'^const VERSION = "(.*)";$', visitor.get("/phone/worker.js").text, re.MULTILINE)[1]


def test_the_page_names_nobody_and_has_all_languages_of_the_school(visitor):
    page = visitor.get("/phone/")
    assert page.status_code == 200
    assert "Veslov" not in page.text and "Lesnaya" not in page.text
    words = json.loads(re.search(r'<script type="application/json" id="texts">(.*?)</script>', page.text)[1])
    assert words.keys() == {"ru", "en"}
    assert words["ru"]["unsent"].keys() == {"one", "few", "many", "other"}
    assert len({words["ru"]["unsent"][form] for form in ("one", "few", "many")}) == 3
    assert words["en"]["code_check"] == "%(typed)s is not right: one digit is mistyped. Compare it with the sheet."


def test_the_policy_allows_the_worker_and_the_camera_and_no_inline_script(visitor):
    page = visitor.get("/phone/")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy and "worker-src 'self'" in policy and "unsafe" not in policy
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert not re.search(r"\sstyle=|\son\w+=|<script(?![^>]*(?:src=|application/json))", page.text)


def test_all_that_the_worker_keeps_is_there_and_all_the_page_loads_is_kept(visitor):
    addresses = kept(visitor)
    answers = {address: visitor.get(address) for address in addresses}
    assert {address: answer.status_code for address, answer in answers.items() if answer.status_code != 200} == {}
    loaded = set(re.findall(r'(?:src|href)="(/[^"#]+)"', answers["/phone/"].text)) - {"/works/find"}
    imported = {
        f"/static/phone/{name}"
        for address, answer in answers.items() if address.endswith(".js")
        for name in re.findall(r'from "\./([\w-]+\.js)"', answer.text)
    }  # fmt: skip
    assert (loaded | imported) - set(addresses) == set()


def test_the_worker_may_control_the_phones_pages_only(visitor):
    answer = visitor.get("/phone/worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == "/phone/"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_version_changes_with_what_is_kept_and_only_then(visitor, tmp_path, monkeypatch):
    before = version(visitor)
    assert version(visitor) == before
    for name in (*phone.SHEETS, *phone.ICONS, *phone._modules(), phone.WORKER):
        copy = tmp_path / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes((phone.STATIC / name).read_bytes())
    monkeypatch.setattr(phone, "STATIC", tmp_path)
    assert version(visitor) == before
    (tmp_path / "phone/pad.js").write_text("// another\n")
    assert version(visitor) != before


def test_the_manifest_opens_the_page_on_its_own(visitor):
    told = visitor.get("/phone/manifest.webmanifest").json
    assert (told["start_url"], told["scope"], told["display"]) == ("/phone/", "/phone/", "standalone")
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    assert all(visitor.get(icon["src"]).mimetype == "image/png" for icon in told["icons"])
