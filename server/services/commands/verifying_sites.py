"""`korablik verify` for classes' sites: those in ``public/``, on a stick, or wherever else they were copied to."""

from pathlib import PurePath
from typing import Any

from flask_babel import gettext as _

from server.errors import DomainError
from server.services.carrying.source import page_names
from server.services.carrying.usb import LIST, read_list
from server.services.commands.console import Console
from sync.errors import SyncError
from sync.site_check import INDEX, SiteCheck, check_site

SHOWN = 10  # file names of a kind that are told


def verify_sites(files: dict[str, bytes], public: str, console: Console) -> tuple[list[dict[str, Any]], list[str]]:
    """Check the sites among the files and take them out of ``files``: what is genuine, and the names of the others."""
    verified, refused = [], []
    lists = [(PurePath(name).parent, read_list(files.pop(name))["sites"])
             for name in list(files) if PurePath(name).name == LIST]  # fmt: skip
    for index in [name for name in files if PurePath(name).parts[-2:] == PurePath(INDEX).parts]:
        base = PurePath(index).parents[1]
        own = {path.relative_to(base).as_posix(): name for name in files
               if (path := PurePath(name)).parent == base or path.parent == base / "data"}  # fmt: skip
        site = {path: files.pop(name) for path, name in own.items()}
        try:
            check = check_site(site, public, _listed(base, lists))
        except SyncError as error:
            refused.append(index)
            console.warn(f"{index}: {DomainError(error.code, **{**error.data, 'name': index}).sentence()}")
            continue
        if check.genuine:
            verified.append({"file": index, **_named(check)})
            console.say(_("%(name)s is genuine: class %(group)s, edition %(number)s of %(date)s, pages: %(pages)s.",
                          name=base, group=check.head["group"], number=check.head["number"],
                          date=check.head["issued_at"][:10], pages=check.pages))  # fmt: skip
        else:
            refused.append(index)
            _tell(str(base), check, console)
    return verified, refused


def _listed(base: PurePath, lists: list[tuple[PurePath, dict[str, Any]]]) -> dict[str, str] | None:
    """Hashes of a site's pages by a stick's list; whether it is right the tree tells."""
    for folder, sites in lists:
        if base == folder or not base.is_relative_to(folder):
            continue
        slug, *language = base.relative_to(folder).parts
        before = "".join(f"{part}/" for part in language)
        try:
            return {name: sites[slug][path][0] for path, name in page_names(sites[slug], before)}
        except (KeyError, TypeError, IndexError, AttributeError):
            continue
    return None


def _named(check: SiteCheck) -> dict[str, Any]:
    return {**{name: check.head[name] for name in ("group", "language", "number", "edition", "issued_at")},
            "pages": check.pages}  # fmt: skip


def _tell(name: str, check: SiteCheck, console: Console) -> None:
    console.warn(f"{name}: {DomainError('site_altered', name=name).sentence()}")
    for text, paths in ((_("altered: %(names)s"), check.altered), (_("missing: %(names)s"), check.missing),
                        (_("not the school's: %(names)s"), check.extra)):  # fmt: skip
        if paths:
            console.warn("  " + text % {"names": ", ".join(paths[:SHOWN]) + (", …" if len(paths) > SHOWN else "")})
