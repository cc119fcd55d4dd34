"""Markdown lessons with YAML front matter: what is taught, with which resources, and what is to be done.

The keys are those of the lessons' own README: id, grade, subject, date, lesson, topic, form, resources, task.
"""

import hashlib
import re
from datetime import date
from pathlib import PurePosixPath

from server.importers import answer_rows, charset, limits
from server.importers.answer_rows import AnswerRow
from server.importers.findings import ERROR, INFO, WARNING, Notes, Refused, Result
from server.importers.front_matter import Fields, parse_front_matter
from server.importers.rows import LessonContentRow, ResourceRow, TaskRow, Where
from server.importers.tables import check_size
from server.importers.values import plain
from sync.markdown import convert
from sync.pictures import SCHEME, files_beside, shown_in

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
    _check_pictures(notes, text)
    rows = () if any(finding.level == ERROR for finding in notes.found) else (row,)
    return Result(rows, tuple(notes.found), {"lessons": len(rows)})


def _check_pictures(notes: Notes, text: str) -> None:
    """Pictures that were not found beside the file, and those that say nothing to who cannot see them."""
    for ref in files_beside(text):
        notes.add(WARNING, "content_picture_missing", value=ref)
    if SCHEME in text and any(not one.alt.strip() for one in shown_in(convert(text))):
        notes.add(WARNING, "content_picture_words")


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
    answers = _answers(section)
    section.say_unknown()
    return TaskRow(text, due_days, kind, scale, max_points if scale == "points" else None, answers)


def _answers(section: Fields) -> tuple[AnswerRow, ...]:
    """Questions to tick; one that cannot be read is said, and the file is not taken."""
    items = section.sections("answers")
    if len(items) > answer_rows.FIELDS:
        section.note(ERROR, "content_not_list", "answers")
        return ()
    return tuple(filter(None, (_answer(item) for item in items)))


def _answer(item: Fields) -> AnswerRow | None:
    digits = item.number("digits", 1, answer_rows.DIGITS)
    kind = item.choice("kind", answer_rows.KINDS) or ("number" if digits else "one")
    listed = item.texts("options")
    options = answer_rows.options_of(listed[0]) if len(listed) == 1 else tuple(" ".join(one.split()) for one in listed)
    label, typed, points = item.text("label"), item.text("key"), item.number("points", 1, answer_rows.POINTS) or 1
    item.say_unknown()
    if kind == "number" and digits is None:
        item.note(ERROR, "content_key_missing", "digits")
        return None
    if kind != "number" and not (2 <= len(options) <= answer_rows.OPTIONS and len({*options}) == len(options)
                                 and max(map(len, options)) <= answer_rows.OPTION):  # fmt: skip
        item.note(ERROR, "content_options", "options", value=", ".join(options)[:80])
        return None
    number = digits if kind == "number" and digits else 0
    key = answer_rows.key_of(typed, kind, options, number)
    if key is None:
        item.note(ERROR, "content_key_wrong", "key", value=typed[:80])
        return None
    return AnswerRow(kind, " ".join(label.split())[: answer_rows.LABEL], options if kind != "number" else (), number,
                     key, points)  # fmt: skip


def _without_heading(body: str, topic: str) -> str:
    found = _HEADING.match(body)
    repeats = found and plain(found[1]) == plain(topic)
    return (body[found.end() :] if found and repeats else body).strip("\n") + "\n"
