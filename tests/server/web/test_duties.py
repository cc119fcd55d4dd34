"""The list of duties: who holds what since when, what is granted and ended there, and what is missing."""

from datetime import UTC, datetime, timedelta

import pytest

from server import store
from server.extensions import db
from server.models import Account, LeaveReason, RoleGrant, TeacherAbsence
from server.services import duties
from tests.server import factory

TODAY = factory.TODAY


@pytest.fixture
def director(app, world):
    return factory.signed_in(app, world.accounts["director"])


def close(account: str) -> None:
    store.write(lambda session: setattr(session.get_one(Account, account), "is_active", False))


def away(person: str, days: int = 3, **values) -> None:
    if db.session.get(LeaveReason, "sick") is None:
        factory.add(LeaveReason(code="sick", name="sick", position=99, source=""))
    factory.add(TeacherAbsence(**{
        "id": factory.new_id(), "person_id": person, "since": TODAY, "until": TODAY + timedelta(days=days),
        "reason": "sick", "order_no": "", "note": "", "noted_at": datetime(2026, 12, 7, tzinfo=UTC), **values,
    }))  # fmt: skip


def test_every_role_stands_with_its_holders_and_its_history(world, director):
    page = director.get("/duties/").text
    assert "Distribution of duties" in page and "Rulev Director Petrovich" in page
    assert "Approves and publishes days when the director is away." in page and "from 1 Sep 2026" in page
    grant = db.session.query(RoleGrant).filter_by(person_id=world.clerk, role="support_staff").one()
    assert director.post(f"/duties/{grant.id}/end", data={"until": "2026-12-06"}).status_code == 303
    page = director.get("/duties/").text
    assert "Earlier: 1" in page and "from 1 Sep 2026 to 6 Dec 2026" in page
    assert "no account" in page or "Shturmanova" in page


def test_a_duty_is_given_for_a_while(world, director):
    slug = db.session.get_one(factory.models.Person, world.clerk).slug
    form = {"person": slug, "role": "day_approver", "group": "", "since": "2026-12-07", "until": "2026-12-11"}
    assert director.post("/duties/", data=form).status_code == 303
    row = db.session.query(RoleGrant).filter_by(person_id=world.clerk, role="day_approver").one()
    assert (str(row.until), row.group_id, row.granted_by) == ("2026-12-11", None, world.person("director"))
    assert "from 7 Dec 2026 to 11 Dec 2026" in director.get("/duties/").text
    for wrong in ({"person": "nobody"}, {"role": "king"}, {"since": ""}, {"until": "2026-12-01"}):
        answer = director.post("/duties/", data={**form, **wrong})
        assert answer.status_code in (404, 422) and 'role="alert"' in answer.text, wrong


def test_it_says_when_nobody_can_compose_or_approve(world, director):
    assert not duties.worries(db.session, TODAY)
    close(world.accounts["day_approver"])
    for role in ("deputy_studies", "coordinator", "timetabler"):
        close(world.accounts[role])
    assert "Nobody who can sign in composes days." in director.get("/").text
    away(world.person("director"))
    page = director.get("/duties/").text
    assert "is away until 10 Dec 2026" in page and "Nobody else can approve" in page
    db.session.rollback()
    assert duties.worries(db.session, TODAY + timedelta(days=4)).away == (), "back by then"
    close(world.accounts["director"])
    db.session.rollback()
    assert duties.worries(db.session, TODAY).nobody_approves


def test_one_approver_who_is_away_is_told_and_no_alarm(world, director):
    away(world.person("day_approver"))
    away(world.person("director"), first_n=1, last_n=2)
    page = director.get("/duties/").text
    assert "is away until 10 Dec 2026" in page and "Nobody else can approve" not in page
