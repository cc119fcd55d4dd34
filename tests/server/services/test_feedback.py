"""Feedback: what waits for which family, by which channel, and what was given; once, and never for a disputed mark."""

from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Contact, Feedback
from server.policy import Realm
from server.services import feedback, pack_feedback
from server.services.feedback import Telling
from tests.server import factory, logbook
from tests.server.logbook import NOW
from tests.server.web.world import World, build

TODAY = factory.TODAY
DAY = timedelta(days=1)


@pytest.fixture
def world(app: APIFlask) -> World:
    return build()


def _waiting(world: World, **conditions):
    db.session.rollback()
    realm = Realm(False, frozenset(), frozenset({world.near.course}))
    return feedback.waiting_feedback(db.session, realm=realm, **conditions)


def _give(world: World, *seqs: int, channel: str = "call") -> int:
    telling = Telling(dict.fromkeys(seqs, "told"), channel, world.person("subject_teacher"), NOW)
    return store.write(lambda session: feedback.give(session, telling))


@pytest.mark.parametrize("channel", ["paper", "call", "photo", "messenger", "email", "usb", "in_person"])
def test_a_decision_waits_by_the_channel_the_work_came_by(world: World, channel: str) -> None:
    logbook.hand_in(world.near.code, channel=channel)
    assert _waiting(world) == []
    logbook.mark(world.near.code, "4", world.person("subject_teacher"), comment="Neat")
    [one] = _waiting(world)
    assert (one.channel, one.verdict, one.value, one.returned_on) == (channel, "mark", "4", TODAY)
    assert [text for _author, text in one.comments] == ["Neat"]


def test_the_last_return_says_the_channel_and_the_second_is_called_so(world: World) -> None:
    back = logbook.hand_in(world.near.code, channel="paper", verdict="redo", comment="Once more")
    assert [(one.verdict, one.channel, one.again) for one in _waiting(world)] == [("redo", "paper", False)]
    logbook.hand_in(world.near.code, channel="photo", mark="5", base=(back.revision or "",))
    assert [(one.verdict, one.channel, one.again) for one in _waiting(world)] == [("mark", "photo", True)]


def test_without_any_return_the_family_is_told_as_it_is_reached(world: World) -> None:
    logbook.mark(world.near.code, "2")  # reached by paper
    logbook.mark(world.near.codes[world.near.sibling], "3")  # nobody asked how
    assert {(one.view.student_id, one.channel, one.came_back) for one in _waiting(world)} == {
        (world.near.student, "paper", False), (world.near.sibling, "call", False)
    }  # fmt: skip


def test_given_once_it_waits_no_more_until_something_new_is_decided(world: World) -> None:
    first = logbook.hand_in(world.near.code, mark="4", channel="call")
    [one] = _waiting(world)
    assert (_give(world, one.seq), _give(world, one.seq)) == (1, 0)
    assert _waiting(world) == []
    logbook.mark(world.near.code, "5", base=(first.revision or "",))
    assert [(one.value, one.seq > 1) for one in _waiting(world)] == [("5", True)]


def test_an_older_decision_that_nobody_was_told_goes_with_the_newer_one(world: World) -> None:
    first = logbook.hand_in(world.near.code, mark="4", channel="call")
    logbook.mark(world.near.code, "5", base=(first.revision or "",))
    [one] = _waiting(world)
    assert one.value == "5"
    _give(world, one.seq)
    assert _waiting(world) == []


def test_a_later_comment_on_the_same_mark_is_told_too(world: World) -> None:
    logbook.hand_in(world.near.code, mark="4", channel="call")
    _give(world, _waiting(world)[0].seq)
    logbook.mark(world.near.code, "4", comment="And well written")
    assert [text for one in _waiting(world) for _author, text in one.comments] == ["And well written"]


def test_what_two_people_disagree_about_waits_for_them_and_not_for_the_family(world: World) -> None:
    logbook.hand_in(world.near.code, channel="call")
    one, other = logbook.mark(world.near.code, "4"), logbook.mark(world.near.code, "5")
    assert _waiting(world) == []
    logbook.mark(world.near.code, "5", base=(one.revision or "", other.revision or ""))
    assert [one.value for one in _waiting(world)] == ["5"]


def test_a_mark_taken_away_tells_nobody_anything(world: World) -> None:
    said = logbook.hand_in(world.near.code, mark="4", channel="call")
    logbook.mark(world.near.code, verdict="cleared", base=(said.revision or "",))
    assert _waiting(world) == []


def test_a_talk_is_a_contact_and_taking_it_back_removes_both(world: World) -> None:
    logbook.hand_in(world.near.code, mark="4", channel="messenger")
    [one] = _waiting(world)
    _give(world, one.seq, channel="messenger")
    [contact] = db.session.scalars(select(Contact))
    assert (contact.topic, contact.direction, contact.channel, contact.text) == ("results", "out", "messenger", "told")
    assert contact.student_id == world.near.student
    other, by = world.person("director"), world.person("subject_teacher")
    assert store.write(lambda session: feedback.take_back(session, [one.seq], other, NOW)) == 0
    assert store.write(lambda session: feedback.take_back(session, [one.seq], by, NOW + 2 * DAY)) == 0
    assert store.write(lambda session: feedback.take_back(session, [one.seq], by, NOW)) == 1
    assert [again.seq for again in _waiting(world)] == [one.seq]
    assert db.session.scalars(select(Contact)).all() == []


def test_an_unknown_decision_is_refused(world: World) -> None:
    with pytest.raises(DomainError, match="feedback_unknown"):
        _give(world, 4_000)


def test_another_course_sees_nothing_of_it(world: World) -> None:
    logbook.hand_in(world.far.code, mark="4", channel="call")
    assert _waiting(world) == []
    assert [one.view.student_id for one in feedback.waiting_feedback(db.session)] == [world.far.student]
    assert feedback.waiting_feedback(db.session, students=[world.near.student]) == []


# --- what a pack carries -------------------------------------------------------------------------------------------


def _carried(world: World, student: str, week: str = "2026-W50"):
    db.session.rollback()
    return pack_feedback.for_packs(db.session, [world.near.student, world.near.sibling], week, TODAY)[student]


def test_a_pack_carries_marks_of_works_that_came_on_paper_and_no_others(world: World) -> None:
    near = world.near
    logbook.hand_in(near.code, mark="4", comment="Neat", channel="paper")
    logbook.hand_in(near.codes[near.sibling], mark="5", channel="call")
    [line] = _carried(world, near.student).lines
    assert (line.mark, line.comments, line.redo, line.decision > 0) == ("4", ("Neat",), False, True)
    assert _carried(world, near.sibling).lines == []


def test_a_work_sent_back_stands_in_every_pack_until_it_comes_again(world: World) -> None:
    near = world.near
    back = logbook.hand_in(near.code, verdict="redo", comment="No. 413 once more", channel="paper")
    for week in ("2026-W50", "2026-W51"):
        [line] = _carried(world, near.student, week).lines
        assert (line.redo, line.mark, line.comments) == (True, "", ("No. 413 once more",))
    logbook.hand_in(near.code, base=(back.revision or "",))
    assert _carried(world, near.student).lines == []


def test_its_sheet_is_printed_again_for_who_learns_from_paper(world: World) -> None:
    near = world.near
    factory.connectivity(near.sibling, internet="good", channel="messenger")
    for code in near.codes.values():
        logbook.hand_in(code, verdict="redo", channel="photo")
    [sheet] = _carried(world, near.student).again  # no internet
    [task] = sheet.tasks.values()
    assert (task["title"], task["due"], list(sheet.tasks)) == ("No. 412–415", None, [near.task])
    assert _carried(world, near.sibling).again == []  # has the site
    assert [(line.redo, line.decision) for line in _carried(world, near.sibling).lines] == [(True, 0)]


def test_a_pack_notes_as_given_only_what_goes_by_pack(world: World) -> None:
    near = world.near
    logbook.hand_in(near.code, verdict="redo", channel="call")
    [line] = _carried(world, near.student).lines
    assert line.decision == 0  # the family still has to be called
    logbook.hand_in(near.codes[near.sibling], verdict="redo", channel="usb")
    [line] = _carried(world, near.sibling).lines
    store.write(lambda session: feedback.give_with_pack(session, None, [line.decision], NOW))
    assert db.session.scalars(select(Feedback.channel)).all() == ["paper"]
    assert [one.view.student_id for one in _waiting(world)] == [near.student]
