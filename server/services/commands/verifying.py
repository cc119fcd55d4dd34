"""`korablik verify`: whether published files are what the school signed. Needs no database and no school."""

import json
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from server.errors import DomainError
from server.security import config
from server.services import keys
from server.services.commands.console import Call, Console
from server.services.commands.verifying_sites import verify_sites
from sync.canonical import digest
from sync.errors import SyncError
from sync.signing import fingerprint, verify

CONTENT, ENVELOPE = "edition.json", "envelope.json"


def verify_files(call: Call, console: Console) -> dict[str, Any]:
    """Check files against their signatures; the content of an edition against what its envelope names.

    Files come as (path, bytes), each but an ``edition.json`` and what belongs to a site with its ``.minisig``. ``key``
    names the file among them that is the public key; "" means the home's. One bad file does not hide the next.
    """
    files = dict(call.files)
    public = _public(call.options["key"], files)
    verified, refused = verify_sites(files, public, console)
    for name, data in files.items():
        if name.endswith(".minisig"):
            continue
        try:
            comment = _checked(name, data, files, public)
        except SyncError as error:
            refused.append(name)
            console.warn(f"{name}: {DomainError(error.code, **error.data).sentence()}")
            continue
        verified.append({"file": name, "comment": comment})
        console.say(_("%(name)s is genuine: %(comment)s", name=name, comment=comment))
    return {"verified": verified, "refused": refused, "key": fingerprint(public)}


def _public(name: str, files: dict[str, bytes]) -> str:
    own = config().keys / keys.PUBLIC
    try:
        text = (files.pop(name) if name else own.read_bytes()).decode("utf-8", "replace")
        fingerprint(text)
    except OSError as error:
        raise DomainError("file_missing", name=own) from error
    except SyncError as error:
        raise DomainError("key_invalid", name=name or own) from error
    return text


def _checked(name: str, data: bytes, files: dict[str, bytes], public: str) -> str:
    """The signature's comment. Raises SyncError."""
    if Path(name).name == CONTENT:
        envelope = str(Path(name).with_name(ENVELOPE))
        comment = _checked(envelope, files[envelope], files, public)
        _check_content(Path(name).parent.name, data, files[envelope])
        return comment
    return verify(public, data, files[f"{name}.minisig"].decode("utf-8", "replace"))


def _check_content(folder: str, content: bytes, envelope: bytes) -> None:
    """The envelope was signed; it names the content by its hash."""
    try:
        named = json.loads(envelope)["id"]
        found = digest(json.loads(content))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DomainError("edition_unreadable", name=folder) from error
    if named != found:
        raise DomainError("edition_altered", name=folder)
