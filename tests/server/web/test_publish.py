"""Publishing and printing from the office: in the background, one at a time, with progress that survives a reload."""

import importlib
import threading

import pytest

from printables.report import PackInfo, PrintReport
from server.errors import DomainError
from server.extensions import db
from server.models import AuditEntry, Day, Edition, Pack, Work
from server.services import going_out
from server.services.running import running
from tests.server import factory


class Here:
    """In place of the lasting child: calls are answered in this process; ``hold`` makes them wait, ``fail`` fails."""

    def __init__(self):
        self.hold, self.fail, self.calls = threading.Event(), None, []
        self.hold.set()

    def call(self, target, *args, progress=None, order=None):
        self.calls.append(target)
        self.hold.wait(30)
        if self.fail is not None:
            raise self.fail
        if target in ("printables.pack:print_group", "printables.stopfile:print_stop"):
            return self.print(*args)
        module, name = target.split(":")
        return getattr(importlib.import_module(module), name)(*args)

    def print(self, edition, roster, out, cache, locales, order):
        out.write_bytes(b"%PDF-1.7 " + b"x" * 5000)
        students = [student for one in getattr(roster, "rosters", [roster]) for student in one.students]
        packs = tuple(
            PackInfo(student.id, student.pack_code, 4, 4, 1, (), number)
            for number, student in list(enumerate(students, 1))[order.first - 1 :]
        )
        return PrintReport(out, packs, 4 * len(packs), 5009, 1, 0, {"Sheet": "Ӂ"})

    def close(self):
        self.hold.set()


@pytest.fixture
def child(app):
    app.extensions["child"].close()
    app.extensions["child"] = Here()
    yield app.extensions["child"]
    app.extensions["child"].close()
    for kind in (going_out.PUBLISH, going_out.PRINT):
        running().wait(kind)


@pytest.fixture
def director(app, world, child):
    return factory.signed_in(app, world.accounts["director"])


@pytest.fixture
def deputy(app, world, child):
    """May publish what is approved, and lays days before who approves."""
    return factory.signed_in(app, world.accounts["deputy_studies"])


def publish(client, days=("2026-12-07:0",)):
    answer = client.post("/publish/", data={"day": list(days)})
    running().wait(going_out.PUBLISH)
    db.session.rollback()
    return answer


def test_days_with_their_lessons_and_what_they_lack(app, world, deputy):
    factory.lesson(world.near.course, factory.TODAY, n=3, topic="Bare", form=None, teacher_id=world.clerk)
    page = deputy.get("/publish/").text
    assert "3 lessons" in page and "1 lesson is incomplete" in page and "Shturmanova L. I." in page
    assert "not approved" in page and "Nothing has been published yet" in page


def test_one_button_approves_builds_and_says_what_happened(app, world, director):
    assert publish(director).status_code == 303
    edition = db.session.query(Edition).one()
    assert (edition.number, edition.issued_by) == (1, world.person("director"))
    day = db.session.query(Day).one()
    assert day.approved_by == world.person("director") and day.published_at is not None
    page = director.get("/publish/").text
    assert "Edition 1 is published." in page and "Classes rebuilt: 2 of 2" in page
    assert 'href="/public/7a/"' in page and "approved" in page
    visitor = factory.visitor(app)
    assert "Linear equations" in visitor.get("/public/7a/").text
    policy = visitor.get("/public/7a/").headers["Content-Security-Policy"]
    assert "sha256-" in policy and policy.endswith("frame-ancestors 'none'")
    assert db.session.query(AuditEntry).filter_by(action="publish").count() == 1


def test_a_day_outside_the_window_or_without_lessons_is_refused(director):
    for day in ("2026-12-21:0", "2026-12-13:0", "2020-01-01:0", "tomorrow:0", "2026-12-07"):
        assert director.post("/publish/", data={"day": day}).status_code == 422, day
    assert running().last(going_out.PUBLISH) is None


def test_a_deputy_submits_and_publishes_what_is_approved(app, world, deputy, director):
    page = deputy.get("/publish/").text
    assert "Submit the week for approval" in page and "Approve and publish" not in page
    assert deputy.post("/publish/", data={"day": "2026-12-07:0"}).status_code == 403
    deputy.post("/approval/submit", data={"day": "2026-12-07", "back": "publish"})
    assert "waits for approval" in deputy.get("/publish/").text
    assert publish(deputy, ()).status_code == 303
    assert running().last(going_out.PUBLISH).error.code == "nothing_to_publish", "nothing is approved yet"
    director.post("/approval/approve", data={"day": "2026-12-07:0"})
    publish(deputy, ())
    assert db.session.query(Edition).one().issued_by == world.person("deputy_studies")
    day = db.session.query(Day).one()
    assert day.approved_by == world.person("director") and day.published_at is not None


def test_two_people_press_at_once_one_publishes_the_other_sees_it(app, world, deputy, director, child):
    child.hold.clear()
    director.post("/publish/", data={"day": "2026-12-07:0"})
    deputy.post("/publish/")
    page = deputy.get("/publish/").text
    assert "is publishing at this moment" in page and "begun by Rulev D. P." in page
    assert "<noscript><meta http-equiv" in page and 'data-watch="/publish/progress"' in page
    told = deputy.get("/publish/progress").json
    assert told["state"] == "running" and told["number"] == 1
    child.hold.set()
    assert running().wait(going_out.PUBLISH).state == "done"
    assert deputy.get("/publish/progress").json["state"] == "done"
    assert db.session.query(Edition).count() == 1


def test_a_failure_is_told_and_what_is_unbuilt_is_seen_after_a_restart(app, world, deputy, child, director):
    child.fail = DomainError("child_died")
    publish(director)
    page = deputy.get("/publish/").text
    assert "The page builder stopped unexpectedly" in page
    app.extensions.pop("running")  # as after a restart
    page = deputy.get("/publish/").text
    assert "The pages of 2 classes are not built yet" in page and "stopped unexpectedly" not in page
    child.fail = None
    publish(deputy, ())
    assert "not built yet" not in deputy.get("/publish/").text


def test_a_breakdown_tells_nothing_of_its_text(app, deputy, child, director):
    child.fail = ValueError("Veslov Yegor")
    publish(director)
    assert running().last(going_out.PUBLISH).error.code == "internal"
    assert "Veslov" not in deputy.get("/publish/").text


def test_nothing_but_a_change_makes_a_new_edition(deputy, director):
    publish(director)
    publish(deputy, ())
    assert db.session.query(Edition).count() == 1
    assert "Nothing has changed since edition 1" in deputy.get("/publish/").text


def print_packs(client, *slugs, week="2026-W50"):
    answer = client.post("/packs/", data={"week": week, "group": list(slugs)})
    running().wait(going_out.PRINT)
    db.session.rollback()
    return answer


def test_packs_are_printed_listed_and_downloaded(app, world, deputy, director):
    assert "Nothing has been published yet" in deputy.get("/packs/").text
    publish(director)
    assert "not printed" in deputy.get("/packs/").text
    assert print_packs(deputy, "7a").status_code == 303
    page = deputy.get("/packs/").text
    assert "2 packs, 8 pages" in page and "5 KB" in page and "No font has Ӂ" in page
    assert db.session.query(Pack).filter(Pack.printed_at.is_not(None)).count() == 2
    answer = deputy.get("/packs/2026-W50/7a.pdf")
    assert answer.mimetype == "application/pdf" and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == "attachment; filename=7a-2026-W50.pdf"
    assert db.session.query(AuditEntry).filter_by(action="packs.download", target="2026-W50 7a").count() == 1
    assert not list(app.extensions["korablik"].public.rglob("*.pdf")), "packs bear names: never below public/"


def test_packs_are_for_those_who_may_print_for_the_class(app, world, deputy, director):
    publish(director)
    print_packs(deputy, "7a", "8b")
    tutor = factory.signed_in(app, world.accounts["class_teacher"])
    page = tutor.get("/packs/").text
    assert "Class 7А" in page and "8Б" not in page
    assert tutor.get("/packs/2026-W50/7a.pdf").status_code == 200
    assert tutor.get("/packs/2026-W50/8b.pdf").status_code == 403
    assert print_packs(tutor, "8b").status_code == 403
    assert factory.visitor(app).get("/packs/2026-W50/7a.pdf").status_code == 302
    assert factory.visitor(app).get("/public/../packs/2026-W50/7a.pdf").status_code == 404


def test_only_printed_files_of_real_classes_are_given(deputy, director):
    publish(director)
    print_packs(deputy, "7a")
    for path in ("2026-W50/8b.pdf", "2026-W51/7a.pdf", "W50/7a.pdf", "..%2f..%2fkeys/7a.pdf", "2026-W50/..%2f7a.pdf",
                 "2026-W50/zz.pdf"):  # fmt: skip
        answer = deputy.get(f"/packs/{path}")
        assert answer.status_code in (404, 422) and b"%PDF" not in answer.data, path


def test_a_name_that_cannot_be_printed_is_told_to_who_prints_alone(app, world, deputy, child, director):
    publish(director)
    child.fail = DomainError("font_lacks", name="Veslov Yegor", letters="Ӂ")
    print_packs(deputy, "7a")
    assert "Veslov" in deputy.get("/packs/progress").json["text"]
    operator = factory.signed_in(app, world.accounts["operator"])
    assert "Veslov" not in operator.get("/packs/").text + operator.get("/packs/progress").text


def test_packs_of_an_older_edition_are_marked(app, world, deputy, director):
    publish(director)
    print_packs(deputy, "7a")
    factory.add(Day(on=factory.TODAY + factory.timedelta(days=1)))
    factory.lesson(world.near.course, factory.TODAY, n=4, topic="New")
    publish(deputy, ())
    assert "from edition 1, now it is 2" in deputy.get("/packs/").text
    assert db.session.query(Work).count() == 4


def test_a_week_that_is_not_published_says_so(deputy, director):
    publish(director)
    print_packs(deputy, "7a", week="2026-W20")
    assert "is not in the current edition" in deputy.get("/packs/").text
    print_packs(deputy)
    assert "Choose at least one class" in deputy.get("/packs/").text
