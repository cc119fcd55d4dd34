"""What columns of a source mean here, as people confirmed it: kept by the shape of its header, for the next file."""

from collections.abc import Mapping as Map
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.importers import registry
from server.importers.mapping import NOTHING_SAID, Mapping, SheetView
from server.models import ImportMapping

SAID = "mapping"  # the reason of a column that a person has named


def of(session: Session, kind: str, mapping: Mapping | None = None) -> Mapping:
    """All that is remembered about files of a kind, with what is said now before it."""
    said = mapping or NOTHING_SAID
    rows = session.scalars(select(ImportMapping).where(ImportMapping.kind == kind))
    known = {row.shape: row.columns for row in rows}
    shapes = {shape: {**known.get(shape, {}), **said.shapes.get(shape, {})} for shape in known | dict(said.shapes)}
    return Mapping(shapes, said.sheets)


def learn(session: Session, kind: str, shape: str, columns: Map[str, str], actor_id: str | None, now: datetime) -> bool:
    """Keep what is said about columns of a shape beside what was said before; True when that is new."""
    known = session.get(ImportMapping, (kind, shape))
    if known is None:
        if columns:
            values = {"columns": dict(columns), "learned_at": now, "learned_by": actor_id}
            session.add(ImportMapping(kind=kind, shape=shape, **values))
        return bool(columns)
    merged = {**known.columns, **columns}
    if merged == known.columns:
        return False
    known.columns, known.learned_at, known.learned_by = merged, now, actor_id
    return True


def taught_by(views: tuple[SheetView, ...]) -> dict[str, dict[str, str]]:
    """Shape → letter → field: the columns that a person has named."""
    said: dict[str, dict[str, str]] = {}
    for view in views:
        columns = {column.letter: column.field for column in view.columns if column.reason == SAID}
        if columns:
            said.setdefault(view.shape, {}).update(columns)
    return said


def lessons_of(
    kind: str, name: str, data: bytes, mapping: Mapping | None, region: str, today: date
) -> dict[str, dict[str, str]]:
    """What a file that was read with this mapping teaches about its shapes."""
    if mapping is None or not (mapping.shapes or mapping.sheets):
        return {}
    return taught_by(registry.look(kind, name, data, region=region, today=today, mapping=mapping))
