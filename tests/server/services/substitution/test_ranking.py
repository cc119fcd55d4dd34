"""Who is proposed for a lesson: never somebody who is busy, away or not at work; the best of them first."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from server.services.days.clashes import TEACHER as TWICE
from server.services.days.clashes import overlap
from server.services.days.reading import Days, Facts, GroupFact, Held, Part
from server.services.substitution.away import Away
from server.services.substitution.choosing import OPEN, TEACHER, Choice, after, deeds, new_absentees, new_clashes
from server.services.substitution.colleagues import Colleague, Hours
from server.services.substitution.diary import Diary
from server.services.substitution.proposing import cases
from server.services.substitution.ranking import doubtful, proposals

MONDAY = date(2026, 12, 7)
STAFF = ("ann", "bob", "cat", "dan")
GROUPS = {id: GroupFact(id, id, id, "class", 7, shift, None, "") for id, shift in (("7a", 1), ("7b", 1), ("7c", 2))}
FACTS = Facts(GROUPS, {"alg": "algebra", "phy": "physics"}, {}, {id: id.title() for id in STAFF},
              {id: frozenset() for id in GROUPS})  # fmt: skip


def held(
    id: str, teachers: tuple[str, ...], day: int = 0, n: int = 1, group: str = "7a", subject: str = "alg"
) -> Held:
    """A lesson: the first shift begins at 8, the second at 12, so that late and early lessons overlap."""
    shift = GROUPS[group].shift
    minutes = (480 if shift == 1 else 720) + 50 * (n - 1)
    starts, ends = (f"{m // 60:02d}:{m % 60:02d}" for m in (minutes, minutes + 40))
    part = Part(f"v-{id}", f"c-{group}-{subject}", group, subject, None, None, "")
    on = MONDAY + timedelta(days=day)
    return Held(id, on, n, shift, starts, ends, None, "planned", (part,), teachers, None, None)


def away(person: str, since: int = 0, until: int = 0, first: int | None = None, last: int | None = None) -> Away:
    days = (MONDAY + timedelta(days=since), MONDAY + timedelta(days=until))
    return Away(f"a-{person}", person, person, *days, first, last, "illness", "", "", None)


def staff(**hours: Hours) -> dict[str, Colleague]:
    return {id: Colleague(id, id.title(), hours=(hours[id],) if id in hours else ()) for id in STAFF}


def names(lesson: Held, diary: Diary) -> list[str]:
    return [one.person for one in proposals(lesson, diary, FACTS)]


def test_the_one_who_teaches_the_subject_and_knows_the_class_comes_first() -> None:
    known = staff()
    known["bob"] = replace(known["bob"], subjects=frozenset({"alg"}), groups=frozenset({"7a"}))
    known["cat"] = replace(known["cat"], subjects=frozenset({"alg"}))
    known["dan"] = replace(known["dan"], groups=frozenset({"7a"}), leads=frozenset({"7a"}))
    lesson = held("x", ("ann",))
    assert names(lesson, Diary([lesson], [], known)) == ["bob", "cat", "dan"]


def test_who_has_fewer_lessons_that_week_comes_first_among_equals() -> None:
    lesson = held("x", ("ann",), day=1)
    others = [held("y", ("bob",), day=1, n=3), held("z", ("bob",), n=4), held("w", ("cat",), day=1, n=3)]
    found = proposals(lesson, Diary([lesson, *others], [], staff()), FACTS)
    assert [(one.person, one.day, one.week) for one in found] == [("cat", 1, 1), ("bob", 1, 2), ("dan", 0, 0)]


def test_busy_by_the_bells_of_the_other_shift_is_busy() -> None:
    lesson = held("x", ("ann",), n=5, group="7a")  # 11:20–12:00
    late = held("y", ("bob",), n=1, group="7c")  # 12:00–12:40
    clash = held("z", ("cat",), n=6, group="7a")  # 12:10–12:50
    assert overlap(late, clash)
    diary = Diary([lesson, late, clash], [], staff())
    assert names(lesson, diary) == ["bob", "cat", "dan"]
    assert names(clash, diary) == ["ann", "dan"]


def test_a_methodical_day_and_hours_are_kept_but_can_be_chosen() -> None:
    begins = MONDAY - timedelta(days=30)
    lesson = held("x", ("ann",), n=3)
    hours = {"bob": Hours(begins, None, None, None, {1: ("methodical", "", "")}),
             "cat": Hours(begins, None, None, None, {1: ("work", "12:00", "")}),
             "dan": Hours(begins, None, 0, None, {})}  # fmt: skip
    diary = Diary([lesson], [], staff(**hours))
    [only] = proposals(lesson, diary, FACTS)
    assert (only.person, only.over_week, only.is_over) == ("dan", True, True)
    assert [(one.person, one.why) for one in doubtful(lesson, diary)] == [("bob", "methodical"), ("cat", "hours")]


def test_nobody_over_the_limit_and_nothing_of_a_day_that_is_over_is_marked() -> None:
    lesson = held("x", ("ann",))
    hours = {id: Hours(MONDAY, None, None, 0, {}) for id in ("bob", "cat", "dan")}
    days = Days(MONDAY, MONDAY, (lesson,), FACTS)
    [case] = cases(away("ann"), MONDAY, MONDAY, days, Diary([lesson], [away("ann")], staff(**hours)), MONDAY)
    assert (len(case.proposals), case.best) == (3, (OPEN, ""))
    later = MONDAY + timedelta(days=1)
    [case] = cases(away("ann"), MONDAY, MONDAY, days, Diary([lesson], [away("ann")], staff()), later)
    assert (len(case.proposals), case.best, case.swaps) == (3, (OPEN, ""), ())


LESSONS = st.lists(
    st.tuples(st.lists(st.sampled_from(STAFF), max_size=2, unique=True), st.integers(0, 2), st.integers(1, 7),
              st.sampled_from(sorted(GROUPS)), st.sampled_from(("alg", "phy"))),
    max_size=14,
)  # fmt: skip
AWAY = st.lists(
    st.builds(lambda who, since, long, part: away(who, since, since + long, *((2, 4) if part and not long else ())),
              st.sampled_from(STAFF), st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=3
)  # fmt: skip
DAYS = st.dictionaries(
    st.integers(1, 3),
    st.sampled_from([("methodical", "", ""), ("off", "", ""), ("work", "09:00", "12:30"), ("work", "", "11:00")]),
)
SCHEDULES = st.dictionaries(
    st.sampled_from(STAFF),
    st.builds(lambda week, day, days: Hours(MONDAY, None, week, day, days), st.integers(0, 6) | st.none(),
              st.integers(0, 3) | st.none(), DAYS),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(LESSONS, AWAY, SCHEDULES)
def test_nobody_is_ever_proposed_who_cannot_come(rows, absences, schedules) -> None:
    lessons = [held(f"l{i}", tuple(who), *rest) for i, (who, *rest) in enumerate(rows)]
    diary, known = Diary(lessons, absences, staff(**schedules)), staff(**schedules)
    for lesson in lessons:
        found = names(lesson, diary)
        for person in found:
            assert person not in lesson.teachers
            assert not any(overlap(lesson, other) for other in lessons
                           if other.on == lesson.on and person in other.teachers)  # fmt: skip
            assert not any(one.person_id == person and one.covers(lesson.on, lesson.n) for one in absences)
            assert known[person].kept_by(lesson.on, lesson.starts, lesson.ends) == ""
        doubted = {one.person for one in doubtful(lesson, diary)}
        assert not doubted & set(found)
        can_come = {person for person in STAFF if person not in lesson.teachers and diary.is_free(person, lesson)}
        assert set(found) == can_come


@settings(max_examples=150, deadline=None)
@given(LESSONS, SCHEDULES)
def test_what_is_marked_for_all_lessons_goes_together(rows, schedules) -> None:
    """The form as it comes can be confirmed: no teacher, class or room is in two places that was not before."""
    lessons = tuple(held(f"l{i}", tuple(who), *rest) for i, (who, *rest) in enumerate(rows))
    days = Days(MONDAY, MONDAY + timedelta(days=6), lessons, FACTS)
    one = away("ann", 0, 2)
    diary = Diary(lessons, [one], staff(**schedules))
    found = cases(one, MONDAY, MONDAY + timedelta(days=2), days, diary, MONDAY)
    assert {case.lesson.id for case in found} == {lesson.id for lesson in lessons if "ann" in lesson.teachers}
    given_ = [(case.lesson, case.best[1]) for case in found if case.best[0] == TEACHER]
    for (lesson, who), (other, who_else) in combinations(given_, 2):
        assert who != who_else or lesson.on != other.on or not overlap(lesson, other)
    done = deeds([Choice(case.lesson.id, *case.best) for case in found if case.best[0]], "ann",
                 {lesson.id: lesson.as_state() for lesson in lessons}, {})  # fmt: skip
    then = after(days, done)
    assert [clash for clash in new_clashes(days, then) if clash.kind == TWICE] == []
    assert new_absentees(days, then, Diary(lessons, [one], staff(**schedules))) == []


def test_an_absence_covers_its_days_and_lessons() -> None:
    one = replace(away("ann", 0, 0, 2, 4), ended_at=datetime(2026, 12, 7))
    assert [n for n in range(7) if one.covers(MONDAY, n)] == [2, 3, 4]
    assert not one.covers(MONDAY + timedelta(days=1), 3)
