"""A lesson's content as somebody types it: cleaned, compared and checked before anything is stored. Pure."""

import re
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l

from server.errors import DomainError
from server.services.weeks import parse_day
from sync.canonical import digest
from sync.markdown import convert
from sync.pages import plain, shorten
from sync.pictures import SCHEME, shown_in

TOPIC, TITLE, SOURCE, ADDRESS, BODY, TEXT = 300, 300, 500, 2000, 500_000, 50_000  # characters
RESOURCES, TASKS = 30, 12  # rows
LARGEST_KB, MOST_POINTS, LONGEST = 100_000_000, 1000, timedelta(days=366)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


@dataclass(frozen=True)
class ResourceDraft:
    """Something a lesson points to; ``size`` in KB, as typed."""

    title: str = ""
    source: str = ""
    url: str = ""
    size: str = ""


@dataclass(frozen=True)
class TaskDraft:
    """A task as typed; ``id`` is "" for a new one, ``points`` the maximum of the scale "points"."""

    id: str = ""
    title: str = ""
    text: str = ""
    kind: str = "homework"
    scale: str = "five"
    points: str = ""
    due: str = ""
    withdrawn: bool = False

    @property
    def due_on(self) -> date | None:
        """The date of control, where it is one."""
        try:
            return parse_day(self.due) if self.due else None
        except DomainError:
            return None

    @property
    def is_empty(self) -> bool:
        """A new row in which nothing was said."""
        return not (self.id or self.title or self.text)


@dataclass(frozen=True)
class LessonDraft:
    """All that a lesson's page can change."""

    topic: str = ""
    form: str = ""
    body: str = ""
    resources: tuple[ResourceDraft, ...] = ()
    tasks: tuple[TaskDraft, ...] = ()

    def mark(self) -> str:
        """Names this content: equal marks, equal content."""
        return digest(asdict(self))[:32]

    def says_nothing_new(self, stored: "LessonDraft") -> bool:
        """True when all of it stands already: the second click of a double click, or a page saved unchanged."""
        left = list(stored.tasks)
        for row in self.tasks:
            twin = next((task for task in left if task == row or replace(task, id="") == row), None)
            if twin is None:
                return False
            left.remove(twin)
        return replace(self, tasks=()) == replace(stored, tasks=())


@dataclass(frozen=True)
class Rules:
    """What fits into a lesson of this day and grade: codes of forms, kinds and scales.

    ``no_marks``: where the grade has none, the source that says so.
    """

    on: date
    forms: tuple[str, ...]
    kinds: tuple[str, ...]
    scales: tuple[str, ...]
    no_marks: str = ""


def clean(text: str, keep_indent: bool = False) -> str:
    """A text without invisible control characters, lines ended by LF, no space around.

    ``keep_indent``: the first line's own spaces mean something in Markdown.
    """
    seen = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return seen.strip("\n").rstrip() if keep_indent else seen.strip()


def normal(draft: LessonDraft) -> LessonDraft:
    """The draft as it would be stored: cleaned, empty rows left out, dates and numbers in one form."""
    resources = tuple(
        ResourceDraft(_line(row.title), _line(row.source), _line(row.url), _number(row.size)) for row in draft.resources
    )
    tasks = tuple(_task(row, draft) for row in draft.tasks)
    return LessonDraft(
        topic=_line(draft.topic), form=draft.form.strip(), body=clean(draft.body, keep_indent=True),
        resources=tuple(row for row in resources if row != ResourceDraft()),
        tasks=tuple(row for row in tasks if not row.is_empty),
    )  # fmt: skip


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _number(text: str) -> str:
    digits = "".join(text.split())
    return str(int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 12 else digits


def _task(row: TaskDraft, draft: LessonDraft) -> TaskDraft:
    text = clean(row.text)
    title = _line(row.title)
    if text and not title:
        title = _line(draft.topic) or shorten(plain(text), 80)
    points = _number(row.points) if row.scale == "points" else ""
    return replace(row, title=title, text=text, points=points, due=_day(row.due))


def _day(text: str) -> str:
    try:
        return parse_day(text).isoformat() if text.strip() else ""
    except DomainError:
        return text.strip()


def problems(draft: LessonDraft, rules: Rules) -> dict[str, DomainError]:
    """What keeps a normal draft from being stored, by field: ``topic``, ``resource-0-url``, ``task-1-due``."""
    found: dict[str, DomainError] = {}
    _too_long(found, "topic", draft.topic, TOPIC)
    _too_long(found, "body", draft.body, BODY)
    _check_pictures(found, "body", draft.body)
    if draft.form and draft.form not in rules.forms:
        found["form"] = DomainError("value_invalid", field=_l("form"), value=draft.form)
    for rows, name, limit in ((draft.resources, "resources", RESOURCES), (draft.tasks, "tasks", TASKS)):
        if len(rows) > limit:
            found[name] = DomainError("rows_many", limit=limit)
    for i, resource in enumerate(draft.resources):
        _check_resource(found, f"resource-{i}", resource)
    for i, task in enumerate(draft.tasks):
        _check_task(found, f"task-{i}", task, rules)
    return found


def _too_long(found: dict[str, DomainError], field: str, text: str, limit: int) -> None:
    if len(text) > limit:
        found[field] = DomainError("text_long", length=len(text), limit=limit)


def texts(draft: LessonDraft) -> dict[str, str]:
    """Its Markdown texts by field; those of withdrawn tasks, which nobody reads, are none."""
    own = {f"task-{i}-text": task.text for i, task in enumerate(draft.tasks) if not task.withdrawn}
    return {"body": draft.body, **own}


def without_words(text: str) -> int:
    """The number of a text's first picture that says nothing to who cannot see it; 0 when all speak."""
    if SCHEME not in text and "data:image/" not in text:
        return 0
    return next((n for n, one in enumerate(shown_in(convert(text)), 1) if not one.alt.strip()), 0)


def _check_pictures(found: dict[str, DomainError], field: str, text: str) -> None:
    if field not in found and (number := without_words(text)):
        found[field] = DomainError("picture_without_words", number=number)


def _check_resource(found: dict[str, DomainError], at: str, row: ResourceDraft) -> None:
    _too_long(found, f"{at}-title", row.title, TITLE)
    _too_long(found, f"{at}-source", row.source, SOURCE)
    _too_long(found, f"{at}-url", row.url, ADDRESS)
    if not row.title and not row.url:
        found[f"{at}-title"] = DomainError("field_needed", field=_l("title"))
    if row.url and not _ADDRESS.fullmatch(row.url):
        found[f"{at}-url"] = DomainError("address_invalid", value=row.url[:60])
    if row.size and not (row.size.isascii() and row.size.isdigit() and int(row.size) <= LARGEST_KB):
        found[f"{at}-size"] = DomainError("value_invalid", field=_l("size in KB"), value=row.size[:20])


def _check_task(found: dict[str, DomainError], at: str, row: TaskDraft, rules: Rules) -> None:
    _too_long(found, f"{at}-title", row.title, TITLE)
    _too_long(found, f"{at}-text", row.text, TEXT)
    if not row.withdrawn:
        _check_pictures(found, f"{at}-text", row.text)
    if not row.title:
        found[f"{at}-title"] = DomainError("task_empty")
    if row.kind not in rules.kinds:
        found[f"{at}-kind"] = DomainError("value_invalid", field=_l("kind"), value=row.kind[:20])
    if row.scale not in rules.scales and not row.withdrawn:
        found[f"{at}-scale"] = (
            DomainError("grade_without_marks", source=rules.no_marks) if rules.no_marks
            else DomainError("value_invalid", field=_l("how it is marked"), value=row.scale[:20])
        )  # fmt: skip
    if row.scale == "points" and not (row.points.isascii() and row.points.isdigit()
                                      and 1 <= int(row.points[:6]) <= MOST_POINTS):  # fmt: skip
        found[f"{at}-points"] = (
            DomainError("value_invalid", field=_l("greatest number of points"), value=row.points[:20])
            if row.points else DomainError("field_needed", field=_l("greatest number of points"))
        )  # fmt: skip
    if row.due:
        _check_due(found, f"{at}-due", row, rules.on)


def _check_due(found: dict[str, DomainError], field: str, row: TaskDraft, on: date) -> None:
    try:
        due = parse_day(row.due)
    except DomainError as error:
        found[field] = error
        return
    if due < on and not row.withdrawn:
        found[field] = DomainError("date_too_early", value=due.isoformat())
    elif due > on + LONGEST:
        found[field] = DomainError("value_invalid", field=_l("date of control"), value=due.isoformat())
