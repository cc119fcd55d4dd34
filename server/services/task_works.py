"""All works of some tasks with what stands on them: one query, however many works there are."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import MarkAct, MarkRevision, Return, Work
from sync import decide
from sync.decide import Value


@dataclass(frozen=True)
class StandingWork:
    """A work. ``values``: what its heads say, each once; none before anything was decided."""

    task_id: str
    student_id: str
    code: str
    state: decide.WorkState
    values: tuple[Value, ...]


@dataclass
class _Told:
    """What the rows of one work tell: returns, revisions with their first number, and when each was said last."""

    task_id: str
    student_id: str
    code: str
    returns: set[int] = field(default_factory=set)
    revisions: dict[str, tuple[int, decide.Revision]] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)

    def standing(self) -> StandingWork:
        state = decide.work_state(sorted(self.returns), list(self.revisions.values()), self.said)
        values = dict.fromkeys(self.revisions[head][1].value for head in state.heads)
        return StandingWork(self.task_id, self.student_id, self.code, state, tuple(values))


def works_of(session: Session, task_ids: Collection[str]) -> list[StandingWork]:
    """The works of these tasks."""
    if not task_ids:
        return []
    found: dict[str, _Told] = {}
    rows = session.execute(
        select(Work.id, Work.task_id, Work.student_id, Work.code, Return.op_seq, MarkRevision.id,
               MarkRevision.first_seq, MarkRevision.base, MarkRevision.verdict, MarkRevision.value, MarkAct.op_seq)
        .outerjoin(Return, Return.work_id == Work.id).outerjoin(MarkRevision, MarkRevision.work_id == Work.id)
        .outerjoin(MarkAct, MarkAct.revision_id == MarkRevision.id).where(Work.task_id.in_(task_ids))
    )  # fmt: skip
    for work_id, task_id, student_id, code, returned, revision, first, base, verdict, value, said in rows:
        told = found.get(work_id)
        if told is None:
            told = found[work_id] = _Told(task_id, student_id, code)
        if returned is not None:
            told.returns.add(returned)
        if revision is None:
            continue
        if revision not in told.revisions:
            told.revisions[revision] = first, decide.Revision(revision, tuple(base), (verdict, value))
        if said is not None:
            told.said[revision] = max(said, told.said.get(revision, said))
    return [told.standing() for told in found.values()]
