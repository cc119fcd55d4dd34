"""The whole loop: a week goes out as pages and paper, its works come back by the codes read from the paper."""

import csv
import hashlib
import random
import re
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import zxingcpp
from apiflask import APIFlask
from PIL import Image
from sqlalchemy import select, update

from server import create_app, store
from server.config import make_config
from server.extensions import db
from server.models import Person, Work
from server.services import logging_work, publishing, returns, schema, works
from server.services.logging_work import Arrival, Line
from server.services.weeks import week_days
from sync.codes import complete, group_digits
from tests.server import factory, village
from tests.server.terminal import Korablik
from tests.server.test_cli import marks, rows
from tests.server.test_serve import demo_home, office

TODAY = datetime(2026, 12, 7).date()
QR = re.compile(r"K1TESTW([0-9]{9})[0-9]{2}")


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def qr_of_a_task(pdf: Path, folder: Path) -> str:
    """What a reader sees on the first task page of a class's packs, drawn at 150 dots per inch."""
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "-f", "1", "-l", "12", pdf, folder / "page"], check=True)
    for image in sorted(folder.glob("page-*.pgm")):
        for seen in zxingcpp.read_barcodes(Image.open(image), formats=zxingcpp.BarcodeFormat.QRCode):
            if QR.fullmatch(seen.text):
                return seen.text
    raise AssertionError(f"no task's code on the first pages of {pdf}")


def words(pdf: Path) -> str:
    return subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.pdf
def test_what_is_printed_comes_back_by_its_code(korablik: Korablik, tmp_path: Path):
    printed = korablik.run("print", "packs", "--everyone", "--week", "2026-W50", "--group", "7", "--json")
    assert printed.code == 0 and "8/8" in printed.err and printed.document["packs"] == 8
    pdf = korablik.home / "packs" / "2026-W50" / "7.pdf"
    assert printed.document["files"] == [str(pdf)]
    scanned = qr_of_a_task(pdf, tmp_path)
    answer = korablik.run("return", scanned, "--as", "teacher", "--mark", "5", "--json")
    assert answer.code == 0 and answer.document["returns"][0]["outcome"] == "accepted"
    [code] = QR.fullmatch(scanned).groups()
    assert marks(korablik.home) == [(code, "mark", "5")]

    out = tmp_path / "journal.csv"
    assert korablik.run("export", "journal", "--group", "7", "--format", "csv", "--out", out).code == 0
    [(name,)] = rows(
        korablik.home,
        f"""
        SELECT person.last_name FROM person JOIN work ON work.student_id = person.id WHERE work.code = '{code}'""",
    )
    table = csv.reader(out.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
    marked = [row for row in table if "5" in row[1:]]
    assert len(marked) == 1 and any(name in cell for cell in marked[0])

    assert code in {row[0] for row in rows(korablik.home, """
        SELECT work.code FROM work JOIN pack_sheet ON pack_sheet.work_id = work.id
        JOIN sheet ON sheet.hash = pack_sheet.sheet_hash WHERE sheet.pages > 0""")}  # fmt: skip
    assert words(pdf).count("От ваших учителей") == 0
    asked = words(pdf).count(group_digits(code))
    carried = korablik.run("print", "packs", "--everyone", "--week", "2026-W50", "--group", "7", "--json")
    assert carried.code == 0 and words(pdf).count("От ваших учителей") == 1, "the pack carries the mark back"
    assert asked > words(pdf).count(group_digits(code)) == 0, "and asks no more for what is marked"
    first = digest(pdf)
    sheets = rows(korablik.home, "SELECT pack_id, position, sheet_hash, work_id FROM pack_sheet ORDER BY 1, 2")
    again = korablik.run("print", "packs", "--everyone", "--week", "2026-W50", "--group", "7", "--json")
    counts = ("files", "packs", "pages", "leaves", "ink", "cuts", "bytes")
    assert [again.document[key] for key in counts] == [carried.document[key] for key in counts]
    assert digest(pdf) == first, "the same edition is the same paper"
    assert rows(korablik.home, "SELECT pack_id, position, sheet_hash, work_id FROM pack_sheet ORDER BY 1, 2") == sheets


@pytest.mark.pdf
def test_a_name_that_paper_cannot_bear_is_told_and_nothing_is_printed(korablik: Korablik):
    with closing(sqlite3.connect(korablik.home / "korablik.db")) as database, database:
        database.execute("""UPDATE person SET first_name = '𝔐ария' WHERE id = (SELECT person_id FROM membership
            JOIN "group" ON "group".id = group_id WHERE slug = '8' LIMIT 1)""")
    answer = korablik.run("print", "packs", "--everyone", "--week", "2026-W50", "--json")
    assert answer.refusal == "font_lacks" and "𝔐ария" in answer.err
    assert rows(korablik.home, "SELECT id FROM pack") == [] and not list((korablik.home / "packs").rglob("*.pdf"))


@pytest.mark.pdf
def test_the_office_publishes_and_prints_for_the_command_line(korablik: Korablik):
    demo_home(korablik.home)
    with office(korablik) as process:
        published = korablik.run("publish", "--json")
        assert published.code == 0 and len(published.document["built"]) == 11 and "11/11" in published.err
        printed = korablik.run("print", "packs", "--everyone", "--group", "7", "--json")
        assert printed.code == 0 and printed.document["packs"] == 8 and "8/8" in printed.err
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) == 1
        process.terminate()
        assert process.wait(60) == 0
        assert not psutil.wait_procs(children, timeout=10)[1]
    assert (korablik.home / "public" / "7" / "index.html").is_file()


# The same school, the same ops, another database


@dataclass
class Day:
    """What a school's day leaves: works that got codes, outcomes of ops, the hash of all that came back."""

    codes: list[str]
    outcomes: list[tuple[str, str]]
    state: str


def a_day(app: APIFlask) -> Day:
    """Import the village with ids from one seed, publish, give the codes out in one order, take works back."""
    factory.school(locale="ru", week_anchor=None)
    reports = village.bring_all(randbytes=random.Random(7).randbytes)
    assert not any(report.errors for report in reports.values())
    publishing.publish(week_days(TODAY), today=TODAY, now=village.NOW, actor_id=None)
    ids = sorted(db.session.scalars(select(Work.id)))
    for shift in (5_000_000, 1_000_000):  # the codes given out at random are out of the way first
        numbered = [{"id": id_, "code": complete(f"{shift + n:07d}")} for n, id_ in enumerate(ids)]
        store.write(lambda session, rows=numbered: session.execute(update(Work), rows) and None)
    db.session.remove()
    teacher = db.session.scalars(select(Person.id).where(Person.last_name == "Незабудкина").order_by(Person.id)).first()
    outcomes = []
    for number, typed in enumerate(["+5", "+", "+д", "4", "+4", "-", "+5"]):
        envelopes = []
        for place, id_ in enumerate(ids[number::11]):
            code = complete(f"{1_000_000 + number + 11 * place:07d}")
            view = works.find(db.session, code, "TEST")
            heads = works.states(db.session, [id_])[id_].heads
            draft = logging_work.make_draft(bytes([number, place % 256, 0, 0, 0, 0, 0, 1]), village.NOW,
                                            "Asia/Yekaterinburg", teacher, [Line(code, heads, "returned")])  # fmt: skip
            if view.scale == "five" or typed == "+":
                said = logging_work.read_typed(typed, view.rule)
                envelopes.append(logging_work.op_about_work(draft, 0, said, Arrival(TODAY, "paper")))
        for _twice in range(2):  # a batch that is sent again
            done = returns.receive(returns.Delivery(envelopes, datetime(2026, 12, 7, 9, number, tzinfo=UTC), TODAY))
            outcomes += [(outcome.outcome, outcome.reason) for outcome in done]
    db.session.remove()
    return Day(sorted(db.session.scalars(select(Work.code))), outcomes, returns.state_hash(db.session))


def spend_a_day(home: Path, **values: str) -> Day:
    """``a_day`` in an office of its own."""
    app = create_app(make_config(home, testing=True, **values))
    try:
        with app.app_context():
            schema.prepare()
            day = a_day(app)
            db.session.remove()
            db.engine.dispose()
            return day
    finally:
        app.extensions["store"].close()


@pytest.mark.postgres
def test_the_same_day_leaves_the_same_state_on_both_databases(tmp_path: Path, pg_url: str, monkeypatch):
    monkeypatch.setattr(publishing, "build_site", lambda *args: [])
    one = spend_a_day(tmp_path / "sqlite")
    other = spend_a_day(tmp_path / "postgres", database_url=pg_url)
    assert one.codes == other.codes and len(one.codes) == 259
    assert one.outcomes == other.outcomes and {outcome for outcome, _reason in one.outcomes} >= {
        "accepted",
        "duplicate",
    }
    assert one.state == other.state
