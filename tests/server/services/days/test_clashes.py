"""Which lessons cannot be held at once."""

from datetime import date

import pytest

from server.services.days.clashes import GROUP, ROOM, TEACHER, clashes, share_students
from server.services.days.reading import Facts, GroupFact, Held, Part

DAY = date(2026, 12, 8)


def group(id: str, kind: str = "class", parent: str | None = None, division: str = "") -> GroupFact:
    return GroupFact(id, id, id, kind, 7, 1, parent, division)


GROUPS = (
    group("7a"), group("7b"), group("7a-en1", "subgroup", "7a", "1"), group("7a-en2", "subgroup", "7a", "1"),
    group("7a-boys", "subgroup", "7a", "2"), group("7b-en1", "subgroup", "7b", "1"), group("club", "study"),
    group("home", "individual", "7a"),
)  # fmt: skip
STUDENTS = {
    "7a": frozenset({"a", "b", "h"}), "7b": frozenset({"c", "d"}), "club": frozenset({"a", "c"}),
    "7a-en1": frozenset({"a"}), "7a-en2": frozenset({"b"}), "7a-boys": frozenset({"a"}), "7b-en1": frozenset({"d"}),
    "home": frozenset({"h"}),
}  # fmt: skip
FACTS = Facts({one.id: one for one in GROUPS}, {}, {}, {}, STUDENTS)


def held(id: str, group: str, n: int = 1, shift: int = 1, times: tuple[str, str] = ("", ""), room: str | None = None,
         teacher: str | None = None, state: str = "planned") -> Held:  # fmt: skip
    part = Part(f"v{id}", f"c{id}", group, "s", None, None, "")
    return Held(id, DAY, n, shift, *times, room, state, (part,), (teacher,) if teacher else (), None, None)


@pytest.mark.parametrize(("one", "other", "shared"), [
    ("7a", "7b", False), ("7a", "7a", True), ("7a", "7a-en1", True), ("7a-en1", "7a-en2", False),
    ("7a-en1", "7a-boys", True), ("7a-en1", "7b-en1", False), ("club", "7a", True), ("club", "7b", True),
    ("club", "7a-en1", True), ("club", "7a-en2", False), ("club", "7b-en1", False), ("home", "7a", False),
    ("home", "home", True),
])  # fmt: skip
def test_groups_share_students(one: str, other: str, shared: bool) -> None:
    assert share_students(FACTS, one, other) is shared
    assert share_students(FACTS, other, one) is shared


def test_a_teacher_a_room_and_a_group_are_in_one_place() -> None:
    lessons = [
        held("1", "7a", teacher="t", room="r"), held("2", "7b", teacher="t"), held("3", "7b", n=2, room="r"),
        held("4", "7a-en1", n=2, room="r"), held("5", "7a-boys", n=2), held("6", "7a", n=3),
    ]  # fmt: skip
    found = [(clash.kind, clash.one, clash.other, clash.who) for clash in clashes(lessons, FACTS)]
    assert found == [
        (GROUP, "4", "5", ("7a-boys", "7a-en1")), (ROOM, "3", "4", ("r",)), (TEACHER, "1", "2", ("t",))
    ]  # fmt: skip


def test_a_cancelled_lesson_takes_no_place() -> None:
    assert clashes([held("1", "7a", teacher="t"), held("2", "7b", teacher="t", state="cancelled")], FACTS) == []


def test_shifts_whose_bells_overlap() -> None:
    last = held("1", "7a", n=6, times=("13:25", "14:05"), teacher="t")
    first = held("2", "7b", n=1, shift=2, times=("14:00", "14:40"), teacher="t")
    later = held("3", "7b", n=2, shift=2, times=("14:05", "14:45"), teacher="u")
    [clash] = clashes([last, first], FACTS)
    assert (clash.kind, clash.by_bells) == (TEACHER, True)
    assert clashes([last, later], FACTS) == []


def test_numbers_alone_count_where_no_bells_are_known() -> None:
    assert clashes([held("1", "7a", teacher="t"), held("2", "7b", shift=2, teacher="t")], FACTS) == []
