"""The phone packs and unpacks batches as the office does: the two programs, each with the other's columns."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync import batch
from tests.sync.test_batch import a_class, as_bytes, batches

SCRIPT = Path(__file__).parents[2] / "server" / "static" / "phone" / "batch.js"
RUN = """
import { pack, unpack } from "%s";
import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  const { ops, columns } = JSON.parse(line);
  const answer = { columns: pack(ops), ops: unpack(columns) };
  process.stdout.write(JSON.stringify({ ...answer, again: unpack(answer.columns) }) + "\\n");
}
"""


class Node:
    """A JavaScript program that answers line by line."""

    def __init__(self, folder: Path):
        program = folder / "run.mjs"
        program.write_text(RUN % SCRIPT.as_uri(), encoding="utf-8")
        self.process = subprocess.Popen(["node", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        encoding="utf-8")  # fmt: skip

    def ask(self, ops: list[dict[str, Any]]) -> dict[str, Any]:
        self.process.stdin.write(json.dumps({"ops": ops, "columns": batch.pack(ops)}) + "\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]
        return json.loads(self.process.stdout.readline())  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Any:
    if shutil.which("node") is None:
        pytest.skip("no node here; the phone's own tests run the script in a browser")
    running = Node(tmp_path_factory.mktemp("node"))
    yield running
    running.process.stdin.close()
    running.process.wait(10)


@given(batches)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
def test_each_reads_what_the_other_wrote(node: Node, each: list[dict[str, Any]]) -> None:
    told = node.ask(each)
    assert as_bytes(told["ops"]) == as_bytes(each)
    assert as_bytes(told["again"]) == as_bytes(each)
    assert as_bytes(batch.unpack(told["columns"])) == as_bytes(each)


@pytest.mark.parametrize("count", [0, 1, 30, 500])
def test_both_write_the_same_columns(node: Node, count: int) -> None:
    typed = a_class(count)
    assert node.ask(typed)["columns"] == batch.pack(typed)


@given(st.integers(0, 9_999_999))
@settings(max_examples=20, deadline=None)
def test_check_digits_are_the_same(node: Node, seven: int) -> None:
    typed = a_class(1)
    other = json.loads(json.dumps(typed))
    other[0]["data"]["code"] = batch.complete(f"{seven:07d}")
    both = [*typed, {**other[0], "n": 1}]
    assert node.ask(both)["columns"] == batch.pack(both)
