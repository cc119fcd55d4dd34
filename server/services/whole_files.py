"""Files of the home that are there whole or not at all whenever the process ends (printables.files also syncs them)."""

from pathlib import Path


def replace(path: Path, data: bytes) -> None:
    """Write beside ``path``; the new file takes its place in one step."""
    half = path.with_name(f".{path.name}.half")
    half.write_bytes(data)
    half.replace(path)
