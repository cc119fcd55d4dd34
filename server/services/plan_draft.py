"""A course's plan as somebody types it: cleaned, compared, checked, and changed by the buttons of its rows. Pure."""

from dataclasses import asdict, dataclass, replace
from datetime import date

from flask_babel import lazy_gettext as _l

from server.errors import DomainError
from server.importers.values import read_date
from server.services.content_draft import clean
from server.services.plan_hours import Topic
from sync.canonical import digest

ROWS, TOPIC, SECTION, MOST_HOURS = 400, 300, 200, 200


@dataclass(frozen=True)
class RowDraft:
    """A row as typed; ``on`` is the day it is planned for, "" where it goes by its order."""

    section: str = ""
    topic: str = ""
    hours: str = ""
    on: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing but perhaps hours."""
        return not (self.section or self.topic or self.on)

    @property
    def day(self) -> date | None:
        """The day, where it is one."""
        return read_date(self.on).value

    def as_topic(self) -> Topic:
        """What it means; hours that are none count as one."""
        is_number = self.hours.isascii() and self.hours.isdigit()
        hours = min(max(int(self.hours[:4]), 1), MOST_HOURS) if is_number else 1
        return Topic(self.section, self.topic, hours, self.day)


@dataclass(frozen=True)
class PlanDraft:
    """All rows in order, and those that were taken away while typing: (place, row), the last one at the end."""

    rows: tuple[RowDraft, ...] = ()
    removed: tuple[tuple[int, RowDraft], ...] = ()

    def mark(self) -> str:
        """Names this content: equal marks, equal content."""
        return digest([asdict(row) for row in self.rows])[:32]

    def topics(self) -> list[Topic]:
        """The rows as a plan."""
        return [row.as_topic() for row in self.rows]


def of_plan(plan: list[Topic]) -> PlanDraft:
    """The draft of what is stored."""
    return PlanDraft(tuple(
        RowDraft(topic.section, topic.topic, str(topic.hours), topic.on.isoformat() if topic.on else "")
        for topic in plan
    ))  # fmt: skip


def normal(draft: PlanDraft) -> PlanDraft:
    """As it would be stored: cleaned, empty rows left out, one hour where none is stated, days in one form."""
    rows = (RowDraft(_line(row.section), _line(row.topic), _hours(row.hours), _day(row)) for row in draft.rows)
    return replace(draft, rows=tuple(row for row in rows if not row.is_empty))


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _day(row: RowDraft) -> str:
    return row.day.isoformat() if row.day else row.on.strip()


def _hours(text: str) -> str:
    digits = "".join(text.split())
    return str(int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 6 else digits or "1"


def problems(draft: PlanDraft) -> dict[str, DomainError]:
    """What keeps a normal draft from being stored, by field: ``topic-0``, ``hours-3``, ``on-3``, ``rows``."""
    found: dict[str, DomainError] = {}
    if len(draft.rows) > ROWS:
        found["rows"] = DomainError("rows_many", limit=ROWS)
    for i, row in enumerate(draft.rows):
        for name, limit in (("topic", TOPIC), ("section", SECTION)):
            if len(getattr(row, name)) > limit:
                found[f"{name}-{i}"] = DomainError("text_long", length=len(getattr(row, name)), limit=limit)
        if not row.topic:
            found[f"topic-{i}"] = DomainError("field_needed", field=_l("Topic"))
        if not (row.hours.isascii() and row.hours.isdigit() and 1 <= int(row.hours) <= MOST_HOURS):
            found[f"hours-{i}"] = DomainError("value_invalid", field=_l("Hours"), value=row.hours[:20])
        if row.on and row.day is None:
            found[f"on-{i}"] = DomainError("date_invalid", value=row.on[:20])
    return found


def after(draft: PlanDraft, act: str) -> PlanDraft:
    """The draft after a button: add, insert-2 (below row 2), remove-2, up-2, down-2, put-back, undate.

    Raises DomainError bad_request.
    """
    verb, _dash, number = act.partition("-")
    rows = list(draft.rows)
    if act == "add":
        return replace(draft, rows=(*rows, RowDraft()))
    if act == "undate":
        return replace(draft, rows=tuple(replace(row, on="") for row in rows))
    if act == "put-back" and draft.removed:
        *removed, (place, row) = draft.removed
        rows.insert(min(place, len(rows)), row)
        return PlanDraft(tuple(rows), tuple(removed))
    if not (number.isascii() and number.isdigit() and int(number) < len(rows)):
        raise DomainError("bad_request")
    i = int(number)
    if verb == "insert":
        rows.insert(i + 1, RowDraft(section=rows[i].section))
    elif verb == "remove":
        return PlanDraft((*rows[:i], *rows[i + 1 :]), (*draft.removed, (i, rows[i])))
    elif verb in ("up", "down"):
        other = i + (1 if verb == "down" else -1)
        if 0 <= other < len(rows):
            rows[i], rows[other] = rows[other], rows[i]
    else:
        raise DomainError("bad_request")
    return replace(draft, rows=tuple(rows))


def dated(draft: PlanDraft, days: list[date | None]) -> PlanDraft:
    """The draft with new days, one for each row."""
    return replace(draft, rows=tuple(
        replace(row, on=day.isoformat() if day else "") for row, day in zip(draft.rows, days, strict=True)
    ))  # fmt: skip
