"""`korablik print weekly`, `print journal`, `print accessible` on the village, and what they refuse."""

import pytest

from tests.printables.paper import Margins, pages_of, run, whole
from tests.server.terminal import Korablik

pytestmark = pytest.mark.pdf


def test_the_village_prints_its_slips_journal_and_copy(korablik: Korablik, tmp_path):
    out = tmp_path / "weekly.pdf"
    done = korablik.run("print", "weekly", "--week", "2026-W50", "--group", "7", "--out", str(out), "--json").document
    assert done["slips"] > 0 and done["pages"] == len(whole(out, tmp_path, margins=Margins(13, 5)))
    assert (done["group"], done["week"]) == ("7", "2026-W50")
    journal = tmp_path / "journal.pdf"
    done = korablik.run("print", "journal", "--group", "7", "--course", "алгебра", "--term", "2", "--out", str(journal),
                        "--json").document  # fmt: skip
    assert done["courses"] == 1 and "Алгебра" in whole(journal, tmp_path, raised=True)[0]
    copy = tmp_path / "copy.pdf"
    done = korablik.run("print", "accessible", "--week", "2026-W50", "--group", "7", "--out", str(copy),
                        "--json").document  # fmt: skip
    assert done["lessons"] > 20 and done["pages"] == len(pages_of(copy))
    assert "Tagged:          yes" in run("pdfinfo", copy)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("weekly", "--week", "2027-W20", "--group", "7"), "week_not_begun"),
        (("weekly", "--week", "2026-W99", "--group", "7"), "week_invalid"),
        (("weekly", "--group", "77"), "group_unknown"),
        (("journal", "--group", "7", "--course", "черчение"), "course_unknown"),
        (("journal", "--group", "7", "--term", "9"), "term_unknown"),
        (("journal", "--group", "7", "--from", "2026-12-20", "--to", "2026-12-01"), "date_invalid"),
        (("accessible", "--week", "2027-W20", "--group", "7"), "week_not_in_edition"),
    ],
)
def test_what_cannot_be_printed_is_refused_with_a_sentence_and_no_file(korablik: Korablik, tmp_path, words, code):
    out = tmp_path / "out.pdf"
    assert korablik.run("print", *words, "--out", str(out), "--json").refusal == code
    assert not out.exists()
