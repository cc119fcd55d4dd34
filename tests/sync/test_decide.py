"""Ops are decided so that order, repetition and company change nothing of what is kept."""

import random
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sync import ops
from sync.decide import (
    ACCEPTED,
    CONFLICT,
    DUPLICATE,
    HELD,
    Decision,
    Revision,
    Scale,
    Value,
    decide,
    heads,
    in_conflict,
    known_before,
    make_revision,
    work_state,
)
from sync.ops import Op, parse

CODE = "482170317"
VALUES: list[Value] = [("mark", "5"), ("mark", "4"), ("redo", None), ("cleared", None)]


def an_op(n: int, value: Value | None, base: tuple[str, ...] = (), type: str = "mark", comment: str = "") -> Op:
    """A mark (or a return) with its own id."""
    mark = {"verdict": value[0], "value": value[1]} if value else None
    data = {"code": CODE, "mark": mark, "comment": comment}
    day = None
    if type == "return":
        data["channel"], day = "paper", date(2026, 12, 7)
    return parse(ops.envelope(f"{n:016x}", 0, type, "", "2026-12-07T08:00:00+05:00", data, base, day))


def value_of(op: Op) -> Value | None:
    mark = op.data["mark"]
    return (mark["verdict"], mark["value"]) if mark else None


@dataclass
class School:
    """Receives ops one by one, in memory: the least that a receiver must do."""

    seen: dict[tuple[str, int], str] = field(default_factory=dict)
    revisions: dict[str, Revision] = field(default_factory=dict)
    waiting: list[Op] = field(default_factory=list)
    returns: int = 0

    def receive(self, op: Op) -> Decision:
        """Decide, keep, and let go what waited."""
        decision = known_before(op, self.seen.get((op.origin, op.n)))
        if decision is not None:
            return decision
        self.seen[op.origin, op.n] = op.sha256
        decision = decide(op, CODE, value_of(op), self.revisions)
        self.returns += decision.adds_act
        if decision.waits_for:
            self.waiting.append(op)
        self._keep(decision)
        return decision

    def _keep(self, decision: Decision) -> None:
        if decision.revision is None or decision.revision.id in self.revisions:
            return
        self.revisions[decision.revision.id] = decision.revision
        for op in list(self.waiting):
            late = decide(op, CODE, value_of(op), self.revisions)
            if late.revision is not None and op in self.waiting:
                self.waiting.remove(op)
                self._keep(late)


@st.composite
def histories(draw: st.DrawFn) -> list[Op]:
    """Ops about one work; each builds on some of the revisions of earlier ones."""
    made: list[Op] = []
    known: list[str] = []
    for n in range(draw(st.integers(1, 8))):
        value = draw(st.sampled_from(VALUES))
        base = tuple(draw(st.sets(st.sampled_from(known), max_size=3))) if known else ()
        made.append(an_op(n, value, base, draw(st.sampled_from(["mark", "return"]))))
        known.append(make_revision(CODE, base, value).id)
    return made


@given(made=histories(), seed=st.randoms(use_true_random=False))
def test_any_order_gives_the_same_revisions_and_conflicts(made: list[Op], seed: random.Random):
    one, other = School(), School()
    for op in made:
        assert one.receive(op).outcome in (ACCEPTED, CONFLICT)
    shuffled = made[:]
    seed.shuffle(shuffled)
    for op in shuffled:
        other.receive(op)
    assert one.revisions == other.revisions
    assert one.returns == other.returns
    assert other.waiting == []
    assert in_conflict(one.revisions.values()) == in_conflict(other.revisions.values())


@given(made=histories(), seed=st.randoms(use_true_random=False))
def test_resends_in_between_change_nothing(made: list[Op], seed: random.Random):
    once, often = School(), School()
    for place, op in enumerate(made):
        once.receive(op)
        often.receive(op)
        again = made[seed.randrange(place + 1)]
        assert often.receive(again).outcome == DUPLICATE
    assert (once.revisions, once.returns) == (often.revisions, often.returns)


@given(made=histories())
def test_a_decision_that_names_all_heads_resolves(made: list[Op]):
    school = School()
    for op in made:
        school.receive(op)
    tops = tuple(top.id for top in heads(school.revisions.values()))
    decision = school.receive(an_op(99, ("mark", "3"), tops))
    assert decision.outcome == ACCEPTED
    assert [top.value for top in heads(school.revisions.values())] == [("mark", "3")]


class Life(RuleBasedStateMachine):
    """Ops are made, delivered in any order, resent and altered; the kept set follows from the delivered set alone."""

    def __init__(self) -> None:
        super().__init__()
        self.school = School()
        self.made: list[Op] = []
        self.delivered: dict[tuple[str, int], Op] = {}

    @rule(value=st.sampled_from(VALUES), picks=st.sets(st.integers(0, 9), max_size=2), as_return=st.booleans())
    def make(self, value: Value, picks: set[int], as_return: bool) -> None:
        """Somebody decides, having seen some of the earlier decisions, delivered or not."""
        seen = [self.made[pick] for pick in picks if pick < len(self.made)]
        base = tuple({make_revision(CODE, op.base, value_of(op) or VALUES[0]).id for op in seen})
        self.made.append(an_op(len(self.made), value, base, "return" if as_return else "mark"))

    @rule(pick=st.integers(0, 30))
    def deliver(self, pick: int) -> None:
        """One of the made ops arrives, perhaps again."""
        if not self.made:
            return
        op = self.made[pick % len(self.made)]
        outcome = self.school.receive(op).outcome
        assert (outcome == DUPLICATE) == ((op.origin, op.n) in self.delivered)
        self.delivered[op.origin, op.n] = op

    @rule(pick=st.integers(0, 30))
    def alter(self, pick: int) -> None:
        """Other bytes under an id that was taken are held and change nothing."""
        if self.delivered:
            op = list(self.delivered.values())[pick % len(self.delivered)]
            other = an_op(int(op.origin, 16), ("mark", "2"), comment="altered")
            before = dict(self.school.revisions)
            assert self.school.receive(other) == Decision(HELD, "op_same_id")
            assert self.school.revisions == before

    @invariant()
    def what_is_kept_follows_from_what_was_delivered(self) -> None:
        """The revisions whose bases have all arrived, worked out anew from the bare set."""
        kept: dict[str, Revision] = {}
        moved = True
        while moved:
            moved = False
            for op in self.delivered.values():
                revision = make_revision(CODE, op.base, value_of(op) or VALUES[0])
                if revision.id not in kept and set(op.base) <= set(kept):
                    kept[revision.id] = revision
                    moved = True
        assert self.school.revisions == kept
        assert len(self.school.waiting) + len(
            [op for op in self.delivered.values() if set(op.base) <= set(kept)]
        ) == len(self.delivered)


TestLife = Life.TestCase


def test_equal_base_and_value_are_one_revision():
    school = School()
    one, two = an_op(1, ("mark", "4"), comment="well"), an_op(2, ("mark", "4"), comment="done")
    assert [school.receive(op).outcome for op in (one, two)] == [ACCEPTED, ACCEPTED]
    assert len(school.revisions) == 1


def test_two_values_are_one_conflict_until_a_decision_names_both():
    school = School()
    five, four = school.receive(an_op(1, ("mark", "5"))), school.receive(an_op(2, ("mark", "4")))
    assert [five.outcome, four.outcome] == [ACCEPTED, CONFLICT]
    half = school.receive(an_op(3, ("mark", "3"), (five.revision.id,)))
    assert half.outcome == CONFLICT
    whole = school.receive(an_op(4, ("mark", "3"), (half.revision.id, four.revision.id)))
    assert whole.outcome == ACCEPTED


def test_heads_with_equal_values_are_no_conflict():
    school = School()
    four = school.receive(an_op(1, ("mark", "4")))
    assert school.receive(an_op(2, ("mark", "5"), (four.revision.id,))).outcome == ACCEPTED
    assert school.receive(an_op(3, ("mark", "5"))).outcome == ACCEPTED
    assert len(heads(school.revisions.values())) == 2


def test_a_return_stands_while_its_mark_waits():
    first = make_revision(CODE, (), ("mark", "4"))
    decision = decide(an_op(1, ("mark", "5"), (first.id,), "return"), CODE, ("mark", "5"), {})
    assert (decision.outcome, decision.reason) == (HELD, "op_base_unknown")
    assert decision.adds_act
    assert decision.waits_for == (first.id,)
    assert decision.revision is None


def test_a_return_stands_when_its_mark_disagrees():
    four = make_revision(CODE, (), ("mark", "4"))
    decision = decide(an_op(1, ("mark", "5"), (), "return"), CODE, ("mark", "5"), {four.id: four})
    assert (decision.outcome, decision.adds_act) == (CONFLICT, True)


def test_a_return_without_a_mark_never_waits():
    assert decide(an_op(1, None, ("a" * 64,), "return"), CODE, None, {}) == Decision(ACCEPTED, adds_act=True)


def test_a_revision_is_about_one_work():
    assert make_revision(CODE, (), ("mark", "5")).id != make_revision("482170414", (), ("mark", "5")).id
    assert make_revision(CODE, ("b", "a"), ("mark", "5")) == make_revision(CODE, ("a", "b"), ("mark", "5"))


@pytest.mark.parametrize("raw", [{"type": "song"}, {"v": 2}, {"v": 2, "more": True}])
def test_what_a_newer_program_wrote_is_held(raw):
    op = parse({**an_op(1, ("mark", "5")).raw, **raw})
    assert known_before(op, None) == Decision(HELD, "op_type_unknown")
    assert known_before(op, op.sha256) == Decision(DUPLICATE)
    assert known_before(op, "0" * 64) == Decision(HELD, "op_same_id")


@pytest.mark.parametrize(
    ("scale", "fits", "does_not"),
    [
        (Scale("values", ("5", "4")), [("mark", "5"), ("redo", None), ("cleared", None)],
         [("mark", "1"), ("mark", ""), ("mark", None), ("checked", None)]),
        (Scale("points", maximum=20), [("mark", "0"), ("mark", "20"), ("redo", None)],
         [("mark", "21"), ("mark", "007"), ("mark", "-1"), ("mark", "٥"), ("mark", "²"), ("mark", "5.5"),
          ("checked", None)]),
        (Scale("none"), [("checked", None), ("redo", None), ("cleared", None)], [("mark", "5")]),
    ],
)  # fmt: skip
def test_a_scale_allows_its_marks_only(scale: Scale, fits: list[Value], does_not: list[Value]):
    assert [value for value in fits if not scale.allows(value)] == []
    assert [value for value in does_not if scale.allows(value)] == []


def test_a_scale_says_what_it_allows():
    assert [scale.allowed() for scale in (Scale("values", ("5", "4")), Scale("points", maximum=9), Scale("none"))] == [
        "5, 4", "0–9", "–",
    ]  # fmt: skip


FIVE, FOUR = make_revision(CODE, (), ("mark", "5")), make_revision(CODE, (), ("mark", "4"))
REDO = make_revision(CODE, (FIVE.id,), ("redo", None))
CLEARED = make_revision(CODE, (FIVE.id,), ("cleared", None))


@pytest.mark.parametrize(
    ("returned", "revisions", "state", "shown"),
    [
        ([], [], "issued", None),
        ([1], [], "returned", None),
        ([1], [(1, FIVE)], "marked", FIVE),
        ([], [(1, FIVE)], "marked", FIVE),
        ([1, 3], [(1, FIVE)], "returned", FIVE),
        ([1], [(1, FIVE), (2, REDO)], "redo", REDO),
        ([1, 3], [(1, FIVE), (2, REDO)], "returned", REDO),
        ([1], [(1, FIVE), (2, CLEARED)], "returned", CLEARED),
        ([], [(1, FIVE), (2, CLEARED)], "issued", CLEARED),
        ([], [(1, make_revision(CODE, (), ("checked", None)))], "checked", make_revision(CODE, (), ("checked", None))),
        ([1], [(4, FIVE), (2, FOUR)], "marked", FOUR),
    ],
)
def test_a_works_state_follows_from_what_was_received(returned, revisions, state, shown):
    found = work_state(returned, revisions)
    assert (found.state, found.shown, found.returns) == (state, shown, len(returned))


def test_of_two_values_the_earlier_received_is_shown():
    found = work_state([], [(7, FIVE), (3, FOUR)])
    assert found.shown == FOUR
    assert found.conflict
    assert found.heads == (FOUR.id, FIVE.id)


def test_a_mark_said_again_with_a_later_return_answers_that_return():
    assert work_state([1, 5], [(1, FIVE)], {FIVE.id: 5}).state == "marked"
    assert work_state([1, 5, 6], [(1, FIVE)], {FIVE.id: 5}).state == "returned"
