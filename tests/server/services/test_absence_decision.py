"""The truth table of proposed absences, and what no order or amount of evidence may change."""

import inspect
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services import absence_decision
from server.services.absence_decision import (
    Ask,
    Call,
    Evidence,
    Handed,
    Letters,
    Owed,
    Reach,
    Said,
    Seen,
    Verdict,
    Why,
    decide,
)

LETTERS = Letters("Н", "ОП")
MON, TUE, WED, THU, FRI = (date(2026, 12, day) for day in range(7, 12))  # the lesson is on Monday, due on Wednesday
MISSING = Owed(WED)
NO_NET = Reach(internet=False)


def came(on: date, received: date | None = None, channel: str = "paper") -> Owed:
    return Owed(WED, (Handed(on, channel, received or on),))


def lesson(form: str | None = "self", *tasks: Owed, **values) -> Evidence:
    return Evidence(form, MON, tasks, **values)


def said(letter: str | None, on: date = THU, excused: bool = False) -> Said:
    return Said((letter,), excused, on)


N, A, OK, UN, BACK = Verdict.NONE, Verdict.ABSENT, Verdict.NOT_ABSENT, Verdict.UNREACHABLE, Verdict.WITHDRAW
TABLE = [
    # what is known | today | verdict, why, letter
    ("nothing sent by the date of control", lesson("self", MISSING), FRI, (A, Why.NOT_HANDED_IN, "Н")),
    ("nothing sent, on paper, and the pack was there",
     lesson("paper", MISSING, reach=replace(NO_NET, pack=True, on_paper=True)), FRI, (A, Why.NOT_HANDED_IN, "Н")),
    ("nothing sent, and the form was never chosen", lesson(None, MISSING), FRI, (A, Why.NOT_HANDED_IN, "Н")),
    ("nothing sent, but today is the date of control", lesson("self", MISSING), WED, (N, Why.STILL_TIME, None)),
    ("one work due, another still has time", lesson("self", MISSING, Owed(FRI)), THU, (N, Why.STILL_TIME, None)),
    ("the task has no date of control", lesson("self", Owed(None)), FRI, (N, Why.NO_EVIDENCE, None)),
    ("a TV lesson without a task and without a report", lesson("tv"), FRI, (N, Why.NO_EVIDENCE, None)),
    ("on paper, in time", lesson("paper", came(TUE)), FRI, (OK, Why.HANDED_IN, None)),
    ("on paper, in time, with the school a week later",
     lesson("paper", came(WED, WED + timedelta(7))), WED + timedelta(8), (OK, Why.HANDED_IN, None)),
    ("dictated by phone on the last day", lesson("self", came(WED, channel="call")), FRI, (OK, Why.HANDED_IN, None)),
    ("on a stick", lesson("self", came(TUE, FRI, "usb")), FRI, (OK, Why.HANDED_IN, None)),
    ("by messenger", lesson("live", came(MON, channel="messenger")), FRI, (OK, Why.HANDED_IN, None)),
    ("one of two works came", lesson("self", MISSING, came(TUE)), FRI, (OK, Why.HANDED_IN, None)),
    ("came without a date of control", lesson("self", Owed(None, (Handed(FRI, "photo", FRI),))), FRI,
     (OK, Why.HANDED_IN, None)),
    ("a day late", lesson("self", came(THU)), FRI, (A, Why.LATE, "ОП")),
    ("late, but the teacher has marked it", lesson("self", replace(came(THU), decided=True)), FRI,
     (OK, Why.DECIDED, None)),
    ("marked without a return: an oral answer", lesson("live", Owed(WED, decided=True)), FRI, (OK, Why.DECIDED, None)),
    ("not at the conference", lesson("live", seen=(Seen(False),)), MON, (A, Why.NOT_SEEN, "Н")),
    ("not at the conference, work still has time", lesson("live", MISSING, seen=(Seen(False),)), MON,
     (A, Why.NOT_SEEN, "Н")),
    ("not at the conference, but the work came in time", lesson("live", came(TUE), seen=(Seen(False),)), FRI,
     (OK, Why.HANDED_IN, None)),
    ("not seen before the television", lesson("tv", seen=(Seen(False, "library"),)), MON, (A, Why.NOT_SEEN, "Н")),
    ("seen before the television, work missing", lesson("tv", MISSING, seen=(Seen(True, "library"),)), FRI,
     (OK, Why.SEEN, None)),
    ("one report says there, one says not", lesson("live", seen=(Seen(False), Seen(True))), FRI, (OK, Why.SEEN, None)),
    ("self-study: not seen says nothing while there is time", lesson("self", MISSING, seen=(Seen(False),)), TUE,
     (N, Why.STILL_TIME, None)),
    ("self-study: not seen and nothing sent", lesson("self", MISSING, seen=(Seen(False),)), FRI,
     (A, Why.NOT_HANDED_IN, "Н")),
    ("called that day about the task", lesson("live", MISSING, calls=(Call(MON, "task"),)), FRI,
     (OK, Why.IN_TOUCH, None)),
    ("called on another day about a task", lesson("live", MISSING, calls=(Call(TUE, "task"),)), FRI,
     (A, Why.NOT_HANDED_IN, "Н")),
    ("called that day to complain", lesson("live", MISSING, calls=(Call(MON, "complaint"),)), FRI,
     (A, Why.NOT_HANDED_IN, "Н")),
    ("called that day with technical trouble", lesson("live", MISSING, calls=(Call(MON, "technical"),)), FRI,
     (UN, Why.TROUBLE, None)),
    ("asked for paper before the date of control", lesson("self", MISSING, calls=(Call(WED, "paper_pack"),)), FRI,
     (UN, Why.TROUBLE, None)),
    ("technical trouble after the date of control", lesson("self", MISSING, calls=(Call(THU, "technical"),)), FRI,
     (A, Why.NOT_HANDED_IN, "Н")),
    ("the road was closed", lesson("self", MISSING, reach=Reach(cut_off=True)), FRI, (UN, Why.CUT_OFF, None)),
    ("the road was closed, and not seen at the place",
     lesson("live", seen=(Seen(False),), reach=Reach(cut_off=True)), FRI, (UN, Why.CUT_OFF, None)),
    ("the road was closed, but the work came", lesson("paper", came(WED, FRI), reach=Reach(cut_off=True)), FRI,
     (OK, Why.HANDED_IN, None)),
    ("the road was closed, the work came late", lesson("paper", came(THU), reach=Reach(cut_off=True)), FRI,
     (UN, Why.CUT_OFF, None)),
    ("the road is closed, and there is still time", lesson("self", MISSING, reach=Reach(cut_off=True)), TUE,
     (N, Why.STILL_TIME, None)),
    ("learns from packs, and there was none", lesson("paper", MISSING, reach=replace(NO_NET, on_paper=True)), FRI,
     (UN, Why.NO_PACK, None)),
    ("no internet, no pack, no television", lesson("self", MISSING, reach=NO_NET), FRI, (UN, Why.NO_CHANNEL, None)),
    ("nobody knows how to reach them", lesson("self", MISSING, reach=replace(NO_NET, known=False)), FRI,
     (UN, Why.NO_CHANNEL, None)),
    ("no internet, but the TV lesson came by television",
     lesson("tv", MISSING, reach=replace(NO_NET, television=True)), FRI, (A, Why.NOT_HANDED_IN, "Н")),
    ("no internet, television, but it was a live lesson",
     lesson("live", MISSING, reach=replace(NO_NET, television=True)), FRI, (UN, Why.NO_CHANNEL, None)),
    ("no internet at home, and not at the place", lesson("live", seen=(Seen(False, "school"),), reach=NO_NET), FRI,
     (A, Why.NOT_SEEN, "Н")),
    ("noted already", lesson("self", MISSING, said=said("Н")), FRI, (N, Why.SAID, None)),
    ("ill, and noted so", lesson("self", MISSING, said=said("Б", excused=True)), FRI, (N, Why.SAID, None)),
    ("taken back by somebody", lesson("self", MISSING, said=said(None)), FRI, (N, Why.TAKEN_BACK, None)),
    ("two people said two things", lesson("self", MISSING, said=Said(("Н", "Б"), True, THU)), FRI,
     (N, Why.TWO_VALUES, None)),
    ("noted, then paper arrives that was handed in in time",
     lesson("paper", came(TUE, FRI), said=said("Н")), FRI, (BACK, Why.CAME_AFTER_ALL, None)),
    ("noted, then paper arrives that was handed in too late",
     lesson("paper", came(THU, FRI), said=said("Н")), FRI, (N, Why.SAID, None)),
    ("noted as ill, then paper arrives", lesson("paper", came(TUE, FRI), said=said("Б", excused=True)), FRI,
     (N, Why.SAID, None)),
    ("noted at the lesson itself, then the homework comes in time",
     lesson("live", came(TUE), said=said("Н", MON)), FRI, (N, Why.SAID, None)),
    ("the school had the work when the letter was said",
     lesson("paper", came(TUE), said=said("Н")), FRI, (N, Why.SAID, None)),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "today", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_truth_table(evidence: Evidence, today: date, expected: tuple[Verdict, Why, str | None]):
    found = decide(evidence, LETTERS, today)
    assert (found.verdict, found.why, found.letter) == expected


def test_every_verdict_and_reason_stands_in_the_table():
    assert {row[3][0] for row in TABLE} == set(Verdict)
    assert {row[3][1] for row in TABLE} == set(Why)


@pytest.mark.parametrize(("reach", "ask"), [
    (Reach(cut_off=True), Ask.FAMILY), (replace(NO_NET, on_paper=True), Ask.OFFICE), (NO_NET, Ask.FAMILY),
    (replace(NO_NET, known=False), Ask.CLASS_TEACHER),
])  # fmt: skip
def test_of_somebody_unreachable_it_says_whom_to_ask(reach: Reach, ask: Ask):
    assert decide(lesson("self", MISSING, reach=reach), LETTERS, FRI).ask is ask


def test_a_late_paper_tells_the_day_it_was_handed_in_and_not_when_it_arrived():
    found = decide(lesson("paper", came(TUE, FRI), said=said("Н")), LETTERS, FRI)
    assert (found.day, found.detail) == (TUE, "paper")


def test_signing_in_is_no_input():
    named = {field.name for kind in (Evidence, Owed, Handed, Seen, Call, Said, Reach) for field in fields(kind)}
    assert not {name for name in named if "login" in name or "sign" in name or "session" in name or "online" in name}
    assert list(inspect.signature(absence_decision.decide).parameters) == ["evidence", "letters", "today"]


days = st.dates(MON - timedelta(2), FRI + timedelta(3))
handed = st.builds(Handed, days, st.sampled_from(["paper", "call", "usb", "photo"]), days)
owed = st.builds(Owed, st.none() | days, st.lists(handed, max_size=2).map(tuple), st.booleans())
calls = st.builds(Call, days, st.sampled_from(["task", "technical", "complaint", "paper_pack"]))
reaches = st.builds(Reach, *[st.booleans()] * 6)
evidences = st.builds(
    Evidence, st.sampled_from([None, "live", "tv", "self", "paper"]), st.just(MON),
    st.lists(owed, max_size=3).map(tuple), st.lists(st.builds(Seen, st.booleans()), max_size=2).map(tuple),
    st.lists(calls, max_size=2).map(tuple),
    st.none() | st.builds(Said, st.sampled_from([("Н",), ("Б",), (None,), ("Н", "Б")]), st.booleans(), days), reaches,
)  # fmt: skip


@st.composite
def with_more_work(draw) -> tuple[Evidence, Evidence]:
    """Evidence, and the same with one more sign of work."""
    before = draw(evidences)
    kind = draw(st.sampled_from(["return", "mark", "seen", "call"]))
    if kind in ("return", "mark") and before.tasks:
        place = draw(st.integers(0, len(before.tasks) - 1))
        task = before.tasks[place]
        more = replace(task, decided=True) if kind == "mark" else replace(
            task, handed=(*task.handed, draw(handed)))  # fmt: skip
        return before, replace(before, tasks=(*before.tasks[:place], more, *before.tasks[place + 1 :]))
    if kind == "call":
        return before, replace(before, calls=(*before.calls, Call(draw(days), "task")))
    return before, replace(before, seen=(*before.seen, Seen(True)))


@given(with_more_work(), days)
def test_more_work_never_makes_an_absence(pair: tuple[Evidence, Evidence], today: date):
    before, after = (decide(one, LETTERS, today).verdict for one in pair)
    if before in (Verdict.NOT_ABSENT, Verdict.UNREACHABLE, Verdict.NONE):
        assert after is not Verdict.ABSENT
    if before is Verdict.NOT_ABSENT:
        assert after is Verdict.NOT_ABSENT


@given(evidences, days)
def test_a_letter_is_proposed_with_an_absence_alone(evidence: Evidence, today: date):
    found = decide(evidence, LETTERS, today)
    assert (found.letter is not None) == (found.verdict is Verdict.ABSENT)
    assert (found.ask is not Ask.NOBODY) == (found.verdict is Verdict.UNREACHABLE)


@given(evidences, days, st.randoms())
def test_the_order_of_evidence_does_not_matter(evidence: Evidence, today: date, random):
    def shuffled(rows: tuple) -> tuple:
        return tuple(random.sample(rows, len(rows)))

    other = replace(evidence, tasks=shuffled(evidence.tasks), seen=shuffled(evidence.seen),
                    calls=shuffled(evidence.calls))  # fmt: skip
    one, two = (decide(each, LETTERS, today) for each in (evidence, other))
    assert (one.verdict, one.why, one.letter, one.ask) == (two.verdict, two.why, two.letter, two.ask)


@given(evidences, days, st.integers(0, 400))
def test_when_the_school_got_it_changes_nothing_of_who_was_absent(evidence: Evidence, today: date, later: int):
    delayed = replace(evidence, said=None, tasks=tuple(
        replace(task, handed=tuple(replace(one, received_on=one.received_on + timedelta(later)) for one in task.handed))
        for task in evidence.tasks
    ))  # fmt: skip
    assert decide(delayed, LETTERS, today) == decide(replace(evidence, said=None), LETTERS, today)
