"""Whatever comes in, in whatever order, company and number of times: every op has one outcome, and nothing is lost."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server import models
from server.services import ledger
from server.services.returns import Outcome, Target
from sync import ops
from sync.codes import complete
from sync.decide import OUTCOMES, Value, make_revision
from tests.server.offices import (
    COURSE,
    GROUP,
    LESSON,
    OTHER,
    STUDENT,
    TEACHER,
    TODAY,
    Office,
    absence_op,
    mark_op,
    office,
    return_op,
)

FIVE, FOUR, THREE, REDO = ("mark", "5"), ("mark", "4"), ("mark", "3"), ("redo", None)
MANY = settings(max_examples=40)  # each example is several commits on a disk


@pytest.fixture
def here(blank_home: Path, tmp_path: Path) -> Iterator[Office]:
    """An office on SQLite."""
    with office(blank_home, tmp_path / "office") as found:
        yield found


def told(outcomes: list[Outcome]) -> list[str]:
    return [outcome.outcome for outcome in outcomes]


def reasons(outcomes: list[Outcome]) -> list[str]:
    return [outcome.reason for outcome in outcomes]


def revision(code: str, value: Value, *base: str) -> str:
    return make_revision(code, base, value).id


def everything(here: Office) -> dict[str, int]:
    return {model.__name__: here.count(model) for model in ledger.TABLES}


# Identity


def test_a_resend_is_a_duplicate_and_stores_nothing(here: Office):
    op = return_op(1, here.fresh(), FIVE)
    assert told(here.receive(op)) == ["accepted"]
    before = everything(here)
    assert told(here.receive(op, op)) == ["duplicate", "duplicate"]
    assert everything(here) == before
    assert before == {"Op": 1, "OpClash": 0, "Return": 1, "MarkRevision": 1, "MarkAct": 1, "Absence": 0,
                      "Presence": 0, "Incident": 0, "Contact": 0, "TermMark": 0}  # fmt: skip


def test_a_resend_within_one_batch_is_a_duplicate(here: Office):
    op = return_op(1, here.fresh(), FIVE)
    assert told(here.receive(op, op)) == ["accepted", "duplicate"]
    assert here.count(models.Return) == 1


def test_other_bytes_under_one_id_are_held_and_kept(here: Office):
    code = here.fresh()
    first, other = mark_op(1, code, FIVE), mark_op(1, code, FOUR)
    assert told(here.receive(first)) == ["accepted"]
    assert [(each.outcome, each.reason) for each in here.receive(other)] == [("held", "op_same_id")]
    assert here.rows(models.OpClash.envelope)[0] == (other,)
    assert here.revisions(code) == {revision(code, FIVE)}


def test_a_clash_that_comes_again_is_held_again_and_kept_once(here: Office):
    code = here.fresh()
    other = mark_op(1, code, FOUR)
    assert told(here.receive(mark_op(1, code, FIVE), other, other)) == ["accepted", "held", "held"]
    assert told(here.receive(other, mark_op(2, code, REDO, [revision(code, FIVE)]))) == ["held", "accepted"]
    assert here.count(models.OpClash) == 1


@pytest.mark.parametrize("change", [{"type": "song", "data": {"verse": [1, "\x00"]}}, {"v": 2, "mood": "fine"}])
def test_what_a_newer_program_wrote_is_held_and_kept_whole(here: Office, change: dict):
    op = {**mark_op(1, here.fresh(), FIVE), **change}
    assert [(each.outcome, each.reason) for each in here.receive(op)] == [("held", "op_type_unknown")]
    assert told(here.receive(op)) == ["duplicate"]
    assert here.read(lambda session: ledger.stored(session.scalars(select(models.Op)).one())) == op


def test_an_envelope_is_stored_as_it_came(here: Office):
    code = here.fresh()
    first, second = revision(code, FIVE), revision(code, FOUR)
    base = sorted([first, second], reverse=True)  # another order than envelope() gives, so other bytes
    op = mark_op(3, code, THREE, comment="Ёжик — «Ұлы»")
    op["base"] = base
    here.receive(mark_op(1, code, FIVE), mark_op(2, code, FOUR), op)
    row = here.read(lambda session: ledger.stored(session.scalars(select(models.Op).filter_by(seq=3)).one()))
    assert row == op
    assert ops.parse(row).sha256 == here.rows(models.Op.seq, models.Op.sha256)[-1][1]


# Waiting


def test_a_mark_waits_for_its_base_and_is_released_when_it_comes(here: Office):
    code = here.fresh()
    late = mark_op(2, code, FOUR, [revision(code, FIVE)], comment="later")
    assert [(each.outcome, each.reason) for each in here.receive(late)] == [("held", "op_base_unknown")]
    assert here.revisions(code) == set()
    assert told(here.receive(mark_op(1, code, FIVE))) == ["accepted"]
    assert here.state(code).shown.value == FOUR
    assert here.rows(models.Op.outcome, models.Op.reason) == [("accepted", ""), ("accepted", "")]
    assert here.rows(models.Op.seq, models.Op.waits_for) == [(1, None), (2, None)]
    assert here.rows(models.MarkAct.op_seq, models.MarkAct.comment) == [(1, "later"), (2, "")]


def chain(code: str, length: int) -> list[dict]:
    """Decisions that each build on the one before."""
    made, base = [], []
    for n in range(length):
        value = (FIVE, FOUR, THREE)[n % 3]
        made.append(mark_op(n + 1, code, value, base))
        base = [revision(code, value, *base)]
    return made


def test_a_whole_chain_waits_and_is_released_at_once(here: Office):
    code = here.fresh()
    made = chain(code, 6)
    for op in reversed(made[1:]):
        assert told(here.receive(op)) == ["held"]
    assert told(here.receive(made[0])) == ["accepted"]
    assert len(here.revisions(code)) == 6
    assert not here.state(code).conflict
    assert here.rows(models.Op.outcome) == [("accepted",)] * 6


def test_a_chain_in_one_batch_backwards_is_told_as_accepted(here: Office):
    outcomes = here.receive(*reversed(chain(code := here.fresh(), 6)))
    assert told(outcomes) == ["accepted"] * 6
    assert {outcome.revision for outcome in outcomes} == here.revisions(code)


def test_a_return_stands_while_its_mark_waits(here: Office):
    code = here.fresh()
    assert told(here.receive(return_op(2, code, FOUR, [revision(code, FIVE)], comment="neat"))) == ["held"]
    assert (here.state(code).state, here.count(models.Return)) == ("returned", 1)
    here.receive(mark_op(1, code, FIVE))
    assert (here.state(code).state, here.count(models.Return)) == ("marked", 1)
    assert ("neat",) in here.rows(models.MarkAct.comment)


def test_a_released_mark_can_disagree(here: Office):
    code = here.fresh()
    here.receive(mark_op(3, code, THREE, [revision(code, FIVE)]), mark_op(2, code, FOUR))
    assert told(here.receive(mark_op(1, code, FIVE))) == ["conflict"]
    assert here.rows(models.Op.seq, models.Op.outcome) == [(1, "conflict"), (2, "accepted"), (3, "conflict")]
    assert here.state(code).conflict


def test_a_base_of_another_work_never_comes(here: Office):
    one, other = here.fresh(), here.fresh()
    assert told(here.receive(mark_op(1, one, FIVE), mark_op(2, other, FOUR, [revision(one, FIVE)]))) == [
        "accepted", "held",
    ]  # fmt: skip
    assert here.revisions(other) == set()


def test_absences_wait_and_are_taken_back(here: Office):
    first = make_revision(f"absence:{'c' * 32}:{LESSON}", (), ("absence", "Н")).id
    assert told(here.receive(absence_op(2, None, [first]))) == ["held"]
    assert told(here.receive(absence_op(1, "Н"))) == ["accepted"]
    assert here.rows(models.Absence.first_seq, models.Absence.letter) == [(1, None), (2, "Н")]
    assert told(here.receive(absence_op(3, "Б"))) == ["conflict"]


# Two values


def test_equal_base_and_value_are_one_revision_with_both_comments(here: Office):
    code = here.fresh()
    first, second = mark_op(1, code, FIVE, comment="neat"), mark_op(2, code, FIVE, comment="quick", author=OTHER)
    outcomes = here.receive(first, second)
    assert told(outcomes) == ["accepted", "accepted"]
    assert outcomes[0].revision == outcomes[1].revision
    assert len(here.revisions(code)) == 1
    assert here.rows(models.MarkAct.comment, models.MarkAct.author_id) == [("neat", TEACHER), ("quick", OTHER)]


def test_a_decision_that_names_all_heads_resolves(here: Office):
    code = here.fresh()
    assert told(here.receive(mark_op(1, code, FIVE), mark_op(2, code, FOUR))) == ["accepted", "conflict"]
    state = here.state(code)
    assert (state.conflict, state.shown.value) == (True, FIVE)
    assert told(here.receive(mark_op(3, code, THREE, [state.heads[0]]))) == ["conflict"]
    assert told(here.receive(mark_op(4, code, FOUR, here.state(code).heads))) == ["accepted"]
    assert (here.state(code).conflict, here.state(code).shown.value) == (False, FOUR)


def test_a_return_stands_when_its_mark_disagrees(here: Office):
    code = here.fresh()
    assert told(here.receive(return_op(1, code, FIVE), return_op(2, code, FOUR))) == ["accepted", "conflict"]
    assert here.count(models.Return) == 2


def test_the_same_mark_from_two_people_leaves_nothing_to_look_at(here: Office):
    code = here.fresh()
    here.receive(return_op(1, code, FIVE), return_op(2, code, FIVE, author=OTHER))
    assert here.state(code).state == "marked"


# What cannot be


def a_bad_one(code: str) -> dict[str, Any]:
    """Envelopes that are rejected, by their reason."""
    return {
        "op_malformed": {**mark_op(9, code, FIVE), "n": "9"},
        "code_unknown": mark_op(9, complete("9999999"), FIVE),
        "code_check": mark_op(9, "482170318", FIVE),
        "code_format": mark_op(9, f"{code[:3]} {code[3:6]} {code[6:]}", FIVE),
        "person_unknown": mark_op(9, code, FIVE, author="9" * 32),
        "mark_invalid": mark_op(9, code, ("mark", "7")),
        "channel_unknown": return_op(9, code, channel="owl"),
        "date_in_future": return_op(9, code, on=date(2026, 12, 8)),
        "date_too_early": return_op(9, code, on=date(2016, 12, 7)),
        "lesson_unknown": absence_op(9, "Н", lesson="9" * 32),
        "student_unknown": absence_op(9, "Н", student=OTHER),
        "letter_unknown": absence_op(9, "Ы"),
    }


@pytest.mark.parametrize("reason", a_bad_one("100000026"))
def test_a_bad_op_is_rejected_and_its_neighbours_are_not(here: Office, reason: str):
    one, two = here.fresh(), here.fresh()
    outcomes = here.receive(return_op(1, one, FIVE), a_bad_one(one)[reason], return_op(2, two, FOUR))
    assert told(outcomes) == ["accepted", "rejected", "accepted"]
    assert outcomes[1].reason == reason
    assert here.count(models.Op) == 2


def test_a_rejected_op_may_come_again_when_it_has_become_possible(here: Office):
    op = return_op(9, here.fresh(), on=date(2026, 12, 8))
    assert reasons(here.receive(op)) == ["date_in_future"]
    assert told(here.receive(op, today=date(2026, 12, 8))) == ["accepted"]


def test_nothing_but_malformed_ops_takes_no_commit(here: Office):
    outcomes = here.receive(None, 5, {"origin": "00", "n": 7})
    assert [(each.origin, each.n, each.outcome) for each in outcomes] == [
        ("", -1, "rejected"), ("", -1, "rejected"), ("00", 7, "rejected"),
    ]  # fmt: skip
    assert here.receive() == []


def test_an_author_who_is_not_the_actor_is_rejected(here: Office):
    code = here.fresh()
    good = mark_op(1, code, FIVE)
    assert told(here.receive(good, author=TEACHER)) == ["accepted"]
    foreign = [mark_op(1, code, FOUR), mark_op(2, code, FOUR), {**mark_op(3, code, FOUR), "type": "song"}]
    outcomes = here.receive(*foreign, author=OTHER)
    assert [(each.outcome, each.reason) for each in outcomes] == [("rejected", "forbidden")] * 3
    assert everything(here) == {**everything(here), "Op": 1, "OpClash": 0}


def test_permits_are_asked_about_the_ops_own_course(here: Office):
    asked = []

    def nobody(target: Target) -> bool:
        asked.append(target)
        return False

    code = here.fresh()
    outcomes = here.receive(return_op(1, code), mark_op(2, code, FIVE), absence_op(3, "Н"), permits=nobody)
    assert reasons(outcomes) == ["forbidden"] * 3
    works = [Target(kind, COURSE, GROUP, STUDENT) for kind in ("return", "mark")]
    assert asked == [*works, Target("absence", COURSE, GROUP)]
    assert here.count(models.Op) == 0


def test_who_may_only_log_returns_gives_no_mark_with_one(here: Office):
    code = here.fresh()
    may_log = {"permits": lambda target: target.type == "return"}
    assert told(here.receive(return_op(1, code, FIVE), return_op(2, code), **may_log)) == ["rejected", "accepted"]
    assert (here.count(models.Return), here.revisions(code)) == (1, set())


def test_a_permit_that_breaks_hurts_only_its_own_batch(here: Office):
    def broken(target: Target) -> bool:
        raise LookupError("no such grant")

    with pytest.raises(LookupError):
        here.receive(return_op(1, here.fresh()), permits=broken)
    assert told(here.receive(return_op(2, here.fresh()))) == ["accepted"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def test_whatever_is_sent_has_one_outcome_and_stops_nobody(here: Office):
    numbers = iter(range(1, 10**9))

    @MANY
    @given(
        junk=st.lists(JSON | st.tuples(st.sampled_from([*mark_op(1, "", FIVE), "code", "mark", "comment"]), JSON)),
        place=st.integers(0, 99),
    )
    def check(junk: list, place: int) -> None:
        code = here.fresh()
        sent = []
        for each in junk:
            if isinstance(each, tuple):  # a good op with one member spoilt
                op = mark_op(next(numbers), code, FIVE)
                (op if each[0] in op else op["data"])[each[0]] = each[1]
                sent.append(op)
            else:
                sent.append(each)
        good = return_op(next(numbers), here.fresh(), FIVE)
        place = min(place, len(sent))
        sent.insert(place, good)
        outcomes = here.receive(*sent)
        assert outcomes[place].outcome == "accepted"
        counted = Counter(told(outcomes))
        assert sum(counted.values()) == len(sent)
        assert set(counted) <= set(OUTCOMES)
        assert all(outcome.reason for outcome in outcomes if outcome.outcome in ("rejected", "held", "conflict"))

    check()


# Order and company


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, str, Value, tuple[int, ...]]]:
    """Decisions about two works and an absence: which, kind of op, value, and the earlier ones that it builds on."""
    made: list[tuple[int, str, Value, tuple[int, ...]]] = []
    for _ in range(draw(st.integers(1, 7))):
        which = draw(st.integers(0, 1))
        earlier = [number for number, other in enumerate(made) if other[0] == which]
        base = tuple(sorted(draw(st.sets(st.sampled_from(earlier), max_size=2)))) if earlier else ()
        kind = draw(st.sampled_from(["mark", "return"]))
        made.append((which, kind, draw(st.sampled_from([FIVE, FOUR, REDO])), base))
    return made


def envelopes(history: list, codes: tuple[str, str], origin: int) -> list[dict]:
    """The history's ops about these works."""
    made, ids = [], []
    for number, (which, kind, value, earlier) in enumerate(history):
        base = sorted({ids[each] for each in earlier})
        build = mark_op if kind == "mark" else return_op
        made.append(build(origin + number, codes[which], value, base, comment=f"c{number}"))
        ids.append(revision(codes[which], value, *base))
    return made


def shuffled(sent: list, chance: random.Random) -> list:
    """The same ops in another order. Chance comes from a drawn seed: a draw that fails halfway would leave traces."""
    return chance.sample(sent, len(sent))


def in_parts(sent: list, chance: random.Random) -> Iterator[list]:
    """The same ops in the same order, in batches of any size."""
    rest = list(sent)
    while rest:
        size = chance.randint(1, len(rest))
        yield rest[:size]
        rest = rest[size:]


def test_any_order_gives_the_same_revisions_and_conflicts(blank_home: Path, tmp_path: Path):
    with office(blank_home, tmp_path / "one") as one, office(blank_home, tmp_path / "other") as other:
        origins = iter(range(0, 10**9, 100))

        @MANY
        @given(history=histories(), seed=st.integers(0, 2**32))
        def check(history: list, seed: int) -> None:
            chance = random.Random(seed)
            codes = (one.fresh(), one.fresh())
            assert (other.fresh(), other.fresh()) == codes
            sent = envelopes(history, codes, next(origins))
            one.receive(*sent)
            for op in shuffled(sent, chance):
                other.receive(op)
            for code in codes:
                assert one.revisions(code) == other.revisions(code)
                assert one.state(code).conflict == other.state(code).conflict
                assert set(one.state(code).heads) == set(other.state(code).heads)
                assert one.state(code).returns == other.state(code).returns

        check()
        comments = (models.MarkAct.revision_id, models.MarkAct.comment)
        assert one.rows(*comments) == other.rows(*comments)
        assert other.rows(models.Op.outcome).count(("held",)) == 0


def test_how_ops_are_batched_changes_nothing(blank_home: Path, tmp_path: Path):
    """The store works off together what waits together, so batches are an accident."""
    with office(blank_home, tmp_path / "one") as one, office(blank_home, tmp_path / "other") as other:
        origins = iter(range(0, 10**9, 100))

        @MANY
        @given(history=histories(), seed=st.integers(0, 2**32))
        def check(history: list, seed: int) -> None:
            chance = random.Random(seed)
            codes = (one.fresh(), one.fresh())
            assert (other.fresh(), other.fresh()) == codes
            start = next(origins)
            sent = [*envelopes(history, codes, start), mark_op(start, codes[0], THREE), absence_op(start + 50, "Б")]
            sent = shuffled(sent, chance)
            for op in sent:
                one.receive(op)
            for part in in_parts(sent, chance):
                other.receive(*part)
            assert one.hash() == other.hash()

        check()


@pytest.mark.postgres
def test_the_same_deliveries_give_the_same_state_on_both_databases(blank_home: Path, tmp_path: Path, pg_url: str):
    with office(blank_home, tmp_path / "one") as one, office(blank_home, tmp_path / "other", pg_url) as other:
        origins = iter(range(0, 10**9, 100))

        @settings(max_examples=25)
        @given(history=histories(), seed=st.integers(0, 2**32))
        def check(history: list, seed: int) -> None:
            chance = random.Random(seed)
            codes = (one.fresh(), one.fresh())
            assert (other.fresh(), other.fresh()) == codes
            start = next(origins)
            sent = shuffled(envelopes(history, codes, start), chance)
            bad = list(a_bad_one(codes[0]).values())
            newer = [{**mark_op(start + 60, codes[0], FIVE), "type": "song", "data": {"v": "\x00", "n": 0.5}}]
            for part in (*in_parts(sent, chance), bad, newer, sent[:1], [mark_op(start, codes[1], THREE)],
                         [absence_op(start + 70, chance.choice(["Н", "Б", None]))]):  # fmt: skip
                assert one.receive(*part) == other.receive(*part)
            assert one.hash() == other.hash()

        check()
        for each in (one, other):
            for row in each.read(lambda session: session.scalars(select(models.Op)).all()):
                assert ops.parse(ledger.stored(row)).sha256 == row.sha256


# Many at once


def at_once(here: Office, batches: list[list[dict]]) -> list[list[Outcome]]:
    """Each batch in a thread of its own, all let go together."""
    start, answers = threading.Barrier(len(batches)), [[] for _ in batches]

    def post(number: int) -> None:
        start.wait()
        answers[number] = here.receive(*batches[number])

    threads = [threading.Thread(target=post, args=(number,)) for number in range(len(batches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def two_marks_at_once(here: Office) -> None:
    for round_ in range(5):
        code = here.fresh()
        sent = [[return_op(10 * round_ + n, code, (FIVE, FOUR)[n], comment=f"c{n}")] for n in range(2)]
        outcomes = [told(answer) for answer in at_once(here, sent)]
        assert sorted(outcomes) == [["accepted"], ["conflict"]]
        assert here.revisions(code) == {revision(code, FIVE), revision(code, FOUR)}
        state = here.state(code)
        assert (state.conflict, state.returns) == (True, 2)
        assert state.shown.value == (FIVE, FOUR)[outcomes.index(["accepted"])]


def one_op_from_many(here: Office) -> None:
    op, other = return_op(1000, code := here.fresh(), FIVE), return_op(1000, code, FOUR)
    outcomes = Counter(outcome for [outcome] in map(told, at_once(here, [[op]] * 8 + [[other]])))
    assert outcomes in (
        Counter({"accepted": 1, "duplicate": 7, "held": 1}), Counter({"accepted": 1, "held": 8}),
    )  # fmt: skip
    assert (here.count(models.OpClash), here.state(code).returns) == (1, 1)


def test_two_people_saving_one_work_at_once_are_both_kept(here: Office):
    two_marks_at_once(here)


@pytest.mark.postgres
def test_two_people_saving_one_work_at_once_are_both_kept_on_postgres(blank_home: Path, tmp_path: Path, pg_url: str):
    with office(blank_home, tmp_path / "office", pg_url) as found:
        two_marks_at_once(found)


def test_one_op_that_comes_many_times_at_once_is_taken_once(here: Office):
    one_op_from_many(here)


@pytest.mark.postgres
def test_one_op_that_comes_many_times_at_once_is_taken_once_on_postgres(
    blank_home: Path, tmp_path: Path, pg_url: str
):
    with office(blank_home, tmp_path / "office", pg_url) as found:
        one_op_from_many(found)


def test_a_batch_of_a_thousand_is_taken_in(here: Office):
    sent = [return_op(n, here.fresh(), FIVE) for n in range(1000)]
    assert Counter(told(here.receive(*sent))) == {"accepted": 1000}
    assert here.rows(models.Op.seq) == [(n,) for n in range(1, 1001)]
    assert Counter(told(here.receive(*sent))) == {"duplicate": 1000}
    assert {row[0] for row in here.rows(models.Return.returned_on)} == {TODAY}
