"""The damaged school comes in file by file: exactly the findings of its list, and no file in error leaves a trace."""

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from apiflask import APIFlask

from server.services import imports
from tests.server import village
from tests.server.terminal import NOW

DATA = Path(__file__).parents[2] / "data" / "dirty"
LISTS = [
    "classes_utf16.csv", "classes_html.xls", "classes_extra_columns.csv", "classes_injection.csv", "classes.xlsx",
    "classes_missing_column.csv", "classes_utf8_as_1251.csv", "truncated.xlsx", "empty.csv", "empty.xlsx",
    "not_excel.xlsx", "bomb.xlsx",
]  # fmt: skip
TIMETABLES = [
    "timetable_asc.xml", "timetable_asc_1251.xml", "timetable_wrong_encoding.xml", "timetable_unknown_teacher.xml",
    "timetable_xxe.xml", "timetable_laughs.xml", "timetable_truncated.xml", "timetable_fet.csv", "timetable.xlsx",
]  # fmt: skip
ORDER = [
    ("terms", "terms.csv"), ("bells", "bells.csv"), ("staff", "staff.xlsx"), *(("people", name) for name in LISTS),
    *(("timetable", name) for name in TIMETABLES), ("oneroster", "oneroster"), ("connectivity", "connectivity.csv"),
    ("tv", "tv_broadcasts.csv"),
]  # fmt: skip


def content(name: str) -> bytes:
    """A file's bytes; a folder's as the zip that the command line makes of it."""
    if name != "oneroster":
        return (DATA / name).read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted((DATA / name).glob("*.csv")):
            archive.writestr(path.name, path.read_bytes())
    return out.getvalue()


def listed() -> dict[str, set[tuple[str, int | None, str, str]]]:
    """File → (sheet, row, column, level) of what must be said; row None: anywhere, letters of columns alone."""
    found: dict[str, set[tuple[str, int | None, str, str]]] = {}
    for entry in json.loads((DATA / "expected.json").read_text("utf-8")):
        if entry["level"] != "ok":
            for column in columns(entry["column"]):
                place = (entry["sheet"], entry["row"] or None, column, entry["level"])
                found.setdefault(entry["file"], set()).add(place)
    return found


def columns(text: str) -> list[str]:
    """ "E (Пол)" → E, "L–N" → L, M, N; a label stays."""
    if between := re.fullmatch(r"([A-Z])–([A-Z])", text):
        return [chr(code) for code in range(ord(between[1]), ord(between[2]) + 1)]
    return [text.split(" (")[0]]


def said(report: imports.ImportReport) -> dict[str, list[tuple[str, int, set[str], str]]]:
    """As ``listed``; a column goes by its letter, its label or nothing."""
    found: dict[str, list[tuple[str, int, set[str], str]]] = {}
    for finding in report.findings:
        if finding.level != "info":
            names = {finding.letter, finding.column, "" if not finding.column else finding.column}
            found.setdefault(finding.file, []).append((finding.sheet, finding.row, names, finding.level))
    return found


@pytest.mark.large
def test_every_damage_is_said_where_it_is_and_nothing_else(school: APIFlask) -> None:
    expected = listed()
    for kind, name in ORDER:
        before = village.fingerprint()
        report = imports.run(kind, [(name, content(name))], actor_id=None, dry_run=False, now=village.NOW)
        assert bool(report.refused) == bool(report.errors), name
        if report.refused:
            assert village.fingerprint() == before, name
        found = said(report)
        for file in {file for file in {*expected, *found} if file.split("/")[0] == name}:
            open_places = set(expected.get(file, ()))
            for sheet, row, names, level in found.get(file, []):
                fits = [place for place in open_places if place[0] in ("", sheet) and place[1] in (None, row)
                        and (place[2] in names or not place[2]) and place[3] == level]  # fmt: skip
                assert fits, (file, sheet, row, names, level)
                open_places.discard(fits[0])
            assert not open_places, (file, open_places)


MEASURED = """
import json, re, sys
from server import cli
codes = [cli.run(arguments) for arguments in json.loads(sys.argv[1])]
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]  # getrusage tells the parent's peak too
print(json.dumps([codes, int(peak)]), file=sys.stderr)
"""


@pytest.mark.large
def test_attacks_and_bombs_take_little_memory(tmp_path: Path) -> None:
    """All files by the command, in one process; exit code 1 for each that is refused."""
    home = str(tmp_path / "home")
    commands = [["--home", home, "init", "--school", "Test", "--admin", "admin"]]
    commands += [["--home", home, "import", kind, str(DATA / name), "--json"] for kind, name in ORDER]
    environment = {"KORABLIK_NOW": NOW, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([sys.executable, "-c", MEASURED, json.dumps(commands)], capture_output=True, text=True,
                          env=environment, cwd=Path(__file__).parents[3], timeout=300)  # fmt: skip
    codes, peak_kb = json.loads(done.stderr.splitlines()[-1])
    in_error = {file.split("/")[0] for file, places in listed().items() if any(place[3] == "error" for place in places)}
    assert codes == [0, *(int(name in in_error) for _, name in ORDER)]
    assert peak_kb < 300 * 1024
    assert "Traceback" not in done.stderr
