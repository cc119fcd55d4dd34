"""Printing a week's packs: whose, from which edition, into which files; drawn in a child process, then recorded."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.order import Order
from printables.report import Cut, PrintReport
from printables.roster import Roster, Student, Supplement
from printables.stopfile import Stop
from server import clock, store
from server.config import Config
from server.errors import DomainError
from server.models import Edition, Group, Pack, Person, School
from server.services import (
    keys,
    pack_changes,
    pack_files,
    pack_limit,
    pack_reasons,
    pack_stops,
    print_settings,
    stick_on,
)
from server.services.courses import alphabetical
from server.services.pack_limit import Part, SchoolWeek
from server.services.pack_records import Ordered, Print, order_packs, record
from server.services.pack_rosters import full_name, make_roster, short_name
from server.services.private_pages import addresses
from server.services.publishing import LOCALES, Progress, edition_of_week
from server.services.weeks import rest_of_week, week_days, week_name
from server.services.works import members


@dataclass(frozen=True)
class Choice:
    """Who gets paper and how it lies in files.

    Without ``everyone`` those who need it: they learn from paper or asked for it. ``supplement``: only what changed
    since the pack that they have. ``student``: the id of the one for whom it is. ``by_stop``: one file for each stop,
    else for each class; ``stop``: the key of the only one. ``first``: the file's pack to go on from; then it is the
    rest of what was printed last, with the same codes. ``plain``: for the photocopier, a class's sheets without names,
    and slips to stick on in a file beside it.
    """

    everyone: bool = False
    supplement: bool = False
    student: str | None = None
    by_stop: bool = False
    stop: str | None = None
    first: int = 1
    plain: bool = False

    @property
    def part(self) -> str:
        """What of a place's packs a file holds, for its name."""
        if self.plain:
            return stick_on.COPIES
        return ".".join(filter(None, ("supplement" if self.supplement else "", "rest" if self.first > 1 else "")))


NEEDED, EVERYONE = Choice(), Choice(everyone=True)


@dataclass(frozen=True)
class Printed:
    """One file and what it took. ``group``: slug of the class, "" of a stop; ``place``: the stop's name and ``key``.

    ``leaves``: sheets of paper; ``ink``: pages' worth of it; ``over``: leaves above the budget; ``cuts``: what it took;
    ``reasons``: why → of how many packs; ``school``: what the whole print makes of the school's limit, if there is one.
    """

    group: str
    file: Path
    packs: int
    pages: int
    bytes: int
    rendered: int
    from_cache: int
    lacking: dict[str, str]
    place: str = ""
    key: str = ""
    leaves: int = 0
    ink: float = 0.0
    over: int = 0
    cuts: tuple[Cut, ...] = ()
    reasons: Mapping[str, int] = field(default_factory=dict)
    school: SchoolWeek | None = None


@dataclass(frozen=True)
class _Class:
    """Whose packs of a class are printed. ``reasons``: in the order of printing; ``lacks``: of a supplement, what."""

    slug: str
    edition: int
    reasons: Mapping[str, str]
    lacks: Mapping[str, Supplement] = field(default_factory=dict)
    older: Mapping[str, pack_changes.Older] = field(default_factory=dict)


@dataclass(frozen=True)
class _Print:
    """All circumstances of a print but the class.

    ``since``: the week's Monday, or today in a week that runs; who left the class before it gets no pack. ``by``: the
    person who prints. ``school``: what the school's limit for the week makes of it, None without one.
    """

    config: Config
    since: date
    editions: Mapping[int, str]
    now: datetime
    choice: Choice
    by: str | None
    progress: Progress
    school: SchoolWeek | None = None

    @property
    def week(self) -> str:
        return week_name(self.since)


def print_packs(
    monday: date, slugs: list[str] | None, *, now: datetime, progress: Progress = lambda what, done, total: None,
    choice: Choice = NEEDED, by: str | None = None,
) -> list[Printed]:  # fmt: skip
    """Print the packs of a week for the classes named (None: every class) into PDF files in ``packs/<week>/``.

    Every name is looked at before anything is written: one that the paper's font cannot write stops the print with
    PrintError ``font_lacks``. Raises DomainError ``not_published``, ``week_not_in_edition``, ``group_unknown``,
    ``class_empty``, ``paper_for_nobody``, ``edition_lost``, ``pack_number``. Without anything that changed no
    supplement is printed, and the list is empty. ``progress`` counts packs.
    """
    config: Config = current_app.extensions["korablik"]
    with store.snapshot() as session:
        row = edition_of_week(session, monday)
        today = clock.local_date(now, session.scalars(select(School.timezone)).one())
        since, _last = rest_of_week(monday, today)
        names = {slug: _names(session, slug, since) for slug in _groups(session, slugs)}
        if empty := [slug for slug, students in names.items() if not students and slugs]:
            raise DomainError("class_empty", name=empty[0], week=week_name(monday))
        order = _Print(config, since, dict(session.execute(select(Edition.number, Edition.id)).all()), now, choice, by,
                       progress)  # fmt: skip
        classes = [_choose(session, order, row, slug, students) for slug, students in names.items()]
        asked = [pack_changes.question(session, config, one.slug, since, row, one.older) for one in classes]
    if choice.supplement:
        classes = [_with_changes(one, pack_changes.lacking(about)) for one, about in zip(classes, asked, strict=True)]
    classes = [one for one in classes if one.reasons]
    _check_names(names, classes)
    if not classes and not choice.supplement:
        raise DomainError("pack_missing" if choice.first > 1 else "paper_for_nobody", week=week_name(monday))
    return _print_stops(order, classes) if choice.by_stop else _print_classes(_within_limit(order, classes), classes)


def _check_names(names: Mapping[str, Sequence[Student]], classes: Sequence[_Class]) -> None:
    for one in classes:
        for student in names[one.slug]:
            if student.id in one.reasons:
                current_app.extensions["child"].call("printables.checks:check_letters", student)


def _names(session: Session, slug: str, since: date) -> list[Student]:
    """The members of a class with their names only, in the order of the list."""
    group = session.scalars(select(Group).where(Group.slug == slug)).one()
    people = sorted(
        session.scalars(select(Person).where(Person.id.in_(members(session, group, since, week_days(since)[-1])))),
        key=lambda person: (*alphabetical(person.last_name, person.first_name), person.id),
    )
    return [Student(person.id, full_name(person), short_name(person), group.name, "") for person in people]


def _groups(session: Session, slugs: list[str] | None) -> list[str]:
    classes = session.scalars(select(Group).where(Group.kind == "class", Group.closed_on.is_(None))).all()
    ordered = [group.slug for group in sorted(classes, key=lambda group: (group.grade or 99, group.name))]
    for slug in slugs or []:
        if slug not in ordered:
            raise DomainError("group_unknown", name=slug)
    return [slug for slug in ordered if slugs is None or slug in slugs]


def _choose(session: Session, order: _Print, row: Edition, slug: str, students: Sequence[Student]) -> _Class:
    """Whose packs of a class are printed, from which edition."""
    choice, ids = order.choice, [student.id for student in students]
    if choice.first > 1:
        return _printed_before(session, order, slug, ids)
    if choice.student:
        reason = pack_reasons.reasons(session, [choice.student], order.week).get(choice.student)
        asked = reason in (None, pack_reasons.ANSWER)  # whoever prints a whole pack was asked for it
        wanted = {choice.student: pack_reasons.REQUEST if asked else reason} if choice.student in ids else {}
    else:
        wanted = pack_reasons.reasons(session, ids, order.week, choice.everyone)
    if not choice.supplement:
        return _Class(slug, row.number, {id: wanted[id] for id in ids if id in wanted})
    only = [choice.student] if choice.student else ids
    older = pack_changes.older_packs(session, only, order.week, row.number)
    return _Class(slug, row.number, {id: older[id].reason for id in ids if id in older}, older=older)


def _printed_before(session: Session, order: _Print, slug: str, ids: Collection[str]) -> _Class:
    """Who was in the class's last file, in its order; for a stop, whose packs of its edition are printed."""
    choice = order.choice
    last = session.scalars(
        select(Pack).where(Pack.week == order.week, Pack.printed_at.is_not(None), Pack.student_id.in_(ids),
                           Pack.supplement == choice.supplement).order_by(Pack.edition_number.desc(), Pack.number)
    ).all()  # fmt: skip
    rows = [pack for pack in last if pack.edition_number == last[0].edition_number]
    if not choice.by_stop:
        rows = [pack for pack in rows if pack.number is not None]
        if rows and choice.first > len(rows):
            raise DomainError("pack_number", number=choice.first, count=len(rows))
    edition = rows[0].edition_number if rows else 0
    older = pack_changes.older_packs(session, ids, order.week, edition) if choice.supplement else {}
    reasons = {pack.student_id: pack.reason or pack_reasons.CHANNEL for pack in rows}
    return _Class(slug, edition, reasons, older={id: older[id] for id in reasons if id in older})


def _with_changes(one: _Class, lacks: Mapping[str, Supplement]) -> _Class:
    return replace(one, reasons={id: why for id, why in one.reasons.items() if id in lacks}, lacks=lacks)


def _print_classes(order: _Print, classes: Sequence[_Class]) -> list[Printed]:
    total, before, done = sum(max(len(one.reasons) - order.choice.first + 1, 0) for one in classes), 0, []
    order.progress("packs", 0, total)
    for one in classes:
        done.append(_print_class(order, one, _counter(order, before, total)))
        before += done[-1].packs
    return done


def _counter(order: _Print, before: int, total: int) -> Callable[[int, int], None]:
    return lambda done, of: order.progress("packs", min(before + done, total), total)


def _print_class(order: _Print, one: _Class, progress: Callable[[int, int], None]) -> Printed:
    choice = order.choice
    roster, wishes = _roster(order, one), _wishes(order, one)
    if choice.student:
        with store.snapshot() as session:
            slug = session.get_one(Person, choice.student).slug
        out = pack_files.student_file(order.config, order.since, slug, choice.part)
    else:
        out = pack_files.path_of(order.config, order.since, one.slug, choice.part)
    report = _draw("printables.pack:print_group", order, one.edition, roster, out, progress, wishes)
    if choice.plain:
        stick_on.draw(order.config, order.editions[one.edition], roster, wishes)
    done = Print(report, one.slug, not choice.student, choice.first > 1, _told([roster]))
    store.write(lambda session: record(session, done, order.now, order.by))
    return _printed(order, report, [one])


def _print_stops(order: _Print, classes: Sequence[_Class]) -> list[Printed]:
    with store.snapshot() as session:
        places = pack_stops.places(session, {one.slug: list(one.reasons) for one in classes})
    places = [place for place in places if order.choice.stop in (None, place.key)]
    if order.choice.stop and not places:
        raise DomainError("pack_missing")
    total, before, done = sum(len(place.students) - order.choice.first + 1 for place in places), 0, []
    order = _within_limit(order, _of(classes, [student for place in places for student in place.students]))
    order.progress("packs", 0, total)
    for place in places:
        done.append(_print_place(order, classes, place, _counter(order, before, total)))
        before += done[-1].packs
    return done


def _print_place(
    order: _Print, classes: Sequence[_Class], place: pack_stops.Place, progress: Callable[[int, int], None]
) -> Printed:
    if order.choice.first > len(place.students):
        raise DomainError("pack_number", number=order.choice.first, count=len(place.students))
    own = _of(classes, place.students)
    rosters = tuple(_roster(order, one) for one in own)
    out = pack_files.stop_file(order.config, order.since, place.key, order.choice.part)
    stop = Stop(place.name, place.families, rosters)
    wishes = _wishes(order, *own)
    report = _draw("printables.stopfile:print_stop", order, own[0].edition, stop, out, progress, wishes)
    done = Print(report, again=order.choice.first > 1, told=_told(rosters))
    store.write(lambda session: record(session, done, order.now, order.by))
    return replace(_printed(order, report, own), group="", place=place.name, key=place.key)


def _of(classes: Sequence[_Class], students: Collection[str]) -> list[_Class]:
    """The classes with these students alone; without any of them a class is left out."""
    here = set(students)
    found = [replace(one, reasons={id: why for id, why in one.reasons.items() if id in here}) for one in classes]
    return [one for one in found if one.reasons]


def _within_limit(order: _Print, classes: Sequence[_Class]) -> _Print:
    """The print with what the school's limit makes of it. The rest of a file has what its beginning had."""
    if order.choice.first > 1:
        return order
    with store.snapshot() as session:
        limit = pack_limit.limit_of(session)
        students = [student for one in classes for student in one.reasons]
        same = max((one.edition for one in classes), default=0) if order.choice.supplement else None
        before = pack_limit.leaves_before(session, order.week, students, same)
        steps = print_settings.order_for(session, None).steps
    if limit is None:
        return order
    parts = (Part(order.editions[one.edition], _roster(order, one), _wishes(order, one)) for one in classes)
    return replace(order, school=pack_limit.settled(limit, before, pack_limit.counted(parts), steps))


def _wishes(order: _Print, *classes: _Class) -> Order:
    """How a class, or packs of several classes for a stop, are to be printed."""
    choice, one = order.choice, classes[0]
    with store.snapshot() as session:
        group = None if choice.by_stop else pack_files.class_of(session, one.slug)
        wishes = print_settings.order_for(session, group)
        if choice.first > 1:
            taken = pack_limit.taken_before(session, order.week, one.edition,
                                            [id for own in classes for id in own.reasons], wishes.steps)  # fmt: skip
        else:
            taken = order.school.taken if order.school else 0
    of_a_class = group is not None and not choice.student
    return replace(wishes, first=choice.first, plain=choice.plain, taken=taken,
                   leaves=wishes.leaves if of_a_class else None)  # fmt: skip


def _roster(order: _Print, one: _Class) -> Roster:
    """The class's roster with a code on every pack. What is printed once more has its codes already."""
    if order.choice.first == 1:
        ordered = Ordered(one.slug, order.week, one.edition, one.reasons, order.choice.supplement)
        store.write(lambda session: order_packs(session, ordered, order.now, order.by))
    with store.snapshot() as session:
        config = order.config
        roster = make_roster(session, one.slug, order.since, one.edition, keys.printed(config.keys), one.reasons)
        letters = addresses.letters_of(session, config, [student.id for student in roster.students])
        entrance = addresses.entrance(session)
    place = {id: number for number, id in enumerate(one.reasons)}
    students = sorted(roster.students, key=lambda student: place[student.id])
    return replace(roster, media=str(config.images), private_entrance=entrance, students=tuple(
        _with_supplement(replace(student, private_key=letters[student.id]), one) for student in students
    ))  # fmt: skip


def _with_supplement(student: Student, one: _Class) -> Student:
    """A supplement's pack brings what is lacking alone; marks and works to correct wait for the next whole pack."""
    if student.id not in one.lacks:
        return student
    return replace(student, supplement=one.lacks[student.id], adds_to=one.older[student.id].code,
                   feedback=(), again=(), marked=())  # fmt: skip


def _draw(
    target: str, order: _Print, edition: int, what: Any, out: Path, progress: Callable[[int, int], None], wishes: Order
) -> PrintReport:  # fmt: skip
    out.parent.mkdir(parents=True, exist_ok=True)
    report: PrintReport = current_app.extensions["child"].call(
        target, order.config.editions / order.editions[edition], what, out, order.config.cache / "sheets", LOCALES,
        wishes, progress=progress,
    )  # fmt: skip
    if order.choice.first == 1:
        pack_files.rest_of(out).unlink(missing_ok=True)  # it was the rest of the file before
    return report


def _told(rosters: Sequence[Roster]) -> dict[str, list[int]]:
    return {
        one.pack_code: [line.decision for line in one.feedback if line.decision]
        for roster in rosters for one in roster.students
    }  # fmt: skip


def _printed(order: _Print, report: PrintReport, classes: Sequence[_Class]) -> Printed:
    why = {student: reason for one in classes for student, reason in one.reasons.items()}
    reasons = Counter(why[pack.student_id] for pack in report.packs)
    cuts = tuple(dict.fromkeys(cut for pack in report.packs for cut in pack.cuts))
    return Printed(
        classes[0].slug, report.file, len(report.packs), report.pages, report.bytes, report.rendered, report.from_cache,
        report.lacking, leaves=report.leaves, ink=report.ink, over=report.over, cuts=cuts,
        reasons=reasons, school=order.school,
    )  # fmt: skip
