"""Papers of attestation: the timetable for the wall, for a class, for a person, and a protocol, as plain tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from printables.board import Column, Sheet, Table
from server import naming
from server.reference import VALUE_NAMES
from server.services.attestation.protocols import Line, counts
from server.services.attestation.reading import ExamView, SessionView
from server.services.attestation.results import Said
from server.services.bell_times import clock_of, minutes_of
from server.services.works_plan.sheets import page_of


@dataclass(frozen=True)
class Frame:
    """What every paper says of itself: the school, the day it is printed, who signs as deputy ("" room for it)."""

    school: str
    today: date
    signer: str
    kinds: dict[str, str]
    parts: dict[str, str]
    session_kind: str


def wall(view: SessionView, exams: Sequence[ExamView], frame: Frame) -> Sheet:
    """All exams for the wall: no people."""
    columns = (Column(_("Day"), 52), Column(_("Time"), 30, "center"), Column(_("Subject")), Column(_("Classes"), 56),
               Column(_("Room"), 34))  # fmt: skip
    rows = _by_day([(one, (_time(one), _what(one, frame), _classes(one), _room(one))) for one in _public(exams)])
    return _timetable(view, frame, _("Timetable of exams"), Table("", columns, rows, empty=_nothing()), True)


def of_class(view: SessionView, exams: Sequence[ExamView], name: str, frame: Frame) -> Sheet:
    """One class's exams and consultations."""
    columns = (Column(_("Day"), 50), Column(_("Time"), 30, "center"), Column(_("Subject")), Column(_("Room"), 32))
    rows = _by_day([(one, (_time(one), _what(one, frame), _room(one))) for one in _public(exams)])
    title = _("Timetable of exams: %(group)s", group=naming.klass(name))
    return _timetable(view, frame, title, Table("", columns, rows, empty=_nothing()), False)


def of_person(view: SessionView, exams: Sequence[ExamView], person_id: str, name: str, frame: Frame) -> Sheet:
    """One person's exams, resits too, with what he or she does there and who else is there."""
    columns = (Column(_("Day"), 50), Column(_("Time"), 30, "center"), Column(_("Subject")), Column(_("Room"), 32),
               Column(_("As"), 32), Column(_("With"), 50))  # fmt: skip
    rows = []
    for one in exams:
        part = next((row.part for row in one.staff if row.id == person_id), None)
        if part is not None and one.state != "cancelled":
            others = ", ".join(row.name for row in one.staff if row.id != person_id)
            what = f"{_what(one, frame)}\n{_classes(one)}"
            rows.append((one, (_time(one), what, _room(one), frame.parts[part], others)))
    table = Table("", columns, _by_day(rows), empty=_nothing())
    return _timetable(view, frame, _("Exams of %(name)s", name=name), table, True)


def _nothing() -> str:
    return _("No exam is planned yet.")


def _public(exams: Sequence[ExamView]) -> list[ExamView]:
    """What may hang on a wall: a resit tells who is in debt."""
    return [one for one in exams if one.kind != "resit" and one.state != "cancelled"]


def _timetable(view: SessionView, frame: Frame, title: str, table: Table, landscape: bool) -> Sheet:
    lead = [f"{view.row.name} ({naming.days(view.row.starts_on, view.row.ends_on)})"]
    lead += [_("Order: %(order)s", order=view.row.order_no)] if view.row.order_no else []
    lead += [] if view.row.published_at else [_("Draft: not published yet")]
    signs = ((_("Deputy head for studies"), frame.signer),)
    return Sheet(str(get_locale() or "ru"), title, tuple(lead), (table,), signs, _foot(frame), page_of(), landscape,
                 signed_where=_("signature, date"))  # fmt: skip


def _foot(frame: Frame) -> str:
    return _("%(school)s, printed on %(day)s", school=frame.school, day=format_date(frame.today, "d MMMM yyyy"))


def _by_day(rows: Sequence[tuple[ExamView, tuple[str, ...]]]) -> tuple[tuple[str, ...], ...]:
    """Rows under their day, which is said once."""
    found: list[tuple[str, ...]] = []
    before: date | None = None
    for number, (exam, cells) in enumerate(rows):
        same = bool(number) and exam.on == before
        day = naming.capital(format_date(exam.on, "EEEE, d MMMM")) if exam.on else _("no day yet")
        found.append(("" if same else day, *cells))
        before = exam.on
    return tuple(found)


def _time(one: ExamView) -> str:
    return f"{one.starts}–{clock_of((minutes_of(one.starts) + one.minutes) % 1440)}" if one.starts else "–"


def _what(one: ExamView, frame: Frame) -> str:
    kind = f" ({frame.kinds[one.kind]})" if one.kind != "exam" else ""
    return f"{one.subject}{kind}" + (f", {one.form}" if one.form and one.kind == "exam" else "")


def _classes(one: ExamView) -> str:
    return ", ".join(naming.bare_class(course.name) for course in one.courses)


def _room(one: ExamView) -> str:
    return naming.room(one.room) if one.room else "–"


def protocol(view: SessionView, exam: ExamView, lines: Sequence[Line], frame: Frame) -> Sheet:
    """The protocol of an exam or resit, to sign and to file."""
    columns = (Column("№", 10, "center"), Column(_("Student")), Column(_("Class"), 22),
               Column(_("Result"), 30, "center"), Column(_("Remark"), 52))  # fmt: skip
    most = exam.max_points
    rows = tuple(
        (str(n), one.name, naming.bare_class(one.klass), result(one.now, most), _remark(one, most))
        for n, one in enumerate(lines, 1)
    )
    title = _("Protocol No. %(number)s", number=exam.protocol_no) if exam.protocol_no else _("Protocol")
    day = format_date(exam.on, "d MMMM yyyy") if exam.on else _("no day yet")
    lead = [
        f"{naming.capital(frame.session_kind)}: {view.row.name}",
        f"{naming.capital(frame.kinds[exam.kind])}: {_what(exam, frame)}; {exam.classes}",
        f"{day}, {_time(exam)}, {_room(exam)}",
        *([_("Order: %(order)s", order=view.row.order_no)] if view.row.order_no else []),
    ]
    notes = [_totals(lines), *([exam.protocol_text] if exam.protocol_text else [])]
    notes += [] if exam.protocol_at else [_("The protocol is not closed yet.")]
    signs = tuple((naming.capital(frame.parts[one.part]), one.name) for one in exam.staff)
    table = Table("", columns, rows, tuple(notes), _("Nobody sits it."))
    return Sheet(str(get_locale() or "ru"), title, tuple(lead), (table,), signs, _foot(frame), page_of(),
                 signed_where=_("signature") if signs else "")  # fmt: skip


def result(said: Said | None, maximum: int | None) -> str:
    """ "4", "passed", "17 of 20", "absent"; "" where nothing was said."""
    if said is None:
        return ""
    if said.absent:
        return _("absent")
    if maximum and said.value:
        return _("%(points)s of %(maximum)s", points=said.value, maximum=maximum)
    return str(VALUE_NAMES.get(said.value, said.value))


def _remark(one: Line, maximum: int | None) -> str:
    """The remark, and what stood before a correction."""
    if one.now is None:
        return ""
    before = [result(said, maximum) for said in one.said[:-1]]
    changed = [text for text in dict.fromkeys(before) if text and text != result(one.now, maximum)]
    told = [one.now.remark] if one.now.remark else []
    return "\n".join([*told, *([_("before: %(values)s", values=", ".join(changed))] if changed else [])])


def _totals(lines: Sequence[Line]) -> str:
    found = counts(lines)
    values = "; ".join(f"{VALUE_NAMES.get(value, value)} – {count}" for value, count in found.values.items())
    text = _("On the list %(all)s, present %(present)s, absent %(absent)s, to sit it again %(debts)s.",
             all=found.students, present=found.present, absent=found.absent, debts=found.debts)  # fmt: skip
    return " ".join([text, *([_("Results: %(values)s.", values=values)] if values else [])])
