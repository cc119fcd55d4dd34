"""Unused sheets go after 60 days, used ones stay; another process's half-written file is left alone."""

import os
from pathlib import Path

import pytest

from printables import sheet_files
from printables.files import LEFTOVER, whole_file

DAY = 24 * 3600
NOW = 1_790_000_000.0


def aged(folder: Path, days: float) -> None:
    for path in folder.iterdir():
        os.utime(path, (NOW - days * DAY,) * 2)


@pytest.fixture
def folder(tmp_path) -> Path:
    sheet_files.save(tmp_path, "abc", {"says": "ҚҢӨ"}, b"%PDF")
    (tmp_path / "abc.ink").write_bytes(b"[0.1]")
    return tmp_path


def test_a_sheet_comes_back_as_it_was_stored(folder):
    assert sheet_files.load(folder, "abc", NOW)["says"] == "ҚҢӨ"
    assert sheet_files.load(folder, "another", NOW) is None


def test_an_unused_sheet_goes_after_sixty_days_with_all_its_files(folder):
    aged(folder, 59)
    assert sheet_files.forget_unused(folder, NOW) == 0
    aged(folder, 61)
    assert sheet_files.forget_unused(folder, NOW) == 3
    assert list(folder.iterdir()) == []


def test_a_use_keeps_a_sheet_for_another_sixty_days(folder):
    aged(folder, 59)
    assert sheet_files.load(folder, "abc", NOW)
    assert sheet_files.forget_unused(folder, NOW + 30 * DAY) == 0


def test_what_killed_prints_left_goes_after_an_hour(folder):
    left = folder / ".abc.sheet.x.part"
    left.write_bytes(b"half")
    os.utime(left, (NOW - LEFTOVER + 60,) * 2)
    assert sheet_files.forget_unused(folder, NOW) == 0
    assert sheet_files.forget_unused(folder, NOW + 120) == 1


def test_a_print_without_any_sheet_has_nothing_to_forget(tmp_path):
    assert sheet_files.forget_unused(tmp_path / "sheets", NOW) == 0


def test_two_writers_of_one_file_do_not_take_each_others_half(tmp_path):
    out = tmp_path / "7.pdf"
    with whole_file(out) as slow:
        slow.write(b"slow")
        with whole_file(out) as quick:
            quick.write(b"quick")
        assert out.read_bytes() == b"quick"
    assert out.read_bytes() == b"slow"
    assert [path.name for path in tmp_path.iterdir()] == ["7.pdf"]
