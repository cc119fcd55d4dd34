"""`korablik print packs --dry-run`, `--plain` and `print slips`: counted before, copied without names, stuck on."""

from contextlib import closing
from decimal import Decimal

import pytest
from sqlalchemy import select

from server import store
from server.cli import local
from server.config import make_config
from server.models import Pack
from server.services import print_settings
from server.services.print_settings import Setting
from tests.printables.paper import codes_in, pages_of, pictures
from tests.server.terminal import Korablik

WEEK = ("--week", "2026-W50", "--group", "7")


def limit(korablik: Korablik, leaves: int) -> None:
    with local.office(make_config(korablik.home)) as app, closing(app.extensions["store"]):
        store.write(lambda session: print_settings.save(session, None, Setting(leaves=leaves, leaf_cost=Decimal(2))))


def packs_of(korablik: Korablik) -> list[Pack]:
    with local.office(make_config(korablik.home)) as app, closing(app.extensions["store"]), store.snapshot() as session:
        return list(session.scalars(select(Pack)))


@pytest.mark.pdf
def test_a_count_says_what_the_print_then_takes(korablik: Korablik):
    limit(korablik, 12)
    counted = korablik.run("print", "packs", *WEEK, "--everyone", "--dry-run", "--json")
    assert counted.code == 0, counted
    found = counted.document
    [group] = found["groups"]
    assert (group["group"], group["limit"], found["currency"]) == ("7", 12, "RUB")
    assert group["cuts"] and group["cost"] == 2 * group["leaves"]
    assert packs_of(korablik) == []
    assert not list(korablik.home.glob("packs/*/*.pdf"))
    printed = korablik.run("print", "packs", *WEEK, "--everyone", "--json").document
    assert (printed["packs"], printed["leaves"]) == (found["packs"], found["leaves"])
    assert {cut["step"] for cut in printed["cuts"]} == set(group["cuts"])


@pytest.mark.pdf
def test_the_schools_week_is_told_and_kept(korablik: Korablik):
    free = korablik.run("print", "packs", *WEEK, "--everyone", "--dry-run", "--json").document
    assert free["school"] is None
    with local.office(make_config(korablik.home)) as app, closing(app.extensions["store"]):
        most = free["leaves"] - 1
        store.write(lambda session: print_settings.save(session, None, Setting(week_leaves=most)))
    counted = korablik.run("print", "packs", *WEEK, "--everyone", "--dry-run", "--json").document
    printed = korablik.run("print", "packs", *WEEK, "--everyone", "--json").document
    for found in (counted, printed):
        assert found["school"]["steps"] and found["school"]["over"] == 0
        assert found["leaves"] == found["school"]["leaves"] <= most
    assert {cut["step"] for cut in printed["cuts"]} <= set(printed["school"]["steps"])
    assert sum(printed["reasons"].values()) == printed["packs"]
    told = korablik.run("print", "packs", *WEEK, "--everyone")
    assert f"из {most}, из них в пакетах остальных 0." in told.err + told.out


@pytest.mark.pdf
def test_sheets_for_the_photocopier_come_with_slips(korablik: Korablik, tmp_path):
    printed = korablik.run("print", "packs", *WEEK, "--everyone", "--plain", "--json")
    assert printed.code == 0, printed
    folder = korablik.home / "packs" / "2026-W50"
    assert printed.document["files"] == [str(folder / "7.copies.pdf")]
    packs = packs_of(korablik)
    assert len(packs) == printed.document["packs"] and all(pack.printed_at and pack.leaves for pack in packs)
    copies = " ".join(pages_of(folder / "7.copies.pdf"))
    slips = folder / "7.slips.pdf"
    before = slips.read_bytes()
    read = [code for page in pictures(slips, tmp_path, 1, 20) for code in codes_in(page)]
    assert sum(code[6] == "P" for code in read) == len(packs)
    assert not any(f"{pack.code[:3]} {pack.code[3:6]} {pack.code[6:]}" in copies for pack in packs)
    slips.unlink()
    again = korablik.run("print", "slips", *WEEK, "--json")
    assert again.code == 0 and again.document["files"] == [str(slips)], again
    assert slips.read_bytes() == before


def test_slips_need_packs(korablik: Korablik):
    assert korablik.run("print", "slips", *WEEK, "--json").refusal == "pack_missing"
    assert (
        korablik.run("print", "slips", "--week", "2025-W10", "--group", "7", "--json").refusal == "week_not_in_edition"
    )


@pytest.mark.parametrize("more", ["--supplement", "--by=stop", "--first=2", "--student=Veslov"])
def test_copies_and_counts_are_of_whole_classes(korablik: Korablik, more: str):
    for what in ("--plain", "--dry-run"):
        answer = korablik.run("print", "packs", *WEEK, more, what)
        assert answer.code == 2, answer
