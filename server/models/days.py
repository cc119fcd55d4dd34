"""How a school day comes about: its way to approval, deeds that change it, modes, absent teachers, schedules, norms."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, Clock, Id, Text, one_of
from server.models.people import Person


class DayStep(Base):
    """What happened to a school day on its way out, in order; nothing of it is changed later.

    ``reopened``: changed after its approval; ``corrected``: changed after it was published; ``missed``: the school's
    time to publish had come and the day was not approved. ``by_id`` None: the clock.
    """

    __tablename__ = "day_step"
    __table_args__ = (
        CheckConstraint(
            one_of("state", "submitted", "approved", "returned", "reopened", "corrected", "published", "reminded",
                   "missed"),
            name="state",
        ),
    )  # fmt: skip
    id: Mapped[Id]
    on: Mapped[date] = mapped_column(ForeignKey("day.on"), index=True)
    state: Mapped[str] = mapped_column(String(9))
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    remark: Mapped[Text]


class LessonAct(Base):
    """One deed of the timetable office: all changes that were made together are told and undone together.

    ``told_at``: the families and teachers whom it touches were told, or somebody decided that none need be.
    """

    __tablename__ = "lesson_act"
    __table_args__ = (
        CheckConstraint(
            one_of("kind", "substituted", "moved", "swapped", "cancelled", "reassigned", "joined", "self_study",
                   "added", "adjusted", "mode", "proposed", "undone"),
            name="kind",
        ),
        Index("ix_lesson_act_made_at", "made_at"),
    )  # fmt: skip
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(12))
    reason: Mapped[Text]  # stays inside the school
    teacher_absence_id: Mapped[str | None] = mapped_column(ForeignKey("teacher_absence.id"), index=True)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    undone_by_id: Mapped[str | None] = mapped_column(ForeignKey("lesson_act.id"))  # the deed that took it back
    told_at: Mapped[datetime | None]
    told_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class ModeReason(Base):
    """Why lessons are held otherwise than in person; it stays inside the school."""

    __tablename__ = "mode_reason"
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    source: Mapped[Text]


class ModePeriod(Base):
    """In which mode the school, a group or a student is taught from a day on; without a row: in person.

    A student's own row goes before that of the class, that before the school's; of equals the one made later.
    ``until`` None: until it is ended.
    """

    __tablename__ = "mode_period"
    __table_args__ = (
        CheckConstraint(one_of("mode", "in_person", "distance", "mixed"), name="mode"),
        CheckConstraint("until IS NULL OR until >= since", name="order"),
        CheckConstraint("group_id IS NULL OR student_id IS NULL", name="one_scope"),
    )
    id: Mapped[Id]
    group_id: Mapped[str | None] = mapped_column(ForeignKey("group.id"), index=True)
    student_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    mode: Mapped[str] = mapped_column(String(9))
    since: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(ForeignKey("mode_reason.code"))
    order_no: Mapped[Text]
    note: Mapped[Text]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class LeaveReason(Base):
    """Why a teacher is absent."""

    __tablename__ = "leave_reason"
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    source: Mapped[Text]


class TeacherAbsence(Base):
    """A teacher is away from a day to a day, both included; ``first_n``, ``last_n``: only for these lessons of a day.

    ``ended_at``: taken back, the teacher came after all; substitutions that were made stay until they are undone.
    """

    __tablename__ = "teacher_absence"
    __table_args__ = (
        CheckConstraint("until >= since", name="order"),
        CheckConstraint("(first_n IS NULL) = (last_n IS NULL)", name="both_lessons"),
        CheckConstraint("first_n IS NULL OR last_n >= first_n", name="lessons"),
    )
    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date] = mapped_column(index=True)
    until: Mapped[date]
    first_n: Mapped[int | None]
    last_n: Mapped[int | None]
    reason: Mapped[str] = mapped_column(ForeignKey("leave_reason.code"))
    order_no: Mapped[Text]
    note: Mapped[Text]
    noted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(foreign_keys=person_id)


class WorkSchedule(Base):
    """A teacher's working schedule from a day on; without a row, or without a number in it, nothing limits it."""

    __tablename__ = "work_schedule"
    __table_args__ = (
        UniqueConstraint("person_id", "since"),
        CheckConstraint("until IS NULL OR until >= since", name="order"),
        CheckConstraint("most_a_week IS NULL OR most_a_week BETWEEN 1 AND 60", name="most_a_week"),
        CheckConstraint("most_a_day IS NULL OR most_a_day BETWEEN 1 AND 14", name="most_a_day"),
    )
    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]
    part_time: Mapped[bool] = mapped_column(default=False)
    most_a_week: Mapped[int | None]  # lessons
    most_a_day: Mapped[int | None]
    note: Mapped[Text]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    days: Mapped[list["WorkDay"]] = relationship(cascade="all, delete-orphan", order_by="WorkDay.weekday")


class WorkDay(Base):
    """A weekday of a working schedule: at work (from and to a time), a methodical day, or not at work at all."""

    __tablename__ = "work_day"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint(one_of("kind", "work", "methodical", "off"), name="kind"),
        CheckConstraint("starts IS NULL OR ends IS NULL OR ends > starts", name="order"),
    )
    schedule_id: Mapped[str] = mapped_column(ForeignKey("work_schedule.id", ondelete="CASCADE"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10))
    starts: Mapped[Clock | None]
    ends: Mapped[Clock | None]


class TimetableNorm(Base):
    """A limit on a class's days and weeks for grades of a country, with its source; the school may change or end it.

    ``rule``: lessons a week (``days`` a week that the school teaches), lessons a day; minutes of screen a day at home,
    in one lesson, without a break (``device``: computer, tablet, "" any); minutes of homework a day; exams a day for a
    student, free days between two exams of a student.
    """

    __tablename__ = "timetable_norm"
    __table_args__ = (
        CheckConstraint(
            one_of("rule", "lessons_week", "lessons_day", "screen_day", "screen_lesson", "screen_look", "homework_day",
                   "exams_day", "exams_between"),
            name="rule",
        ),
        CheckConstraint("grades_from BETWEEN 1 AND 12 AND grades_to BETWEEN grades_from AND 12", name="grades"),
        CheckConstraint("days IS NULL OR days BETWEEN 5 AND 6", name="days"),
        CheckConstraint("value >= 0", name="value"),
    )  # fmt: skip
    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    rule: Mapped[str] = mapped_column(String(13))
    grades_from: Mapped[int]
    grades_to: Mapped[int]
    days: Mapped[int | None]
    device: Mapped[Text]
    value: Mapped[int]
    source: Mapped[Text]
    starts_on: Mapped[date | None]  # None: since the school remembers
    ends_on: Mapped[date | None]


class SubjectDifficulty(Base):
    """How hard a subject is for grades of a country, in points; ``subject``: its name in small letters."""

    __tablename__ = "subject_difficulty"
    __table_args__ = (
        CheckConstraint("grades_from BETWEEN 1 AND 12 AND grades_to BETWEEN grades_from AND 12", name="grades"),
        CheckConstraint("points BETWEEN 1 AND 20", name="points"),
    )
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str]
    grades_from: Mapped[int]
    grades_to: Mapped[int]
    points: Mapped[int]
    source: Mapped[Text]


class LessonRequest(Base):
    """A wish that needs others to agree: a lesson again, moved or cancelled, one more, a consultation.

    ``asked_by``: who wants it (student, parent, staff); ``entered_by``: who wrote it down. ``wanted``: times that would
    suit: ``[{"on": ISO date, "n": number}]``. ``outcome``: why it was refused, or a word on how it ended.
    ``request_id``: the promise of the hotline that it keeps. ``act_id``: the deed that put it into the timetable.
    """

    __tablename__ = "lesson_request"
    __table_args__ = (
        CheckConstraint(one_of("kind", "again", "move", "cancel", "extra", "consultation"), name="kind"),
        CheckConstraint(one_of("state", "open", "agreed", "scheduled", "refused", "withdrawn"), name="state"),
    )
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(12))
    lesson_course_id: Mapped[str | None] = mapped_column(ForeignKey("lesson_course.id"), index=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), index=True)
    student_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    entered_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    text: Mapped[Text]
    wanted: Mapped[list[dict]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(9), default="open")
    outcome: Mapped[Text]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    request_id: Mapped[str | None] = mapped_column(ForeignKey("request.id"))
    act_id: Mapped[str | None] = mapped_column(ForeignKey("lesson_act.id"))


class LessonConsent(Base):
    """Somebody who must agree to a wish, and what they said: "" not yet, yes, no."""

    __tablename__ = "lesson_consent"
    __table_args__ = (CheckConstraint(one_of("answer", "", "yes", "no"), name="answer"),)
    lesson_request_id: Mapped[str] = mapped_column(
        ForeignKey("lesson_request.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    answer: Mapped[Text]
    remark: Mapped[Text]
    at: Mapped[datetime | None]


class CalendarFeed(Base):
    """A secret address at which a teacher's calendar can be read by a program; a new one ends the one before."""

    __tablename__ = "calendar_feed"
    id: Mapped[Id]
    secret: Mapped[str] = mapped_column(String(43), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
