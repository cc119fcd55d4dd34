"""The weekly slip to parents: a child's marks, debts, corrections and absences on half a sheet, a reply to cut off.

Two lie on a page with a cut between them; one that says more than half a page has room for gets pages of its own, at
the end, so that nothing is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from markupsafe import Markup

from printables.checks import check_letters, composed
from printables.compose import environment
from printables.layout import mm
from printables.render import render
from printables.roster import Student
from printables.texts import texts_of
from sync.wording import class_name

HALF, END = 139.5, 42.5  # millimetres, as in paper.css: half a page without margins; contacts and reply below the words


@dataclass(frozen=True)
class Line:
    """A work: ``value`` the mark as a family reads it, "" for none; ``on`` its date (None: not said)."""

    subject: str
    title: str
    value: str = ""
    comments: tuple[str, ...] = ()
    on: date | None = None


@dataclass(frozen=True)
class Away:
    """Lessons missed on a day, with what the letter and the family say about it."""

    on: date
    lessons: int
    why: str


@dataclass(frozen=True)
class Told:
    """What the school wrote to the family in this week."""

    on: date
    title: str
    text: str


@dataclass(frozen=True)
class WeekSlip:
    """One child's week. ``locale``: the family's language; ``redo``: works to correct, ``on`` the day they are due;
    ``waiting``: works that came back and are not checked yet."""

    name: str
    group_name: str
    locale: str
    marks: tuple[Line, ...] = ()
    missing: tuple[Line, ...] = ()
    redo: tuple[Line, ...] = ()
    away: tuple[Away, ...] = ()
    messages: tuple[Told, ...] = ()
    waiting: int = 0


@dataclass(frozen=True)
class Sender:
    """The school, the week, and who answers: ``teachers`` as (name, phone)."""

    school: str
    hotline: str
    hours: str
    teachers: tuple[tuple[str, str], ...]
    week: tuple[date, date]


@dataclass(frozen=True)
class WeeklyReport:
    """What was drawn. ``whole``: slips that take a page or more."""

    pdf: bytes
    slips: int
    pages: int
    whole: int


def print_weekly(slips: Sequence[WeekSlip], sender: Sender, locale_dir: Path) -> WeeklyReport:
    """The slips in their order, as one PDF. Raises PrintError ``font_lacks`` with the name and its letters."""
    for slip in slips:
        check_letters(Student("", slip.name, slip.name, slip.group_name, ""))
    drawn = [_slip(replace(slip, name=composed(slip.name)), number, sender, locale_dir)
             for number, slip in enumerate(slips)]  # fmt: skip
    language = slips[0].locale if slips else "ru"
    made = render(_sheet(_pairs(drawn), language, locale_dir))
    boxes = [(name, box) for page in made.boxes for name, box in page.items() if name.startswith("says-")]
    whole = {int(name.removeprefix("says-")) for name, box in boxes if box.height > mm(HALF - END)}
    if whole:
        short = [slip for slip in drawn if slip.number not in whole]
        leaves = [*_pairs(short), *((replace(slip, whole=True),) for slip in drawn if slip.number in whole)]
        made = render(_sheet(leaves, language, locale_dir))
    return WeeklyReport(made.pdf, len(slips), len(made.boxes), len(whole))


@dataclass(frozen=True)
class _Drawn:
    """A slip as HTML; ``whole``: with pages of its own."""

    number: int
    says: Markup
    whole: bool = False


def _pairs(drawn: Sequence[_Drawn]) -> list[tuple[_Drawn, ...]]:
    return [tuple(drawn[at : at + 2]) for at in range(0, len(drawn), 2)]


def _sheet(leaves: Sequence[tuple[_Drawn, ...]], locale: str, locale_dir: Path) -> str:
    texts = texts_of(locale, locale_dir)
    return environment(texts).get_template("weekly.html").render(lang=_lang(locale), leaves=leaves)


def _slip(slip: WeekSlip, number: int, sender: Sender, locale_dir: Path) -> _Drawn:
    texts = texts_of(slip.locale, locale_dir)
    class_text = class_name(slip.group_name, texts.gettext("%(grade)s%(letter)s"))
    group = texts.gettext("class %(name)s", name=class_text)
    quiet = not (slip.missing or slip.redo or slip.away)
    return _Drawn(number, Markup(composed(environment(texts).get_template("weekly_slip.html").render(
        lang=_lang(slip.locale), slip=slip, number=number, group=group, sender=sender, week=texts.week(*sender.week),
        day=texts.day_short, quiet=quiet,
        lessons=lambda count: texts.ngettext("%(num)d lesson", "%(num)d lessons", count),
        waiting=texts.ngettext("%(num)d work is being checked", "%(num)d works are being checked", slip.waiting),
    ))))  # fmt: skip


def _lang(locale: str) -> str:
    return locale.replace("_", "-")
