"""How packs are printed and what they may cost: the school's settings, a class's own above them, and the steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.order import LAYOUTS, Order
from server.errors import DomainError
from server.models import CutStep, Group, PrintSetting
from server.services.measures import compulsory
from sync.ids import content_id

FIELDS = ("duplex", "layout", "leaves", "leaf_cost", "ink_cost", "week_leaves", "marked")
MOST_LEAVES = 100_000
MOST_COST = Decimal(99_999)  # the column has eight digits, three of them behind the point


@dataclass(frozen=True)
class Setting:
    """What a school or a class set; None: not set (of a class: as the school has it).

    ``leaves``: of each class's packs of a week; ``week_leaves``: of all packs of a week together, set for the school;
    ``marked``: print marked copies with their feedback.
    """

    duplex: bool | None = None
    layout: str | None = None
    leaves: int | None = None
    leaf_cost: Decimal | None = None
    ink_cost: Decimal | None = None
    week_leaves: int | None = None
    marked: bool | None = None


def order_for(session: Session, group: Group | None) -> Order:
    """How the packs of a class are to be printed (None: of a class that has nothing of its own)."""
    setting = setting_for(session, group)
    return Order(
        duplex=setting.duplex is not False,
        layout=setting.layout or LAYOUTS[0],
        leaves=setting.leaves,
        steps=tuple(step.code for step in steps(session) if step.used),
        must=frozenset(compulsory(session)),
    )


def order_of(session: Session, slug: str) -> Order:
    """The same by the class's slug."""
    return order_for(session, session.scalars(select(Group).where(Group.slug == slug)).one())


def setting_for(session: Session, group: Group | None) -> Setting:
    """The school's setting with what the class has of its own above it."""
    school, own = own_setting(session, None), own_setting(session, group)
    merged = {field: getattr(school, field) if getattr(own, field) is None else getattr(own, field) for field in FIELDS}
    return Setting(**merged)


def own_setting(session: Session, group: Group | None) -> Setting:
    """What the school (None) or the class itself has set."""
    row = _row(session, group.id if group else None)
    return Setting(**{field: getattr(row, field) for field in FIELDS}) if row else Setting()


def settings_of(session: Session) -> dict[str | None, Setting]:
    """Every setting there is by the id of its class, the school's under None."""
    rows = session.scalars(select(PrintSetting))
    return {row.group_id: Setting(**{field: getattr(row, field) for field in FIELDS}) for row in rows}


def steps(session: Session) -> list[CutStep]:
    """The steps in the order in which they are tried."""
    return list(session.scalars(select(CutStep).order_by(CutStep.position, CutStep.code)))


def save(session: Session, group: Group | None, wanted: Setting) -> None:
    """Set what the school or a class has; a class whose every field is None has nothing of its own any more.

    Raises DomainError ``value_invalid``.
    """
    if wanted.layout not in (None, *LAYOUTS):
        raise DomainError("value_invalid", field="layout", value=str(wanted.layout)[:20])
    for field in ("leaves", "week_leaves"):
        most = getattr(wanted, field)
        if most is not None and (not 1 <= most <= MOST_LEAVES or (group and field == "week_leaves")):
            raise DomainError("value_invalid", field=field, value=str(most)[:20])
    for field in ("leaf_cost", "ink_cost"):
        cost = getattr(wanted, field)
        if cost is not None and not (cost.is_finite() and 0 <= cost <= MOST_COST):
            raise DomainError("value_invalid", field=field, value=str(cost)[:20])
    row = _row(session, group.id if group else None)
    if group and wanted == Setting():
        if row:
            session.delete(row)
        return
    if row is None:
        row = PrintSetting(
            id=content_id("print_setting", group.id if group else ""), group_id=group.id if group else None
        )
        session.add(row)
    for field in FIELDS:
        setattr(row, field, getattr(wanted, field))


def save_steps(session: Session, used: Mapping[str, bool], places: Mapping[str, int]) -> None:
    """Which steps are used and in which order: a step gets the place that it was given, the others make room.

    Raises DomainError ``value_invalid`` when a step is unknown.
    """
    known = steps(session)
    if unknown := {*used, *places} - {step.code for step in known}:
        raise DomainError("value_invalid", field="steps", value=min(unknown)[:20])

    def key(step: CutStep) -> tuple[int, int]:
        place = places.get(step.code, step.position)
        return place, (place > step.position) - (place < step.position)  # moved up: before who stands there

    ordered = sorted(known, key=key)
    for position, step in enumerate(ordered, 1):
        step.position, step.used = position, used.get(step.code, step.used)


def _row(session: Session, group_id: str | None) -> PrintSetting | None:
    own = PrintSetting.group_id == group_id if group_id else PrintSetting.group_id.is_(None)
    return session.scalars(select(PrintSetting).where(own).order_by(PrintSetting.id)).first()
