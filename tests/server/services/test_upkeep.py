"""What the office does by itself."""

import os
import time
from pathlib import Path

from sqlalchemy import func, select

from server import jobs, store
from server.extensions import db
from server.models import Group, Membership, Person, RoleGrant, Work
from server.services import upkeep
from tests.server.village import NOW


def put(path: Path, days: float) -> Path:
    """A file when its name has an ending of one, else a folder with a page; so many days old."""
    if path.suffix in (".pdf", ".part", ".sheet"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    else:
        path.mkdir(parents=True)
        (path / "page.html").touch()
    os.utime(path, (time.time() - days * 86400,) * 2)
    return path


def test_leftovers_go_after_a_day_and_nothing_else(app):
    home = app.extensions["korablik"].home
    gone = [
        put(home / "editions" / ".0123", 2), put(home / ".building" / "7", 2), put(home / ".building" / ".root", 2),
        put(home / "packs" / "2026-W50" / ".7.pdf.x1.part", 2),
    ]  # fmt: skip
    stay = [
        put(home / "editions" / ".4567", 0.5), put(home / ".building" / "8", 0.5), put(home / "editions" / "89ab", 9),
        put(home / ".building" / "7.before", 9), put(home / "packs" / "2026-W50" / "7.pdf", 9),
        put(home / "packs" / "2026-W50" / ".8.pdf.x1.part", 0.5), put(home / "public" / "7", 9),
    ]  # fmt: skip
    assert upkeep.remove_leftovers(app) == len(gone)
    assert not any(path.exists() for path in gone) and all(path.exists() for path in stay)
    assert upkeep.remove_leftovers(app) == 0


def test_sheets_that_no_print_uses_go_after_two_months(app):
    sheets = app.extensions["korablik"].cache / "sheets"
    gone, stay = put(sheets / "a.sheet", 61), put(sheets / "b.sheet", 59)
    assert upkeep.remove_old_sheets(app) == 1
    assert not gone.exists() and stay.exists()


def test_a_late_joiner_gets_the_open_works_once(published, monkeypatch):
    monkeypatch.setattr("server.clock.now", lambda config, timezone: NOW)
    group = db.session.scalars(select(Group.id).where(Group.slug == "7")).one()
    someone = db.session.scalars(select(Person.id).join(RoleGrant, RoleGrant.person_id == Person.id)).first()
    joined = Membership(id="m" * 32, person_id=someone, group_id=group, since=NOW.date())
    store.write(lambda session: session.add(joined))
    before = db.session.scalar(select(func.count()).select_from(Work))
    added = upkeep.works_for_late_joiners(published)
    db.session.remove()
    assert added > 0 and db.session.scalar(select(func.count()).select_from(Work)) == before + added
    assert upkeep.works_for_late_joiners(published) == 0


def test_without_a_school_nothing_is_done(app):
    assert upkeep.works_for_late_joiners(app) == 0


def test_every_job_can_run(published):
    scheduler = jobs.start(published)
    try:
        done = {job.id: job.func(*job.args) for job in scheduler.get_jobs()}
    finally:
        scheduler.shutdown(wait=False)
    assert done.pop("backup") is True  # the first one
    assert done.pop("private pages").files > 0  # of an edition that has just come out
    assert {"late joiners", "leftovers", "messages"} <= done.keys() and not any(done.values())
