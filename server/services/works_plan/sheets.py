"""The plan of works for the wall and for Excel: one class's term, or the whole school's, as plain tables."""

from collections.abc import Iterable, Sequence
from datetime import date

from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from printables.board import Column, Sheet, Table
from server import naming
from server.services import export
from server.services.works_plan.hits import Planned
from server.services.works_plan.reading import TermPlan
from sync import wording

Kinds = dict[str, str]  # code → name in the reader's language
ClassPlan = tuple[str, TermPlan]  # name of the class, its plan


def paper(plans: Sequence[ClassPlan], kinds: Kinds, school: str, today: date, signer: str = "") -> Sheet:
    """«График контрольных работ»: a class's with its topics, or a table of days and classes for the school."""
    one = plans[0][1]
    dates = naming.days(one.days.first, one.days.last)
    tables = (_class_table(one, kinds),) if len(plans) == 1 else _school_tables(plans, kinds)
    name = naming.klass(plans[0][0]) if len(plans) == 1 else _("all classes")
    return Sheet(
        lang=str(get_locale() or "ru"), title=_("Schedule of control works"),
        lead=(f"{naming.capital(name)}, {wording.inside(one.name)} ({dates})", *_standing(plans)),
        tables=tables, signatures=((_("Deputy head for studies"), signer),),
        foot=_("%(school)s, printed on %(day)s", school=school, day=format_date(today, "d MMMM yyyy")),
        page_of=page_of(), landscape=len(plans) > 1, signed_where=_("signature, date"),
    )  # fmt: skip


def page_of() -> tuple[str, str]:
    """The words around the numbers of pages."""
    before, _mark, rest = _("page %(n)s of %(all)s", n="\x01", all="\x02").partition("\x01")
    return before, rest.partition("\x02")[0]


def _standing(plans: Sequence[ClassPlan]) -> list[str]:
    """Whether what is printed is what families know."""
    if any(plan.works and plan.published is None for _name, plan in plans):
        return [_("Draft: not published yet")]
    if any(plan.published and plan.published.changed for _name, plan in plans):
        return [_("Changed since it was published")]
    return []


def _day(on: date | None) -> str:
    return format_date(on, "EEEE, d MMMM") if on else _("no day yet")


def _merged(works: Iterable[Planned]) -> list[tuple[Planned, str]]:
    """Works with the parts that write them: what parts of a class write alike on one day stands once."""
    parts: dict[tuple[object, ...], list[str]] = {}
    first: dict[tuple[object, ...], Planned] = {}
    for one in works:
        key = (one.on, *one.same, one.topic)
        first.setdefault(key, one)
        parts.setdefault(key, []).extend([one.part] if one.part else [])
    return [(one, ", ".join(parts[key])) for key, one in first.items()]


def _work(one: Planned, parts: str, kinds: Kinds) -> str:
    name = f"{naming.capital(kinds.get(one.kind, one.kind))} {one.number}"
    return f"{name} ({parts})" if parts else name


def _class_table(plan: TermPlan, kinds: Kinds) -> Table:
    columns = (Column(_("Date"), 42), Column(_("Subject"), 42), Column(_("Work"), 40), Column(_("Topic")))
    rows = [
        (naming.capital(_day(one.on)), one.subject, _work(one, parts, kinds), one.topic)
        for one, parts in _merged(plan.works)
    ]
    return Table("", columns, tuple(rows), empty=_("Nothing is planned."))


def _school_tables(plans: Sequence[ClassPlan], kinds: Kinds) -> tuple[Table, ...]:
    """Months of rows: a day, and what each class writes on it."""
    days: dict[date, list[tuple[str, Planned, str]]] = {}
    undated: list[tuple[str, Planned, str]] = []
    for name, plan in plans:
        for one, parts in _merged(plan.works):
            (undated if one.on is None else days.setdefault(one.on, [])).append((name, one, parts))
    columns = (Column(_("Date"), 46), Column(_("Class"), 26), Column(_("Subject"), 62), Column(_("Work"), 52),
               Column(_("Topic")))  # fmt: skip
    months: dict[str, list[tuple[str, ...]]] = {}
    for on in sorted(days):
        for i, (name, one, parts) in enumerate(days[on]):
            row = ("" if i else naming.capital(_day(on)), naming.bare_class(name), one.subject,
                   _work(one, parts, kinds), one.topic)  # fmt: skip
            months.setdefault(naming.capital(format_date(on, "LLLL yyyy")), []).append(row)
    tables = [Table(month, columns, tuple(rows)) for month, rows in months.items()]
    if undated:
        rows = [(_("no day yet"), naming.bare_class(name), one.subject, _work(one, parts, kinds), one.topic)
                for name, one, parts in undated]  # fmt: skip
        tables.append(Table(_("Without a day"), columns, tuple(rows)))
    return tuple(tables) or (Table("", columns, (), empty=_("Nothing is planned.")),)


def workbook(plans: Sequence[ClassPlan], kinds: Kinds) -> bytes:
    """An xlsx with a sheet per class; dates are texts as people write them, so that nothing is taken for a formula."""
    head = (_("Date"), _("Subject"), _("Subgroup"), _("Work"), _("Number"), _("Topic"), _("Most points"),
            _("Collides with a norm"))  # fmt: skip
    tables = [
        export.Table(naming.bare_class(name), (head, *(_row(one, plan, kinds) for one in plan.works)))
        for name, plan in plans
    ]
    return export.write_xlsx(tables)


def _row(one: Planned, plan: TermPlan, kinds: Kinds) -> tuple[str | int, ...]:
    day = format_date(one.on, "dd.MM.yyyy") if one.on else ""
    kind = naming.capital(kinds.get(one.kind, one.kind))
    return (day, one.subject, one.part, kind, one.number, one.topic, one.max_points or "",
            _("yes") if plan.hits[one.id] else "")  # fmt: skip
