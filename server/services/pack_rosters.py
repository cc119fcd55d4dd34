"""Who stands on a class's roster for the print: names, codes of works and packs, lessons that no edition holds."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from printables.roster import LessonView, Roster, Student
from server.models import (
    Course,
    Edition,
    Group,
    Lesson,
    LessonCourse,
    MarkRevision,
    Membership,
    Pack,
    Person,
    Subject,
    Work,
)
from server.services import pack_feedback, pictures, print_settings
from server.services.aside import Aside, asides
from server.services.courses import alphabetical
from server.services.freezing import Window, group_view, private_notices, private_views
from server.services.marking import marked_copy
from server.services.pack_reasons import ANSWER
from server.services.weeks import week_days, week_name
from server.services.works import current, members, states
from sync.codes import complete

DONE = ("marked", "checked")


def make_roster(
    session: Session, slug: str, since: date, number: int, fingerprint: str, only: Mapping[str, str] | None = None,
    drafted: bool = False,
) -> Roster:  # fmt: skip
    """The students of a class in the order of its list, with the codes of their works and packs.

    ``only``: student → why there is a pack, of those who are on it; without it whoever belongs to the class from that
    day to the end of its week and has a pack of the edition. ``drafted``: also who has none yet, with a number that
    stands for no pack, to count what a print would take.
    """
    group = session.scalars(select(Group).where(Group.slug == slug)).one()
    edition = session.scalars(select(Edition).where(Edition.number == number)).one()
    window = Window(edition.window_from, edition.window_to)
    week, days = week_name(since), week_days(since)
    ids = members(session, group, since, days[-1]) if only is None else list(only)
    if drafted:
        free = _unused_codes(session, ids)
        people = [(person, next(free)) for person in session.scalars(select(Person).where(Person.id.in_(ids)))]
    else:
        people = [(person, code) for person, code in session.execute(
            select(Person, Pack.code).join(Pack, Pack.student_id == Person.id)
            .where(Pack.week == week, Pack.edition_number == number, Person.id.in_(ids))
        )]  # fmt: skip
    ids = [person.id for person, _ in people]
    codes_of, done = _works(session, ids)
    brief = {student for student, reason in (only or {}).items() if reason == ANSWER}
    carried = pack_feedback.for_packs(session, ids, week, since, brief)
    copies = marked_copy.for_packs(session, ids, week, print_settings.setting_for(session, group).marked is True)
    placed, apart = _subgroups(session, group, since, ids), asides(session, set(ids))
    students = tuple(
        Student(
            id=person.id, name=full_name(person), short=short_name(person),
            group_name=group.name, pack_code=code, works=codes_of.get(person.id, {}),
            extra=() if person.id in brief else _extra(session, window, days, group, person.id),
            subgroups=placed.get(person.id), brief=person.id in brief,
            done=frozenset(done.get(person.id, ())),
            without=_without(session, group, days, apart.get(person.id, ())),
            feedback=tuple(carried[person.id].lines), again=tuple(carried[person.id].again),
            marked=copies.get(person.id, ()), large=person.large_print,
        )
        for person, code in sorted(people, key=_place)
    )  # fmt: skip
    own = group_view(session, group, window.first)
    notices = private_notices(session, window, group)
    images = pictures.pictures_of(session, _own_texts(students, notices))
    return Roster(slug, group.name, week, number, students, fingerprint, own, notices, images)


def _works(session: Session, students: Collection[str]) -> tuple[dict[str, dict[str, str]], dict[str, set[str]]]:
    """Student → task → code; and student → tasks about which a teacher has decided, and sent nothing back."""
    rows = session.execute(
        select(Work.id, Work.student_id, Work.task_id, Work.code).where(Work.student_id.in_(list(students)))
    ).all()  # fmt: skip
    decided = session.scalars(
        select(MarkRevision.work_id).join(Work, Work.id == MarkRevision.work_id)
        .where(Work.student_id.in_(list(students))).distinct()
    )  # fmt: skip
    known = {id for id, state in states(session, decided).items() if state.state in DONE and not state.conflict}
    codes: dict[str, dict[str, str]] = {}
    done: dict[str, set[str]] = {}
    for id, student, task, code in rows:
        codes.setdefault(student, {})[task] = code
        if id in known:
            done.setdefault(student, set()).add(task)
    return codes, done


def _place(one: tuple[Person, str]) -> tuple[str, ...]:
    """As in the class list; two of one name by their ids."""
    return *alphabetical(one[0].last_name, one[0].first_name), one[0].id


def _unused_codes(session: Session, students: Collection[str]) -> Iterator[str]:
    """Codes that none of these students' works has."""
    taken = set(session.scalars(select(Work.code).where(Work.student_id.in_(students))))
    return (code for number in count() if (code := complete(f"{number:07d}")) not in taken)


def _own_texts(students: Sequence[Student], notices: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What the edition may not show: lessons of one student, tasks to be corrected, notices for one."""
    views = [view for one in students for view in (*one.extra, *one.again)]
    return [*(view.material["body"] for view in views if view.material),
            *(task["text"] for view in views for task in view.tasks.values()),
            *(notice["body"] for notice in notices.values())]  # fmt: skip


def full_name(person: Person) -> str:
    """As a cover has it: last and first name."""
    return f"{person.last_name} {person.first_name}".strip()


def short_name(person: Person) -> str:
    """As the foot of a page has it."""
    return f"{person.last_name} {person.first_name[:1]}.".strip() if person.first_name else person.last_name


def _subgroups(session: Session, group: Group, day: date, students: list[str]) -> dict[str, tuple[str, ...]]:
    """Student → names of subgroups; a student who is in none of some division is left out (gets all)."""
    parts = (Group.parent_id == group.id, Group.kind == "subgroup", Group.closed_on.is_(None))
    children = session.scalars(select(Group).where(*parts)).all()
    if not children:
        return dict.fromkeys(students, ())
    divisions = {child.division for child in children}
    found: dict[str, list[Group]] = {student: [] for student in students}
    for child in children:
        own = session.scalars(
            select(Membership.person_id).where(
                Membership.group_id == child.id, current(Membership.since, Membership.until, day)
            )
        )
        for student in own:
            if student in found:
                found[student].append(child)
    return {
        student: tuple(child.name for child in own)
        for student, own in found.items()
        if {child.division for child in own} == divisions
    }


def _without(session: Session, group: Group, days: list[date], apart: Sequence[Aside]) -> tuple[str, ...]:
    """Lessons of the class on these days that the student has at home instead."""
    if not apart:
        return ()
    rows = session.execute(
        select(LessonCourse.id, Subject.name, Lesson.on).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(Course, Course.id == LessonCourse.course_id).join(Subject, Subject.id == Course.subject_id)
        .join(Group, Group.id == Course.group_id)
        .where(Lesson.on.in_(days), or_(Group.id == group.id, Group.parent_id == group.id),
               Group.kind.in_(("class", "subgroup")))
    )  # fmt: skip
    return tuple(sorted(id_ for id_, subject, on in rows if any(one.covers(group.id, subject, on) for one in apart)))


def _extra(session: Session, window: Window, days: list[date], group: Group, student_id: str) -> tuple[LessonView, ...]:
    views = private_views(session, window, days, group, student_id)
    return tuple(
        LessonView(key, lesson, views.materials.get(lesson["material"] or ""),
                    {task: views.tasks[task] for task in lesson["tasks"]})
        for key, lesson in views.lessons.items()
    )  # fmt: skip
