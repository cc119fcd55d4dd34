"""What every print of a group begins with: edition and roster are read and checked, and their packs can be planned."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from printables.checks import check_roster
from printables.compose import Composer
from printables.editions import content_of
from printables.pictures import Pictures
from printables.planner import Planner
from printables.press import Press
from printables.report import PackInfo, PrintReport
from printables.roster import Roster
from printables.sheets import SheetCache
from printables.texts import Texts, texts_of
from printables.views import week_lessons
from sync.pictures import FOLDER

Progress = Callable[[int, int], None]  # packs done, packs in all


@dataclass(frozen=True)
class Job:
    """What a print of a group begins with."""

    content: Mapping[str, Any]
    roster: Roster
    texts: Texts
    planner: Planner

    def press(self, duplex: bool) -> Press:
        """A file to stamp the group's packs into."""
        return Press(self.content, self.roster, self.texts, self.planner.composer.channel, duplex)

    def report(self, out: Path, packs: Sequence[PackInfo], size: int, sides: int, over: int) -> PrintReport:
        """What came of it; leaves and ink are those of the packs."""
        sheets, lacking = self.planner.sheets, dict(sorted(self.planner.lacking.items()))
        leaves, ink = sum(pack.leaves for pack in packs), sum(pack.ink for pack in packs)
        return PrintReport(
            out, tuple(packs), sides, size, sheets.rendered, sheets.reused, lacking, leaves, round(ink, 3), over
        )


def prepare(edition_dir: Path, roster: Roster, cache: Path, locale_dir: Path) -> Job:
    """Read the edition and check the roster. Raises PrintError, SyncError."""
    content = content_of(edition_dir)
    if roster.own and roster.group not in content["groups"]:
        content = {**content, "groups": {**content["groups"], roster.group: roster.own}}
    check_roster(roster, content)
    texts = texts_of(content["school"]["locale"], locale_dir)
    known = {**content.get("images", {}), **roster.images}
    pictures = Pictures(known, [edition_dir / FOLDER, *([Path(roster.media)] if roster.media else [])])
    sheets = SheetCache(cache, pictures)
    composer = Composer(content, roster, texts, pictures, kept=cache)
    return Job(content, roster, texts, Planner(composer, sheets, week_lessons(content, roster), roster))
