"""Steps down to a budget of leaves: when they stop, whom they touch, and what they never take."""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from printables.budget import STEPS, Choice, Kept, as_ordered, choose
from printables.imposition import Outline, leaves_of
from printables.order import LAYOUTS, Order


@dataclass(frozen=True)
class Task:
    """A task's sheet: pages with and without its page of lines, and whether everybody must hand it in."""

    short: int
    spare: int
    must: bool


@dataclass(frozen=True)
class Contents:
    """What a pack would hold: pages of A4 and of A5 of each text, the first ``tv`` of them on television."""

    texts: tuple[tuple[int, int], ...]
    tv: int
    tasks: tuple[Task, ...]
    own: int  # pages of feedback and of sheets to correct on
    cover: int  # pages above the two that are counted beforehand


TASKS = st.builds(Task, st.integers(1, 3), st.integers(0, 1), st.booleans())
CONTENTS = st.builds(
    Contents, st.lists(st.tuples(st.integers(1, 4), st.integers(1, 7)), max_size=6).map(tuple), st.integers(0, 6),
    st.lists(TASKS, max_size=5).map(tuple), st.integers(0, 2), st.integers(0, 1),
)  # fmt: skip
PACKS = st.lists(CONTENTS, min_size=1, max_size=4)
ORDERS = st.builds(
    Order, duplex=st.booleans(), layout=st.sampled_from(LAYOUTS), leaves=st.integers(1, 60),
    steps=st.permutations(list(STEPS)).flatmap(lambda steps: st.integers(0, 7).map(lambda n: tuple(steps[:n]))),
    must=st.sampled_from([frozenset(), frozenset({"control"})]),
)  # fmt: skip


def printed_tasks(contents, kept):
    return [task for task in contents.tasks if kept.only is None or task.must]


def shapes(contents, kept, cover=0):
    half = kept.layout != "one"
    tv = contents.tv
    texts = {"all": contents.texts, "off_tv": contents.texts[tv:], "none": ()}[kept.texts]
    reading = [Outline("lesson", pages[half], half) for pages in texts]
    if len(texts) < len(contents.texts):
        reading.append(Outline("sources", 1, half))
    tasks = printed_tasks(contents, kept)
    doing = [Outline("task", task.short + task.spare * kept.spare_lines) for task in tasks]
    slips = [Outline("slips", 1)] if kept.slips and tasks else []
    return [Outline("cover", 2 + cover), Outline("feedback", contents.own), *reading, *doing, *slips]


def leaves(contents, kept, cover=0):
    return leaves_of(shapes(contents, kept, cover), kept.duplex, kept.layout == "booklet")


def true_leaves(packs, choices):
    return sum(leaves(own, choice.kept, own.cover) for own, choice in zip(packs, choices, strict=True))


def decide(packs, order):
    return choose(
        order, len(packs), lambda pack, kept: leaves(packs[pack], kept), lambda chosen: true_leaves(packs, chosen)
    )


@given(PACKS, ORDERS)
def test_a_print_above_its_budget_has_used_every_step(packs, order):
    choices, over = decide(packs, order)
    assert over == max(0, true_leaves(packs, choices) - order.leaves)
    if over:
        for own, choice in zip(packs, choices, strict=True):
            for code in order.steps:
                after = STEPS[code](choice.kept, order.must)
                assert code in choice.steps or leaves(own, after) >= leaves(own, choice.kept)


@given(PACKS, ORDERS)
def test_nothing_is_cut_while_the_budget_is_kept(packs, order):
    whole = [Choice(as_ordered(order))] * len(packs)
    choices, over = decide(packs, replace(order, leaves=max(1, true_leaves(packs, whole))))
    assert (choices, over) == (whole, 0)
    assert decide(packs, replace(order, leaves=None)) == (whole, 0)


@given(PACKS, ORDERS, st.integers(0, 30))
def test_a_larger_budget_never_cuts_more(packs, order, more):
    tight, _ = decide(packs, order)
    wide, _ = decide(packs, replace(order, leaves=order.leaves + more))
    for less, most in zip(wide, tight, strict=True):
        assert most.steps[: len(less.steps)] == less.steps


@given(PACKS, ORDERS)
def test_every_change_of_a_pack_has_its_step_and_made_it_smaller(packs, order):
    choices, _ = decide(packs, order)
    for own, choice in zip(packs, choices, strict=True):
        kept = as_ordered(order)
        for code in choice.steps:
            after = STEPS[code](kept, order.must)
            assert leaves(own, after) < leaves(own, kept) or code == "duplex"
            kept = after
        assert kept == choice.kept
        assert [code for code in order.steps if code in choice.steps] == list(choice.steps)


@given(PACKS, ORDERS)
def test_compulsory_tasks_and_what_is_ones_own_are_never_cut(packs, order):
    choices, _ = decide(packs, replace(order, leaves=1))
    for own, choice in zip(packs, choices, strict=True):
        kinds = [shape.kind for shape in shapes(own, choice.kept) for _ in range(shape.pages)]
        assert kinds.count("cover") >= 2
        assert kinds.count("feedback") == own.own
        assert {task for task in own.tasks if task.must} <= set(printed_tasks(own, choice.kept))
        if not order.must:
            assert printed_tasks(own, choice.kept) == list(own.tasks)


def test_both_sides_are_for_the_whole_file():
    """The printer is set once; one pack has nothing to win by it."""
    long, short = Contents(((4, 7),), 0, (), 0, 0), Contents((), 0, (), 0, 0)
    choices, _ = decide([long, short], Order(duplex=False, leaves=1, steps=("duplex",)))
    assert [choice.kept.duplex for choice in choices] == [True, True]


def test_a_pack_that_a_step_does_not_help_keeps_everything():
    """One page of lines on the back of the task's sheet costs no leaf."""
    shared, alone = Contents((), 0, (Task(1, 1, False),), 0, 0), Contents((), 0, (Task(2, 1, False),), 0, 0)
    choices, over = decide([shared, alone], Order(leaves=6, steps=("fewer_lines",)))
    assert [choice.kept.spare_lines for choice in choices] == [True, False]
    assert over == 0


def test_a_step_that_nobody_knows_changes_nothing():
    contents = Contents(((4, 7),), 0, (), 0, 0)
    choices, over = decide([contents], Order(leaves=1, steps=("to_the_moon",)))
    assert (choices, over) == ([Choice(Kept())], 2)


@given(PACKS, ORDERS, st.integers(0, 7))
def test_steps_that_the_school_takes_are_taken_whatever_the_class_may_have(packs, order, taken):
    taken = min(taken, len(order.steps))
    free, _over = decide(packs, replace(order, leaves=None, taken=taken))
    assert all(set(choice.steps) <= set(order.steps[:taken]) for choice in free)
    own, over = decide(packs, order)
    furthest = max((order.steps.index(step) + 1 for choice in own for step in choice.steps), default=0)
    if furthest >= taken:
        told = decide(packs, replace(order, taken=taken))
        assert told == (own, over), "who takes more steps for the own limit is as without the school's"


@given(PACKS, ORDERS)
def test_each_further_step_of_the_school_takes_no_more_paper(packs, order):
    sums = [
        sum(leaves(own, choice.kept) for own, choice in zip(packs, chosen, strict=True))
        for chosen, _over in (decide(packs, replace(order, leaves=None, taken=n)) for n in range(len(order.steps) + 1))
    ]
    assert sums == sorted(sums, reverse=True)
