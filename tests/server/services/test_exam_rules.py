"""Rules of exam timetables, one by one, and proposals of dates: never against a hard rule, else the reason is told."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.services.attestation.proposing import Wish, propose
from server.services.attestation.rules import HARD, SOFT, Limits, Sitting, Taught, World, problems

FIRST = date(2027, 6, 1)  # a Tuesday
LIMITS = Limits(dict.fromkeys(range(1, 13), 1), dict.fromkeys(range(1, 13), 2))
WORLD = World(FIRST, FIRST + timedelta(days=20), limits=LIMITS)
TEN, TWO = 600, 840


def exam(id: str, day: int | None = 0, starts: int | None = TEN, students: str = "ab", **more) -> Sitting:
    on = None if day is None else FIRST + timedelta(days=day)
    row = {"kind": "exam", "of": None, "subject": id, "grade": 9, "minutes": 120, "room": None, **more}
    return Sitting(id, on=on, starts=starts, students=frozenset(students), **row)


def consultation(id: str, of: str, day: int | None, starts: int | None = TWO, **more) -> Sitting:
    return exam(id, day, starts, **{"kind": "consultation", "of": of, "minutes": 60, **more})


def codes(*sittings: Sitting, world: World = WORLD) -> set[str]:
    return {problem.code for problem in problems(sittings, world)} - SOFT


def test_hard_and_soft_are_told_apart() -> None:
    assert not HARD & SOFT
    found = problems([exam("a", None)], WORLD)
    assert [one.hard for one in found] == sorted((one.hard for one in found), reverse=True)


@pytest.mark.parametrize(
    ("gap", "broken"),
    [(0, {"exams_day", "students_twice"}), (1, {"exams_between"}), (2, {"exams_between"}), (3, set())],
)
def test_one_exam_a_day_and_two_days_between(gap: int, broken: set[str]) -> None:
    assert codes(exam("a", 0), exam("b", gap)) == broken
    assert codes(exam("a", gap), exam("b", 0)) == broken
    assert codes(exam("a", 0), exam("b", gap, students="cd")) == set()


def test_a_school_that_allows_two_a_day() -> None:
    world = World(FIRST, WORLD.last, limits=Limits({9: 2}, {9: 0}))
    assert codes(exam("a"), exam("b", starts=TWO), world=world) == set()
    three = [exam(id, starts=starts) for id, starts in (("a", 500), ("b", 700), ("c", 900))]
    assert codes(*three, world=world) == {"exams_day"}


def test_a_consultation_counts_for_no_limit_and_comes_before_its_exam() -> None:
    assert codes(exam("a", 3), consultation("k", "a", 2)) == set()
    assert codes(exam("a", 3), consultation("k", "a", 3, 480)) == set()
    assert codes(exam("a", 3), consultation("k", "a", 3, TWO)) == {"consultation_late"}
    assert codes(exam("a", 3), consultation("k", "a", 4)) == {"consultation_late"}


def test_rooms_and_people_are_in_one_place() -> None:
    other = {"students": "cd", "room": "r"}
    assert codes(exam("a", room="r"), exam("b", **other)) == {"room_taken"}
    assert codes(exam("a", room="r"), exam("b", starts=TWO, **other)) == set()
    staff = {"staff": {"p": "invigilator"}}
    assert codes(exam("a", **staff), exam("b", students="cd", **staff)) == {"person_taken"}


def test_lessons_take_rooms_and_people_unless_all_their_students_sit_the_exam() -> None:
    def world(students: str) -> World:
        lesson = Taught(FIRST, 620, 660, "r", frozenset("p"), frozenset(students), "7a")
        return World(FIRST, WORLD.last, lessons=[lesson], limits=LIMITS)

    mine = exam("a", room="r", staff={"p": "examiner"})
    assert codes(mine, world=world("xy")) == {"room_lesson", "person_lesson"}
    assert codes(mine, world=world("ab")) == set()
    assert "lesson_at_once" in {one.code for one in problems([mine], world("abx"))}


def test_days_and_people_that_are_not_there() -> None:
    world = World(FIRST, WORLD.last, frozenset({FIRST}), (), frozenset({("p", FIRST)}), LIMITS)
    assert codes(exam("a", staff={"p": "chair"}), world=world) == {"holiday", "person_absent"}
    assert codes(exam("a", -1)) == {"outside"} and codes(exam("a", None)) == {"undated"}
    assert codes(exam("a", starts=None)) == {"untimed"} and codes(exam("a", students="")) == {"no_students"}


def test_what_is_only_listed() -> None:
    found = problems([exam("a", staff={"p": "invigilator"}, teachers=frozenset("p"))], WORLD)
    assert {one.code for one in found} == {"no_consultation", "no_examiner", "no_room", "own_subject"}
    assert not any(one.hard for one in found)


def placed(sittings, proposal):
    return [
        Sitting(**{**vars(one), "on": proposal.places[one.id][0], "starts": proposal.places[one.id][1]})
        if one.id in proposal.places else one
        for one in sittings
    ]  # fmt: skip


def test_four_exams_with_consultations_find_their_days() -> None:
    wanted = [exam(id, None, None) for id in "abcd"]
    wanted += [consultation(f"k{id}", id, None, None) for id in "abcd"]
    proposal = propose(wanted, WORLD)
    assert len(proposal.places) == 8 and not proposal.why
    assert codes(*placed(wanted, proposal)) == set()


def test_too_many_exams_for_the_days_are_explained() -> None:
    short = World(FIRST, FIRST + timedelta(days=3), limits=LIMITS)
    proposal = propose([exam(id, None, None) for id in "abc"], short)
    assert not proposal.places and not proposal.gave_up
    told = [{code for codes in one.days.values() for code in codes} for one in proposal.why]
    assert told and all(found & {"exams_between", "exams_day"} for found in told)


def test_a_given_day_that_breaks_a_rule_is_named() -> None:
    proposal = propose([exam("a", 0), exam("b", 1), exam("c", None)], WORLD)
    assert set(proposal.broken) == {"a", "b"} and not proposal.places


_days = st.integers(2, 4)
_sets = st.sets(st.sampled_from("abc"), min_size=1).map(lambda found: "".join(sorted(found)))
_rooms = st.sampled_from([None, "r"])
_people = st.sampled_from([{}, {"p": "examiner"}, {"q": "chair"}])


@st.composite
def sessions(draw):
    """Small sessions: up to three exams, some with consultations, lessons in the way, people away."""
    count = draw(_days)
    world = World(
        FIRST, FIRST + timedelta(days=count - 1),
        frozenset(FIRST + timedelta(days=day) for day in draw(st.sets(st.integers(0, 5), max_size=1))),
        [Taught(FIRST + timedelta(days=day), 590, 700, "r", frozenset("p"), frozenset("z"))
         for day in draw(st.sets(st.integers(0, 5), max_size=2))],
        frozenset(("q", FIRST + timedelta(days=day)) for day in draw(st.sets(st.integers(0, 5), max_size=2))),
        Limits({9: draw(st.integers(1, 2))}, {9: draw(st.integers(0, 2))}),
    )  # fmt: skip
    wanted = []
    for id in "xyz"[: draw(st.integers(1, 3))]:
        day = draw(st.one_of(st.none(), st.none(), st.integers(0, 5)))
        one = exam(id, day, TEN if day is not None else None, draw(_sets), room=draw(_rooms), staff=draw(_people))
        wanted.append(one)
        if draw(st.booleans()):
            wanted.append(consultation(f"k{id}", id, None, None, students="".join(sorted(one.students))))
    return wanted, world


@settings(deadline=None, max_examples=100)
@given(sessions())
def test_a_proposal_keeps_every_hard_rule_or_says_why_not(session) -> None:
    wanted, world = session
    wish = Wish((TEN,), (TWO,), sundays=True)
    proposal = propose(wanted, world, wish)
    if proposal.places:
        assert not [one for one in problems(placed(wanted, proposal), world) if one.hard]
        assert set(proposal.places) == {one.id for one in wanted if one.on is None}
        return
    open_ones = [one for one in wanted if one.on is None]
    if not open_ones:
        return
    assert proposal.broken or (proposal.why and all(one.days for one in proposal.why))
    days = [world.first + timedelta(days=n) for n in range((world.last - world.first).days + 1)]
    for chosen in product(days, repeat=len(open_ones)):  # every way there is: none keeps the rules
        there = dict(zip([one.id for one in open_ones], chosen, strict=True))
        tried = [
            Sitting(**{**vars(one), "on": there[one.id], "starts": TWO if one.kind == "consultation" else TEN})
            if one.id in there else one
            for one in wanted
        ]  # fmt: skip
        assert any(one.hard for one in problems(tried, world))
