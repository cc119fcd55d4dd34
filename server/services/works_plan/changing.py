"""Changes a class's plan of works: a work comes, moves or goes, a teacher says yes or no, the deputy publishes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Assessment, AssessmentConsent, AssessmentPlan, Course, CourseTeacher, Group
from server.services.accounts import record
from server.services.content import Author
from server.services.content_draft import clean
from server.services.works import current
from server.services.works_plan import reading
from server.services.works_plan.hits import Planned
from sync.canonical import digest
from sync.ids import content_id

TOPIC, REMARK, MOST_POINTS, MOST_NUMBER = 200, 300, 1000, 30


@dataclass(frozen=True)
class WorkDraft:
    """A work as it was typed and read. ``number`` None: the next free one of its kind."""

    course: str
    kind: str
    number: int | None
    on: date | None
    topic: str
    max_points: int | None


def draft_of(work: Planned) -> WorkDraft:
    """A stored work as its form begins."""
    return WorkDraft(work.course, work.kind, work.number, work.on, work.topic, work.max_points)


def mark(work: Planned) -> str:
    """Names a work's state in a form: who changes it says what was looked at."""
    day = work.on.isoformat() if work.on else ""
    return digest([work.kind, work.number, day, work.topic, work.max_points or 0])[:16]


def read_draft(
    kinds: dict[str, str], course: str, kind: str, number: str, on: str, topic: str, points: str
) -> WorkDraft:  # fmt: skip
    """What was typed. Raises DomainError value_invalid, date_invalid, text_long."""
    if kind not in kinds:
        raise DomainError("value_invalid", field="kind", value=kind[:20])
    topic = " ".join(clean(topic).split())
    if len(topic) > TOPIC:
        raise DomainError("text_long", length=len(topic), limit=TOPIC)
    return WorkDraft(course, kind, _number("number", number, MOST_NUMBER), _day(on), topic,
                     _number("points", points, MOST_POINTS))  # fmt: skip


def _number(field: str, typed: str, most: int) -> int | None:
    typed = typed.strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6 and 1 <= int(typed) <= most):
        raise DomainError("value_invalid", field=field, value=typed[:20])
    return int(typed)


def _day(typed: str) -> date | None:
    typed = typed.strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise DomainError("date_invalid", value=typed[:20]) from error


def as_planned(plan: reading.TermPlan, draft: WorkDraft, id: str = "") -> Planned:
    """The typed work among those of the plan. Raises DomainError course_unknown."""
    course = next((one for one in plan.consents if one.course == draft.course), None)
    if course is None:
        raise DomainError("course_unknown")
    number = draft.number or _next(plan, draft, id)
    return Planned(id, draft.course, course.subject, draft.kind, number, draft.on, draft.topic, draft.max_points,
                   course.part)  # fmt: skip


def _next(plan: reading.TermPlan, draft: WorkDraft, id: str) -> int:
    taken = {one.number for one in plan.works if (one.course, one.kind) == (draft.course, draft.kind) and one.id != id}
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def new_id(draft: WorkDraft, term: int, key: str) -> str:
    """The id of a new work; ``key``: of one rendering of its form, so that a double click makes one."""
    return content_id("assessment", draft.course, draft.kind, str(term), key)


def add(work: Planned, term: int, by: Author) -> None:
    """Store a new work, unless it is there already. Raises DomainError work_twice."""
    id = work.id

    def save(session: Session) -> None:
        if session.get(Assessment, id) is not None:
            return  # the same form again
        _refuse_twin(session, work, term, id)
        session.add(Assessment(id=id, course_id=work.course, kind=work.kind, term_number=term, number=work.number,
                               topic=work.topic, max_points=work.max_points, planned_on=work.on))  # fmt: skip
        record(session, by.now, by.account_id, "assessment.add", id)

    store.write(save)


def change(work: Planned, base: str, by: Author) -> None:
    """Change a work that stood as ``base`` says.

    Raises DomainError assessment_unknown, changed_meanwhile, work_twice.
    """

    def save(session: Session) -> None:
        row = _row(session, work.id, base)
        _refuse_twin(session, work, row.term_number, work.id)
        row.kind, row.number, row.topic = work.kind, work.number, work.topic
        row.max_points, row.planned_on = work.max_points, work.on
        record(session, by.now, by.account_id, "assessment.change", work.id)

    store.write(save)


def remove(id: str, base: str, by: Author) -> None:
    """Take a work out of the plan. Raises DomainError assessment_unknown, changed_meanwhile."""

    def save(session: Session) -> None:
        session.delete(_row(session, id, base))
        record(session, by.now, by.account_id, "assessment.remove", id)

    store.write(save)


def _row(session: Session, id: str, base: str) -> Assessment:
    row = session.get(Assessment, id)
    if row is None:
        raise DomainError("assessment_unknown")
    stands = Planned(row.id, row.course_id, "", row.kind, row.number, row.planned_on, row.topic, row.max_points)
    if mark(stands) != base:
        raise DomainError("changed_meanwhile")
    return row


def _refuse_twin(session: Session, work: Planned, term: int, id: str) -> None:
    twin = session.scalar(
        select(Assessment.id).where(
            Assessment.course_id == work.course, Assessment.kind == work.kind, Assessment.term_number == term,
            Assessment.number == work.number, Assessment.id != id)
    )  # fmt: skip
    if twin is not None:
        raise DomainError("work_twice", number=work.number)


def consent(course_id: str, term: int, answer: str, remark: str, seen: str, by: Author) -> None:
    """A teacher's word on the works of a course. ``seen``: the hash of what was looked at.

    Raises DomainError value_invalid, text_long, field_needed (a no without a word why), forbidden for who is not
    answerable for the course, changed_meanwhile.
    """
    remark = " ".join(clean(remark).split())
    if answer not in ("yes", "no"):
        raise DomainError("value_invalid", field="answer", value=answer[:20])
    if answer == "no" and not remark:
        raise DomainError("remark_needed")
    if len(remark) > REMARK:
        raise DomainError("text_long", length=len(remark), limit=REMARK)

    def save(session: Session) -> None:
        if by.person_id not in answerable(session, course_id, by.today):
            raise DomainError("forbidden")
        hash = course_hash(session, course_id, term)
        if hash != seen:
            raise DomainError("changed_meanwhile")
        session.merge(AssessmentConsent(course_id=course_id, term_number=term, hash=hash, answer=answer, remark=remark,
                                        person_id=by.person_id, at=by.now))  # fmt: skip
        record(session, by.now, by.account_id, f"assessment.consent_{answer}", course_id)

    store.write(save)


def answerable(session: Session, course_id: str, day: date) -> set[str]:
    """Who may agree for a course: who is answerable for it, where nobody is everybody who teaches it."""
    rows = session.execute(
        select(CourseTeacher.person_id, CourseTeacher.is_lead)
        .where(CourseTeacher.course_id == course_id, current(CourseTeacher.since, CourseTeacher.until, day))
    ).all()  # fmt: skip
    return {row.person_id for row in rows if row.is_lead} or {row.person_id for row in rows}


def course_hash(session: Session, course_id: str, term: int) -> str:
    """Of a course's works in a term, as a consent is given to them."""
    rows = session.scalars(select(Assessment).where(Assessment.course_id == course_id, Assessment.term_number == term))
    return reading.plan_hash([
        Planned(row.id, row.course_id, "", row.kind, row.number, row.planned_on, row.topic, row.max_points)
        for row in rows
    ])  # fmt: skip


def publish(group_id: str, year_id: str, term: int, seen: str, anyway: bool, by: Author) -> None:
    """Let families see the plan as it stands. ``anyway``: although a teacher has not agreed.

    Raises DomainError changed_meanwhile, term_unknown, plan_not_agreed.
    """

    def save(session: Session) -> None:
        try:
            group = session.get_one(Group, group_id)
        except NoResultFound as error:
            raise DomainError("group_unknown", name="") from error
        plan = next((one for one in reading.of_class(session, group, year_id, by.today) if one.number == term), None)
        if plan is None:
            raise DomainError("term_unknown")
        if plan.hash != seen:
            raise DomainError("changed_meanwhile")
        if plan.open_consents and not anyway:
            raise DomainError("plan_not_agreed", subjects=", ".join(one.subject for one in plan.open_consents))
        row = session.scalar(select(AssessmentPlan).filter_by(group_id=group_id, year_id=year_id, term_number=term))
        if row is None:
            row = AssessmentPlan(id=content_id("assessment_plan", group_id, year_id, str(term)), group_id=group_id,
                                 year_id=year_id, term_number=term)  # fmt: skip
            session.add(row)
        row.hash, row.entries = plan.hash, reading.entries(plan.works)
        row.published_at, row.published_by = by.now, by.person_id
        record(session, by.now, by.account_id, "assessment.publish", group_id)

    store.write(save)


def place_of(session: Session, work_id: str) -> tuple[Group, str, int, str]:
    """The class of a work, its year, term and course. Raises DomainError assessment_unknown."""
    row = session.execute(
        select(Group, Course.year_id, Assessment.term_number, Assessment.course_id)
        .join(Course, Course.group_id == Group.id).join(Assessment, Assessment.course_id == Course.id)
        .where(Assessment.id == work_id)
    ).first()  # fmt: skip
    if row is None:
        raise DomainError("assessment_unknown")
    group, year_id, term, course_id = row
    return group.parent or group, year_id, term, course_id
