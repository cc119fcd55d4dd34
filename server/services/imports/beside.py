"""Pictures that lie beside lessons' files: ``![a leaf](leaf.png)`` becomes the picture of that name here."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from server.errors import DomainError
from server.importers import charset
from server.importers.findings import WARNING, Finding
from server.services.picture_encoding import looks_like_picture
from sync.errors import SyncError
from sync.pictures import files_beside, with_names

Take = Callable[[bytes], str]  # a picture as it was sent → its name here
LESSON = ".md"


@dataclass(frozen=True)
class Joined:
    """Files without the pictures; lessons speak of these by their names. ``findings``: of pictures that cannot be."""

    files: tuple[tuple[str, bytes], ...]
    findings: tuple[Finding, ...]


def join(files: Iterable[tuple[str, bytes]], take: Take) -> Joined:
    """Give each lesson its pictures, found as ``lesson.md/picture.png`` or by the picture's own name.

    A picture that is not among the files is left as it is: reading the lesson tells of it.
    """
    known = list(files)
    pictures = {name: data for name, data in known if not name.lower().endswith(LESSON) and looks_like_picture(data)}
    found: list[Finding] = []
    names: dict[str, str | DomainError] = {}

    def named(data: bytes) -> str | DomainError:
        key = hashlib.sha256(data).hexdigest()
        if key not in names:
            try:
                names[key] = take(data)
            except SyncError as error:
                names[key] = DomainError(error.code, **error.data)
        return names[key]

    rest = []
    for name, data in known:
        if name in pictures:
            continue
        said = {ref: named(beside) for ref, beside in _beside(name, data, pictures).items()}
        found += [_refused(name, ref, one) for ref, one in said.items() if isinstance(one, DomainError)]
        rest.append((name, _rewritten(data, {ref: one for ref, one in said.items() if isinstance(one, str)})))
    return Joined(tuple(rest), tuple(found))


def _beside(name: str, data: bytes, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    """What a lesson shows, as it writes it → the picture's file."""
    if not pictures or not name.lower().endswith(LESSON):
        return {}
    found = {}
    for ref in files_beside(charset.decode(data).text):
        for place in (f"{name}/{ref}", PurePosixPath(ref.replace("\\", "/")).name):
            if place in pictures:
                found.setdefault(ref, pictures[place])
    return found


def _rewritten(data: bytes, names: Mapping[str, str]) -> bytes:
    return with_names(charset.decode(data).text, names).encode() if names else data


def _refused(name: str, ref: str, error: DomainError) -> Finding:
    return Finding(WARNING, "content_picture_refused", name, value=ref, data={"reason": error.sentence()})
