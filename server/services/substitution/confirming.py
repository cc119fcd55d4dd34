"""Carries out what was chosen for the lessons of an absence: one deed, in one write, or none of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import LessonAct, LessonChange, LessonCourse, School
from server.services import content
from server.services.content import Author
from server.services.content_draft import TEXT, LessonDraft, TaskDraft
from server.services.days import changing
from server.services.days.changing import Deed, Rights
from server.services.days.checking import Finding
from server.services.days.finding_words import sentence
from server.services.days.reading import Days
from server.services.days.state import LessonState, state_from
from server.services.substitution import away
from server.services.substitution.away import Away
from server.services.substitution.choosing import OPEN, SELF, Choice, after, deeds, new_absentees, new_clashes
from server.services.substitution.diary import Diary
from server.services.substitution.proposing import stretch, surroundings


def confirm(
    absence_id: str, choices: Sequence[Choice], seen: Mapping[str, str], since: date | None, by: Author,
    rights: Rights,
) -> str:  # fmt: skip
    """Do all that is chosen; returns the id of the act. The same form sent twice is one act.

    ``seen``: marks of the lessons as the form showed them; ``since``: the first day that it showed.
    Raises DomainError ``nothing_chosen``, ``lesson_changed``, ``substitute_away``, ``choice_clash``, and all that
    ``changing.carry_out`` and, for a task typed, ``content.save`` raise.
    """
    chosen = [choice for choice in choices if choice.what != OPEN]
    if not chosen:
        raise DomainError("nothing_chosen")
    if any(len(choice.task) > TEXT for choice in chosen):
        raise DomainError("text_long", length=max(len(choice.task) for choice in chosen), limit=TEXT)

    def write(session: Session) -> str:
        session.execute(select(School.id).with_for_update())  # two deputies: the second sees what the first gave
        one = away.get(session, absence_id)
        known = _repeated(session, one, chosen, seen, by)
        if known:
            return known
        days, diary = surroundings(session, *stretch(one, by.today, since))
        wanted = _checked(one, chosen, seen, days, diary)
        act = changing.carry_out(session, "substituted", wanted, by, rights, reason=reason_of(one),
                                 absence_id=one.id)  # fmt: skip
        _set_tasks(session, chosen, by)
        return act

    return store.write(write)


def reason_of(one: Away) -> str:
    """Why, as the change keeps it: «illness, order 12-к»."""
    why = _(one.reason)
    return _("%(reason)s, order %(number)s", reason=why, number=one.order_no) if one.order_no else why


def _checked(one: Away, chosen: Sequence[Choice], seen: Mapping[str, str], days: Days, diary: Diary) -> list[Deed]:
    states = {lesson.id: lesson.as_state() for lesson in days.lessons}
    for choice in chosen:
        stands = states.get(choice.lesson)
        if stands is None or one.person_id not in stands.teachers or not seen.get(choice.lesson):
            raise DomainError("lesson_changed")
        if choice.what == "teacher" and choice.who not in diary.colleagues:
            raise DomainError("person_unknown")
    wanted = deeds(chosen, one.person_id, states, seen)
    if any(deed.seen != states[deed.lesson_id].mark() for deed in wanted):
        raise DomainError("lesson_changed")
    then = with_names(after(days, wanted), diary)
    for person, _lesson in new_absentees(days, then, diary):
        raise DomainError("substitute_away", name=then.facts.people.get(person, ""))
    for clash in new_clashes(days, then):
        finding = Finding(clash.kind, True, days.first, (clash.one, clash.other), clash.who)
        raise DomainError("choice_clash", what=sentence(finding, then))
    return wanted


def with_names(days: Days, diary: Diary) -> Days:
    """The days with the names of all who could hold a lesson, also of those who held none."""
    people = {**{id: one.name for id, one in diary.colleagues.items()}, **days.facts.people}
    return replace(days, facts=replace(days.facts, people=people))


def _repeated(
    session: Session, one: Away, chosen: Sequence[Choice], seen: Mapping[str, str], by: Author
) -> str:
    """The id of the act that did exactly this already: the second click of a double click; "" for none."""
    acts = session.scalars(
        select(LessonAct.id).where(LessonAct.teacher_absence_id == one.id, LessonAct.made_by == by.person_id,
                                   LessonAct.undone_by_id.is_(None))
        .order_by(LessonAct.made_at.desc()).limit(5)
    ).all()  # fmt: skip
    for act in acts:
        changes = session.scalars(select(LessonChange).where(LessonChange.act_id == act)).all()
        before = {change.lesson_id: state_from(change.before) for change in changes}
        if any(before[id].mark() != seen.get(id) for id in before):
            continue
        try:
            wanted = deeds(chosen, one.person_id, before, seen)
        except DomainError:
            continue
        if _afters(wanted) == {change.lesson_id: _without_room(state_from(change.after)) for change in changes}:
            return act
    return ""


def _afters(wanted: Sequence[Deed]) -> dict[str, LessonState]:
    return {deed.lesson_id: _without_room(deed.after) for deed in wanted}


def _without_room(state: LessonState) -> LessonState:
    """Which room a swap found depends on the other lessons of that moment."""
    return replace(state, room=None)


def _set_tasks(session: Session, chosen: Sequence[Choice], by: Author) -> None:
    """What students shall do alone becomes a task of the lesson, to be handed in as its kind says."""
    for choice in chosen:
        if choice.what != SELF or not choice.task.strip():
            continue
        views = session.scalars(select(LessonCourse.id).where(LessonCourse.lesson_id == choice.lesson))
        for view_id in views.all():
            _set_task(session, view_id, choice.task, by)


def _set_task(session: Session, view_id: str, text: str, by: Author) -> None:
    view = content.lesson_course(session, view_id)
    now: LessonDraft = content.read(session, view)
    scales = content.rules_of(session, view).scales
    scale = "none" if "none" in scales else scales[0]
    task = TaskDraft(title=_("Self-study"), text=text, scale=scale, due=view.lesson.on.isoformat())
    content.save_within(session, view_id, replace(now, tasks=(*now.tasks, task)), now.mark(), by)
