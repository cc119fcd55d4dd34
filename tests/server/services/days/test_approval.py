"""A day's way through the database: its states, two approvers at once, what goes out, and the clock over restarts."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Day, DayStep, Edition, Lesson, School
from server.services import publishing
from server.services.content import Author
from server.services.days import approval, approval_view, changing, on_time
from server.services.days.changing import Deed, Rights
from server.services.days.due import Deed as Due
from server.services.days.state import state_of
from server.services.going_out import PUBLISH
from server.services.running import running
from sync.edition import read_edition
from tests.server import apps, factory
from tests.server.conftest import NOW as LOCAL
from tests.server.village import NOW

TODAY, TOMORROW = factory.TODAY, factory.TODAY + timedelta(days=1)
WEDNESDAY = TODAY + timedelta(days=2)


class Place:
    """A class with a lesson today, tomorrow and the day after; a director, a deputy and who composes."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        self.group = factory.group()
        for last in ("Veslov", "Kilev"):
            factory.student(self.group, last)
        self.course = factory.course(self.group)
        self.lessons = {on: factory.lesson(self.course, on).lesson for on in (TODAY, TOMORROW, WEDNESDAY)}
        self.people = {
            role: self._author(role) for role in ("director", "day_approver", "deputy_studies", "timetabler")
        }  # fmt: skip

    def _author(self, role: str) -> Author:
        account = factory.account(role.replace("_", "-"), role)
        return Author(factory.person_of(account), account, NOW, TODAY)

    def change(self, on: date = TOMORROW) -> None:
        """Somebody without further rights moves the lesson by one."""
        db.session.remove()
        state = state_of(db.session.get_one(Lesson, self.lessons[on]))
        wanted = replace(state, n=state.n % 8 + 1)
        changing.save("moved", [Deed("moved", wanted, self.lessons[on])], self.people["timetabler"], Rights())


@pytest.fixture
def place(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(publishing, "build_site", lambda *args: [])
    yield Place()
    running().wait(PUBLISH)
    app.extensions["child"].close()


def row(on: date = TOMORROW) -> Day:
    db.session.remove()
    return db.session.scalars(select(Day).where(Day.on == on)).one()


def steps(on: date = TOMORROW) -> list[str]:
    db.session.remove()
    return sorted(db.session.scalars(select(DayStep.state).where(DayStep.on == on)))


def publish() -> publishing.Published:
    return publishing.publish([], today=TODAY, now=NOW, actor_id=None)


def out(app: APIFlask) -> list[str]:
    """Days of the newest edition."""
    db.session.remove()
    newest = publishing.newest(db.session)
    return read_edition(app.extensions["korablik"].editions / newest.id).content["days"] if newest else []


def forget_days(session: Session) -> None:
    for model in (DayStep, Day):
        session.execute(delete(model))


ACTS = ("submit", "approve", "approve_stale", "return", "change", "publish")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(ACTS), max_size=12))
def test_every_order_of_acts_keeps_to_the_states(app, place, acts):
    store.write(forget_days)
    approval.approve({TODAY: 0}, place.people["director"])  # so that there is always something to publish
    state, version, is_out = "draft", 0, False
    for act in acts:
        if act == "submit":
            done = approval.submit([TOMORROW], place.people["timetabler"])
            assert done == ([TOMORROW] if state in ("draft", "returned") else [])
            state = "submitted" if done else state
        elif act == "approve":
            settled = approval.approve({TOMORROW: version}, place.people["director"])
            assert bool(settled.already) is (state == "approved")
            state = "approved"
        elif act == "approve_stale":
            if state != "approved":
                with pytest.raises(DomainError, match="day_changed_meanwhile"):
                    approval.approve({TOMORROW: version + 1}, place.people["director"])
        elif act == "return":
            if is_out or state not in ("submitted", "approved"):
                code = "day_published" if is_out else "day_not_submitted"
                with pytest.raises(DomainError, match=code):
                    approval.give_back(TOMORROW, version, "Again, please.", place.people["director"])
            else:
                approval.give_back(TOMORROW, version, "Again, please.", place.people["director"])
                state = "returned"
        elif act == "change":
            if is_out:
                with pytest.raises(DomainError, match="day_is_out"):
                    place.change()
            else:
                place.change()
                version += 1
                if state == "approved":  # laid before once, it waits again
                    state = "submitted" if row().submitted_at else "draft"
        else:
            publish()
            is_out = is_out or state == "approved"
            assert (TOMORROW.isoformat() in out(app)) is is_out, "only approved days go out"
            assert steps().count("published") == is_out
        found = db.session.scalars(select(Day).where(Day.on == TOMORROW)).one_or_none()
        assert ((found.state, found.version) if found else ("draft", 0)) == (state, version)
        db.session.remove()


def two_at_once(app: APIFlask, place: Place) -> tuple[list, list]:
    """Two people approve the same version at one moment: what each was answered."""
    gate, answers, failures = threading.Barrier(2), [], []

    def work(role: str) -> None:
        with app.app_context():
            try:
                gate.wait(10)
                answers.append(approval.approve({TOMORROW: 0}, place.people[role]))
            except DomainError as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work, args=(role,)) for role in ("director", "day_approver")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers, failures


def check_two_at_once(app: APIFlask, place: Place) -> None:
    answers, failures = two_at_once(app, place)
    assert not failures and len(answers) == 2
    first, second = sorted(answers, key=lambda answer: not answer.approved)
    assert first.approved == (TOMORROW,) and not first.already
    assert not second.approved and [one.by_id for one in second.already] == [row().approved_by]
    assert steps() == ["approved"]


def check_change_and_approval_at_once(app: APIFlask, place: Place, on: date) -> None:
    """Whoever comes first: what was approved is what was looked at, or the approval is taken back."""
    gate = threading.Barrier(2)
    refused: list[str] = []

    def run(work: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait(10)
            try:
                work()
            except DomainError as error:
                refused.append(error.code)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(work,)) for work in (
        lambda: approval.approve({on: 0}, place.people["director"]), lambda: place.change(on)
    )]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (row(on).version, row(on).approved_at) == (1, None)
    assert refused == ["day_changed_meanwhile"] or steps(on) == ["approved", "reopened"]


def test_two_approvers_at_once(app, place):
    check_two_at_once(app, place)
    check_change_and_approval_at_once(app, place, WEDNESDAY)


@pytest.mark.postgres
def test_the_same_on_postgres(tmp_path: Path, pg_url: str, monkeypatch):
    monkeypatch.setattr(publishing, "build_site", lambda *args: [])
    with apps.on_postgres(tmp_path / "home", pg_url, fixed_now=LOCAL) as app:
        place = Place()
        check_two_at_once(app, place)
        check_change_and_approval_at_once(app, place, WEDNESDAY)
        check_clock(app, place)
        place.change(WEDNESDAY)
        desk = approval_view.desk(db.session, TODAY)
        assert [one.on for one in desk.submitted] == [WEDNESDAY] and len(desk.submitted[0].changes) == 1


def set_clock(at: str | None, app: APIFlask, now: str) -> None:
    """The school's setting, and what time it is at the school on Monday."""
    store.write(lambda session: session.execute(update(School).values(publish_at=at)) and None)
    hour, minute = map(int, now.split(":"))
    config = app.extensions["korablik"]
    app.extensions["korablik"] = replace(config, fixed_now=LOCAL.replace(hour=hour, minute=minute))


def check_clock(app: APIFlask, place: Place) -> None:
    """Tomorrow is approved already; the day after is laid before."""
    approval.submit([WEDNESDAY], place.people["timetabler"])
    approval.approve({TODAY: 0}, place.people["director"])
    set_clock("16:00", app, "15:59")
    assert on_time.tick(app) == [(Due.PUBLISH, TODAY)], "today began long ago: it is sent out late, but it is"
    assert on_time.tick(app) == [] and row(TOMORROW).published_at is not None, "an edition covers what is approved"
    assert steps(TODAY) == ["approved", "published"]


def test_the_clock_publishes_once_over_restarts(app, place):
    approval.approve({TOMORROW: 0}, place.people["director"])
    set_clock("16:00", app, "15:59")
    assert on_time.tick(app) == [(Due.MISS, TODAY)]
    assert row().published_at is None and out(app) == []
    set_clock("16:00", app, "16:00")
    assert on_time.tick(app) == [(Due.PUBLISH, TOMORROW)]
    app.extensions.pop("running")  # as after a restart
    app.extensions.pop(on_time.WHOLE)
    assert on_time.tick(app) == [] and on_time.tick(app) == []
    assert steps().count("published") == 1 and row().published_at is not None
    assert db.session.scalars(select(Edition.number)).all() == [1] and out(app) == [TOMORROW.isoformat()]
    published = db.session.scalars(select(DayStep).where(DayStep.state == "published")).one()
    assert published.by_id is None, "nobody did it but the clock"


def test_who_approves_late_is_sent_out_by_the_next_tick(app, place, caplog):
    approval.approve({TODAY: 0}, place.people["director"])
    publish()
    set_clock("16:00", app, "14:00")
    assert on_time.tick(app) == [(Due.REMIND, TOMORROW)]
    assert on_time.tick(app) == []
    set_clock("16:00", app, "16:00")
    assert on_time.tick(app) == [(Due.MISS, TOMORROW)]
    assert "day 2026-12-08: missed" in caplog.text
    assert on_time.missed(db.session, TODAY) == [TOMORROW]
    set_clock("16:00", app, "18:30")
    assert on_time.tick(app) == []
    approval.approve({TOMORROW: 0}, place.people["day_approver"])
    db.session.remove()
    assert on_time.missed(db.session, TODAY) == []
    assert on_time.tick(app) == [(Due.PUBLISH, TOMORROW)]
    assert on_time.tick(app) == []
    assert steps() == ["approved", "missed", "published", "reminded"]


def test_without_a_time_nothing_happens(app, place):
    approval.approve({TOMORROW: 0}, place.people["director"])
    set_clock(None, app, "23:00")
    assert on_time.tick(app) == [] and steps() == ["approved"]


def test_pages_that_the_clock_could_not_build_are_built_by_a_later_tick(app, place, monkeypatch, caplog):
    approval.approve({TODAY: 0, TOMORROW: 0}, place.people["director"])
    set_clock("16:00", app, "16:00")
    built = []

    def broken(*args):
        raise DomainError("child_died")

    monkeypatch.setattr(publishing, "build_site", broken)
    assert on_time.tick(app) == [(Due.PUBLISH, TODAY), (Due.PUBLISH, TOMORROW)]
    assert "the clock could not publish: child_died" in caplog.text
    assert on_time.tick(app) == [], "the days are out; their pages are not"
    monkeypatch.setattr(publishing, "build_site", lambda *args: built.append(args) or [])
    on_time.tick(app)
    on_time.tick(app)
    assert len(built) == 1, "and once they are, nobody looks again"


def test_a_day_that_is_changed_while_it_is_frozen_does_not_go_out_as_it_was(app, place, monkeypatch):
    approval.approve({TODAY: 0, TOMORROW: 0}, place.people["director"])
    real, changed = publishing._freeze, []

    def slow(*args):
        content = real(*args)
        if not changed:
            changed.append(True)
            place.change()
        return content

    monkeypatch.setattr(publishing, "_freeze", slow)
    publish()
    assert out(app) == [TODAY.isoformat()]
    assert row().published_at is None and row(TODAY).published_at is not None


def test_the_owner_of_the_home_approves_by_publishing(app, place):
    publishing.publish([TOMORROW, WEDNESDAY + timedelta(days=14)], today=TODAY, now=NOW, actor_id=None)
    assert steps() == ["approved", "published"] and row().approved_by is None
    publish()
    assert steps() == ["approved", "published"]


def test_who_may_approve_stays_approved_after_an_own_change(app, place):
    director = place.people["director"]
    approval.approve({TOMORROW: 0}, director)
    db.session.remove()
    state = state_of(db.session.get_one(Lesson, place.lessons[TOMORROW]))
    changing.save("moved", [Deed("moved", replace(state, n=4), place.lessons[TOMORROW])], director,
                  Rights(may_approve=True))  # fmt: skip
    assert (row().state, row().version) == ("approved", 1)
