"""All works of one student, with their states: what is due, missing, back, decided."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.models import Task, Work
from server.services.belonging import Register, register
from server.services.works import VIEW, WorkView, has_come_back, states, to_hand_in, view_of
from sync.decide import WorkState


@dataclass(frozen=True)
class StudentWork:
    """A work, its state, and whether it is late on the day of the question."""

    view: WorkView
    state: WorkState
    overdue: bool

    @property
    def name(self) -> str:
        """The state as lists call it: ``overdue`` where nothing came by the date of control."""
        return "overdue" if self.overdue else self.state.state


def of_student(
    session: Session, student_id: str, day: date, members: Register | None = None
) -> list[StudentWork]:
    """Published works that stand: first what is missing, the oldest first, then the rest, the newest first.

    Of a withdrawn task what came back stays; what only bears marks shows once it has one. ``members``: the student's
    register, if it was read already.
    """
    shown = select(Work.id).join(Task, Task.id == Work.task_id).where(
        Work.student_id == student_id, Task.published_at.is_not(None), or_(to_hand_in(), has_come_back()),
    )  # fmt: skip
    views = [view_of(row) for row in session.execute(VIEW.where(Work.id.in_(shown)))]
    known = states(session, [view.id for view in views])
    members = members or register(session, [student_id])
    found = [
        StudentWork(view, known[view.id], is_overdue(view, known[view.id], members, day)) for view in views
        if not view.marks_only or known[view.id].state != "issued"
    ]  # fmt: skip
    late = sorted((work for work in found if work.overdue), key=_date)
    rest = sorted((work for work in found if not work.overdue), key=_date, reverse=True)
    return late + rest


def is_overdue(view: WorkView, state: WorkState, members: Register, day: date) -> bool:
    """True if the date of control has passed and nothing was handed in; a work sent back waits for its correction.

    Who was not in the task's group any more on that date, or has left the school since, owes nothing.
    """
    if view.withdrawn or view.due_on is None or view.due_on >= day or state.state != "issued":
        return False
    return members.owes(view.student_id, view.group_id, view.subject, view.due_on, day, view.set_on)


def _date(work: StudentWork) -> tuple[date, str]:
    return work.view.due_on or work.view.set_on, work.view.title
