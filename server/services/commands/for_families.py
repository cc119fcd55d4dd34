"""`korablik print weekly`, `print journal`, `print accessible`, `print marked`: paper for families and files."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from server.errors import DomainError
from server.extensions import db
from server.services import accessible_copy, courses, journal_paper, weekly_slip, works
from server.services.commands.console import Call, Console, group, place
from server.services.marking import marked_copy
from server.services.weeks import monday, parse_day, parse_week, week_name


def print_weekly(call: Call, console: Console) -> dict[str, Any]:
    """The slips to parents of a class."""
    here, options = place(), call.options
    first = parse_week(options["week"]) if options.get("week") else weekly_slip.usual_week(here.today)
    row = group(db.session, options["group"])
    made = weekly_slip.print_slips(db.session, row, first, today=here.today, only_paper=bool(options.get("paper")))
    console.put(made.pdf)
    console.say(ngettext("%(num)s slip", "%(num)s slips", made.slips) + ", "
                + ngettext("%(num)s page", "%(num)s pages", made.pages))  # fmt: skip
    if made.whole:
        console.say(_("Slips that take a page of their own: %(num)s, at the end.", num=made.whole))
    return {"group": row.slug, "week": week_name(first), "slips": made.slips, "pages": made.pages, "whole": made.whole,
            "bytes": len(made.pdf)}  # fmt: skip


def print_accessible(call: Call, console: Console) -> dict[str, Any]:
    """A class's week as a tagged PDF."""
    here, options = place(), call.options
    first = parse_week(options["week"]) if options.get("week") else monday(here.today)
    row = group(db.session, options["group"])
    made = accessible_copy.make(db.session, row, first)
    console.put(made.pdf)
    console.say(ngettext("%(num)s page", "%(num)s pages", made.pages) + ", "
                + ngettext("%(num)s lesson", "%(num)s lessons", made.lessons))  # fmt: skip
    return {"group": row.slug, "week": week_name(first), "pages": made.pages, "lessons": made.lessons,
            "tasks": made.tasks, "bytes": len(made.pdf)}  # fmt: skip


def print_marked(call: Call, console: Console) -> dict[str, Any]:
    """The marked copies of works, by student. Raises SyncError for a code that is none, DomainError copy_nothing."""
    school = place().school.id
    views = {view.id: view for view in (works.find(db.session, code, school) for code in call.options["codes"])}
    made = marked_copy.print_file(db.session, list(views.values()))
    console.put(made.pdf)
    console.say(ngettext("%(num)s work", "%(num)s works", len(views)) + ", "
                + ngettext("%(num)s page", "%(num)s pages", made.pages))  # fmt: skip
    return {"works": len(views), "pages": made.pages, "bytes": len(made.pdf)}


def print_journal(call: Call, console: Console) -> dict[str, Any]:
    """The journal's pages of a class: every subject, or one; a term, other days, or the year."""
    here, options = place(), call.options
    slug = group(db.session, options["group"]).slug
    heads = courses.with_teachers(db.session, courses.of_group(db.session, slug, here.today), here.today)
    if name := options.get("course", ""):
        heads = [one for one in heads if one.subject.casefold() == name.strip().casefold()]
        if not heads:
            raise DomainError("course_unknown")
    wanted = [(one, _span(one, options)) for one in heads]
    data = journal_paper.print_pages(db.session, wanted, here.school.locale, here.today)
    console.put(data)
    console.say(ngettext("%(num)s subject", "%(num)s subjects", len(heads)))
    return {"group": slug, "courses": len(heads), "bytes": len(data)}


def _span(head: courses.CourseHead, options: dict[str, Any]) -> journal_paper.Span:
    """Raises DomainError ``term_unknown``, ``date_invalid``."""
    number = int(options["term"]) if options.get("term") else None
    span = journal_paper.span_of(head, courses.terms(db.session, head), number)
    since = parse_day(options["from"]) if options.get("from") else span.since
    until = parse_day(options["to"]) if options.get("to") else span.until
    if until < since:
        raise DomainError("date_invalid", value=f"{since} – {until}")
    return journal_paper.Span(since, until, span.name if (since, until) == (span.since, span.until) else "")
