"""A pack's history: what is news, what was said already, and that work that comes back is noted by itself."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from server import store
from server.extensions import db
from server.models import Edition, Pack, PackSheet, PackStep, Sheet, Work
from server.services import pack_steps
from server.services.pack_steps import said_before, standing
from sync.codes import complete
from tests.server import factory
from tests.server.logbook import NOW, hand_in

STEPS = ("ordered", "printed", "listed", "handed", "back", "lost")
DAY, NEXT = date(2026, 12, 7), date(2026, 12, 8)


def pack_of(student: str, week: str = "2026-W50", printed: datetime | None = NOW, number: int = 1, works=()) -> str:
    """A pack with one sheet for each of these works."""
    id = factory.new_id()

    def save(session) -> None:
        if session.get(Edition, number) is None:
            session.add(Edition(number=number, id=f"{number:064x}", issued_at=NOW, window_from=DAY, window_to=DAY))
        if session.get(Sheet, "a" * 64) is None:
            session.add(Sheet(hash="a" * 64, pages=1))
        session.flush()
        session.add(Pack(id=id, code=complete(f"{int(id[:8], 16) % 10**7:07d}"), student_id=student, week=week,
                         edition_number=number, printed_at=printed))  # fmt: skip
        session.flush()
        session.add_all(PackSheet(pack_id=id, position=position, sheet_hash="a" * 64, work_id=work)
                        for position, work in enumerate(works))  # fmt: skip

    store.write(save)
    return id


def note(pack_id: str, step: str, channel: str = "office", at: datetime = NOW, **more) -> bool:
    done = store.write(
        lambda session: pack_steps.note_step(session, session.get_one(Pack, pack_id), step, channel, at, **more)
    )
    db.session.remove()
    return done


def steps_of(pack_id: str) -> list[tuple[str, str]]:
    db.session.remove()
    return [(one.step, one.channel) for one in pack_steps.history(db.session, pack_id)]


@pytest.fixture
def pupil(app) -> str:
    factory.school()
    return factory.student(factory.group())


def test_a_step_is_noted_once_a_day_and_again_the_next(pupil):
    pack = pack_of(pupil)
    assert note(pack, "handed", remark="Bus, 8:00") and not note(pack, "handed", at=NOW + timedelta(hours=2))
    assert note(pack, "handed", at=NOW + timedelta(days=1))
    assert steps_of(pack) == [("handed", "office")] * 2
    assert pack_steps.history(db.session, pack)[0].remark == "Bus, 8:00"


def test_the_day_is_the_schools(pupil):
    pack, late = pack_of(pupil), datetime(2026, 12, 7, 18, 0, tzinfo=UTC)  # 23:00 at the school
    assert note(pack, "handed", at=late)
    assert note(pack, "handed", at=late + timedelta(hours=2)), "that is Tuesday at the school"


def test_what_was_lost_and_found_is_handed_over_a_second_time_on_the_same_day(pupil):
    pack = pack_of(pupil)
    assert [note(pack, step) for step in ("handed", "lost", "lost", "handed")] == [True, True, False, True]
    assert not pack_steps.standings(db.session, [pack])[pack].lost


def test_many_packs_take_a_step_together_and_only_news_is_counted(pupil):
    packs = [pack_of(pupil, number=number) for number in (1, 2, 3)]
    note(packs[1], "listed")
    count = store.write(lambda session: pack_steps.note_steps(session, packs, "listed", "register", NOW))
    assert count == 2 and [steps_of(pack)[0][1] for pack in packs] == ["register", "office", "register"]


def test_a_work_that_comes_back_brings_its_pack_back_once_a_day(app):
    factory.school()
    group = factory.group()
    students = [factory.student(group, last) for last in ("Veslov", "Kilev")]
    lesson = factory.lesson(factory.course(group))
    first, second = factory.task(lesson.lesson_course), factory.task(lesson.lesson_course, title="No. 416")
    codes = [factory.works(task) for task in (first, second)]
    ids = {work.code: work.id for work in db.session.scalars(select(Work))}
    own = [[ids[each[student]] for each in codes] for student in students]
    before = pack_of(students[0], printed=NOW - timedelta(days=3), works=own[0])
    packs = [pack_of(student, number=2, works=works) for student, works in zip(students, own, strict=True)]
    unprinted = pack_of(students[0], number=3, printed=None, works=own[0])
    teller = factory.person("Rulev", "Pyotr")
    assert hand_in(codes[0][students[0]], author=teller).outcome == "accepted"
    assert hand_in(codes[1][students[0]], channel="call").outcome == "accepted"
    assert steps_of(packs[0]) == [("back", "office")], "of several packs the last printed, and one line a day"
    assert pack_steps.history(db.session, packs[0])[0].by == "Rulev Pyotr"
    assert steps_of(before) == steps_of(unprinted) == steps_of(packs[1]) == []
    assert hand_in(codes[1][students[1]], channel="call").outcome == "accepted"
    assert steps_of(packs[1]) == [("back", "call")]


def test_what_was_not_taken_in_brings_no_pack_back(app):
    factory.school()
    student = factory.student(factory.group())
    pack = pack_of(student)
    assert hand_in("482170317").outcome == "rejected"
    assert steps_of(pack) == [] and db.session.scalars(select(PackStep)).all() == []


@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_nothing_is_said_twice_in_a_row_whatever_was_said(told: list[str]):
    kept: list[tuple[str, date]] = []
    for step in told:
        if not said_before(kept, step, DAY):
            kept.append((step, DAY))
            assert said_before(kept, step, DAY) and not said_before(kept, step, NEXT)
    assert all(one != two for one, two in itertools.pairwise(kept))
    last = [step for step, _day in kept if step in ("lost", "handed", "back", "listed")][-1:]
    assert standing([(step, NOW) for step, _day in kept]).lost == (NOW if last == ["lost"] else None)


def test_where_a_pack_is_follows_from_its_steps():
    when = [NOW + timedelta(hours=hour) for hour in range(4)]
    told = standing([("listed", when[0]), ("handed", when[1]), ("back", when[2]), ("back", when[3])])
    assert (told.listed, told.handed, told.back, told.lost) == (when[0], when[1], when[2], None)
