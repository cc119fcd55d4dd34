"""What a pack carries back from the teachers: decisions that go by paper, works to correct, their sheets once more."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from printables.roster import Feedback as Line
from printables.roster import LessonView
from server.models import (
    Course,
    Feedback,
    MarkAct,
    MarkRevision,
    Pack,
    PackSheet,
    Return,
    School,
    Task,
    Work,
    Year,
)
from server.reference import VALUE_NAMES
from server.services.answers.shown import questions_of
from server.services.feedback import BY_PACK, Waiting, waiting_feedback
from server.services.pack_reasons import learn_on_paper
from server.services.works import VIEW, WorkView, states, view_of


@dataclass
class Carried:
    """One student's: the lines of the feedback sheet, and tasks whose sheets are printed again."""

    lines: list[Line] = field(default_factory=list)
    again: list[LessonView] = field(default_factory=list)


@dataclass(frozen=True)
class _Redo:
    """A work that waits for its correction, and since which op."""

    view: WorkView
    seq: int
    comments: tuple[str, ...]
    returned_on: date | None
    channel: str


def for_packs(
    session: Session, students: Collection[str], week: str, today: date, brief: Collection[str] = ()
) -> dict[str, Carried]:
    """Student → what this week's pack carries.

    To correct: all that was sent back and did not come again, in every pack until it does. Decided: what waits for a
    pack, and what a pack of this very week carried already, should it be printed once more. A line names its decision
    only if the pack is the way by which it is due: the others still have to be told. ``brief``: of these students only
    what came on paper.
    """
    found: dict[str, Carried] = {student: Carried() for student in students}
    redo = _to_correct(session, students, today)
    waiting = [one for one in waiting_feedback(session, students=students) if one.channel in BY_PACK]
    by_pack = {one.seq for one in waiting}
    paper = learn_on_paper(session, students)
    printed = _printed_since(session, redo, week)
    for one in redo:
        if one.view.student_id in brief and one.channel not in BY_PACK:
            continue
        own = found[one.view.student_id]
        own.lines.append(_line(one.view, "", one.comments, True, one.returned_on,
                               one.seq if one.seq in by_pack else 0))  # fmt: skip
        if (one.view.student_id in paper or one.channel in BY_PACK) and one.view.id not in printed:
            own.again.append(_sheet(session, one.view))
    for line_of, line in _decided(session, waiting, students, week):
        found[line_of].lines.append(line)
    return found


def _to_correct(session: Session, students: Collection[str], today: date) -> list[_Redo]:
    """Works of this year in state redo, the oldest decision first."""
    year = select(Year.id).where(Year.starts_on <= today).order_by(Year.starts_on.desc()).limit(1).scalar_subquery()
    candidates = session.scalars(
        select(MarkRevision.work_id).join(Work, Work.id == MarkRevision.work_id).join(Task, Task.id == Work.task_id)
        .join(Course, Course.id == Task.course_id)
        .where(Work.student_id.in_(list(students)), MarkRevision.verdict == "redo", Task.withdrawn.is_(False),
               Course.year_id == year).distinct()
    ).all()  # fmt: skip
    known = {
        id_: state for id_, state in states(session, candidates).items() if state.state == "redo" and not state.conflict
    }
    views = [view_of(row) for row in session.execute(VIEW.where(Work.id.in_(list(known))))]
    shown = {id_: state.shown.id for id_, state in known.items() if state.shown}
    acts: dict[str, list[tuple[int, str]]] = {}
    for revision, seq, comment in session.execute(
        select(MarkAct.revision_id, MarkAct.op_seq, MarkAct.comment)
        .where(MarkAct.revision_id.in_(list(shown.values()))).order_by(MarkAct.op_seq)
    ):  # fmt: skip
        acts.setdefault(revision, []).append((seq, comment))
    last = _last_returns(session, known)
    found = []
    for view in views:
        said = acts.get(shown[view.id], [])
        on, channel = last.get(view.id, (None, ""))
        comments = tuple(dict.fromkeys(text for _seq, text in said if text))
        found.append(_Redo(view, max((seq for seq, _text in said), default=0), comments, on, channel))
    return sorted(found, key=lambda one: (one.seq, one.view.title))


def _last_returns(session: Session, work_ids: Collection[str]) -> dict[str, tuple[date, str]]:
    """Of each work that came back the day and the channel, the last time."""
    rows = session.execute(
        select(Return.work_id, Return.returned_on, Return.channel).where(Return.work_id.in_(list(work_ids)))
        .order_by(Return.op_seq)
    )  # fmt: skip
    return {work_id: (on, channel) for work_id, on, channel in rows}


def _printed_since(session: Session, redo: Collection[_Redo], week: str) -> set[str]:
    """Works whose sheet an earlier week's pack has brought since they were sent back."""
    decided = dict(session.execute(
        select(MarkAct.op_seq, MarkAct.at).where(MarkAct.op_seq.in_([one.seq for one in redo]))
    ).all())  # fmt: skip
    printed = dict(session.execute(
        select(PackSheet.work_id, func.max(Pack.printed_at)).join(Pack, Pack.id == PackSheet.pack_id)
        .where(PackSheet.work_id.in_([one.view.id for one in redo]), Pack.week != week).group_by(PackSheet.work_id)
    ).all())  # fmt: skip
    return {
        one.view.id for one in redo
        if printed.get(one.view.id) and one.seq in decided and printed[one.view.id] >= decided[one.seq]
    }  # fmt: skip


def _decided(
    session: Session, waiting: Collection[Waiting], students: Collection[str], week: str
) -> list[tuple[str, Line]]:
    with force_locale(session.scalars(select(School.locale)).one()):
        lines = [
            (one.view.student_id, _line(one.view, _mark(one.verdict, one.value, one.view.rule.maximum),
                                        tuple(text for _author, text in one.comments), False, one.returned_on, one.seq))
            for one in waiting if one.verdict != "redo"
        ]  # fmt: skip
        return [*_carried_before(session, students, week), *lines]


def _carried_before(session: Session, students: Collection[str], week: str) -> list[tuple[str, Line]]:
    rows = session.execute(
        select(Feedback.work_id, Feedback.op_seq, MarkRevision.verdict, MarkRevision.value, MarkAct.comment)
        .join(Pack, Pack.id == Feedback.pack_id).join(MarkAct, MarkAct.op_seq == Feedback.op_seq)
        .join(MarkRevision, MarkRevision.id == MarkAct.revision_id)
        .where(Pack.week == week, Pack.student_id.in_(list(students)),
               or_(MarkRevision.verdict == "mark", MarkRevision.verdict == "checked"))
        .order_by(Feedback.op_seq)
    ).all()  # fmt: skip
    views = {view.id: view for view in map(view_of, session.execute(VIEW.where(Work.id.in_([row[0] for row in rows]))))}
    last = _last_returns(session, views)
    return [
        (views[work].student_id,
         _line(views[work], _mark(verdict, value, views[work].rule.maximum), (comment,) if comment else (), False,
               last.get(work, (None, ""))[0], seq))
        for work, seq, verdict, value, comment in rows
    ]  # fmt: skip


def _mark(verdict: str, value: str | None, maximum: int | None) -> str:
    if verdict == "checked" or value is None:
        return _("checked")
    if maximum is not None:
        return _("%(points)s of %(maximum)s", points=value, maximum=maximum)
    return str(VALUE_NAMES.get(value, value))


def _line(
    view: WorkView, mark: str, comments: tuple[str, ...], redo: bool, returned_on: date | None, seq: int
) -> Line:
    return Line(view.task_id, view.subject, view.title, mark, comments, redo,
                returned_on.isoformat() if returned_on else "", seq)  # fmt: skip


def _sheet(session: Session, view: WorkView) -> LessonView:
    """The task as an edition shows it, without its date of control, which is over."""
    task = session.get_one(Task, view.task_id)
    shown = {"lesson": "", "group": "", "subject": view.subject, "title": task.title, "text": task.text,
             "kind": task.kind, "scale": task.scale, "max_points": task.max_points, "due": None}  # fmt: skip
    if questions := questions_of(session, [task.id]).get(task.id):
        shown["answers"] = questions
    return LessonView(f"again {task.id}", {"lesson": "", "date": view.set_on.isoformat(), "n": 0}, None,
                      {task.id: shown})  # fmt: skip
