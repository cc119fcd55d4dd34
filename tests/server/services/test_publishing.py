"""Publishing the village: what an edition holds and hides, numbers, works, and what is rebuilt."""

import json
import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, update

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import (
    Counter,
    Day,
    Document,
    Edition,
    Group,
    Guardianship,
    Lesson,
    LessonChange,
    LessonCourse,
    Material,
    Membership,
    Person,
    RoleGrant,
    SiteFigure,
    Task,
    Work,
)
from server.security import config
from server.services import document_files, freezing, keys, publishing
from server.services.freezing import Window
from server.services.weeks import week_days
from sync.codes import parse_code
from sync.edition import read_edition
from sync.signing import verify
from tests.server.village import NOW, bring, read

TODAY = date(2026, 12, 7)
WINDOW = Window(TODAY, date(2026, 12, 20))
pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture(autouse=True)
def ended_child(here):
    yield
    here.extensions["child"].close()


@pytest.fixture
def no_site(monkeypatch):
    """Editions only: MkDocs has tests of its own, and two below."""
    monkeypatch.setattr(publishing, "build_site", lambda *args: [])


def frozen(days=None):
    with store.snapshot() as session:
        return freezing.freeze(session, WINDOW, week_days(TODAY) if days is None else days)


def publish(approve=None, now=NOW):
    return publishing.publish(week_days(TODAY) if approve is None else approve, today=TODAY, now=now, actor_id=None)


def change(statement):
    store.write(lambda session: session.execute(statement) and None)
    db.session.remove()


def folder_of(done):
    return config().editions / done.id


def test_an_edition_shows_the_week_as_the_timetable_has_it():
    content = frozen()
    monday = [one for one in content["lessons"].values() if one["group"] == "7" and one["date"] == "2026-12-07"]
    assert [(one["n"], one["subject"], one["start"]) for one in sorted(monday, key=lambda one: one["n"])][2] == (
        3, "Физика", "10:40",
    )  # fmt: skip
    physics = next(one for one in monday if one["subject"] == "Физика")
    assert physics["topic"] == "Плотность вещества" and physics["form"] == "tv"
    [task] = physics["tasks"]
    assert content["tasks"][task]["due"] == "2026-12-10"
    assert content["materials"][physics["material"]]["resources"][0]["source"] == "Школа-ТВ"
    joined = [one for one in content["lessons"].values() if one["group"] == "1" and one["subject"] == "Математика"]
    assert {tuple(one["joined"]) for one in joined} == {("3",)}
    assert len(content["broadcasts"]) == 36 and len(content["groups"]) == 11


def test_no_student_or_parent_is_in_an_edition():
    text = json.dumps(frozen(), ensure_ascii=False)
    private = set(db.session.scalars(select(Membership.person_id))) | set(
        db.session.scalars(select(Guardianship.guardian_id))
    )
    people = [db.session.get_one(Person, person_id) for person_id in private]
    assert len(people) == 96 + 39
    for person in people:
        assert f"{person.last_name} {person.first_name}" not in text
        assert person.id not in text and person.slug not in text
    digits = re.sub(r"\D", "", text)
    for phone in {person.phone for person in people if person.phone}:
        assert phone not in text and phone.lstrip("+")[-10:] not in digits


def test_of_staff_only_what_the_school_released_is_shown():
    content = frozen()
    assert content["school"]["contacts"] == [] and not any(one["teachers"] for one in content["lessons"].values())
    teacher = db.session.scalars(select(Person).where(Person.last_name == "Уткина")).one()
    change(update(Person).where(Person.id == teacher.id).values(released=["name", "email"]))
    content = frozen()
    [contact] = content["school"]["contacts"]
    assert contact["name"] == "Уткина Виктория Фёдоровна" and contact["email"] and not contact["phone"]
    assert {tuple(one["teachers"]) for one in content["lessons"].values()} == {(), ("Уткина Виктория Фёдоровна",)}


def test_only_approved_days_are_shown():
    assert {one["date"] for one in frozen([TODAY])["lessons"].values()} == {"2026-12-07"}


def test_a_change_shows_what_and_where_from_but_never_why():
    lesson = db.session.scalars(select(Lesson).where(Lesson.on == TODAY)).first()
    row = LessonChange(
        id="c" * 32, lesson_id=lesson.id, kind="moved", reason="болезнь учителя", changed_at=NOW,
        before={"on": "2026-12-06", "n": 1, "why": "болезнь учителя"}, after={},
    )  # fmt: skip
    store.write(lambda session: session.add(row))
    content = frozen()
    shown = [one["change"] for one in content["lessons"].values() if one["lesson"] == lesson.id]
    assert shown[0] == {"kind": "moved", "from": {"date": "2026-12-06", "n": 1}}
    assert "болезнь" not in json.dumps(content, ensure_ascii=False)


def test_a_group_of_one_is_not_shown_but_its_lessons_reach_the_pack():
    group_id = db.session.scalars(select(Group.id).where(Group.slug == "4")).one()
    members = list(db.session.scalars(select(Membership).where(Membership.group_id == group_id)))
    keep = members[0].person_id
    gone = [row.id for row in members[1:]]
    change(update(Membership).where(Membership.id.in_(gone)).values(until=date(2026, 11, 30)))
    content = frozen()
    assert "4" not in content["groups"] and not any(one["group"] == "4" for one in content["lessons"].values())
    with store.snapshot() as session:
        own = session.get_one(Group, group_id)
        views = freezing.private_views(session, WINDOW, week_days(TODAY), own, keep)
    assert {one["group"] for one in views.lessons.values()} == {"4"} and views.tasks


def test_publishing_signs_numbers_and_gives_every_student_a_code(no_site):
    done = publish()
    assert (done.number, done.fresh) == (1, True)
    envelope = (folder_of(done) / "envelope.json").read_bytes()
    signature = (folder_of(done) / "envelope.json.minisig").read_text(encoding="utf-8")
    assert verify(keys.public(config().keys), envelope, signature) == "edition 1 2026-12-07T03:00:00Z"
    assert read_edition(folder_of(done)).id == done.id
    tasks = db.session.scalar(select(func.count()).select_from(Task))
    works = db.session.scalars(select(Work)).all()
    assert len(works) == done.works and tasks == 30
    assert len({work.code for work in works}) == len(works)
    assert all(parse_code(work.code) == work.code for work in works)
    approved = db.session.scalars(select(Day.on).where(Day.approved_at.is_not(None))).all()
    assert sorted(approved) == week_days(TODAY)[:5]


def test_only_what_changed_is_rebuilt():
    first, second = publish(), publish()
    assert (first.number, len(first.built)) == (1, 11)
    assert (second.fresh, second.number, second.id, second.built, second.works) == (False, 1, first.id, (), 0)
    assert db.session.scalar(select(Counter.value).where(Counter.name == "edition")) == 1
    row = db.session.scalars(
        select(LessonCourse).join(Material, Material.lesson_course_id == LessonCourse.id)
        .where(LessonCourse.topic == "Плотность вещества")
    ).one()  # fmt: skip
    untouched = (config().public / "8" / "index.html").stat().st_mtime_ns
    change(update(LessonCourse).where(LessonCourse.id == row.id).values(topic="Плотность и масса"))
    done = publish()
    assert (done.number, done.built) == (2, ("7",))
    assert "Плотность и масса" in (config().public / "7" / "index.html").read_text(encoding="utf-8")
    assert (config().public / "8" / "index.html").stat().st_mtime_ns == untouched


def test_a_change_that_is_taken_back_gets_a_number_of_its_own(no_site):
    first = publish()
    task_id, title = db.session.execute(select(Task.id, Task.title)).first()
    change(update(Task).where(Task.id == task_id).values(title="Другое"))
    publish()
    change(update(Task).where(Task.id == task_id).values(title=title))
    third = publish()
    assert (third.id, third.number) == (first.id, 3)
    rows = db.session.execute(select(Edition.number, Edition.replaces).order_by(Edition.number)).all()
    assert [row.number for row in rows] == [1, 2, 3] and rows[2].replaces is not None
    assert read_edition(folder_of(third)).number == 3


def test_a_publication_that_broke_off_is_finished_by_the_next(monkeypatch, here):
    real, calls = here.extensions["child"].call, []

    def failing(target, *args, **more):
        calls.append(target)
        if len(calls) == 5:  # after the documents and three classes
            raise DomainError("child_died")
        return real(target, *args, **more)

    monkeypatch.setattr(here.extensions["child"], "call", failing)
    with pytest.raises(DomainError, match="child_died"):
        publish()
    assert not (config().public / "edition.js").exists()
    done = publish()
    assert not done.fresh and len(done.built) == 8
    assert (config().public / "edition.js").exists()


def test_a_publication_notes_what_its_sites_weigh_and_brings_the_files_of_documents():
    stored = document_files.keep(config().home, "order.pdf", b"%PDF-1.7 order")
    row = Document(id="d" * 32, kind="act", title="Приказ", file=stored.file, file_name=stored.name, size_kb=1,
                   group_ids=[], starts_on=TODAY, changed_at=NOW)  # fmt: skip
    store.write(lambda session: session.add(row))
    publish()
    assert (config().public / "documents" / stored.file).read_bytes() == b"%PDF-1.7 order"
    assert f'href="../documents/{stored.file}"' in (config().public / "7/documents.html").read_text("utf-8")
    figures = db.session.scalars(select(SiteFigure)).all()
    assert {figure.edition_number for figure in figures} == {1} and len(figures) == 11
    for figure in figures:
        assert 0 < figure.first_bytes < figure.whole_bytes < 200_000 and figure.update_bytes is None
    assert sum(figure.students for figure in figures) == 96
    change(update(Document).values(ends_on=date(2026, 12, 1), starts_on=date(2026, 12, 1)))
    publish()
    assert list((config().public / "documents").iterdir()) == []
    second = db.session.scalars(select(SiteFigure).where(SiteFigure.edition_number == 2)).all()
    assert len(second) == 11 and all(0 < figure.update_bytes < figure.first_bytes for figure in second)


def test_an_edition_lost_from_the_disk_is_written_again(no_site):
    done = publish()
    (folder_of(done) / "edition.json").unlink()
    (folder_of(done)).rename(config().home / "elsewhere")
    again = publish()
    assert (again.id, again.number, again.fresh) == (done.id, 1, False)
    assert read_edition(folder_of(again)).id == done.id


def test_without_lessons_there_is_nothing_to_publish():
    with pytest.raises(DomainError) as refused:
        publishing.publish([], today=date(2027, 7, 5), now=datetime(2027, 7, 5, tzinfo=UTC), actor_id=None)
    assert refused.value.code == "nothing_to_publish"


def test_a_late_joiner_gets_works_and_a_known_student_no_second_code(no_site):
    publish()
    before = dict(db.session.execute(select(Work.id, Work.code)).all())
    group = db.session.scalars(select(Group).where(Group.slug == "7")).one()
    someone = db.session.scalars(select(RoleGrant.person_id)).first()
    row = Membership(id="m" * 32, person_id=someone, group_id=group.id, since=TODAY)
    store.write(lambda session: session.add(row))
    done = publish()
    after = dict(db.session.execute(select(Work.id, Work.code)).all())
    assert done.works == len(after) - len(before) > 0
    assert before.items() <= after.items()


def test_who_comes_with_a_later_class_list_gets_the_open_works_at_once(no_site):
    publish()
    before = db.session.scalar(select(func.count()).select_from(Work))
    rows = read("classes.csv").decode("cp1251").splitlines(keepends=True)
    line = rows[-1].replace("Рожин;Лев", "Новиков;Тит")
    bring("people", ("classes.csv", (rows[0] + line).encode("cp1251")))
    db.session.remove()
    newcomer = db.session.scalars(select(Person).where(Person.last_name == "Новиков")).one()
    own = db.session.scalars(select(Work).where(Work.student_id == newcomer.id)).all()
    assert len(own) == db.session.scalar(select(func.count()).select_from(Work)) - before == 4
