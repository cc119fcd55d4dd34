"""Markdown lessons with YAML front matter: what is taught, with which resources, and what is to be done.

The keys are those of the lessons' own README: id, grade, subject, date, lesson, topic, form, resources, task.
"""

import hashlib
import re
from datetime import date
from pathlib import PurePosixPath

from server.importers import charset, limits
from server.importers.findings import ERROR, INFO, WARNING, Notes, Refused, Result
from server.importers.front_matter import Fields, parse_front_matter
from server.importers.rows import LessonContentRow, ResourceRow, TaskRow, Where
from server.importers.tables import check_size
from server.importers.values import plain

FORMS = ("tv", "live", "self", "paper")
TASK_KINDS = (
    "homework", "formative", "sor", "soch", "control", "independent", "test", "dictation", "lab", "research",
    "creative", "project", "exam",
)  # fmt: skip
SCALES = ("five", "points", "pass", "none")

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"\A\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|\Z)")


def read_content(file: str, data: bytes, *, region: str = "RU", today: date | None = None) -> Result:
    """One LessonContentRow, or none when grade, subject or topic cannot be read. Raises Refused."""
    check_size(data, limits.MAX_LESSON)
    notes = Notes(file)
    text = charset.decode(data).text.replace("\r\n", "\n").replace("\r", "\n")
    front, body = _split(text)
    fields = Fields(parse_front_matter(front), notes)
    row = _lesson(file, fields, body, hashlib.sha256(data).hexdigest())
    fields.say_unknown()
    rows = () if any(finding.level == ERROR for finding in notes.found) else (row,)
    return Result(rows, tuple(notes.found), {"lessons": len(rows)})


def _split(text: str) -> tuple[str, str]:
    found = _FRONT.match(text)
    if not found:
        raise Refused("content_no_front_matter", row=1)
    if len(found[1]) > limits.MAX_FRONT_MATTER:
        raise Refused("content_front_matter_broken", row=1, line=1)
    return found[1], text[found.end() :]


def _lesson(file: str, fields: Fields, body: str, digest: str) -> LessonContentRow:
    topic = fields.text("topic", required=True)
    day, lesson = fields.date("date"), fields.number("lesson", 0, 99)
    fields.flag_missing("content_place_missing", "date")
    fields.flag_missing("content_place_missing", "lesson")
    form = fields.choice("form", FORMS)
    fields.flag_missing("content_form_missing", "form")
    return LessonContentRow(
        key=fields.text("id") or PurePosixPath(file.replace("\\", "/")).name,
        grade=fields.number("grade", 1, 11, required=True) or 0,
        subject=fields.text("subject", required=True),
        date=day,
        lesson=lesson,
        topic=topic,
        form=form,
        resources=tuple(_resource(item) for item in fields.sections("resources")),
        task=_task(fields),
        body=_without_heading(body, topic),
        sha256=digest,
        where=Where(file),
    )


def _resource(item: Fields) -> ResourceRow:
    title = item.text("title")
    source = item.text("source")
    item.flag_missing("content_source_missing", "source", value=title)
    url = item.text("url")
    if url and not re.match(r"https?://[^\s<>\"']+\Z", url, re.IGNORECASE):
        item.note(WARNING, "content_url", "url", value=url)
        url = ""
    row = ResourceRow(title or url, source, url, item.number("size_kb", 0, 100_000_000))
    item.say_unknown()
    return row


def _task(fields: Fields) -> TaskRow | None:
    """None when the lesson sets no task. A grade without marks has the scale "none"."""
    section = fields.section("task")
    if section is None:
        fields.note(INFO, "content_task_missing", "task")
        return None
    text = section.text("text", required=True)
    due_days = section.number("due_days", 0, 366)
    section.flag_missing("content_due_missing", "due_days")
    kind = section.choice("kind", TASK_KINDS) or "homework"
    max_points = section.number("max_points", 1, 1000)
    scale = section.choice("scale", SCALES) or ("points" if max_points else "five")
    if scale == "points" and max_points is None:
        section.note(ERROR, "content_points_missing", "max_points")
    section.say_unknown()
    return TaskRow(text, due_days, kind, scale, max_points if scale == "points" else None)


def _without_heading(body: str, topic: str) -> str:
    found = _HEADING.match(body)
    repeats = found and plain(found[1]) == plain(topic)
    return (body[found.end() :] if found and repeats else body).strip("\n") + "\n"
