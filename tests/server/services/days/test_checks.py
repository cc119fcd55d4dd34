"""What should not be in a timetable: every soft check on the least that shows it, and just beside it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from flask_babel import force_locale

from server.reference import norms as reference
from server.services.calendar import Stretch
from server.services.days import checking, trying
from server.services.days.checks import away, norms, placing, screens, windows, workload
from server.services.days.checks.standards import Free, Limit, Schedule, Standards, Workday, families
from server.services.days.finding_words import KINDS, explained, sentence, title
from server.services.days.reading import Days, Held, Part
from server.services.substitution.away import Away
from tests.server.services.days.timetables import MONDAY, STUDENTS, absence, codes, days, held, only

TUESDAY = MONDAY + timedelta(days=1)


def limits(*rules: tuple[str, int], **more: object) -> Standards:
    given = tuple(Limit(rule, range(1, 12), None, "", value) for rule, value in rules)
    return Standards(week_length=5, limits=given, **more)


def found(timetable: Days, standards: Standards | None = None) -> list[str]:
    return codes(checking.check_days(timetable, standards))


# --- windows ------------------------------------------------------------------------------------------------------


def test_a_class_without_a_lesson_between_two() -> None:
    gap = days(held("1", n=1), held("2", n=4, teachers=("u",)))
    assert only(checking.check_days(gap), windows.CLASS) == [{"shift": 1, "numbers": [2, 3]}]
    assert windows.CLASS not in found(days(held("1", n=1), held("2", n=2, teachers=("u",))))


def test_a_cancelled_lesson_leaves_a_window() -> None:
    lessons = [held(str(n), n=n) for n in (1, 2, 3)]
    assert windows.CLASS not in found(days(*lessons))
    assert windows.CLASS in found(days(lessons[0], replace(lessons[1], state="cancelled"), lessons[2]))


def test_one_half_of_a_class_waits_while_the_other_learns() -> None:
    halves = days(held("1", n=1), held("2", "7a-en1", n=2, teachers=("u",)), held("3", n=3))
    assert only(checking.check_days(halves), windows.CLASS) == [{"shift": 1, "numbers": [2]}]
    both = days(*halves.lessons, held("4", "7a-en2", n=2, teachers=("v",), room="s"))
    one_home = {**STUDENTS, "7a": frozenset({"a", "b"})}  # h would have neither half, and wait
    assert windows.CLASS not in found(replace(both, facts=replace(both.facts, students=one_home)))


def test_study_groups_fill_the_windows_of_those_who_go_there() -> None:
    with_club = days(held("1", n=1), held("2", "club", n=2, teachers=("u",)), held("3", n=3), students={
        **STUDENTS, "7a": frozenset({"a"}), "7a-en2": frozenset(), "club": frozenset({"a"}),
    })  # fmt: skip
    assert windows.CLASS not in found(with_club)


def test_shifts_have_windows_of_their_own() -> None:
    assert windows.TEACHER not in found(days(held("1", n=5), held("2", "7b", n=1, shift=2)))


def test_a_teacher_waits() -> None:
    waits = days(held("1", n=1), held("2", "7b", n=3))
    assert only(checking.check_days(waits), windows.TEACHER) == [{"shift": 1, "numbers": [2]}]
    assert windows.TEACHER not in found(days(held("1", n=1), held("2", "7b", n=2)))


# --- what lessons lack --------------------------------------------------------------------------------------------


def test_lessons_without_bell_teacher_and_room() -> None:
    bare = checking.check_days(days(held("1", n=9, times=("", ""), room=None, teachers=())))
    assert only(bare, placing.NO_BELL) == [{"shift": 1, "numbers": [9]}]
    assert only(bare, placing.NO_TEACHER) == only(bare, placing.NO_ROOM) == [{"lessons": [[9, "algebra"]]}]
    assert codes(bare) == sorted([placing.NO_BELL, placing.NO_TEACHER, placing.NO_ROOM])
    assert found(days(held("1"))) == []


def test_a_lesson_at_home_needs_no_room() -> None:
    assert found(days(held("1", room=None, form="live"))) == []


# --- working schedules --------------------------------------------------------------------------------------------


def schedule(**values: object) -> Standards:
    return Standards(schedules={"t": (Schedule(date(2026, 9, 1), None, **values),)})


@pytest.mark.parametrize(("kind", "code"), [("methodical", workload.METHODICAL), ("off", workload.OFF), ("work", "")])
def test_lessons_on_days_without_work(kind: str, code: str) -> None:
    standards = schedule(days={1: Workday(kind)})
    assert found(days(held("1")), standards) == ([code] if code else [])
    assert found(days(held("1", day=1)), standards) == []


def test_lessons_outside_working_time() -> None:
    lesson = held("1", n=1)  # 09:00–09:40
    assert found(days(lesson), schedule(days={1: Workday("work", "09:00", "09:40")})) == []
    assert found(days(lesson), schedule(days={1: Workday("work", "09:01")})) == [workload.OUTSIDE]
    assert found(days(lesson), schedule(days={1: Workday("work", "", "09:39")})) == [workload.OUTSIDE]
    assert found(days(replace(lesson, starts="", ends="")), schedule(days={1: Workday("work", "09:01")})) == [
        placing.NO_BELL
    ]  # fmt: skip


def test_more_lessons_than_agreed() -> None:
    lessons = [held("1", n=1), held("2", n=2), held("3", n=1, day=1)]
    assert found(days(*lessons), schedule(most_a_day=2, most_a_week=3)) == []
    assert found(days(*lessons), schedule(most_a_day=1)) == [workload.DAY_FULL]
    assert found(days(*lessons), schedule(most_a_week=2)) == [workload.WEEK_FULL]
    assert found(days(*lessons, last=3), schedule(most_a_week=2)) == []  # not the whole week


def test_joined_classes_are_one_lesson_of_the_teacher() -> None:
    joined = held("1", others=(Part("v", "c", "7b", "algebra", None, None, ""),))
    assert found(days(joined), schedule(most_a_day=1)) == []


def test_the_schedule_of_the_day_counts() -> None:
    old = Schedule(date(2026, 9, 1), MONDAY, days={1: Workday("off"), 2: Workday("off")})
    new = Schedule(TUESDAY, None, days={2: Workday("work")})
    assert found(days(held("1"), held("2", day=1)), Standards(schedules={"t": (old, new)})) == [workload.OFF]


# --- absences and free days -----------------------------------------------------------------------------------------


def absent(*those: Away) -> Standards:
    return Standards(absences={"t": those})


def test_who_is_away_holds_no_lesson() -> None:
    week = days(held("1", n=1), held("2", n=2), held("3", n=3, teachers=("u",)), held("4", day=1))
    [finding] = [one for one in checking.check_days(week, absent(absence("t"))) if one.code == away.AWAY]
    assert (finding.hard, finding.on, finding.lessons, finding.who) == (True, MONDAY, ("1", "2"), ("t",))
    assert finding.data == {"numbers": [1, 2]}
    both = checking.check_days(week, absent(absence("t", last=1)))
    assert [one.on for one in both if one.code == away.AWAY] == [MONDAY, TUESDAY]
    assert both[0].code == away.AWAY, "what keeps the day from being approved comes first"
    gone = days(replace(held("1"), state="cancelled"), held("2", n=2, teachers=("u",)))
    assert away.AWAY not in found(gone, absent(absence("t")))


def test_who_is_away_for_some_lessons_holds_the_others() -> None:
    lessons = days(held("1", n=1), held("2", n=2))
    assert only(checking.check_days(lessons, absent(absence("t", numbers=(2, 3)))), away.AWAY) == [{"numbers": [2]}]
    assert found(lessons, absent(absence("t", numbers=(3, 4)))) == []


def test_lessons_of_classes_on_free_days() -> None:
    week = days(held("1"), held("2", "5a", teachers=("u",)), held("3", day=1), held("4", "7a-en1", day=2))
    free = Free("Autumn", Stretch("vacation", MONDAY, TUESDAY, (7,)))
    own = [one for one in checking.check_days(week, Standards(free=(free,))) if one.code == away.FREE_DAY]
    assert [(one.hard, one.on, one.lessons, one.who) for one in own] == [
        (False, MONDAY, ("1",), ("7a",)), (False, TUESDAY, ("3",), ("7a",))
    ]  # fmt: skip
    everybody = Free("Holiday", Stretch("public_holiday", MONDAY, MONDAY))
    [finding] = [one for one in checking.check_days(week, Standards(free=(everybody,))) if one.code == away.FREE_DAY]
    assert (finding.who, finding.data) == (("5a", "7a"), {"name": "Holiday"})
    wednesday = Free("Quarantine", Stretch("vacation", TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=1), (7,)))
    assert only(checking.check_days(week, Standards(free=(wednesday,))), away.FREE_DAY) == [{"name": "Quarantine"}]


# --- what is tried --------------------------------------------------------------------------------------------------


def tried(lesson: Held, others: Sequence[Held], standards: Standards) -> list[str]:
    return codes(trying.unfit(lesson, others, standards, days(*others, lesson).facts))


def test_a_place_is_tried_against_absence_and_schedule() -> None:
    lesson, other = held("1", n=1), held("2", n=2)
    assert tried(lesson, [lesson, other], absent(absence("t", numbers=(1, 1)))) == [away.AWAY]
    assert tried(held("1", n=3), [lesson, other], absent(absence("t", numbers=(1, 2)))) == []
    late = schedule(days={1: Workday("work", "10:00")})
    assert tried(lesson, [lesson], late) == [workload.OUTSIDE] and tried(held("1", n=2), [lesson], late) == []
    assert tried(lesson, [lesson], schedule(days={1: Workday("methodical")})) == [workload.METHODICAL]


def test_who_takes_one_more_lesson_may_have_too_many() -> None:
    mine, theirs = held("1", n=1), held("2", n=2, teachers=("u",))
    full = schedule(most_a_day=1)
    assert tried(replace(theirs, teachers=("t",)), [mine, theirs], full) == [workload.DAY_FULL]
    assert tried(held("1", n=5), [mine, held("3", n=3)], full) == [], "a move within the day makes it no fuller"


def test_a_swap_is_tried_for_both_teachers() -> None:
    mine, theirs = held("1", n=1), held("2", n=2, teachers=("u",))
    standards = Standards(absences={"t": (absence("t", numbers=(2, 2)),), "u": (absence("u", numbers=(1, 1)),)})
    told = trying.unfit_swaps(mine, [mine, theirs], standards, days(mine, theirs).facts)
    assert [(one.code, one.who) for one in told["2"]] == [(away.AWAY, ("t",)), (away.AWAY, ("u",))]


# --- norms --------------------------------------------------------------------------------------------------------


def test_more_lessons_on_a_day_than_the_norm() -> None:
    lessons = [held(str(n), n=n) for n in (1, 2, 3)]
    assert found(days(*lessons), limits(("lessons_day", 3))) == []
    assert found(days(*lessons), limits(("lessons_day", 2))) == [norms.DAY_FULL]


def test_halves_at_once_are_one_lesson_and_study_groups_one_more() -> None:
    halves = [held("1", "7a-en1"), held("2", "7a-en2", room="s", teachers=("u",))]
    assert found(days(*halves), limits(("lessons_day", 1))) == []
    club = [*halves, held("3", "club", n=2)]
    assert found(days(*club), limits(("lessons_day", 1))) == [norms.DAY_FULL]  # of 7a alone: 7b has the club only


def test_more_lessons_in_a_week_than_the_norm() -> None:
    lessons = [held(str(day), day=day) for day in range(5)]
    assert found(days(*lessons), limits(("lessons_week", 5))) == []
    assert found(days(*lessons), limits(("lessons_week", 4))) == [norms.WEEK_FULL]
    assert found(days(*lessons, last=4), limits(("lessons_week", 4))) == [norms.WEEK_FULL]
    assert found(days(*lessons, last=3), limits(("lessons_week", 4))) == []


def test_a_norm_holds_for_its_grades_days_a_week_and_dates() -> None:
    lesson = days(held("1"))
    fits = Limit("lessons_day", range(7, 8), 5, "", 0, MONDAY, MONDAY)
    assert found(lesson, Standards(5, (fits,))) == [norms.DAY_FULL]
    for other in (replace(fits, grades=range(8, 12)), replace(fits, days=6), replace(fits, starts_on=TUESDAY),
                  replace(fits, starts_on=None, ends_on=MONDAY - timedelta(days=1))):  # fmt: skip
        assert found(lesson, Standards(5, (other,))) == []


def test_the_hardest_day_belongs_into_the_middle_of_the_week() -> None:
    hard = Standards(5, difficulty={"algebra": ((range(7, 8), 7),), "music": ((range(7, 8), 1),)})
    week = [held(str(day), day=day, subject="algebra" if day == 0 else "music") for day in range(5)]
    [told] = only(checking.check_days(days(*week), hard), norms.PEAK)
    assert (told["day"], list(told["sums"].values())) == ("2026-12-07", [7, 1, 1, 1, 1])
    middle = [held(str(day), day=day, subject="algebra" if day == 2 else "music") for day in range(5)]
    assert found(days(*middle), hard) == []
    level = [held(str(day), day=day, subject="algebra" if day in (0, 2) else "music") for day in range(5)]
    assert found(days(*level), hard) == []
    assert found(days(*week[:2]), hard) == []  # too short a week to have a middle


@pytest.mark.parametrize(("points", "told"), [(norms.HARD, [norms.EDGES]), (norms.HARD - 1, [])])
def test_hard_subjects_do_not_hold_both_ends_of_a_day(points: int, told: list[str]) -> None:
    hard = Standards(5, difficulty={"algebra": ((range(7, 8), points),), "music": ((range(7, 8), 1),)})
    assert found(days(held("1", n=1), held("2", n=2, subject="music"), held("3", n=3)), hard) == told
    assert found(days(held("1", n=1), held("2", n=2), held("3", n=3, subject="music")), hard) == []
    assert found(days(held("1", n=1)), hard) == []


# --- screens ------------------------------------------------------------------------------------------------------

LIVE = {"live": 100, "mixed": 50}


def test_the_days_time_at_a_screen_by_device() -> None:
    lessons = [held(str(n), n=n, form="live") for n in (1, 2, 3)]  # 120 minutes
    given = tuple(Limit(screens.DAY, range(7, 8), None, device, value)
                  for device, value in (("computer", 120), ("tablet", 119)))  # fmt: skip
    [told] = only(checking.check_days(days(*lessons), Standards(5, given, screens=LIVE)), screens.DAY)
    assert told == {"minutes": 120, "most": 119, "device": "tablet"}
    assert found(days(*lessons), Standards(5, given[:1], screens=LIVE)) == []
    half = [held(str(n), n=n, form="mixed" if n == 3 else "live") for n in (1, 2, 3)]
    assert found(days(*half), Standards(5, given, screens=LIVE)) == []


def test_the_time_at_a_screen_in_one_lesson() -> None:
    live = days(held("1", form="live"))
    assert found(live, limits((screens.LESSON, 40), (screens.LOOK, 40), screens=LIVE)) == []
    assert found(live, limits((screens.LESSON, 39), screens=LIVE)) == [screens.LESSON]
    assert found(live, limits((screens.LOOK, 39), screens=LIVE)) == [screens.LOOK]
    assert found(days(held("1")), limits((screens.LESSON, 0), screens=LIVE)) == []


def test_kazakh_and_russian_norms_are_those_of_the_facts() -> None:
    rows = {row.code: row.value for row in reference.rows() if hasattr(row, "rule")}
    assert [rows[f"ru_screen_day_{grades}_computer"] for grades in ("1_2", "3_4", "5_9", "10_11")] == [80, 90, 120, 170]
    assert [rows[f"ru_screen_day_{grades}_tablet"] for grades in ("1_2", "3_4", "5_9", "10_11")] == [80, 90, 120, 150]
    assert [rows[f"kz_screen_lesson_{grades}"] for grades in ("1_1", "2_3", "4_8", "9_11")] == [15, 20, 25, 30]
    assert (rows["ru_lessons_week_1_1_5"], rows["ru_lessons_week_8_9_6"], rows["ru_homework_day_9_11"]) == (21, 36, 210)
    assert "ru_lessons_week_1_1_6" not in rows


SIBLINGS = Standards(screens=LIVE, families=(("a", "e"),))


def test_siblings_with_one_device_in_two_live_lessons() -> None:
    at_once = days(held("1", "7a", form="live"), held("2", "5a", form="live", teachers=("u",)))
    [finding] = checking.check_days(at_once, SIBLINGS)
    assert (finding.code, finding.who, finding.lessons) == (screens.SHARED, ("a", "e"), ("1", "2"))
    assert found(days(held("1", "7a", form="live"), held("2", "5a", n=2, form="live")), SIBLINGS) == []
    assert found(days(held("1", "7a", form="live"), held("2", "5a", form="paper", teachers=("u",))), SIBLINGS) == []
    assert found(at_once, replace(SIBLINGS, families=())) == []


def test_siblings_in_one_lesson_share_it() -> None:
    joined = held("1", "7a", form="live", others=(Part("v", "c", "5a", "algebra", "live", None, ""),))
    assert found(days(joined), SIBLINGS) == []


def test_only_those_of_a_household_who_share_are_a_family() -> None:
    told = {"a": ("h1", True), "b": ("h1", True), "c": ("h1", False), "d": ("h2", True), "e": ("h2", None)}
    assert families(told) == (("a", "b"),)


# --- words --------------------------------------------------------------------------------------------------------


def everything() -> tuple[Days, Standards]:
    """A week in which nearly all is wrong."""
    lessons = [
        held("1", n=1, form="live", room="r"), held("2", n=1, form="live", room="r"), held("3", n=5, subject="physics"),
        held("4", "5a", n=1, form="live", room=None, teachers=()), held("5", n=1, day=1, times=("", "")),
        held("6", n=6, day=2, times=("13:25", "14:05")), held("8", day=3),
        held("7", "7b", n=1, day=2, shift=2, times=("14:00", "14:40")),
        held("9", day=3, n=2, room=None),
    ]  # fmt: skip
    rules = ("lessons_day", "lessons_week", screens.DAY, screens.LESSON, screens.LOOK)
    standards = limits(*((rule, 1) for rule in rules), screens=LIVE, families=(("a", "e"),), absences={
        "t": (absence("t"),),
    }, free=(Free("Autumn", Stretch("vacation", MONDAY, MONDAY)),), schedules={
        "t": (Schedule(date(2026, 9, 1), None, 1, 1, {1: Workday("off"), 2: Workday("methodical"),
                                                     3: Workday("work", "23:00", "23:59")}),),
    }, difficulty={"algebra": ((range(7, 8), 9),), "physics": ((range(7, 8), 12),)})  # fmt: skip
    return days(*lessons), standards


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_every_kind_has_its_words(app: APIFlask, locale: str) -> None:
    timetable, standards = everything()
    findings = checking.check_days(timetable, standards)
    assert {finding.code for finding in findings} == set(KINDS)
    with app.test_request_context(), force_locale(locale):
        for finding in findings:
            said = sentence(finding, timetable)
            assert said.endswith(".") and "%(" not in said and "None" not in said, said
            assert title(finding.code)
            explained(finding.code)


def test_names_of_students_are_said_only_where_the_caller_knows_them(app: APIFlask) -> None:
    at_once = days(held("1", "7a", form="live"), held("2", "5a", form="live", teachers=("u",)))
    [finding] = checking.check_days(at_once, SIBLINGS)
    named = replace(at_once, facts=replace(at_once.facts, people={"a": "Veslov", "e": "Veslova"}))
    with app.test_request_context(), force_locale("en"):
        assert "7A, 5A" in sentence(finding, at_once) and "Veslov" not in sentence(finding, at_once)
        assert "Veslov (7A), Veslova (5A)" in sentence(finding, named)


def test_an_empty_week_has_no_findings() -> None:
    assert checking.check_days(days()) == []
