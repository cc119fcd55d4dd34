"""A class's week as one tagged PDF (PDF/UA-1) for screen readers: timetable, lessons, tasks; no names and no codes.

It is rendered for itself, as the tags of a shared sheet do not survive stamping.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from printables.checks import composed
from printables.compose import Composer, environment
from printables.errors import PrintError
from printables.pictures import Pictures
from printables.render import render
from printables.roster import LessonView, Roster
from printables.texts import Texts, texts_of
from printables.views import days_of, is_cancelled, week_lessons
from sync.edition import read_edition
from sync.pictures import FOLDER
from sync.wording import class_name

DEEPEST = 6  # of headings
_HEADING = re.compile(r"<(/?)h([1-6])\b")
_SVG = re.compile(r"<svg\b[^>]*>")
_LABEL = re.compile(r'\saria-label="([^"]*)"')
_IMG = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r'\salt="([^"]*)"')


@dataclass(frozen=True)
class AccessibleReport:
    """What was written."""

    pdf: bytes
    pages: int
    lessons: int
    tasks: int


def print_accessible(edition_dir: Path, group: str, week: str, number: int, locale_dir: Path) -> AccessibleReport:
    """The week (``"2026-W50"``) of the group with this slug. Raises PrintError ``group_unknown``, ``roster_invalid``;
    SyncError when the edition cannot be read."""
    content = read_edition(edition_dir).content
    if group not in content["groups"]:
        raise PrintError("group_unknown", name=group)
    texts = texts_of(content["school"]["locale"], locale_dir)
    pictures = Pictures(content.get("images", {}), [edition_dir / FOLDER])
    roster = Roster(group, content["groups"][group]["name"], week, number, ())
    lessons = week_lessons(content, roster)
    html = composed(_Copy(content, roster, texts, pictures).html(lessons))
    made = render(html, pictures, pdf_variant="pdf/ua-1")
    return AccessibleReport(made.pdf, len(made.boxes), len(lessons), sum(len(view.tasks) for view in lessons))


class _Copy:
    """Lays the week out as headings, tables and paragraphs in the order in which they are read aloud."""

    def __init__(self, content: Mapping[str, Any], roster: Roster, texts: Texts, pictures: Pictures):
        self._content, self._roster, self._texts = content, roster, texts
        self._composer = Composer(content, roster, texts, pictures)

    def html(self, lessons: list[LessonView]) -> str:
        """The document as HTML."""
        texts = self._texts
        first, last = days_of(self._roster.week)
        name = class_name(self._roster.group_name, texts.gettext("%(grade)s%(letter)s"))
        group = texts.gettext("class %(name)s", name=name)
        return environment(texts).get_template("accessible.html").render(
            lang=str(texts.locale).replace("_", "-"), school=self._content["school"], group=group,
            title=f"{group}: {texts.gettext('Week of %(dates)s', dates=texts.week(first, last))}",
            edition=self._roster.edition_number, days=self._days(lessons),
            lessons=[self._lesson(view) for view in lessons if view.material or view.tasks],
            notices=self._notices(first, last),
        )  # fmt: skip

    def _days(self, lessons: list[LessonView]) -> list[dict[str, Any]]:
        days: dict[str, list[dict[str, Any]]] = {}
        for view in lessons:
            lesson, off = view.lesson, is_cancelled(view.lesson)
            how = self._texts.gettext("cancelled") if off else self._composer.channel(lesson)
            subject = f"{lesson['subject']}, {lesson['subgroup']}" if lesson["subgroup"] else lesson["subject"]
            days.setdefault(lesson["date"], []).append(
                {"n": lesson["n"], "start": lesson["start"], "subject": subject, "how": how,
                 "topic": "" if off else lesson["topic"]}
            )  # fmt: skip
        return [{"name": self._day(day), "rows": rows} for day, rows in days.items()]

    def _day(self, iso: str) -> str:
        text = self._date(iso)
        return text[:1].upper() + text[1:]

    def _date(self, iso: str) -> str:
        return self._texts.day(datetime.date.fromisoformat(iso))

    def _lesson(self, view: LessonView) -> dict[str, Any]:
        title = view.material["title"] if view.material else view.lesson["topic"]
        return {
            "head": ": ".join(filter(None, [f"{view.lesson['subject']}, {self._date(view.lesson['date'])}", title])),
            "body": self.body(view.material["body"], title, 4) if view.material else "",
            "resources": view.material["resources"] if view.material else (),
            "tasks": [self._task(task) for task in view.tasks.values()],
        }  # fmt: skip

    def _task(self, task: Mapping[str, Any]) -> dict[str, Any]:
        labels = self._content["labels"]
        due = self._texts.day_short(datetime.date.fromisoformat(task["due"])) if task["due"] else ""
        kind = [labels["kind"].get(task["kind"], ""), labels["scale"].get(task["scale"], "")]
        return {"title": task["title"], "kind": ", ".join(filter(None, kind)), "due": due,
                "body": self.body(task["text"], task["title"], 5), "answers": task.get("answers", ())}  # fmt: skip

    def _notices(self, first: datetime.date, last: datetime.date) -> list[dict[str, Any]]:
        return [
            {"title": notice["title"], "body": self.body(notice["body"], notice["title"], 4)}
            for notice in self._content["notices"].values()
            if (not notice["groups"] or self._roster.group in notice["groups"])
            and notice["from"] <= last.isoformat() and (not notice["to"] or notice["to"] >= first.isoformat())
        ]  # fmt: skip

    def body(self, text: str, title: str, level: int) -> Markup:
        """A text whose headings begin at ``level`` and skip none, and whose pictures all say what they show."""
        html = nested(str(self._composer.text(text, title)), level)
        unsaid = self._texts.gettext("Picture: %(title)s", title=title)
        return Markup(_IMG.sub(lambda tag: _said(tag, unsaid), _SVG.sub(lambda tag: _titled(tag, unsaid), html)))


def nested(html: str, level: int) -> str:
    """Headings from ``level`` on; each at most one deeper than the one before it, none deeper than six."""
    found = [int(number) for closing, number in _HEADING.findall(html) if not closing]
    if not found:
        return html
    top, before, now = min(found), level - 1, level

    def other(tag: re.Match[str]) -> str:
        nonlocal before, now
        if not tag[1]:
            before = now = min(int(tag[2]) - top + level, before + 1, DEEPEST)
        return f"<{tag[1]}h{now}"

    return _HEADING.sub(other, html)


def _titled(tag: re.Match[str], unsaid: str) -> str:
    """A drawing's label as its ``<title>``, which becomes the alternative text."""
    label = _LABEL.search(tag[0])
    return f"{tag[0]}<title>{label[1] if label and label[1].strip() else escape(unsaid)}</title>"


def _said(tag: re.Match[str], unsaid: str) -> str:
    alt = _ALT.search(tag[0])
    if alt and alt[1].strip():
        return tag[0]
    return f'<img alt="{escape(unsaid)}"{_ALT.sub("", tag[0]).removeprefix("<img")}'
