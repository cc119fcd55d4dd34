"""Paper and ink in the office: settings of the school and of a class, steps, the week's figures, the photocopier."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from printables.report import Cut, PackInfo, PrintReport
from server.extensions import db
from server.models import Edition, Pack, PrintSetting
from server.services import going_out, pack_files, print_settings
from server.services.print_estimates import ESTIMATE
from server.services.running import running
from tests.server import factory

WEEK = "2026-W50"
FORM = {"duplex": "two", "layout": "two_up", "leaves": "60", "leaf_cost": "1,25", "ink_cost": "20"}


class Room:
    """In the child's place: counts and prints as if."""

    def call(self, target, edition, roster, *rest, progress=None):
        cuts = (Cut("two_up"), Cut("no_texts", "Density"))
        packs = tuple(PackInfo(one.id, one.pack_code, 9, 8, 1, (), leaves=4, ink=0.5, cuts=cuts)
                      for one in roster.students)  # fmt: skip
        if target == "printables.pack:leaves_by_step":
            return [4 * len(roster.students) >> n for n in range(len(rest[-1].steps) + 1)]
        if target != "printables.pack:estimate_group":
            rest[0].write_bytes(b"%PDF-")
        return PrintReport(rest[0], packs, 8 * len(packs), 5, 0, 0, {}, 4 * len(packs), 0.5 * len(packs), 1)

    def close(self):
        """Nothing runs here."""


@pytest.fixture
def director(app, world):
    app.extensions["child"].close()
    app.extensions["child"] = Room()
    yield factory.signed_in(app, world.accounts["director"])
    for kind in (ESTIMATE, going_out.PRINT):
        running().wait(kind)


@pytest.fixture
def published_week(world, monkeypatch):
    factory.add(Edition(number=1, id="e" * 64, issued_at=datetime(2026, 12, 6, tzinfo=UTC),
                        window_from=date(2026, 12, 7), window_to=date(2026, 12, 20)))  # fmt: skip
    monkeypatch.setattr(pack_files, "printable_weeks", lambda session: [date(2026, 12, 7)])
    monkeypatch.setattr("server.services.packs._check_names", lambda names, classes: None)


def steps(**over):
    """The form's part about steps: all ticked, in their order."""
    codes = [step.code for step in print_settings.steps(db.session)]
    fields = {f"used-{code}": "on" for code in codes} | {f"place-{code}": str(n) for n, code in enumerate(codes, 1)}
    return {key: value for key, value in (fields | over).items() if value is not None}


def setting():
    db.session.expire_all()
    return print_settings.own_setting(db.session, None)


def test_the_school_sets_sides_layout_leaves_and_costs(director):
    form = FORM | steps(**{"used-must_only": None, "place-no_slips": "1", "place-duplex": "4"})
    assert director.post("/packs/settings/", data=form).status_code == 303
    found = setting()
    assert (found.duplex, found.layout, found.leaves) == (True, "two_up", 60)
    assert (found.leaf_cost, found.ink_cost) == (Decimal("1.25"), Decimal("20"))
    order = print_settings.order_for(db.session, None)
    assert order.steps[0] == "no_slips" and "must_only" not in order.steps
    page = director.get("/packs/settings/").text
    assert 'value="1.25"' in page and 'value="60"' in page


@pytest.mark.parametrize(("field", "typed"), [
    ("week_leaves", "0"), ("week_leaves", "1,5"), ("leaves", "many"), ("leaves", "0"),
    ("leaves", "2.5"), ("leaves", "1e999"), ("leaf_cost", "-1"),
    ("ink_cost", "Infinity"), ("ink_cost", "999999"), ("layout", "scroll"),
])  # fmt: skip
def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_lost(director, field, typed):
    answer = director.post("/packs/settings/", data=FORM | steps() | {field: typed})
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert field == "layout" or f'value="{typed}"' in answer.text
    assert db.session.scalars(select(PrintSetting)).all() == []


def test_a_class_may_have_it_otherwise_and_go_back(director, world):
    assert director.post("/packs/settings/", data=FORM | steps()).status_code == 303
    own = {"duplex": "", "layout": "booklet", "leaves": "", "leaf_cost": "", "ink_cost": ""}
    assert director.post(f"/packs/settings/{world.near.slug}", data=own).status_code == 303
    db.session.expire_all()
    order = print_settings.order_of(db.session, world.near.slug)
    assert (order.layout, order.leaves) == ("booklet", 60)
    page = director.get(f"/packs/settings/{world.near.slug}").text
    assert "60 leaves" in page
    assert director.post(f"/packs/settings/{world.near.slug}", data=own | {"layout": ""}).status_code == 303
    db.session.expire_all()
    assert print_settings.order_of(db.session, world.near.slug).layout == "two_up"
    assert director.get("/packs/settings/no-such-class").status_code == 404


def test_the_whole_school_has_a_limit_that_a_class_has_not(director, world, published_week):
    assert director.post("/packs/settings/", data=FORM | steps() | {"week_leaves": "3"}).status_code == 303
    assert setting().week_leaves == 3
    own = FORM | {"week_leaves": "9", "duplex": ""}
    assert director.post(f"/packs/settings/{world.near.slug}", data=own).status_code == 422
    assert "week_leaves" not in director.get(f"/packs/settings/{world.near.slug}").text
    director.post("/packs/settings/estimate", data={"week": WEEK})
    counted = running().wait(ESTIMATE).result[1]
    page = director.get(f"/packs/settings/?week={WEEK}").text
    assert counted.school.limit == 3 and counted.school.taken > 0
    assert "of 3 leaves for the whole school" in page and "every class takes these steps" in page


def test_a_double_click_saves_once(director):
    for _ in range(2):
        director.post("/packs/settings/", data=FORM | steps())
    assert len(db.session.scalars(select(PrintSetting)).all()) == 1


def test_the_week_is_counted_before_anything_is_printed(director, world, published_week):
    director.post("/packs/settings/", data=FORM | steps() | {"leaves": "7"})
    assert "not counted" in director.get(f"/packs/settings/?week={WEEK}").text
    assert director.post("/packs/settings/estimate", data={"week": WEEK}).status_code == 303
    running().wait(ESTIMATE)
    db.session.rollback()
    page = director.get(f"/packs/settings/?week={WEEK}").text
    assert "8 / 7" in page and "1 too many" in page  # two students of the near class, four leaves each
    assert 'aria-label="8 of 7 leaves"' in page
    assert "₽" in page or "RUB" in page
    assert "two pages on one side" in page and "2 packs" in page
    assert db.session.scalars(select(Pack)).all() == []
    assert director.get("/packs/settings/progress").json["state"] == "done"


def test_what_was_printed_replaces_what_was_expected(director, world, published_week):
    factory.add(Pack(id=factory.new_id(), code="000000001", student_id=world.near.student, week=WEEK, edition_number=1,
                     leaves=11, ink=0.5, cuts=[["no_slips", ""]]))  # fmt: skip
    page = director.get(f"/packs/settings/?week={WEEK}").text
    assert ">11<" in page and "no slips to cut out" in page and "11 leaves" in page


def test_the_photocopier_gets_sheets_and_slips(director, world, published_week):
    form = {"week": WEEK, "group": world.near.slug}
    assert director.get(f"/packs/settings/{WEEK}/{world.near.slug}/slips.pdf").status_code == 404
    assert director.post("/packs/settings/plain", data=form).status_code == 303
    running().wait(going_out.PRINT)
    db.session.rollback()
    assert running().last(going_out.PRINT).error is None
    page = director.get(f"/packs/settings/?week={WEEK}").text
    for what in ("copies", "slips"):
        address = f"/packs/settings/{WEEK}/{world.near.slug}/{what}.pdf"
        assert address in page
        answer = director.get(address)
        assert answer.data == b"%PDF-" and answer.headers["Cache-Control"] == "no-store"
    assert director.get(f"/packs/settings/{WEEK}/{world.near.slug}/other.pdf").status_code == 404
    assert {pack.leaves for pack in db.session.scalars(select(Pack))} == {4}


def test_a_wrong_week_is_a_sentence(director):
    assert director.get("/packs/settings/?week=nonsense").status_code == 422
    assert director.post("/packs/settings/estimate", data={"week": "2026-W99"}).status_code == 422


def test_before_the_first_edition_the_page_says_so(director):
    assert "Nothing has been published yet" in director.get("/packs/settings/").text


def test_the_page_of_packs_leads_to_it_for_those_who_may(app, world, director):
    assert "/packs/settings/" in director.get("/packs/").text
    teacher = factory.signed_in(app, world.accounts["subject_teacher"])
    assert "/packs/settings/" not in teacher.get("/packs/").text
