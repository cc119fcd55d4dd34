"""`korablik export usb | zim | site`: pages for where no server of the school is."""

from pathlib import Path

import click

from server.cli.calling import call
from server.cli.options import json_option
from server.cli.words import _


def _absolute(path: Path) -> str:
    """A home's office may run the command, and in another folder."""
    return str(path.absolute())


@click.command(help=_("Bring a folder on a stick up to date: pages that open without internet."))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--group", "groups", multiple=True, metavar=_("CLASS"),
              help=_("only this class; else those on the stick, on a new one all"))  # fmt: skip
@json_option
def usb(folder: Path, groups: tuple[str, ...], as_json: bool) -> int:
    """The folder is new, empty, or one that this command made."""
    return call("export usb", {"dir": _absolute(folder), "groups": groups}, tuple, as_json)


@click.command(help=_("A ZIM file for Kiwix of each class (needs the programs of Debian's zim-tools)."))
@click.option("--group", "groups", multiple=True, metavar=_("CLASS"), help=_("only this class"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR",
              help=_("folder to write to"))  # fmt: skip
@json_option
def zim(groups: tuple[str, ...], out: Path, as_json: bool) -> int:
    """Files are called by the classes' short names."""
    return call("export zim", {"groups": groups, "out": _absolute(out)}, tuple, as_json)


@click.command(help=_("Send the published pages to another host; what did not change is not sent again."))
@click.option("--to", "target", required=True, metavar="URL", help=_("s3://bucket/folder, file:///folder, sftp://…"))
@json_option
def site(target: str, as_json: bool) -> int:
    """Logins come from the environment (AWS_ACCESS_KEY_ID, …) or the storage's own configuration."""
    return call("export site", {"to": target}, tuple, as_json)
