"""The natural key of a weekly lesson: the same for every program that a school may export its timetable from."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from server.importers.rows import LessonRow


def with_keys(rows: Iterable[LessonRow]) -> tuple[LessonRow, ...]:
    """The rows with keys from subject and groups, which survive a new export, a new teacher and a new program.

    Equal ones are numbered: by lessons in a row, kinds of week, hours a week, and teachers last.
    """
    rows = tuple(rows)
    alike: dict[str, list[LessonRow]] = defaultdict(list)
    for row in rows:
        alike[_key(row)].append(row)
    keys: dict[int, str] = {}
    for key, same in alike.items():
        same.sort(key=_order)
        for n, row in enumerate(same, 1):
            keys[id(row)] = key if n == 1 else f"{key}|{n}"
    return tuple(replace(row, key=keys[id(row)]) for row in rows)


def _key(row: LessonRow) -> str:
    groups = sorted(f"{class_name}:{group}" if group else class_name for class_name, group in row.groups)
    return f"{row.subject}|{','.join(groups)}"


def _order(row: LessonRow) -> tuple[int, str, float, tuple[str, ...]]:
    return row.periods_per_card, row.weeks, row.hours_per_week, row.teachers
