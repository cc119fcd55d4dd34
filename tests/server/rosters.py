"""OneRoster sets for tests: the samples' folders as zips, small sets with one thing changed, and their records."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "village": ROOT / "content" / "village",
    **{name: ROOT / "tests" / "data" / name for name in ("town", "kazakh", "dirty")},
}
Files = dict[str, str]


def files_of(name: str) -> Files:
    """The files of a sample's set by name without ending: ``files_of("village")["users"]``."""
    folder = FOLDERS[name] / "oneroster"
    return {path.stem: path.read_bytes().decode("utf-8-sig") for path in sorted(folder.glob("*.csv"))}


def packed(files: dict[str, str | bytes], folder: str = "") -> bytes:
    """A zip of CSV files, given without their ending."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{folder}{name}.csv", content)
    return out.getvalue()


def sample(name: str) -> bytes:
    """A sample's set as one zip."""
    return packed(files_of(name))


def records(data: bytes) -> dict[str, list[dict[str, str]]]:
    """The records of every file of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = {info.filename.removesuffix(".csv"): archive.read(info).decode() for info in archive.infolist()}
    return {name: list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in texts.items()}


def changed(files: Files, name: str, change: Callable[[str], str]) -> Files:
    """The files with one of them changed."""
    return {**files, name: change(files[name])}
