"""Figures: compulsory works and mastery, a student over time, teachers, materials that reached nobody, a family."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from apiflask import APIFlask
from hypothesis import given
from hypothesis import strategies as st

from server import store
from server.extensions import db
from server.models import Day, Edition, Group, Pack
from server.services import (
    charts,
    class_figures,
    compulsory,
    family_works,
    material_reach,
    measures,
    student_progress,
    teacher_figures,
    thresholds,
)
from server.services.measures import Level, Span, Wanted, level_of, share_of_maximum
from server.services.teacher_figures import Measure
from tests.server import factory, logbook
from tests.server.logbook import NOW
from tests.server.web.world import World, build

TODAY = factory.TODAY
DAY = timedelta(days=1)
SPAN = Span("t", "2", date(2026, 11, 5), date(2026, 12, 27))
LEVELS = [Level("high", "high", 90, 85), Level("basic", "basic", 50, 50), Level("low", "low", 0, 0)]


@pytest.fixture
def world(app: APIFlask) -> World:
    return build()


def _group(world: World) -> Group:
    db.session.rollback()
    return db.session.get_one(Group, world.near.id)


@pytest.mark.parametrize(
    ("mark", "share"),
    [(("values", "mark", "5", None), 1), (("values", "mark", "3", None), 0.6), (("points", "mark", "17", 20), 0.85),
     (("values", "mark", "pass", None), 1), (("values", "mark", "fail", None), 0),
     (("values", "redo", None, None), None), (("points", "mark", "30", 20), 1)],
)  # fmt: skip
def test_a_mark_is_a_share_of_the_best(mark: tuple, share: float | None) -> None:
    assert share_of_maximum(*mark) == share


def test_the_first_level_that_both_shares_reach_counts() -> None:
    assert [level_of(LEVELS, *pair).code for pair in ((0.9, 0.85), (0.89, 1), (1, 0.5), (0.4, 0.9))] == [
        "high", "basic", "basic", "low"
    ]  # fmt: skip
    assert level_of(LEVELS, None, 1) is None and level_of(LEVELS, 1, None) is None


def test_the_matrix_shows_who_handed_in_what_is_compulsory(world: World) -> None:
    near = world.near
    control = factory.task(near.lesson.lesson_course, "Control", due_on=TODAY - DAY, kind="control")
    codes = factory.works(control)
    logbook.hand_in(codes[near.student], mark="4", on=TODAY - 2 * DAY)
    found = compulsory.matrix(db.session, _group(world), measures.compulsory(db.session), SPAN, TODAY)
    assert [column.title for column in found.columns] == ["Control"]  # homework is not, unless the school says so
    rows = {row.student_id: row for row in found.rows}
    assert (rows[near.student].done, rows[near.student].owed, rows[near.student].cells[0].state) == (1, 1, "marked")
    assert (rows[near.sibling].done, rows[near.sibling].owed, rows[near.sibling].cells[0].state) == (0, 1, "overdue")
    assert found.tallies == ((1, 2),)


def test_the_school_chooses_what_is_compulsory(world: World) -> None:
    wanted = Wanted(frozenset({"homework"}), {"high": ("95", "90")}, {"feedback_days": "5"})
    store.write(lambda session: measures.save(session, wanted))
    db.session.rollback()
    assert measures.compulsory(db.session) == ["homework"]
    assert (measures.levels(db.session)[0].min_done, thresholds.values(db.session)["feedback_days"]) == (95, 5)
    found = compulsory.matrix(db.session, _group(world), ["homework"], SPAN, TODAY)
    assert [column.title for column in found.columns] == ["No. 412–415"]


def test_mastery_counts_what_was_due_and_what_is_marked(world: World) -> None:
    near = world.near
    for number, value in enumerate(("5", "4", None)):
        codes = factory.works(factory.task(near.lesson.lesson_course, f"Task {number}", due_on=TODAY - DAY))
        if value:
            logbook.hand_in(codes[near.student], mark=value, on=TODAY - DAY)
    found = compulsory.mastery(db.session, [near.student, near.sibling], SPAN, TODAY, LEVELS)
    own = found[near.student, "algebra"]
    assert (own.owed, own.done, own.share, own.level and own.level.code) == (3, 2, 0.9, "basic")
    assert (found[near.sibling, "algebra"].done, found[near.sibling, "algebra"].level) == (0, None)


def test_a_students_weeks_and_subjects(world: World) -> None:
    near = world.near
    for days, value in ((20, "3"), (13, "4"), (6, "5")):
        lesson = factory.lesson(near.course, on=TODAY - days * DAY)
        codes = factory.works(factory.task(lesson.lesson_course, f"{days}", due_on=TODAY - days * DAY))
        logbook.hand_in(codes[near.student], mark=value, on=TODAY - days * DAY)
    late = factory.works(factory.task(near.lesson.lesson_course, "Late", due_on=TODAY - DAY))
    missed = factory.lesson(near.course, on=TODAY - 6 * DAY, n=3)
    logbook.absent(near.student, missed.lesson_course)
    found = student_progress.progress(db.session, near.student, SPAN, TODAY)
    [line] = found.subjects
    assert [share for _on, share in line.shares] == [0.6, 0.8, 1.0]
    assert line.slope == pytest.approx(0.2)
    assert (line.owed, line.done) == (4, 3)
    assert [work.view.code for work in found.overdue] == [late[near.student]]
    assert [week.missed for week in found.weeks][-2:] == [1, 0]
    assert [(week.owed, week.done) for week in found.weeks][-2:] == [(2, 1), (0, 0)]


@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1)), max_size=40))
def test_charts_stay_within_their_frame(values: list[tuple[int, float]]) -> None:
    first = date(2026, 11, 1)
    chart = charts.dots([(first + day * DAY, share) for day, share in values], first, first + 60 * DAY, ("a", "b"))
    for x, y in [*chart.dots, *([chart.trend[:2], chart.trend[2:]] if chart.trend else [])]:
        assert charts.LEFT <= x <= charts.WIDTH and 0 <= y <= charts.HEIGHT
    bars = charts.bars([(str(day), share * 100, "") for day, share in values], 100)
    assert all(charts.TOP <= bar.y <= charts.HEIGHT and bar.height >= 0 for bar in bars.bars)


def test_a_class_in_one_line(world: World) -> None:
    near = world.near
    codes = factory.works(factory.task(near.lesson.lesson_course, "Past", due_on=TODAY - DAY))
    logbook.hand_in(codes[near.student], mark="4", on=TODAY - DAY)
    logbook.hand_in(near.code)  # due today, came, nobody looked
    logbook.absent(near.student, near.lesson.lesson_course)
    taken = logbook.absent(near.sibling, near.lesson.lesson_course)
    logbook.absent(near.sibling, near.lesson.lesson_course, None, base=(taken.revision or "",))
    [line] = class_figures.class_lines(db.session, [_group(world)], SPAN, TODAY)
    assert (line.students, line.owed, line.done, line.late, line.waiting, line.missed) == (2, 3, 2, 1, 1, 1)
    assert (line.marks.quality, line.marks.passing, line.marks.share) == (1, 1, 0.8)


def test_a_teacher_in_one_line(world: World) -> None:
    near, teacher = world.near, world.person("subject_teacher")
    held = factory.lesson(near.course, on=TODAY - DAY, teacher_id=teacher)
    factory.lesson(near.course, on=TODAY - 2 * DAY, teacher_id=teacher)
    factory.lesson(near.course, on=TODAY + DAY, teacher_id=teacher)  # has not come yet
    factory.task(held.lesson_course)
    logbook.hand_in(near.code, teacher, mark="5")
    by = Measure(SPAN, TODAY, ZoneInfo("Asia/Yekaterinburg"), 3, 7)
    lines = {line.id: line for line in teacher_figures.teacher_lines(db.session, by)}
    line = lines[teacher]
    assert (line.lessons.planned, line.lessons.traced) == (2, 1)
    assert (line.talks.count, line.talks.of, line.marks.share, line.silent) == (0, 2, 1, False)
    assert line == teacher_figures.teacher_lines(db.session, by, teacher)[0]
    assert lines[world.person("tutor")].roles == ("tutor",)
    [course] = teacher_figures.course_lines(db.session, by, teacher)
    assert (course.subject, course.planned, course.traced, course.handed_in) == ("algebra", 3, 2, 1)


def test_who_lacks_what_and_when_it_is_mended(world: World) -> None:
    near = world.near
    bare = factory.lesson(near.course, on=TODAY + DAY, topic="Bare")
    found = material_reach.lacking(db.session, _group(world), TODAY)
    assert [line.id for line in found.without_material] == [bare.lesson_course]
    assert found.unapproved == ((TODAY, 1),)
    assert {one.student.id: (one.weeks, one.lessons) for one in found.unpacked} == {
        near.student: (("2026-W50",), 1), near.sibling: (("2026-W50",), 1)  # nobody asked the sibling
    }  # fmt: skip
    factory.connectivity(near.sibling, internet="good", channel="messenger")
    factory.material(bare.lesson_course)
    factory.add(Day(on=TODAY, approved_at=NOW))
    factory.add(Day(on=TODAY + DAY, approved_at=NOW))
    factory.add(Edition(number=1, id="e" * 64, issued_at=NOW, window_from=TODAY, window_to=TODAY + 13 * DAY))
    factory.add(Pack(id="p" * 32, code="482170317", student_id=near.student, week="2026-W50", edition_number=1,
                     printed_at=NOW))  # fmt: skip
    found = material_reach.lacking(db.session, _group(world), TODAY)
    assert (found.without_material, found.unapproved, found.unpacked) == ((), (), ())
    [line] = material_reach.overview(db.session, [_group(world)], TODAY)
    assert (line.lessons, line.bare, line.offline, line.unpacked) == (2, 0, 1, 0)


def test_a_family_sees_what_is_due_handed_in_marked_and_to_be_corrected(world: World) -> None:
    near = world.near
    lists = {}
    for title in ("due", "late", "handed_in", "marked", "to_correct", "disputed"):
        due = TODAY + DAY if title == "due" else TODAY - DAY
        lists[title] = factory.works(factory.task(near.lesson.lesson_course, title, due_on=due))[near.student]
    logbook.hand_in(lists["handed_in"])
    logbook.hand_in(lists["marked"], mark="5", comment="Well done", channel="photo")
    logbook.hand_in(lists["to_correct"], verdict="redo", comment="No. 413 once more")
    logbook.hand_in(lists["disputed"], mark="5")
    logbook.mark(lists["disputed"], "2")
    found = family_works.works_for_families(db.session, [near.student, near.sibling], TODAY)[near.student]
    due = [(work.view.title, work.late) for work in found.due]
    assert due == [("late", True), ("No. 412–415", False), ("due", False)]
    assert sorted(work.view.title for work in found.handed_in) == ["disputed", "handed_in"]
    assert all(work.value is None for work in found.handed_in)  # a disputed mark is not told
    [marked], [back] = found.marked, found.to_correct
    assert (marked.value, marked.comments, marked.returned_on) == (("mark", "5"), ("Well done",), ((TODAY, "photo"),))
    assert (back.view.code, back.comments) == (lists["to_correct"], ("No. 413 once more",))
