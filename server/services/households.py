"""What people decide about households: who belongs together, where they live. Each act can be taken back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Household, Person
from server.services.accounts import new_id, record
from server.services.content_draft import clean
from server.services.household_view import ALONE, base_of

ADDRESS, NOTE = 300, 1000  # characters
State = dict[str, dict[str, Any] | None]  # household → its values and members; None: there was none


@dataclass(frozen=True)
class Done:
    """What an act came to: whether anything changed, and all that is needed to take it back (ids and plain values)."""

    changed: int
    before: State
    after: dict[str, str]  # household → its base afterwards

    def plain(self) -> list[Any]:
        """As JSON: it travels, sealed, in the form that takes the act back."""
        return [self.before, self.after]


@dataclass(frozen=True)
class Actor:
    """Who decides, and when."""

    account_id: str
    now: datetime


def confirm(bases: Mapping[str, str], actor: Actor) -> Done:
    """These households are as they should be. Raises DomainError household_changed."""

    def act(session: Session, desk: "_Desk") -> None:
        for key in bases:
            row = desk.row(key)
            if not row.confirmed:
                desk.check(key, bases[key])
                desk.touch(row).confirmed = True

    return _carry_out(act, actor, "household.confirm")


def split(key: str, base: str, child_id: str, actor: Actor) -> Done:
    """The child lives elsewhere: a household of its own. Raises as ``confirm`` does, and person_unknown."""

    def act(session: Session, desk: "_Desk") -> None:
        row = desk.row(key)
        desk.check(key, base)
        members = desk.members(row.id)
        if child_id not in members:
            raise DomainError("person_unknown")
        if len(members) == 1:
            return
        desk.touch(row)
        own = desk.make(row.address)
        own.confirmed = True
        desk.place(child_id, own)
        if len(members) == 2:
            row.confirmed = True  # both were looked at

    return _carry_out(act, actor, "household.split")


def join(bases: Mapping[str, str], actor: Actor) -> Done:
    """All these households are one: the first takes in the others. Raises as ``confirm`` does."""

    def act(session: Session, desk: "_Desk") -> None:
        first, *others = [desk.row(key) for key in bases]
        for key, base in bases.items():
            desk.check(key, base)
        desk.touch(first).confirmed = True
        for other in others:
            desk.touch(other)
            first.address = first.address or other.address
            first.note = "\n".join(dict.fromkeys(filter(None, (first.note, other.note))))[:NOTE]
            for person_id in desk.members(other.id):
                desk.place(person_id, first)

    return _carry_out(act, actor, "household.join")


def move(child_id: str, bases: Mapping[str, str], actor: Actor) -> Done:
    """The child moves from the first of two households to the second. Raises as ``split`` does."""

    def act(session: Session, desk: "_Desk") -> None:
        source, target = (desk.row(key) for key in bases)
        for key, base in bases.items():
            desk.check(key, base)
        if child_id not in desk.members(source.id):
            raise DomainError("person_unknown")
        desk.touch(source)
        desk.touch(target).confirmed = True
        desk.place(child_id, target)

    return _carry_out(act, actor, "household.move")


def edit(key: str, base: str, address: str, note: str, actor: Actor) -> Done:
    """Another address or note; who writes one has looked, so it is confirmed. Raises also text_long."""
    address, note = " ".join(clean(address).split()), clean(note).strip()
    for text, limit in ((address, ADDRESS), (note, NOTE)):
        if len(text) > limit:
            raise DomainError("text_long", length=len(text), limit=limit)

    def act(session: Session, desk: "_Desk") -> None:
        row = desk.row(key)
        if (row.address, row.note) == (address, note):
            return
        desk.check(key, base)
        desk.touch(row)
        row.address, row.note, row.confirmed = address, note, True

    return _carry_out(act, actor, "household.edit")


def undo(before: State, after: Mapping[str, str], actor: Actor) -> Done:
    """Put back what an act changed, unless somebody changed it since: household_changed."""

    def act(session: Session, desk: "_Desk") -> None:
        for key, base in after.items():
            row = session.get(Household, key)
            if row is not None or base:
                desk.check(key, base)
        for key, state in before.items():
            row = session.get(Household, key)
            if state is None:
                if row is not None:
                    desk.touch(row)  # goes when nobody lives in it any more
                continue
            row = desk.touch(row) if row is not None else desk.make(key=key)
            row.address, row.note, row.confirmed = state["address"], state["note"], state["confirmed"]
            for person_id in state["members"]:
                desk.place(person_id, row)

    return _carry_out(act, actor, "household.undo")


class _Desk:
    """Households under the hand of one act; remembers how they were."""

    def __init__(self, session: Session, actor: Actor):
        self.session, self.actor = session, actor
        self.before: State = {}
        self.bases: dict[str, str] = {}

    def row(self, key: str) -> Household:
        """A household by its key; a child who has none yet gets one."""
        if key.startswith(ALONE):
            person = self.session.get(Person, key.removeprefix(ALONE))
            if person is None:
                raise DomainError("household_changed")
            if person.household_id is None:
                self.bases[key] = base_of(key, None, [person.id])
                self.place(person.id, self.make())
            key = person.household_id or ""
        row = self.session.get(Household, key)
        if row is None:
            raise DomainError("household_changed")  # joined with another one
        return row

    def check(self, key: str, base: str) -> None:
        """Refuse when the state is another one than ``base`` names."""
        if key not in self.bases:
            self.bases[key] = self._base(self.row(key))
        if self.bases[key] != base:
            raise DomainError("household_changed")

    def touch(self, row: Household) -> Household:
        """Remember how it was before it is changed."""
        if row.id not in self.before:
            self.before[row.id] = {"address": row.address, "note": row.note, "confirmed": row.confirmed,
                                   "members": self.members(row.id)}  # fmt: skip
        return row

    def make(self, address: str = "", key: str = "") -> Household:
        """A new household."""
        row = Household(id=key or new_id(self.actor.now), address=address, note="", confirmed=False)
        self.before.setdefault(row.id, None)
        self.session.add(row)
        self.session.flush()
        return row

    def place(self, person_id: str, row: Household) -> None:
        """The person belongs to the household now."""
        self.session.execute(update(Person).where(Person.id == person_id).values(household_id=row.id))

    def members(self, household_id: str) -> list[str]:
        """Ids of all who belong to it, also of those who left the school."""
        query = select(Person.id).where(Person.household_id == household_id).order_by(Person.id)
        return list(self.session.scalars(query))

    def finish(self) -> dict[str, str]:
        """Drop households that nobody lives in any more; the bases of the touched ones ("": gone)."""
        self.session.flush()
        after = {}
        for key in self.before:
            row = self.session.get(Household, key)
            if row is not None and not self.members(key):
                self.session.delete(row)
                row = None
            after[key] = self._base(row) if row is not None else ""
        return after

    def _base(self, row: Household) -> str:
        return base_of(row.id, row, self.members(row.id))


def _carry_out(act: Callable[[Session, _Desk], None], actor: Actor, action: str) -> Done:
    def save(session: Session) -> Done:
        desk = _Desk(session, actor)
        act(session, desk)
        after = desk.finish()
        for key in after:
            record(session, actor.now, actor.account_id, action, key)
        return Done(len(after), desk.before, after)

    return store.write(save)


def scope_of(session: Session, keys: Iterable[str]) -> list[Sequence[str]]:
    """Of each household the ids of its members, for asking who may change it. Raises DomainError household_changed."""
    found: list[Sequence[str]] = []
    for key in keys:
        if key.startswith(ALONE):
            ids = [key.removeprefix(ALONE)] if session.get(Person, key.removeprefix(ALONE)) else []
        else:
            ids = list(session.scalars(select(Person.id).where(Person.household_id == key)))
        if not ids:
            raise DomainError("household_changed")
        found.append(ids)
    return found
