"""Which shift classes and lessons are in: stored from a timetable's hours, and put right when bells come later."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select, update

from server.models import (
    Bell,
    BellSchedule,
    Course,
    Group,
    Lesson,
    LessonChange,
    Slot,
    WeeklyLesson,
    WeeklyLessonCourse,
)
from server.services.imports.book import Book
from server.services.imports.change_journal import chunks
from server.services.imports.periods import Bells, Hour, main_shift, renumbered
from server.services.imports.years import year_of
from sync.ids import content_id


def usual_bells(book: Book) -> Bells:
    """Shift → lesson number → start, as on all days for which nothing else is said."""
    query = (
        select(BellSchedule.shift, Bell.n, Bell.starts).join(Bell, Bell.schedule_id == BellSchedule.id)
        .where(BellSchedule.starts_on.is_(None)).order_by(BellSchedule.shift, Bell.n)
    )  # fmt: skip
    found: dict[int, dict[int, str]] = {}
    for shift, n, starts in book.session.execute(query):
        found.setdefault(shift, {})[n] = starts
    return found


def settle(book: Book, hours: Mapping[str, Sequence[Hour]], groups: Iterable[Group]) -> None:
    """Put each class into the shift of most of its hours, its parts with it; ``hours``: id of a class → its hours."""
    for group in groups:
        shifts = [hour.shift for hour in hours.get(class_of(group), ()) if hour.shift is not None]
        if shifts:
            book.set(group, shift=main_shift(shifts))


def class_of(group: Group) -> str:
    """The id of a part's class, of any other group its own."""
    return group.parent_id or group.id


def shift_of(hour: Hour, groups: Iterable[Group]) -> int | None:
    """What a slot must say: None where the bells of its groups' own shift count."""
    return None if all(hour.shift in (None, group.shift) for group in groups) else hour.shift


def follow_bells(book: Book) -> None:
    """Number the hours of this year's timetable by the bells, where it came before them and counted through."""
    year, bells = year_of(book.session, book.today), usual_bells(book)
    if year is None or len(bells) < 2:
        return
    groups = {group.id: group for group in book.session.scalars(select(Group))}
    query = (
        select(Slot, Course.group_id).join(WeeklyLesson, WeeklyLesson.id == Slot.weekly_lesson_id)
        .join(WeeklyLessonCourse, WeeklyLessonCourse.weekly_lesson_id == WeeklyLesson.id)
        .join(Course, Course.id == WeeklyLessonCourse.course_id)
        .where(WeeklyLesson.year_id == year.id).order_by(Slot.id)
    )  # fmt: skip
    of_slot: dict[str, tuple[Slot, list[Group]]] = {}
    for slot, group_id in book.session.execute(query):
        of_slot.setdefault(slot.id, (slot, []))[1].append(groups[group_id])
    now = {id: Hour(slot.shift or own[0].shift, slot.n) for id, (slot, own) in of_slot.items()}
    new = renumbered(set(now.values()), bells)
    if not new:
        return
    hours: dict[str, list[Hour]] = {}
    for id, (_, own) in of_slot.items():
        for group in own:
            hours.setdefault(class_of(group), []).append(new.get(now[id], now[id]))
    settle(book, hours, groups.values())
    places = {id: (new.get(now[id], now[id]).n, shift_of(new.get(now[id], now[id]), own))
              for id, (_, own) in of_slot.items()}  # fmt: skip
    slots = [slot for slot, _ in of_slot.values() if places[slot.id] != (slot.n, slot.shift)]
    _renumber(book, [(slot, *places[slot.id]) for slot in slots])
    book.say("timetable_follows_bells")


def _renumber(book: Book, slots: Sequence[tuple[Slot, int, int | None]]) -> None:
    """(slot, number, shift), with its dated lessons but for those that the office moved. That is no change of a lesson:
    its time is the same."""
    session = book.session
    wanted = {(slot.weekly_lesson_id, slot.weekday, slot.n): (n, shift) for slot, n, shift in slots}
    moved = select(LessonChange.id).where(LessonChange.lesson_id == Lesson.id, LessonChange.kind != "imported")
    query = select(Lesson.id, Lesson.weekly_lesson_id, Lesson.on, Lesson.n).where(~moved.exists())
    ids: dict[tuple[int, int | None], list[str]] = {}
    for id, weekly, on, n in session.execute(query):
        if place := wanted.get((weekly, on.isoweekday(), n)):
            ids.setdefault(place, []).append(id)
    for (n, shift), own in ids.items():
        for chunk in chunks(own):
            session.execute(update(Lesson).where(Lesson.id.in_(chunk)).values(n=n, shift=shift))
    for slot, _, _ in slots:
        book.remove(slot)
    book.flush()  # numbers may swap
    for slot, n, shift in slots:
        since = [slot.since.isoformat()] if slot.since else []
        id = content_id("slot", slot.weekly_lesson_id, str(slot.weekday), str(n), slot.weeks, *since)
        book.add(Slot(id=id, weekly_lesson_id=slot.weekly_lesson_id, weekday=slot.weekday, n=n, weeks=slot.weeks,
                      shift=shift, room_id=slot.room_id, since=slot.since, until=slot.until))  # fmt: skip
    book.flush()
    session.expire_all()
