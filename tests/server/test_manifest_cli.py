"""`korablik print manifest`: registers are made where they are missing, printed by stop or class, and told."""

import sqlite3
from contextlib import closing

import pytest

from tests.printables.paper import pages_of
from tests.server.terminal import Korablik


@pytest.mark.pdf
def test_registers_of_the_village(korablik: Korablik, tmp_path):
    early = korablik.run("print", "manifest", "--week", "2026-W50", "--json")
    assert early.code == 1 and early.document["error"]["code"] == "registers_missing"
    assert korablik.run("print", "packs", "--week", "2026-W50", "--group", "7", "--everyone", "--json").code == 0
    with closing(sqlite3.connect(korablik.home / "korablik.db")) as database:
        database.execute("""INSERT INTO stop (id, name, kind, contact, note, days, position)
                            VALUES ('s', 'Дальний Кордон', 'driver', 'Дорогин П. С.', '', 5, 1)""")
        database.execute("""UPDATE person SET stop_id = 's' WHERE id IN
                            (SELECT student_id FROM pack ORDER BY student_id LIMIT 3)""")
        database.commit()
        [(packs,)] = database.execute("SELECT count(*) FROM pack").fetchall()
    done = korablik.run("print", "manifest", "--week", "2026-W50", "--json").document
    assert done["listed"] == done["packs"] == packs and len(done["made"]) == len(done["registers"]) == 2
    first, second = done["registers"]
    assert (first["stop"], first["packs"], second["group"], second["packs"]) == ("Дальний Кордон", 3, "7", packs - 3)
    assert first["due_on"] is not None and first["state"] == "made" and first["works_back"] == 0
    assert len(pages_of(korablik.home / "packs" / "2026-W50" / "manifest.pdf")) == sum(
        one["pages"] + one["pages"] % 2 for one in done["registers"]
    )
    out = tmp_path / "stop.pdf"
    again = korablik.run("print", "manifest", "--week", "2026-W50", "--stop", "дальний кордон", "--out", str(out),
                         "--json").document  # fmt: skip
    assert again["listed"] == 0 and [one["code"] for one in again["registers"]] == [first["code"]]
    page = pages_of(out)[0]
    code = first["code"]
    assert "Дальний Кордон" in page and f"{code[:3]} {code[3:6]} {code[6:]}" in page
    known = korablik.run("print", "manifest", "--week", "2026-W50", "--stop", "Кудыкина гора")
    assert known.code == 1 and "Дальний Кордон" in known.err
    group = korablik.run("print", "manifest", "--week", "2026-W50", "--group", "7", "--out", str(out), "--json")
    assert [one["group"] for one in group.document["registers"]] == ["7"]
    assert korablik.run("print", "manifest", "--stop", "a", "--group", "7").code == 2
