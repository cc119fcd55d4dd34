"""`korablik export usb`, `export zim`, `export site`: pages for where no server of the school is."""

from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from flask import current_app
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from server.config import Config
from server.errors import DomainError
from server.extensions import db
from server.security import private_folder
from server.services.carrying import about, sending, source, usb, zim
from server.services.carrying.disk import Disk
from server.services.commands.console import Call, Console, group, place


def export_usb(call: Call, console: Console) -> dict[str, Any]:
    """Bring a stick's folder up to date."""
    config, slugs = _begin(call)
    issue = about.issue(db.session, config)
    folder = Path(call.options["dir"])
    done = usb.carry(config.public, Disk(folder), config.home, slugs, about.about_stick(issue), console.progress)
    names = ", ".join(issue.name(slug) for slug in issue.slugs if slug in done.groups)
    console.say(_("%(folder)s holds edition %(number)s: %(names)s.", folder=folder, number=issue.number, names=names))
    if done.copied or done.removed:
        console.say(ngettext("%(num)s file was copied (%(size)s).", "%(num)s files were copied (%(size)s).",
                             done.copied, size=_size(done.copied_bytes)))  # fmt: skip
    else:
        console.say(_("Nothing had changed: nothing was copied."))
    if done.removed:
        console.say(_("Taken off: %(names)s.", names=", ".join(done.removed)))
    for name, size in done.weeks.items():
        console.say(f"  {name}: {_size(size)}")
    console.say(_("In all %(size)s. Open index.html; phones take the file of their class.", size=_size(done.bytes)))
    return {"dir": str(folder), "number": issue.number, "groups": list(done.groups), "files": done.files,
            "bytes": done.bytes, "copied": done.copied, "copied_bytes": done.copied_bytes,
            "removed": list(done.removed), "weeks": done.weeks}  # fmt: skip


def export_zim(call: Call, console: Console) -> dict[str, Any]:
    """A ZIM file per class, each checked."""
    config, slugs = _begin(call)
    zim.require_tools()
    issue = about.issue(db.session, config)
    folder, made = Path(call.options["out"]), {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DomainError("file_unwritable", name=folder, reason=error.strerror or "") from error
    built = source.slugs(config.public)
    wanted = slugs or [slug for slug in issue.slugs if slug in built]
    for number, slug in enumerate(wanted):
        console.progress("zim", number, len(wanted))
        file = folder / f"{slug}.zim"
        made[slug] = zim.write_zim(config.public, slug, file, about.about_zim(issue, slug))
        console.say(f"{file}: {_size(made[slug])}")
    console.progress("zim", len(wanted), len(wanted))
    return {"number": issue.number, "files": {slug: str(folder / f"{slug}.zim") for slug in made}, "bytes": made}


def export_site(call: Call, console: Console) -> dict[str, Any]:
    """Make a storage elsewhere equal to what is published."""
    config, _slugs = _begin(call)
    lock = FileLock(private_folder(config.run) / "sending.lock", mode=0o600)
    try:
        with lock.acquire(timeout=0):
            done = sending.send(config.public, call.options["to"], config.home, console.progress)
    except Timeout as error:
        raise DomainError("target_busy") from error
    if done.sent or done.removed:
        console.say(ngettext("%(num)s file was sent (%(size)s).", "%(num)s files were sent (%(size)s).", done.sent,
                             size=_size(done.bytes)))  # fmt: skip
        if done.removed:
            console.say(ngettext("%(num)s old file was deleted there.", "%(num)s old files were deleted there.",
                                 done.removed))  # fmt: skip
    else:
        console.say(_("Nothing had changed: nothing was sent."))
    return {"files": done.files, "sent": done.sent, "bytes": done.bytes, "removed": done.removed}


def _begin(call: Call) -> tuple[Config, list[str]]:
    """The settings, and the classes asked for."""
    place()
    config: Config = current_app.extensions["korablik"]
    return config, [group(db.session, name).slug for name in call.options.get("groups", [])]


def _size(size: int) -> str:
    """ "340 kB" or "1.4 MB", by thousands as sticks are sold."""
    if size < 999_500:
        return _("%(size)s kB", size=round(size / 1000))
    return _("%(size)s MB", size=format_decimal(round(size / 1e6, 1)))
