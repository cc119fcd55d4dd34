"""The tables, gathered so that migrations and services see all of them."""

from server.models.audit import AuditEntry, Counter, Device, Op, OpClash
from server.models.base import Base
from server.models.coming_in import ImportAlias, ImportDraft, ImportMapping, ImportRun, StaffSubject
from server.models.contacts import Contact, ContactTopic, Message, Notice, Request
from server.models.journal import (
    Absence,
    AbsenceLetter,
    Card,
    MarkAct,
    MarkRevision,
    Plan,
    PortfolioItem,
    Presence,
    Return,
    ReturnChannel,
    TermMark,
)  # fmt: skip
from server.models.monitor import Feedback, MasteryLevel, Yardstick
from server.models.people import (
    ROLES,
    Account,
    Connectivity,
    DutyRota,
    EndedSession,
    Group,
    Guardianship,
    Household,
    Membership,
    Movement,
    Person,
    RoleGrant,
    School,
)  # fmt: skip
from server.models.publishing import Bundle, Edition, Manifest, Pack, PackSheet, Peer, Sheet
from server.models.timetable import (
    Bell,
    BellSchedule,
    Broadcast,
    Course,
    CoursePlanTopic,
    CourseTeacher,
    Day,
    Exemption,
    Lesson,
    LessonChange,
    LessonCourse,
    LessonTeacher,
    Room,
    Slot,
    Subject,
    Term,
    WeeklyLesson,
    WeeklyLessonCourse,
    WeeklyLessonTeacher,
    Year,
)  # fmt: skip
from server.models.work import Assessment, LessonForm, Material, Norm, Resource, Scale, Task, TaskKind, Work

__all__ = [
    "ROLES", "Absence", "AbsenceLetter", "Account", "Assessment", "AuditEntry", "Base", "Bell", "BellSchedule",
    "Broadcast", "Bundle", "Card", "Connectivity", "Contact", "ContactTopic", "Counter", "Course", "CoursePlanTopic",
    "CourseTeacher", "Day", "Device", "DutyRota", "Edition", "EndedSession", "Exemption", "Feedback", "Group",
    "Guardianship", "Household", "ImportAlias", "ImportDraft", "ImportMapping", "ImportRun", "Lesson", "LessonChange",
    "LessonCourse", "LessonForm", "LessonTeacher", "Manifest", "MarkAct", "MarkRevision", "MasteryLevel", "Material",
    "Membership", "Message", "Movement", "Norm", "Notice", "Op", "OpClash", "Pack", "PackSheet", "Peer", "Person",
    "Plan", "PortfolioItem", "Presence", "Request", "Resource", "Return", "ReturnChannel", "RoleGrant", "Room",
    "Scale", "School", "Sheet", "Slot", "StaffSubject", "Subject", "Task", "TaskKind", "Term", "TermMark",
    "WeeklyLesson", "WeeklyLessonCourse", "WeeklyLessonTeacher", "Work", "Yardstick", "Year",
]  # fmt: skip
