"""The file of a stop: packs of several classes, siblings after one another with one list, the rest after a jam."""

from dataclasses import replace

import pytest

from printables.errors import PrintError
from printables.order import Order
from printables.stopfile import Family, Stop, print_stop
from server.services.publishing import LOCALES
from tests.editions import sample_content, sample_edition, write_sample
from tests.printables.paper import codes_in, pages_of, pictures, run
from tests.printables.rosters import sample_roster

pytestmark = pytest.mark.pdf


@pytest.fixture(scope="module")
def stop() -> Stop:
    """Two of class 7 and two of class 8; one of each are siblings."""
    content = sample_content()
    rosters = tuple(
        sample_roster(content, group, students=2, first=4821703 + 500 * place) for place, group in enumerate(("7", "8"))
    )
    brother, sister = rosters[0].students[1], rosters[1].students[0]
    families = (
        Family("Әлиғұлова", "с. Өзен, ул. Школьная, 3", (brother.id, sister.id)),
        Family("Берёзкин", "", (rosters[0].students[0].id,)),
        Family("Щукин", "", (rosters[1].students[1].id,)),
    )
    return Stop("с. Тополиное, автобус", families, rosters)


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("edition"), sample_edition())


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def printed(edition, stop, cache, out, first=1):
    return print_stop(edition, stop, out, cache, LOCALES, order=Order(first=first))


def test_siblings_lie_together_behind_one_list(edition, stop, cache, tmp_path):
    report = printed(edition, stop, cache, tmp_path / "stop.pdf")
    pages = pages_of(report.file)
    [front, brother, sister, *_rest] = [pages[0], *(pages[pack.first_page - 1] for pack in report.packs)]
    students = {student.id: student for roster in stop.rosters for student in roster.students}
    for one in stop.families[0].students:
        assert students[one].name.split()[0] in front and f"{students[one].pack_code[:3]} " in front
    assert "Өзен" in front and "Тополиное" in front
    assert students[stop.families[0].students[0]].name.split()[0] in brother
    assert students[stop.families[0].students[1]].name.split()[0] in sister
    assert [pack.number for pack in report.packs] == [1, 2, 3, 4]
    assert report.packs[0].first_page == 3 and all(pack.sides % 2 == 0 for pack in report.packs)
    assert sum("Өзен" in page for page in pages) == 1, "a child alone needs no list"


def test_every_pack_bears_its_own_codes(edition, stop, cache, tmp_path):
    report = printed(edition, stop, cache, tmp_path / "stop.pdf")
    assert run("qpdf", "--check", report.file)
    for pack in report.packs:
        [cover] = pictures(report.file, tmp_path / pack.pack_code, pack.first_page, pack.first_page)
        assert f"P{pack.pack_code}00" in "".join(codes_in(cover))


def test_the_rest_begins_at_a_number_and_brings_the_familys_list_again(edition, stop, cache, tmp_path):
    whole = printed(edition, stop, cache, tmp_path / "whole.pdf")
    rest = printed(edition, stop, cache, tmp_path / "rest.pdf", first=2)
    assert [(pack.number, pack.pack_code) for pack in rest.packs] == [
        (pack.number, pack.pack_code) for pack in whole.packs[1:]
    ]
    assert "Өзен" in pages_of(rest.file)[0]
    later = printed(edition, stop, cache, tmp_path / "later.pdf", first=3)
    assert "Өзен" not in " ".join(pages_of(later.file))
    with pytest.raises(PrintError):
        printed(edition, stop, cache, tmp_path / "none.pdf", first=5)
    assert not (tmp_path / "none.pdf").exists()


def test_one_code_on_two_packs_stops_the_print(edition, stop, cache, tmp_path):
    first, second = stop.rosters
    twice = replace(second, students=(replace(second.students[0], pack_code=first.students[0].pack_code),
                                      second.students[1]))  # fmt: skip
    with pytest.raises(PrintError):
        printed(edition, replace(stop, rosters=(first, twice)), cache, tmp_path / "none.pdf")
