"""Clashes are exactly those of all pairs compared, whatever the day."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from server.services.days.clashes import Clash, between, clashes, overlap
from server.services.days.reading import Days, Held, Part
from tests.server.services.days.timetables import GROUPS, STUDENTS, days, held

IDS = [group.id for group in GROUPS]
PEOPLE = sorted({student for own in STUDENTS.values() for student in own})


@st.composite
def lessons(draw: st.DrawFn, id: str) -> Held:
    n, shift = draw(st.integers(0, 4)), draw(st.integers(1, 2))
    times = draw(st.sampled_from((("", ""), ("09:00", "09:40"), ("09:30", "10:10"), ("10:10", "10:50"))))
    groups = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True))
    others = [Part(f"v{id}-{group}", f"c{group}", group, "s", None, None, "") for group in groups[1:]]
    state = draw(st.sampled_from(("planned", "planned", "cancelled")))
    return held(
        id, groups[0], n, draw(st.integers(0, 1)), shift=shift, times=times, others=others,
        room=draw(st.sampled_from((None, "r1", "r2"))), state=state,
        teachers=tuple(draw(st.lists(st.sampled_from("tuv"), max_size=2, unique=True))),
    )  # fmt: skip


@st.composite
def timetables(draw: st.DrawFn) -> Days:
    """Bells of a place are the same for all who have them, as they are when days are read."""
    bells: dict[tuple[object, ...], tuple[str, str]] = {}
    own = []
    for number in range(draw(st.integers(0, 12))):
        lesson = draw(lessons(f"{number:02d}"))
        starts, ends = bells.setdefault((lesson.on, lesson.shift, lesson.n), (lesson.starts, lesson.ends))
        own.append(replace(lesson, starts=starts, ends=ends))
    students = {id: draw(st.frozensets(st.sampled_from(PEOPLE), max_size=3)) for id in IDS}
    return days(*own, students=students)


def by_all_pairs(timetable: Days) -> list[Clash]:
    return sorted(
        clash for one, other in combinations(timetable.lessons, 2)
        if one.on == other.on and one.is_held and other.is_held
        and ((one.shift, one.n) == (other.shift, other.n) or overlap(one, other))
        for clash in between(one, other, timetable.facts)
    )  # fmt: skip


@given(timetables())
def test_clashes_are_those_of_all_pairs(timetable: Days) -> None:
    assert clashes(timetable.lessons, timetable.facts) == by_all_pairs(timetable)
