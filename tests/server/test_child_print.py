"""Printing happens in the child: a lesson too large for its memory is refused there, and the office goes on."""

import resource

import psutil
import pytest

from server.child import CEILING, Child
from server.errors import DomainError
from tests.editions import lesson_of, sample_content, sample_edition, write_sample
from tests.printables.rosters import sample_roster

pytestmark = pytest.mark.pdf
MORE = 48 * 2**20  # bytes that the child may take beyond what it has after a small print


def test_a_giant_lesson_does_not_kill_the_office(tmp_path):
    content = sample_content()
    small = write_sample(tmp_path / "small", sample_edition(content=content))
    material = content["lessons"][lesson_of(content, "7", "2026-12-07", 3)]["material"]
    content["materials"][material]["body"] = "Очень **длинный** урок. " * 60_000
    giant = write_sample(tmp_path / "giant", sample_edition(content=content))
    out, roster = tmp_path / "7.pdf", sample_roster(content, students=1)
    child = Child()

    def print_it(edition):
        return child.call("printables.pack:print_group", edition, roster, out, tmp_path / "cache", tmp_path)

    try:
        assert print_it(small).bytes == out.stat().st_size
        before = out.read_bytes()
        process = psutil.Process(child.call("os:getpid"))
        assert process.pid != psutil.Process().pid
        assert resource.prlimit(process.pid, resource.RLIMIT_AS) == (CEILING, CEILING)
        ceiling = process.memory_info().vms + MORE
        resource.prlimit(process.pid, resource.RLIMIT_AS, (ceiling, CEILING))
        with pytest.raises(DomainError, match="child_died"):
            print_it(giant)
        assert out.read_bytes() == before
        assert print_it(small).from_cache and out.read_bytes() == before
    finally:
        child.close()
