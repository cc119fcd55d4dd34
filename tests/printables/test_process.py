"""The print room as a process: answers job by job, survives bad ones, leaves no half file when it is killed."""

import json
import subprocess
import sys

import pytest

from tests.editions import sample_content
from tests.printables.paper import run
from tests.printables.rosters import sample_roster

pytestmark = pytest.mark.pdf
COMMAND = [sys.executable, "-m", "printables"]


def job(edition, folder, roster, name="7.pdf"):
    places = {
        "edition": str(edition),
        "out": str(folder / name),
        "cache": str(folder / "cache"),
        "locale_dir": str(folder),
    }
    return json.dumps({**places, "roster": roster.to_json()}) + "\n"


def test_jobs_are_answered_in_order_and_a_bad_one_stops_nothing(edition, tmp_path):
    roster = sample_roster(sample_content(), "7", students=2)
    bad = roster.to_json()
    bad["students"][1]["name"] = "李明"
    jobs = [job(edition, tmp_path, roster), job(edition, tmp_path, type(roster).from_json(bad), "bad.pdf")]
    jobs += [job(tmp_path / "gone", tmp_path, roster, "gone.pdf"), job(edition, tmp_path, roster, "again.pdf")]
    done = subprocess.run(COMMAND, input="".join(jobs), capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.stderr == ""
    assert [answer["progress"] for answer in answers if "progress" in answer] == [[1, 2], [2, 2]] * 2
    ends = [answer for answer in answers if "progress" not in answer]
    assert [list(answer) for answer in ends] == [["report"], ["error"], ["error"], ["report"]]
    assert ends[1]["error"] == {"code": "font_lacks", "data": {"name": "李明", "letters": "李明"}}
    assert ends[2]["error"]["code"] == "edition_unreadable"
    assert ends[3]["report"]["rendered"] == 0
    assert (tmp_path / "7.pdf").read_bytes() == (tmp_path / "again.pdf").read_bytes()
    assert not (tmp_path / "bad.pdf").exists()


def test_killed_in_the_middle_leaves_the_old_file_and_a_cache_that_works(edition, tmp_path):
    roster = sample_roster(sample_content(), "7", students=300)
    old = tmp_path / "7.pdf"
    old.write_bytes(b"the old file")
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write(job(edition, tmp_path, roster))
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"progress": [1, 300]}
        process.kill()
    assert old.read_bytes() == b"the old file"
    (tmp_path / ".7.pdf.killed.part").write_bytes(b"what a process killed while writing leaves")
    roster = sample_roster(sample_content(), "7", students=2)
    done = subprocess.run(COMMAND, input=job(edition, tmp_path, roster), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1])["report"]["rendered"] == 0
    assert "No syntax" in run("qpdf", "--check", old)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["7.pdf", "cache"]
