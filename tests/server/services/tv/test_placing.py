"""Which broadcast is for which lesson, what a person decided, and everything that does not fit."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.services.tv.placing import Sent, Trouble, View, best_number, matched, troubles

DAY = date(2026, 12, 8)


def sent(id: str, starts: str = "09:00", minutes: int = 20, grade: int = 7, subject: str = "algebra", day: date = DAY):
    return Sent(id, day, starts, minutes, "TV", grade, subject)


def view(id: str, n: int = 1, klass: str = "7a", subject: str = "algebra", **values: object) -> View:
    starts = f"{8 + n}:00".zfill(5)
    defaults = {"grade": 7, "starts": starts, "ends": starts[:3] + "45"}
    return View(id, f"lesson-{id}", f"course-{klass}-{subject}", klass, subject=subject, on=DAY, n=n,
                **{**defaults, **values})  # fmt: skip


def test_the_kth_broadcast_is_for_the_kth_lesson_of_each_class() -> None:
    broadcasts = [sent("late", "12:00"), sent("early", "09:00")]
    views = [view("a2", 4), view("a1", 1), view("b1", 2, "7b"), view("other", 1, subject="music")]
    assert matched(broadcasts, views) == {"a1": "early", "a2": "late", "b1": "early", "other": None}


def test_what_a_person_decided_stays_and_counts_for_nobody_else() -> None:
    broadcasts = [sent("one", "09:00"), sent("two", "12:00")]
    views = [view("a1", 1, broadcast="two", fixed=True), view("a2", 4)]
    assert matched(broadcasts, views) == {"a1": "two", "a2": "one"}
    unlinked = [view("a1", 1, broadcast=None, fixed=True), view("a2", 4)]
    assert matched(broadcasts[:1], unlinked) == {"a1": None, "a2": "one"}


broadcasts = st.lists(st.builds(
    sent, st.uuids().map(str), st.sampled_from(["09:00", "10:00", "11:00"]), st.just(20), st.sampled_from([7, 8]),
    st.sampled_from(["algebra", "music"]),
), max_size=8)  # fmt: skip
views = st.lists(st.builds(
    lambda id, n, klass, subject: view(str(id), n, klass, subject, grade=int(klass[0])),
    st.uuids(), st.integers(1, 6), st.sampled_from(["7a", "7b", "8a"]), st.sampled_from(["algebra", "music"]),
), max_size=10)  # fmt: skip


@given(broadcasts, views, st.randoms())
def test_no_course_has_a_broadcast_twice_and_order_is_kept(given_sent: list, given_views: list, chance) -> None:
    found = matched(given_sent, given_views)
    shuffled = list(given_views)
    chance.shuffle(shuffled)
    assert matched(given_sent, shuffled) == found
    by_id = {one.id: one for one in given_sent}
    for course in {one.course for one in given_views}:
        own = sorted((one for one in given_views if one.course == course), key=lambda one: (one.n, one.id))
        linked = [by_id[found[one.id]] for one in own if found[one.id]]
        assert len({one.id for one in linked}) == len(linked)
        assert [one.starts for one in linked] == sorted(one.starts for one in linked)
        fitting = [one for one in given_sent if (one.grade, one.subject) == (own[0].grade, own[0].subject)]
        assert len(linked) == min(len(fitting), len(own))
    fixed = [replace(one, broadcast=found[one.id], fixed=True) for one in given_views]
    assert matched(given_sent, fixed) == found


def kinds(found: list[Trouble]) -> list[str]:
    return [one.kind for one in found]


def test_a_broadcast_outside_of_its_lesson_and_into_another_is_said() -> None:
    views = [view("a1", 1, broadcast="b"), view("m", 3, subject="music")]
    found = troubles([sent("b", "11:10")], views, {"7a": 7})
    assert found == [Trouble(DAY, "meets", ("b",), ("a1", "m"), ("7a",)),
                     Trouble(DAY, "of_time", ("b",), ("a1",), ("7a",))]  # fmt: skip
    assert troubles([sent("b", "09:10")], views, {"7a": 7}) == []


def test_what_is_left_over_is_listed_for_each_class() -> None:
    views = [view("a1", 1, broadcast="b"), view("tv", 2, "7b", "music", form="tv")]
    found = troubles([sent("b"), sent("none", grade=4)], views, {"7a": 7, "7b": 7})
    assert found == [Trouble(DAY, "no_broadcast", (), ("tv",), ("7b",)), Trouble(DAY, "no_class", ("none",)),
                     Trouble(DAY, "no_lesson", ("b",), (), ("7b",))]  # fmt: skip


def test_two_at_once_for_a_class_or_a_family() -> None:
    views = [view("a1", 1, broadcast="b"), view("a2", 1, subject="music", broadcast="c"),
             view("e", 1, "8a", grade=8, broadcast="d")]  # fmt: skip
    all_sent = [sent("b"), sent("c", "09:10", subject="music"), sent("d", "09:15", grade=8)]
    classes = {"7a": 7, "8a": 8}
    assert kinds(troubles(all_sent, views, classes)) == ["at_once"]
    assert sorted(kinds(troubles(all_sent, views, classes, [("8a", "7a")]))) == ["at_once", "siblings", "siblings"]
    apart = [replace(all_sent[0], on=DAY + timedelta(days=1)), *all_sent[1:]]
    assert "at_once" not in kinds(troubles(apart, views, classes))


def test_the_number_in_whose_time_it_runs_else_the_nearest() -> None:
    bells = {1: ("09:00", "09:45"), 2: ("10:00", "10:45"), 3: ("11:00", "11:45")}
    assert best_number(sent("b", "10:10"), bells) == 2
    assert best_number(sent("b", "10:10"), bells, {2}) == 3
    assert best_number(sent("b", "15:00"), bells) == 3
    assert best_number(sent("b"), {}) is None
