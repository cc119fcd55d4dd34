"""Course plans from files: a newer file replaces the words, hours and days; topics it lacks stay at the end, shown."""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby

from sqlalchemy import select

from server.importers.findings import INFO
from server.importers.plan_rows import PlanRow
from server.importers.values import plain
from server.models import Course, CoursePlanTopic, LessonCourse
from server.services import course_plan
from server.services.imports.book import Book
from server.services.imports.course_names import CourseNames
from server.services.imports.years import year_of
from server.services.plan_hours import Topic
from sync.ids import content_id


def apply(book: Book, rows: Sequence[PlanRow], shift_days: int = 0) -> None:
    """Store the plans of the year that runs or comes next. Several sheets of one course are one plan, in order."""
    year = year_of(book.session, book.today)
    if year is None:
        book.error("year_missing")
        return
    known = CourseNames(book, year)
    stated: dict[str, list[PlanRow]] = {}
    courses: dict[str, Course] = {}
    for _key, group in groupby(rows, key=lambda row: (row.classes, row.subject, row.about)):
        own = list(group)
        for course in _courses(known, own[0]):
            courses[course.id] = course
            stated.setdefault(course.id, []).extend(own)
    for id, own in stated.items():
        _store(book, courses[id], own)


def _courses(known: CourseNames, row: PlanRow) -> list[Course]:
    classes = [group for name in row.classes for group in known.classes(name, row.where)]
    if not classes:
        return []
    if row.subject:
        subject = known.subject(row.subject, row.where)
    else:
        taught = known.taught_to(classes)
        found = (known.subjects.in_text(text, taught) for text in row.about)
        subject = next((one for one in found if one is not None), None)
        if subject is None:
            known.say("plan_subject_missing", row.where, *row.about, *row.classes, value=", ".join(row.classes))
    return known.find(classes, subject, row.where) if subject else []


def _store(book: Book, course: Course, rows: Sequence[PlanRow]) -> None:
    stored = list(book.session.scalars(
        select(CoursePlanTopic).where(CoursePlanTopic.course_id == course.id).order_by(CoursePlanTopic.position)
    ))  # fmt: skip
    old = [Topic(row.section, row.topic, row.hours, row.planned_on) for row in stored]
    stated = [Topic(row.section, row.topic, row.hours, row.on) for row in rows]
    absent = absent_topics(old, stated)
    new = [*stated, *absent]
    for id, topic in course_plan.kept_topics(book.session, course.id, old, new, book.today).items():
        book.set(book.session.get_one(LessonCourse, id), topic=topic)
    for position, topic in enumerate(new, 1):
        _store_topic(book, course, stored, position, topic, is_stated=position <= len(stated))
    where = {"group": course.group.name, "subject": course.subject.name}
    for topic in absent:
        book.show("course_plan_topic_not_in_file", value=topic.topic, **where)
    _weigh(book, course, new)


def absent_topics(old: Sequence[Topic], new: Sequence[Topic]) -> list[Topic]:
    """Topics of the old plan that the new one has neither as they are nor with other words in their place."""
    before, after = [plain(topic.topic) for topic in old], [plain(topic.topic) for topic in new]
    left = Counter(after) - Counter(before)
    spare = Counter(before) - Counter(after)
    gone = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind not in ("replace", "delete"):
            continue
        replaced = sum(left[word] > 0 for word in after[j1:j2])
        for place in range(i1, i2):
            if not spare[before[place]]:
                continue  # it stands elsewhere now
            spare[before[place]] -= 1
            if replaced:
                replaced -= 1
            else:
                gone.append(old[place])
    return gone


def _store_topic(
    book: Book, course: Course, stored: Sequence[CoursePlanTopic], position: int, topic: Topic, is_stated: bool
) -> None:
    before, is_new = book.touched, position > len(stored)
    values = {"section": topic.section, "topic": topic.topic, "hours": topic.hours, "planned_on": topic.on}
    if is_new:
        id = content_id("plan_topic", course.id, str(position))
        book.add(CoursePlanTopic(id=id, course_id=course.id, position=position, **values))
    else:
        book.set(stored[position - 1], position=position, **values)
    if is_stated:
        book.tally(before, created=is_new)


def _weigh(book: Book, course: Course, plan: Sequence[Topic]) -> None:
    """Say where the hours of the plan and the lessons of the calendar differ."""
    lessons = course_plan.lessons_of(book.session, [course.id]).get(course.id, [])
    balance = course_plan.balance(plan, lessons, book.today)
    code = "plan_too_long" if balance.too_many else "plan_too_short" if balance.too_few else ""
    if code and lessons:
        book.notes.add(INFO, code, value=f"{course.group.name}, {course.subject.name}", hours=balance.hours,
                       lessons=balance.lessons, differ=balance.too_many or balance.too_few)  # fmt: skip
