"""`korablik timetable diff`: how a newer timetable differs from the one that holds; nothing is stored."""

from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from server.errors import DomainError
from server.services import imports, revision_words
from server.services.commands.coming_in import place_of
from server.services.commands.console import Call, Console, place
from server.services.weeks import parse_day


def timetable_diff(call: Call, console: Console) -> dict[str, Any]:
    """Compare from a day on, else from today. Exit code 1 where the file could not be taken in as it is."""
    here = place()
    since = parse_day(call.options["from"]) if call.options["from"] else here.today
    report = imports.run("timetable", list(call.files), actor_id=None, dry_run=True, now=here.now, skip_errors=True,
                         since=since, progress=console.progress)  # fmt: skip
    for finding in report.findings:
        tell = console.warn if finding.level == "error" else console.say
        tell(place_of(finding, "timetable") + finding.text())
    told = report.revision
    if told is None:
        raise DomainError("revision_unreadable")
    if told.unknown:
        console.warn(_("The school has %(known)s of the %(total)s classes of this timetable. Unknown: %(names)s",
                       known=told.file_classes - len(told.unknown), total=told.file_classes,
                       names=", ".join(told.unknown)))  # fmt: skip
    for one in told.differences:
        before, after = revision_words.sides(one)
        console.say(f"{revision_words.group_text(one.groups)}  {one.subject}  "
                    f"{revision_words.kind_name(one.kind)}: {before} → {after}")  # fmt: skip
    for lost in told.overtaken:
        console.say(f"{format_date(lost.on, 'short')}  {lost.n}  {revision_words.group_text(lost.groups)}  "
                    f"{lost.subject}: {revision_words.overtaken_text(lost)}")  # fmt: skip
    if not told.differences:
        console.say(_("The timetable is the same."))
    else:
        console.say(ngettext("%(num)s change from %(day)s on.", "%(num)s changes from %(day)s on.",
                             len(told.differences), day=format_date(told.since, "short")))  # fmt: skip
    errors = [finding.text() for finding in report.findings if finding.level == "error"]
    return {**revision_words.as_json(told), "refused": errors}
