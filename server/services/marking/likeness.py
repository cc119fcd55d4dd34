"""What the works of a task have in common, read in few queries however many works there are."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import AnswerField, Course, Group, Person, Return, ScanAnswer, ScanPage, Task, Work
from server.services.marking.alike import Handed, alike


@dataclass(frozen=True)
class Twin:
    """Another student's work that is alike. ``how``: text, answers or page."""

    code: str
    last_name: str
    first_name: str
    group: str
    how: str


def of_task(session: Session, task_id: str) -> dict[str, list[Twin]]:
    """Code of a work → the works it is alike to; nothing for a work that is like no other."""
    texts = _texts(session, task_id)
    wrong, pages = _wrong(session, task_id), _pages(session, task_id)
    handed = [
        Handed(key, tuple(texts.get(key, ())), frozenset(wrong.get(key, {}).items()), frozenset(pages.get(key, ())))
        for key in texts.keys() | wrong.keys() | pages.keys()
    ]  # fmt: skip
    pairs = alike(handed)
    who = _who(session, pairs)
    return {
        code: sorted((Twin(other, *who[other], how) for other, how in others.items()),
                     key=lambda twin: (twin.last_name, twin.first_name))
        for code, others in pairs.items()
    }  # fmt: skip


def _texts(session: Session, task_id: str) -> dict[str, list[str]]:
    rows = session.execute(
        select(Work.code, Return.comment).join(Return, Return.work_id == Work.id)
        .where(Work.task_id == task_id, Return.comment != "").order_by(Return.op_seq)
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for code, text in rows:
        found.setdefault(code, []).append(text)
    return found


def _wrong(session: Session, task_id: str) -> dict[str, dict[int, str]]:
    """Work → field → the answer that is not the key's; of a page that came twice the later one counts."""
    rows = session.execute(
        select(Work.code, ScanAnswer.position, ScanAnswer.answer, ScanAnswer.settled, AnswerField.key)
        .join(ScanPage, ScanPage.work_id == Work.id).join(ScanAnswer, ScanAnswer.page_id == ScanPage.id)
        .join(AnswerField, (AnswerField.task_id == Work.task_id) & (AnswerField.position == ScanAnswer.position))
        .where(Work.task_id == task_id, ScanPage.state == "routed").order_by(ScanPage.op_seq)
    )  # fmt: skip
    found: dict[str, dict[int, str]] = {}
    for code, position, answer, settled, key in rows:
        said = settled if settled is not None else answer
        own = found.setdefault(code, {})
        own.pop(position, None)
        if key and said and sorted(map(str, said)) != sorted(map(str, key)):
            own[position] = "|".join(sorted(map(str, said)))
    return found


def _pages(session: Session, task_id: str) -> dict[str, set[str]]:
    rows = session.execute(
        select(Work.code, ScanPage.hash).join(ScanPage, ScanPage.work_id == Work.id)
        .where(Work.task_id == task_id, ScanPage.hash != "", ScanPage.state.in_(("routed", "doubled")))
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for code, named in rows:
        found.setdefault(code, set()).add(named)
    return found


def _who(session: Session, codes: Collection[str]) -> dict[str, tuple[str, str, str]]:
    """Code → last name, first name, class."""
    if not codes:
        return {}
    rows = session.execute(
        select(Work.code, Person.last_name, Person.first_name, Group.name).join(Person, Person.id == Work.student_id)
        .join(Task, Task.id == Work.task_id).join(Course, Course.id == Task.course_id)
        .join(Group, Group.id == Course.group_id).where(Work.code.in_(list(codes)))
    )  # fmt: skip
    return {code: (last, first, group) for code, last, first, group in rows}
