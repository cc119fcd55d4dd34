"""Taking imports back: the database is what it was, or nothing happens and the reason is said."""

import hashlib

import pytest
from apiflask import APIFlask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from server import models, store
from server.errors import DomainError
from server.extensions import db
from server.models import Base
from server.services import imports
from server.services.imports import runs
from server.services.imports.change_journal import Journal
from tests.server import village
from tests.server.logbook import hand_in
from tests.server.village import bring

KEPT = {"audit_entry", "import_run", "import_mapping"}  # what an import and its undoing leave behind on purpose


def state() -> str:
    """A hash of all that a school has; what is written about imports is left out."""
    db.session.remove()
    seen = hashlib.sha256()
    connection = db.session.connection()
    for table in Base.metadata.sorted_tables:
        if table.name not in KEPT:
            rows = connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').fetchall()
            seen.update(table.name.encode() + b"\0".join(sorted(repr(tuple(row)).encode() for row in rows)))
    db.session.remove()
    return seen.hexdigest()


def undo(run_id: str, **values: object) -> imports.UndoReport:
    return imports.undo(run_id, None, village.NOW, **values)


@pytest.mark.large
def test_every_kind_is_taken_back_to_the_row(school: APIFlask) -> None:
    """Each kind comes, goes, and comes again; at last all go, the last first."""
    states, done = [state()], []
    for kind, files in village.FILES.items():
        for run in reversed(bring(kind, *files).runs):
            report = undo(run)
            assert (report.undone, report.blocked) == (True, ()), kind
        assert state() == states[-1], kind
        done.append(bring(kind, *files).runs)
        states.append(state())
    assert len({*states}) == len(states)
    for before, runs_of_kind in zip(reversed(states[:-1]), reversed(done), strict=True):
        assert all(undo(run).undone for run in reversed(runs_of_kind))
        assert state() == before


LIST = [line.split(";") for line in village.read("classes.csv").decode("cp1251").splitlines()]


def class_list(rows: list[list[str]], name: str = "classes.csv") -> tuple[str, bytes]:
    return name, "\r\n".join(";".join(row) for row in [LIST[0], *rows]).encode("cp1251")


def with_phone(row: list[str], phone: str) -> list[str]:
    at = LIST[0].index("Телефон")
    return [*row[:at], phone, *row[at + 1 :]]


def some_student() -> str:
    """The id of the first student of the list."""
    last, first = LIST[1][1], LIST[1][2]
    query = select(models.Person.id).where(models.Person.last_name == last, models.Person.first_name == first)
    return db.session.scalars(query).first()


EDITS = st.sampled_from(["drop", "phone", "class", "surname", "new", "address"])


def edited(row: list[str], edit: str, at: int) -> list[list[str]]:
    """A line of the list as a newer list might have it."""
    place = {name: n for n, name in enumerate(LIST[0])}
    changed = list(row)
    if edit == "drop":
        return []
    if edit == "phone":
        changed[place["Телефон"]] = f"+7 999 111-{at % 90 + 10:02d}-00"
    if edit == "class":
        changed[0] = str(int(changed[0]) % 11 + 1)
    if edit == "surname":
        changed[place["Фамилия"]] = f"Новая{at}"
    if edit == "new":
        changed[place["Имя"]] = f"Новое{at}"
    if edit == "address":
        changed[place["Адрес"]] = f"с. Другое, д. {at}"
    return [changed]


@pytest.mark.large
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.integers(0, 95), EDITS, max_size=12), min_size=1, max_size=3))
def test_any_newer_lists_can_be_taken_back(here: APIFlask, plans: list[dict[int, str]]) -> None:
    states, taken = [state()], []
    for plan in plans:
        rows = [new for at, row in enumerate(LIST[1:]) for new in (edited(row, plan[at], at) if at in plan else [row])]
        report = bring("people", class_list(rows), skip_errors=True)
        taken.append(report.runs)
        states.append(state())
        assert bool(report.runs) == report.changed == (states[-1] != states[-2])
    for run, before in zip(reversed(taken), reversed(states[:-1]), strict=True):
        if run:
            assert undo(*run).undone
        assert state() == before


def test_what_somebody_changed_since_stands_in_the_way_and_is_named(here: APIFlask) -> None:
    (run,) = bring("people", class_list([with_phone(LIST[1], "+7 999 000-77-77"), *LIST[2:]])).runs
    id = some_student()
    store.write(lambda session: setattr(session.get_one(models.Person, id), "phone", "+79990008888"))
    before = state()
    report = undo(run)
    assert (report.undone, [reason.code for reason in report.blocked]) == (False, ["changed"])
    with force_locale("en"):
        assert LIST[1][1] in report.blocked[0].text()
    assert state() == before
    assert db.session.get(models.ImportRun, run).undone_at is None


def test_other_values_of_a_changed_row_do_not_stand_in_the_way(here: APIFlask) -> None:
    id = some_student()
    phone = db.session.get(models.Person, id).phone
    (run,) = bring("people", class_list([with_phone(LIST[1], "+7 999 000-77-77"), *LIST[2:]])).runs
    store.write(lambda session: setattr(session.get_one(models.Person, id), "email", "own@example.org"))
    assert undo(run).undone
    db.session.remove()
    person = db.session.get(models.Person, id)
    assert (person.phone, person.email) == (phone, "own@example.org")


def test_a_work_that_came_back_keeps_its_task_and_lesson(published: APIFlask) -> None:
    """A task that works hang on cannot vanish with its file."""
    run = db.session.scalars(
        select(models.ImportRun).where(models.ImportRun.kind == "content").order_by(models.ImportRun.seq.desc())
    ).first()
    before = state()
    report = undo(run.id)
    assert not report.undone
    assert {reason.code for reason in report.blocked} <= {"changed", "used"}
    assert state() == before


def test_a_new_student_with_a_mark_stays(published: APIFlask) -> None:
    name = [*LIST[1][:2], "Нежданный", *LIST[1][3:]]
    report = bring("people", class_list([*LIST[1:], name]), decisions={str(len(LIST) + 1): "new"})
    (run,) = report.runs
    code = db.session.scalars(
        select(models.Work.code).join(models.Person).where(models.Person.first_name == "Нежданный")
    ).first()
    hand_in(code)
    refused = undo(run)
    assert not refused.undone
    assert ("used", "work", "return") in {(reason.code, reason.table, reason.other) for reason in refused.blocked}


def test_only_the_last_one_and_only_once(here: APIFlask) -> None:
    (first,) = bring("people", class_list([with_phone(LIST[1], "+7 999 000-77-77"), *LIST[2:]])).runs
    (last,) = bring("people", class_list([with_phone(LIST[1], "+7 999 000-66-66"), *LIST[2:]], "newer.csv")).runs
    for run, code in ((first, "run_not_last"), ("f" * 32, "run_unknown")):
        with pytest.raises(DomainError) as refusal:
            undo(run)
        assert refusal.value.code == code
    assert undo(last).undone
    with pytest.raises(DomainError) as refusal:
        undo(last)
    assert refusal.value.code == "run_undone"
    newest, before, *_ = imports.history(db.session, 10)
    assert (newest.id, newest.can_undo, newest.undone_at) == (last, False, village.NOW)
    assert (before.id, before.can_undo, before.file_name) == (first, True, "classes.csv")
    entry = db.session.scalars(select(models.AuditEntry).where(models.AuditEntry.action == "import_undone")).one()
    assert (entry.target, entry.data["run"]) == ("people", last)


def test_a_trial_of_taking_back_changes_nothing(here: APIFlask) -> None:
    run = imports.history(db.session, 1)[0].id
    before = village.fingerprint()
    assert undo(run, dry_run=True).undone
    assert village.fingerprint() == before


def test_a_file_that_changes_nothing_is_no_run(here: APIFlask) -> None:
    assert bring("people", "classes.xlsx").runs == ()


def test_numbers_that_swapped_swap_back(here: APIFlask) -> None:
    """Rows whose unique numbers changed places are restored, though no single step could do it."""
    course = db.session.scalars(select(models.Course.id)).first()

    def topics(session) -> None:
        session.add_all(models.CoursePlanTopic(id=str(n) * 32, course_id=course, position=n, topic=f"Тема {n}")
                        for n in (1, 2))  # fmt: skip

    def swap(session) -> bytes:
        with Journal(session) as journal:
            for id, position in (("1" * 32, 9), ("2" * 32, 1), ("1" * 32, 2)):
                session.execute(update(models.CoursePlanTopic).where(models.CoursePlanTopic.id == id)
                                .values(position=position))  # fmt: skip
            changes = journal.changes()
        runs.add_run(session, "e" * 32, "plan", "plan.csv", b"", None, village.NOW, {}, changes)

    store.write(topics)
    before = state()
    store.write(swap)
    assert state() != before
    assert undo("e" * 32).undone
    assert state() == before
