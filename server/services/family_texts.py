"""What a family is told, worded for each channel: pure, in the language that is active when it is called.

An SMS names a child by the first name at most and repeats no comment. A chat of many people says nothing personal.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import format_date, gettext, ngettext

from server import naming
from server.reference import VALUE_NAMES
from server.services.sms_text import first_that_fits, fit, without_surnames
from server.services.week_results import Due, Given, WeekResults
from sync import wording

DEBTS = 10  # works not handed in that are named one by one


@dataclass(frozen=True)
class Child:
    """About whom a text is. ``surname`` serves only to keep it out of an SMS."""

    first_name: str
    surname: str
    klass: str
    results: WeekResults = field(default_factory=WeekResults)


@dataclass(frozen=True)
class Sender:
    """The school, and how it is called back."""

    school: str
    phone: str = ""


def mark_words(given: Given) -> str:
    """``4``, ``12 of 20``, ``passed``, ``sent back``, ``checked``."""
    if given.verdict == "mark" and given.value is not None:
        if given.maximum is not None:
            return gettext("%(points)s of %(maximum)s", points=given.value, maximum=given.maximum)
        return str(VALUE_NAMES.get(given.value, given.value))
    return gettext("sent back") if given.verdict == "redo" else gettext("checked")


# the week's results


def results_sms(children: Sequence[Child], week: tuple[date, date], sender: Sender, most: int) -> str:
    """The week in one SMS of at most so many parts; what does not fit becomes numbers, then is cut."""
    when = naming.days(*week, "MMM")
    call = gettext("School: %(phone)s", phone=sender.phone) if sender.phone else ""
    versions = []
    for detail in (3, 2, 1, 0):
        told = [_child_in_sms(child, when, detail) for child in children]
        versions.append(" ".join(part for part in (*told, call if detail else "") if part))
    surnames = [(child.surname, child.first_name) for child in children]
    return fit(without_surnames(first_that_fits(versions, most), surnames), most)


def _child_in_sms(child: Child, when: str, detail: int) -> str:
    results, said = child.results, []
    marks = [one for one in results.given if one.verdict == "mark"]
    if marks and detail >= 2:
        by_subject: dict[str, list[str]] = {}
        for one in marks:
            by_subject.setdefault(wording.inside(one.subject), []).append(mark_words(one))
        said.append("; ".join(f"{subject} {', '.join(values)}" for subject, values in by_subject.items()))
    elif marks:
        said.append(gettext("marks: %(num)s", num=len(marks)))
    back = sum(one.verdict == "redo" for one in results.given)
    if back:
        said.append(gettext("sent back: %(num)s", num=back))
    if results.missing:
        count = gettext("not handed in: %(num)s", num=len(results.missing))
        subjects = dict.fromkeys(wording.inside(one.subject) for one in results.missing)
        said.append(f"{count} ({', '.join(subjects)})" if detail >= 3 else count)
    if results.away:
        said.append(gettext("lessons missed: %(num)s", num=sum(one.lessons for one in results.away)))
    if not said:
        said.append(gettext("all is in order"))
    name = f"{child.first_name}, {when}" if child.first_name else naming.capital(when)
    rest = [naming.capital(part) for part in said[1:]]
    return f"{name}: {'. '.join([said[0], *rest])}."


def results_subject(week: tuple[date, date]) -> str:
    """The subject of an e-mail: nobody's name."""
    return gettext("Results for %(dates)s", dates=naming.days(*week))


def results_long(children: Sequence[Child], week: tuple[date, date], sender: Sender) -> str:
    """For an e-mail, a messenger or a slip: everything, with the teachers' comments."""
    blocks = [gettext("Results for %(dates)s", dates=naming.days(*week))]
    for child in children:
        blocks.append("\n".join([f"{_named(child)}", *_lines(child.results)]))
    blocks.append(_signed(sender))
    return "\n\n".join(blocks)


def results_spoken(children: Sequence[Child], week: tuple[date, date]) -> str:
    """What to say on the phone."""
    blocks = []
    for child in children:
        lines = [gettext("%(name)s, results for %(dates)s.", name=_named(child), dates=naming.days(*week))]
        blocks.append("\n".join([*lines, *_lines(child.results)]))
    return "\n\n".join([*blocks, gettext("Ask whether there are questions or needs.")])


def _named(child: Child) -> str:
    return f"{child.first_name}, {naming.klass(child.klass)}" if child.first_name else naming.klass(child.klass)


def _lines(results: WeekResults) -> list[str]:
    lines = []
    for one in results.given:
        comment = f". {one.comment}" if one.comment else ""
        lines.append(f"• {naming.capital(one.subject)}, «{one.title}»: {mark_words(one)}{comment}")
    if results.missing:
        lines.append(gettext("Not handed in:"))
        lines += _owed(results.missing)
    if results.waiting:
        lines.append(ngettext("%(num)s work came and is being checked.", "%(num)s works came and are being checked.",
                              results.waiting))  # fmt: skip
    if results.away:
        lines.append(gettext("Lessons missed:"))
    for away in results.away:
        count = ngettext("%(num)s lesson", "%(num)s lessons", away.lessons)
        why = away.reason or gettext(away.letter)
        lines.append(f"• {format_date(away.on, 'd MMMM')}: {count} ({why})")
    return lines or [gettext("All is in order: nothing is missing.")]


def _owed(missing: Sequence[Due]) -> list[str]:
    """The oldest debts by name, the rest as a number: nobody reads out forty."""
    rest = len(missing) - DEBTS
    named = [f"• {_due(one)}" for one in missing[:DEBTS]]
    return [*named, "• " + ngettext("and %(num)s more work", "and %(num)s more works", rest)] if rest > 0 else named


def _due(one: Due) -> str:
    until = gettext("by %(day)s", day=format_date(one.due_on, "d MMMM"))
    return f"{naming.capital(one.subject)}, «{one.title}» ({until})"


# words of one's own


def message_sms(
    text: str, children: Sequence[Child], others: Collection[str], sender: Sender, most: int, missing: bool = False
) -> str:
    """A message as SMS: nobody's surname in it; ``missing``: with what the children did not hand in, as numbers."""
    own = [(child.surname, child.first_name) for child in children]
    body = without_surnames(" ".join(text.split()), own, others)
    owes = " ".join(_owed_short(child) for child in children if child.results.missing) if missing else ""
    call = gettext("School: %(phone)s", phone=sender.phone) if sender.phone else ""
    versions = [" ".join(filter(None, (body, without_surnames(owes, own), call))), " ".join(filter(None, (body, owes)))]
    return fit(without_surnames(first_that_fits([*versions, body], most), own, others), most)


def _owed_short(child: Child) -> str:
    subjects = ", ".join(dict.fromkeys(wording.inside(one.subject) for one in child.results.missing))
    told = gettext("not handed in: %(num)s", num=len(child.results.missing)) + f" ({subjects})."
    return f"{child.first_name}: {told}" if child.first_name else naming.capital(told)


def message_long(title: str, text: str, children: Sequence[Child], sender: Sender, missing: bool = False) -> str:
    """A message for an e-mail, a messenger, a call or a slip."""
    blocks = [title, text.strip()] if title else [text.strip()]
    if missing:
        for child in children:
            if child.results.missing:
                owed = _owed(child.results.missing)
                blocks.append("\n".join([gettext("%(name)s has not handed in:", name=_named(child)), *owed]))
    return "\n\n".join([*(block for block in blocks if block), _signed(sender)])


def message_chat(title: str, text: str, sender: Sender) -> str:
    """A message for a chat of many: the words alone, nothing about a child."""
    return message_long(title, text, (), sender)


def _signed(sender: Sender) -> str:
    return f"{sender.school}, {sender.phone}" if sender.phone else sender.school
