"""Which marked copies go into whose pack: asked for or with the mark, decided, not withdrawn, with a picture kept."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from printables.marked import Sign
from printables.report import PackInfo, PrintReport, SheetInfo
from server import store
from server.extensions import db
from server.models import AnswerField, Feedback, MarkAct, MarkedCopy, Pack, Return, ScanAnswer, ScanPage, Task, Work
from server.services import pack_records
from server.services.marking import copy_wishes, marked_copy, signs
from server.services.marking.signs import PageSigns
from server.services.scanning import pictures
from server.services.works import states
from tests.server import apps, factory, logbook
from tests.server.conftest import NOW as MORNING
from tests.server.services.test_pack_steps import pack_of
from tests.server.web.rows_marking import scanned
from tests.server.web.world import World, build

NOW = datetime(2026, 12, 7, 3, tzinfo=UTC)
WEEK = "2026-W50"
CHECK = Sign("right", 0.5, 0.25)


@pytest.fixture
def world(app) -> World:
    return build()


@pytest.fixture
def work(app, world) -> str:
    return came_back(app, world)


def came_back(app, world: World) -> str:
    """The near student's work came back as two pages, and there are signs on the second; its id."""
    code = world.near.code
    logbook.hand_in(code)
    pictures.folder(app.extensions["korablik"]).mkdir(parents=True)
    first, second = page(app, code, 1), page(app, code, 2)
    seqs = dict(db.session.execute(select(ScanPage.id, ScanPage.op_seq)).all())
    assert seqs == {first: None, second: None}
    put(code, second, CHECK)
    return work_id(code)


def page(app, code: str, number: int, named: str = "") -> str:
    named = named or f"{number}".rjust(64, "a")
    Image.new("L", (620, 877), 230).save(pictures.folder(app.extensions["korablik"]) / f"{named}.jpg")
    return scanned(code, number, named)


def work_id(code: str) -> str:
    return db.session.scalar(select(Work.id).where(Work.code == code))


def put(code: str, page: str, *found: Sign, n: int = 0) -> None:
    by = factory.person("Нивина")
    store.write(lambda session: signs.keep(session, work_id_in(session, code), {page: PageSigns(n, found)}, by, NOW))


def work_id_in(session, code: str) -> str:
    return session.scalar(select(Work.id).where(Work.code == code))


def ask(work: str) -> None:
    by = factory.person("Нивина")
    store.write(lambda session: copy_wishes.ask(session, work, by, NOW))


def decide(code: str, value: str = "4", **said) -> None:
    db.session.rollback()
    heads = states(db.session, [work_id(code)])[work_id(code)].heads
    assert logbook.mark(code, value if said.get("verdict", "mark") == "mark" else None, base=heads,
                        **said).outcome == "accepted"  # fmt: skip


def packed(world: World, every: bool = False, week: str = WEEK):
    db.session.rollback()
    return marked_copy.for_packs(db.session, [world.near.student, world.near.sibling], week, every)


def test_a_copy_that_was_asked_for_goes_once_it_is_decided_into_that_students_pack(world, work):
    _walk(world, work)


@pytest.mark.postgres
def test_the_same_on_postgres(tmp_path: Path, pg_url: str):
    with apps.on_postgres(tmp_path / "home", pg_url, fixed_now=MORNING) as app:
        world = build()
        _walk(world, came_back(app, world))


def _walk(world: World, work: str) -> None:
    ask(work)
    assert packed(world) == {}
    decide(world.near.code, comment="Look at No. 413.")
    [(student, [copy])] = packed(world).items()
    assert student == world.near.student and copy.asked
    assert (copy.code, copy.mark, copy.comments) == (world.near.code, "4", ("Look at No. 413.",))
    assert copy.returned_on == factory.TODAY.isoformat()
    [shown] = copy.pages  # the page without a sign is left out
    assert shown.signs == (CHECK,) and shown.picture.endswith(f"{'2'.rjust(64, 'a')}.jpg")


def test_a_class_that_prints_copies_gets_those_of_works_that_its_packs_tell_of(world, work):
    decide(world.near.code)
    assert packed(world) == {}
    [(_student, [copy])] = packed(world, every=True).items()
    assert not copy.asked
    put(world.near.code, db.session.scalar(select(ScanPage.id).where(ScanPage.page == 2)), n=1)
    assert packed(world, every=True) == {}  # there is nothing on it any more
    ask(work)
    [copy] = packed(world)[world.near.student]
    assert len(copy.pages) == 2  # who asked for it gets it all


def test_what_a_pack_told_is_in_it_again_when_it_is_printed_once_more_and_in_no_other(world, work):
    decide(world.near.code)
    pack = pack_of(world.near.student)

    def tell(session):
        seq = session.scalar(select(func.max(MarkAct.op_seq)))
        session.add(Feedback(op_seq=seq, work_id=work, channel="paper", given_at=NOW, pack_id=pack))

    store.write(tell)
    assert len(packed(world, every=True)) == 1
    assert packed(world, every=True, week="2026-W51") == {}


def test_a_printed_copy_is_noted_with_its_pack_and_can_be_asked_for_again(world, work):
    decide(world.near.code)
    ask(work)
    pack = pack_of(world.near.student)
    label = db.session.get_one(Pack, pack).code
    info = PackInfo(world.near.student, label, 3, 4, 1, (SheetInfo("marked", world.near.code, "", 1),))
    done = pack_records.Print(PrintReport(Path(), (info,), 4, 0, 0, 0, {}))
    store.write(lambda session: pack_records.record(session, done, NOW, None))
    assert db.session.scalar(select(MarkedCopy.pack_id)) == pack
    assert copy_wishes.of_work(db.session, work).week == WEEK
    assert len(packed(world)) == 1 and packed(world, week="2026-W51") == {}
    ask(work)
    assert len(packed(world, week="2026-W51")) == 1


def test_a_work_sent_back_says_so_and_what_came_after_is_not_shown(app, world, work):
    ask(work)
    decide(world.near.code, verdict="redo", comment="Once more.")
    [copy] = packed(world)[world.near.student]
    assert copy.redo and copy.comments == ("Once more.",)
    logbook.hand_in(world.near.code)
    late = page(app, world.near.code, 3, "b" * 64)
    last = db.session.scalar(select(func.max(Return.op_seq)))
    store.write(lambda session: session.execute(update(ScanPage).where(ScanPage.id == late).values(op_seq=last)))
    put(world.near.code, late, CHECK)
    [copy] = packed(world)[world.near.student]
    assert copy.redo and len(copy.pages) == 1
    assert not any("b" * 64 in one.picture for one in copy.pages)
    decide(world.near.code, "5")
    [copy] = packed(world)[world.near.student]
    assert not copy.redo and any("b" * 64 in one.picture for one in copy.pages)


def test_nothing_is_printed_of_what_is_withdrawn_disputed_or_forgotten(app, world, work):
    ask(work)
    decide(world.near.code)
    store.write(lambda session: session.execute(update(Task).values(withdrawn=True)))
    assert packed(world) == {}
    store.write(lambda session: session.execute(update(Task).values(withdrawn=False)))
    assert len(packed(world)) == 1
    logbook.mark(world.near.code, "2")  # on no base: somebody else's word against the first
    assert packed(world) == {}
    heads = states(db.session, [work])[work].heads
    logbook.mark(world.near.code, "4", base=heads)
    assert len(packed(world)) == 1
    for file in pictures.folder(app.extensions["korablik"]).iterdir():
        file.unlink()
    assert packed(world) == {}


def test_ticked_boxes_are_framed_and_each_question_is_right_or_not_without_the_key(world, work):
    asked = {"kind": "one", "label": "2+2", "options": ["3", "4"], "digits": 0}
    places = {"size": 0.02, "ratio": 1.4, "places": [[0.2, 0.3], [0.2, 0.34]]}
    first = db.session.scalar(select(ScanPage.id).where(ScanPage.page == 1))

    def read(session):
        for position, (key, ticked) in enumerate([([1], 1), ([1], 0), ([], 1)]):
            own = {**asked, "label": f"{position}"}
            session.add(AnswerField(id=factory.new_id(), task_id=world.near.task, position=position, key=key, **own))
            said = ["yes" if place == ticked else "no" for place in (0, 1)]
            session.add(ScanAnswer(page_id=first, position=position, read=said, answer=[ticked],
                                   printed={**own, **places}))  # fmt: skip

    store.write(read)
    decide(world.near.code)
    ask(work)
    [copy] = packed(world)[world.near.student]
    assert len(copy.pages) == 2
    box, right, *others = copy.pages[0].signs
    assert (box.kind, round(box.x, 2), round(box.x2, 2), round(box.y, 2)) == ("box", 0.19, 0.21, 0.33)
    assert right.kind == "right" and right.small and right.x > 0.22
    assert [one.kind for one in others] == ["box", "wrong", "box"]  # of the last nobody said what is right
