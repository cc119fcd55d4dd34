"""What goes out when people come, leave or are alone in a group, at midnight, twice at once, or after a loss."""

import json
import subprocess
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select, update

from server import store
from server.extensions import db
from server.models import Material, Notice, Task, Work
from server.services import freezing, pack_files, pack_rosters, packs, publishing
from server.services.freezing import Window
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.logbook import NOW

WINDOW = Window(TODAY, TODAY + timedelta(days=13))
IN_A_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def school(app, monkeypatch):
    """A class of three with one lesson and its task; no pages are built."""
    monkeypatch.setattr(publishing, "build_site", lambda *args: [])
    factory.school()
    factory.bells()
    app.group = factory.group()
    app.students = [factory.student(app.group, last) for last in ("Veslov", "Kilev", "Yakorev")]
    app.course = factory.course(app.group)
    app.lesson = factory.lesson(app.course)
    factory.material(app.lesson.lesson_course)
    app.task = factory.task(app.lesson.lesson_course, published_at=None)
    yield app
    app.extensions["child"].close()


def publish(*days: date, now: datetime = NOW):
    done = publishing.publish(days or [TODAY], today=TODAY, now=now, actor_id=None)
    db.session.remove()
    return done


def content_of(app, done):
    return json.loads((app.extensions["korablik"].editions / done.id / "edition.json").read_bytes())


def owners(task: str) -> set[str]:
    db.session.remove()
    return set(db.session.scalars(select(Work.student_id).where(Work.task_id == task)))


def roster(done, since: date):
    with store.snapshot() as session:
        return pack_rosters.make_roster(session, "7a", since, done.number, "")


def test_who_comes_on_monday_gets_the_works_published_in_the_first_hour_of_monday(school):
    comes = factory.person("Novikova")
    factory.membership(comes, school.group, since=TODAY)
    publish(now=datetime(2026, 12, 6, 20, 0, tzinfo=UTC))  # 01:00 on Monday at the school
    assert comes in owners(school.task)


def test_a_work_belongs_to_who_is_there_on_the_day_of_the_lesson(school):
    later = factory.lesson(school.course, on=IN_A_WEEK)
    task = factory.task(later.lesson_course, due_on=IN_A_WEEK, published_at=None)
    comes, leaves = factory.person("Novikova"), factory.person("Uhodova")
    factory.membership(comes, school.group, since=IN_A_WEEK)
    factory.membership(leaves, school.group, until=TODAY)
    publish(TODAY, IN_A_WEEK)
    assert owners(task) == {*school.students, comes}
    assert owners(school.task) == {*school.students, leaves}


@pytest.mark.pdf
def test_a_task_of_a_group_of_one_has_a_code_though_no_edition_shows_it(school):
    part = factory.group("1", "7a-1", kind="subgroup", parent_id=school.group, division="language")
    other = factory.group("2", "7a-2", kind="subgroup", parent_id=school.group, division="language")
    for student, group in zip(school.students, (part, other, other), strict=True):
        factory.membership(student, group)
    english = factory.lesson(factory.course(part, "English"), n=2)
    task = factory.task(english.lesson_course, title="Unit 3", published_at=None)
    done = publish()
    assert task not in content_of(school, done)["tasks"]
    assert owners(task) == {school.students[0]}
    assert db.session.get_one(Task, task).published_at is not None
    packs.print_packs(TODAY, ["7a"], now=NOW)
    [own] = [one for one in roster(done, TODAY).students if one.id == school.students[0]]
    assert [list(view.tasks) for view in own.extra] == [[task]] and task in own.works


@pytest.mark.pdf
def test_a_class_of_one_has_a_pack(school):
    group = factory.group("8", "8", grade=8)
    factory.student(group, "Odinokov")
    lesson = factory.lesson(factory.course(group))
    task = factory.task(lesson.lesson_course, published_at=None)
    publish()
    [printed] = packs.print_packs(TODAY, ["8"], now=NOW)
    assert printed.packs == 1 and printed.pages >= 4 and len(owners(task)) == 1


@pytest.mark.pdf
def test_a_class_of_one_has_its_notices_in_the_pack_though_no_edition_names_it(school):
    group = factory.group("8", "8", grade=8)
    factory.student(group, "Odinokov")
    factory.lesson(factory.course(group))
    for title, groups in (("For all", []), ("For 8", [group]), ("For both", [group, school.group]),
                          ("For 7", [school.group])):  # fmt: skip
        factory.add(Notice(id=factory.new_id(), title=title, body="", starts_on=TODAY, ends_on=TODAY, group_ids=groups))
    done = publish()
    shown = content_of(school, done)["notices"].values()
    assert {one["title"]: one["groups"] for one in shown} == {"For all": [], "For both": ["7a"], "For 7": ["7a"]}
    packs.print_packs(TODAY, ["8", "7a"], now=NOW)
    with store.snapshot() as session:
        alone, public = (pack_rosters.make_roster(session, slug, TODAY, done.number, "") for slug in ("8", "7a"))
    assert sorted(one["title"] for one in alone.notices.values()) == ["For 8", "For both"]
    assert not public.notices
    file = school.extensions["korablik"].packs / "2026-W50" / "8.pdf"
    text = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True).stdout.decode()
    assert {title: title in text for title in ("For all", "For 8", "For both", "For 7")} == {
        "For all": True, "For 8": True, "For both": True, "For 7": False,
    }  # fmt: skip


@pytest.mark.parametrize(("since", "until"), [(TODAY + timedelta(days=2), None), (date(2026, 9, 1), TODAY)])
def test_a_group_that_is_of_one_on_any_day_of_the_window_is_not_shown(school, since, until):
    group = factory.group("8", "8", grade=8)
    factory.membership(factory.person("Odinokov"), group, since=since, until=until)
    if until:
        factory.student(group, "Ostalov")
    for place, last in ((group, "Skryta"), (school.group, "Vidna")):
        factory.grant(factory.person(last, released=["name"]), "class_teacher", place)
    factory.lesson(factory.course(group), on=TODAY + timedelta(days=3))
    with store.snapshot() as session, force_locale("en"):
        content = freezing.freeze(session, WINDOW, [TODAY, TODAY + timedelta(days=3)])
    assert set(content["groups"]) == {"7a"}
    assert [one["name"] for one in content["school"]["contacts"]] == ["Vidna Semyon"]
    assert {lesson["group"] for lesson in content["lessons"].values()} == {"7a"}


@pytest.mark.pdf
def test_packs_are_for_who_is_there_in_the_rest_of_the_week(school):
    comes, left = factory.person("Novikova"), factory.person("Uhodova")
    factory.membership(comes, school.group, since=TODAY + timedelta(days=1))
    factory.membership(left, school.group, until=TODAY)
    done = publish()
    wednesday = NOW + timedelta(days=2)
    [printed] = packs.print_packs(TODAY, ["7a"], now=wednesday)
    assert printed.packs == 4
    names = {student.id for student in roster(done, TODAY + timedelta(days=2)).students}
    assert names == {*school.students, comes}


@pytest.mark.pdf
def test_the_list_of_files_counts_who_gets_a_pack(school):
    comes, left = factory.person("Novikova"), factory.person("Uhodova")
    factory.membership(comes, school.group, since=TODAY + timedelta(days=1))
    factory.membership(left, school.group, until=TODAY)
    publish()
    packs.print_packs(TODAY, ["7a"], now=NOW + timedelta(days=2))
    group = pack_files.class_of(db.session, "7a")
    config = school.extensions["korablik"]
    [file] = pack_files.files(db.session, config, TODAY, TODAY + timedelta(days=2), [group])
    assert (file.students, file.packs) == (4, 4)
    [late] = pack_files.files(db.session, config, TODAY, TODAY + timedelta(days=14), [group])
    assert late.students == 5


def test_what_was_frozen_earlier_never_becomes_the_newest_edition(school, monkeypatch):
    freeze, slow_has_frozen, go_on = publishing._freeze, threading.Event(), threading.Event()

    def slowly(*args):
        content = freeze(*args)
        if threading.current_thread().name == "slow":
            slow_has_frozen.set()
            go_on.wait(10)
        return content

    def in_thread(name):
        def run():
            with school.app_context():
                publish()

        thread = threading.Thread(target=run, name=name)
        thread.start()
        return thread

    monkeypatch.setattr(publishing, "_freeze", slowly)
    slow = in_thread("slow")
    slow_has_frozen.wait(10)
    store.write(lambda session: session.execute(update(Material).values(body="Corrected")) and None)
    quick = in_thread("quick")
    quick.join(0.5)  # it may wait for the other, but never be overtaken by it
    go_on.set()
    slow.join()
    quick.join()
    db.session.remove()
    newest = publishing.newest(db.session)
    [material] = content_of(school, newest)["materials"].values()
    assert material["body"] == "Corrected"


def test_a_damaged_edition_is_written_again(school):
    done = publish()
    file = school.extensions["korablik"].editions / done.id / "edition.json"
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    again = publish()
    assert (again.id, again.number, again.fresh) == (done.id, done.number, False)
    assert file.read_bytes() == whole
