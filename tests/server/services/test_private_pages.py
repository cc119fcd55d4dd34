"""Private pages of a school: what is on them and what is not, who opens which, renewal, and what a host can learn."""

import base64
import os
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select, update

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import (
    AuditEntry,
    Day,
    Delivery,
    DeliveryStudent,
    Edition,
    Guardianship,
    LessonTeacher,
    Membership,
    Message,
    Person,
    PrivatePage,
    School,
    Task,
    Work,
)
from server.security import config
from server.services import keys
from server.services.private_pages import addresses, content, files
from sync import sealed
from sync.errors import SyncError
from tests.server import factory, logbook, village
from tests.server.factory import TODAY

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


class Office:
    """Class 7a of two with algebra, one task, an edition; Yegor is looked at."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        self.group = factory.group()
        self.yegor = factory.student(self.group, "Veslov", "Yegor", phone="+7 900 000-00-02")
        self.vera = factory.student(self.group, "Yakornaya", "Vera")
        factory.guardian(self.yegor, "Veslova", "Anna")
        self.course = factory.course(self.group)
        self.teacher = factory.teacher(self.course)
        self.lesson = factory.lesson(self.course)
        self.tasks = [factory.task(self.lesson.lesson_course, f"No. {n}", TODAY + timedelta(n)) for n in range(4)]
        self.codes = [factory.works(task) for task in self.tasks]
        self.account = factory.account("office", "deputy_studies")
        self.issue(1)

    def issue(self, number: int) -> None:
        factory.add(Edition(number=number, id=f"{number:064x}", issued_at=NOW, window_from=TODAY,
                            window_to=TODAY + timedelta(13)))  # fmt: skip

    def code(self, n: int, student: str = "") -> str:
        return self.codes[n][student or self.yegor]

    def hand_in(self, n: int, mark: str, comment: str = "") -> None:
        logbook.hand_in(self.code(n), self.teacher, mark=mark, comment=comment)

    def page(self, student: str = "") -> dict:
        with store.snapshot() as session:
            edition = session.scalars(select(Edition).order_by(Edition.number.desc())).first()
            return content.pages(session, content.Asked(edition, NOW, TODAY))[student or self.yegor]

    def renew(self, student: str = "") -> int:
        by = addresses.Clerk(self.account, factory.person_of(self.account), NOW, TODAY)
        return addresses.renew(student or self.yegor, by)

    def key(self, student: str = "") -> bytes:
        with store.snapshot() as session:
            return addresses.keys_of(session, config(), [student or self.yegor])[student or self.yegor]


@pytest.fixture
def office(app) -> Office:
    return Office()


def refresh(now: datetime = NOW):
    db.session.remove()
    return files.refresh(config(), now, TODAY)


def sealed_files() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((config().public / "me").iterdir())}


def opened(key: bytes, number: int = 1) -> dict:
    return sealed.unseal(key, number, sealed_files()[sealed.file_name(key, number)])


def test_each_work_stands_where_the_family_looks_for_it(office):
    logbook.hand_in(office.code(0), office.teacher)
    office.hand_in(1, "5", "Good <b>work</b>")
    logbook.hand_in(office.code(2), office.teacher, verdict="redo", comment="Once more")
    page = office.page()
    assert [one["title"] for one in page["came"]] == ["No. 0"] and page["came"][0]["on"] == "2026-12-07"
    assert page["marks"] == [{"subject": "algebra", "title": "No. 1", "on": "2026-12-07", "mark": ["mark", "5", 0],
                              "said": ["Good <b>work</b>"]}]  # fmt: skip
    assert page["redo"] == [{"subject": "algebra", "title": "No. 2", "code": office.code(2), "by": "2026-12-09",
                             "on": "2026-12-07", "said": ["Once more"]}]  # fmt: skip
    assert page["due"] == [{"subject": "algebra", "title": "No. 3", "code": office.code(3), "by": "2026-12-10",
                            "late": False}]  # fmt: skip


def test_a_mark_stays_when_its_sheet_comes_in_again_to_be_looked_at(office):
    office.hand_in(1, "5", "Good.")
    office.hand_in(2, "redo", "Once more.")
    for n in (1, 2):
        logbook.hand_in(office.code(n), office.teacher)  # as when the stack is scanned after marking
    page = office.page()
    assert sorted(one["title"] for one in page["came"]) == ["No. 1", "No. 2"]
    assert [(one["title"], one["mark"], one["said"]) for one in page["marks"]] == [
        ("No. 1", ["mark", "5", 0], ["Good."])
    ]


def test_a_page_tells_of_one_child_only_and_the_least(office):
    office.hand_in(1, "5", "Good")
    text = str(office.page()).replace("Lesnaya school", "")
    for private in ("Veslov", "Vera", "Yakornaya", "Anna", "900", office.yegor, "7 «А»", "Lodkin",
                    office.code(0, office.vera)):  # fmt: skip
        assert private not in text, private
    assert office.page(office.vera)["marks"] == []


def say(office: Office, **values) -> str:
    id = factory.new_id()
    factory.add(Message(**{"id": id, "kind": "notice", "audience": "groups", "group_ids": [office.group], "title": "",
                           "text": "Bring skates", "created_at": NOW, **values}))  # fmt: skip
    return id


def deliver(message: str, *students: str) -> None:
    id = factory.new_id()
    factory.add(Delivery(id=id, message_id=message, channel="call", address="", text="x", changed_at=NOW))
    for student in students:
        factory.add(DeliveryStudent(delivery_id=id, student_id=student))


def test_messages_of_the_last_weeks_are_there_once_but_no_answer_to_one_parent(office):
    deliver(both := say(office), office.yegor, office.vera)
    deliver(both, office.yegor)
    say(office, audience="student", student_id=office.yegor, group_ids=[], text="Come at two", created_at=LATER)
    deliver(say(office, kind="answer", text="Only to you"), office.yegor)
    deliver(say(office, text="Long ago", created_at=NOW - timedelta(days=40)), office.yegor)
    assert [one["text"] for one in office.page()["messages"]] == ["Come at two", "Bring skates"]
    assert [one["text"] for one in office.page(office.vera)["messages"]] == ["Bring skates"]


def test_lessons_of_a_group_of_one_are_on_the_page_of_that_one(office):
    alone = factory.group("7 «А» at home", "alone", 7, kind="individual", parent_id=office.group)
    factory.membership(office.yegor, alone)
    lesson = factory.lesson(factory.course(alone, "speech"), n=2, topic="Sounds")
    factory.task(lesson.lesson_course, "Words")
    factory.add(Day(on=TODAY, version=1, approved_at=NOW))
    [found] = office.page()["lessons"]
    assert (found["subject"], found["topic"], found["date"], found["n"]) == ("speech", "Sounds", "2026-12-07", 2)
    assert found["tasks"] == [{"title": "Words", "text": "Solve."}]
    assert office.page(office.vera)["lessons"] == []


def test_every_file_opens_with_its_own_key_and_no_other(office):
    office.hand_in(1, "5")
    assert refresh() == files.Sealed(2, len(next(iter(sealed_files().values()))))
    assert opened(office.key())["name"] == "Yegor" and opened(office.key(office.vera))["name"] == "Vera"
    strange = sealed_files()[sealed.file_name(office.key(office.vera), 1)]
    with pytest.raises(SyncError, match="private_page_sealed"):
        sealed.unseal(office.key(), 1, strange)


def test_nothing_is_written_while_nothing_changed_and_all_is_when_something_did(office):
    refresh()
    before = sealed_files()
    assert refresh(LATER) is None and sealed_files() == before
    office.hand_in(1, "5")
    assert refresh(LATER) is not None
    after = sealed_files()
    assert after.keys() == before.keys() and not {name for name in after if after[name] == before[name]}
    assert opened(office.key())["marks"]


def test_what_came_in_between_is_written_within_the_hour_and_an_edition_at_once(app, office, monkeypatch):
    refresh()
    now = NOW
    monkeypatch.setattr(files.clock, "now", lambda *_: now)
    office.hand_in(1, "5")
    db.session.remove()
    now = NOW + timedelta(minutes=59)
    assert files.tick(app) is None and not opened(office.key())["marks"]
    now = NOW + timedelta(minutes=61)
    assert files.tick(app).files == 2
    assert opened(office.key())["marks"][0]["mark"] == ["mark", "5", 0]
    office.issue(2)
    db.session.remove()
    assert files.tick(app).files == 2


def test_a_file_that_went_missing_is_made_again(office):
    refresh()
    (config().public / "me" / sealed.file_name(office.key(), 1)).unlink()
    assert refresh() is not None and opened(office.key())


def test_files_of_two_editions_stay_and_share_no_name(office):
    refresh()
    first = set(sealed_files())
    office.issue(2)
    refresh()
    second = set(sealed_files()) - first
    assert len(second) == 2 and first <= set(sealed_files())
    office.issue(3)
    refresh()
    assert not first & set(sealed_files()) and second <= set(sealed_files()) and len(sealed_files()) == 4


def test_all_files_have_one_size_and_times_that_say_nothing(office):
    for n in range(3):
        office.hand_in(n, "5", "word " * 180)
    refresh()
    assert len({len(data) for data in sealed_files().values()}) == 1
    folder = config().public / "me"
    by_time = sorted(folder.iterdir(), key=lambda one: (one.stat().st_mtime_ns, one.name))
    assert [one.name for one in by_time] == sorted(sealed_files())


def test_a_renewed_key_gets_nothing_new_and_loses_what_lay_there(office):
    refresh()
    office.issue(2)
    refresh()
    old, vera = office.key(), office.key(office.vera)
    assert office.renew() == 2
    refresh()
    assert office.key() != old and opened(office.key(), 2)["name"] == "Yegor"
    assert not {sealed.file_name(old, n) for n in (1, 2, 3)} & set(sealed_files())
    assert {sealed.file_name(vera, n) for n in (1, 2)} <= set(sealed_files())
    assert office.renew() == 3
    row = db.session.get_one(PrivatePage, office.yegor)
    assert (row.version, row.renewed_by) == (3, factory.person_of(office.account))
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "private_page.renew")).all()
    assert [(entry.target, entry.account_id) for entry in entries] == [(office.yegor, office.account)] * 2


def test_who_left_has_no_page_and_no_new_address(office):
    refresh()
    old = office.key()
    store.write(lambda session: session.execute(
        update(Membership).where(Membership.person_id == office.yegor).values(until=TODAY - timedelta(1))
    ) and None)  # fmt: skip
    refresh()
    assert sealed.file_name(old, 1) not in sealed_files() and len(sealed_files()) == 1
    with pytest.raises(DomainError, match="private_page_none"):
        office.renew()
    with store.snapshot() as session:
        assert addresses.page_of(session, office.yegor, TODAY) is None


def test_the_readers_own_files_in_the_folder_stay(office):
    folder = config().public / "me"
    folder.mkdir(parents=True)
    for name in ("index.html", "me.js"):
        (folder / name).write_text("here")
    (folder / ".x.js.half").write_text("half")
    refresh()
    assert {"index.html", "me.js"} < set(sealed_files()) and ".x.js.half" not in sealed_files()


def test_nothing_is_written_before_the_first_edition(office):
    store.write(lambda session: session.delete(session.get_one(Edition, 1)))
    assert refresh() is None and not (config().public / "me").exists()


def test_the_master_is_made_once_and_its_owners_alone(app):
    first = keys.pages_master(config().keys)
    assert len(first) == 32 and keys.pages_master(config().keys) == first
    assert os.stat(config().keys / keys.PAGES).st_mode & 0o777 == 0o600


def test_the_entrance_is_the_address_of_the_site(office):
    expected = {"": "", "https://a.org/x": "https://a.org/x/me/", "https://a.org/x/": "https://a.org/x/me/"}
    for typed, found in expected.items():
        store.write(lambda session, typed=typed: session.execute(update(School).values(site_address=typed)) and None)
        with store.snapshot() as session:
            assert addresses.entrance(session) == found


def test_a_published_school_shows_none_of_its_names_marks_and_words_in_the_clear(published):
    words = [f"КАНАРЕЙКА{n}" for n in range(20)]
    teacher = db.session.scalars(select(LessonTeacher.person_id)).first()
    titles = dict(db.session.execute(
        select(Work.code, Task.title).join(Task, Task.id == Work.task_id).where(Task.scale == "five")
    ).all())  # fmt: skip
    for word, code in zip(words, sorted(titles), strict=False):
        assert logbook.hand_in(code, teacher, mark="5", comment=word).outcome == "accepted"
    assert files.refresh(config(), village.NOW, TODAY).files == 96
    names = [name for row in db.session.execute(select(Person.last_name, Person.first_name).where(
        Person.id.in_(select(Membership.person_id).union(select(Guardianship.guardian_id)))
    )) for name in row]  # fmt: skip
    everything = b"\n".join(sealed_files().values())
    clear = everything + b"".join(
        base64.b64decode(found) for found in re.findall(rb'sealed\("([^"]+)"\)', everything)
    )
    for word in {*words, *names, *titles, *titles.values(), *sealed_files_keys()}:
        assert word.encode() not in clear, word
    assert "КАНАРЕЙКА0" in str([opened(key) for key in all_keys().values()])


def all_keys() -> dict[str, bytes]:
    with store.snapshot() as session:
        return addresses.keys_of(session, config(), content.pupils(session, TODAY))


def sealed_files_keys() -> list[str]:
    return [sealed.write_key(key) for key in all_keys().values()]


def test_a_whole_school_is_read_in_a_handful_of_queries(published):
    asked: list[str] = []
    listener = lambda connection, cursor, statement, *rest: asked.append(statement)  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    files.refresh(config(), village.NOW + timedelta(days=1), TODAY + timedelta(days=1))
    event.remove(db.engine, "before_cursor_execute", listener)
    assert len(asked) < 30
