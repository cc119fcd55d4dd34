"""What people type reaches the program without characters that not every database keeps."""

from server.extensions import db
from server.models import Person
from tests.server import factory
from tests.server.web.world import World


def _people(client, **form):
    return client.post("/accounts/", data=form)


def test_unseen_characters_are_dropped_and_the_rest_stays(app, world: World) -> None:
    admin = factory.signed_in(app, world.accounts["admin"])
    assert _people(admin, last="Vol\x00nov\x0ba", first="Li\x7fya", middle="").status_code == 303
    db.session.rollback()
    found = db.session.scalars(db.select(Person).where(Person.last_name == "Volnova")).one()
    assert found.first_name == "Liya"


def test_a_name_of_nothing_or_without_end_is_refused(app, world: World) -> None:
    admin = factory.signed_in(app, world.accounts["admin"])
    assert _people(admin, last="\x00", first="", middle="").status_code == 422
    assert _people(admin, last="V" * 101, first="", middle="").status_code == 422


def test_an_address_with_an_unseen_character_names_nothing(app, world: World) -> None:
    director = factory.signed_in(app, world.accounts["director"])
    assert director.get("/people/a%00b").status_code == 404
    assert director.get("/lessons/timetable?week=2026-W50%00").status_code == 200


def test_days_of_no_school_are_no_days(app, world: World) -> None:
    director = factory.signed_in(app, world.accounts["director"])
    for week in ("0001-W01", "9999-W52"):
        assert director.get(f"/lessons/timetable?week={week}").status_code == 422
        assert director.get(f"/appointments/?week={week}").status_code == 422
    for day in ("0001-01-01", "9999-12-31"):
        form = {"on": day, "at": "10:00", "minutes": "15", "channel": "school"}
        assert director.post("/appointments/", data=form).status_code == 422
