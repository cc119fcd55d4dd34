"""Who may do what, and where: one pure function over one table of role × action × reach.

The reasons in the table name duties (docs: the duties of director D, deputies A and U, class teacher CT, subject
teacher ST, tutor TU, psychologist P, parents PA, support staff SS).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Action(StrEnum):
    """What a person may do in the office."""

    WORK_VIEW = "work.view"  # works, their codes and states
    WORK_LOG = "work.log"  # log a return
    MARK_VIEW = "mark.view"  # the value and the comment of a mark
    MARK_SET = "mark.set"
    TERM_MARK_SET = "term_mark.set"
    ABSENCE_SET = "absence.set"
    JOURNAL_VIEW = "journal.view"
    JOURNAL_EXPORT = "journal.export"
    LESSON_VIEW = "lesson.view"
    LESSON_EDIT = "lesson.edit"
    LESSON_APPROVE = "lesson.approve"
    LESSON_ASK = "lesson.ask"  # ask for a lesson again, moved, cancelled, one more, a consultation
    DAY_EDIT = "day.edit"  # compose days: move, replace, cancel, add; modes, bells, absent teachers
    DAY_CORRECT = "day.correct"  # the same for a day that families know already
    DAY_APPROVE = "day.approve"
    DAY_PUBLISH = "day.publish"
    EXAM_VIEW = "exam.view"  # attestation with its results
    EXAM_MANAGE = "exam.manage"  # plan it, publish it, write its protocols
    PACKS_PRINT = "packs.print"
    PAPER_BUDGET = "paper.budget"  # how packs are printed, and how many leaves they may take
    DELIVERY_MANAGE = "delivery.manage"  # stops, registers of delivery, what was handed over and came back
    NOTICE_EDIT = "notice.edit"
    DOCUMENT_EDIT = "document.edit"  # acts, norms, blank forms and advice for families
    ADVICE_EDIT = "advice.edit"  # advice alone
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"
    PRIVATE_PAGE_RENEW = "private_page.renew"  # a new address of a family's page with no login
    CONTACTS_VIEW = "contacts.view"  # phones and addresses of families
    HOTLINE_USE = "hotline.use"
    CONTACT_VIEW = "contact.view"  # calls and talks with families
    CONTACT_LOG = "contact.log"
    REQUEST_MANAGE = "request.manage"  # see what was promised by whom, take it over, close it
    MESSAGE_SEND = "message.send"  # compose messages to families
    PRESENCE_REPORT = "presence.report"  # who attended by the timetable and how they behaved
    INCIDENT_MANAGE = "incident.manage"
    COUNSEL_VIEW = "counsel.view"  # the psychologist's notes
    DEVICES_MANAGE = "devices.manage"  # others' devices: see and revoke
    FIGURES_VIEW = "figures.view"
    RECORDS_SETTLE = "records.settle"  # records that were kept but not carried out
    ACCOUNTS_MANAGE = "accounts.manage"
    ROLES_MANAGE = "roles.manage"
    IMPORT_RUN = "import.run"
    SETTINGS_EDIT = "settings.edit"


class Reach(IntEnum):
    """How far a right goes. A wider reach contains the narrower ones."""

    COURSES = 1  # the course the grant names; for a grant on a group, every course of it
    GROUPS = 2  # the group the grant names; for a grant on a course, the group of that course too
    SCHOOL = 3  # everything, unless the grant itself names a group or a course


class Grant(NamedTuple):
    """A role in force. Both ids are None for the whole school; a taught course names its group and itself."""

    role: str
    group_id: str | None = None
    course_id: str | None = None


@dataclass(frozen=True)
class Scope:
    """What an act touches: the groups and courses it belongs to. Both empty means the school as a whole."""

    groups: frozenset[str] = frozenset()
    courses: frozenset[str] = frozenset()


SCHOOL = Scope()


@dataclass(frozen=True)
class Realm:
    """Everything a person may do one action on, for lists: ``everything``, or these groups and courses."""

    everything: bool
    groups: frozenset[str]
    courses: frozenset[str]

    def __bool__(self) -> bool:
        return self.everything or bool(self.groups) or bool(self.courses)


A, COURSES, GROUPS, ALL = Action, Reach.COURSES, Reach.GROUPS, Reach.SCHOOL

_SEES = {  # D3, A9–A11: those who answer for teaching see how it goes
    A.WORK_VIEW: ALL, A.MARK_VIEW: ALL, A.JOURNAL_VIEW: ALL, A.JOURNAL_EXPORT: ALL, A.LESSON_VIEW: ALL,
    A.PEOPLE_VIEW: ALL, A.CONTACTS_VIEW: ALL, A.FIGURES_VIEW: ALL, A.CONTACT_VIEW: ALL,
}  # fmt: skip
_RUNS_STUDIES = {
    **_SEES,
    A.LESSON_EDIT: ALL, A.LESSON_ASK: ALL,  # A2–A4: timetable, replacements, corrections
    A.DAY_EDIT: ALL, A.DAY_CORRECT: ALL,  # A1, A3, A4, A28
    A.EXAM_VIEW: ALL, A.EXAM_MANAGE: ALL,  # A5, A32
    A.LESSON_APPROVE: ALL,  # A30: agrees kinds of work and dates
    A.DAY_PUBLISH: ALL,  # A1: composes and publishes every day
    A.PACKS_PRINT: ALL,  # A40: every student has all materials
    A.PAPER_BUDGET: ALL, A.DELIVERY_MANAGE: ALL,  # A18, A40: technical conditions; paper reaches every student
    A.WORK_LOG: ALL,  # ST5 in practice: paper is handed in at the office
    A.ABSENCE_SET: ALL,  # A27: receives who attended
    A.NOTICE_EDIT: ALL,  # A17
    A.DOCUMENT_EDIT: ALL,  # A19: keeps acts, norms and blank forms at hand
    A.PEOPLE_EDIT: ALL,  # A6, A44: lists, movement
    A.PRIVATE_PAGE_RENEW: ALL,  # PA1: in the class teacher's stead
    A.IMPORT_RUN: ALL,  # A6: lists and timetables come as files
    A.RECORDS_SETTLE: ALL,  # A35: what reached the school and fits nowhere
    A.CONTACT_LOG: ALL, A.REQUEST_MANAGE: ALL,  # A16, A17: reception, hotline
    A.MESSAGE_SEND: ALL,  # A4, A33: informs everyone, also when the tutor cannot
    A.PRESENCE_REPORT: ALL, A.INCIDENT_MANAGE: ALL,  # A22, A27
}  # fmt: skip
_TEACHES = {
    A.WORK_VIEW: COURSES, A.WORK_LOG: COURSES,  # ST5
    A.MARK_VIEW: COURSES, A.MARK_SET: COURSES, A.TERM_MARK_SET: COURSES,  # ST6, ST8, ST9
    A.ABSENCE_SET: COURSES,  # ST10
    A.JOURNAL_VIEW: COURSES, A.JOURNAL_EXPORT: COURSES,  # ST8
    A.LESSON_VIEW: COURSES, A.LESSON_EDIT: COURSES,  # ST2, ST7
    A.LESSON_ASK: COURSES,  # ST1: agrees the timetable with the administration
    A.EXAM_VIEW: COURSES,  # A32
    A.PACKS_PRINT: GROUPS,  # ST4: paper on the parent's request
    A.PEOPLE_VIEW: GROUPS, A.CONTACTS_VIEW: GROUPS,  # CT2: gets the class list with contacts
    A.CONTACT_VIEW: COURSES, A.CONTACT_LOG: GROUPS, A.MESSAGE_SEND: GROUPS,  # ST6, ST11: feedback by the work's channel
}  # fmt: skip

TABLE: dict[str, dict[Action, Reach]] = {
    "director": {
        **_SEES,
        A.LESSON_APPROVE: ALL, A.DAY_APPROVE: ALL, A.DAY_PUBLISH: ALL,  # D2: approves before it is published
        A.EXAM_VIEW: ALL,  # A32
        A.PACKS_PRINT: ALL, A.PAPER_BUDGET: ALL, A.DELIVERY_MANAGE: ALL,
        A.NOTICE_EDIT: ALL,  # D5, D7
        A.DOCUMENT_EDIT: ALL,  # A19: approves local acts
        A.RECORDS_SETTLE: ALL,  # D3
        A.ACCOUNTS_MANAGE: ALL, A.ROLES_MANAGE: ALL,  # D1: distributes duties
        A.SETTINGS_EDIT: ALL, A.DEVICES_MANAGE: ALL,
        A.CONTACT_LOG: ALL, A.REQUEST_MANAGE: ALL, A.MESSAGE_SEND: ALL, A.INCIDENT_MANAGE: ALL,  # D3, D5
    },
    "deputy_studies": _RUNS_STUDIES,
    "coordinator": _RUNS_STUDIES,
    "deputy_upbringing": {
        A.WORK_VIEW: ALL, A.MARK_VIEW: ALL, A.JOURNAL_VIEW: ALL, A.LESSON_VIEW: ALL, A.FIGURES_VIEW: ALL,  # U3
        A.PEOPLE_VIEW: ALL, A.PEOPLE_EDIT: ALL, A.CONTACTS_VIEW: ALL,  # U1: each student's connection
        A.NOTICE_EDIT: ALL,  # U2
        A.DOCUMENT_EDIT: ALL,  # A19
        A.PRIVATE_PAGE_RENEW: ALL,  # PA1: in the class teacher's stead
        A.CONTACT_VIEW: ALL, A.CONTACT_LOG: ALL, A.REQUEST_MANAGE: ALL, A.MESSAGE_SEND: ALL,  # U1, U2
        A.INCIDENT_MANAGE: ALL,  # A22: behaviour is this deputy's in practice
    },
    "class_teacher": {
        A.WORK_VIEW: GROUPS, A.MARK_VIEW: GROUPS, A.JOURNAL_VIEW: GROUPS, A.JOURNAL_EXPORT: GROUPS,  # CT4, CT5
        A.LESSON_VIEW: GROUPS, A.FIGURES_VIEW: GROUPS,  # CT5, CT9
        A.LESSON_ASK: GROUPS, A.EXAM_VIEW: GROUPS,  # CT3, A32: tells parents of results and debts
        A.WORK_LOG: GROUPS,  # CT5: controls homework; the marks of others' courses stay theirs
        A.ABSENCE_SET: GROUPS,  # CT6
        A.PEOPLE_VIEW: GROUPS, A.PEOPLE_EDIT: GROUPS, A.CONTACTS_VIEW: GROUPS,  # CT1, CT2
        A.PACKS_PRINT: GROUPS, A.NOTICE_EDIT: GROUPS,  # CT3, CT7
        A.DELIVERY_MANAGE: GROUPS,  # ST3 in practice: hands the packs of the class out at school
        A.PRIVATE_PAGE_RENEW: GROUPS,  # CT4, PA1: knows the family that lost it
        A.CONTACT_VIEW: GROUPS, A.CONTACT_LOG: GROUPS, A.MESSAGE_SEND: GROUPS,  # CT3, CT4, CT6
        A.REQUEST_MANAGE: GROUPS, A.INCIDENT_MANAGE: GROUPS,  # A22
    },
    "subject_teacher": _TEACHES,
    "network_teacher": _TEACHES,
    "tutor": {
        A.WORK_VIEW: GROUPS, A.MARK_VIEW: GROUPS, A.JOURNAL_VIEW: GROUPS, A.LESSON_VIEW: GROUPS,  # TU7, TU8
        A.WORK_LOG: GROUPS, A.ABSENCE_SET: GROUPS, A.FIGURES_VIEW: GROUPS,  # TU7
        A.LESSON_ASK: GROUPS, A.EXAM_VIEW: GROUPS, A.EXAM_MANAGE: GROUPS,  # TU3, TU6
        A.PEOPLE_VIEW: GROUPS, A.CONTACTS_VIEW: GROUPS, A.PACKS_PRINT: GROUPS,  # TU1, TU5
        A.CONTACT_VIEW: GROUPS, A.CONTACT_LOG: GROUPS, A.MESSAGE_SEND: GROUPS,  # TU5
    },
    "psychologist": {
        A.PEOPLE_VIEW: ALL, A.CONTACTS_VIEW: ALL, A.WORK_VIEW: ALL, A.MARK_VIEW: ALL, A.JOURNAL_VIEW: ALL,  # P2, TU4
        A.CONTACT_VIEW: ALL, A.CONTACT_LOG: ALL, A.COUNSEL_VIEW: ALL,  # P2: notes for those entitled only
        A.ADVICE_EDIT: ALL,  # P1
    },
    "operator": {  # only while on duty, see in_force; marks are told after the caller was verified
        A.PEOPLE_VIEW: ALL, A.CONTACTS_VIEW: ALL, A.HOTLINE_USE: ALL,  # A17, PA3
        A.WORK_VIEW: ALL, A.WORK_LOG: ALL,  # ST5: dictated by phone
        A.PACKS_PRINT: ALL,  # PA4
        A.DELIVERY_MANAGE: ALL,  # PA4: the driver or the post office calls: handed over
        A.CONTACT_VIEW: ALL, A.CONTACT_LOG: ALL, A.REQUEST_MANAGE: ALL,  # A17
        A.LESSON_ASK: ALL,  # S4, TU3: a student asks by phone
    },
    "support_staff": {A.ABSENCE_SET: ALL, A.PRESENCE_REPORT: ALL},  # SS1
    "timetabler": {  # composes for the deputy, who submits; does not touch what families know already
        A.LESSON_VIEW: ALL, A.DAY_EDIT: ALL, A.LESSON_ASK: ALL,  # A1, A3
    },
    "day_approver": {A.LESSON_VIEW: ALL, A.DAY_APPROVE: ALL, A.DAY_PUBLISH: ALL},  # D1, D2: in the director's stead
    "admin": {
        A.ACCOUNTS_MANAGE: ALL, A.ROLES_MANAGE: ALL, A.SETTINGS_EDIT: ALL, A.IMPORT_RUN: ALL,  # A7
        A.RECORDS_SETTLE: ALL,  # sees that records wait, and whose; no marks
        A.PEOPLE_VIEW: ALL, A.DEVICES_MANAGE: ALL,
        A.PRIVATE_PAGE_RENEW: ALL,  # closes a lost address like a lost device; no marks, so no sheet with the new one
    },
}  # fmt: skip

OP_ACTIONS = {  # what saying an op of a type needs
    "return": A.WORK_LOG, "mark": A.MARK_SET, "absence": A.ABSENCE_SET, "presence": A.PRESENCE_REPORT,
    "call": A.CONTACT_LOG, "term_mark": A.TERM_MARK_SET,
}  # fmt: skip


def allows(grants: Iterable[Grant], action: Action, scope: Scope) -> bool:
    """True if one of the grants gives the action on what ``scope`` describes."""
    return any(
        covers(grant, TABLE[grant.role][action], scope) for grant in grants if action in TABLE.get(grant.role, {})
    )


def anywhere(grants: Iterable[Grant], action: Action) -> bool:
    """True if the action is given on something at all: for menus, and before an object is looked up."""
    return bool(realm(grants, action))


def realm(grants: Iterable[Grant], action: Action) -> Realm:
    """All that ``allows`` would say yes to, for the conditions of a list."""
    everything, groups, courses = False, set(), set()
    for grant in grants:
        reach = TABLE.get(grant.role, {}).get(action)
        if reach is None:
            continue
        if grant.group_id is None and grant.course_id is None:
            everything |= reach is Reach.SCHOOL
            continue
        if grant.course_id is not None:
            courses.add(grant.course_id)
        if grant.group_id is not None and (grant.course_id is None or reach > Reach.COURSES):
            groups.add(grant.group_id)
    return Realm(everything, frozenset(groups), frozenset(courses))


def covers(grant: Grant, reach: Reach, scope: Scope) -> bool:
    """True if a right of this reach, held through this grant, touches the scope."""
    if grant.group_id is None and grant.course_id is None:
        return reach is Reach.SCHOOL
    if grant.course_id is not None and grant.course_id in scope.courses:
        return True
    by_group = grant.course_id is None or reach > Reach.COURSES
    return by_group and grant.group_id in scope.groups


def in_force(grants: Iterable[Grant], on_duty: bool) -> tuple[Grant, ...]:
    """The grants without that of an operator who is not on duty now."""
    return tuple(grant for grant in grants if on_duty or grant.role != "operator")
