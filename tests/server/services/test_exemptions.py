"""Exemptions: from a file, and what follows: no work, nothing missing, and never anything deleted."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from apiflask import APIFlask
from flask_babel import force_locale
from sqlalchemy import func, select

from server import store
from server.extensions import db
from server.models import Course, Exemption, Work
from server.policy import Realm
from server.services import courses, exemptions, imports, journal, student_works, waiting, works
from server.services.imports import ImportReport
from tests.server import factory, village
from tests.server.factory import TODAY

ALL = Realm(True, frozenset(), frozenset())
HEAD = "Класс;ФИО;Предмет;С;По;Основание"


def bring(*rows: str, head: str = HEAD) -> ImportReport:
    return village.bring("exemptions", ("exempt.csv", "\n".join([head, *rows]).encode("utf-8")))


def stored() -> list[tuple]:
    db.session.rollback()
    rows = db.session.scalars(select(Exemption).order_by(Exemption.since))
    return [(row.since, row.until, row.reason) for row in rows]


@pytest.fixture
def sport(school: APIFlask) -> dict[str, str]:
    """7А with two students, and a task in sport that was due yesterday."""
    group = factory.group("7А", "7a")
    ids = {name: factory.student(group, *name.split()) for name in ("Веслов Егор", "Якорная Вера")}
    course = factory.course(group, "Физкультура")
    lesson = factory.lesson(course, on=TODAY - timedelta(days=3))
    task = factory.task(lesson.lesson_course, due_on=TODAY - timedelta(days=1))
    return {**ids, "course": course, "task": task, "group": group}


def give(task: str) -> int:
    return store.write(lambda session: works.create_missing(
        session, [task], TODAY, datetime(2026, 12, 7, tzinfo=UTC), Random(1).randrange))  # fmt: skip


def test_a_list_is_stored_once(sport: dict[str, str]) -> None:
    row = "7А;Веслов Егор;физкультура;01.12.2026;15.12.2026;справка"
    assert bring(row).counts == {"created": 1}
    assert stored() == [(date(2026, 12, 1), date(2026, 12, 15), "справка")]
    again = bring(row)
    assert (again.counts, again.changed) == ({"unchanged": 1}, False)


def test_a_newer_list_moves_the_last_day(sport: dict[str, str]) -> None:
    bring("7А;Веслов Егор;физкультура;01.12.2026;15.12.2026;справка")
    assert bring("7А;Веслов Егор;физкультура;01.12.2026;31.12.2026;").counts == {"updated": 1}
    assert stored() == [(date(2026, 12, 1), date(2026, 12, 31), "справка")]


def test_what_a_list_lacks_stays_and_is_shown_while_it_holds(sport: dict[str, str]) -> None:
    bring("7А;Веслов Егор;физкультура;01.12.2026;15.12.2026;", "7А;Якорная Вера;физкультура;01.09.2026;05.09.2026;")
    report = bring("7А;Якорная Вера;физкультура;01.09.2026;05.09.2026;")
    assert village.codes(report, "info") == ["exemption_not_in_file"]
    assert len(stored()) == 2


def test_without_days_it_is_for_the_year(sport: dict[str, str]) -> None:
    bring("7А;Веслов Егор;физкультура", head="Класс;ФИО;Предмет")
    assert stored() == [(factory.SINCE, None, "")]


@pytest.mark.parametrize("head", ["Сынып;Оқушы;Пән;Басталуы;Аяқталуы;Себебі", "Class;Student;Subject;Start;End;Reason"])
def test_headers_in_kazakh_and_english(sport: dict[str, str], head: str) -> None:
    assert bring("7А;Веслов Егор;физкультура;01.12.2026;15.12.2026;анықтама", head=head).counts == {"created": 1}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("7Я;Веслов Егор;физкультура;;;", "group_unknown"),
        ("7А;Нетов Егор;физкультура;;;", "student_unknown"),
        ("7А;Веслов Егор;квиддич;;;", "subject_unknown_near"),
        ("7А;Веслов Егор;физкультура;15.12.2026;01.12.2026;", "term_backwards"),
        ("7А;Веслов Егор;;01.12.2026;;", "value_missing"),
    ],
)
def test_what_is_wrong_is_an_error(sport: dict[str, str], row: str, code: str) -> None:
    report = bring(row)
    assert village.codes(report) == [code]
    assert stored() == []
    with force_locale("en"):
        assert all(finding.text() for finding in report.findings)


def test_an_exempt_student_gets_no_work(sport: dict[str, str]) -> None:
    bring("7А;Веслов Егор;физкультура;01.12.2026;31.12.2026;")
    assert give(sport["task"]) == 1
    assert list(db.session.scalars(select(Work.student_id))) == [sport["Якорная Вера"]]


def test_an_exemption_of_another_time_changes_nothing(sport: dict[str, str]) -> None:
    bring("7А;Веслов Егор;физкультура;01.09.2026;30.09.2026;")
    assert give(sport["task"]) == 2


@pytest.mark.parametrize("days", ["01.12.2026;04.12.2026", "06.12.2026;31.12.2026", "01.12.2026;"])
def test_a_work_that_exists_is_not_missing_and_not_deleted(sport: dict[str, str], days: str) -> None:
    """The lesson was on the 4th, its day of control the 6th: one of them in the range is enough."""
    give(sport["task"])
    assert len(waiting.missing(db.session, ALL, TODAY)) == 2
    bring(f"7А;Веслов Егор;физкультура;{days};")
    db.session.rollback()
    assert [line.student.id for line in waiting.missing(db.session, ALL, TODAY)] == [sport["Якорная Вера"]]
    assert [line.works for line in waiting.missing_by_class(db.session, TODAY)] == [1]
    assert db.session.scalar(select(func.count(Work.id))) == 2
    [work] = student_works.of_student(db.session, sport["Веслов Егор"], TODAY)
    assert (work.overdue, work.name) == (False, "issued")
    head = courses.course(db.session, sport["course"], TODAY)
    grid = journal.grid(db.session, head, TODAY - timedelta(days=7), TODAY, TODAY)
    assert [[cell.state for cell in row.cells] for row in grid.rows] == [["issued"], ["overdue"]]
    table = journal.task_table(db.session, sport["task"], TODAY)
    assert [work.cell.state for work in table.works] == ["issued", "overdue"]


def test_another_subject_is_owed_as_ever(sport: dict[str, str]) -> None:
    factory.course(sport["group"], "Алгебра")
    give(sport["task"])
    bring("7А;Веслов Егор;алгебра;01.12.2026;;")
    assert len(waiting.missing(db.session, ALL, TODAY)) == 2


def test_the_students_page_lists_what_holds_or_comes(sport: dict[str, str]) -> None:
    bring(
        "7А;Веслов Егор;физкультура;01.09.2026;05.09.2026;", "7А;Веслов Егор;физкультура;01.12.2026;31.12.2026;травма"
    )
    [one] = exemptions.of_student(db.session, sport["Веслов Егор"], TODAY)
    assert (one.subject, one.since, one.until, one.reason) == (
        "Физкультура", date(2026, 12, 1), date(2026, 12, 31), "травма",
    )  # fmt: skip


def test_undo_takes_it_back(sport: dict[str, str]) -> None:
    report = bring("7А;Веслов Егор;физкультура;01.12.2026;31.12.2026;")
    imports.undo(report.runs[0], actor_id=None, now=village.NOW)
    assert stored() == []
    assert db.session.scalar(select(func.count(Course.id))) == 1
