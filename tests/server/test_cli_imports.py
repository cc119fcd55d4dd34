"""`korablik import`, `imports` and `undo` as people use them: mappings, decisions, exit codes, documents."""

import json
from pathlib import Path

import pytest

from tests.server import village
from tests.server.terminal import Korablik

HEADER = "Класс;Фамилия;Имя;Дата рождения;Улица"


@pytest.fixture
def new_list(tmp_path: Path) -> Path:
    """A class list with one student who is new."""
    path = tmp_path / "new.csv"
    path.write_text(f"{HEADER}\n7;Якорев;Пётр;01.02.2013;сестра Анна\n", encoding="utf-8")
    return path


def test_an_import_is_listed_and_taken_back(korablik: Korablik, new_list: Path) -> None:
    document = korablik.run("import", "people", new_list, "--json").document
    assert (document["changed"], len(document["runs"])) == (True, 1)
    (run,) = document["runs"]
    created = [change for change in document["changes"] if (change["what"], change["table"]) == ("created", "person")]
    assert [change["label"] for change in created] == ["Якорев Пётр"]
    newest, *_ = korablik.run("imports", "--json").document["imports"]
    assert (newest["id"], newest["file"], newest["kind"], newest["can_undo"]) == (run, "new.csv", "people", True)
    trial = korablik.run("undo", "--dry-run", "--json").document
    assert (trial["run"], trial["undone"], trial["refused"]) == (run, False, [])
    answer = korablik.run("undo")
    assert answer.code == 0 and "new.csv" in answer.out
    newest, *_ = korablik.run("imports", "--json").document["imports"]
    assert newest["undone_at"] is not None and not newest["can_undo"]


def test_undo_names_what_stands_in_the_way(korablik: Korablik) -> None:
    """Works were given out for the lessons that came last."""
    answer = korablik.run("undo", "--json")
    assert answer.code == 1 and not answer.document["undone"]
    assert answer.document["refused"] and all(answer.document["refused"])
    assert korablik.run("undo", "f" * 32, "--json").refusal == "run_unknown"


def test_a_mapping_is_named_once(korablik: Korablik, new_list: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"kind": "people", "sheets": {"*": {"E": "siblings"}}}), encoding="utf-8-sig")
    assert korablik.run("import", "people", new_list, "--mapping", mapping).code == 0
    assert "Улица" not in korablik.run("import", "people", new_list).err


@pytest.mark.parametrize(
    ("text", "code"),
    [("{", "mapping_unreadable"), ('{"kind": "staff", "sheets": {}}', "mapping_kind"),
     ('{"sheets": {"*": {"A": "nothing"}}}', "mapping_field")],
)  # fmt: skip
def test_a_wrong_mapping_is_told(korablik: Korablik, new_list: Path, tmp_path: Path, text: str, code: str) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(text, encoding="utf-8")
    assert korablik.run("import", "people", new_list, "--mapping", mapping, "--json").refusal == code
    missing = korablik.run("import", "people", new_list, "--mapping", tmp_path / "none.json", "--json")
    assert missing.refusal == "file_missing"


def test_a_probable_twin_is_asked_for_and_decided(korablik: Korablik, tmp_path: Path) -> None:
    header, first, *_ = village.read("classes.csv").decode("cp1251").splitlines()
    cells = first.split(";")
    path = tmp_path / "married.csv"
    path.write_bytes(f"{header}\r\n{';'.join([cells[0], 'Другова', *cells[2:]])}".encode("cp1251"))
    asked = korablik.run("import", "people", path)
    assert asked.code == 1 and "--same" in asked.err
    assert korablik.run("import", "people", path, "--same", "2", "--new", "2", "--json").refusal == "decision_twice"
    document = korablik.run("import", "people", path, "--same", "2", "--json").document
    assert document["changed"] and not [finding for finding in document["findings"] if finding["level"] == "error"]


def test_rows_in_error_are_left_out_on_demand(korablik: Korablik, new_list: Path) -> None:
    with new_list.open("a", encoding="utf-8") as file:
        file.write("7;Рулев;Лев;31.02.2013;\n")
    refused = korablik.run("import", "people", new_list, "--json")
    assert refused.code == 1 and refused.document["refused"] == ["new.csv"] and not refused.document["changed"]
    (finding,) = [finding for finding in refused.document["findings"] if finding["level"] == "error"]
    assert (finding["row"], finding["letter"]) == (3, "D")
    taken = korablik.run("import", "people", new_list, "--skip-errors", "--json")
    assert taken.code == 0 and taken.document["counts"]["created"] == 1
