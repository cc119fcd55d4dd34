"""The school's clock at work: publishes the approved next day on time, reminds before it, says what was missed.

What was done stands in DayStep and Day.published_at, committed with the act itself; so a day is sent out, reminded of
and called missed once, through any number of restarts.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apiflask import APIFlask
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock, store
from server.models import Day, DayStep, Lesson, School
from server.services import publishing
from server.services.days.due import LEAD, Clock, Deed, SchoolDay, deadline, due
from server.services.days.rows import day_row, note_step
from server.services.going_out import PUBLISH
from server.services.running import DONE, running
from server.services.weeks import window_of
from sync.errors import SyncError

WHOLE = "site is whole"  # this process has seen that all pages of the edition are built


def tick(app: APIFlask) -> list[tuple[Deed, date]]:
    """What is due at this moment, done; asked every minute."""
    with app.app_context(), store.snapshot() as session:
        school = session.scalar(select(School))
        setting = clock_of(school)
        if school is None or setting is None:
            return []
        now = clock.now(app.extensions["korablik"], school.timezone)
        local = now.astimezone(ZoneInfo(school.timezone))
        locale, days = school.locale, school_days(session, local.date())
    with app.app_context():
        todo = due(local, setting, days)
        for deed, on in note(todo, now):
            app.logger.warning("day %s: %s", on, deed.value)
        with force_locale(locale):
            _send_out(any(deed is Deed.PUBLISH for deed, _on in todo), now, local.date())
    return todo


def clock_of(school: School | None) -> Clock | None:
    """The school's setting; None: nothing goes out by itself."""
    if school is None or not school.publish_at:
        return None
    return Clock(time.fromisoformat(school.publish_at), timedelta(minutes=school.remind_minutes))


def school_days(session: Session, today: date) -> list[SchoolDay]:
    """The days with lessons that the clock looks at: from a few days ago to the end of what an edition covers."""
    span = today - LEAD, window_of(today).last
    held = session.scalars(select(Lesson.on).where(Lesson.on.between(*span), Lesson.state == "planned").distinct())
    rows = {row.on: row for row in session.scalars(select(Day).where(Day.on.between(*span)))}
    steps = select(DayStep.on, DayStep.state).where(
        DayStep.on.between(*span), DayStep.state.in_((Deed.REMIND.value, Deed.MISS.value))
    )
    noted = {(row.on, row.state) for row in session.execute(steps)}
    return [
        SchoolDay(on, on in rows and rows[on].approved_at is not None, on in rows and rows[on].published_at is not None,
                  (on, Deed.REMIND) in noted, (on, Deed.MISS) in noted)
        for on in sorted(held)
    ]  # fmt: skip


def note(todo: Iterable[tuple[Deed, date]], now: datetime) -> list[tuple[Deed, date]]:
    """Keep that days were reminded of or missed, unless they were noted or approved meanwhile; returns what was."""
    wanted = [(deed, on) for deed, on in todo if deed is not Deed.PUBLISH]

    def save(session: Session) -> list[tuple[Deed, date]]:
        done = []
        for deed, on in wanted:
            day = day_row(session, on)
            known = select(DayStep.id).where(DayStep.on == on, DayStep.state == deed.value).limit(1)
            if day.approved_at is None and session.scalar(known) is None:
                note_step(session, on, deed.value, now, None)
                done.append((deed, on))
        return done

    return store.write(save) if wanted else []


def missed(session: Session, today: date) -> list[date]:
    """Days that are not over, should be out by now and are not approved yet."""
    return list(session.scalars(
        select(Day.on).join(DayStep, DayStep.on == Day.on)
        .where(DayStep.state == Deed.MISS.value, Day.on >= today, Day.approved_at.is_(None)).distinct().order_by(Day.on)
    ))  # fmt: skip


def next_deadline(school: School | None, days: Sequence[SchoolDay], local: datetime) -> tuple[date, datetime] | None:
    """The next day that is not approved and the moment by which it should be; None without a clock or such a day."""
    setting = clock_of(school)
    for before, day in zip([None, *days], days, strict=False):
        if setting and day.on >= local.date() and not day.approved and not day.published:
            return day.on, deadline(day.on, before.on if before else None, setting, local)
    return None


def _send_out(is_due: bool, now: datetime, today: date) -> None:
    """Publish what is due; else, once after a start or a failure, build the pages that were left unbuilt."""
    if is_due:
        current_app.extensions[WHOLE] = False
        _run, begun = running().start(
            PUBLISH, lambda progress: publishing.publish([], today=today, now=now, actor_id=None, progress=progress),
            now, _("the clock"), "",
        )  # fmt: skip
        if not begun:
            return  # somebody publishes at this moment; the next minute will show
        run = running().wait(PUBLISH)
        current_app.extensions[WHOLE] = run is not None and run.state == DONE
        if run is not None and run.error is not None:
            current_app.logger.error("the clock could not publish: %s", run.error.code)
    elif not current_app.extensions.get(WHOLE):
        try:
            publishing.build_newest()
        except SyncError as error:
            current_app.logger.error("pages are not built: %s", error.code)
        else:
            current_app.extensions[WHOLE] = True
