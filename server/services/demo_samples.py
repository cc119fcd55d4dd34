"""The demonstration's stack of sheets to scan: of packs that were printed, works that nobody has handed in yet."""

from collections.abc import Mapping
from pathlib import Path

from flask import current_app
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from printables.sample_stack import Wanted
from server import store
from server.config import Config
from server.models import Course, CourseTeacher, Group, Pack, PackSheet, Return, School, Sheet, Task, Work
from server.services import demo, pack_files
from server.services.publishing import LOCALES
from server.services.weeks import parse_week

STUDENTS, MOST_WORKS = 3, 5
TEACHERS = ("subject_teacher", "class_teacher", "network_teacher")


def stack(config: Config) -> Path:
    """Where the stack lies."""
    return config.home / "samples" / "stack.pdf"


def write_stack(config: Config, week: str) -> str:
    """Draw the stack from packs of a course with answer sheets, whose teacher may sign in here.

    Returns the role of that teacher, who may log and mark all of it; "" when there is no stack.
    """
    with store.snapshot() as session:
        teachers = {person.id: role for role, person in demo.one_person_per_role(session) if role in TEACHERS}
        role, group, wanted, last = _wanted(session, week, teachers)
        locale = session.scalars(select(School.locale)).one()
    packs = pack_files.path_of(config, parse_week(week), group)
    if not wanted or not packs.is_file():
        return ""
    pages: int = current_app.extensions["child"].call(
        "printables.sample_stack:write_stack", packs, last, wanted, locale, LOCALES, stack(config)
    )
    return role if pages else ""


def _wanted(session: Session, week: str, teachers: Mapping[str, str]) -> tuple[str, str, list[Wanted], int]:
    """The teacher's role, the class's slug, works of its first packs, and the last page of these packs.

    Works with boxes to tick come first. ``teachers``: person → role.
    """
    rows = session.execute(
        select(Group.slug, CourseTeacher.person_id, Pack.number, Pack.leaves, Work.code, Sheet.pages, Sheet.answers)
        .select_from(PackSheet).join(Pack, Pack.id == PackSheet.pack_id).join(Work, Work.id == PackSheet.work_id)
        .join(Sheet, Sheet.hash == PackSheet.sheet_hash).join(Task, Task.id == Work.task_id)
        .join(Course, Course.id == Task.course_id).join(Group, Group.id == Course.group_id)
        .join(CourseTeacher, CourseTeacher.course_id == Course.id)
        .where(Pack.week == week, Pack.number <= STUDENTS, Group.kind == "class",
               ~exists().where(Return.work_id == Work.id))
        .order_by(Group.grade, Group.slug, Pack.number, func.length(Task.title), Work.code)
    ).all()  # fmt: skip
    ticked = [row for row in rows if row.answers and row.person_id in teachers]
    if not ticked:
        return "", "", [], 0
    taught = [(row.person_id, row.slug) for row in ticked]
    person, group = max(dict.fromkeys(taught), key=taught.count)
    own = [row for row in rows if (row.person_id, row.slug) == (person, group)]
    chosen = [*(row for row in own if row.answers), *(row for row in own if not row.answers)][:MOST_WORKS]
    leaves = {row.number: row.leaves or 0 for row in rows if row.slug == group}
    works = [Wanted(row.code, row.pages, row.answers or ()) for row in chosen]
    return teachers[person], group, works, 2 * sum(leaves.values())
