"""Years and terms, bells, the weekly pattern, dated lessons and their changes."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, Clock, Id, Text, one_of
from server.models.people import Group, Person


class Year(Base):
    """A school year, named as schools do: "2026/27"."""

    __tablename__ = "year"
    __table_args__ = (CheckConstraint("ends_on > starts_on", name="order"),)
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(9), unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Term(Base):
    """A stretch of the year: a term that is taught (quarter, half, trimester), or a free one (vacation, holiday)."""

    __tablename__ = "term"
    __table_args__ = (
        CheckConstraint(one_of("kind", "quarter", "half", "trimester", "vacation", "public_holiday"), name="kind"),
        CheckConstraint("ends_on >= starts_on", name="order"),
        UniqueConstraint("year_id", "kind", "name"),
    )
    id: Mapped[Id]
    year_id: Mapped[str] = mapped_column(ForeignKey("year.id"))
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[int | None]
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    grades: Mapped[list[int]] = mapped_column(JSON, default=list)  # empty = all


class BellSchedule(Base):
    """The bells of a shift, for all dates or for a range."""

    __tablename__ = "bell_schedule"
    __table_args__ = (UniqueConstraint("shift", "starts_on"), CheckConstraint("shift BETWEEN 1 AND 3", name="shift"))
    id: Mapped[Id]
    name: Mapped[Text]
    shift: Mapped[int]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    bells: Mapped[list["Bell"]] = relationship(order_by="Bell.n", cascade="all, delete-orphan")


class Bell(Base):
    """One lesson's times; n may be 0."""

    __tablename__ = "bell"
    __table_args__ = (UniqueConstraint("schedule_id", "n"), CheckConstraint("ends > starts", name="order"))
    id: Mapped[Id]
    schedule_id: Mapped[str] = mapped_column(ForeignKey("bell_schedule.id", ondelete="CASCADE"))
    n: Mapped[int]
    starts: Mapped[Clock]
    ends: Mapped[Clock]


class Subject(Base):
    """A subject as the school calls it."""

    __tablename__ = "subject"
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    short: Mapped[Text]
    scale: Mapped[str | None] = mapped_column(ForeignKey("scale.code"))


class Room(Base):
    """A room where lessons are held."""

    __tablename__ = "room"
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)


class Course(Base):
    """A group × subject × year, with its plan and its dated teachers."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("group_id", "subject_id", "year_id"),)
    id: Mapped[Id]
    group_id: Mapped[str] = mapped_column(ForeignKey("group.id"), index=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subject.id"))
    year_id: Mapped[str] = mapped_column(ForeignKey("year.id"))
    group: Mapped[Group] = relationship()
    subject: Mapped[Subject] = relationship()
    year: Mapped[Year] = relationship()
    teachers: Mapped[list["CourseTeacher"]] = relationship(back_populates="course")


class CourseTeacher(Base):
    """Who teaches a course from when until when; one is answerable for its marks."""

    __tablename__ = "course_teacher"
    __table_args__ = (
        UniqueConstraint("course_id", "person_id", "since"),
        CheckConstraint("until IS NULL OR until >= since", name="order"),
    )
    id: Mapped[Id]
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]
    is_lead: Mapped[bool] = mapped_column(default=False)
    course: Mapped[Course] = relationship(back_populates="teachers")
    person: Mapped[Person] = relationship()


class CoursePlanTopic(Base):
    """A row of the calendar-thematic plan (КТП) of a course."""

    __tablename__ = "course_plan_topic"
    __table_args__ = (UniqueConstraint("course_id", "position"), CheckConstraint("hours > 0", name="hours"))
    id: Mapped[Id]
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"))
    position: Mapped[int]
    section: Mapped[Text]
    topic: Mapped[str]
    hours: Mapped[int] = mapped_column(default=1)
    planned_on: Mapped[date | None]


class PlanShift(Base):
    """A course's plan was dated anew because the dates of the year changed: the teachers are told until they saw it.

    ``redated``: topics on other days now; ``without``: topics that have no lesson any more; ``left``: lessons with
    tasks or material on days that are free now. ``run_id``: the change of the dates; taken back, nothing is told.
    """

    __tablename__ = "plan_shift"
    __table_args__ = (CheckConstraint("redated >= 0 AND without >= 0 AND \"left\" >= 0", name="counts"),)
    id: Mapped[Id]
    run_id: Mapped[str] = mapped_column(ForeignKey("import_run.id"))
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), index=True)
    redated: Mapped[int]
    without: Mapped[int]
    left: Mapped[int]
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class WeeklyLesson(Base):
    """What is taught together every week, by whom, and for how many hours; its slots say when."""

    __tablename__ = "weekly_lesson"
    __table_args__ = (CheckConstraint("hours_per_week >= 0", name="hours"), UniqueConstraint("year_id", "key"))
    id: Mapped[Id]
    year_id: Mapped[str] = mapped_column(ForeignKey("year.id"))
    key: Mapped[str]  # natural: subject, groups, teachers, and a number among equals
    hours_per_week: Mapped[float]
    length: Mapped[int] = mapped_column(default=1)  # 2 = a double lesson
    withdrawn: Mapped[bool] = mapped_column(default=False)
    slots: Mapped[list["Slot"]] = relationship(back_populates="weekly_lesson", cascade="all, delete-orphan")
    courses: Mapped[list["WeeklyLessonCourse"]] = relationship(cascade="all, delete-orphan")
    teachers: Mapped[list["WeeklyLessonTeacher"]] = relationship(cascade="all, delete-orphan")


class WeeklyLessonCourse(Base):
    """The courses of a weekly lesson: several when classes are joined."""

    __tablename__ = "weekly_lesson_course"
    weekly_lesson_id: Mapped[str] = mapped_column(ForeignKey("weekly_lesson.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), primary_key=True)
    course: Mapped[Course] = relationship()


class WeeklyLessonTeacher(Base):
    """The teachers of a weekly lesson, none to five, as stated last; ``since`` None: from the year's beginning."""

    __tablename__ = "weekly_lesson_teacher"
    weekly_lesson_id: Mapped[str] = mapped_column(ForeignKey("weekly_lesson.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[date | None]
    person: Mapped[Person] = relationship()


class WeeklyLessonFormer(Base):
    """Who taught a weekly lesson, or teaches it yet, until a newer timetable takes it over; ``since`` as there."""

    __tablename__ = "weekly_lesson_former"
    __table_args__ = (CheckConstraint("since IS NULL OR until >= since", name="order"),)
    id: Mapped[Id]
    weekly_lesson_id: Mapped[str] = mapped_column(ForeignKey("weekly_lesson.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    since: Mapped[date | None]
    until: Mapped[date]


class Slot(Base):
    """A placed hour of the weekly pattern: weekday 1–7, lesson number, in which weeks of the cycle.

    Without ``until`` it is as the timetable was stated last; one with it gave way, or gives way, to a newer timetable.
    """

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("n BETWEEN 0 AND 20", name="n"),
        UniqueConstraint("weekly_lesson_id", "weekday", "n", "weeks", "since"),
        CheckConstraint("since IS NULL OR until IS NULL OR until >= since", name="order"),
    )
    id: Mapped[Id]
    weekly_lesson_id: Mapped[str] = mapped_column(ForeignKey("weekly_lesson.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int]
    n: Mapped[int]
    weeks: Mapped[str] = mapped_column(String(4), default="1")  # mask over the cycle: "1", "10", "01"
    shift: Mapped[int | None]  # whose bells count; None: those of the group's shift
    room_id: Mapped[str | None] = mapped_column(ForeignKey("room.id"))
    since: Mapped[date | None]  # None: from the year's beginning
    until: Mapped[date | None]  # None: to its end
    weekly_lesson: Mapped[WeeklyLesson] = relationship(back_populates="slots")
    room: Mapped[Room | None] = relationship()


class Exemption(Base):
    """A student does not take part in a subject for a while (освобождение); the reason stays inside the school."""

    __tablename__ = "exemption"
    __table_args__ = (
        UniqueConstraint("student_id", "subject_id", "since"),
        CheckConstraint("until IS NULL OR until >= since", name="order"),
    )
    id: Mapped[Id]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subject.id"))
    since: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[Text]


class Day(Base):
    """A school day on its way out: composed, submitted, approved or returned, published; only approved ones go out.

    ``version`` counts its changes: who approves says which state was looked at. ``published_at``: when it first went
    out. Its steps (DayStep) tell who did what.
    """

    __tablename__ = "day"
    on: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    submitted_at: Mapped[datetime | None]
    remark: Mapped[Text]  # why it was returned; "" once it is submitted again
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]

    @property
    def state(self) -> str:
        """draft, submitted, returned or approved."""
        if self.approved_at is not None:
            return "approved"
        return "submitted" if self.submitted_at is not None else "returned" if self.remark else "draft"


class Lesson(Base):
    """A dated lesson of one or several courses."""

    __tablename__ = "lesson"
    __table_args__ = (
        CheckConstraint(one_of("state", "planned", "cancelled", "withdrawn"), name="state"),
        Index("ix_lesson_on", "on", "n"),
    )
    id: Mapped[Id]
    weekly_lesson_id: Mapped[str | None] = mapped_column(ForeignKey("weekly_lesson.id", ondelete="SET NULL"))
    on: Mapped[date]
    n: Mapped[int]
    shift: Mapped[int | None]  # whose bells count; None: those of the group's shift
    room_id: Mapped[str | None] = mapped_column(ForeignKey("room.id"))
    state: Mapped[str] = mapped_column(String(10), default="planned")
    courses: Mapped[list["LessonCourse"]] = relationship(back_populates="lesson", cascade="all, delete-orphan")
    teachers: Mapped[list["LessonTeacher"]] = relationship(cascade="all, delete-orphan")
    room: Mapped[Room | None] = relationship()


class LessonCourse(Base):
    """One course's view of a lesson: joined classes have their own topic, form and material."""

    __tablename__ = "lesson_course"
    __table_args__ = (UniqueConstraint("lesson_id", "course_id"),)
    id: Mapped[Id]
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"), index=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), index=True)
    topic: Mapped[Text]
    form: Mapped[str | None] = mapped_column(ForeignKey("lesson_form.code"))
    broadcast_id: Mapped[str | None] = mapped_column(ForeignKey("broadcast.id"))
    lesson: Mapped[Lesson] = relationship(back_populates="courses")
    course: Mapped[Course] = relationship()


class LessonTeacher(Base):
    """Who holds a dated lesson."""

    __tablename__ = "lesson_teacher"
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    person: Mapped[Person] = relationship()


class LessonChange(Base):
    """A change of a dated lesson: who, why, before and after.

    ``before`` and ``after`` are the lesson's whole state (services/days/state.py), or of an import only what it
    changed: ``on`` (ISO date), ``n``, ``state``. ``act_id``: the deed it is a part of; ``undone``: taken back since.
    """

    __tablename__ = "lesson_change"
    __table_args__ = (
        CheckConstraint(
            one_of("kind", "substituted", "moved", "cancelled", "reassigned", "added", "adjusted", "undone",
                   "imported"),
            name="kind",
        ),
    )  # fmt: skip
    id: Mapped[Id]
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    reason: Mapped[Text]
    before: Mapped[dict] = mapped_column(JSON)
    after: Mapped[dict] = mapped_column(JSON)
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    act_id: Mapped[str | None] = mapped_column(ForeignKey("lesson_act.id"), index=True)
    undone: Mapped[bool] = mapped_column(default=False, server_default=false())


class Broadcast(Base):
    """A TV lesson: channel, time, grade, subject, topic."""

    __tablename__ = "broadcast"
    __table_args__ = (
        UniqueConstraint("on", "starts", "channel", "grade", "subject"),
        CheckConstraint("minutes > 0", name="minutes"),
    )
    id: Mapped[Id]
    on: Mapped[date] = mapped_column(index=True)
    starts: Mapped[Clock]
    minutes: Mapped[int]
    channel: Mapped[str]
    grade: Mapped[int]
    subject: Mapped[str]
    topic: Mapped[Text]
