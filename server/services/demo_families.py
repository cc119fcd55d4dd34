"""The demonstration's families: how they are reached, a message, a letter, and a part of the weekly round told."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.extensions import db
from server.models import FamilyChannel, Group, Person, RoleGrant
from server.policy import Realm
from server.services import audience, demo, letters, messages, round_ticks
from server.services.content import Author
from server.services.family_ways import Home, homes
from server.services.messages import Words
from sync.ids import content_id

TOLD = 4  # families of the class that are told already
EVERYTHING = Realm(True, frozenset(), frozenset())


def reach_families(now: datetime, by_account: str | None = None) -> int:
    """Fill it in once; returns how many families have noted ways."""
    session = db.session()
    teacher = dict(demo.one_person_per_role(session))["class_teacher"].id
    group = session.scalars(
        select(Group).join(RoleGrant, RoleGrant.group_id == Group.id)
        .where(RoleGrant.role == "class_teacher", RoleGrant.person_id == teacher)
    ).first()  # fmt: skip
    if group is None or session.scalar(select(FamilyChannel.id).limit(1)) is not None:
        return 0
    today = now.date()
    found = homes(session, audience.students_of(session, [group.id], today), today)
    noted = [home for home in found if any(way.address for way in home.ways)]
    store.write(lambda session: _note(session, noted, teacher, now))
    by = Author(teacher, by_account, now, today)  # type: ignore[arg-type]
    _speak(session, group, noted, by)
    return len(noted)


def _note(session: Session, noted: list[Home], teacher: str, now: datetime) -> None:
    """Every family's ways as the lists say them; numbers of every other family are confirmed, with consent to SMS."""
    for number, home in enumerate(noted):
        for position, way in enumerate(home.ways, start=1):
            sure = number % 2 == 0
            session.add(FamilyChannel(
                id=content_id("family_channel", way.person_id, way.channel, way.address), person_id=way.person_id,
                channel=way.channel, address=way.address, position=position, works=True,
                until="19:30" if way.channel == "call" else None, consent=sure and way.channel == "sms",
                confirmed_on=now.date() if sure else None, language="", noted_by=teacher, noted_at=now,
            ))  # fmt: skip


def _speak(session: Session, group: Group, noted: list[Home], by: Author) -> None:
    words = Words("change", "groups", "В четверг урок физики переносится на 12:30. Смотрим телеурок в то же время.",
                  "Перенос урока", (group.id,), chats=("class_chat", "parents_chat"))  # fmt: skip
    messages.create(session, words, EVERYTHING, by, "demo-message", ())
    for home in noted[:TOLD]:
        way = next((way for way in home.ways if way.channel == "call"), home.ways[0])
        channel = way.channel if way.channel in round_ticks.TICKS else "call"
        round_ticks.tick([child.id for child in home.children], way.person_id, channel, True, "demo", by)
    if len(noted) > TOLD:
        child = noted[TOLD].children[0]
        earlier = Author(by.person_id, by.account_id, by.now - timedelta(days=1), by.today)
        parent = next((one.id for one in noted[TOLD].people if not one.is_student), None)
        first = session.get_one(Person, child.id).first_name
        text = f"{first} не понимает задачу 3 по алгебре. Можно ли сдать позже? Телефон ловит только вечером."
        letters.enter(child.id, parent, by.person_id, "slip", text, earlier, "demo-letter")
