"""Registers and lists to collect by, as documents for the press."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from printables.manifest import Delivery, Line
from server.clock import local_date
from server.models import School
from server.naming import bare_class, days, klass
from server.services.delivery.overdue import OwingPlace
from server.services.delivery.register_view import PackLine, Register
from server.services.weeks import parse_week
from sync.codes import group_digits, make_label

KINDS = {"village": _l("village"), "driver": _l("bus driver"), "post": _l("post office"), "other": _l("stop")}
WIDTHS = (9, 0, 13, 26, 12, 13, 15, 28, 15)  # mm of the register's columns; 0: what is left
COLLECT_WIDTHS = (9, 0, 13, 24, 15, 20, 34)
PAGE = "\x00"  # stands for a number while the words around it are found
ROOM = "_" * 12  # to write a number into


@dataclass(frozen=True)
class Printed:
    """A PDF and how many pages each of its documents has."""

    pdf: bytes
    pages: tuple[int, ...]


def pdf(documents: Sequence[Delivery], duplex: bool = True) -> Printed:
    """Printed by the lasting child process. Raises PrintError ``font_lacks``."""
    return Printed(*current_app.extensions["child"].call("printables.manifest:print_deliveries", documents, duplex))


def register(one: Register, school: School, today: date) -> Delivery:
    """A register of delivery to print."""
    monday = parse_week(one.week)
    going = one.going
    facts = [
        (_("Week"), f"{days(monday, monday + timedelta(days=6))} ({one.week})"),
        (_("Works back by"), _day(one.due_on) if one.due_on else ""),
        (ngettext("Edition", "Editions", len(one.editions)), ", ".join(map(str, one.editions)) or "–"),
        (_("Register made"), ", ".join(filter(None, (_day(local_date(one.created_at, school.timezone)), one.made_by)))),
    ]
    works, leaves, envelopes = one.works, one.leaves, one.envelopes
    return Delivery(
        _("Register of delivery"), school.name, place_name(one), tuple(fact for fact in facts if fact[1]),
        (_("No."), _("Student"), _("Class"), _("Pack"), _("Lea\u00adves"), _("Enve\u00adlope"), _("Works"),
         _("Received (signature)"), _("Works back")),
        tuple(Line(line.written, _cells(number, line)) for number, line in enumerate(going, 1)), WIDTHS,
        ("", ngettext("%(num)s pack", "%(num)s packs", len(going)), "", "", str(leaves), str(envelopes), str(works),
         "", ""),
        (
            (_("Out:"), _("packs %(packs)s, envelopes %(envelopes)s, leaves %(leaves)s, works to bring back %(works)s",
                          packs=len(going), envelopes=envelopes, leaves=leaves, works=works)),
            (_("Back:"), _("packs not given out %(room)s  works %(room)s", room=ROOM)),
        ),
        (_("Handed over by, date"), _("Taken by, date"), _("Received back by, date")), page_of(), language(school),
        make_label(school.id, "M", one.code, 0).text, group_digits(one.code), (0, 4, 5, 6), (3,),
        _once(one.contact, one.note),
        _("Packs with one number in the column “Envelope” go into one envelope: brothers and sisters."),
    )  # fmt: skip


def _cells(number: int, line: PackLine) -> tuple[str, ...]:
    name = line.written + (f" ({_('supplement')})" if line.supplement else "")
    return (str(number), name, bare_class(line.group_name), group_digits(line.code), str(line.leaves),
            str(line.envelope), str(line.works), "", "")  # fmt: skip


def collect(place: OwingPlace, school: School, today: date) -> Delivery:
    """What the driver is asked to bring along: whose works are overdue, with room to tick and to sign."""
    name = place.name if place.stop_id else _("At school, %(name)s", name=klass(place.name))
    return Delivery(
        _("Please collect"), school.name, name, ((_("As things stand on"), _day(today)),),
        (_("No."), _("Student"), _("Class"), _("Due since"), _("Works"), _("Collected"), _("Signature")),
        tuple(
            Line(one.student.name, (str(number), one.student.name, bare_class(one.group_name),
                                    format_date(one.due_on, "dd.MM.yyyy"), str(one.works), "", ""))
            for number, one in enumerate(place.students, 1)
        ),
        COLLECT_WIDTHS, ("", _("Together"), "", "", str(place.works), "", ""),
        ((_("To collect:"), str(place.works)), (_("Collected:"), ROOM)),
        (_("Collected by, date"), _("Received at school by, date")), page_of(), language(school), numbers=(0, 4),
        beside=_once(place.contact, ""),
        hint=_("Works of these students have not come back. Please ask the families and bring them along."),
    )  # fmt: skip


def _once(contact: str, note: str) -> tuple[tuple[str, str], ...]:
    """Who is at the stop and what is to be known of it."""
    return tuple(fact for fact in ((_("Contact there"), contact), (_("Note"), note)) if fact[1])


def place_name(one: Any) -> str:
    """«Дальний Кордон (водитель автобуса)», «В школе, 7 «А» класс»."""
    if one.stop_id is None:
        return _("At school, %(name)s", name=klass(one.name)) if one.name else _("At school")
    return f"{one.name} ({KINDS[one.kind]})" if one.kind in ("driver", "post") else one.name


def page_of() -> tuple[str, str, str]:
    """The words around the numbers of «page 3 of 8»."""
    before, between, behind = _("page %(page)s of %(total)s", page=PAGE, total=PAGE).split(PAGE)
    return before, between, behind


def language(school: School) -> str:
    """The language of the paper, which is the school's."""
    return school.locale


def _day(day: date) -> str:
    return format_date(day, "d MMMM yyyy")
