"""There is always room to write, and lines never run into text, box or foot."""

from hypothesis import given
from hypothesis import strategies as st

from printables.furniture import BOX_HEIGHT, FEWEST_LINES, mark_label, room_to_write
from printables.layout import BODY_BOTTOM, TASK_TOP, mm
from printables.texts import texts_of


@given(pages=st.integers(1, 5), end=st.floats(BODY_BOTTOM, TASK_TOP), large=st.booleans())
def test_room_to_write(pages, end, large):
    writing = room_to_write(pages, end, large)
    assert pages <= writing.pages <= pages + 1
    assert writing.box_page == writing.pages - 1
    assert writing.lines[: pages - 1] == ((),) * (pages - 1)
    assert len(writing.lines[-1]) >= FEWEST_LINES
    assert all(height < end for height in writing.lines[pages - 1])
    assert all(height >= BODY_BOTTOM + BOX_HEIGHT + mm(3.9) for height in writing.lines[-1])
    assert all(height >= BODY_BOTTOM for page in writing.lines for height in page)


def test_the_youngest_write_larger():
    small, large = (room_to_write(1, TASK_TOP, large).lines[0] for large in (False, True))
    assert large[0] - large[1] > small[0] - small[1]


def test_the_box_asks_for_what_the_scale_gives(tmp_path):
    texts = texts_of("en", tmp_path)

    def label(scale, most=None):
        return mark_label(texts, {"scale": scale, "max_points": most})

    assert [label("five"), label("pass"), label("none"), label("points", 20)] == [
        "mark",
        "mark",
        "",
        "points out of 20",
    ]
