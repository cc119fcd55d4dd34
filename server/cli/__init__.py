"""The command `korablik`: parses, reads the files named, and lets the command run where the data is."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from server.cli import carrying
from server.cli.calling import answered as _answered
from server.cli.calling import call as _run
from server.cli.options import WHEN, as_option, json_option
from server.cli.timetable import timetable
from server.cli.words import _


@click.group(help=_("Carries the school day to students with poor internet or none, and carries their work back."))
@click.option("--home", type=click.Path(path_type=Path), help=_("folder of the school's data (KORABLIK_HOME)"))
@click.pass_context
def cli(context: click.Context, home: Path | None) -> None:
    """Every command finds its configuration in the environment; --home goes before it."""
    if home is not None:
        os.environ["KORABLIK_HOME"] = str(home)
    context.ensure_object(dict)


cli.add_command(timetable)


@cli.command(help=_("Create the school of this home and its administrator."))
@click.option("--school", default="", metavar=_("NAME"), help=_("name of the school"))
@click.option("--admin", default="", metavar="LOGIN", help=_("login of the first administrator"))
@click.option("--from", "archive", type=click.Path(path_type=Path), metavar="FILE.zip",
              help=_("instead: all that another home gave out (korablik export school)"))  # fmt: skip
@click.option("--country", type=click.Choice(["RU", "KZ"]), default="RU", show_default=True, help=_("country"))
@click.option("--timezone", default="", metavar="ZONE", help=_("e.g. Asia/Yekaterinburg; else the capital's"))
@click.option("--language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True,
              help=_("language of office, site and paper"))  # fmt: skip
@click.option("--hotline", default="", metavar="PHONE", help=_("phone of the hotline"))
@click.option("--hours", default="", metavar="TEXT", help=_("hours of the hotline"))
def init(
    school: str, admin: str, archive: Path | None, country: str, timezone: str, language: str, hotline: str, hours: str
) -> None:
    """Create a home."""
    from server.cli import local
    from server.services.setup import NewSchool

    if archive is not None:
        if school or admin:
            raise click.UsageError(_("--from brings school and logins along: leave --school and --admin out."))
        local.arrive(archive)
        return
    for option, value in (("--school", school), ("--admin", admin)):
        if not value:
            raise click.UsageError(_("Missing option %(option)s.") % {"option": option})
    local.init(NewSchool(school, admin, country, timezone, language, "", hotline, hours))


@cli.command("import", help=_("Import files: KIND is one of people, staff, timetable, bells, terms, tv, …"))
@click.argument("kind", type=click.Choice(["people", "guardians", "staff", "timetable", "bells", "terms", "tv",
                                           "connectivity", "oneroster", "plan", "assessments", "exemptions",
                                           "membership", "outside_marks", "content"]))  # fmt: skip
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=_("say what would change, store nothing"))
@click.option("--skip-errors", is_flag=True, help=_("take all but the rows in error"))
@click.option("--mapping", type=click.Path(path_type=Path), metavar="FILE.json",
              help=_("what the columns mean; remembered for the next file of this layout"))  # fmt: skip
@click.option("--same", multiple=True, metavar="ROW", help=_("this row is the student who is perhaps known"))
@click.option("--new", multiple=True, metavar="ROW", help=_("this row is another student"))
@click.option("--from", "since", default="", metavar=WHEN, help=_("a newer timetable: from which day on it holds"))
@json_option
def import_(
    kind: str, files: tuple[Path, ...], dry_run: bool, skip_errors: bool, mapping: Path | None,
    same: tuple[str, ...], new: tuple[str, ...], since: str, as_json: bool,
) -> int:  # fmt: skip
    """Files are read here; a folder of lessons means its Markdown files with the pictures that they show, one of a
    roster its CSV files as one zip."""
    from server.cli import reading

    options = {"kind": kind, "dry_run": dry_run, "skip_errors": skip_errors, "same": same, "new": new,
               "from": since}  # fmt: skip
    read = {"oneroster": reading.sets, "content": reading.lessons}.get(kind, partial(reading.all_of, pattern="*.md"))
    return _run("import", options, lambda: read(files), as_json, texts={"mapping": mapping})


@cli.command("imports", help=_("List the files that were imported, the newest first."))
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help=_("how many"))
@json_option
def imports_(limit: int, as_json: bool) -> int:
    """Says which one can be undone."""
    return _run("imports", {"limit": limit}, tuple, as_json)


@cli.command(help=_("Take the last import back, all of it; RUN (see: korablik imports) must be the last."))
@click.argument("run", default="", metavar="[RUN]")
@click.option("--dry-run", is_flag=True, help=_("say what would change, store nothing"))
@as_option
@json_option
def undo(run: str, dry_run: bool, login: str, as_json: bool) -> int:
    """Refused, with the reasons, where somebody has worked on what came."""
    return _run("undo", {"run": run, "dry_run": dry_run, "as": login}, tuple, as_json)


@cli.command(help=_("Approve days and publish: site of every class that changed."))
@click.option("--week", "weeks", multiple=True, metavar="2026-W50", help=_("approve the days of an ISO week"))
@click.option("--day", "days", multiple=True, metavar=WHEN, help=_("approve a day"))
@as_option
@json_option
def publish(weeks: tuple[str, ...], days: tuple[str, ...], login: str, as_json: bool) -> int:
    """Without options what is approved already is published anew."""
    return _run("publish", {"weeks": weeks, "days": days, "as": login}, tuple, as_json)


@cli.command("scan", help=_("Take scanned or photographed sheets in: every page finds its work by its own code."))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "login", required=True, metavar="LOGIN", help=_("who logs it"))
@click.option("--channel", default="paper", show_default=True, help=_("paper, call, photo, messenger, …"))
@click.option("--date", default="", metavar=WHEN, help=_("day of return; else today"))
@click.option("--dry-run", is_flag=True, help=_("say where the pages belong, store nothing"))
@json_option
def scan(files: tuple[Path, ...], login: str, channel: str, date: str, dry_run: bool, as_json: bool) -> int:
    """PDF, TIFF and photos, shuffled and upside down; what has no readable code waits for a person."""
    from server.cli import reading

    options = {"as": login, "channel": channel, "date": date, "dry_run": dry_run}
    return _run("scan", options, lambda: tuple(reading.one(path) for path in files), as_json)


@cli.group("print", help=_("Print on paper (PDF files)."))
def print_() -> None:
    """What is printed has commands of its own."""


@print_.command("packs", help=_("Personal packs of a week for those who learn from paper or asked."))
@click.option("--week", default="", metavar="2026-W50", help=_("ISO week; else this one"))
@click.option("--group", "groups", multiple=True, metavar=_("CLASS"), help=_("only this class"))
@click.option("--everyone", is_flag=True, help=_("for every student of the classes"))
@click.option("--student", default="", metavar=_("NAME|SLUG"), help=_("only the pack of this student"))
@click.option("--supplement", is_flag=True, help=_("only what changed since the pack that the student has"))
@click.option("--by", type=click.Choice(["group", "stop"]), default="group", help=_("one file per class or per stop"))
@click.option("--stop", default="", metavar=_("NAME"), help=_("with --by stop: only this stop"))
@click.option("--first", type=click.IntRange(min=1), default=1, metavar="N", help=_("go on from pack N of the file"))
@click.option("--plain", is_flag=True, help=_("for the photocopier: sheets without names, and slips to stick on"))
@click.option("--dry-run", is_flag=True, help=_("count leaves, ink and cost; print nothing"))
@json_option
def print_packs(as_json: bool, **options: Any) -> int:
    """Files lie in packs/<week>/ of the home."""
    if options["first"] > 1 and len(options["groups"]) != 1 and not (options["by"] == "stop" and options["stop"]):
        raise click.UsageError(_("--first needs the file: one --group, or --by stop with --stop."))
    if options["student"] and (options["everyone"] or options["by"] == "stop"):
        raise click.UsageError(_("--student is one pack: leave out --everyone and --by stop."))
    alone = options["student"] or options["supplement"] or options["by"] == "stop" or options["first"] > 1
    dry_run = options.pop("dry_run")
    if alone and (options["plain"] or dry_run):
        raise click.UsageError(_("--plain and --dry-run are about whole classes: name them by --group alone."))
    return _run("print packs --dry-run" if dry_run else "print packs", options, tuple, as_json)


@print_.command("slips", help=_("Slips with names and codes to stick onto copied sheets, one file per class."))
@click.option("--week", default="", metavar="2026-W50", help=_("ISO week; else this one"))
@click.option("--group", "groups", multiple=True, required=True, metavar=_("CLASS"), help=_("only this class"))
@json_option
def print_slips(week: str, groups: tuple[str, ...], as_json: bool) -> int:
    """For packs that exist: their sheets were printed before, and their codes stay."""
    return _run("print slips", {"week": week, "groups": groups}, tuple, as_json)


@print_.command("manifest", help=_("Registers of delivery of a week: each printed pack on exactly one."))
@click.option("--week", default="", metavar="2026-W50", help=_("ISO week; else this one"))
@click.option("--stop", default="", metavar=_("NAME"), help=_("only the registers of this stop"))
@click.option("--group", default="", metavar=_("CLASS"), help=_("only the register of this class at school"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help=_("file to write; else beside the packs"))
@json_option
def print_manifest(week: str, stop: str, group: str, out: Path | None, as_json: bool) -> int:
    """Packs that are on no register yet are put on one first."""
    if stop and group:
        raise click.UsageError(_("Either --stop or --group."))
    return _run("print manifest", {"week": week, "stop": stop, "group": group, "put": out is not None}, tuple, as_json,
                out=out)  # fmt: skip


@print_.command("timetable", help=_("Timetables of a week: of classes, teachers or rooms, all on one sheet, posters."))
@click.argument("kind", type=click.Choice(["groups", "teachers", "rooms", "all_teachers", "wall", "posters"]))
@click.option("--week", default="", metavar="2026-W50", help=_("ISO week; else this one"))
@click.option("--group", default="", metavar=_("CLASS"), help=_("only this class"))
@click.option("--tiled", is_flag=True, help=_("a wide sheet as A4 pages to glue together"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=_("file to write"))
@json_option
def print_timetable(kind: str, week: str, group: str, tiled: bool, out: Path, as_json: bool) -> int:
    """As it stands in the office, with every change."""
    options = {"kind": kind, "week": week, "group": group, "tiled": tiled}
    return _run("print timetable", options, tuple, as_json, out=out)


@print_.command("strips", help=_("Corrections to paste over printed timetables that are not right any more."))
@click.option("--week", default="", metavar="2026-W50", help=_("ISO week; else this one"))
@click.option("--group", "groups", multiple=True, metavar=_("CLASS"), help=_("only this class"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=_("file to write"))
@json_option
def print_strips(week: str, groups: tuple[str, ...], out: Path, as_json: bool) -> int:
    """Without anything to correct no file is written."""
    return _run("print strips", {"week": week, "groups": groups}, tuple, as_json, out)


@print_.command("weekly", help=_("Slips to parents: a child's week on half a sheet, with a reply to cut off."))
@click.option("--week", default="", metavar="2026-W50", help=_("ISO week; else the one that is told of now"))
@click.option("--group", required=True, metavar=_("CLASS"), help=_("whose children"))
@click.option("--paper", is_flag=True, help=_("only families reached on paper"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("weekly.pdf"), show_default=True,
              help=_("file to write"))  # fmt: skip
@json_option
def print_weekly(week: str, group: str, paper: bool, out: Path, as_json: bool) -> int:
    """Marks, what is owed and to be corrected, lessons missed, messages, contacts."""
    return _run("print weekly", {"week": week, "group": group, "paper": paper}, tuple, as_json, out)


@print_.command("accessible", help=_("A class's week as a tagged PDF for screen readers, without names and codes."))
@click.option("--week", default="", metavar="2026-W50", help=_("ISO week; else this one"))
@click.option("--group", required=True, metavar=_("CLASS"), help=_("which class"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("accessible.pdf"),
              show_default=True, help=_("file to write"))  # fmt: skip
@json_option
def print_accessible(week: str, group: str, out: Path, as_json: bool) -> int:
    """PDF/UA-1 from what is published."""
    return _run("print accessible", {"week": week, "group": group}, tuple, as_json, out)


@print_.command("marked", help=_("Marked copies of works: their pages with the teacher's signs, mark and comment."))
@click.argument("codes", nargs=-1, required=True, metavar="CODE…")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("marked.pdf"), show_default=True,
              help=_("file to write"))  # fmt: skip
@json_option
def print_marked(codes: tuple[str, ...], out: Path, as_json: bool) -> int:
    """One page on a side, student by student."""
    return _run("print marked", {"codes": codes}, tuple, as_json, out)


@print_.command("journal", help=_("The journal's pages of a class, with topics, homework and a page for remarks."))
@click.option("--group", required=True, metavar=_("CLASS"), help=_("whose journal"))
@click.option("--course", default="", metavar=_("SUBJECT"), help=_("only this subject"))
@click.option("--term", type=int, default=0, metavar="N", help=_("the term by its number; else the year"))
@click.option("--from", "since", default="", metavar="DAY", help=_("first day"))
@click.option("--to", "until", default="", metavar="DAY", help=_("last day"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("journal.pdf"), show_default=True,
              help=_("file to write"))  # fmt: skip
@json_option
def print_journal(group: str, course: str, term: int, since: str, until: str, out: Path, as_json: bool) -> int:
    """A4 across: marks and absences, beside them topics and homework, behind them the marks of terms."""
    options = {"group": group, "course": course, "term": term, "from": since, "to": until}
    return _run("print journal", options, tuple, as_json, out)


@cli.command("return", help=_("Log returned works by their codes (nine digits, or what a code reader sends)."))
@click.argument("codes", nargs=-1, required=True, metavar="CODE…")
@click.option("--as", "login", required=True, metavar="LOGIN", help=_("who logs it"))
@click.option("--mark", default="", metavar="MARK", help=_("a mark of the task's scale, or: redo"))
@click.option("--channel", default="paper", show_default=True, help=_("paper, call, photo, messenger, …"))
@click.option("--date", default="", metavar=WHEN, help=_("day of return; else today"))
@click.option("--comment", default="", help=_("a word for the student"))
@json_option
def return_(codes: tuple[str, ...], login: str, mark: str, channel: str, date: str, comment: str, as_json: bool) -> int:
    """One bad code does not block the next."""
    options = {"codes": codes, "as": login, "mark": mark, "channel": channel, "date": date, "comment": comment}
    return _run("return", options, tuple, as_json)


@cli.group(help=_("Records that phones have written."))
def ops() -> None:
    """What is done with them has commands of its own."""


@ops.command("import", help=_("Take in files that phones saved their records to (.korablik); again changes nothing."))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def ops_import(files: tuple[Path, ...], as_json: bool) -> int:
    """A folder means its files of that name."""
    from server.cli import reading

    return _run("ops import", {}, lambda: reading.all_of(files, "*.korablik"), as_json)


@cli.group(help=_("Give data out."))
def export() -> None:
    """What is given out has commands of its own."""


for command in (carrying.usb, carrying.zim, carrying.site):
    export.add_command(command)


@export.command("journal", help=_("The journal of a class as a table."))
@click.option("--group", required=True, metavar=_("CLASS"), help=_("class by name or short name"))
@click.option("--from", "since", default="", metavar=WHEN, help=_("first day"))
@click.option("--to", "until", default="", metavar=WHEN, help=_("last day"))
@click.option("--format", type=click.Choice(["xlsx", "csv"]), default="xlsx", show_default=True, help=_("kind of file"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=_("file to write"))
@json_option
def export_journal(group: str, since: str, until: str, format: str, out: Path, as_json: bool) -> int:
    """Opens in Excel as it is."""
    options = {"group": group, "from": since, "to": until, "format": format}
    return _run("export journal", options, tuple, as_json, out=out)


@export.command("oneroster", help=_("People, classes and courses as a OneRoster 1.2 set, for other systems."))
@click.option("--births/--no-births", default=True, show_default=True, help=_("with birth dates and sex of students"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=_("file to write"))
@json_option
def export_oneroster(births: bool, out: Path, as_json: bool) -> int:
    """In full (bulk); brings the same school into an empty home."""
    return _run("export oneroster", {"births": births}, tuple, as_json, out=out)


@export.command("school", help=_("Everything the school owns, as one zip of CSV files."))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=_("file to write"))
@json_option
def export_school(out: Path, as_json: bool) -> int:
    """`korablik init --from` puts it into an empty home."""
    return _run("export school", {}, tuple, as_json, out=out)


@cli.command(help=_("Count what the home holds and list what is wrong."))
@json_option
def check(as_json: bool) -> int:
    """Exit code 0 also with problems: they are for a person."""
    return _run("check", {}, tuple, as_json)


@cli.command(help=_("Make a backup: database, editions, media and keys in one checked file; also while serving."))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.zip",
              help=_("file to write; else one in the home's folder backups"))  # fmt: skip
@click.option("--keep", type=click.IntRange(1, 9999), metavar="N",
              help=_("how many of this kind stay in the folder (KORABLIK_BACKUPS)"))  # fmt: skip
@json_option
def backup(out: Path | None, keep: int | None, as_json: bool) -> int:
    """`korablik restore` puts it back."""
    return _run("backup", {"out": str(out.absolute()) if out else "", "keep": keep or 0}, tuple, as_json)


@cli.command(help=_("Put a backup into this home; what is there now is kept beside the backups."))
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def restore(file: Path, as_json: bool) -> int:
    """No office may serve the home."""
    from server.cli import local

    return _answered(lambda terminal: local.restore(file, terminal), as_json)


@cli.command(help=_("List marks and absences for which two values were saved."))
@json_option
def conflicts(as_json: bool) -> int:
    """They are decided in the office."""
    return _run("conflicts", {}, tuple, as_json)


@cli.command(help=_("Check published files or a stick's folder against the school's signature."))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), help=_("public key of the school; else this home's"))
@json_option
def verify(files: tuple[Path, ...], key: Path | None, as_json: bool) -> int:
    """A folder of an edition means its envelope, and its content by the hash that the envelope names; another folder
    the classes' sites in it, each by its signed index."""
    from server.cli import reading

    options = {"key": str(key) if key else ""}
    return _run("verify", options, lambda: reading.signed(files) + reading.whole(key), as_json)


@cli.command(help=_("Serve the office until it is stopped."))
@click.option("--host", help=_("address to listen on (KORABLIK_HOST)"))
@click.option("--port", type=click.IntRange(1, 65535), help=_("port to listen on (KORABLIK_PORT)"))
def serve(host: str | None, port: int | None) -> None:
    """One office serves a home; command lines then hand their work to it."""
    from server.cli import serving

    serving.serve(host, port)


@cli.command("demo", help=_("Show everything on a sample village school: import, publish, print, serve."))
@click.option("--no-serve", is_flag=True, help=_("do all but serve"))
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help=_("port to listen on"))
@click.pass_context
def demo_(context: click.Context, no_serve: bool, port: int) -> None:
    """The demo's home is build/demo, never the home of a school: what lies there is made anew."""
    from server.cli.demo import run

    if context.find_root().params["home"]:
        raise click.UsageError(_("The demo lives in build/demo of the checkout: leave --home out."))
    run(serve=not no_serve, port=port)


def main() -> None:
    """Exit 0, 1 with a sentence, 2 for usage; 130 when interrupted, 143 when told to end."""
    import gc
    import signal

    gc.disable()  # loading makes no rubbish; local.office() switches it on again
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """Run the command line (of the process when None) and return its exit code."""
    try:
        code = cli.main(arguments, "korablik", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _refused(_("Stopped."), 130)
    except BrokenPipeError:  # whoever read has gone; that is no matter of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _explain(error)


def _explain(error: Exception) -> int:
    """The sentence of a refusal; of a fault of ours one line without values and names."""
    from server.cli import faults, local
    from server.errors import DomainError
    from sync.errors import SyncError

    if not isinstance(error, SyncError):
        faults.note(error)
        error = DomainError("internal")
    return _refused(local.told(error))


def _refused(sentence: str, code: int = 1) -> int:
    from server.cli.terminal import write

    write(sys.stderr, sentence + "\n")
    return code
