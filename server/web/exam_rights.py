"""Who may see, plan and write about which exams: by the courses whose students sit them, or by being an examiner."""

from flask_login import current_user

from server.errors import DomainError
from server.extensions import db
from server.policy import Action
from server.services.attestation import reading
from server.services.attestation.reading import ExamView, SessionView, reaches
from server.web import access


def seen(view: SessionView) -> list[ExamView]:
    """The exams of a session that this person may see: of the own classes and courses, or as one of its staff.

    Raises DomainError forbidden when there are exams, and none of them is theirs to see.
    """
    realm = access.realm(Action.EXAM_VIEW)
    found = [one for one in view.exams if one.covered(realm) or is_staff(one)]
    if view.exams and not found:
        raise DomainError("forbidden")
    return found


def is_staff(exam: ExamView) -> bool:
    """Whether this person is at the exam in some part."""
    return current_user.person_id in {one.id for one in exam.staff}


def manages(view: SessionView) -> bool:
    """Whether this person may change the session itself: all of its exams are of the own groups."""
    realm = access.realm(Action.EXAM_MANAGE)
    return bool(realm) and all(one.covered(realm, every=True) for one in view.exams)


def manages_exam(exam: ExamView) -> bool:
    """Whether this person may plan the exam: every course of it is of the own groups."""
    return exam.covered(access.realm(Action.EXAM_MANAGE), every=True)


def demand_courses(view: SessionView, courses: tuple[str, ...]) -> None:
    """Raise DomainError forbidden unless this person may plan exams for each of the courses."""
    realm, known = access.realm(Action.EXAM_MANAGE), reading.courses_of(db.session, view.facts, courses)
    if not realm or not all(reaches(realm, one) for one in known.values()):
        raise DomainError("forbidden")


def writes_about(exam: ExamView) -> frozenset[str]:
    """Courses of the exam about whose students this person may enter results.

    All of them for who plans the exam or examines at it, the own ones for a course's teacher.
    """
    examines = any(one.id == current_user.person_id and one.part != "invigilator" for one in exam.staff)
    if examines or manages_exam(exam):
        return frozenset(one.id for one in exam.courses)
    realm = access.realm(Action.MARK_SET)
    return frozenset(one.id for one in exam.courses if reaches(realm, one))
