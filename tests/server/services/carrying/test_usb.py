"""A stick: readable as it is, brought up to date by what changed, and never without one whole edition of a class."""

import json
import os
import shutil
from pathlib import Path

import pytest

from server.errors import DomainError
from server.services.carrying import source
from server.services.carrying.disk import Disk, unfit
from server.services.carrying.usb import ASIDE, LIST, Carried, carry
from tests.server.services.carrying.conftest import PICTURE, Publics


class Pulled(Disk):
    """A stick that is pulled out at the given act: half of a write is done, and nothing more answers."""

    def __init__(self, folder: Path, after: int, exchanges: bool = True):
        super().__init__(folder)
        self.left, self.exchanges = after, exchanges

    def act(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(5, "pulled out")

    def write(self, name: str, data: bytes) -> None:
        if self.left == 0:
            super().write(name, data[: len(data) // 2])
        self.act()
        super().write(name, data)

    def settle(self) -> None:
        self.act()

    def make(self, name: str) -> None:
        self.act()
        super().make(name)

    def move(self, old: str, new: str) -> None:
        self.act()
        super().move(old, new)

    def replace(self, old: str, new: str) -> None:
        self.act()
        super().replace(old, new)

    def exchange(self, one: str, other: str) -> bool:
        self.act()
        return self.exchanges and super().exchange(one, other)

    def remove(self, name: str) -> None:
        self.act()
        super().remove(name)


def files_of(folder: Path) -> dict[str, bytes]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own disk need not be waited for."""
    monkeypatch.setattr(os, "fsync", lambda number: None)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


@pytest.fixture
def run(stick: Path, tmp_path: Path, about):
    """Carries ``public`` to the stick."""

    def carried(public: Path, *groups: str, number: int = 41, disk: Disk | None = None) -> Carried:
        return carry(public, disk or Disk(stick), tmp_path / "home", groups, about(number), lambda *told: None)

    return carried


def test_a_stick_holds_what_is_read_without_a_server(run, stick: Path, publics: Publics):
    done = run(publics.old)
    held = files_of(stick)
    assert done.groups == ("1", "3") and done.files == len(held) and done.copied == len(held) - 1
    assert done.bytes == sum(len(data) for path, data in held.items() if path != LIST)
    for path, data in files_of(publics.old / "1").items():
        useful = not path.endswith(("built.json", ".json.gz", ".webmanifest"))
        assert held.get(f"1/{path}") == (data if useful else None), path
    assert held["edition.js"] == (publics.old / "edition.js").read_bytes()
    assert {"1-week.html", "1-week-kk.html", "3-week.html", "school.pub", "me/index.html", "me/old.js"} < set(held)
    assert "1/kk/data/index.json" in held
    assert not {"worker.js", "app.webmanifest", PICTURE} & set(held)
    assert done.weeks["1-week.html"] == len(held["1-week.html"])


def test_nothing_new_writes_nothing(run, stick: Path, publics: Publics):
    run(publics.old)
    before = {path: path.stat().st_mtime_ns for path in stick.rglob("*")}
    done = run(publics.old)
    assert (done.copied, done.copied_bytes) == (0, 0)
    assert {path: path.stat().st_mtime_ns for path in stick.rglob("*")} == before


def test_a_new_edition_copies_the_class_that_changed(run, stick: Path, publics: Publics):
    run(publics.old)
    before = {file: file.stat().st_mtime_ns for file in (stick / "3").rglob("*.html")}
    done = run(publics.new, number=42)
    assert files_of(stick / "1")["index.html"] == (publics.new / "1/index.html").read_bytes()
    assert {file: file.stat().st_mtime_ns for file in (stick / "3").rglob("*.html")} == before
    assert "Другая тема" in (stick / "1-week.html").read_text()
    assert (stick / "3/data/index.json").read_bytes() == (publics.new / "3/data/index.json").read_bytes()
    assert (stick / "me/new.js").exists() and not (stick / "me/old.js").exists()
    assert json.loads((stick / LIST).read_bytes())["number"] == 42 and done.copied < done.files
    assert files_of(stick) == fresh(publics.new, run, stick, 42)


def fresh(public: Path, run, stick: Path, number: int) -> dict[str, bytes]:
    """What an empty stick would hold."""
    other = stick.with_name("other")
    shutil.rmtree(other, ignore_errors=True)
    run(public, number=number, disk=Disk(other))
    return files_of(other)


def test_classes_are_chosen_kept_and_taken_off(run, stick: Path, publics: Publics):
    assert run(publics.old, "3").groups == ("3",)
    assert 'href="1/index.html"' not in (stick / "index.html").read_text()
    assert 'href="3/index.html"' in (stick / "index.html").read_text()
    assert run(publics.old).groups == ("3",), "an update keeps the classes of the stick"
    assert run(publics.old, "1", "3").groups == ("1", "3")
    done = run(publics.old, "1")
    assert done.removed == ("3",) and not (stick / "3").exists() and not (stick / "3-week.html").exists()


def small(folder: Path, edition: int) -> Path:
    """A ``public/`` of few files, for tests that repeat much; class 3 stays as it is."""
    for path, text in {
        "index.html": "<main><li><a href='1/index.html'>1</a></li></main>", "edition.js": f"tell({edition})",
        "1/built.json": "{}", "1/index.html": f"<main>{edition}</main>",
        "1/kk/index.html": f"<main>kk {edition}</main>",
        f"1/lesson-{edition}.html": f"<main>{edition} <img src='../images/{edition}.png'></main>", "1/calendar.ics": "",
        "3/built.json": "{}", "3/index.html": "<main>3</main>", f"images/{edition}.png": "picture",
        "me/index.html": "me", f"me/{edition}.js": "sealed",
    }.items():  # fmt: skip
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


@pytest.mark.parametrize("exchanges", [True, False])
def test_whenever_it_is_pulled_out_each_class_is_of_one_edition(run, stick: Path, tmp_path: Path, exchanges: bool):
    before, public = small(tmp_path / "old", 41), small(tmp_path / "new", 42)
    run(before)
    saved = tmp_path / "saved"
    shutil.copytree(stick, saved)
    old, new = files_of(stick), fresh(public, run, stick, 42)
    whole = [{path: data for path, data in held.items() if path.startswith("1/")} for held in (old, new)]
    after, ended, seen = 0, False, set()
    while not ended:
        shutil.rmtree(stick)
        shutil.copytree(saved, stick)
        try:
            run(public, number=42, disk=Pulled(stick, after, exchanges))
            ended = True
        except DomainError as error:
            assert error.code == "stick_lost"
        held = files_of(stick)
        shown = {path: data for path, data in held.items() if path.startswith("1/")}
        if not shown:  # between the two steps of a system that needs two: the single file still tells the week
            assert not exchanges and files_of(stick / ASIDE / "old/1") == files_of(saved / "1")
        else:
            assert shown in whole
            seen.add(whole.index(shown))
        for path in ("index.html", "edition.js", "1-week.html", "3-week.html", LIST):
            assert held[path] in (old[path], new[path]), path
        assert all(f"images/{edition}.png" in held for edition in (41, 42) if f"1/lesson-{edition}.html" in held)
        run(public, number=42)
        assert files_of(stick) == new, after
        after += 1
    assert after > 30 and seen == {0, 1}


def test_a_first_run_that_was_broken_off_is_completed(run, stick: Path, tmp_path: Path):
    for after in (1, 5, 20):
        with pytest.raises(DomainError, match="stick_lost"):
            run(small(tmp_path / "old", 41), disk=Pulled(stick, after))
        assert (stick / ASIDE).is_dir()
    public = small(tmp_path / "new", 42)
    run(public, number=42)
    assert files_of(stick) == fresh(public, run, stick, 42)


def test_what_was_lost_or_cut_short_on_the_stick_comes_back(run, stick: Path, publics: Publics):
    run(publics.old)
    before = files_of(stick)
    (stick / "1/index.html").write_bytes(b"")
    (stick / "3-week.html").unlink()
    (stick / "school.pub").unlink()
    (stick / LIST).write_bytes(b"\0" * 100)
    run(publics.old)
    assert files_of(stick) == before


def test_a_full_stick_is_said_before_anything_is_written(run, stick: Path, publics: Publics):
    run(publics.old)
    before = files_of(stick)

    class Full(Disk):
        def free(self) -> tuple[int, int]:
            return 100_000, 32_768

    with pytest.raises(DomainError) as refused:
        run(publics.new, number=42, disk=Full(stick))
    assert refused.value.code == "stick_full" and float(refused.value.data["needed"]) > 0.1
    assert files_of(stick) == before


def test_a_stick_that_fills_all_the_same_keeps_what_it_had(run, stick: Path, publics: Publics):
    run(publics.old)
    before = files_of(stick)

    class Filling(Disk):
        def write(self, name: str, data: bytes) -> None:
            if name.endswith("tv.html"):
                raise OSError(28, "No space left on device")
            super().write(name, data)

    with pytest.raises(DomainError, match="stick_full"):
        run(publics.new, number=42, disk=Filling(stick))
    assert {path: data for path, data in files_of(stick).items() if not path.startswith("me/")} == {
        path: data for path, data in before.items() if not path.startswith("me/")
    }  # fmt: skip


def test_only_a_folder_for_it_is_taken(run, stick: Path, publics: Publics, tmp_path: Path, about):
    stick.mkdir()
    (stick / "holiday.jpg").write_bytes(b"photo")
    with pytest.raises(DomainError, match="stick_taken"):
        run(publics.old)
    assert files_of(stick) == {"holiday.jpg": b"photo"}
    (stick / "holiday.jpg").unlink()
    (stick / "System Volume Information").mkdir()
    (stick / ".Trash-1000").mkdir()
    run(publics.old)
    with pytest.raises(DomainError, match="stick_other_school"):
        other = about(41).__class__("ABCD", 41, ("ru",), lambda root, weeks: root)
        carry(publics.old, Disk(stick), tmp_path / "home", (), other, lambda *told: None)
    (tmp_path / "home").mkdir()
    for inside in ("home", "home/public", "."):
        with pytest.raises(DomainError, match="stick_home"):
            run(publics.old, disk=Disk(tmp_path / inside))
    with pytest.raises(DomainError, match="file_missing"):
        run(publics.old, disk=Disk(tmp_path / "no/such"))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DomainError, match="file_unwritable"):
        run(publics.old, disk=Disk(tmp_path / "file"))


def test_a_class_that_is_not_built_is_named(run, publics: Publics):
    with pytest.raises(DomainError) as refused:
        run(publics.old, "9")
    assert (refused.value.code, refused.value.data["slug"]) == ("site_missing", "9")


def test_a_class_is_read_of_one_edition_or_not_at_all(publics: Publics, tmp_path: Path):
    public = tmp_path / "public"
    shutil.copytree(publics.old, public)
    (public / "1/tv.html").write_bytes((publics.old / "3/tv.html").read_bytes())
    with pytest.raises(DomainError, match="site_moving"):
        source.read_site(public, "1")


@pytest.mark.parametrize(("paths", "bad"), [
    (["1/index.html", "1/kk/index.html"], ""),
    (["a:b.html"], "a:b.html"),
    (["1/A.html", "1/a.html"], "1/a.html"),
    (["X/a.html", "x/b.html"], "x/b.html"),
    ([f"{'n' * 101}.html"], f"{'n' * 101}.html"),
    (["dot./x"], "dot./x"),
])  # fmt: skip
def test_names_fit_a_stick(paths: list[str], bad: str):
    assert unfit(paths) == bad


def test_what_is_on_the_stick_is_forced_there_before_it_counts(stick: Path, monkeypatch: pytest.MonkeyPatch):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    disk = Disk(stick)
    disk.write("a/b.html", b"x")
    disk.settle()
    assert len(synced) == 2, "the file and its folder"
    disk.replace("a/b.html", "c.html")
    disk.settle()
    assert len(synced) == 4 and disk.read("c.html") == b"x"
