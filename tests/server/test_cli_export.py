"""`korablik export usb | zim | site` and `verify` of what they made: answers, exit codes, refusals."""

import shutil
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from server.services import keys, publishing
from server.services.sitebuild import build_group, look_digest, write_public_root
from tests.server.terminal import Korablik

GROUPS = ("7", "10")


@pytest.fixture(scope="module")
def built(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``public/`` of the published village with two classes built, and the key that signed it."""
    home = tmp_path_factory.mktemp("built") / "home"
    shutil.copytree(published_home, home)
    [edition] = [path for path in (home / "editions").iterdir() if not path.name.startswith(".")]
    look, secret = look_digest(publishing.LOCALES), keys.secret(home / "keys")
    for slug in GROUPS:
        build_group(edition, slug, home / "public", home / "cache", publishing.LOCALES, look, secret)
    write_public_root(edition, home / "public", publishing.LOCALES)
    return home


@pytest.fixture
def school(korablik: Korablik, built: Path) -> Korablik:
    """The command line of a home whose pages are built."""
    shutil.copytree(built / "public", korablik.home / "public")
    return korablik


def test_a_stick_is_filled_updated_and_checked_anywhere(school: Korablik, tmp_path: Path):
    stick = tmp_path / "stick"
    first = school.run("export", "usb", stick, "--group", "7", "--group", "10", "--json")
    assert first.code == 0 and first.document["groups"] == ["10", "7"]
    assert set(first.document["weeks"]) == {"7-week.html", "10-week.html"}
    assert first.document["copied"] == first.document["files"] - 1
    start = (stick / "index.html").read_text()
    assert 'href="7-week.html"' in start and 'href="7/index.html"' in start and 'href="1/index.html"' not in start
    again = school.run("export", "usb", stick)
    assert again.code == 0 and str(stick) in again.out
    assert school.run("export", "usb", stick, "--json").document["copied"] == 0
    key, school.home = school.home / "keys" / "edition.pub", tmp_path / "nowhere"
    checked = school.run("verify", stick, "--key", key, "--json")
    assert checked.code == 0 and {site["group"] for site in checked.document["verified"]} == {"7", "10"}
    one = school.run("verify", stick / "7" / "data" / "index.json", "--key", key, "--json")
    assert one.code == 0 and [site["number"] for site in one.document["verified"]] == [1]
    (stick / "7" / "tv.html").write_text("somebody else's")
    (stick / "10" / "task-1.html").write_text("not the school's")
    (stick / "10" / "contacts.html").unlink()
    answer = school.run("verify", stick, "--key", key, "--json")
    assert answer.code == 1 and not answer.document["verified"] and len(answer.document["refused"]) == 2
    assert all(name in answer.err for name in ("tv.html", "task-1.html", "contacts.html"))


def test_published_pages_are_checked_with_their_parts(school: Korablik):
    public = school.home / "public"
    assert school.run("verify", public, "--json").code == 0
    part = next(file for file in (public / "7" / "data").glob("*.json.gz") if "from" not in file.name)
    part.write_bytes(part.read_bytes()[:-9])
    answer = school.run("verify", public, "--json")
    assert answer.code == 1 and part.name in answer.err and len(answer.document["verified"]) == 1


def test_a_class_goes_into_a_zim_file(school: Korablik, tmp_path: Path):
    answer = school.run("export", "zim", "--group", "7", "--out", tmp_path / "kiwix", "--json")
    assert answer.code == 0 and answer.document["bytes"]["7"] == (tmp_path / "kiwix" / "7.zim").stat().st_size


def test_the_site_goes_to_another_host_once(school: Korablik, tmp_path: Path):
    target = f"file://{tmp_path}/mirror"
    first = school.run("export", "site", "--to", target, "--json")
    assert first.code == 0 and first.document["sent"] == first.document["files"] > 40
    assert school.run("export", "site", "--to", target, "--json").document["sent"] == 0
    assert school.run("verify", tmp_path / "mirror").code == 0
    (school.home / "run").mkdir(exist_ok=True)
    with FileLock(school.home / "run" / "sending.lock"):
        assert school.run("export", "site", "--to", target, "--json").refusal == "target_busy"


@pytest.mark.parametrize(("arguments", "code"), [
    ("usb {tmp}/stick --group 12", "group_unknown"),
    ("usb {home}/public/stick", "stick_home"),
    ("usb {tmp}/no/such", "file_missing"),
    ("usb {tmp}/stick --group 1", "site_missing"),
    ("zim --group 12 --out {tmp}/kiwix", "group_unknown"),
    ("zim --group 1 --out {tmp}/kiwix", "site_missing"),
    ("site --to pages", "target_unknown"),
    ("site --to s3://key:secret@bucket/pages", "target_secret"),
])  # fmt: skip
def test_what_is_asked_wrongly_is_refused_by_name(school: Korablik, tmp_path: Path, arguments: str, code: str):
    answer = school.run("export", *arguments.format(tmp=tmp_path, home=school.home).split(), "--json")
    assert answer.refusal == code and "secret@" not in answer.err


@pytest.mark.parametrize("arguments", ["usb", "zim --group 7", "site", "zim --out"])
def test_wrong_usage_is_exit_code_two(korablik: Korablik, arguments: str):
    assert korablik.run("export", *arguments.split()).code == 2


def test_before_the_first_publication_there_is_nothing_to_carry(korablik: Korablik, tmp_path: Path):
    assert korablik.run("export", "usb", tmp_path / "stick", "--json").refusal == "site_missing"
    assert korablik.run("export", "site", "--to", f"file://{tmp_path}/mirror", "--json").refusal == "site_missing"


def test_missing_packages_are_said(school: Korablik, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    answer = school.run("export", "site", "--to", "s3://bucket/pages", "--json")
    assert answer.refusal == "target_missing_part" and "make s3" in answer.err
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = school.run("export", "zim", "--out", tmp_path / "kiwix", "--json")
    assert answer.refusal == "zim_tool_missing" and "zim-tools" in answer.err
