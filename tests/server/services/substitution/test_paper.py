"""The journal and the month's sheet on paper: black and white, numbered, with fonts, whatever their length."""

import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask

from printables.register import Register, print_register
from server.extensions import db
from server.models import School
from server.services.substitution import documents
from server.services.substitution.journal import Entry
from tests.printables.paper import pages_of, run
from tests.server import factory
from tests.server.services.substitution.place import TUESDAY

pytestmark = pytest.mark.pdf


def entries(count: int) -> list[Entry]:
    return [
        Entry(TUESDAY + timedelta(days=n % 20), n % 7 + 1, ("7 «А»", "7 «Б»")[: n % 2 + 1], "русский язык и литература",
              f"Константинопольская{n % 9} А. В.", "illness", ((f"p{n % 5}", f"Незабудкина{n % 5} В. С."),),
              ("substituted", "joined", "swapped")[n % 3], "Рулев П. П.")
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("what", ["journal", "sheet"])
@pytest.mark.parametrize("count", [0, 3, 120])
def test_the_paper_is_whole(app: APIFlask, tmp_path: Path, what: str, count: int) -> None:
    factory.school(locale="ru")
    school = db.session.get_one(School, "TEST")
    month, until = TUESDAY.replace(day=1), TUESDAY + timedelta(days=30)
    found = entries(count)
    register = (
        documents.journal(found, month, school, "ru") if what == "journal"
        else documents.sheet(found, month, until, school, "ru")
    )  # fmt: skip
    file = tmp_path / f"{what}.pdf"
    file.write_bytes(documents.pdf(register))
    pages = pages_of(file)
    for number, page in enumerate(pages, 1):
        assert re.search(rf"\b{number}\b\D+\b{len(pages)}\b", page), page[-80:]
    assert register.title in pages[0]
    assert (len(pages) > 1) is (count == 120)
    for line in found[:1]:
        assert line.holders[0][1].split()[0] in " ".join(pages)
    assert all(who in pages[-1] for who in register.signatures)
    fonts = run("pdffonts", file).splitlines()[2:]
    assert fonts
    assert all(" yes " in line for line in fonts)
    assert subprocess.run(["qpdf", "--check", file], capture_output=True).returncode == 0


def test_page_numbers_of_any_language_are_texts_and_nothing_else(tmp_path: Path) -> None:
    words = ('"x"; } body { color: red', " из ", "\\ <b>")
    file = tmp_path / "register.pdf"
    file.write_bytes(print_register(Register("T", "S", (), (), (), words, "ru")))
    assert pages_of(file) == ["S T " + "1".join([words[0], " из ", words[2]])]
