"""What an office does by itself: works for students who joined late, leftovers and ended sessions removed."""

import shutil
import time
from datetime import timedelta
from random import SystemRandom

from apiflask import APIFlask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from printables import sheet_files
from server import clock, store
from server.models import EndedSession, School
from server.services import backups, import_desk, pictures, works
from server.services.scanning import forgetting, inbox, upload

OLD = 24 * 3600  # seconds after which a leftover belongs to nobody
ENDED = timedelta(days=31)  # longer than any cookie is valid


def works_for_late_joiners(app: APIFlask) -> int:
    """Give students who joined a group after a task was published their work; returns how many."""
    with app.app_context():
        config = app.extensions["korablik"]

        def add(session: Session) -> int:
            school = session.scalars(select(School)).first()
            if school is None:
                return 0
            now = clock.now(config, school.timezone)
            today = clock.local_date(now, school.timezone)
            return works.give_to_joiners(session, today, now, SystemRandom().randrange)

        return store.write(add)


def remove_leftovers(app: APIFlask) -> int:
    """Remove what builds and prints that were killed more than a day ago left unfinished; returns how many."""
    home = app.extensions["korablik"].home
    left = [*home.glob("editions/.*"), *home.glob("packs/*/.*.part"), *home.glob(".building/*"),
            *home.glob("backups/.*"), *home.glob("media/images/.*.half")]  # fmt: skip
    removed = 0
    for path in left:
        # a site that stands aside (see sitebuild) may be the only one there is
        if path.suffix != ".before" and time.time() - path.stat().st_mtime > OLD:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
            removed += 1
    return removed


def remove_old_encodings(app: APIFlask) -> int:
    """Remove coded forms of pages and updates that nobody asked for in a long time; returns how many."""
    return app.extensions["encodings"].clean(time.time())


def remove_old_sheets(app: APIFlask) -> int:
    """Remove rendered sheets that no print has used for 60 days; returns how many files."""
    return sheet_files.forget_unused(app.extensions["korablik"].cache / "sheets", time.time())


def forget_ended_sessions(app: APIFlask) -> int:
    """Forget sessions whose cookies are too old to be valid anyway; returns how many."""
    with app.app_context():
        since = clock.now(app.extensions["korablik"], "UTC") - ENDED
        old = delete(EndedSession).where(EndedSession.ended_at < since)
        return store.write(lambda session: session.connection().execute(old).rowcount)


def forget_old_uploads(app: APIFlask) -> int:
    """Remove uploads that nobody took in for a week; returns how many."""
    with app.app_context():
        config = app.extensions["korablik"]
        return import_desk.forget_old(config, clock.now(config, "UTC"))


def forget_unused_pictures(app: APIFlask) -> int:
    """Remove pictures that no text has shown for a month; returns how many."""
    with app.app_context():
        config = app.extensions["korablik"]
        return pictures.forget_unused(config, clock.now(config, "UTC"))


def back_up(app: APIFlask) -> bool:
    """The daily backup, when it is due; True if one was made. A failure is shown on Today."""
    config = app.extensions["korablik"]
    with app.app_context():
        return backups.daily(config, clock.now(config, "UTC")) is not None


def take_in_stacks(app: APIFlask) -> None:
    """Go on with scanned stacks that a killed office or a full disk left."""
    with app.app_context():
        upload.go_on(app.extensions["korablik"])


def forget_old_scans(app: APIFlask) -> int:
    """Remove pictures of scanned pages of past years, and what uploads that were broken off left; returns how many."""
    with app.app_context():
        config = app.extensions["korablik"]
        return forgetting.forget(config, clock.now(config, "UTC").date()) + inbox.forget_broken_off(config)
