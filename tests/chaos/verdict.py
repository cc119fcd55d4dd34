"""What must be true of a database after anything: every acknowledged op is there exactly once, and none in part."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

Id = tuple[str, int]  # origin and n
LEFT = {  # what each kind of op leaves behind: (its rows, the column that names the op)
    "return": ("return", "op_seq"),
    "mark": ("mark_act", "op_seq"),
    "presence": ("presence", "op_seq"),
    "call": ("contact", "op_seq"),
}


@dataclass
class Verdict:
    """What was found wrong; all empty means nothing."""

    lost: list[Id] = field(default_factory=list)
    doubled: list[Id] = field(default_factory=list)
    half: list[Id] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)
    stored: int = 0

    @property
    def is_good(self) -> bool:
        """True if nothing is wrong."""
        return not (self.lost or self.doubled or self.half or self.damage)

    def __str__(self) -> str:
        parts = {"lost": self.lost, "doubled": self.doubled, "half": self.half, "damage": self.damage}
        return "; ".join(f"{name}: {len(found)} ({found[:3]})" for name, found in parts.items() if found) or "good"


def judge(database: Path, acknowledged: Collection[Id]) -> Verdict:
    """Open the database as the next start would (which recovers it) and look at all of it."""
    found = Verdict()
    try:
        with closing(sqlite3.connect(database)) as connection:
            _look(connection, set(acknowledged), found)
    except sqlite3.DatabaseError as error:
        found.damage.append(f"{type(error).__name__}: {error}")
    return found


def _look(connection: sqlite3.Connection, acknowledged: set[Id], found: Verdict) -> None:
    integrity = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    found.damage += [text for text in integrity if text != "ok"]
    found.damage += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check").fetchmany(3)]
    ops = connection.execute("SELECT origin, n, seq, type, data FROM op").fetchall()
    found.stored = len(ops)
    known: dict[Id, int] = {}
    for origin, n, *_rest in ops:
        known[(origin, n)] = known.get((origin, n), 0) + 1
    found.lost = sorted(acknowledged - known.keys())
    found.doubled = [id_ for id_, times in known.items() if times > 1]
    for kind, (table, column) in LEFT.items():
        query = f"""SELECT origin, n FROM op WHERE type = ? AND outcome <> 'held' AND
                    (SELECT count(*) FROM "{table}" WHERE "{table}"."{column}" = op.seq) <> 1"""
        found.half += connection.execute(query, (kind,)).fetchall()
    counted = connection.execute("SELECT value FROM counter WHERE name = 'op'").fetchone()
    if ops and (counted is None or counted[0] < max(op[2] for op in ops)):
        found.damage.append(f"the counter stands at {counted}")
    strays = connection.execute('SELECT count(*) FROM "return" WHERE op_seq NOT IN (SELECT seq FROM op)').fetchone()[0]
    if strays:
        found.damage.append(f"{strays} returns without their op")
