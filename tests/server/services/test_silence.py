"""Silence: school days without a sign, what counts as one, and the next channel to try."""

from datetime import UTC, date, datetime, timedelta

import pytest
from apiflask import APIFlask
from hypothesis import given
from hypothesis import strategies as st

from server import models, store
from server.extensions import db
from server.policy import Realm
from server.services import returns, round_ticks, silence, thresholds
from server.services.content import Author
from server.services.family_ways import Home, Kid, Relative, Way
from server.services.silence import Attempt, days_since, next_way
from sync import ops
from tests.server import factory, logbook
from tests.server.factory import TODAY

NOW = datetime(2026, 12, 7, 5, 0, tzinfo=UTC)
ALL = Realm(True, frozenset(), frozenset())
DAY = timedelta(days=1)
ZONE = "Asia/Yekaterinburg"


class School:
    """A class with lessons on ten school days before today (a Monday), and two students with a parent each."""

    def __init__(self) -> None:
        factory.school()
        self.group = factory.group()
        self.yegor, self.vera = factory.student(self.group), factory.student(self.group, "Yakornaya", "Vera")
        self.mother = factory.guardian(self.yegor)
        course = factory.course(self.group)
        self.days = [TODAY - n * DAY for n in range(14, 0, -1) if (TODAY - n * DAY).weekday() < 5]
        self.lessons = {day: factory.lesson(course, day).lesson_course for day in self.days}
        given_out = datetime(2026, 11, 20, tzinfo=UTC)
        self.codes = factory.works(factory.task(self.lessons[self.days[0]], due_on=None, published_at=given_out))
        account = factory.account("teacher", "class_teacher", group_id=self.group)
        self.by = Author(factory.person_of(account), account, NOW, TODAY)

    def found(self) -> dict[str, int]:
        db.session.rollback()
        lines, _total = silence.silent(db.session, ALL, TODAY, ZONE)
        return {line.kid.first_name: line.days for line in lines}

    def contact(self, on: date, **values: str) -> None:
        row = {"direction": "out", "channel": "call", "topic": "silence", "outcome": "", **values}
        factory.add(models.Contact(id=factory.new_id(), student_id=self.yegor, person_id=self.mother,
                                   at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC), author_id=self.by.person_id,
                                   **row))  # fmt: skip


@pytest.fixture
def at(app: APIFlask):
    with app.test_request_context():
        yield School()


def test_days_of_school_are_counted_not_days(at: School):
    assert at.found() == {"Yegor": 10, "Vera": 10}
    logbook.hand_in(at.codes[at.yegor], on=at.days[-4])
    assert at.found() == {"Vera": 10, "Yegor": 3}
    logbook.hand_in(at.codes[at.vera], on=at.days[-2])
    assert at.found() == {"Yegor": 3}, "Vera was heard of a day ago"


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({"direction": "in", "topic": "task"}, True), ({"outcome": "reached"}, True), ({"outcome": "confirmed"}, True),
        ({"outcome": "not_reached"}, False), ({"outcome": "sent", "channel": "sms"}, False), ({"outcome": ""}, False),
    ],
)  # fmt: skip
def test_what_is_a_sign_and_what_is_none(at: School, values: dict[str, str], counts: bool):
    at.contact(at.days[-3], **values)
    assert at.found()["Vera"] == 10
    assert at.found().get("Yegor") == (None if counts else 10)


def test_a_reason_of_absence_is_a_sign_and_a_letter_alone_is_none(at: School):
    logbook.absent(at.yegor, at.lessons[at.days[-2]], "Н")
    assert at.found()["Yegor"] == 10
    logbook.absent(at.vera, at.lessons[at.days[-2]], "Б", reason="flu, the mother called")
    assert "Vera" not in at.found()


@pytest.mark.parametrize("present", [True, False])
def test_being_seen_at_a_supervised_place_is_a_sign(at: School, present: bool):
    data = {"student": at.yegor, "lesson": at.lessons[at.days[-2]], "present": present, "place": "", "behaviour": ""}
    op = ops.envelope("00000000000000aa", 0, "presence", "", "2026-12-14T08:00:00+05:00", data)
    assert returns.receive(returns.Delivery([op], NOW, at.days[-1]))[0].outcome == "accepted"
    assert at.found().get("Yegor") == (None if present else 10)


def test_signing_in_is_none(at: School):
    factory.add(models.AuditEntry(id=factory.new_id(), at=NOW, account_id=at.by.account_id, action="sign_in",
                                  target=at.yegor))  # fmt: skip
    assert at.found()["Yegor"] == 10


def test_nothing_can_be_expected_before_the_first_task(at: School, app: APIFlask):
    factory.add(models.Task(
        id=factory.new_id(), lesson_course_id=at.lessons[at.days[0]], course_id=db.session.scalars(
            db.select(models.Course.id)).first(), kind="homework", title="t", text="t", scale="five",
        published_at=datetime(2026, 12, 3, tzinfo=UTC)))  # fmt: skip
    store.write(lambda session: session.execute(
        models.Task.__table__.update().values(published_at=datetime(2026, 12, 3, tzinfo=UTC))) and None)  # fmt: skip
    assert at.found() == {}, "only two school days have passed since"


def test_thresholds_are_data(at: School):
    logbook.hand_in(at.codes[at.yegor], on=at.days[-4])
    store.write(lambda session: thresholds.save(session, {"silence_from": "4"}))
    assert at.found() == {"Vera": 10}
    store.write(lambda session: thresholds.save(session, {"silence_from": "11"}))
    assert at.found() == {} and silence.count(db.session, ALL, TODAY, ZONE) == 0


def test_an_attempt_is_a_contact_and_the_next_way_is_proposed(at: School):
    def yegor() -> silence.Silent:
        db.session.rollback()
        return next(line for line in silence.silent(db.session, ALL, TODAY, ZONE)[0] if line.kid.id == at.yegor)

    first = yegor().next
    assert first is not None and (first.person_id, first.channel) == (at.mother, "call")
    key = silence.log(at.yegor, at.mother, "call", False, "k", at.by)
    assert silence.log(at.yegor, at.mother, "call", False, "k", at.by) == key
    line = yegor()
    assert [attempt.channel for attempt in line.attempts] == ["call"]
    assert line.next is not None and line.next.channel == "in_person", "all that is known was tried: go there"
    assert round_ticks.take_back([at.yegor], key, at.by, ZONE) == 1
    silence.log(at.yegor, at.mother, "call", True, "k", at.by)
    assert "Yegor" not in at.found()


def test_a_class_sees_its_own(at: School):
    other = Realm(False, frozenset({factory.group("8 «Б»", "8b", 8)}), frozenset())
    assert silence.silent(db.session, other, TODAY, ZONE) == ([], 0)


KID = Kid("k", "k", "Veslov Yegor", "Yegor", "Veslov", "g", "7", "")
PEOPLE = (Relative("m", "Mother", "", frozenset({"k"})), Relative("k", "Yegor", "", frozenset({"k"}), True))


@given(st.lists(
    st.builds(Way, st.sampled_from(["m", "k"]), st.sampled_from(["call", "messenger", "email", "slip"]), st.just("1"),
              works=st.booleans()),
    max_size=6, unique_by=lambda way: (way.person_id, way.channel),
))  # fmt: skip
def test_every_way_that_works_is_tried_once_before_somebody_goes_there(ways: list[Way]):
    home, tried, order = Home("h", (KID,), PEOPLE, tuple(ways)), [], []
    for _n in range(10):
        way = next_way(home, "k", tried)
        assert way is not None
        if way.channel == "in_person":
            break
        order.append(way)
        tried.append(Attempt(way.person_id, way.channel, NOW, "not_reached"))
    assert order == [way for way in ways if way.works and way.channel != "slip"]


def test_nobody_is_asked_who_must_not_be_told():
    barred = Relative("f", "Father", "", frozenset())
    ways = (Way("f", "call", "1"), Way("m", "call", "2"))
    home = Home("h", (KID,), (barred, *PEOPLE), ways)
    first = next_way(home, "k", [])
    assert first is not None and first.person_id == "m"
    last = next_way(home, "k", [Attempt("m", "call", NOW, "not_reached")])
    assert last is not None and (last.person_id, last.channel) == ("m", "in_person")
    alone = next_way(Home("h", (KID,), (barred, PEOPLE[1]), ways[:1]), "k", [])
    assert alone is not None and (alone.person_id, alone.channel) == ("k", "in_person")


@given(st.sets(st.integers(0, 60)), st.integers(0, 60), st.one_of(st.none(), st.integers(0, 60)))
def test_a_later_sign_never_makes_the_silence_longer(days: set[int], since: int, last: int | None):
    begin = date(2026, 9, 1)
    taught = sorted(begin + n * DAY for n in days)
    sign = begin + last * DAY if last is not None else None
    found = days_since(taught, begin + since * DAY, sign)
    assert found == sum(day >= begin + since * DAY and (sign is None or day > sign or sign < begin + since * DAY)
                        for day in taught)  # fmt: skip
    if sign is not None:
        assert days_since(taught, begin + since * DAY, sign + DAY) <= found
