"""`korablik timetable …`: commands of the timetable office; a new one is one function here."""

from pathlib import Path

import click

from server.cli.calling import call
from server.cli.options import WHEN, json_option
from server.cli.words import _


@click.group(help=_("Dated lessons: check them before the day goes out."))
def timetable() -> None:
    """What is done with them has commands of its own."""


@timetable.command("check", help=_("List what is wrong with the lessons; 1 where they cannot all be held."))
@click.option("--date", default="", metavar=WHEN, help=_("only this day"))
@click.option("--week", default="", metavar="2026-W50", help=_("only this week; else a cycle from next Monday on"))
@click.option("--from", "since", default="", metavar=WHEN, help=_("first day"))
@click.option("--to", "until", default="", metavar=WHEN, help=_("last day"))
@json_option
def check(date: str, week: str, since: str, until: str, as_json: bool) -> int:
    """What repeats every week is told once."""
    if sum(map(bool, (date, week, since or until))) > 1 or bool(since) != bool(until):
        raise click.UsageError(_("Name a day, or a week, or the first and the last day."))
    options = {"date": date, "week": week, "from": since, "to": until}
    return call("timetable check", options, tuple, as_json)


@timetable.command("propose", help=_("Propose a better day: what it gains, and every lesson that would change."))
@click.option("--date", required=True, metavar=WHEN, help=_("the day"))
@click.option("--seconds", type=click.FloatRange(0.5, 600), default=10.0, show_default=True, help=_("time to think"))
@json_option
def propose(date: str, seconds: float, as_json: bool) -> int:
    """Nothing is changed; the office takes a proposal over, whole or in part."""
    return call("timetable propose", {"date": date, "seconds": seconds}, tuple, as_json)


@timetable.command("diff", help=_("Say how a newer timetable differs from the one that holds; nothing is stored."))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "since", default="", metavar=WHEN, help=_("from which day on it is to hold; else today"))
@json_option
def diff(file: Path, since: str, as_json: bool) -> int:
    """Exit code 1 where it could not be taken in as it is."""
    from server.cli import reading

    return call("timetable diff", {"from": since}, lambda: reading.all_of((file,), "*"), as_json)


@timetable.command("absent", help=_("Which lessons a teacher's absence touches, and who could hold them."))
@click.argument("teacher", metavar="TEACHER")
@click.option("--from", "since", required=True, metavar=WHEN, help=_("first day"))
@click.option("--to", "until", default="", metavar=WHEN, help=_("last day; else the same"))
@json_option
def absent(teacher: str, since: str, until: str, as_json: bool) -> int:
    """Stores nothing: absences are noted in the office."""
    return call("timetable absent", {"teacher": teacher, "from": since, "to": until}, tuple, as_json)
