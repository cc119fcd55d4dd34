"""What a week's packs take: leaves, ink and cost per class, counted before a print and as they were printed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from babel.numbers import get_territory_currencies
from flask import current_app
from flask_babel import format_currency
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.report import PrintReport
from server import store
from server.config import Config
from server.models import Group, Membership, Pack
from server.services import keys, pack_limit, pack_reasons, print_settings, stick_on
from server.services.pack_limit import Part, SchoolWeek
from server.services.pack_rosters import make_roster
from server.services.print_settings import Setting
from server.services.private_pages import addresses
from server.services.publishing import LOCALES
from server.services.weeks import parse_week, week_days, week_name
from server.services.works import current, members

ESTIMATE = "estimate"  # the kind of the long work
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Figures:
    """Of one class's packs of a week. ``over``: leaves above the limit; ``cuts``: step → number of packs."""

    packs: int = 0
    leaves: int = 0
    ink: float = 0.0
    over: int = 0
    cuts: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Figures") -> "Figures":
        cuts = Counter(self.cuts) + Counter(other.cuts)
        return Figures(self.packs + other.packs, self.leaves + other.leaves, self.ink + other.ink,
                       self.over + other.over, dict(cuts))  # fmt: skip


@dataclass(frozen=True)
class Estimate:
    """What a print would take, by slugs of classes; ``school``: what it makes of the school's limit, None without."""

    classes: Mapping[str, Figures] = field(default_factory=dict)
    school: SchoolWeek | None = None


@dataclass(frozen=True)
class Line:
    """A class of the week: what it may take, what it is expected to take, what it took; None: not counted yet."""

    slug: str
    name: str
    setting: Setting
    own: bool
    expected: Figures | None = None
    printed: Figures | None = None

    @property
    def shown(self) -> Figures | None:
        """What was printed, else what is expected."""
        return self.printed or self.expected

    @property
    def cost(self) -> Decimal | None:
        """In the country's currency; None where nothing is counted or no cost is set."""
        return cost(self.setting, self.shown) if self.shown else None


def cost(setting: Setting, figures: Figures) -> Decimal | None:
    """Leaves and ink at the school's cost; a cost that is not set counts nothing, None when neither is set."""
    if setting.leaf_cost is None and setting.ink_cost is None:
        return None
    paper = (setting.leaf_cost or Decimal(0)) * figures.leaves
    return paper + (setting.ink_cost or Decimal(0)) * Decimal(str(round(figures.ink, 3)))


def currency(country: str) -> str:
    """The code of a country's money today; XXX (ISO 4217: none) for a country that has none."""
    try:
        return (get_territory_currencies(country) or ["XXX"])[-1]
    except ValueError:
        return "XXX"


def money(amount: Decimal | None, country: str) -> str:
    """An amount as the language writes it with the country's currency."""
    return format_currency(amount, currency(country)) if amount is not None else ""


def estimate(
    monday: date, slugs: list[str], *, now: datetime, everyone: bool = False, plain: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Estimate:  # fmt: skip
    """Count what the packs of these classes would take; nothing is printed and nothing is stored.

    For those who need paper, or ``everyone``. Sheets that are not in the cache are laid out, as the print will need
    them. A class in which nobody gets a pack is left out. Raises DomainError ``not_published``,
    ``week_not_in_edition``.
    """
    parts: dict[str, Part] = {}
    progress("packs", 0, len(slugs))
    for slug in slugs:
        with store.snapshot() as session:
            part = _drafted(session, slug, monday, now, everyone, plain)
        if part.roster.students:
            parts[slug] = part
    school = _school_week(week_name(monday), list(parts.values()))
    found = {}
    for number, slug in enumerate(slugs, 1):
        if slug in parts:
            found[slug] = _figures(parts[slug], school.taken if school else 0)
        progress("packs", number, len(slugs))
    return Estimate(found, school)


def _drafted(session: Session, slug: str, monday: date, now: datetime, everyone: bool, plain: bool) -> Part:
    """A class's packs as a print would have them, with codes that stand for none."""
    config: Config = current_app.extensions["korablik"]
    edition, since, edition_number = stick_on.edition_for(session, monday, now)
    group = session.scalars(select(Group).where(Group.slug == slug)).one()
    ids = members(session, group, since, week_days(since)[-1])
    only = pack_reasons.reasons(session, ids, week_name(monday), everyone)
    roster = make_roster(session, slug, since, edition_number, keys.printed(config.keys), only, drafted=True)
    letters = addresses.letters_of(session, config, [student.id for student in roster.students])
    students = tuple(replace(student, private_key=letters[student.id]) for student in roster.students)
    roster = replace(roster, media=str(config.images), private_entrance=addresses.entrance(session), students=students)
    return Part(edition, roster, replace(print_settings.order_for(session, group), plain=plain))


def _school_week(week: str, parts: Sequence[Part]) -> SchoolWeek | None:
    with store.snapshot() as session:
        limit = pack_limit.limit_of(session)
        students = [student.id for part in parts for student in part.roster.students]
        before = pack_limit.leaves_before(session, week, students, None)
        steps = print_settings.order_for(session, None).steps
    return pack_limit.settled(limit, before, pack_limit.counted(parts), steps) if limit is not None else None


def _figures(part: Part, taken: int) -> Figures:
    config: Config = current_app.extensions["korablik"]
    report: PrintReport = current_app.extensions["child"].call(
        "printables.pack:estimate_group", config.editions / part.edition, part.roster, config.cache / "sheets", LOCALES,
        replace(part.order, taken=taken),
    )  # fmt: skip
    cuts = Counter(step for pack in report.packs for step in dict.fromkeys(cut.step for cut in pack.cuts))
    return Figures(len(report.packs), report.leaves, report.ink, report.over, dict(cuts))


def lines(session: Session, week: str, groups: Iterable[Group], expected: Mapping[str, Figures]) -> list[Line]:
    """A line for each class of an ISO week."""
    known, settings = list(groups), print_settings.settings_of(session)
    done = printed(session, week, [group.id for group in known])
    return [
        Line(group.slug, group.name, print_settings.setting_for(session, group), group.id in settings,
             expected.get(group.slug), done.get(group.id))
        for group in known
    ]  # fmt: skip


def printed(session: Session, week: str, groups: list[str]) -> dict[str, Figures]:
    """What the packs of a week took that were printed, by class: every print that was made, supplements too."""
    days = week_days(parse_week(week))
    rows = session.execute(
        select(Membership.group_id, Pack.id, Pack.leaves, Pack.ink, Pack.cuts).distinct()
        .join(Membership, Membership.person_id == Pack.student_id)
        .where(Membership.group_id.in_(groups), Pack.week == week, Pack.leaves.is_not(None),
               current(Membership.since, Membership.until, days[0], days[-1]))
    ).all()  # fmt: skip
    found: dict[str, Figures] = {}
    for group, _id, leaves, ink, cuts in rows:
        steps = dict.fromkeys(dict.fromkeys(step for step, _title in cuts or ()), 1)
        found[group] = found.get(group, Figures()) + Figures(1, leaves, ink or 0.0, 0, steps)
    return found
