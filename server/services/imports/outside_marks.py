"""Marks from elsewhere, from files: offered to the course of the student's class; what was decided stays as it is."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from server.importers.plan_rows import OutsideMarkRow
from server.models import Course, Group, Membership, OutsideMark, Person
from server.services.imports.book import Book
from server.services.imports.course_names import CourseNames
from server.services.imports.groups import Groups
from server.services.imports.members import Members
from server.services.imports.roster import Roster
from server.services.imports.years import year_of
from server.services.works import current
from sync.ids import content_id

OFFERED = "offered"


def apply(book: Book, rows: Sequence[OutsideMarkRow], shift_days: int = 0) -> None:
    """Store the rows as offers; one that was decided and has another value now is offered anew beside it."""
    year = year_of(book.session, book.today)
    if year is None:
        book.error("year_missing")
        return
    names = CourseNames(book, year)
    members = Members(book, Groups(book), Roster(book))
    known = {row.id: row for row in book.session.scalars(select(OutsideMark))}
    seen: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        found, subject = members.find(row), names.subject(row.subject, row.where)
        courses = names.find([found[1]], subject, row.where) if found and subject else []
        if not found or not courses:
            continue
        before, course = book.touched, _own(book, courses, found[0])
        same = (found[0].id, course.id, row.on, row.kind, row.topic, row.source)
        seen[same] += 1  # two marks of one day and topic are two marks
        key = [found[0].id, course.id, row.on.isoformat(), row.kind, row.topic, row.source, str(seen[same])]
        book.tally(before, created=_store(book, known, key, row))


def _store(book: Book, known: dict[str, OutsideMark], key: list[str], row: OutsideMarkRow) -> bool:
    """True when it is new."""
    said = {"scale": row.scale, "value": row.value, "max_points": row.max_points}
    first = known.get(content_id("outside", *key))
    if first is not None and first.state == OFFERED:
        book.set(first, **said)
        book.fill(first, comment=row.comment, sender=row.sender)
        return False
    id_ = content_id("outside", *key)
    if first is not None:
        if (first.scale, first.value, first.max_points) == tuple(said.values()):
            return False
        id_ = content_id("outside", *key, row.scale, row.value, str(row.max_points))
        if id_ in known:
            return False
        book.say("outside_mark_again", row.where, group=row.class_name, value=f"{row.on:%d.%m.%Y}")
    known[id_] = OutsideMark(
        id=id_, student_id=key[0], course_id=key[1], given_on=row.on, kind=row.kind, topic=row.topic,
        comment=row.comment, source=row.source, sender=row.sender, file_name=row.where.file, received_at=book.now,
        received_by=book.actor_id, state=OFFERED, **said,
    )  # fmt: skip
    book.add(known[id_])
    return True


def _own(book: Book, courses: Sequence[Course], student: Person) -> Course:
    """Of the courses of a class and its parts the one that the student has: that of the own part, else the class's."""
    if len(courses) == 1:
        return courses[0]
    mine = set(book.session.scalars(
        select(Membership.group_id).join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id == student.id, current(Membership.since, Membership.until, book.today))
    ))  # fmt: skip
    fitting = [course for course in courses if course.group_id in mine]
    return max(fitting or courses, key=lambda course: course.group.kind == "subgroup")
