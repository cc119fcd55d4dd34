"""The tables, gathered so that migrations and services see all of them."""

from server.models.attendance import (
    AbsenceProof,
    AbsenceRefusal,
    CutOff,
    CutOffCause,
    LessonFollowup,
    ProofKind,
)
from server.models.audit import AuditEntry, Counter, Device, Enrolment, Op, OpClash
from server.models.base import Base
from server.models.coming_in import ImportAlias, ImportDraft, ImportMapping, ImportRun, StaffSubject
from server.models.contacts import (
    Appointment,
    Contact,
    ContactTopic,
    Notice,
    ReceptionHours,
    Request,
    RequestKind,
    RequestStep,
)
from server.models.grading import GradingRule, KindWeight, MarkPercent, OutsideMark
from server.models.incidents import Incident, IncidentKind, IncidentNote
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
)
from server.models.messages import (
    ContactChannel,
    Delivery,
    DeliveryStudent,
    FamilyChannel,
    Letter,
    Message,
    Threshold,
)
from server.models.monitor import Feedback, MasteryLevel
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
)
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
)
from server.models.work import Assessment, LessonForm, Material, Norm, Resource, Scale, Task, TaskKind, Work

__all__ = [
    "ROLES", "Absence", "AbsenceLetter", "AbsenceProof", "AbsenceRefusal", "Account", "Appointment",
    "Assessment", "AuditEntry", "Base", "Bell", "BellSchedule", "Broadcast", "Bundle", "Card", "Connectivity",
    "Contact", "ContactChannel", "ContactTopic", "Counter", "Course", "CoursePlanTopic", "CourseTeacher",
    "CutOff", "CutOffCause", "Day", "Delivery", "DeliveryStudent", "Device", "DutyRota", "Edition",
    "EndedSession", "Enrolment", "Exemption", "FamilyChannel", "Feedback", "GradingRule", "Group",
    "Guardianship", "Household", "ImportAlias", "ImportDraft", "ImportMapping", "ImportRun", "Incident",
    "IncidentKind", "IncidentNote", "KindWeight", "Lesson", "LessonChange", "LessonCourse", "LessonFollowup",
    "LessonForm", "LessonTeacher", "Letter", "Manifest", "MarkAct", "MarkPercent", "MarkRevision",
    "MasteryLevel", "Material", "Membership", "Message", "Movement", "Norm", "Notice", "Op", "OpClash",
    "OutsideMark", "Pack", "PackSheet", "Peer", "Person", "Plan", "PortfolioItem", "Presence", "ProofKind",
    "ReceptionHours", "Request", "RequestKind", "RequestStep", "Resource", "Return", "ReturnChannel",
    "RoleGrant", "Room", "Scale", "School", "Sheet", "Slot", "StaffSubject", "Subject", "Task", "TaskKind",
    "Term", "TermMark", "Threshold", "WeeklyLesson", "WeeklyLessonCourse", "WeeklyLessonTeacher", "Work",
    "Year",
]  # fmt: skip
