"""The town's timetable: planted conflicts are found, all of them and nothing else; the clean one has none."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from defusedxml import ElementTree

from server.extensions import db
from server.models import School
from server.services.calendar import Weeks
from server.services.days import checking, clashes
from server.services.days.checks import windows
from server.services.days.checks.standards import read_standards
from server.services.days.finding import Finding
from server.services.days.reading import Days, read_days
from tests.server import factory, rosters, village
from tests.server.conftest import office_on_copy

FOLDER = rosters.FOLDERS["town"]
MONDAY = date(2026, 12, 7)
EXPECTED = json.loads((FOLDER / "conflicts" / "expected.json").read_bytes())["expected"]
# A whole year of lessons would take half a minute.
SHORT_TERM = "Вид,Название,Начало,Конец\nчетверть,2 четверть,2026-12-07,2026-12-20\n"
WEEKDAYS = ("Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота", "Воскресенье")


def bells_of(timetable: Path) -> bytes:
    """The bells that an aSc file names, as the school would bring them."""
    periods = ElementTree.fromstring(timetable.read_bytes()).iter("period")
    named = [(re.fullmatch(r"(\d) см\. (\d)", one.get("name")), one) for one in periods]
    rows = [f"{shift[1]};{shift[2]};{one.get('starttime')};{one.get('endtime')}" for shift, one in named]
    return "\n".join(["Смена;Урок;Начало;Конец", *rows]).encode()


@pytest.fixture(scope="module")
def weeks(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], list]]:
    """Both weeks of the cycle of a file, each with its findings."""

    @cache
    def read(file: str) -> list[tuple[Days, list[Finding]]]:
        home = tmp_path_factory.mktemp("town") / "home"
        with office_on_copy(blank_home, home):
            factory.school(locale="ru", week_anchor=None, week_length=6)
            village.bring("terms", ("terms.csv", SHORT_TERM.encode()))
            for kind, name in (("people", "classes.xlsx"), ("staff", "staff.xlsx")):
                village.bring(kind, (name, (FOLDER / name).read_bytes()))
            village.bring("bells", ("bells.csv", bells_of(FOLDER / file)))
            report = village.bring("timetable", ("timetable.xml", (FOLDER / file).read_bytes()))
            assert not report.errors
            found = []
            for number in range(2):
                first = MONDAY + timedelta(days=7 * number)
                days = read_days(db.session, first, first + timedelta(days=6))
                found.append((days, checking.check_days(days, read_standards(db.session, days))))
            anchor = db.session.scalars(db.select(School.week_anchor)).one()
            assert {Weeks(anchor, 2).index(days.first) for days, _ in found} == {0, 1}
        shutil.rmtree(home)
        return found

    return read


def place(days: Days, id: str) -> tuple[str, str, str, int]:
    """Class, subject, weekday and number (counted through both shifts) of a lesson."""
    [lesson] = [one for one in days.lessons if one.id == id]
    [part] = lesson.parts
    n = lesson.n + 6 if lesson.shift == 2 else lesson.n
    return days.facts.class_of(part.group).name, days.facts.subjects[part.subject], WEEKDAYS[lesson.on.weekday()], n


def expected(card: dict) -> tuple[str, str, str, int]:
    return card["classes"][0], card["subject"], card["day"], card["period"]


def test_the_clean_timetable_has_no_conflict(weeks: Callable) -> None:
    for _, findings in weeks("timetable_asc.xml"):
        assert [finding for finding in findings if finding.hard] == []


def test_the_clean_timetable_has_one_window(weeks: Callable) -> None:
    """Chess in every second week leaves the fifth class a window in the others; the samples promise no more."""
    found = [finding.on for _, findings in weeks("timetable_asc.xml") for finding in findings
             if finding.code == windows.CLASS]  # fmt: skip
    assert found == [MONDAY]


@pytest.mark.parametrize("one", EXPECTED[:3], ids=lambda one: one["kind"])
def test_a_planted_conflict_is_found_alone(weeks: Callable, one: dict) -> None:
    for days, findings in weeks("conflicts/timetable_asc.xml"):
        [finding] = [finding for finding in findings if finding.code == one["kind"]]
        assert finding.hard
        assert {place(days, id) for id in finding.lessons} == {expected(card) for card in one["cards"]}


def test_bells_that_overlap_hit_these_teachers_and_rooms(weeks: Callable) -> None:
    [one] = [one for one in EXPECTED if one["kind"] == checking.BELLS]
    wanted = {(hit["what"], hit["name"], hit["day"]) for hit in one["consequences"]}
    hit = set()
    for days, findings in weeks("conflicts/timetable_asc.xml"):
        names = {**days.facts.rooms, **{id: name.replace("\u00a0", " ").replace(". ", ".")
                                        for id, name in days.facts.people.items()}}  # fmt: skip
        for finding in findings:
            if finding.code == checking.BELLS:
                assert finding.data["places"] == [[1, 6], [2, 1]]
                assert finding.data["times"] == one["times"]
                hit |= {(finding.data["what"], names[id], WEEKDAYS[finding.on.weekday()]) for id in finding.who}
    assert hit == wanted


def test_there_are_no_other_conflicts(weeks: Callable) -> None:
    kinds = {one["kind"] for one in EXPECTED if one["is_conflict"]}
    for _, findings in weeks("conflicts/timetable_asc.xml"):
        assert {finding.code for finding in findings if finding.hard} == kinds


def test_two_halves_of_a_class_at_once_are_legal(weeks: Callable) -> None:
    [one] = [one for one in EXPECTED if not one["is_conflict"]]
    days, _ = weeks("conflicts/timetable_asc.xml")[0]
    pair = [lesson for lesson in days.lessons if place(days, lesson.id) in {expected(card) for card in one["cards"]}]
    assert len(pair) == 2
    assert list(clashes.between(*pair, days.facts)) == []
