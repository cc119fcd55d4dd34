"""What the columns of a table file are taken for: how it was guessed, shown, corrected by a person and remembered."""

from collections.abc import Mapping as Map
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ColumnView:
    """One column of a sheet. ``field`` "" means ignored; ``confidence`` runs from 0 to 1.

    ``reason``: "mapping" (a person said so), "header", "similar" (the header resembles a known one), "content"
    (only the cells tell), "" (nobody knows). ``samples`` are the first values that are not empty.
    """

    index: int
    letter: str
    label: str
    field: str
    confidence: float
    reason: str
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetView:
    """One sheet as it would be read. ``header_row`` counts from 1 (0: no header), ``header_rows`` is 0, 1 or 2.

    ``shape`` names the layout (the same headers in the same order have the same shape, whatever the sheet, the rows
    or the file are called); ``missing`` are required fields that no column has; ``preview`` the first rows as they
    will be stored, each a list of (field, text).
    """

    name: str
    shape: str
    header_row: int
    header_rows: int
    columns: tuple[ColumnView, ...]
    missing: tuple[str, ...] = ()
    taken: bool = True
    rows: int = 0
    preview: tuple[tuple[tuple[str, str], ...], ...] = ()


@dataclass(frozen=True)
class Mapping:
    """Corrections: what the columns mean in sheets of a shape, and in sheets by their name.

    ``shapes`` and ``sheets`` map a shape or a sheet's name ("*" any sheet) to column letter → field ("" = ignore).
    Columns that are not named are guessed as ever.
    """

    shapes: Map[str, Map[str, str]] = field(default_factory=dict)
    sheets: Map[str, Map[str, str]] = field(default_factory=dict)

    def of(self, shape: str, sheet: str) -> Map[str, str]:
        """Letter → field for a sheet; what is said of the sheet itself goes before its shape, "*" comes last."""
        return {**self.sheets.get("*", {}), **self.shapes.get(shape, {}), **self.sheets.get(sheet, {})}


NOTHING_SAID = Mapping()
