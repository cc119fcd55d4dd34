"""The files that a command line names: read here, whole, before anything else happens."""

import io
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path

from server.errors import DomainError
from sync.pictures import files_beside

Files = tuple[tuple[str, bytes], ...]
LARGEST = 256 * 1024 * 1024  # bytes of one file; what a school has is a thousandth of it
CONTENT, ENVELOPE = "edition.json", "envelope.json"
INDEX, LIST = Path("data/index.json"), "korablik.json"  # of a site, and of a stick


def one(path: Path) -> tuple[str, bytes]:
    """Name and bytes of a file. Raises DomainError ``file_missing``, ``file_unreadable``, ``too_large``."""
    try:
        known = path.stat()
        if not stat.S_ISREG(known.st_mode) and not stat.S_ISFIFO(known.st_mode):
            raise IsADirectoryError(21, "not a file") if path.is_dir() else OSError(22, "not a file")
        if known.st_size > LARGEST:
            raise DomainError("too_large")
        return path.name, path.read_bytes()
    except FileNotFoundError as error:
        raise DomainError("file_missing", name=path) from error
    except (OSError, ValueError) as error:
        raise DomainError("file_unreadable", name=path, reason=getattr(error, "strerror", None) or "") from error


def text(path: Path | None) -> str:
    """The text of a UTF-8 file; "" for None."""
    if path is None:
        return ""
    try:
        return one(path)[1].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DomainError("file_unreadable", name=path, reason="UTF-8") from error


def all_of(paths: Iterable[Path], pattern: str) -> Files:
    """Every file named; a folder stands for its files of the pattern, but for a README."""
    found: list[tuple[str, bytes]] = []
    for path in paths:
        if not path.is_dir():
            found.append(one(path))
            continue
        inside = sorted(file for file in path.glob(pattern) if file.name.lower() != "readme.md")
        if not inside:
            raise DomainError("file_missing", name=path / pattern)
        found += [one(file) for file in inside]
    return tuple(found)


def lessons(paths: Iterable[Path]) -> Files:
    """Lessons and the pictures that they show from their own folder, as ``lesson.md/picture.png``."""
    found: list[tuple[str, bytes]] = []
    for path in paths:
        folder = path if path.is_dir() else path.parent
        for name, data in all_of([path], "*.md"):
            found.append((name, data))
            for ref in files_beside(data.decode("utf-8", "replace")) if name.lower().endswith(".md") else ():
                beside = folder / ref
                if beside.is_file() and beside.resolve().is_relative_to(folder.resolve()):
                    found.append((f"{name}/{ref}", one(beside)[1]))
    return tuple(found)


def sets(paths: Iterable[Path]) -> Files:
    """Every file named; a folder stands for one zip of its CSV files, under the folder's name."""
    return tuple(_zipped(path) if path.is_dir() else one(path) for path in paths)


def _zipped(folder: Path) -> tuple[str, bytes]:
    inside = sorted(file for file in folder.iterdir() if file.suffix.lower() == ".csv")
    if not inside:
        raise DomainError("file_missing", name=folder / "*.csv")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in inside:
            archive.writestr(zipfile.ZipInfo(file.name), one(file)[1], zipfile.ZIP_DEFLATED)
    return folder.resolve().name, out.getvalue()


def whole(path: Path | None) -> Files:
    """One file under its full name; none for None."""
    return ((str(path), one(path)[1]),) if path else ()


def signed(paths: Iterable[Path]) -> Files:
    """Files with their signatures under their full names; a folder is an edition's (envelope and content), or holds
    sites, each with a signed index, its pages and what leads to them."""
    found: dict[str, bytes] = {}
    for path in paths:
        if sites := _sites(path):
            for file in sites:
                found[str(file)] = one(file)[1]
            continue
        named = [path / CONTENT, path / ENVELOPE] if path.is_dir() else [path]
        if named[-1].name == CONTENT:  # it has no signature: its envelope names it
            named.append(path.with_name(ENVELOPE))
        for file in named:
            parts = [file] if file.name == CONTENT else [file, file.with_name(file.name + ".minisig")]
            found |= {str(part): one(part)[1] for part in parts}
    return tuple(found.items())


def _sites(path: Path) -> list[Path]:
    """The files of the sites below a folder, or of the one whose index this is."""
    if path.parts[-2:] == INDEX.parts:
        indexes, lists = [path], [path.parents[1] / LIST, path.parents[1].parent / LIST]
    elif path.is_dir() and not (path / CONTENT).exists():
        indexes = sorted(file for depth in ("", "*/", "*/*/") for file in path.glob(f"{depth}{INDEX.as_posix()}"))
        lists = [path / LIST]
    else:
        return []
    found = [file for file in lists if indexes and file.is_file()]
    for index in indexes:
        site = index.parents[1]
        found += [index, *sorted(site.glob("*.html")), *sorted(index.parent.glob("*.json.gz"))]
    return found
