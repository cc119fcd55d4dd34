"""The tables, gathered so that migrations and services see all of them."""

from server.models.audit import AuditEntry, Counter, Device, Op, OpClash
from server.models.base import Base
from server.models.coming_in import ImportAlias, ImportDraft, ImportMapping, ImportRun, StaffSubject
from server.models.contacts import Contact, ContactTopic, Notice, Request
from server.models.journal import (
    Absence,
    AbsenceLetter,
    Card,
    MarkAct,
    MarkRevision,
    Plan,
    PortfolioItem,
    Return,
    ReturnChannel,
    TermMark,
)  # fmt: skip
from server.models.messages import (
    ContactChannel,
    Delivery,
    DeliveryStudent,
    FamilyChannel,
    Letter,
    Message,
    Threshold,
)
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
    "Broadcast", "Bundle", "Card", "Connectivity", "Contact", "ContactChannel", "ContactTopic", "Counter", "Course",
    "CoursePlanTopic", "CourseTeacher", "Day", "Delivery", "DeliveryStudent", "Device", "DutyRota", "Edition",
    "EndedSession", "Exemption", "FamilyChannel", "Group", "Guardianship", "Household", "ImportAlias", "ImportDraft",
    "ImportMapping", "ImportRun", "Lesson", "LessonChange", "LessonCourse", "LessonForm", "LessonTeacher", "Letter",
    "Manifest", "MarkAct", "MarkRevision", "Material", "Membership", "Message", "Movement", "Norm", "Notice", "Op",
    "OpClash", "Pack", "PackSheet", "Peer", "Person", "Plan", "PortfolioItem", "Request", "Resource", "Return",
    "ReturnChannel", "RoleGrant", "Room", "Scale", "School", "Sheet", "Slot", "StaffSubject", "Subject", "Task",
    "TaskKind", "Term", "TermMark", "Threshold", "WeeklyLesson", "WeeklyLessonCourse", "WeeklyLessonTeacher", "Work",
    "Year",
]  # fmt: skip
