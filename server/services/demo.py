"""The demonstration: a sample village school with the sample week moved to the next school week.

Everything goes the way a school goes: the same imports, the same publication, the same returns. People that the
sample does not have (tutor, psychologist …) are invented here.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import distinct, exists, func, select
from sqlalchemy.orm import Session

from server import store
from server.extensions import db
from server.models import (
    ROLES,
    Account,
    Course,
    CourseTeacher,
    DutyRota,
    Group,
    MarkRevision,
    Notice,
    Person,
    Return,
    RoleGrant,
    School,
    Task,
    Work,
)
from server.services import accounts, demo_attendance, demo_documents, imports, logging_work, returns, works
from server.services.logging_work import Arrival, Line
from sync.ids import content_id

SAMPLE_MONDAY = date(2026, 12, 7)
KINDS = (
    ("terms", "terms.csv"), ("bells", "bells.csv"), ("people", "classes.xlsx"), ("staff", "staff.xlsx"),
    ("timetable", "timetable_asc.xml"), ("tv", "tv_broadcasts.csv"), ("connectivity", "connectivity.csv"),
    ("content", "content/*.md"),
)  # fmt: skip
INVENTED = {
    "deputy_upbringing": ("Ладогина", "Вера", "Ильинична"), "network_teacher": ("Синицын", "Олег", "Петрович"),
    "tutor": ("Ручьёва", "Нина", "Павловна"), "psychologist": ("Тишина", "Алла", "Юрьевна"),
    "operator": ("Звонова", "Майя", "Львовна"), "support_staff": ("Ключников", "Пётр", "Ильич"),
    "timetabler": ("Сеткина", "Дарья", "Олеговна"), "day_approver": ("Причалова", "Инга", "Романовна"),
}  # fmt: skip
ADMIN = ("Настройкин", "Лев", "Олегович")
SHOWN_GRADE = 7
PUBLISH_AT = "16:00"  # when the next day goes out by itself
LEAVES_RELEASED = {"director", "deputy_studies", "class_teacher", "psychologist"}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Login:
    """One random sign-in of this run."""

    role: str
    login: str
    password: str
    name: str


def shift_to(today: date) -> int:
    """Days to move the sample by, a multiple of 7: its week becomes the week after today's."""
    next_monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
    return (next_monday - SAMPLE_MONDAY).days


def load(folder: Path, shift: int, now: datetime, progress: Progress) -> list[imports.ImportReport]:
    """Import every file of the sample, in the order that needs no second pass."""
    reports = []
    for done, (kind, pattern) in enumerate(KINDS):
        progress("import", done, len(KINDS))
        files = [(file.name, file.read_bytes()) for file in sorted(folder.glob(pattern)) if file.name != "README.md"]
        moved = shift if kind in ("terms", "tv", "content") else 0
        reports.append(imports.run(kind, files, actor_id=None, dry_run=False, now=now, shift_days=moved))
    progress("import", len(KINDS), len(KINDS))
    return reports


def furnish(shift: int, now: datetime, today: date) -> None:
    """What the files do not say: missing roles, the rota, released names, a notice. Safe to repeat."""

    def save(session: Session) -> None:
        for role, name in INVENTED.items():
            _invent(session, role, name, now, today)
        _name_administrator(session)
        session.scalars(select(School)).one().publish_at = PUBLISH_AT
        for person, role in session.execute(
            select(Person, RoleGrant.role).join(RoleGrant, RoleGrant.person_id == Person.id)
        ):
            if role in LEAVES_RELEASED:
                person.released = ["name", "email"] if person.email else ["name"]
        monday = SAMPLE_MONDAY + timedelta(days=shift)
        session.merge(Notice(
            id=content_id("demo", "notice"), title="Пакеты на неделю",
            body="Бумажные пакеты выдаём в четверг с 15:00 у входа. Сделанные работы кладите в тот же пакет.",
            group_ids=[], starts_on=monday - timedelta(days=7), ends_on=monday + timedelta(days=6),
        ))  # fmt: skip
        demo_documents.add(session, monday - timedelta(days=7), now)

    store.write(save)


def _invent(session: Session, role: str, name: tuple[str, str, str], now: datetime, today: date) -> None:
    person_id = content_id("demo", role)
    if session.get(Person, person_id) is None:
        last, first, middle = name
        session.add(Person(id=person_id, slug=secrets.token_hex(5), last_name=last, first_name=first,
                           middle_name=middle, released=[]))  # fmt: skip
        session.flush()
    group_id = course_id = None
    if role == "tutor":
        group_id = session.scalars(select(Group.id).where(Group.kind == "class", Group.grade == SHOWN_GRADE)).first()
    if role == "network_teacher":
        course_id = session.scalars(select(Course.id).order_by(Course.id)).first()
    grant = content_id("grant", person_id, role, group_id or "", course_id or "", today.isoformat())
    if not session.scalars(select(RoleGrant).where(RoleGrant.person_id == person_id)).first():
        session.add(RoleGrant(id=grant, person_id=person_id, role=role, group_id=group_id, course_id=course_id,
                              since=today))  # fmt: skip
    if role == "operator":
        session.merge(DutyRota(id=content_id("demo", "duty"), person_id=person_id, since=now - timedelta(hours=1),
                               until=now + timedelta(days=60)))  # fmt: skip


def _name_administrator(session: Session) -> None:
    """Setup's administrator, who has no name yet, becomes somebody."""
    person = session.scalars(
        select(Person).join(RoleGrant, RoleGrant.person_id == Person.id).where(RoleGrant.role == "admin")
    ).one()
    person.last_name, person.first_name, person.middle_name = ADMIN


def new_logins(now: datetime) -> list[Login]:
    """A fresh random login for one person of each role; passwords of the run before end."""
    chosen = dict(one_person_per_role(db.session()))
    store.write(lambda session: _close_others(session, {person.id for person in chosen.values()}))
    found = []
    for role in ROLES:
        person = chosen[role]
        name = " ".join(part for part in (person.last_name, person.first_name, person.middle_name) if part)
        login = f"{role.replace('_', '-')}-{secrets.randbelow(9000) + 1000}"
        found.append(Login(role, login, _open_account(person.id, login, now), name))
    return found


def _close_others(session: Session, people: set[str]) -> None:
    for account in session.scalars(select(Account)):
        account.is_active = account.person_id in people


def _open_account(person_id: str, login: str, now: datetime) -> str:
    """Give the person's account, or a new one, this login and a random password; returns the password."""
    account_id = db.session.scalar(select(Account.id).where(Account.person_id == person_id))
    if account_id is None:
        return accounts.create_account(person_id, login, None, now)[1]

    def rename(session: Session) -> None:
        session.get_one(Account, account_id).login = login

    store.write(rename)
    return accounts.change_password(account_id, None, None, now, by=account_id)[1]


def one_person_per_role(session: Session) -> Iterator[tuple[str, Person]]:
    """Distinct people: who has most to show in the sample week, then who has the fewest other roles."""
    grants = session.execute(
        select(Person, RoleGrant.role).join(RoleGrant, RoleGrant.person_id == Person.id).order_by(Person.last_name)
    ).all()  # fmt: skip
    load = Counter(person.id for person, _role in grants)
    worth = {"subject_teacher": _works_to_check(session), "class_teacher": _works_in_class(session)}
    taken: set[str] = set()
    for role in sorted(ROLES, key=lambda role: sum(own == role for _, own in grants)):
        shown = worth.get(role, {})
        people = [person for person, own in grants if own == role and person.id not in taken]
        person = min(people, key=lambda one: (-shown.get(one.id, 0), load[one.id], one.last_name, one.id))
        taken.add(person.id)
        yield role, person


def _works_to_check(session: Session) -> dict[str, int]:
    """Person → works of theirs that came back and have no mark."""
    rows = session.execute(
        select(CourseTeacher.person_id, func.count(distinct(Work.id)))
        .join(Task, Task.course_id == CourseTeacher.course_id).join(Work, Work.task_id == Task.id)
        .join(Return, Return.work_id == Work.id)
        .where(CourseTeacher.is_lead, ~exists().where(MarkRevision.work_id == Work.id))
        .group_by(CourseTeacher.person_id)
    )  # fmt: skip
    return dict(rows.all())


def _works_in_class(session: Session) -> dict[str, int]:
    """Class teacher → works of the class that came back."""
    rows = session.execute(
        select(RoleGrant.person_id, func.count(distinct(Return.work_id)))
        .join(Course, Course.group_id == RoleGrant.group_id).join(Task, Task.course_id == Course.id)
        .join(Work, Work.task_id == Task.id).join(Return, Return.work_id == Work.id)
        .where(RoleGrant.role == "class_teacher").group_by(RoleGrant.person_id)
    )  # fmt: skip
    return dict(rows.all())


def open_code() -> str | None:
    """The code of a work that has not come back yet, of the class that shows most; None when all have."""
    return db.session.scalar(
        select(Work.code).join(Task, Task.id == Work.task_id).join(Course, Course.id == Task.course_id)
        .join(Group, Group.id == Course.group_id)
        .where(~exists().where(Return.work_id == Work.id), works.to_hand_in())
        .order_by(Group.grade != SHOWN_GRADE, Work.code).limit(1)
    )  # fmt: skip


def hand_in(now: datetime, today: date) -> int:
    """A few works come back before the week begins, so that no page is empty; returns how many."""
    count = 0
    for group in db.session.scalars(select(Group).where(Group.kind == "class", Group.grade.in_((6, 7, 9)))):
        tasks = db.session.scalars(
            select(Task).join(Course, Course.id == Task.course_id)
            .where(Course.group_id == group.id, works.to_hand_in()).order_by(Task.id)
        ).all()  # fmt: skip
        for number, task in enumerate(tasks):
            count += _hand_in(task, now, today)
            if number % 2 == 0:
                count += _correct(task, now, today)
    return count


def attend(now: datetime, today: date) -> int:
    """Last week's attendance of the class whose teacher gets a login; returns how many records were taken in."""
    teacher = dict(one_person_per_role(db.session()))["class_teacher"]
    group_id = db.session.scalars(
        select(RoleGrant.group_id).where(RoleGrant.person_id == teacher.id, RoleGrant.role == "class_teacher")
    ).first()
    return demo_attendance.furnish(now, today, group_id or "")


def _correct(task: Task, now: datetime, today: date) -> int:
    """What was sent back comes again and gets its mark: of every second task, so that others wait to be corrected."""
    codes = list(db.session.scalars(select(Work.code).where(Work.task_id == task.id).order_by(Work.code)).all())[3:4]
    found = 0
    for code in codes:
        view = works.find(db.session, code, "")
        heads = works.states(db.session, [view.id])[view.id].heads
        origin = bytes.fromhex(content_id("demo", "again", task.id)[:16])
        draft = logging_work.make_draft(origin, now, "UTC", _teacher_of(task) or "", [Line(code, heads, "redo")])
        said = logging_work.read_typed("+4" if view.scale == "five" else "+", view.rule, "Теперь верно.")
        if heads and said is not None:
            envelope = logging_work.op_about_work(draft, 0, said, Arrival(today, "paper"))
            [outcome] = returns.receive(returns.Delivery([envelope], now, today))
            found += outcome.outcome == "accepted"
    return found


def _teacher_of(task: Task) -> str | None:
    return db.session.scalars(
        select(CourseTeacher.person_id).where(CourseTeacher.course_id == task.course_id)
        .order_by(CourseTeacher.is_lead.desc())
    ).first()  # fmt: skip


def _hand_in(task: Task, now: datetime, today: date) -> int:
    teacher = _teacher_of(task)
    codes = list(db.session.scalars(select(Work.code).where(Work.task_id == task.id).order_by(Work.code)).all())[:4]
    typed = ("+", "+", "+5", "+д")
    lines = [Line(code, (), "issued") for code in codes]
    origin = bytes.fromhex(content_id("demo", task.id)[:16])
    draft = logging_work.make_draft(origin, now, "UTC", teacher or "", lines)
    envelopes = []
    for number, code in enumerate(codes):
        view = works.find(db.session, code, "")
        if typed[number] == "+5" and view.scale != "five":
            continue
        comment = "Проверь вычисления в последней задаче и пришли ещё раз." if typed[number] == "+д" else ""
        said = logging_work.read_typed(typed[number], view.rule, comment)
        if said is not None:
            channel = ("paper", "photo", "paper", "messenger")[number]
            envelopes.append(logging_work.op_about_work(draft, number, said, Arrival(today, channel)))
    outcomes = returns.receive(returns.Delivery(envelopes, now, today)) if envelopes else []
    return sum(outcome.outcome == "accepted" for outcome in outcomes)
