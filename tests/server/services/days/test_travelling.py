"""Views of courses that go from lesson to lesson: each finds back when the deed is taken back."""

from hypothesis import given
from hypothesis import strategies as st

from server.services.days.state import travels

LESSONS = st.lists(st.tuples(st.sets(st.sampled_from("xyz")), st.sets(st.sampled_from("xyz"))), max_size=5)


@given(LESSONS)
def test_the_way_back_is_the_way_out(lessons: list[tuple[set[str], set[str]]]) -> None:
    out = travels((str(n), old, new) for n, (old, new) in enumerate(lessons))
    back = travels((str(n), new, old) for n, (old, new) in enumerate(lessons))
    assert {(to, course): lesson for (lesson, course), to in out.items()} == back
    for (lesson, course), to in out.items():
        assert course in lessons[int(lesson)][0] - lessons[int(lesson)][1]
        assert course in lessons[int(to)][1] - lessons[int(to)][0]


def test_a_course_that_came_to_two_lessons_goes_from_both() -> None:
    forth = [("a", {"x"}, set()), ("b", set(), {"x"}), ("c", {"y"}, {"x", "y"})]
    assert travels(forth) == {("a", "x"): "b"}
    assert travels((lesson, new, old) for lesson, old, new in forth) == {("b", "x"): "a"}
