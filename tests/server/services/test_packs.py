"""Packs: whose there is one, what is written when, what is refused before anything is. Paper has tests of its own."""

from datetime import date

import pytest
from sqlalchemy import func, select, update

from printables.errors import PrintError
from printables.report import PackInfo, PrintReport, SheetInfo
from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Group, Membership, Pack, PackSheet, Person, Sheet, Work
from server.security import config
from server.services import packs, publishing, request_list, requests
from server.services.content import Author
from server.services.packs import EVERYONE, Choice
from sync.codes import parse_code
from tests.server import logbook
from tests.server.village import NOW

MONDAY = date(2026, 12, 7)


class PrintRoom:
    """The child's place: checks names for real, prints no paper but reports as if."""

    def __init__(self):
        self.rosters, self.orders = [], []
        self.dies = False

    def call(self, target, *args, progress=None, order=None):
        if target == "printables.checks:check_letters":
            from printables.checks import check_letters

            return check_letters(*args)
        if self.dies:
            raise DomainError("child_died")
        _edition, roster, out, _cache, _locales, order = args
        self.orders.append(order)
        self.rosters.append(roster)
        for number in range(len(roster.students)):
            progress(number + 1, len(roster.students))
        out.write_bytes(b"%PDF-")
        return PrintReport(out, tuple(self.pack(student) for student in roster.students), 9, 5, 1, 0, {})

    def pack(self, student) -> PackInfo:
        cover = SheetInfo("cover", "", "c" * 64, 2)
        tasks = tuple(SheetInfo("task", task, f"{number:064x}", 3) for number, task in enumerate(sorted(student.works)))
        return PackInfo(student.id, student.pack_code, 2 + 3 * len(tasks), 9, 1, (cover, *tasks))


@pytest.fixture
def room(published) -> PrintRoom:
    """The published village, and a print room that prints nothing."""
    published.extensions["child"] = PrintRoom()
    return published.extensions["child"]


def change(statement) -> None:
    store.write(lambda session: session.execute(statement) and None)
    db.session.remove()


def printed(*slugs: str, monday: date = MONDAY, told: list | None = None, choice: Choice = EVERYONE, now=NOW):
    progress = (lambda *step: told.append(step)) if told is not None else (lambda *step: None)
    done = packs.print_packs(monday, list(slugs) or None, now=now, progress=progress, choice=choice)
    db.session.remove()
    return done


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def members_of(slug: str) -> list[str]:
    query = select(Membership.person_id).join(Group, Group.id == Membership.group_id).where(Group.slug == slug)
    return list(db.session.scalars(query))


def test_every_student_of_every_class_gets_a_pack_with_codes_of_their_own(room):
    told = []
    done = printed(told=told)
    assert [item.group for item in done] == [str(grade) for grade in range(1, 12)]
    assert sum(item.packs for item in done) == 96 == count(Pack)
    codes = list(db.session.scalars(select(Pack.code)))
    assert all(parse_code(code) == code for code in codes)
    assert not set(codes) & set(db.session.scalars(select(Work.code))), "nine digits name one thing in a school"
    assert told == [("packs", number, 96) for number in range(97)]


def test_what_was_printed_is_recorded_sheet_by_sheet(room):
    printed("7")
    row = db.session.execute(
        select(PackSheet, Sheet, Work, Pack).join(Sheet, Sheet.hash == PackSheet.sheet_hash)
        .join(Pack, Pack.id == PackSheet.pack_id).outerjoin(Work, Work.id == PackSheet.work_id)
        .order_by(Pack.id, PackSheet.position)
    ).all()  # fmt: skip
    assert {sheet.pages for part, sheet, work, _pack in row if part.work_id} == {3}
    assert all(work.student_id == pack.student_id for _part, _sheet, work, pack in row if work)
    assert all(part.work_id is None for part, *_rest in row if part.position == 0)
    assert {pack.printed_at for *_rest, pack in row} == {NOW}
    assert all(
        pack.pages == sum(sheet.pages for _part, sheet, _work, own in row if own is pack) for *_rest, pack in row
    )


def test_what_a_teacher_decided_about_need_not_be_done_again(room):
    printed("7")
    codes = room.rosters[-1].students[0].works
    marked, back, came, *_rest = sorted(codes)
    logbook.hand_in(codes[marked], mark="5")
    logbook.hand_in(codes[back], verdict="redo")
    logbook.hand_in(codes[came])
    db.session.remove()
    printed("7")
    [again] = [one for one in room.rosters[-1].students if one.id == room.rosters[0].students[0].id]
    assert again.done == {marked}
    assert again.works == codes


def test_a_second_print_keeps_codes_and_doubles_nothing(room):
    printed("7")
    before = {row.student_id: (row.id, row.code) for row in db.session.scalars(select(Pack))}
    sheets = count(PackSheet)
    printed("7")
    db.session.remove()
    assert {row.student_id: (row.id, row.code) for row in db.session.scalars(select(Pack))} == before
    assert count(PackSheet) == sheets and room.rosters[0] == room.rosters[1]


def test_the_next_print_keeps_what_was_promised_on_the_phone(room):
    wants, other = members_of("7")[0], members_of("8")[0]
    by = Author(members_of("9")[0], "", NOW, MONDAY)
    ids = [store.write(lambda session, id=id: requests.promise(session, requests.Wish("paper_pack", "", id), by))
           for id in (wants, other)]  # fmt: skip
    printed("7")
    kept, owed = (request_list.one(db.session, id, MONDAY) for id in ids)
    pack = db.session.scalars(select(Pack).where(Pack.student_id == wants)).one()
    assert (kept.state, kept.pack, kept.done_at) == ("done", pack.code, NOW) and owed.state == "open"


def test_a_name_that_the_font_cannot_write_stops_the_print_before_it_begins(room):
    someone = members_of("9")[0]
    change(update(Person).where(Person.id == someone).values(first_name="𝔐ария"))
    with pytest.raises(PrintError) as refused:
        printed()
    assert refused.value.code == "font_lacks" and refused.value.data["letters"] == "𝔐"
    assert "𝔐ария" in refused.value.data["name"]
    assert count(Pack) == 0 and room.rosters == [] and not list(config().packs.rglob("*.pdf"))
    assert [item.group for item in printed("7", "8")] == ["7", "8"], "the other classes can be printed"


def test_a_class_without_students_is_passed_over_and_refused_by_name(room):
    change(update(Membership).where(Membership.person_id.in_(members_of("4"))).values(until=date(2026, 12, 1)))
    assert "4" not in [item.group for item in printed()]
    with pytest.raises(DomainError) as refused:
        printed("7", "4")
    assert (refused.value.code, refused.value.data["name"]) == ("class_empty", "4")


def test_a_class_of_one_gets_its_lessons_with_the_roster(room, monkeypatch):
    monkeypatch.setattr(publishing, "build_site", lambda *args: [])
    stays, *gone = members_of("4")
    change(update(Membership).where(Membership.person_id.in_(gone)).values(until=date(2026, 11, 30)))
    publishing.publish([], today=MONDAY, now=NOW, actor_id=None)
    [done] = printed("4")
    [roster] = room.rosters
    assert done.packs == 1 and [student.id for student in roster.students] == [stays]
    assert roster.students[0].extra and roster.own["name"] == "4"


def test_a_print_that_broke_off_is_done_again_whole(room):
    room.dies = True
    with pytest.raises(DomainError, match="child_died"):
        printed("7")
    assert db.session.scalar(select(func.count()).select_from(Pack).where(Pack.printed_at.is_not(None))) == 0
    room.dies = False
    assert printed("7")[0].packs == 8 == count(Pack)


@pytest.mark.parametrize("monday", [date(2026, 11, 30), date(2026, 12, 21)])
def test_only_weeks_of_the_edition_are_printed(room, monday: date):
    with pytest.raises(DomainError) as refused:
        printed(monday=monday)
    assert refused.value.code == "week_not_in_edition"


def test_a_class_that_is_none_is_refused(room):
    with pytest.raises(DomainError) as refused:
        printed("7", "12")
    assert refused.value.code == "group_unknown" and room.rosters == []


@pytest.mark.usefixtures("here")
def test_without_an_edition_there_is_nothing_to_print():
    with pytest.raises(DomainError) as refused:
        printed()
    assert refused.value.code == "not_published"
