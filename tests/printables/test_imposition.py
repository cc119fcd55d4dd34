"""Pages on sides of leaves: beside each other, in a booklet, and fresh leaves."""

from hypothesis import given
from hypothesis import strategies as st

from printables.imposition import TURNED, TURNED_BACK, Outline, Side, leaves_of, sides_of

SHAPES = st.lists(
    st.one_of(
        st.builds(Outline, st.sampled_from(["lesson", "sources"]), st.integers(1, 7), st.booleans()),
        st.builds(Outline, st.sampled_from(["cover", "feedback", "marked", "again", "task", "slips"]),
                  st.integers(1, 4)),
    ),
    max_size=9,
)


def half(pages):
    return Outline("lesson", pages, True)


def test_marked_copies_begin_on_the_back_of_what_teachers_say_and_tasks_do_not():
    told = [Outline("cover", 2), Outline("feedback", 1), Outline("marked", 1), Outline("marked", 2)]
    assert leaves_of(told, True) == 3
    assert leaves_of([*told, Outline("again", 1)], True) == 4
    assert leaves_of(told, False) == 6


@given(SHAPES, st.booleans(), st.booleans())
def test_every_page_is_printed_once(shapes, duplex, booklet):
    duplex = duplex or booklet
    places = [place for side in sides_of(shapes, duplex, booklet) for place in side.places if place]
    assert sorted(places) == [(index, page) for index, shape in enumerate(shapes) for page in range(shape.pages)]


@given(SHAPES, st.booleans())
def test_on_both_sides_nothing_shares_a_leaf_but_what_stays_at_home(shapes, booklet):
    sides = sides_of(shapes, True, booklet)
    assert len(sides) % 2 == 0
    for front, back in zip(sides[::2], sides[1::2], strict=True):
        on_it = {place[0] for place in (*front.places, *back.places) if place}
        kinds = {shapes[index].kind for index in on_it}
        assert len(on_it) <= 1 or kinds <= {"lesson", "sources"} or kinds <= {"feedback", "marked"}


@given(SHAPES)
def test_both_sides_never_take_more_leaves(shapes):
    assert leaves_of(shapes, True) <= leaves_of(shapes, False)


def test_two_pages_stand_beside_each_other_across_lessons():
    sides = sides_of([half(1), half(2)], True)
    assert sides == [Side(((0, 0), (1, 0)), TURNED), Side(((1, 1), None), TURNED)]


@given(st.integers(1, 40))
def test_a_folded_booklet_reads_in_order(pages):
    """Put the sheets into each other, fold them, and turn the leaves: right of a front, then left of its back."""
    sides = sides_of([half(pages)], True, True)
    fronts, backs = sides[::2], sides[1::2]
    assert {side.turn for side in fronts} == {TURNED} and {side.turn for side in backs} == {TURNED_BACK}
    outside_in = [place for front, back in zip(fronts, backs, strict=True)
                  for place in (front.places[1], back.places[0])]  # fmt: skip
    inside_out = [place for front, back in reversed(list(zip(fronts, backs, strict=True)))
                  for place in (back.places[1], front.places[0])]  # fmt: skip
    read = [place for place in outside_in + inside_out if place]
    assert read == [(0, page) for page in range(pages)]
    assert len(fronts) == -(-pages // 4)
