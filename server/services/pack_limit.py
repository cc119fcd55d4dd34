"""The whole school's paper of a week: how many steps all classes take together until what is printed fits into it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from printables.order import Order
from printables.roster import Roster
from server.config import Config
from server.models import Pack
from server.services import print_settings
from server.services.publishing import LOCALES


@dataclass(frozen=True)
class SchoolWeek:
    """The school's limit and what a print makes of it, in leaves.

    ``before``: those of packs of the week that others have already; ``taken``: so many of the steps every class takes;
    ``leaves``: of this print after them; ``steps``: their codes.
    """

    limit: int
    before: int
    leaves: int
    taken: int
    steps: tuple[str, ...]

    @property
    def over(self) -> int:
        """Leaves above the limit, whatever was left out."""
        return max(self.before + self.leaves - self.limit, 0)


@dataclass(frozen=True)
class Part:
    """Packs that are printed together, the students of one class, and how their class has them."""

    edition: str
    roster: Roster
    order: Order


def settled(limit: int, before: int, by_step: Iterable[Sequence[int]], steps: Sequence[str]) -> SchoolWeek:
    """The fewest steps that keep the limit, taken by all classes alike; all of them if none do.

    ``by_step``: of each class its leaves after none, one, two … all of the steps.
    """
    sums = [sum(column) for column in zip(*by_step, strict=True)] or [0]
    taken = next((n for n, leaves in enumerate(sums) if before + leaves <= limit), len(sums) - 1)
    return SchoolWeek(limit, before, sums[taken], taken, tuple(steps[:taken]))


def limit_of(session: Session) -> int | None:
    """The most leaves for the school's week; None: as many as needed."""
    return print_settings.own_setting(session, None).week_leaves


def leaves_before(session: Session, week: str, students: Collection[str], edition: int | None) -> int:
    """The leaves of a week's printed packs that a print of these students' packs does not replace.

    A whole pack takes the place of all that its student had before; a supplement (of this ``edition``) that of itself.
    """
    own = set(students)
    rows = session.execute(
        select(Pack.student_id, Pack.edition_number, func.coalesce(Pack.leaves, 0))
        .where(Pack.week == week, Pack.printed_at.is_not(None))
    )  # fmt: skip
    return sum(leaves for student, number, leaves in rows if student not in own or edition not in (None, number))


def taken_before(
    session: Session, week: str, edition: int, students: Collection[str], steps: Sequence[str]
) -> int:  # fmt: skip
    """How many of the steps these packs were printed with, so that their rest is printed with them as well."""
    cuts = session.scalars(
        select(Pack.cuts).where(Pack.week == week, Pack.edition_number == edition, Pack.printed_at.is_not(None),
                                Pack.student_id.in_(list(students)))
    ).all()  # fmt: skip
    told = {step for own in cuts for step, _title in own or ()}
    return max((place for place, step in enumerate(steps, 1) if step in told), default=0)


def counted(parts: Iterable[Part]) -> list[list[int]]:
    """Of each part its leaves step by step, counted in the print room; sheets that are new are laid out for it."""
    config: Config = current_app.extensions["korablik"]
    return [
        current_app.extensions["child"].call(
            "printables.pack:leaves_by_step", config.editions / part.edition, part.roster, config.cache / "sheets",
            LOCALES, part.order,
        )
        for part in parts if part.roster.students
    ]  # fmt: skip
