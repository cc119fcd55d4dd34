"""The weekly round: nobody is forgotten, siblings are told together, a tick is a contact, and it can be taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select, update

from server import models, store
from server.errors import DomainError
from server.extensions import db
from server.policy import Realm
from server.services import feedback, round_ticks, sending, told, weekly_round
from server.services.content import Author
from server.services.feedback import Telling
from server.services.gateway import SENT, Answer
from tests.server import factory, logbook
from tests.server.factory import TODAY

NOW = datetime(2026, 12, 7, 5, 0, tzinfo=UTC)
ALL = Realm(True, frozenset(), frozenset())
ZONE = "Asia/Yekaterinburg"


class School:
    """Two classes; Yegor and his sister Zoya share a household, Vera lives alone with a mother."""

    def __init__(self) -> None:
        factory.school()
        self.near, self.far = factory.group(), factory.group("8 «Б»", "8b", 8)
        self.house = factory.new_id()
        factory.add(models.Household(id=self.house, address="Sadovaya 4"))
        self.yegor = factory.student(self.near, household_id=self.house)
        self.zoya = factory.student(self.far, "Veslova", "Zoya", household_id=self.house)
        self.vera = factory.student(self.near, "Yakornaya", "Vera")
        self.mother = factory.guardian(self.yegor)
        factory.add(models.Guardianship(id=factory.new_id(), guardian_id=self.mother, student_id=self.zoya))
        factory.guardian(self.vera, "Yakornaya", "Olga", phone="+7 900 000-00-05")
        course = factory.course(self.near)
        lesson = factory.lesson(course).lesson_course
        self.task = factory.task(lesson)
        self.codes = factory.works(self.task)
        self.late = factory.works(factory.task(lesson, "Late work", TODAY - timedelta(days=2)))
        account = factory.account("teacher", "class_teacher", group_id=self.near)
        self.by = Author(factory.person_of(account), account, NOW, TODAY)
        self.own = Realm(False, frozenset({self.near}), frozenset())

    def families(self, realm: Realm | None = None) -> list[weekly_round.Family]:
        db.session.rollback()
        return weekly_round.families(db.session, db.session.get_one(models.Group, self.near), realm or self.own, TODAY)

    def tick(self, *students: str, reached: bool = True, channel: str = "call", key: str = "k") -> str:
        return round_ticks.tick(students, self.mother, channel, reached, key, self.by)


@pytest.fixture
def at(app: APIFlask):
    with app.test_request_context():
        yield School()


def names(found: list[weekly_round.Family]) -> list[tuple[list[str], bool]]:
    return [([kid.first_name for kid in one.home.children], one.is_told) for one in found]


def contacts() -> list[models.Contact]:
    db.session.rollback()
    return list(db.session.scalars(select(models.Contact)))


def test_everybody_is_on_the_list_until_told_and_then_below(at: School):
    assert names(at.families()) == [(["Yegor"], False), (["Vera"], False)]
    at.tick(at.yegor)
    assert names(at.families()) == [(["Vera"], False), (["Yegor"], True)]
    assert weekly_round.untold(db.session, at.own, TODAY, ZONE) == 1
    [contact] = contacts()
    assert (contact.student_id, contact.topic, contact.direction, contact.outcome, contact.author_id) == (
        at.yegor, "results", "out", "reached", at.by.person_id
    )  # fmt: skip


def test_siblings_are_told_in_one_call_by_who_may_tell_of_both(at: School):
    both = next(one for one in at.families(ALL) if len(one.home.children) == 2)
    assert [kid.first_name for kid in both.home.children] == ["Yegor", "Zoya"]
    assert len(both.parts) == 1 and "Yegor" in both.parts[0].spoken and "Zoya" in both.parts[0].spoken
    at.tick(at.yegor, at.zoya)
    assert {one.student_id for one in contacts()} == {at.yegor, at.zoya}
    shares = {one.slug: (one.told, one.students) for one in weekly_round.shares(db.session, ALL, TODAY)}
    assert shares == {"7a": (1, 2), "8b": (1, 1)}


def test_the_words_tell_marks_what_is_missing_and_comments_but_not_in_an_sms(at: School):
    logbook.hand_in(at.codes[at.yegor], mark="4", comment="Check the sign")
    part = at.families()[0].parts[0]
    assert "4. Check the sign" in part.long and "Late work" in part.long
    factory.add(models.FamilyChannel(id=factory.new_id(), person_id=at.mother, channel="sms", address="+79000000001",
                                     position=1, consent=True, confirmed_on=TODAY, noted_at=NOW))  # fmt: skip
    part = at.families()[0].parts[0]
    assert "Check" not in part.sms and "Veslov" not in part.sms and "algebra 4" in part.sms
    assert "not handed in: 1 (algebra)" in part.sms.casefold()


def test_not_reached_is_kept_and_the_family_stays_on_the_list(at: School):
    at.tick(at.yegor, reached=False)
    family = next(one for one in at.families() if one.home.children[0].id == at.yegor)
    assert not family.is_told and family.tries == ("call",)
    assert names(at.families())[-1] == (["Yegor"], False), "those not tried yet come first"


def test_a_double_click_is_one_contact_and_a_slip_is_taken_back(at: School):
    key = at.tick(at.yegor)
    assert at.tick(at.yegor) == key and len(contacts()) == 1
    stranger = Author(factory.person("Other"), at.by.account_id, NOW, TODAY)
    assert round_ticks.take_back([at.yegor], key, stranger, ZONE) == 0
    tomorrow = Author(at.by.person_id, at.by.account_id, NOW + timedelta(days=1), TODAY + timedelta(days=1))
    assert round_ticks.take_back([at.yegor], key, tomorrow, ZONE) == 0
    assert round_ticks.take_back([at.yegor], key, at.by, ZONE) == 1
    assert contacts() == [] and not at.families()[0].is_told


def test_a_new_week_begins_with_nobody_told(at: School):
    at.tick(at.yegor)
    sunday, monday = TODAY + timedelta(days=6), TODAY + timedelta(days=7)
    assert set(told.told_in_week(db.session, None, sunday, ZONE)) == {at.yegor}
    assert told.told_in_week(db.session, None, monday, ZONE) == {}


def test_a_verified_call_of_the_familys_own_counts_and_an_unverified_one_does_not(at: School):
    for student, verified in ((at.yegor, "word"), (at.vera, "")):
        factory.add(models.Contact(id=factory.new_id(), student_id=student, person_id=at.mother, direction="in",
                                   channel="call", topic="results", verified=verified, at=NOW,
                                   author_id=at.by.person_id))  # fmt: skip
    assert set(told.told_in_week(db.session, None, TODAY, ZONE)) == {at.yegor}


def test_who_may_not_be_told_is_not_proposed(at: School):
    store.write(lambda session: session.execute(
        update(models.Guardianship).where(models.Guardianship.student_id == at.vera).values(may_receive=False)
    ) and None)  # fmt: skip
    family = next(one for one in at.families() if one.home.children[0].id == at.vera)
    assert family.parts == () or all(part.reach.way.channel == "slip" for part in family.parts)
    assert all(part.reach.way.person_id == at.vera for part in family.parts)


def test_the_office_sends_an_sms_of_the_round_once(at: School):
    group = db.session.get_one(models.Group, at.near)
    with pytest.raises(DomainError) as refused:
        weekly_round.send(db.session, group, [at.yegor], at.own, "sms", at.by, {"sms"})
    assert refused.value.code == "nobody_reached", "no consent"
    factory.add(models.FamilyChannel(id=factory.new_id(), person_id=at.mother, channel="sms", address="+79000000001",
                                     position=1, consent=True, confirmed_on=TODAY, noted_at=NOW))  # fmt: skip
    for _click in range(2):
        db.session.rollback()
        weekly_round.send(db.session, group, [at.yegor], at.own, "sms", at.by, {"sms"})
    assert at.families()[0].on_its_way == "ready" and not at.families()[0].is_told
    got = []

    class Gate:
        def send(self, parcel):
            got.append(parcel)
            return Answer(SENT)

        def close(self):
            pass

    sending.send_all(lambda: NOW, {"sms": Gate()})
    assert len(got) == 1 and "Veslov" not in got[0].text and got[0].text.startswith("Yegor")
    assert next(one for one in at.families() if one.home.children[0].id == at.yegor).is_told
    assert [(one.channel, one.outcome, one.text) for one in contacts()] == [("sms", "sent", "")]


def test_the_first_days_of_a_week_tell_of_the_week_before_as_well():
    days = [weekly_round.period(TODAY + timedelta(days=n)) for n in range(7)]
    assert [(TODAY - first).days for first, _last in days] == [7, 7, 0, 0, 0, 0, 0]
    assert all(last == TODAY + timedelta(days=n) for n, (_first, last) in enumerate(days))


def test_shares_name_who_answers(at: School):
    near = next(one for one in weekly_round.shares(db.session, ALL, TODAY) if one.slug == "7a")
    assert [role for role, _name in near.answers] == ["class_teacher"] and near.percent == 0
    assert [one.slug for one in weekly_round.shares(db.session, at.own, TODAY)] == ["7a"]


# whoever told them


def touch(at: School, **values: str) -> None:
    row = {"direction": "in", "channel": "call", "topic": "results", "outcome": "answered", "verified": "word"}
    row = {**row, "person_id": at.mother, **values}
    factory.add(models.Contact(id=factory.new_id(), student_id=at.yegor, at=NOW, author_id=at.by.person_id, **row))


@pytest.mark.parametrize(
    ("values", "is_told"),
    [
        ({}, True),
        ({"verified": ""}, False),
        ({"outcome": "promised"}, False),
        ({"topic": "timetable"}, False),
        ({"direction": "out", "verified": "", "outcome": "reached"}, True),
        ({"direction": "out", "verified": "", "outcome": "not_reached"}, False),
        ({"direction": "out", "verified": "", "outcome": ""}, False),
    ],
)
def test_a_call_about_results_counts_when_the_family_was_told(at: School, values: dict[str, str], is_told: bool):
    touch(at, **values)
    db.session.rollback()
    assert (at.yegor in told.told_in_week(db.session, [at.yegor], TODAY, ZONE)) is is_told


def test_a_verified_caller_who_must_not_be_told_was_told_nothing(at: School):
    store.write(lambda session: session.execute(update(models.Guardianship).values(may_receive=False)) and None)
    touch(at)
    db.session.rollback()
    assert told.told_in_week(db.session, None, TODAY, ZONE) == {}


@pytest.mark.parametrize(("channel", "by"), [("call", "call"), ("in_person", "in_person"), ("photo", "messenger")])
def test_feedback_that_somebody_gave_tells_the_family(at: School, channel: str, by: str):
    logbook.hand_in(at.codes[at.yegor], mark="4", channel=channel)
    [waiting] = feedback.waiting_feedback(db.session, students=[at.yegor])
    telling = Telling({waiting.seq: "algebra: 4"}, channel, at.by.person_id, NOW)
    store.write(lambda session: feedback.give(session, telling))
    db.session.rollback()
    assert told.told_in_week(db.session, [at.yegor], TODAY, ZONE)[at.yegor].channel == by
    assert at.yegor in next(one for one in at.families() if one.home.children[0].id in (at.yegor, at.zoya)).told
    store.write(lambda session: feedback.take_back(session, [waiting.seq], at.by.person_id, NOW))
    db.session.rollback()
    assert told.told_in_week(db.session, [at.yegor], TODAY, ZONE) == {}


def test_a_printed_pack_with_decisions_tells_the_family(at: School):
    logbook.hand_in(at.codes[at.yegor], mark="4")
    [waiting] = feedback.waiting_feedback(db.session, students=[at.yegor])
    pack = factory.new_id()
    factory.add(models.Edition(number=1, id="e" * 64, issued_at=NOW, window_from=TODAY, window_to=TODAY))
    factory.add(models.Pack(id=pack, code="900000001", student_id=at.yegor, week="2026-W50", edition_number=1))
    store.write(lambda session: feedback.give_with_pack(session, pack, [waiting.seq], NOW))
    db.session.rollback()
    known = told.told_in_week(db.session, [at.yegor], TODAY, ZONE)
    assert (known[at.yegor].channel, known[at.yegor].author_id) == ("slip", "")
    assert at.yegor in next(one for one in at.families() if one.home.children[0].id in (at.yegor, at.zoya)).told
