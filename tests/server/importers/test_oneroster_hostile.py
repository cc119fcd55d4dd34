"""Sets made to hurt: whatever the bytes, rows and findings come out, soon and in bounded memory."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.importers.registry import read
from tests.server import rosters
from tests.server.rosters import SMALL

PIECES = ["", ",", '"', "\n", "\x00", "u1", "u9", "h1", "k1", "true", "tobedeleted", "student", "7А", "7А+7Б", "=1",
          "'=1", "%s", "31.31.2026", "9" * 40, "٣", "metadata.korablik.kind", "\ufeff", ":"]  # fmt: skip
CELLS = st.sampled_from(PIECES) | st.text(max_size=6)
MEGABYTES = 1_000_000


def answer(files):
    """Reads, reads every sentence out, and gives the result."""
    result = read("oneroster", "set.zip", rosters.packed(files))
    assert all(finding.text() for finding in result.findings)
    assert bool(result.rows) != result.refused
    return result


@settings(max_examples=60)
@given(data=st.data())
def test_mutated_files(data):
    files = dict(SMALL)
    for _ in range(data.draw(st.integers(1, 8))):
        name = data.draw(st.sampled_from(sorted(files)))
        at = data.draw(st.integers(0, len(files[name])))
        cut = data.draw(st.sampled_from([0, 0, 1, 3, 30]))
        files[name] = files[name][:at] + data.draw(CELLS) + files[name][at + cut :]
    answer({name: text.encode("utf-8", "replace") for name, text in files.items()})


@settings(max_examples=60)
@given(data=st.data())
def test_random_cells_below_good_headers(data):
    files = {}
    for name, text in SMALL.items():
        header = text.partition("\n")[0]
        width = header.count(",") + 1
        rows = data.draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=4))
        lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
        files[name] = "\n".join([text.rstrip("\n"), *lines]).encode("utf-8", "replace")
    answer(files)


@given(name=st.sampled_from(sorted(SMALL)), content=st.binary(max_size=300))
def test_random_bytes_for_a_file(name, content):
    answer({**SMALL, name: content})


def added(name, rows):
    """The small set with many rows more in a file."""
    return {**SMALL, name: SMALL[name] + "".join(rows)}


def sections(count):
    """So many classes of one subject, each with one student."""
    classes = (f"x{n},,,Физика,07,c1,,scheduled,,s1,q1,,,\n" for n in range(count))
    enrollments = (f"xe{n},,,x{n},s1,u1,student,,,\n" for n in range(count))
    return {**added("classes", classes), "enrollments": SMALL["enrollments"] + "".join(enrollments)}


@pytest.mark.parametrize(
    "files",
    [
        sections(2_000),
        added("users", ("u1,true,u1,Пётр,Листов,Ильич,,,p1\n" for _ in range(5_000))),
        added("users", (f"x{n},true,x,А,Б,,,,{'p1,' * 3}\n" for n in range(5_000))),
        added("enrollments", (f"x{n},,,h1,s1,u1,student,,,\n" for n in range(10_000))),
        added("enrollments", (f"x{n},,,h1,s1,nobody{n},student,,,\n" for n in range(5_000))),
        {**SMALL, "users": ",".join(f"columnName{n}" for n in range(499)) + "," + SMALL["users"]},
        added("users", ['z,true,z,А,Б,,,,"' + ",".join(f"u{n}" for n in range(20_000)) + '"\n']),
        added("classes", [f"z,,,{'7А ' * 20_000}: Физика,07,c1,,scheduled,,s1,q1,,,\n"]),
        added("classes", [f"z,,,{'7А+' * 20_000}: Физика,07,c1,,scheduled,,s1,q1,,,\n"]),
        added("users", [f'z,true,z,"{"А " * 60_000}",Б,,,,\n']),
        {**SMALL, "users": "\n" * 1_000_000 + SMALL["users"]},
        {**SMALL, "users": SMALL["users"] + "\n" * 90_000},
        {**SMALL, "users": '"sourcedId\n' * 20_000},
    ],
    ids=lambda files: "",
)
@pytest.mark.large
def test_much_of_everything_stays_small(files):
    data = rosters.packed(files)
    tracemalloc.start()
    read("oneroster", "set.zip", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 * MEGABYTES


def test_cells_that_look_like_formulas_stay_text():
    files = rosters.changed(SMALL, "users", lambda text: text.replace("Листов,", "'=1+1,").replace("Корнева", "=2+2"))
    result = answer(files)
    assert [one.row.last for one in result.rows[0].students] == ["=1+1", "=2+2"]
    assert {one.code for one in result.findings} == {"formula_text"}
