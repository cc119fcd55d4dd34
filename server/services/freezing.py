"""Freezing: the approved days of a window as the content of an edition (form: sync/edition.py).

What an edition may hold is a white list. No student or parent, of staff only what the school released, no reason of
a change, and no group of one student: its lessons go with the roster to the pack.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from server.models import (
    Bell,
    BellSchedule,
    Broadcast,
    Course,
    Day,
    Group,
    Lesson,
    LessonChange,
    LessonCourse,
    LessonForm,
    LessonTeacher,
    Material,
    Membership,
    Notice,
    Person,
    RoleGrant,
    Room,
    Scale,
    School,
    Subject,
    Task,
    TaskKind,
)
from server.naming import ROLE_NAMES, bare_class
from server.services import course_plan
from server.services.answers.shown import questions_of
from server.services.aside import INDIVIDUAL
from server.services.freezing_documents import documents
from server.services.freezing_exams import examined
from server.services.people import full_name
from server.services.pictures import pictures_of
from server.services.roster_days import RosterDays
from server.services.works import current, members, to_be_done
from sync.edition import VERSION
from sync.pages import languages

OFFICE_ONLY = {"operator", "support_staff", "admin", "timetabler", "day_approver"}
PUBLIC_CHANGES = ("substituted", "moved", "cancelled", "reassigned", "added")


@dataclass(frozen=True)
class Window:
    """The days an edition covers: first and last, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first:%d.%m.%Y}–{self.last:%d.%m.%Y}"


@dataclass
class _Views:
    """Lessons as each group sees them, and what hangs on them."""

    lessons: dict[str, dict[str, Any]]
    materials: dict[str, dict[str, Any]]
    tasks: dict[str, dict[str, Any]]


def freeze(session: Session, window: Window, days: Iterable[date]) -> dict[str, Any]:
    """The content of an edition of these days. Needs the school's language set (force_locale)."""
    school = session.scalars(select(School)).one()
    approved = sorted(days)
    groups = _public_groups(session, window)
    views = views_of(session, approved, groups)
    notices = _notices(session, window, groups)
    return {
        "v": VERSION,
        "school": _school(session, school, window.first, groups),
        "window": {"from": window.first.isoformat(), "to": window.last.isoformat()},
        "days": [day.isoformat() for day in approved],
        "groups": {
            group.slug: group_view(session, group, window.first) for group in groups if group.kind != "subgroup"
        },
        "lessons": views.lessons,
        "materials": views.materials,
        "tasks": views.tasks,
        "broadcasts": _broadcasts(session, window, groups),
        "notices": notices,
        **examined(session, window, groups),
        **documents(session, window, groups),
        **_images(session, views, notices),
        "labels": _all_labels(session),
        **_other_languages(session, school, window.first, groups),
    }


def _images(session: Session, views: _Views, notices: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The row of pictures; none where no text shows one."""
    texts = [*(one["body"] for one in views.materials.values()), *(one["text"] for one in views.tasks.values()),
             *(one["body"] for one in notices.values())]  # fmt: skip
    found = pictures_of(session, texts)
    return {"images": found} if found else {}


def private_views(session: Session, window: Window, days: Iterable[date], group: Group, student_id: str) -> _Views:
    """The lessons of a student's groups of one, in the edition's own shapes, for the student's pack alone.

    ``window`` is the edition's: by it was judged what the edition leaves out.
    """
    turns = _turning_days(session, window)
    own = session.scalars(
        select(Group).where(Group.closed_on.is_(None), or_(Group.id == group.id, Group.parent_id == group.id))
    )
    alone = [
        one for one in own
        if student_id in members(session, one, window.first, window.last) and _is_of_one(session, one, turns)
    ]  # fmt: skip
    return views_of(session, sorted(days), alone)


def alone_somewhere(session: Session, window: Window) -> list[tuple[str, Group]]:
    """Students with lessons that no edition of the window shows, and their class: whom ``private_views`` is for."""
    groups = session.scalars(select(Group).where(Group.closed_on.is_(None))).all()
    by_id, shown = {group.id: group for group in groups}, {group.id for group in shown_of(session, window, groups)}
    roster, turns = RosterDays(session, window.first, window.last), _turning_days(session, window)
    found = {
        (student_id, group.parent_id or group.id)
        for group in groups if group.id not in shown
        for day in turns for student_id in roster.members(group, day)
    }  # fmt: skip
    return [(student_id, by_id[class_id]) for student_id, class_id in sorted(found) if class_id in by_id]


def private_notices(session: Session, window: Window, group: Group) -> dict[str, dict[str, Any]]:
    """The notices meant for a group of one, which the edition does not show, in its shape; else none."""
    if not _is_of_one(session, group, _turning_days(session, window)):
        return {}
    return {id_: notice for id_, notice in _notices(session, window, [group]).items() if notice["groups"]}


def _turning_days(session: Session, window: Window) -> list[date]:
    """The window's first day and every later one of it on which somebody came to a group or was gone from it."""
    begun = session.scalars(select(Membership.since).where(Membership.since.between(window.first, window.last)))
    ended = session.scalars(select(Membership.until).where(Membership.until.between(window.first, window.last)))
    gone = {day + timedelta(days=1) for day in ended if day is not None and day < window.last}
    return sorted({window.first, *begun, *gone})


def _is_of_one(session: Session, group: Group, days: Iterable[date]) -> bool:
    """Whether on one of the days the group has a single student: a Monday alone says nothing about a Wednesday."""
    return any(len(members(session, group, day)) == 1 for day in days)


def approved_days(session: Session, window: Window) -> list[date]:
    """Approved days of a window."""
    return list(
        session.scalars(
            select(Day.on).where(Day.on.between(window.first, window.last), Day.approved_at.is_not(None))
            .order_by(Day.on)
        )
    )  # fmt: skip


def _public_groups(session: Session, window: Window) -> list[Group]:
    """Groups that may be shown: open, and more than one student; never those of students taught at home."""
    shown = shown_of(session, window, session.scalars(select(Group)))
    return sorted(shown, key=lambda group: (group.grade or 99, group.name, group.slug))


def shown_of(session: Session, window: Window, groups: Iterable[Group]) -> list[Group]:
    """Those of some groups that an edition of the window may show."""
    turns, roster = _turning_days(session, window), RosterDays(session, window.first, window.last)
    opened = [group for group in groups if group.closed_on is None and group.kind != INDIVIDUAL]
    return [group for group in opened if not any(len(roster.members(group, day)) == 1 for day in turns)]


def _school(session: Session, school: School, day: date, groups: list[Group]) -> dict[str, Any]:
    return {
        "id": school.id, "name": school.name, "timezone": school.timezone, "country": school.country,
        "locale": school.locale, "languages": school.languages, "address": school.address,
        "publish_at": school.publish_at,
        "hotline": {"phone": school.hotline_phone, "hours": school.hotline_hours},
        "contacts": _contacts(session, day, groups),
    }  # fmt: skip


def _contacts(session: Session, day: date, groups: list[Group]) -> list[dict[str, str]]:
    """Staff whose name the school released, each once, with every position, but none that names a hidden group."""
    shown = {group.id for group in groups}
    grants = session.execute(
        select(RoleGrant, Person, Group).join(Person, Person.id == RoleGrant.person_id)
        .outerjoin(Group, Group.id == RoleGrant.group_id)
        .where(current(RoleGrant.since, RoleGrant.until, day)).order_by(Person.last_name, Person.first_name, Person.id)
    ).all()  # fmt: skip
    found: dict[str, dict[str, Any]] = {}
    for grant, person, group in grants:
        title = position(grant.role, group.name if group else "")
        if "name" not in person.released or not title or (group is not None and group.id not in shown):
            continue
        entry = found.setdefault(person.id, {
            "name": full_name(person), "position": [],
            "phone": person.phone if "phone" in person.released else "",
            "email": person.email if "email" in person.released else "",
        })  # fmt: skip
        entry["position"].append(title)
    return [{**entry, "position": ", ".join(sorted(set(entry["position"])))} for entry in found.values()]


def position(role: str, group_name: str = "") -> str:
    """How a role is called on the page of contacts; "" for roles that families need not know."""
    if role == "class_teacher":
        return _("class teacher of %(group)s", group=bare_class(group_name))
    return "" if role in OFFICE_ONLY else str(ROLE_NAMES[role])


def group_view(session: Session, group: Group, day: date) -> dict[str, Any]:
    """A group as an edition shows it, with its bells of a day."""
    bells = bells_on(session, group.shift, day)
    return {
        "name": group.name, "grade": group.grade, "kind": group.kind, "shift": group.shift,
        "bells": [{"n": n, "start": start, "end": end} for n, (start, end) in sorted(bells.items())],
    }  # fmt: skip


def bells_on(session: Session, shift: int, day: date) -> dict[int, tuple[str, str]]:
    """Lesson number → start and end, for a shift on a day; a schedule for a range of dates goes before the usual."""
    return bells_of(session, [(shift, day)])[shift, day]


Bells = dict[int, tuple[str, str]]


def bells_of(session: Session, wanted: Iterable[tuple[int, date]]) -> dict[tuple[int, date], Bells]:
    """The same for many shifts and days at once, in one query."""
    schedules: dict[str, Any] = {}
    bells: dict[str, Bells] = {}
    for row in session.execute(
        select(BellSchedule.id, BellSchedule.shift, BellSchedule.starts_on, BellSchedule.ends_on, Bell.n, Bell.starts,
               Bell.ends).outerjoin(Bell, Bell.schedule_id == BellSchedule.id)
    ):  # fmt: skip
        schedules.setdefault(row.id, row)
        if row.n is not None:
            bells.setdefault(row.id, {})[row.n] = (row.starts, row.ends)
    found = {}
    for shift, day in wanted:
        holds = [
            row for row in schedules.values()
            if row.shift == shift and (row.starts_on or day) <= day and (row.ends_on or day) >= day
        ]  # fmt: skip
        chosen = max(holds, key=lambda row: row.starts_on or date.min, default=None)
        found[shift, day] = bells.get(chosen.id, {}) if chosen else {}
    return found


def views_of(session: Session, days: list[date], groups: list[Group]) -> _Views:
    """Lessons of these groups on these days as an edition shows them."""
    by_id = {group.id: group for group in groups}
    rows = session.execute(  # columns alone: rows of several tables for each of thousands of lessons are slow
        select(LessonCourse.id, LessonCourse.lesson_id, LessonCourse.course_id, LessonCourse.topic, LessonCourse.form,
               LessonCourse.broadcast_id, Lesson.on, Lesson.n, Lesson.shift, Lesson.state, Course.group_id,
               Subject.name.label("subject"), Subject.short, Room.name.label("room"))
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == LessonCourse.course_id)
        .join(Subject, Subject.id == Course.subject_id).outerjoin(Room, Room.id == Lesson.room_id)
        .where(Lesson.on.in_(days), Lesson.state.in_(("planned", "cancelled")), Course.group_id.in_(by_id))
    ).all()  # fmt: skip
    shown = _names_shown(session, days)
    together: dict[str, set[str]] = {}
    for row in rows:
        together.setdefault(row.lesson_id, set()).add(by_id[row.group_id].slug)
    ids = [row.id for row in rows]
    planned = course_plan.topics(session, {row.course_id for row in rows if not row.topic})
    materials = {
        material.lesson_course_id: material
        for material in session.scalars(
            select(Material).where(Material.lesson_course_id.in_(ids)).options(selectinload(Material.resources))
        )
    }
    tasks: dict[str, list[Task]] = {}
    for task in session.scalars(
        select(Task)
        .where(Task.lesson_course_id.in_(ids), to_be_done())
        .order_by(Task.due_on, Task.id)
    ):
        tasks.setdefault(task.lesson_course_id, []).append(task)
    questions = questions_of(session, [task.id for own in tasks.values() for task in own])
    changes = _changes(session, {row.lesson_id: row.state for row in rows})
    shifts = {group.shift for group in groups} | {row.shift for row in rows if row.shift}
    bells = bells_of(session, {(shift, day) for shift in shifts for day in days})
    views = _Views({}, {}, {})
    for row in rows:
        group = by_id[row.group_id]
        slug = (group.parent.slug if group.parent else group.slug)  # fmt: skip
        material, own = materials.get(row.id), tasks.get(row.id, [])
        if material and not (material.body.strip() or material.resources):
            material = None  # nothing to read: the row of the timetable says it all
        start, end = bells[row.shift or group.shift, row.on].get(row.n, ("", ""))
        topic = row.topic or planned.get(row.id, "")
        views.lessons[row.id] = {
            "lesson": row.lesson_id, "group": slug, "subgroup": group.name if group.parent else None,
            "joined": sorted(together[row.lesson_id] - {slug, group.slug}), "date": row.on.isoformat(), "n": row.n,
            "start": start, "end": end, "subject": row.subject, "short": row.short,
            "form": row.form, "topic": topic, "room": row.room or "", "teachers": shown.get(row.lesson_id, []),
            "material": material.id if material else None, "tasks": [task.id for task in own],
            "broadcast": row.broadcast_id, "change": changes.get(row.lesson_id),
        }  # fmt: skip
        if material:
            views.materials[material.id] = _material(material, row, group, topic)
        for task in own:
            views.tasks[task.id] = {
                "lesson": row.id, "group": slug, "subject": row.subject, "title": task.title,
                "text": task.text, "kind": task.kind, "scale": task.scale, "max_points": task.max_points,
                "due": task.due_on.isoformat() if task.due_on else None,
                **({"answers": questions[task.id]} if task.id in questions else {}),
            }  # fmt: skip
    return views


def _names_shown(session: Session, days: list[date]) -> dict[str, list[str]]:
    """By lesson of the days, the teachers whose names the school released."""
    found: dict[str, list[str]] = {}
    people = {
        person.id: full_name(person) for person in session.scalars(
            select(Person).where(Person.id.in_(select(LessonTeacher.person_id).distinct()))
        ) if "name" in person.released
    }  # fmt: skip
    pairs = select(LessonTeacher.lesson_id, LessonTeacher.person_id).join(Lesson).where(Lesson.on.in_(days))
    for lesson_id, person_id in session.execute(pairs.where(LessonTeacher.person_id.in_(people))) if people else ():
        found.setdefault(lesson_id, []).append(people[person_id])
    return {lesson_id: sorted(names) for lesson_id, names in found.items()}


def _material(material: Material, row: Any, group: Group, topic: str) -> dict[str, Any]:
    title = material.title if row.topic else topic or material.title
    return {
        "title": title, "subject": row.subject, "grade": group.grade, "body": material.body,
        "resources": [
            {"title": resource.title, "source": resource.source, "url": resource.url, "size_kb": resource.size_kb}
            for resource in material.resources
        ],
    }  # fmt: skip


def _changes(session: Session, states: Mapping[str, str]) -> dict[str, dict[str, Any] | None]:
    """What each lesson's row says of its changes, by the lesson's id. Never the reason."""
    rows = session.scalars(
        select(LessonChange).where(LessonChange.lesson_id.in_(states), LessonChange.kind.in_(PUBLIC_CHANGES),
                                   LessonChange.undone.is_(False))
        .order_by(LessonChange.changed_at, LessonChange.id)
    )  # fmt: skip
    known: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for row in rows:
        known.setdefault(row.lesson_id, []).append((row.kind, row.before))
    return {id: shown_change(state, known.get(id, ())) for id, state in states.items()}


def shown_change(state: str, changes: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Any] | None:
    """What the row of a lesson in this state says: of its public changes (kind, state before), the oldest first, the
    newest, and where the lesson stood before. A lesson is called cancelled if it is, and only then."""
    if state == "cancelled":
        return {"kind": "cancelled", "from": None}
    standing = [change for change in changes if change[0] != "cancelled"]  # one that is held again was restored
    if not standing:
        return None
    kind, before = standing[-1]
    moved = kind in ("moved", "reassigned") and "on" in before and "n" in before
    return {"kind": kind, "from": {"date": before["on"], "n": before["n"]} if moved else None}


def _broadcasts(session: Session, window: Window, groups: list[Group]) -> dict[str, dict[str, Any]]:
    by_grade: dict[int, list[str]] = {}
    for group in groups:
        if group.kind == "class" and group.grade is not None:
            by_grade.setdefault(group.grade, []).append(group.slug)
    rows = session.scalars(select(Broadcast).where(Broadcast.on.between(window.first, window.last)))
    return {
        row.id: {"date": row.on.isoformat(), "start": row.starts, "minutes": row.minutes, "channel": row.channel,
                 "grade": row.grade, "subject": row.subject, "topic": row.topic, "groups": by_grade[row.grade]}
        for row in rows if row.grade in by_grade
    }  # fmt: skip


def _notices(session: Session, window: Window, groups: list[Group]) -> dict[str, dict[str, Any]]:
    slugs = {group.id: group.slug for group in groups}
    rows = session.scalars(select(Notice).where(Notice.starts_on <= window.last, Notice.ends_on >= window.first))
    found = {}
    for row in rows:
        audience = sorted(slugs[group_id] for group_id in row.group_ids if group_id in slugs)
        if row.group_ids and not audience:
            continue  # meant for groups that are not shown
        found[row.id] = {"title": row.title, "body": row.body, "groups": audience,
                         "from": row.starts_on.isoformat(), "to": row.ends_on.isoformat()}  # fmt: skip
    return found


def _other_languages(session: Session, school: School, day: date, groups: list[Group]) -> dict[str, Any]:
    """``labels_in`` for the site's further languages: beside the labels also the positions of the contacts."""
    others = languages({"locale": school.locale, "languages": school.languages})[1:]
    if not others:
        return {}
    own = [contact["position"] for contact in _contacts(session, day, groups)]
    found = {}
    for language in others:
        with force_locale(language):
            told = [contact["position"] for contact in _contacts(session, day, groups)]
            found[language] = {**_all_labels(session), "position": dict(zip(own, told, strict=True))}
    return {"labels_in": found}


def _all_labels(session: Session) -> dict[str, dict[str, str]]:
    return {"form": _labels(session, LessonForm), "kind": _labels(session, TaskKind), "scale": _labels(session, Scale)}


def _labels(session: Session, model: Any) -> dict[str, str]:
    return {row.code: _(row.name) for row in session.scalars(select(model))}
