"""A ZIM file per class: whole, checked, without links that lead nowhere; missing programs are said. Needs zim-tools."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from server.errors import DomainError
from server.services.carrying import zim
from server.services.carrying.zim import Words, contents, write_zim
from tests.server.services.carrying.conftest import Publics

WORDS = Words("1 класс", "Заречная школа: выпуск 41", "Заречная школа", "ru", "korablik_ZRC2_1",
              "выпуск 41 · 6 декабря")  # fmt: skip


def dump(file: Path, *arguments: str) -> str:
    done = subprocess.run(["zimdump", *arguments, str(file)], capture_output=True, check=True)
    return done.stdout.decode()


def test_a_class_is_one_file_that_zimcheck_passes(publics: Publics, tmp_path: Path):
    file = tmp_path / "1.zim"
    assert write_zim(publics.old, "1", file, WORDS) == file.stat().st_size
    done = subprocess.run(["zimcheck", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Status: Pass" in done.stdout, done.stdout
    names = set(dump(file, "list").split())
    pages = {f"1/{page.relative_to(publics.old / '1')}" for page in (publics.old / "1").rglob("*.html")}
    assert pages < names and {"index.html", "boat-48.png"} < names
    assert not any(name.startswith(("me/", "3/", "edition.js")) or "data/" in name for name in names)
    page = dump(file, "show", "--url=1/index.html")
    assert ">выпуск 41 · 6 декабря</span>" in page and "edition.js" not in page
    assert [path.name for path in tmp_path.iterdir()] == ["1.zim"]


def test_links_out_of_the_file_are_taken_away(publics: Publics, tmp_path: Path):
    public = tmp_path / "public"
    shutil.copytree(publics.old, public)
    for path in public.glob("1/data"):
        shutil.rmtree(path)
    (public / "1/tv.html").write_text(
        '<html lang="ru"><head><title>TV</title></head><body><a href="../me/index.html">mine</a>'
        '<nav><a href="../9/index.html">9</a></nav><a href="https://example.org/">abroad</a>'
        '<img src="../images/0123456789abcdef.png" alt="Boat"><img src="https://example.org/x.png" alt="Far">'
        '<img src="../images/lost.png" alt="Lost"><script src="../lost.js"></script></body></html>'
    )
    held = contents(public, "1")
    page = held["1/tv.html"].decode()
    assert "<span>mine</span>" in page and "<nav></nav>" in page and "abroad</a>" in page and "lost.js" not in page
    assert 'alt="Boat"' in page and "FarLost" in page, "what a lost picture showed is said in words"
    assert "images/0123456789abcdef.png" in held and "images/fedcba9876543210.png" not in held
    assert write_zim(public, "1", tmp_path / "1.zim", WORDS) > 0


def test_a_missing_program_is_said(publics: Publics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DomainError) as refused:
        write_zim(publics.old, "1", tmp_path / "1.zim", WORDS)
    assert refused.value.code == "zim_tool_missing" and refused.value.data["name"] == "zim-tools"


def test_what_a_program_complains_of_is_told_and_no_file_is_left(publics: Publics, tmp_path: Path):
    with pytest.raises(DomainError) as refused:
        write_zim(publics.old, "1", tmp_path / "1.zim", replace(WORDS, school=""))
    assert refused.value.code == "zim_failed" and refused.value.data["name"] == zim.WRITER
    with pytest.raises(DomainError, match="file_unwritable"):
        write_zim(publics.old, "1", tmp_path / "no" / "1.zim", WORDS)
    assert not list(tmp_path.iterdir())
