"""Two editions of the sample school as they lie in ``public/``, in two languages, with pictures and private pages."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from server.services.carrying.usb import About
from server.services.sitebuild import build_group, look_digest, write_changed, write_public_root
from sync.signing import new_keypair
from tests.editions import sample_content, sample_edition, write_sample

GROUPS = ("1", "3")
PICTURE = "images/0123456789abcdef.png"
ALSO = {
    "worker.js": b"self", "app.webmanifest": b"{}", "school.pub": b"key", PICTURE: b"picture",
    "images/fedcba9876543210.png": b"of another class", "me/index.html": b"<main>mine</main>",
}  # fmt: skip


class Publics(NamedTuple):
    """``public/`` before and after a change in class 1 (3 stays), and the public key."""

    old: Path
    new: Path
    key: str


@pytest.fixture(scope="session")
def publics(tmp_path_factory: pytest.TempPathFactory) -> Publics:
    """Built once: tests copy what they change."""
    home = tmp_path_factory.mktemp("publics")
    secret, key = new_keypair(os.urandom)
    content = sample_content()
    content["school"]["languages"] = ["ru", "kk"]
    look = look_digest(home / "locale")
    old = sample_edition(41, content)
    changed = {**content, "lessons": {id: dict(lesson) for id, lesson in content["lessons"].items()}}
    lesson = next(lesson for lesson in changed["lessons"].values() if lesson["group"] == "1")
    lesson["topic"] = "Другая тема"
    before = None
    for name, edition in (("old", old), ("new", sample_edition(42, changed, old.id))):
        folder = write_sample(home / "editions", edition)
        write_changed(folder, before, look)
        public, before = home / name / "public", folder
        if name == "new":
            shutil.copytree(home / "old" / "public", public)
        for slug in GROUPS:
            build_group(folder, slug, public, home / "cache", home / "locale", look, secret)
        write_public_root(folder, public, home / "locale")
        for path, data in {**ALSO, f"me/{name}.js": name.encode()}.items():
            (public / path).parent.mkdir(exist_ok=True)
            (public / path).write_bytes(data)
    (home / "new/public/me/old.js").unlink()
    return Publics(home / "old/public", home / "new/public", key)


@pytest.fixture
def about() -> Callable[[int], About]:
    """Of the edition of a number; the first page is left as it is."""
    return lambda number=41: About("ZRC2", number, ("ru", "kk"), lambda root, weeks: root)
