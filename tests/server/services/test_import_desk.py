"""Uploads on their way in: where they lie, what is refused, what is remembered, when they go; and their check."""

import os
import stat
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import ImportDraft, ImportMapping
from server.services import import_check, import_desk, import_taking, import_told, imports, upkeep
from server.services.going_out import Starter
from server.services.running import running
from tests.server import factory

DIRTY = Path(__file__).parents[2] / "data" / "dirty"
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
TERMS = "Вид;Название;Начало;Конец\nчетверть;1 четверть;01.09.2026;24.10.2026\n".encode()


@pytest.fixture
def account(school):
    return factory.account("deputy", "deputy_studies")


@pytest.fixture
def config(school):
    return school.extensions["korablik"]


@pytest.fixture
def keep(config, account):
    def keep(data=TERMS, name="terms.csv", kind="", by=account, now=NOW):
        return import_desk.keep(config, name, data, kind or import_desk.recognise(name, data)[0], by, now)

    return keep


def starter(account):
    return Starter(factory.person_of(account), account, "Rulev D. P.", NOW, date(2026, 12, 7))


def row(draft_id):
    db.session.rollback()
    return import_desk.draft(db.session, draft_id)


@pytest.mark.parametrize(("given", "shown"), [
    ("classes.xlsx", "classes.xlsx"), ("C:\\Users\\Анна\\7а.xls", "7а.xls"), ("../../etc/passwd", "passwd"),
    ("a\x00b\nc\u202e.csv", "a b c .csv"), ("", "-"), ("/", "-"), ("x" * 300 + ".csv", "x" * 116 + ".csv"),
])  # fmt: skip
def test_a_name_is_shown_and_never_a_path(given, shown):
    assert import_desk.shown_name(given) == shown


def test_the_bytes_lie_where_only_the_owner_reads_and_nothing_is_served(config, keep):
    draft_id = keep(name="../../public/terms.csv")
    files = list((config.home / "imports").iterdir())
    assert [file.name for file in files] == [draft_id] and files[0].read_bytes() == TERMS
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700
    found = row(draft_id)
    assert (found.file_name, found.kind, found.size) == ("terms.csv", "terms", len(TERMS))
    assert import_desk.content(config, found) == TERMS


def test_the_kind_is_guessed_unless_it_was_said(keep):
    assert row(keep(kind="bells")).kind == "bells"
    assert row(keep("а;б;в\n1;2;3\n".encode(), "x.csv")).kind == ""


def test_the_same_file_sent_twice_is_one_draft_of_one_person(config, account, keep):
    first = keep()
    assert keep() == first
    other = keep(by=factory.account("coordinator", "coordinator"))
    assert other != first
    assert {file.name for file in (config.home / "imports").iterdir()} == {first, other}
    lines = import_desk.open_drafts(db.session, account)
    assert [(line.id, line.mine) for line in lines] == [(first, True), (other, False)]


def test_what_could_not_be_stored_leaves_no_bytes(config, keep, monkeypatch):
    def full(write):
        raise DomainError("disk_full")

    monkeypatch.setattr(store, "write", full)
    with pytest.raises(DomainError):
        keep()
    assert list((config.home / "imports").iterdir()) == []


@pytest.mark.parametrize(("name", "code"), [
    ("truncated.xlsx", "archive_broken"), ("empty.csv", "file_empty"), ("empty.xlsx", "file_empty"),
    ("not_excel.xlsx", "not_a_table"), ("bomb.xlsx", "archive_bomb"), ("classes_utf8_as_1251.csv", "text_garbled"),
])  # fmt: skip
def test_what_nobody_can_read_is_refused_at_the_door(school, name, code):
    kind, finding = import_desk.recognise(name, (DIRTY / name).read_bytes())
    assert (kind, finding.code) == ("", code) and import_desk.is_unreadable(finding)


def test_too_large_is_refused_before_it_is_read(school, monkeypatch):
    monkeypatch.setattr("server.importers.limits.MAX_FILE", 3)
    assert import_desk.recognise("a.csv", b"a;b;c")[1].code == "file_too_large"


@pytest.mark.parametrize("name", ["classes.xlsx", "classes_missing_column.csv", "staff.xlsx", "bells.csv"])
def test_what_can_be_corrected_gets_in(school, name):
    assert import_desk.recognise(name, (DIRTY / name).read_bytes())[1] is None


def test_corrections_are_kept_and_those_of_another_kind_forgotten(keep):
    draft_id = keep()
    assert import_desk.correct(draft_id, "terms", {"shape": {"A": "kind"}}, {"terms.csv//2": "same"})
    assert not import_desk.correct(draft_id, "terms", {"shape": {"A": "kind"}}, {"terms.csv//2": "same"})
    assert import_desk.correct(draft_id, "terms", {"other": {"B": ""}}, {"terms.csv//3": "new"})
    found = row(draft_id)
    assert found.mapping == {"shapes": {"shape": {"A": "kind"}, "other": {"B": ""}}}
    assert found.decisions == {"terms.csv//2": "same", "terms.csv//3": "new"}
    assert import_desk.correct(draft_id, "bells", {}, {})
    assert row(draft_id).mapping is None


@pytest.mark.parametrize("draft_id", ["f" * 32, "../korablik.db", ""])
def test_an_unknown_draft_is_not_found(config, keep, draft_id):
    keep()
    for act in (lambda: import_desk.draft(db.session, draft_id), lambda: import_desk.leave(config, draft_id),
                lambda: import_desk.correct(draft_id, "terms", {}, {})):  # fmt: skip
        with pytest.raises(DomainError, match="not_found"):
            act()
    assert (config.home / "korablik.db").exists()


def test_a_draft_that_is_left_goes_with_its_bytes(config, keep):
    draft_id = keep()
    import_desk.leave(config, draft_id)
    assert list((config.home / "imports").iterdir()) == []
    with pytest.raises(DomainError, match="not_found"):
        row(draft_id)


def test_bytes_that_are_gone_are_said_to_be(config, keep):
    found = row(keep())
    (config.home / "imports" / found.id).unlink()
    with pytest.raises(DomainError, match="file_missing"):
        import_desk.content(config, found)


def test_old_drafts_and_stray_bytes_go_by_themselves(school, config, keep, account):
    old = keep(now=NOW - timedelta(days=8))
    import_taking.take(config, old, False, starter(account), "ru")
    running().wait(import_taking.taking_name(old))
    young = keep(b"\xef\xbb\xbf" + TERMS)
    stray, fresh = config.home / "imports" / "stray", config.home / "imports" / "fresh"
    for path in (stray, fresh):
        path.touch()
    os.utime(stray, (time.time() - 7200,) * 2)
    os.utime(config.home / "imports" / old, (time.time() - 7200,) * 2)
    assert upkeep.forget_old_uploads(school) == 1
    assert {file.name for file in (config.home / "imports").iterdir()} == {young, "fresh"}
    assert upkeep.forget_old_uploads(school) == 0
    assert len(imports.history(db.session, 5)) == 1, "what was taken in stays, and can be taken back"


# --- the check and the taking ----------------------------------------------------------------------------------


@pytest.fixture
def runs(monkeypatch):
    """How often imports ran, and whether for a try."""
    real, seen = imports.run, []

    def run(*args, **values):
        seen.append(values["dry_run"])
        return real(*args, **values)

    monkeypatch.setattr(imports, "run", run)
    return seen


def check(config, account, draft_id, patience=30.0):
    asked = import_check.asked_of(row(draft_id), "ru")
    return import_check.ready(db.session, config, asked, starter(account), patience)


def take(config, account, draft_id, skip=False):
    import_taking.take(config, draft_id, skip, starter(account), "ru")
    return running().wait(import_taking.taking_name(draft_id))


def test_a_check_is_made_once_until_something_changes(config, account, keep, runs):
    draft_id = keep()
    found, _run = check(config, account, draft_id)
    assert found.changes_something and found.counts["created"] == 1
    assert check(config, account, draft_id) == (found, None) and runs == [True]
    import_desk.correct(draft_id, "terms", {}, {"terms.csv//9": "new"})
    assert check(config, account, draft_id)[0] is not None and runs == [True, True]
    take(config, account, keep(TERMS.replace(b"1 ", b"2 ").replace(b"09", b"11").replace(b"10.", b"12.")))
    assert check(config, account, draft_id)[0] is not None and runs == [True, True, False, True]


def test_of_very_many_changes_a_few_are_kept_and_all_are_counted():
    told = [imports.Change("created", "group", f"{n}А") for n in range(1000, 0, -1)]
    told += [imports.Change("absent", "person", "Веслов"), imports.Change("changed", "group", "5Б")]
    found = import_told.sorts(told)
    assert [(sort.what, sort.table, sort.count) for sort in found] == [
        ("created", "group", 1000), ("absent", "person", 1), ("changed", "group", 1),
    ]  # fmt: skip
    assert [change.label for change in found[0].first] == [f"{n}А" for n in range(1, import_told.MOST + 1)]


def test_few_checks_stay_in_memory(config, account, keep, runs):
    drafts = [keep(TERMS + b"\n" * n) for n in range(import_check.KEPT + 1)]
    for draft_id in drafts:
        check(config, account, draft_id)
    check(config, account, drafts[-1])
    assert len(runs) == len(drafts)
    check(config, account, drafts[0])
    assert len(runs) == len(drafts) + 1


def test_a_slow_check_can_be_left_and_comes_back(config, account, keep):
    draft_id = keep()
    found, run = check(config, account, draft_id, patience=0)
    assert found is None and run.state in ("running", "done")
    running().wait(import_check.running_name(draft_id))
    assert check(config, account, draft_id, patience=0)[0] is not None


def test_a_check_that_breaks_down_tells_no_text(config, account, keep, monkeypatch):
    def broken(*args, **values):
        raise ValueError("Veslov Yegor")

    monkeypatch.setattr(imports, "run", broken)
    found, run = check(config, account, keep())
    assert found is None and run.state == "failed" and run.error.code == "internal"


def test_a_draft_is_taken_in_once_however_often_it_is_asked_for(config, account, keep, runs):
    draft_id = keep()
    first = take(config, account, draft_id).result
    assert first.run_id and row(draft_id).run_id == first.run_id
    second = take(config, account, draft_id).result
    assert second.run_id == first.run_id and runs == [False]
    assert len(imports.history(db.session, 5)) == 1
    assert not import_desk.correct(draft_id, "bells", {}, {}), "what was taken in stays as it was"


def test_a_file_with_errors_is_taken_only_when_they_are_skipped(config, account, keep):
    draft_id = keep((DIRTY / "bells.csv").read_bytes(), "bells.csv")
    refused = take(config, account, draft_id).result
    assert refused.run_id == "" and refused.refused and refused.left_out == 1 and row(draft_id).run_id is None
    assert take(config, account, draft_id, skip=True).result.run_id == row(draft_id).run_id


def test_what_is_known_already_changes_nothing_and_leaves_the_draft_open(config, account, keep):
    take(config, account, keep())
    again = keep(TERMS, "again.csv")
    assert take(config, account, again).result.run_id == "" and row(again).run_id is None
    assert not check(config, account, again)[0].changes_something


def test_taking_back_opens_the_draft_again(config, account, keep):
    draft_id = keep()
    run_id = take(config, account, draft_id).result.run_id
    import_taking.undo(run_id, starter(account))
    assert running().wait(import_taking.undoing_name(run_id)).result.undone
    assert row(draft_id).run_id is None
    assert take(config, account, draft_id).result.run_id not in ("", run_id)


def test_corrected_columns_are_remembered_with_the_taking(config, account, keep):
    data = "Вид;Как зовётся;Начало;Конец\nчетверть;1 четверть;01.09.2026;24.10.2026\n".encode()
    draft_id = keep(data, kind="terms")
    view = check(config, account, draft_id)[0].views[0]
    import_desk.correct(draft_id, "terms", {view.shape: {"A": "kind", "B": "name", "C": "start", "D": "end"}}, {})
    assert check(config, account, draft_id)[0].refusal is None
    assert db.session.scalar(select(ImportMapping.shape)) is None
    take(config, account, draft_id)
    db.session.rollback()
    assert db.session.scalar(select(ImportMapping.shape)) == view.shape
    later = keep(data.replace(b"24.10", b"25.10"), "later.csv", kind="terms")
    column = check(config, account, later)[0].views[0].columns[1]
    assert (column.field, column.reason) == ("name", "mapping")
    assert row(later).mapping is None


@pytest.mark.parametrize(("kind", "guesses", "better"), [
    ("terms", (("people", 0.95), ("terms", 0.3)), "people"), ("people", (("people", 0.95),), ""),
    ("people", (("connectivity", 0.95), ("people", 0.8)), ""), ("timetable", (("people", 0.6),), "people"),
    ("bells", (), ""),
])  # fmt: skip
def test_another_kind_is_proposed_when_it_fits_much_better(kind, guesses, better):
    assert import_check.better_kind(kind, guesses) == better


def test_drafts_of_everybody_are_listed_until_they_are_taken(config, account, keep):
    draft_id = keep()
    assert [line.id for line in import_desk.open_drafts(db.session, account)] == [draft_id]
    take(config, account, draft_id)
    db.session.rollback()
    assert import_desk.open_drafts(db.session, account) == []
    assert db.session.get(ImportDraft, draft_id) is not None
