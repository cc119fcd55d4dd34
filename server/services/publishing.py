"""Publishing: approve days, freeze them as an edition, sign it, and build the pages of the groups that changed."""

import os
import shutil
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import SystemRandom
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import store
from server.child import Child
from server.config import Config
from server.errors import DomainError
from server.models import Counter, Course, Day, Group, Lesson, LessonCourse, School, Task
from server.models import Edition as EditionRow
from server.services import document_files, keys, pictures, site_figures, sitebuild, works
from server.services.days.rows import approve_row, day_row, note_step
from server.services.freezing import Window, approved_days, freeze
from server.services.weeks import week_name, window_of
from sync.edition import Edition, read_edition, write_edition
from sync.errors import SyncError
from sync.signing import sign

Progress = Callable[[str, int, int], None]  # what ("site"), done, total
_TURN = threading.Lock()  # who froze first commits first: an older state never becomes the newest edition
LOCALES = Path(__file__).resolve().parents[1] / "translations"


@dataclass(frozen=True)
class Published:
    """What a publication did. ``fresh`` is false when nothing had changed since the edition before."""

    id: str
    number: int
    fresh: bool
    works: int
    groups: tuple[str, ...]
    built: tuple[str, ...]
    pages: int


@dataclass(frozen=True)
class _Committed:
    edition: Edition
    fresh: bool
    works: int


def publish(
    approve: Iterable[date], *, today: date, now: datetime, actor_id: str | None,
    progress: Progress = lambda what, done, total: None,
) -> Published:  # fmt: skip
    """Approve the days, freeze the window of this week and the next, and bring ``public/`` up to date.

    ``approve`` is for who answers for the home as a whole and is not asked about clashes; people approve days through
    services/days/approval.py. Safe to repeat and to kill: the edition is written whole before it is committed, and
    pages that were not built are built by the next call. Raises DomainError ``nothing_to_publish``.
    """
    config: Config = current_app.extensions["korablik"]
    window, wanted = window_of(today), set(approve)
    with _TURN:
        done = None
        while done is None:  # until no day was changed while it was frozen: once, as good as always
            content, versions = _freeze(window, wanted)
            if not content["lessons"]:
                raise DomainError("nothing_to_publish", window=window)
            done = store.write(
                lambda session, content=content, versions=versions: _commit(
                    session, config, content, versions, wanted, today, now, actor_id)
            )  # fmt: skip
        folder = config.editions / done.edition.id
        if not _is_whole(folder):  # lost from the disk: the content is the same, so it can be written again
            write_folder(config, done.edition)
        built = build_site(config, folder, current_app.extensions["child"], progress)
        _keep_sizes(done.edition.number, built, today)
    return Published(done.edition.id, done.edition.number, done.fresh, done.works, tuple(content["groups"]),
                     tuple(report.slug for report in built), sum(report.changed for report in built))  # fmt: skip


def _keep_sizes(number: int, built: list[sitebuild.BuildReport], today: date) -> None:
    """What the sites weigh, for those who answer for the school: nothing to write when none was built."""
    if any(report.sizes for report in built):
        store.write(lambda session: site_figures.keep(session, number, built, today))


def _is_whole(folder: Path) -> bool:
    try:
        read_edition(folder)
    except SyncError:
        return False
    return True


def build_newest(progress: Progress = lambda what, done, total: None) -> int:
    """Build what pages of the edition that is out are not built yet; returns how many classes' were."""
    config: Config = current_app.extensions["korablik"]
    with _TURN:
        with store.snapshot() as session:
            row = newest(session)
            folder = config.editions / row.id if row is not None else None
        if folder is None or not _is_whole(folder):
            return 0
        built = build_site(config, folder, current_app.extensions["child"], progress)
        _keep_sizes(row.number, built, row.issued_at.date())
        return len(built)


def _freeze(window: Window, wanted: set[date]) -> tuple[dict[str, Any], dict[date, int]]:
    """The content of the edition, and the versions of the days that it shows."""
    with store.snapshot() as session:
        school = session.scalars(select(School)).one()
        lessons = select(Lesson.on).where(Lesson.on.in_(wanted), Lesson.state == "planned").distinct()
        days = set(approved_days(session, window)) | {
            day for day in session.scalars(lessons) if window.first <= day <= window.last
        }
        versions = dict(session.execute(select(Day.on, Day.version).where(Day.on.in_(days))).all())
        with force_locale(school.locale):
            return freeze(session, window, days), versions


def _commit(
    session: Session, config: Config, content: dict[str, Any], versions: dict[date, int], wanted: set[date],
    today: date, now: datetime, actor_id: str | None,
) -> _Committed | None:  # fmt: skip
    """None: a day was changed or returned since it was frozen."""
    shown = [date.fromisoformat(day) for day in content["days"]]
    rows = [day_row(session, on) for on in shown]
    if any(row.version != versions.get(row.on, 0) or not (row.approved_at or row.on in wanted) for row in rows):
        return None
    held = session.scalars(select(Lesson.on).where(Lesson.on.in_(wanted)).distinct())  # some may be of later weeks
    for row in (day_row(session, on) for on in sorted(held)):
        if row.approved_at is None:
            approve_row(session, row, now, actor_id)
    for row in rows:
        if row.published_at is None:
            row.published_at = now
            note_step(session, row.on, "published", now, actor_id)
    tasks = _tasks_of(session, shown)
    session.execute(update(Task).where(Task.id.in_(tasks), Task.published_at.is_(None)).values(published_at=now))
    added = works.create_missing(session, tasks, today, now, SystemRandom().randrange)
    number = session.execute(  # its lock orders publications that run at once
        update(Counter).where(Counter.name == "edition").values(value=Counter.value + 1).returning(Counter.value)
    ).scalar_one()
    last = session.scalars(select(EditionRow).order_by(EditionRow.number.desc()).limit(1)).first()
    edition = Edition(content, number, _stamp(now), last.id if last else None)
    if last is not None and last.id == edition.id:
        session.execute(update(Counter).where(Counter.name == "edition").values(value=last.number))
        kept = Edition(content, last.number, _stamp(last.issued_at), last.replaces)
        return _Committed(kept, False, added)
    write_folder(config, edition)
    session.add(
        EditionRow(number=number, id=edition.id, issued_at=now, replaces=edition.replaces, issued_by=actor_id,
                   window_from=date.fromisoformat(content["window"]["from"]),
                   window_to=date.fromisoformat(content["window"]["to"]))
    )  # fmt: skip
    return _Committed(edition, True, added)


def _tasks_of(session: Session, days: list[date]) -> list[str]:
    """Ids of the tasks set on these days, also those of groups of one, which no edition shows: paper bears them."""
    return list(session.scalars(
        select(Task.id).join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == Task.course_id)
        .join(Group, Group.id == Course.group_id)
        .where(Lesson.on.in_(days), Lesson.state.in_(("planned", "cancelled")), Group.closed_on.is_(None),
               works.to_be_done())
    ))  # fmt: skip


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def write_folder(config: Config, edition: Edition) -> None:
    """Write and sign ``editions/<id>/`` as a whole: a folder that is there is complete."""
    target = config.editions / edition.id
    staged = config.editions / f".{edition.id[:16]}.{os.getpid()}"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    write_edition(edition, staged)
    pictures.copy_to(config, edition.content, staged)
    sign_folder(config, staged, edition.number, edition.issued_at)
    last = _newest_other(config, edition)
    sitebuild.write_changed(staged, last, sitebuild.look_digest(LOCALES))
    for file in staged.rglob("*"):
        if file.is_file():
            _sync_to_disk(file)
    old = config.editions / f".{edition.id[:16]}.old"
    if target.exists():
        target.rename(old)
    staged.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def sign_folder(config: Config, folder: Path, number: int, issued_at: str) -> None:
    """Put the school's signature beside an edition's envelope."""
    envelope = (folder / "envelope.json").read_bytes()
    text = sign(keys.secret(config.keys), envelope, f"edition {number} {issued_at}")
    (folder / "envelope.json.minisig").write_text(text, encoding="utf-8")


def _newest_other(config: Config, edition: Edition) -> Path | None:
    folder = config.editions / edition.replaces if edition.replaces else None
    return folder if folder is not None and folder.is_dir() else None


def _sync_to_disk(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def build_site(config: Config, folder: Path, child: Child, progress: Progress) -> list[sitebuild.BuildReport]:
    """Build the sites of the groups that differ, then the list of groups with the edition's number, which is last:
    whoever reads it finds the pages in place."""
    look, secret = sitebuild.look_digest(LOCALES), keys.secret(config.keys)
    slugs = sitebuild.groups_to_build(folder, config.public, look, for_phones=True)
    child.call("server.services.sitebuild:put_documents", folder, document_files.folder(config.home), config.public)
    reports = []
    for done, slug in enumerate(slugs):
        progress("site", done, len(slugs))
        reports.append(child.call("server.services.sitebuild:build_group", folder, slug, config.public,
                                  config.cache, LOCALES, look, secret))  # fmt: skip
    child.call("server.services.sitebuild:refresh", folder, slugs, config.public, secret)
    child.call("server.services.sitebuild:write_public_root", folder, config.public, LOCALES,
               keys.public(config.keys))
    progress("site", len(slugs), len(slugs))
    return reports


def newest(session: Session) -> EditionRow | None:
    """The edition that is published now."""
    return session.scalars(select(EditionRow).order_by(EditionRow.number.desc()).limit(1)).first()


def edition_of_week(session: Session, monday: date) -> EditionRow:
    """The newest edition, which must hold the week. Raises DomainError ``not_published``, ``week_not_in_edition``."""
    row, week = newest(session), week_name(monday)
    if row is None:
        raise DomainError("not_published", week=week)
    if not row.window_from <= monday <= row.window_to:
        raise DomainError("week_not_in_edition", week=week)
    return row
