"""``public/`` as a copy at another host: any storage that fsspec knows, what did not change not again.

At the target lies ``korablik-sent.json``: ``{"v": 1, "files": {digest of a path: SHA-256 (hex) of the bytes}}``; paths
are digests, because names of private pages are told to nobody. Before something is overwritten the list forgets it, so
that after a break it is sent again, and only that. Order: pictures and parts, pages, what phones ask for, the list of
classes and the edition's number; what went is deleted after that.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec

from server.errors import DomainError
from server.services.carrying import source
from server.services.sitebuild import MARK
from sync.bundle import tree_of
from sync.canonical import canonical

LIST = "korablik-sent.json"
BATCH_FILES, BATCH_BYTES = 32, 8_000_000
LISTED_EVERY = 2_000_000  # bytes after which the list is written anew: no more than these are sent twice
TRIES = 3
HASHED = "public, max-age=31536000, immutable"  # named by their content
ASKED = "no-cache"  # kept, but asked about each time
TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp",
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".avif": "image/avif", ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json", ".pub": "text/plain",
    ".minisig": "text/plain", ".gz": "application/gzip", ".ics": "text/calendar; charset=utf-8",
}  # fmt: skip
Progress = Callable[[str, int, int], None]
Batch = tuple[dict[str, bytes], dict[str, str]]  # bytes by path, headers


@dataclass
class Sent:
    """What one sending did, in files and bytes."""

    files: int = 0
    sent: int = 0
    bytes: int = 0
    removed: int = 0


class _Moved(Exception):
    """``public/`` was published anew while it was sent."""


def send(public: Path, url: str, home: Path, progress: Progress) -> Sent:
    """Make the target equal to ``public/``. The target's secrets come from the environment or its own configuration.

    Raises DomainError ``target_unknown``, ``target_missing_part`` (a package that is not installed),
    ``target_secret``, ``target_failed``, ``site_missing``, ``site_moving``, ``stick_home``.
    """
    target = _Target(url, home)
    for _ in range(TRIES):
        files = scan(public)
        if source.ROOT not in files:
            raise DomainError("site_missing", slug=source.ROOT)
        with suppress(_Moved):
            return _send(public, files, target, progress)
    raise DomainError("site_moving")


def scan(public: Path) -> dict[str, str]:
    """SHA-256 (hex) of each file that goes out, by path. Raises DomainError ``site_moving``."""
    for _ in range(TRIES):
        try:
            found = {
                path: hashlib.sha256(file.read_bytes()).hexdigest()
                for file in sorted(public.rglob("*"))
                if file.is_file() and _goes_out(path := file.relative_to(public).as_posix())
            }
        except FileNotFoundError:
            continue
        if all(_is_whole(public, path, found) for path in found if path.endswith(f"/{source.INDEX}")):
            return found
    raise DomainError("site_moving")


def _goes_out(path: str) -> bool:
    return not any(part.startswith(".") for part in path.split("/")) and not path.endswith(f"/{MARK}")


def _is_whole(public: Path, index: str, found: dict[str, str]) -> bool:
    before = index.removesuffix(source.INDEX)
    pages = {name: found[path] for path, name in source.page_names(found, before)}
    try:
        return tree_of(pages) == json.loads(json.loads((public / index).read_bytes())["signed"])["tree"]
    except FileNotFoundError:
        return False


def stage_of(path: str) -> int:
    """When a file is sent: 0 what is named by its content, 1 pages, 2 what phones ask for, 3 the switch-over."""
    name = path.rpartition("/")[2]
    if path in (source.ROOT, source.EDITION):
        return 3
    if path.endswith(f"/{source.INDEX}") or "/data/from-" in path or path == "worker.js":
        return 2
    return 0 if is_hashed(path) or (path.startswith("me/") and name != source.ROOT) else 1


def is_hashed(path: str) -> bool:
    """Whether a file's name says its content: it never changes under this name."""
    parts = path.split("/")
    stem = parts[-1].partition(".")[0]
    return (parts[0] == source.PICTURES or parts[-2:-1] == ["data"]) and len(stem) >= 16 and all(
        letter in "0123456789abcdef" for letter in stem
    )  # fmt: skip


class _Target:
    """The storage, asked by paths from the place that the address names."""

    def __init__(self, url: str, home: Path):
        parts = urlsplit(url)
        if not parts.scheme or "://" not in url:
            raise DomainError("target_unknown", name=url[:60].rpartition("@")[2])
        if parts.password is not None or parts.query:
            raise DomainError("target_secret")
        self.name = f"{parts.scheme}://{url.split('://', 1)[1].rpartition('@')[2]}"
        self.protocol = parts.scheme
        options: dict[str, Any] = {"skip_instance_cache": True} if parts.scheme != "memory" else {}
        if parts.scheme in ("file", "local"):
            options |= {"auto_mkdir": True}
        elif parts.scheme in ("s3", "s3a"):
            options |= {"use_listings_cache": False}
        try:
            self.fs, base = fsspec.core.url_to_fs(url, **options)
        except ImportError as error:
            raise DomainError("target_missing_part", name=parts.scheme) from error
        except ValueError as error:
            raise DomainError("target_unknown", name=parts.scheme) from error
        except Exception as error:  # each storage has errors of its own
            raise self._failed(error) from error
        self.base = str(base).rstrip("/")
        if parts.scheme in ("file", "local") and Path(self.base).resolve().is_relative_to(home.resolve()):
            raise DomainError("stick_home", name=self.base)

    def _failed(self, error: Exception) -> DomainError:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return DomainError("target_failed", name=self.name, reason=lines[0][:200])

    def sizes(self) -> dict[str, int]:
        """Bytes of each file that is there, by path."""
        try:
            found = self.fs.find(self.base, detail=True)
        except FileNotFoundError:
            return {}
        except Exception as error:  # each storage has errors of its own
            raise self._failed(error) from error
        return {name[len(self.base) :].lstrip("/"): int(about.get("size") or 0) for name, about in found.items()}

    def listed(self) -> dict[str, str]:
        """What the target's list says."""
        try:
            return {str(name): str(sha) for name, sha in json.loads(self.fs.cat_file(self._at(LIST)))["files"].items()}
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return {}
        except Exception as error:  # each storage has errors of its own
            raise self._failed(error) from error

    def put(self, files: dict[str, bytes], headers: dict[str, str]) -> None:
        """Write files with the same headers, where the storage knows of such."""
        more: dict[str, Any] = {}
        if self.protocol in ("s3", "s3a"):
            more = {"ContentType": headers["type"], "CacheControl": headers["cache"]}
        elif self.protocol in ("gs", "gcs"):
            more = {"content_type": headers["type"], "fixed_key_metadata": {"cache_control": headers["cache"]}}
        try:
            self.fs.pipe({self._at(path): data for path, data in files.items()}, **more)
        except Exception as error:  # each storage has errors of its own
            raise self._failed(error) from error

    def remove(self, paths: list[str]) -> None:
        """Delete files; one that is gone already is none the worse."""
        for path in paths:
            try:
                with suppress(FileNotFoundError):
                    self.fs.rm_file(self._at(path))
            except Exception as error:  # each storage has errors of its own
                raise self._failed(error) from error

    def _at(self, path: str) -> str:
        return f"{self.base}/{path}" if self.base else path


def _send(public: Path, files: dict[str, str], target: _Target, progress: Progress) -> Sent:
    there, listed = target.sizes(), target.listed()
    names = {path: _digest(path) for path in {*files, *there}}
    todo = [path for path, sha in files.items() if listed.get(names[path]) != sha
            or there.get(path) != (public / path).stat().st_size]  # fmt: skip
    gone = [path for path in there if path not in files and path != LIST and names[path] in listed]
    done = Sent(len(files))
    if not todo and not gone:
        return done
    known = {names[path]: sha for path, sha in files.items() if path not in set(todo)}
    known |= {names[path]: listed[names[path]] for path in gone}
    _write_list(target, known)
    unlisted = 0
    try:
        for batch, headers in _batches(public, todo, files):
            target.put(batch, headers)
            known |= {names[path]: files[path] for path in batch}
            size = sum(map(len, batch.values()))
            done.sent, done.bytes, unlisted = done.sent + len(batch), done.bytes + size, unlisted + size
            if unlisted > LISTED_EVERY:
                _write_list(target, known)
                unlisted = 0
            progress("send", done.sent, len(todo))
        target.remove(gone)
    except BaseException:  # what came through need not go again
        with suppress(DomainError):
            _write_list(target, known)
        raise
    done.removed = len(gone)
    _write_list(target, {names[path]: sha for path, sha in files.items()})
    return done


def _write_list(target: _Target, known: dict[str, str]) -> None:
    target.put({LIST: canonical({"v": 1, "files": known})}, {"type": TYPES[".json"], "cache": ASKED})


def _batches(public: Path, todo: Iterable[str], files: dict[str, str]) -> Iterator[Batch]:
    """Files in their order, as many at once as have the same headers. Raises _Moved."""

    def key(path: str) -> tuple[int, str, str]:
        kind = TYPES.get(os.path.splitext(path)[1], "application/octet-stream")
        return stage_of(path), kind, HASHED if is_hashed(path) else ASKED

    batch: dict[str, bytes] = {}
    before: tuple[int, str, str] | None = None
    for path in sorted(todo, key=lambda path: (*key(path), path)):
        if batch and (key(path) != before or len(batch) >= BATCH_FILES or sum(map(len, batch.values())) > BATCH_BYTES):
            yield batch, {"type": before[1], "cache": before[2]} if before else {}
            batch = {}
        before, batch[path] = key(path), _same(public / path, files[path])
    if batch and before:
        yield batch, {"type": before[1], "cache": before[2]}


def _same(file: Path, sha: str) -> bytes:
    try:
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise _Moved from error
    if hashlib.sha256(data).hexdigest() != sha:
        raise _Moved
    return data


def _digest(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()[:32]
