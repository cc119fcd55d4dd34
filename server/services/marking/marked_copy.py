"""Marked copies of works: what is printed back of them, for packs and as files of their own."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from printables.marked import CopyFile, MarkedPage, MarkedWork, Sign
from printables.roster import Roster, Student
from server import store
from server.config import Config
from server.errors import DomainError
from server.models import (
    Edition,
    Feedback,
    MarkAct,
    Pack,
    Person,
    Return,
    ScanAnswer,
    ScanPage,
    ScanPageWork,
    ScanStack,
    School,
    Work,
)
from server.services import feedback
from server.services.accounts import record
from server.services.answers.view import Line, answers_of_work
from server.services.family_texts import mark_words
from server.services.marking import copy_wishes, sheets, signs
from server.services.people import full_name, short_name
from server.services.publishing import LOCALES
from server.services.scanning import came, pictures
from server.services.week_results import Given
from server.services.works import VIEW, ReturnView, WorkView, states, view_of
from sync import codes


@dataclass(frozen=True)
class _Decided:
    """The decision that stands: since which op, what was said, when; ``all_acts``: ops of all decisions."""

    verdict: str
    value: str | None
    first_seq: int
    comments: tuple[str, ...]
    at: datetime
    all_acts: tuple[int, ...]


@dataclass(frozen=True)
class _Page:
    view: sheets.PageView
    hash: str
    read: bool  # boxes to tick were read on it


def for_packs(
    session: Session, students: Collection[str], week: str, every: bool
) -> dict[str, tuple[MarkedWork, ...]]:  # fmt: skip
    """Student → the copies that this week's pack brings: those that were asked for, and with ``every`` the copies of
    works whose decisions it tells, as far as there is anything on them."""
    asked = copy_wishes.wanted(session, students, week)
    told = _told(session, students, week) if every else set()
    found: dict[str, list[MarkedWork]] = {}
    for view, work in _works(session, asked | told):
        if view.id in asked or any(page.signs for page in work.pages):
            found.setdefault(view.student_id, []).append(replace(work, asked=view.id in asked))
    return {
        student: tuple(sorted(works, key=lambda one: (one.decided_on, one.subject, one.title, one.code)))
        for student, works in found.items()
    }  # fmt: skip


def _told(session: Session, students: Collection[str], week: str) -> set[str]:
    """Works whose decision a pack of this week carries or would carry now."""
    waiting = feedback.outline(session, students=students)
    printed = session.scalars(
        select(Feedback.work_id).join(Pack, Pack.id == Feedback.pack_id)
        .where(Pack.week == week, Pack.student_id.in_(list(students)))
    )  # fmt: skip
    return {one.work_id for one in waiting if one.channel in feedback.BY_PACK} | set(printed)


def is_there(session: Session, work_id: str) -> bool:
    """Whether the work can be printed back."""
    return bool(_works(session, [work_id]))


def print_file(session: Session, views: Sequence[WorkView]) -> CopyFile:
    """The marked copies of these works as a PDF, student by student.

    Raises DomainError copy_nothing: undecided, withdrawn, or no picture of it is kept; PrintError font_lacks.
    """
    found = _works(session, [view.id for view in views])
    known = {view.id for view, _work in found}
    if lacking := [view.code for view in views if view.id not in known]:
        raise DomainError("copy_nothing", code=codes.group_digits(lacking[0]))
    school = session.scalars(select(School)).one()
    edition = session.scalar(select(func.max(Edition.number))) or 0
    roster = Roster("", school.name, "", edition, _students(session, found))
    made: CopyFile = current_app.extensions["child"].call(
        "printables.marked_copy:print_copies", roster, school.id, school.locale, LOCALES
    )
    return made


def note_download(work_id: str, now: datetime, by: str | None) -> None:
    """Record that somebody took a file with a child's work."""
    store.write(lambda session: record(session, now, by, "marked_copy.download", work_id))


def _students(session: Session, found: Iterable[tuple[WorkView, MarkedWork]]) -> tuple[Student, ...]:
    own: dict[str, list[tuple[WorkView, MarkedWork]]] = {}
    for view, work in found:
        own.setdefault(view.student_id, []).append((view, work))
    people = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(own)))}
    return tuple(
        Student(id, full_name(people[id]), short_name(people[id]), pairs[0][0].group_name, "",
                marked=tuple(work for _view, work in pairs))
        for id, pairs in sorted(own.items(), key=lambda item: (item[1][0][0].last_name, item[1][0][0].first_name))
    )  # fmt: skip


def _works(session: Session, work_ids: Iterable[str]) -> list[tuple[WorkView, MarkedWork]]:
    """Those of the works that are decided, not withdrawn, and of which a picture is kept."""
    wanted = sorted(set(work_ids))
    if not wanted:
        return []
    known = {id: one for id, one in _decided(session, wanted).items() if one.verdict in feedback.TOLD}
    views = [view for view in map(view_of, session.execute(VIEW.where(VIEW.selected_columns[0].in_(known))))
             if not view.withdrawn]  # fmt: skip
    pages, returns = _pages(session, known), _returns(session, known)
    on_page = signs.of_pages(session, [page.view.id for own in pages.values() for page in own])
    school = session.scalars(select(School)).one()
    found = []
    with force_locale(school.locale):
        for view in sorted(views, key=lambda one: one.code):
            decided = known[view.id]
            hand_in = _hand_in(decided, returns.get(view.id, []), pages.get(view.id, []))
            if hand_in is None:
                continue
            here = {page.view.id: page for page in pages[view.id]}
            shown = _shown(session, view.id, [here[page.id] for page in hand_in.pages], on_page)
            if shown:
                found.append((view, _work(view, decided, hand_in, shown, school.timezone)))
    return found


def _work(
    view: WorkView, decided: _Decided, hand_in: sheets.HandIn, pages: tuple[MarkedPage, ...], zone: str
) -> MarkedWork:  # fmt: skip
    mark = mark_words(Given(view.subject, view.title, decided.verdict, decided.value, view.rule.maximum))
    return MarkedWork(
        view.code, view.subject, view.title, mark, decided.comments, pages, hand_in.returned_on.isoformat(),
        decided.at.astimezone(ZoneInfo(zone)).date().isoformat(), decided.verdict == "redo",
    )  # fmt: skip


def _decided(session: Session, work_ids: Sequence[str]) -> dict[str, _Decided]:
    """What stands about each work; one that people disagree about, or nobody decided, is left out."""
    known = {id: state for id, state in states(session, work_ids).items() if state.shown and not state.conflict}
    acts: dict[str, list[tuple[int, str, str, datetime]]] = {}
    for work, *act in session.execute(
        select(MarkAct.work_id, MarkAct.op_seq, MarkAct.revision_id, MarkAct.comment, MarkAct.at)
        .where(MarkAct.work_id.in_(known)).order_by(MarkAct.op_seq)
    ):  # fmt: skip
        acts.setdefault(work, []).append(tuple(act))
    found = {}
    for work, state in known.items():
        own = [act for act in acts[work] if act[1] == state.shown.id]
        comments = tuple(dict.fromkeys(comment for _seq, _revision, comment, _at in own if comment))
        found[work] = _Decided(*state.shown.value, own[0][0], comments, own[-1][3],
                               tuple(act[0] for act in acts[work]))  # fmt: skip
    return found


def _pages(session: Session, work_ids: Collection[str]) -> dict[str, list[_Page]]:
    """Of each work the pages whose picture is kept, in the order of their numbers, the earlier scan first.

    A page on which another student's slip lies, too, stays in the office.
    """
    folder = pictures.folder(_config())
    read = select(ScanAnswer.page_id).where(ScanAnswer.page_id == ScanPage.id).exists()
    link, owner, other = came.links(Work.id.in_(list(work_ids))), aliased(Work), aliased(Work)
    of_several = (
        select(ScanPageWork.page_id).join(ScanPage, ScanPage.id == ScanPageWork.page_id)
        .join(owner, owner.id == ScanPage.work_id).join(other, other.id == ScanPageWork.work_id)
        .where(owner.student_id != other.student_id)
    )  # fmt: skip
    rows = session.execute(
        select(link.c.work_id, ScanPage.id, link.c.page, link.c.op_seq, ScanPage.hash, read)
        .join(ScanPage, ScanPage.id == link.c.page_id).join(ScanStack, ScanStack.id == ScanPage.stack_id)
        .where(ScanPage.id.not_in(of_several)).order_by(link.c.page, ScanStack.at, ScanPage.position)
    )  # fmt: skip
    found: dict[str, list[_Page]] = {}
    for work, id, number, seq, hash, has_boxes in rows:
        if hash and (folder / f"{hash}.jpg").is_file():
            found.setdefault(work, []).append(_Page(sheets.PageView(id, number or sheets.SLIP, seq), hash, has_boxes))
    return found


def _returns(session: Session, work_ids: Collection[str]) -> dict[str, list[ReturnView]]:
    rows = session.execute(
        select(Return.work_id, Return.op_seq, Return.returned_on, Return.channel, Return.comment, Return.received_at)
        .where(Return.work_id.in_(list(work_ids))).order_by(Return.op_seq)
    )  # fmt: skip
    found: dict[str, list[ReturnView]] = {}
    for work, *row in rows:
        found.setdefault(work, []).append(ReturnView(*row, ""))
    return found


def _hand_in(decided: _Decided, returns: Sequence[ReturnView], pages: Sequence[_Page]) -> sheets.HandIn | None:
    """The last that came with a picture before the decision; what came after it, nobody has marked yet."""
    before = [one for one in returns if one.seq < decided.first_seq]
    late = {one.seq for one in returns if one.seq > decided.first_seq}
    views = [page.view for page in pages if page.view.seq not in late]
    told = sheets.grouped(before, decided.all_acts, views, 0)
    return next((one for one in told if one.pages), None)


def _shown(
    session: Session, work_id: str, pages: Sequence[_Page], on_page: Mapping[str, signs.PageSigns]
) -> tuple[MarkedPage, ...]:  # fmt: skip
    """The pages with something on them; when there are none, every page, the last scan of each."""
    read = _read_boxes(session, work_id) if any(page.read for page in pages) else {}
    folder = pictures.folder(_config())
    made = [
        (page.view.number, MarkedPage(str(folder / f"{page.hash}.jpg"),
                                      (*read.get(page.view.id, ()), *on_page.get(page.view.id, signs.NONE).signs)))
        for page in pages
    ]  # fmt: skip
    with_signs = tuple(page for _number, page in made if page.signs)
    return with_signs or tuple(dict(made).values())


def _read_boxes(session: Session, work_id: str) -> dict[str, list[Sign]]:
    """Page → its ticked boxes in frames, and beside each question whether it is right, as far as that is known."""
    view = answers_of_work(session, work_id)
    if view is None:
        return {}
    return {
        page.id: [sign for line in page.lines for sign in _question(line, page.height)]
        for page in view.pages if page.height
    }  # fmt: skip


def _question(line: Line, height: float) -> list[Sign]:
    if not line.boxes:
        return []
    found = [
        Sign("box", *_at(box.x - box.half, box.y - box.half, height), *_at(box.x + box.half, box.y + box.half, height))
        for box in line.boxes if box.said == "yes"
    ]  # fmt: skip
    if line.score.points is None:
        return found
    last = max(line.boxes, key=lambda box: box.x)
    x, y = _at(last.x + 3.5 * last.half, min(box.y for box in line.boxes), height)
    return [*found, Sign("right" if line.score.points else "wrong", x, y, small=True)]


def _at(x: float, y: float, height: float) -> tuple[float, float]:
    """Hundredths of the picture's width as shares of its width and height, inside of it."""
    return min(1.0, max(0.0, x / 100)), min(1.0, max(0.0, y / height))


def _config() -> Config:
    return current_app.extensions["korablik"]
