"""What the office calls the group of a student who is taught at home: class and name, which no edition ever sees."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.models import Group, Membership, Person
from server.services.people import short_name


def home_names(session: Session, group_ids: Collection[str]) -> dict[str, str]:
    """Of those that are groups of one such student: «7А, Веслов Е. (на дому)». The stored name names nobody."""
    if not group_ids:
        return {}
    parent = aliased(Group)
    rows = session.execute(
        select(Group.id, Group.name, parent.name, Person).join(parent, parent.id == Group.parent_id)
        .join(Membership, Membership.group_id == Group.id).join(Person, Person.id == Membership.person_id)
        .where(Group.kind == "individual", Group.id.in_(group_ids)).order_by(Membership.since)
    )  # fmt: skip
    return {id: f"{class_name}, {short_name(person)} ({name})" for id, name, class_name, person in rows}
