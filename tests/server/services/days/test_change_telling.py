"""Telling of a deed: one text for each family, what an SMS may say, teachers, once, and only after publishing."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import models, store
from server.errors import DomainError
from server.extensions import db
from server.models import Day, Delivery, Lesson, LessonAct, Message
from server.services import publishing
from server.services.content import Author
from server.services.days import change_list, change_telling, change_urgent, changing, ripple_reading
from server.services.days.changing import Deed, Rights
from server.services.days.state import LessonState, PartState, state_of
from server.services.going_out import PUBLISH, Starter
from server.services.running import running
from server.services.sms_text import parts
from tests.server import apps, factory
from tests.server.village import NOW

TODAY, SOON = factory.TODAY, factory.TODAY + timedelta(days=1)
MAY = Rights(may_correct=True, may_approve=True)
BY_ITSELF = frozenset({"email", "sms"})


class School:
    """Yegor of 7 «А» and his sister Zoya of 8 «Б» are one family, told by SMS; Vera's mother is called."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        self.near, self.far = factory.group(), factory.group("8 «Б»", "8b", 8)
        house = factory.new_id()
        factory.add(models.Household(id=house, address="Sadovaya 4"))
        self.yegor = factory.student(self.near, household_id=house)
        self.zoya = factory.student(self.far, "Veslova", "Zoya", household_id=house)
        self.vera = factory.student(self.near, "Yakornaya", "Vera")
        self.rest = factory.student(self.far, "Dalnev", "Ilya")
        self.mother = factory.guardian(self.yegor)
        factory.add(models.Guardianship(id=factory.new_id(), guardian_id=self.mother, student_id=self.zoya))
        factory.guardian(self.vera, "Yakornaya", "Olga", phone="+7 900 000-00-05")
        factory.add(models.FamilyChannel(id=factory.new_id(), person_id=self.mother, channel="sms", position=1,
                                         address="+79000000001", consent=True, confirmed_on=TODAY, noted_at=NOW,
                                         language="ru"))  # fmt: skip
        self.mailed = factory.person("Parusova", "Nina", email="nina@school.example")
        self.plain = factory.person("Lodkin", "Semyon", phone="+7 900 000-00-09")
        self.courses = [factory.course(self.near), factory.course(self.far, "geometry")]
        self.lessons = [
            factory.lesson(course, SOON, n, teacher).lesson
            for n, (course, teacher) in enumerate(zip(self.courses, (self.mailed, self.plain), strict=True), 2)
        ]
        factory.add(Day(on=SOON, approved_at=NOW, published_at=NOW))
        account = factory.account("deputy", "deputy_studies")
        self.by = Author(factory.person_of(account), account, NOW, TODAY)

    def state(self, number: int) -> LessonState:
        db.session.remove()
        return state_of(db.session.get_one(Lesson, self.lessons[number]))

    def change(self, *numbers: int, kind: str = "cancelled", **values: object) -> str:
        deeds = [Deed(kind, replace(self.state(number), **values), self.lessons[number]) for number in numbers]
        return changing.save(kind, deeds, self.by, MAY, reason="the teacher is ill")

    def told(self, act: str) -> dict[str, str]:
        """Texts by channel."""
        db.session.remove()
        found = ripple_reading.of_act(db.session, act, TODAY)
        return {draft.channel: draft.text for draft in change_telling.prepare(db.session, found, TODAY).drafts}


@pytest.fixture
def school(app: APIFlask):
    with app.test_request_context():
        yield School()


def tell(school: School, act: str) -> str:
    db.session.remove()
    return change_telling.tell(db.session, act, school.by, BY_ITSELF)


def test_a_family_with_two_children_gets_one_text_in_its_language(school: School) -> None:
    act = school.change(0, 1, state="cancelled")
    found = ripple_reading.of_act(db.session, act, TODAY)
    drafts = change_telling.prepare(db.session, found, TODAY).drafts
    assert sorted((draft.channel, len(draft.children)) for draft in drafts) == [("call", 1), ("slip", 1), ("sms", 2)]
    sms = school.told(act)["sms"]
    assert "Yegor" in sms and "Zoya" in sms and "отмена" in sms and "08.12" in sms and "Весл" not in sms
    assert "Vesl" not in sms and "ill" not in sms and parts(sms) <= 4
    call = school.told(act)["call"]
    assert "Vera, class 7А:" in call and "algebra" in call and "geometry" not in call and "cancelled" in call
    assert "ill" not in call


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"on": SOON + timedelta(days=1), "n": 4}, "moved to Wed, December 9, lesson 4"),
        ({"n": 5}, "moved to Tue"), ({"teachers": ()}, "changed"), ({"state": "withdrawn"}, "cancelled"),
        ({"room": "room"}, "changed"),
    ],
)  # fmt: skip
def test_what_happened_is_said_in_words(school: School, values: dict, expected: str) -> None:
    if "room" in values:
        factory.add(models.Room(id="room", name="12"))
        expected = "room 12"
    act = school.change(0, kind="adjusted", **values)
    assert expected.replace("Wed, December 9", "Wed, 9 December") in school.told(act)["call"]


def test_an_additional_lesson_and_a_substitute_are_said(school: School) -> None:
    new = LessonState(SOON, 6, None, None, "planned", (school.plain,), (PartState(school.courses[0], "live"),))
    text = school.told(changing.save("added", [Deed("added", new)], school.by, MAY))["call"]
    assert "an additional lesson; live online" in text
    text = school.told(school.change(0, kind="substituted", teachers=(school.plain,)))["call"]
    assert "substitution" in text and "Lodkin" not in text  # the name was never released


def test_of_a_day_that_is_not_out_families_are_not_told(school: School) -> None:
    store.write(lambda session: setattr(session.get_one(Day, SOON), "published_at", None))
    act = school.change(0, state="cancelled")
    assert school.told(act) == {}
    assert change_list.owed(db.session, NOW, TODAY) == []


def test_what_was_changed_before_the_day_went_out_is_no_news(school: School) -> None:
    store.write(lambda session: setattr(session.get_one(Day, SOON), "published_at", NOW + timedelta(hours=1)))
    act = school.change(0, state="cancelled")
    assert school.told(act) == {} and change_list.owed(db.session, NOW, TODAY) == []
    later = Author(school.by.person_id, school.by.account_id, NOW + timedelta(hours=2), TODAY)
    act = changing.save("moved", [Deed("moved", replace(school.state(1), n=6), school.lessons[1])], later, MAY)
    assert "sms" in school.told(act)
    assert [line.id for line in change_list.owed(db.session, later.now, TODAY)] == [act]


def test_what_an_edition_showed_meanwhile_must_be_told_when_it_is_taken_back(school: School) -> None:
    act = school.change(0, state="cancelled")
    factory.add(models.Edition(number=1, id="1" * 64, issued_at=NOW + timedelta(hours=1), window_from=TODAY,
                               window_to=SOON))  # fmt: skip
    undone = changing.undo(act, replace(school.by, now=NOW + timedelta(hours=2)), MAY)
    db.session.remove()
    assert [line.id for line in change_list.owed(db.session, NOW, TODAY)] == [undone]


def test_telling_makes_deliveries_once_and_notes_it(school: School) -> None:
    act = school.change(0, 1, state="cancelled")
    assert [line.id for line in change_list.owed(db.session, NOW, TODAY)] == [act]
    first = tell(school, act)
    assert tell(school, act) == first
    rows = db.session.scalars(select(Delivery).where(Delivery.message_id == first)).all()
    assert sorted(row.channel for row in rows) == ["call", "email", "slip", "sms"]
    [mail] = [row for row in rows if row.channel == "email"]
    assert (mail.person_id, mail.address) == (school.mailed, "nina@school.example") and "algebra" in mail.text
    assert mail.not_before is not None
    row = db.session.get_one(LessonAct, act)
    assert row.told_at == NOW and row.told_by == school.by.person_id
    assert db.session.get_one(Message, first).kind == "change"
    assert change_list.owed(db.session, NOW, TODAY) == []


def test_that_nobody_need_be_told_is_noted_and_ends_the_asking(school: School) -> None:
    act = school.change(0, state="cancelled")
    change_telling.nobody(act, school.by)
    db.session.remove()
    assert change_list.owed(db.session, NOW, TODAY) == []
    assert tell(school, act) == ""
    assert db.session.scalar(select(Message.id)) is None


def test_what_was_taken_back_is_told_only_if_it_had_been_told(school: School) -> None:
    act = school.change(0, state="cancelled")
    undone = changing.undo(act, school.by, MAY)
    db.session.remove()
    assert change_list.owed(db.session, NOW, TODAY) == []
    with pytest.raises(DomainError):
        tell(school, act)
    act = school.change(1, state="cancelled")
    tell(school, act)
    undone = changing.undo(act, school.by, MAY)
    db.session.remove()
    assert [line.id for line in change_list.owed(db.session, NOW, TODAY)] == [undone]
    assert "состоится" in school.told(undone)["sms"]


def test_teachers_see_what_it_means_for_them(school: School) -> None:
    act = school.change(0, kind="substituted", teachers=(school.plain,))
    found = ripple_reading.of_act(db.session, act, TODAY)
    known = change_telling.teachers(found)
    lines = {one.name: (one.email, one.phone, " ".join(one.lines)) for one in known}
    assert "not yours any more" in lines["Parusova Nina"][2] and lines["Parusova Nina"][0]
    assert "you hold it" in lines["Lodkin Semyon"][2] and lines["Lodkin Semyon"][:2] == ("", "+7 900 000-00-09")
    [(line,)] = change_telling.for_teacher(db.session, school.plain, NOW, TODAY)
    assert line == lines["Lodkin Semyon"][2]
    assert change_telling.for_teacher(db.session, school.by.person_id, NOW, TODAY) == []
    changing.undo(act, school.by, MAY)
    db.session.remove()
    assert change_telling.for_teacher(db.session, school.plain, NOW, TODAY) == []


@pytest.fixture
def starter(school: School) -> Starter:
    return Starter(school.by.person_id, school.by.account_id, "Deputy", NOW, TODAY)


def test_urgently_publishes_and_then_tells_once(school: School, starter: Starter, monkeypatch) -> None:
    order = []
    monkeypatch.setattr(publishing, "build_site", lambda *args: order.append("built") or [])
    telling = change_telling.tell
    monkeypatch.setattr(change_telling, "tell", lambda *args: order.append("told") or telling(*args))
    act = school.change(0, state="cancelled")
    run, begun = change_urgent.start(db.session, act, starter)
    assert begun and running().wait(PUBLISH).state == "done" and order == ["built", "told"]
    db.session.remove()
    assert db.session.scalar(select(models.Edition.number)) == 1
    count = len(db.session.scalars(select(Delivery)).all())
    assert count == 3
    with pytest.raises(DomainError) as error:
        change_urgent.start(db.session, act, starter)
    assert error.value.code == "act_told" and running().last(PUBLISH).number == run.number


def test_nobody_is_told_when_publishing_fails(school: School, starter: Starter, monkeypatch) -> None:
    def fail(*args: object) -> None:
        raise DomainError("internal")

    monkeypatch.setattr(publishing, "build_site", fail)
    act = school.change(0, state="cancelled")
    change_urgent.start(db.session, act, starter)
    assert running().wait(PUBLISH).state == "failed"
    db.session.remove()
    assert db.session.scalars(select(Delivery)).all() == [] and db.session.get_one(LessonAct, act).told_at is None


@pytest.mark.postgres
def test_telling_on_postgres(tmp_path: Path, pg_url: str) -> None:
    with apps.on_postgres(tmp_path / "home", pg_url) as app, app.test_request_context():
        school = School()
        act = school.change(0, 1, state="cancelled")
        assert [line.id for line in change_list.owed(db.session, NOW, TODAY)] == [act]
        assert [line.id for line in change_list.latest(db.session, TODAY, SOON)] == [act]
        assert change_list.latest(db.session, TODAY, TODAY) == []
        assert change_telling.for_teacher(db.session, school.plain, NOW, TODAY)
        message = tell(school, act)
        assert tell(school, act) == message
        assert len(db.session.scalars(select(Delivery)).all()) == 4
        assert db.session.get_one(LessonAct, act).told_at == NOW
