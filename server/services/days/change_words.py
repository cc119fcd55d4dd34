"""What a changed lesson is called: one sentence for a family, a teacher or the office, in the language that is active.

Pure. Short sentences are for an SMS and name nobody; the reason of a change is never told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import format_date, gettext, ngettext

from server import naming
from server.reference import FORMS
from server.services.days.ripple import Around, Sight, Turn
from server.services.family_texts import Child, Sender
from server.services.sms_text import first_that_fits, fit, without_surnames
from sync import wording

LONG, SHORT = "EEE, d MMMM", "EEE dd.MM"
MOST_LINES = 30  # of one text; nobody reads more


@dataclass(frozen=True)
class Voc:
    """What sentences may name. ``staff``: names by id; families hear those that the school released, the office all."""

    around: Around
    staff: Mapping[str, str]
    rooms: Mapping[str, str]
    broadcasts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def sentence(turn: Turn, voc: Voc, short: bool = False) -> str:
    """«ср, 2 декабря, 3-й урок (10:10), алгебра: отмена»."""
    where = turn.before or turn.after
    if where is None:
        return ""
    head = f"{when(where, short)}, {wording.inside(voc.around.courses[turn.course].subject)}"
    return f"{head}: {'; '.join(_said(turn, voc, short))}"


def when(sight: Sight, short: bool = False) -> str:
    """«ср, 2 декабря, 3-й урок (10:10)»."""
    day = format_date(sight.on, SHORT if short else LONG)
    number = gettext("lesson %(n)s", n=sight.n)
    return f"{day}, {number}" + (f" ({sight.start})" if sight.start and not short else "")


def _said(turn: Turn, voc: Voc, short: bool) -> list[str]:
    before, after = turn.before, turn.after
    if after is None or after.cancelled:
        if before is not None and before.cancelled and after is not None:
            return [gettext("stays cancelled")]
        return [gettext("cancelled")]
    if before is None:
        return [gettext("an additional lesson"), *_details(None, after, turn, voc, short)]
    said = [gettext("is held after all")] if before.cancelled else []
    if (before.on, before.n, before.start) != (after.on, after.n, after.start):
        said.append(gettext("moved to %(when)s", when=when(after, short)))
    return [*said, *_details(before, after, turn, voc, short)] or [gettext("changed")]


def _details(before: Sight | None, after: Sight, turn: Turn, voc: Voc, short: bool) -> list[str]:
    """Who, where and how, as far as it is another than before."""
    said = []
    if before is not None and before.teachers != after.teachers and after.teachers:
        names = [] if short else [voc.staff[id] for id in after.teachers if id in voc.staff]
        said.append(gettext("substitute: %(name)s", name=", ".join(names)) if names else gettext("substitution"))
    if after.form and (before is None or before.form != after.form):
        said.append(str(FORMS.get(after.form, after.form)))
    one = voc.broadcasts.get(after.broadcast or "")
    if one and (before is None or before.broadcast != after.broadcast):
        said.append(gettext("TV: %(channel)s, %(time)s", channel=one["channel"], time=one["start"]))
    if after.room and (before is None or before.room != after.room) and after.room in voc.rooms:
        said.append(naming.room(voc.rooms[after.room]))
    if before is not None and before.joined != after.joined:
        said.append(_together(after, voc) if after.joined else gettext("without other classes"))
    return said


def _together(after: Sight, voc: Voc) -> str:
    names = {voc.around.courses[course].name for course in after.joined if course in voc.around.courses}
    return gettext("together with %(groups)s", groups=naming.klasses(names))


# --- a family's text ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """Children of a family to whom the same lessons are changed, and these."""

    children: tuple[Child, ...]
    turns: tuple[Turn, ...]


def title() -> str:
    """The subject of an e-mail, and the first line of a text: nobody's name."""
    return gettext("The timetable is changed")


def family_long(blocks: Sequence[Block], voc: Voc, sender: Sender) -> str:
    """For an e-mail, a messenger, a call or a slip: every lesson, child by child."""
    paragraphs = [title()]
    for block in blocks:
        lines = [f"• {sentence(turn, voc)}" for turn in block.turns]
        paragraphs.append("\n".join([f"{_named(block.children)}:", *_cut(lines)]))
    signed = f"{sender.school}, {sender.phone}" if sender.phone else sender.school
    return "\n\n".join([*paragraphs, signed])


def family_sms(blocks: Sequence[Block], voc: Voc, sender: Sender, most: int) -> str:
    """In at most so many parts: every lesson, else how many on which days; first names at most."""
    call = gettext("School: %(phone)s", phone=sender.phone) if sender.phone else ""
    full = [
        f"{_first_names(block.children)}: {'. '.join(sentence(turn, voc, True) for turn in block.turns)}."
        for block in blocks
    ]
    counted = [f"{_first_names(block.children)}: {_counted(block.turns)}." for block in blocks]
    versions = [" ".join(filter(None, (*lines, tail))) for lines, tail in ((full, call), (full, ""), (counted, call))]
    own = [(child.surname, child.first_name) for block in blocks for child in block.children]
    return fit(without_surnames(first_that_fits([*versions, " ".join(counted)], most), own), most)


def class_text(turns_by_class: Mapping[str, Sequence[Turn]], voc: Voc) -> str:
    """The whole deed, class by class."""
    return "\n\n".join(
        "\n".join([f"{naming.capital(naming.klass(name))}:", *_cut([f"• {sentence(turn, voc)}" for turn in turns])])
        for name, turns in turns_by_class.items()
    )


def teacher_line(turn: Turn, voc: Voc, person_id: str) -> str:
    """What a changed lesson means for one of its teachers."""
    course = voc.around.courses[turn.course]
    head = f"{naming.klass_short(course.name)}: {sentence(turn, voc)}"
    was, now = (bool(sight and not sight.cancelled and person_id in sight.teachers)
                for sight in (turn.before, turn.after))  # fmt: skip
    mine = gettext("you hold it") if now and not was else ""
    gone = gettext("not yours any more") if was and not now and _is_held(turn) else ""
    return " — ".join(filter(None, (head, mine, gone)))


def _is_held(turn: Turn) -> bool:
    return turn.after is not None and not turn.after.cancelled


def _cut(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - MOST_LINES
    more = ngettext("and %(num)s more lesson", "and %(num)s more lessons", rest) if rest > 0 else ""
    return [*lines[:MOST_LINES], f"• {more}"] if more else list(lines)


def _named(children: Collection[Child]) -> str:
    return "; ".join(
        f"{child.first_name}, {naming.klass(child.klass)}" if child.first_name else naming.klass(child.klass)
        for child in children
    )


def _first_names(children: Collection[Child]) -> str:
    return ", ".join(child.first_name for child in children if child.first_name) or gettext("Timetable")


def _counted(turns: Sequence[Turn]) -> str:
    days = sorted({day for turn in turns for day in turn.days})
    dates = ", ".join(format_date(day, SHORT) for day in days)
    count = ngettext("%(num)s lesson is changed", "%(num)s lessons are changed", len(turns))
    return gettext("%(count)s on %(days)s", count=count, days=dates)
