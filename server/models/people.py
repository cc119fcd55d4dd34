"""The school, its people and groups, who belongs where and who may do what."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, Clock, Id, Text, one_of

ROLES = (
    "director", "deputy_studies", "deputy_upbringing", "coordinator", "class_teacher", "subject_teacher",
    "network_teacher", "tutor", "psychologist", "operator", "support_staff", "admin",
    "timetabler", "day_approver",
)  # fmt: skip


class School(Base):
    """The one school of this installation."""

    __tablename__ = "school"
    __table_args__ = (
        CheckConstraint("length(id) = 4", name="id_length"),
        CheckConstraint(one_of("country", "RU", "KZ"), name="country"),
        CheckConstraint("week_cycle BETWEEN 1 AND 4", name="week_cycle"),
        CheckConstraint("week_length BETWEEN 5 AND 6", name="week_length"),
        CheckConstraint("remind_minutes BETWEEN 0 AND 1440", name="remind_minutes"),
        CheckConstraint('"only" = 1', name="only_one"),
    )
    id: Mapped[str] = mapped_column(String(4), primary_key=True)
    only: Mapped[int] = mapped_column(unique=True, default=1)  # one row, kept by the database
    name: Mapped[str]
    timezone: Mapped[str]
    country: Mapped[str] = mapped_column(String(2))
    locale: Mapped[str] = mapped_column(String(5))
    languages: Mapped[list[str]] = mapped_column(JSON)
    address: Mapped[Text]
    hotline_phone: Mapped[Text]
    hotline_hours: Mapped[Text]
    site_address: Mapped[Text]  # where ``public/`` is served to the world, "https://…/"; "" = nowhere
    week_anchor: Mapped[date | None]  # Monday of a first (A, numerator) week
    week_cycle: Mapped[int] = mapped_column(default=1)  # 2 = A/B weeks
    week_length: Mapped[int] = mapped_column(default=5, server_default="5")  # days a week with lessons
    publish_at: Mapped[Clock | None]  # when the approved next day goes out by itself; None: never by itself
    # before that: a day that is not approved is reminded of
    remind_minutes: Mapped[int] = mapped_column(default=120, server_default="120")
    epoch: Mapped[str] = mapped_column(String(32))
    is_demo: Mapped[bool] = mapped_column(default=False)


class Household(Base):
    """Siblings who share an address and a phone. ``confirmed``: a person said so; no import changes it then."""

    __tablename__ = "household"
    id: Mapped[Id]
    address: Mapped[Text]
    note: Mapped[Text]
    confirmed: Mapped[bool] = mapped_column(default=False)
    members: Mapped[list["Person"]] = relationship(back_populates="household")


class Stop(Base):
    """Where paper is handed over: a village, a bus driver, a post office. ``contact``: who is there, for the school.

    ``days``: how long works take to come back from there, in days after the last one is due.
    """

    __tablename__ = "stop"
    __table_args__ = (
        CheckConstraint(one_of("kind", "village", "driver", "post", "other"), name="kind"),
        CheckConstraint("days BETWEEN 0 AND 60", name="days"),
    )
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    contact: Mapped[Text]
    note: Mapped[Text]
    days: Mapped[int] = mapped_column(default=7, server_default="7")
    position: Mapped[int] = mapped_column(default=0, server_default="0")  # in the order of the round
    closed_on: Mapped[date | None]


class Person(Base):
    """A student, a parent or a member of staff; which of them follows from memberships, guardianships and roles."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("length(last_name) > 0", name="has_last_name"),
        CheckConstraint("sex IS NULL OR " + one_of("sex", "m", "f"), name="sex"),
        Index("ix_person_name", "last_name", "first_name"),
    )
    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(16), unique=True)  # random, never made from the name
    last_name: Mapped[str]
    first_name: Mapped[Text]
    middle_name: Mapped[Text]
    birth_date: Mapped[date | None]
    sex: Mapped[str | None] = mapped_column(String(1))
    phone: Mapped[Text]
    email: Mapped[Text]
    household_id: Mapped[str | None] = mapped_column(ForeignKey("household.id"))
    stop_id: Mapped[str | None] = mapped_column(ForeignKey("stop.id"))  # of a student; None: paper is given at school
    large_print: Mapped[bool] = mapped_column(default=False, server_default=false())  # reads letters of 18 pt
    left_on: Mapped[date | None]
    released: Mapped[list[str]] = mapped_column(JSON, default=list)  # of staff: "name", "phone", "email"
    household: Mapped[Household | None] = relationship(back_populates="members")
    memberships: Mapped[list["Membership"]] = relationship(back_populates="person")
    grants: Mapped[list["RoleGrant"]] = relationship(back_populates="person", foreign_keys="RoleGrant.person_id")


class Guardianship(Base):
    """Who stands for a student, and whether the school may tell this person about marks."""

    __tablename__ = "guardianship"
    __table_args__ = (
        UniqueConstraint("guardian_id", "student_id"),
        CheckConstraint("guardian_id <> student_id", name="not_self"),
    )
    id: Mapped[Id]
    guardian_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    relation: Mapped[Text]
    may_receive: Mapped[bool] = mapped_column(default=True)
    guardian: Mapped[Person] = relationship(foreign_keys=guardian_id)
    student: Mapped[Person] = relationship(foreign_keys=student_id)


class Group(Base):
    """A class, a subgroup of it, a study group across classes, or a home-taught student alone, told apart by kind."""

    __tablename__ = "group"
    __table_args__ = (
        CheckConstraint(one_of("kind", "class", "subgroup", "study", "individual"), name="kind"),
        CheckConstraint("(kind IN ('subgroup', 'individual')) = (parent_id IS NOT NULL)", name="subgroup_has_parent"),
        CheckConstraint("grade IS NULL OR grade BETWEEN 1 AND 12", name="grade"),
        UniqueConstraint("parent_id", "division", "name"),
    )
    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(10))
    grade: Mapped[int | None]
    shift: Mapped[int] = mapped_column(default=1)
    language: Mapped[Text]
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("group.id"))
    division: Mapped[Text]  # subgroups of one division may meet at the same time
    closed_on: Mapped[date | None]
    parent: Mapped["Group | None"] = relationship(remote_side="Group.id")
    memberships: Mapped[list["Membership"]] = relationship(back_populates="group")


class Membership(Base):
    """A student belongs to a group from a day until a day."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("person_id", "group_id", "since"),
        CheckConstraint("until IS NULL OR until >= since", name="order"),
    )
    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("group.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]
    person: Mapped[Person] = relationship(back_populates="memberships")
    group: Mapped[Group] = relationship(back_populates="memberships")


class Movement(Base):
    """A dated fact of a student's way through the school, with the order it rests on."""

    __tablename__ = "movement"
    __table_args__ = (
        CheckConstraint(one_of("kind", "arrived", "left", "transferred", "home_taught"), name="kind"),
        CheckConstraint("until IS NULL OR until >= \"on\"", name="order"),
        UniqueConstraint("person_id", "kind", "on"),
    )
    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    on: Mapped[date]
    until: Mapped[date | None]  # of home teaching
    from_group_id: Mapped[str | None] = mapped_column(ForeignKey("group.id"))
    to_group_id: Mapped[str | None] = mapped_column(ForeignKey("group.id"))
    order_no: Mapped[Text]
    reason: Mapped[Text]
    recorded_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class RoleGrant(Base):
    """A role on a scope: the school, one group or one course. The id is the hash of all that, so none stands twice."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(one_of("role", *ROLES), name="role"),
        CheckConstraint("group_id IS NULL OR course_id IS NULL", name="one_scope"),
        CheckConstraint("until IS NULL OR until >= since", name="order"),
    )
    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    group_id: Mapped[str | None] = mapped_column(ForeignKey("group.id"))
    course_id: Mapped[str | None] = mapped_column(ForeignKey("course.id"))
    since: Mapped[date]
    until: Mapped[date | None]
    granted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship(back_populates="grants", foreign_keys=person_id)


class Account(Base):
    """The sign-in of a member of staff; students and parents have none."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("length(login) >= 2", name="login_length"),)
    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), unique=True)
    login: Mapped[str] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str]
    locale: Mapped[str | None] = mapped_column(String(5))
    is_active: Mapped[bool] = mapped_column(default=True)
    session_mark: Mapped[str] = mapped_column(String(32))  # changed with the password: older sessions end
    created_at: Mapped[datetime]
    person: Mapped[Person] = relationship()


class EndedSession(Base):
    """A session that was signed out: its cookie, should anybody hold a copy, is worth nothing any more."""

    __tablename__ = "ended_session"
    sid_hash: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the session's random id
    ended_at: Mapped[datetime]


class Connectivity(Base):
    """What a student can be reached by, as told on a day; the newest row counts."""

    __tablename__ = "connectivity"
    __table_args__ = (UniqueConstraint("student_id", "recorded_on"),)
    id: Mapped[Id]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    recorded_on: Mapped[date]
    device: Mapped[Text]
    device_shared: Mapped[bool | None]
    internet: Mapped[Text]
    television: Mapped[bool | None]
    phone: Mapped[Text]
    channel: Mapped[Text]
    words: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # device, internet, channel as the school says


class DutyRota(Base):
    """Who answers the hotline from when until when."""

    __tablename__ = "duty_rota"
    __table_args__ = (CheckConstraint("until > since", name="order"), UniqueConstraint("person_id", "since"))
    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime]
    until: Mapped[datetime]
