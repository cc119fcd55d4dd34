"""Whether a delivery made ready may still go: consent, the address and who may be told can change meanwhile."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Delivery, DeliveryStudent, FamilyChannel, Guardianship, Message
from server.services.family_ways import PERSONAL, Way, hindrance
from server.services.messages import spoken_as

UNWANTED = "unwanted"  # the reason that stands at such a delivery


def is_unwanted(session: Session, row: Delivery) -> bool:
    """True if the way is closed to such a message now, or its receiver must not be told about one of the children."""
    if row.person_id is None:
        return False
    message = session.get_one(Message, row.message_id)
    kind = spoken_as(message.kind, message.audience)
    noted = session.scalars(
        select(FamilyChannel).filter_by(person_id=row.person_id, channel=row.channel, address=row.address)
    ).first()
    way = Way(row.person_id, row.channel, row.address)
    if noted is not None:
        way = Way(row.person_id, row.channel, row.address, works=noted.works, consent=noted.consent,
                  confirmed_on=noted.confirmed_on)  # fmt: skip
    return bool(hindrance(way, kind)) or (kind in PERSONAL and _is_barred(session, row))


def _is_barred(session: Session, row: Delivery) -> bool:
    about = session.scalars(select(DeliveryStudent.student_id).where(DeliveryStudent.delivery_id == row.id))
    return bool(barred(session, {row.id: (row.person_id or "", set(about))}))


def barred(session: Session, told: Mapping[str, tuple[str, Collection[str]]]) -> set[str]:
    """Of personal deliveries (id → receiver, the children) those whose receiver must not be told of one of them."""
    people = {person for person, _about in told.values()}
    may = {tuple(pair) for pair in session.execute(
        select(Guardianship.guardian_id, Guardianship.student_id)
        .where(Guardianship.guardian_id.in_(people), Guardianship.may_receive)
    )}  # fmt: skip
    return {
        id for id, (person, about) in told.items()
        if any(child != person and (person, child) not in may for child in about)
    }  # fmt: skip
