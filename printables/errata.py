"""Strips to paste over a printed timetable: what a later edition shows otherwise than the one that a pack came from."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from printables.checks import check_letters, with_composed_names
from printables.compose import Composer
from printables.files import whole_file
from printables.render import render
from printables.roster import LessonView, Roster, Row, Student
from printables.texts import Texts, texts_of
from printables.views import days_of, is_cancelled, student_lessons, week_lessons
from sync.edition import read_edition
from sync.wording import class_name


@dataclass(frozen=True)
class Strip:
    """One student's correction. ``days``: those that changed, with all their rows as they are now."""

    student: Student
    old: int
    new: int
    days: tuple[tuple[str, tuple[Row, ...]], ...]


@dataclass(frozen=True)
class Printed:
    """A class's packs that were printed from one edition. ``since``: days before it are over.

    ``touched``: by student days on which lessons of their own, which no edition holds, were changed since. ``stops``:
    by student where the pack is handed over.
    """

    roster: Roster
    edition: Path
    since: datetime.date
    touched: Mapping[str, Collection[str]] = field(default_factory=dict)
    stops: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ErrataReport:
    """What was written."""

    strips: int
    pages: int
    bytes: int


def changed_days(old: Mapping[str, Any], new: Mapping[str, Any], group: str, week: str, since: datetime.date) -> list[
    str
]:  # fmt: skip
    """Days (ISO) of a week, from ``since`` on, on which a class's timetable is another one, whoever learns in it."""
    first, last = max(days_of(week)[0], since).isoformat(), days_of(week)[1].isoformat()

    def rows(content: Mapping[str, Any]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for lesson in content["lessons"].values():
            if lesson["group"] == group and first <= lesson["date"] <= last:
                found.setdefault(lesson["date"], []).append(
                    [lesson["n"], lesson["start"], lesson["short"] or lesson["subject"], lesson["subgroup"] or "",
                     _where(content, lesson), is_cancelled(lesson)]
                )  # fmt: skip
        return {day: sorted(own) for day, own in found.items()}

    before, after = rows(old), rows(new)
    return sorted(day for day in before.keys() | after.keys() if before.get(day) != after.get(day))


def strips_of(printed: Printed, old: Mapping[str, Any], new: Mapping[str, Any], number: int, texts: Texts) -> list[
    Strip
]:  # fmt: skip
    """The strips of those whose printed timetable is not right any more, by stop and name. ``number``: of ``new``.

    Compared is what the timetable says of a lesson: when, which, where. Sheets and page numbers stay the pack's.
    """
    roster, found = printed.roster, []
    since = printed.since.isoformat()
    common = [(week_lessons(content, roster), Composer(content, roster, texts)) for content in (old, new)]
    for student in roster.students:
        before, after = (_days(lessons, composer, student, roster.week) for lessons, composer in common)
        mine = printed.touched.get(student.id, ())
        days = sorted(
            day for day in before.keys() | after.keys() | set(mine)
            if day >= since and (day in mine or before.get(day) != after.get(day))
        )  # fmt: skip
        if days:
            now = tuple((day, after.get(day, ())) for day in days)
            found.append(Strip(student, roster.edition_number, number, now))
    return sorted(found, key=lambda one: (printed.stops.get(one.student.id, ""), one.student.name, one.student.id))


def print_strips(classes: Sequence[Printed], newest: Path, out: Path, locale_dir: Path) -> ErrataReport:
    """Write the strips of these classes as one PDF to ``out``, in the order given; an empty list writes no file.

    Raises PrintError ``font_lacks``, and SyncError when an edition cannot be read.
    """
    edition = read_edition(newest)
    texts = texts_of(edition.content["school"]["locale"], locale_dir)
    old = {printed.edition: read_edition(printed.edition).content for printed in classes}
    entries = []
    for printed in classes:
        for strip in strips_of(printed, old[printed.edition], edition.content, edition.number, texts):
            check_letters(strip.student)
            entries.append(_entry(strip, printed, texts))
    if not entries:
        return ErrataReport(0, 0, 0)
    template = Composer(edition.content, classes[0].roster, texts)
    pdf = template.strips(entries)
    drawn = render(pdf)
    with whole_file(out) as target:
        target.write(drawn.pdf)
    return ErrataReport(len(entries), len(drawn.boxes), len(drawn.pdf))


def _days(
    common: list[LessonView], composer: Composer, student: Student, week: str
) -> dict[str, tuple[Row, ...]]:  # fmt: skip
    found: dict[str, list[Row]] = {}
    for view in student_lessons(common, student, week):
        lesson = view.lesson
        found.setdefault(lesson["date"], []).append(
            Row(lesson["n"], lesson["start"], lesson["short"] or lesson["subject"], lesson["subgroup"] or "",
                "" if is_cancelled(lesson) else composer.channel(lesson), is_cancelled(lesson))
        )  # fmt: skip
    return {day: tuple(rows) for day, rows in found.items()}


def _where(content: Mapping[str, Any], lesson: Mapping[str, Any]) -> list[str]:
    broadcast = content["broadcasts"].get(lesson["broadcast"])
    return [broadcast["start"], broadcast["channel"]] if broadcast else [lesson["form"] or ""]


def _entry(strip: Strip, printed: Printed, texts: Texts) -> dict[str, Any]:
    student, days = with_composed_names(strip.student), []
    for day, rows in strip.days:
        date = datetime.date.fromisoformat(day)
        days.append({"date": texts.day(date)[:1].upper() + texts.day(date)[1:], "rows": rows})
    group = texts.gettext("class %(name)s",
                          name=class_name(student.group_name, texts.gettext("%(grade)s%(letter)s")))  # fmt: skip
    return {"name": student.name, "group": group, "old": strip.old, "new": strip.new,
            "stop": printed.stops.get(student.id, ""), "days": days}  # fmt: skip
