"""Killed at any moment, a print leaves the old file and a cache that the next print can use."""

import os
import pickle
import subprocess
import sys
import time

import pytest

from printables.errors import PrintError
from printables.files import LEFTOVER
from printables.pack import print_group
from tests.editions import sample_content
from tests.printables.paper import run
from tests.printables.rosters import sample_roster

pytestmark = pytest.mark.pdf
CHILD = """
import pickle, sys
from printables.pack import print_group
print_group(*pickle.load(sys.stdin.buffer), progress=lambda done, total: print(done, flush=True))
"""


def test_killed_in_the_middle(edition, tmp_path):
    out, cache = tmp_path / "7.pdf", tmp_path / "cache"
    out.write_bytes(b"the old file")
    many = (edition, sample_roster(sample_content(), "7", students=400), out, cache, tmp_path)
    with subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(pickle.dumps(many))
        process.stdin.close()
        assert process.stdout.readline() == b"1\n"
        process.kill()
    assert out.read_bytes() == b"the old file"

    left = tmp_path / ".7.pdf.killed.part"
    left.write_bytes(b"what a print leaves that is killed while it writes")
    os.utime(left, (time.time() - 2 * LEFTOVER,) * 2)
    report = print_group(edition, sample_roster(sample_content(), "7", students=2), out, cache, tmp_path)
    assert report.rendered == 0
    assert "No syntax" in run("qpdf", "--check", out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["7.pdf", "cache"]


def test_a_refusal_travels_between_processes():
    error = pickle.loads(pickle.dumps(PrintError("font_lacks", name="李明", letters="李明")))
    assert (type(error), error.code, error.data) == (PrintError, "font_lacks", {"name": "李明", "letters": "李明"})
