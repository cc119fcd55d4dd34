"""Any sequence of printing, listing, moving, handing over, losing and reprinting: a pack is never on two registers."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from server import store
from server.extensions import db
from server.models import Manifest, Pack, PackSheet, PackStep
from server.services.delivery import handing, register_view, registers, steps, stops
from server.services.delivery.registers import Doer
from sync.errors import SyncError
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.parcels import WEEK, printed, stop
from tests.server.village import NOW

EDITIONS, STUDENTS, STOPS = 2, 4, 2
number = st.integers(0, 11)
ACTS = st.lists(
    st.tuples(st.sampled_from(
        ("print", "print", "make", "move", "off", "never", "place", "hand", "back", "undo", "lost", "found", "close")
    ), number, number),
    min_size=4, max_size=14,
)  # fmt: skip


@pytest.fixture
def ground(app):
    """Students of two classes and two stops; works for one class."""
    factory.school()
    first, second = factory.group(), factory.group("5", "5", 5)
    students = [factory.student(first if n % 2 else second, f"Lodkin{n}") for n in range(STUDENTS)]
    factory.works(factory.task(factory.lesson(factory.course(first)).lesson_course))
    return students, [stop("Far Cordon", 1), stop("Rowan Hamlet", 2)], [None, first, second]


class Walk:
    """One sequence of acts, each at its own moment; what is refused with a reason changes nothing."""

    def __init__(self, ground):
        self.students, self.stops, self.classes = ground
        self.minute = 0

    def act(self, name: str, one: int, two: int) -> None:
        self.minute += 1
        by = Doer(None, None, NOW + timedelta(minutes=self.minute), TODAY)
        student = self.students[one % STUDENTS]
        target = [None, *self.stops][two % 3]
        try:
            if name == "print":
                printed(student, edition=1 + two % EDITIONS, at=by.now)
            elif name == "make":
                registers.make_registers(WEEK, by, None if two % 3 == 0 else {self.classes[1]})
            elif name == "place":
                stops.place([student], target, by)
            elif name == "close":
                closing = self.stops[one % STOPS]
                stops.close(closing, None, by) if two % 2 else stops.reopen(closing, by)
            elif name in ("hand", "back", "undo"):
                self.on_register(name, one, two, by)
            else:
                self.on_pack(name, one, target, by)
        except SyncError as error:
            assert error.code != "internal"
        finally:
            db.session.remove()

    def on_register(self, name: str, one: int, two: int, by: Doer) -> None:
        ids = list(db.session.scalars(select(Manifest.id).order_by(Manifest.id)))
        db.session.remove()
        if not ids:
            return
        id = ids[one % len(ids)]
        if name == "hand":
            handing.hand_over(id, "Dorogin", by.now, "register", by)
        elif name == "back":
            packs = list(db.session.scalars(select(Pack.id).where(Pack.manifest_id == id).order_by(Pack.id)))
            db.session.remove()
            handing.come_back(id, dict.fromkeys(packs[:two % 2], "missing"), by.now, "call", by)
        else:
            handing.take_back(id, ("handed", "back")[two % 2], by)

    def on_pack(self, name: str, one: int, target: str | None, by: Doer) -> None:
        ids = list(db.session.scalars(select(Pack.id).order_by(Pack.id)))
        db.session.remove()
        if not ids:
            return
        id = ids[one % len(ids)]
        if name == "move":
            registers.move(id, target, by)
        elif name in ("off", "never"):
            registers.take_off([id], by, for_good=name == "never")
        elif name == "lost":
            handing.say_lost(id, "missing", "call", by)
        else:
            handing.say_found(id, "register", by)


def _holds() -> None:
    """Counts add up: the packs of all registers are the packs that name one, each once, at a place of one kind."""
    lines = register_view.read(db.session, TODAY)
    on = [line.id for one in lines for line in one.lines]
    assert len(on) == len(set(on))
    assert set(on) == set(db.session.scalars(select(Pack.id).where(Pack.manifest_id.is_not(None))))
    for one in lines:
        assert len(one.lines) == len(one.going) + one.lost and one.came <= one.works
        assert one.stop_id is None or one.group_id is None
        assert (one.state == "back") <= (one.handed_at is not None)
    assert all(not one.handed_at or one.taken_by in ("Dorogin", "") for one in lines)


def _all_listed(by: Doer) -> None:
    """After registers were made each printed pack is on exactly one, but those that are not to be delivered."""
    registers.make_registers(WEEK, by)
    db.session.remove()
    packs = db.session.scalars(select(Pack).where(Pack.printed_at.is_not(None))).all()
    lost = steps.lost(db.session, [pack.id for pack in packs])
    for pack in packs:
        again = pack.id in lost and pack.printed_at > lost[pack.id]
        assert pack.manifest_id is not None or (pack.id in lost and not again)
    before = {pack.id: pack.manifest_id for pack in packs}
    db.session.remove()
    assert registers.make_registers(WEEK, by).listed == 0
    assert dict(db.session.execute(select(Pack.id, Pack.manifest_id)).all()) == before
    db.session.remove()
    _holds()
    db.session.remove()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_happens_each_printed_pack_is_on_one_register_at_most_and_then_on_one(ground, acts):
    walk = Walk(ground)
    for act in acts:
        walk.act(*act)
        _holds()
        db.session.remove()
    _all_listed(Doer(None, None, NOW + timedelta(days=1), TODAY))
    _clear(walk)


def _clear(walk: Walk) -> None:
    """The next sequence begins with nothing printed and both stops served."""

    def empty(session):
        for table in (PackStep, PackSheet, Pack, Manifest):
            session.execute(delete(table))

    store.write(empty)
    for one in walk.stops:
        stops.reopen(one, Doer(None, None, NOW, TODAY))
    stops.place(walk.students, None, Doer(None, None, NOW, TODAY))
    db.session.remove()
