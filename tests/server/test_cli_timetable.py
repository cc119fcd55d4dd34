"""`korablik timetable check`: what it says, its document and its exit code."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from server.extensions import db
from server.models import Lesson, LessonForm
from tests.server import apps, factory
from tests.server.terminal import Korablik


@pytest.fixture
def school(blank_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> Korablik:
    """An empty school that tests fill within ``filling``."""
    shutil.copytree(blank_home, tmp_path / "home")
    return Korablik(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def filled(school: Korablik) -> Korablik:
    """Algebra on Tuesdays of two weeks, and once something else at the same time; nobody holds them. A window on
    Wednesdays."""
    with apps.on_home(school.home):
        factory.school(week_cycle=2)
        factory.bells()
        group = factory.group()
        first, second = factory.course(group), factory.course(group, "physics")
        teacher = factory.person("Parusova", "Nina", "Pavlovna")
        for week in range(2):
            factory.lesson(first, factory.TODAY + timedelta(days=1 + 7 * week), n=2)
            for n in (1, 3):
                factory.lesson(first, factory.TODAY + timedelta(days=2 + 7 * week), n, teacher)
        factory.lesson(second, factory.TODAY + timedelta(days=8), n=2)
        db.session.remove()
    return school


def test_a_whole_cycle_is_checked_and_what_repeats_is_told_once(filled: Korablik) -> None:
    answer = filled.run("timetable", "check", "--json")
    assert answer.code == 1
    document = answer.document
    assert (document["from"], document["to"], document["lessons"]) == ("2026-12-07", "2026-12-20", 7)
    told = {(one["code"], tuple(one["on"])): one for one in document["findings"]}
    assert told.keys() >= {("group_double_booked", ("2026-12-15",))}
    assert told["group_double_booked", ("2026-12-15",)]["weekday"] == 2
    assert document["hard"] == len(document["refused"]) == 1


def test_a_weekly_problem_is_one_finding_with_both_days(filled: Korablik) -> None:
    document = filled.run("timetable", "check", "--json").document
    for code in ("class_window", "teacher_window"):
        [window] = [one for one in document["findings"] if one["code"] == code]
        assert (window["weekday"], window["on"]) == (3, ["2026-12-09", "2026-12-16"])
    assert "Wednesday, every week: Parusova N. P. waits" in filled.run("timetable", "check").out.replace("\u00a0", " ")
    alone = [one for one in document["findings"] if one["code"] == "no_teacher"]
    assert [one["on"] for one in alone] == [["2026-12-08"], ["2026-12-15"]]  # another lesson more: not the same
    again = filled.run("timetable", "check", "--json", "--from", "2026-12-07", "--to", "2026-12-14").document
    assert [one["on"] for one in again["findings"] if one["code"] == "no_teacher"] == [["2026-12-08"]]


def test_people_read_the_sentence_and_the_lessons(filled: Korablik) -> None:
    answer = filled.run("timetable", "check", "--date", "2026-12-15")
    assert answer.code == 1
    assert "Students in two lessons at once: 1" in answer.out
    [lessons] = [line.strip() for line in answer.out.splitlines() if line.strip().startswith("lesson 2")]
    assert sorted(lessons.split("; ")) == ["lesson 2: 7А, algebra", "lesson 2: 7А, physics"]
    assert answer.err == ""


def test_soft_findings_alone_are_no_failure(filled: Korablik) -> None:
    answer = filled.run("timetable", "check", "--week", "2026-W50")
    assert answer.code == 0
    assert "nobody holds algebra" in answer.out


@pytest.mark.parametrize("options", [("--week", "2030-W02"), ("--date", "1999-01-01"),
                                     ("--from", "2030-01-01", "--to", "2030-02-01")])  # fmt: skip
def test_days_outside_the_year_have_no_lessons(filled: Korablik, options: tuple[str, ...]) -> None:
    answer = filled.run("timetable", "check", *options)
    assert (answer.code, "There are no lessons from" in answer.out) == (0, True)


@pytest.mark.parametrize(("options", "code"), [
    (("--week", "2026-W99"), "week_invalid"), (("--date", "morrow"), "date_invalid"),
    (("--from", "2026-12-08", "--to", "2026-12-07"), "date_order"),
    (("--from", "2000-12-08", "--to", "2026-12-07"), "date_order"),
])  # fmt: skip
def test_what_is_no_day_is_refused(filled: Korablik, options: tuple[str, ...], code: str) -> None:
    assert filled.run("timetable", "check", "--json", *options).refusal == code


@pytest.mark.parametrize("options", [("--from", "2026-12-07"), ("--week", "2026-W50", "--date", "2026-12-07")])
def test_half_a_span_and_two_spans_are_a_wrong_use(filled: Korablik, options: tuple[str, ...]) -> None:
    assert filled.run("timetable", "check", *options).code == 2


def test_lessons_without_bells_and_without_courses_are_no_fault(school: Korablik) -> None:
    with apps.on_home(school.home):
        factory.school()
        factory.lesson(factory.course(factory.group()), factory.TODAY)
        factory.add(Lesson(id=factory.new_id(), on=factory.TODAY, n=2))
        db.session.remove()
    answer = school.run("timetable", "check", "--date", "2026-12-07", "--json")
    assert answer.code == 0
    assert {one["code"] for one in answer.document["findings"]} == {"no_bell", "no_teacher"}


def test_an_empty_school_and_none_at_all(school: Korablik) -> None:
    assert school.run("timetable", "check", "--json").refusal == "home_missing"
    with apps.on_home(school.home):
        factory.school()
        assert db.session.get(LessonForm, "live").screen == 100
    answer = school.run("timetable", "check", "--json")
    assert (answer.code, answer.document["findings"]) == (0, [])
