"""The users of a OneRoster set: who is a student, who works here, who stands for which student."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from server.importers.contacts import read_email, read_phone
from server.importers.findings import ERROR, WARNING
from server.importers.names import read_name
from server.importers.oneroster_rows import RosterGuardian, RosterStaff, RosterStudent
from server.importers.oneroster_spec import FAMILY_ROLES, OURS, ROLES
from server.importers.oneroster_tables import Table, listed, ours, read_cell
from server.importers.records import Record
from server.importers.rows import GuardianRow, StaffRow, StudentRow
from server.importers.staff import ROLES as OUR_ROLES
from server.importers.tables import Cell
from server.importers.values import Read, clean, read_date

# What a role of the binding is worth here. The rest is too wide for a right: whoever bears it works here, and the
# office gives the role. (Samples call a social worker "counselor", whom a psychologist's notes do not concern.)
_WORTH = {"teacher": "subject_teacher", "principal": "director", "aide": "support_staff"}
_WORKS_HERE = "support_staff"
_KNOWN = {role.casefold(): role for role in ROLES}
_SEX = {"male": "m", "female": "f"}


@dataclass(frozen=True)
class User:
    """A user as the file has one. ``agents``: ids of the users this one stands for, or who stand for this one."""

    id: str
    record: Record
    last: str
    first: str
    middle: str
    phone: str
    email: str
    agents: tuple[str, ...]
    role: str  # of OneRoster 1.1, "" since


@dataclass(frozen=True)
class Role:
    """A line of roles.csv: the role of the binding, ours where the set is ours, and since when."""

    role: str
    ours: str | None
    since: date | None
    record: Record


def read_users(table: Table, region: str) -> dict[str, User]:
    """Users by id, in the order of the file; one without a name is an error."""
    users: dict[str, User] = {}
    for record in table.records:
        user = User(
            id=record.need("sourcedId", read_cell),
            record=record,
            last=record.need("familyName", _name),
            first=_given(record),
            middle=record.take("middleName", _name),
            phone=_phone(record, region),
            email=record.take("email", read_email),
            agents=tuple(dict.fromkeys(listed(record.take("agentSourcedIds", read_cell)))),
            role=_KNOWN.get(record.take("role", read_cell).casefold(), ""),
        )
        if not record.broken:
            users[user.id] = user
    return users


def _name(cell: Cell) -> Read[str]:
    return read_name(read_cell(cell).value)


def _given(record: Record) -> str:
    """Some people have one name only; a dash says so."""
    first = record.take("givenName", _name)
    if not first and not record.cells.get("givenName", "").strip():
        record.note(WARNING, "value_missing", "givenName")
    return first


def _phone(record: Record, region: str) -> str:
    """``sms`` is the number of a mobile phone, ``phone`` any."""
    field = "sms" if clean(record.cells.get("sms", "")) else "phone"
    return record.take(field, lambda cell: read_phone(cell, region))


def read_roles(
    table: Table | None, users: Mapping[str, User], ids: Collection[str], today: date | None
) -> dict[str, list[Role]]:
    """The roles of each user that have not ended, in the order of the file; without the file those of OneRoster 1.1."""
    if table is None:
        return {user.id: [Role(user.role, None, None, user.record)] for user in users.values() if user.role}
    roles: dict[str, list[Role]] = {}
    is_ours = OURS + "role" in table.columns
    for record in table.records:
        id, words = record.need("userSourcedId", read_cell), record.need("role", read_cell)
        since, until = take_date(record, "beginDate"), take_date(record, "endDate")
        if record.broken or id not in users:
            if id and id not in ids:
                record.note(WARNING, "oneroster_unknown_user", "userSourcedId", value=id)
            continue
        role = _KNOWN.get(words.casefold(), "")
        if not role and not words.startswith("ext:"):
            record.note(WARNING, "role_unknown", "role", value=words)
        if until is None or today is None or until > today:
            roles.setdefault(id, []).append(Role(role, ours(record, "role") if is_ours else None, since, record))
    return roles


def take_date(record: Record, field: str) -> date | None:
    """A date that need not be there: one that cannot be read is said, and left open."""
    read = read_date(clean(record.cells.get(field, "")))
    if read.code:
        record.note(WARNING, read.code, field, value=record.cells[field], suggestion=read.suggestion)
    return read.value


def read_births(table: Table | None) -> dict[str, tuple[date | None, str]]:
    """Birth date and sex ("m", "f", "") by user, from demographics.csv."""
    found: dict[str, tuple[date | None, str]] = {}
    for record in table.records if table else ():
        id, born = record.need("sourcedId", read_cell), take_date(record, "birthDate")
        found[id] = born, _SEX.get(record.take("sex", read_cell).casefold(), "")
    return found


def students(
    users: Mapping[str, User],
    homes: Mapping[str, tuple[str, date | None]],
    guardians: Iterable[RosterGuardian],
    births: Mapping[str, tuple[date | None, str]],
) -> tuple[RosterStudent, ...]:
    """A student for every user with a home class; ``homes``: user → (class name, since)."""
    families: dict[str, list[GuardianRow]] = {}
    for guardian in guardians:
        for id in guardian.students:
            families.setdefault(id, []).append(guardian.row)
    return tuple(
        _student(users[id], *home, families.get(id, []), *births.get(id, (None, ""))) for id, home in homes.items()
    )


def _student(
    user: User, class_name: str, since: date | None, guardians: list[GuardianRow], born: date | None, sex: str
) -> RosterStudent:
    row = StudentRow(
        last=user.last, first=user.first, middle=user.middle, birth_date=born, sex=sex, phone=user.phone,
        class_name=class_name, guardians=tuple(guardians), address="", siblings_text="", email=user.email,
        where=user.record.where,
    )  # fmt: skip
    return RosterStudent(user.id, row, since)


def guardians(users: Mapping[str, User], ids: Collection[str], homes: Iterable[str]) -> tuple[RosterGuardian, ...]:
    """Everybody who stands for a student, as either side of the link says it."""
    links: dict[str, dict[str, None]] = {}
    children = dict.fromkeys(homes)
    for user in users.values():
        for other in user.agents:
            if other not in users:
                if other not in ids:
                    user.record.note(WARNING, "oneroster_unknown_user", "agentSourcedIds", value=other)
                continue
            adult, child = (other, user.id) if user.id in children else (user.id, other)
            if child in children and adult not in children:
                links.setdefault(adult, {})[child] = None
    return tuple(
        RosterGuardian(
            id, GuardianRow(user.last, user.first, user.middle, user.phone, user.email), tuple(links[id]),
            user.record.where,
        )
        for id, user in users.items() if id in links
    )  # fmt: skip


def staff(users: Mapping[str, User], roles: Mapping[str, list[Role]], teachers: set[str]) -> tuple[RosterStaff, ...]:
    """Everybody with a role of work, or who teaches something."""
    found = []
    for user in users.values():
        mine = [role for role in roles.get(user.id, []) if role.role not in (*FAMILY_ROLES, "student")]
        if mine or user.id in teachers:
            found.append(_employee(user, mine))
    return tuple(found)


def _employee(user: User, roles: list[Role]) -> RosterStaff:
    codes: dict[str, date | None] = {}
    for role in roles:
        if role.ours is not None:
            code = role.ours if role.ours in OUR_ROLES else ""
        else:
            code = _WORTH.get(role.role, _WORKS_HERE)
            if role.role and role.role not in _WORTH:
                role.record.note(WARNING, "role_unknown", "role", value=role.role)
        if code and code != "class_teacher":  # a class's teacher stands in the enrollments of the class
            codes.setdefault(code, role.since)
    if not roles:
        codes["subject_teacher"] = None
    row = StaffRow(
        last=user.last, first=user.first, middle=user.middle, subjects=(), roles=tuple(codes), homeroom="", room="",
        phone=user.phone, email=user.email, where=user.record.where,
    )  # fmt: skip
    return RosterStaff(user.id, row, tuple((code, since) for code, since in codes.items() if since))


def say_who_is_nobody(
    users: Mapping[str, User], ids: Collection[str], known: set[str], roles: Mapping[str, list[Role]]
) -> None:
    """Users who are neither placed in a class nor work here nor stand for a student.

    Nothing is said of whoever stands for a student who was not taken: that was said, and is the reason.
    """
    for user in users.values():
        if user.id in known:
            continue
        if any(role.role == "student" for role in roles.get(user.id, [])):
            user.record.note(ERROR, "oneroster_no_homeroom", value=user.last)
        elif not any(other in ids and other not in users for other in user.agents):
            user.record.note(WARNING, "oneroster_user_unused", value=user.last)
