"""The HTML of each kind of sheet: edition content in the school's language, laid into the paper's templates."""

import datetime
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from printables.furniture import mark_label
from printables.roster import Feedback, LessonView, Roster
from printables.texts import Texts
from printables.views import days_of, is_cancelled
from sync.markdown import drop_title, render

SLIPS_PER_PAGE = 6
MOST_CONTACTS = 3
ENLARGED, WIDEST = 1.2, 640.0  # CSS pixels
_LETTERED = re.compile(r'(<t(?:ext|span)\b[^>]*\sfill=")(?!none|white|#fff(?:fff)?")[^"]*"', re.IGNORECASE)
_DRAWING = re.compile(r'<svg(?=[^>]*\swidth="(?P<width>[1-9][\d.]*)")(?=[^>]*\sheight="(?P<height>[1-9][\d.]*)")[^>]*>')
_SIDE = re.compile(r'(\swidth|\sheight)="([\d.]+)"')
_STROKE = re.compile(r'stroke="(?!none|white|#fff(?:fff)?")[^"]*"', re.IGNORECASE)


class Composer:
    """Sheets of one group in one edition. ``pages`` arguments map lesson and task ids to their first page number."""

    def __init__(self, content: Mapping[str, Any], roster: Roster, texts: Texts):
        self._content, self._roster, self._texts = content, roster, texts
        self._env = environment(texts)

    def lesson(self, material: Mapping[str, Any]) -> str:
        """A lesson's text and its sources; nothing of the day or the group, so that parallel classes share it."""
        body = _html(drop_title(material["body"], material["title"]))
        return self._fill(
            "lesson.html", material=material, body=body, size=self._size, large=is_young(material["grade"])
        )

    def task(self, task: Mapping[str, Any], large: bool) -> str:
        """A task's text, its kind and how it is marked; the deadline is stamped. ``large`` letters for the youngest."""
        labels = self._content["labels"]
        kind = [labels["kind"].get(task["kind"], ""), labels["scale"].get(task["scale"], "")]
        text = _html(task["text"])
        return self._fill("task.html", task=task, text=text, kind=" · ".join(filter(None, kind)), large=large)

    def cover(
        self, lessons: Sequence[LessonView], pages: Mapping[str, int], total: int, again: Sequence[LessonView] = ()
    ) -> str:
        """Outside and inside of the cover for everybody who has these lessons, tasks and tasks to correct."""
        texts, school = self._texts, self._content["school"]
        due = self._due(again, pages, texts.gettext("to correct")) + self._due(lessons, pages)
        first, last = self._span(lessons)
        return self._fill(
            "cover.html",
            school=school,
            contacts=[contact for contact in school["contacts"] if contact["phone"]][:MOST_CONTACTS],
            edition=self._roster.edition_number,
            week=texts.week(first, last),
            count=texts.ngettext("%(num)d task to hand in", "%(num)d tasks to hand in", len(due)),
            last_due=next((row["until"] for row in reversed(due) if row["until"] and row["dated"]), ""),
            pages=texts.ngettext("%(num)d page in this pack", "%(num)d pages in this pack", total),
            days=[{"date": day, "head": texts.column(day)} for day in self._days(lessons)],
            rows=self._rows(lessons, pages),
            due=due,
            notices=self._notices(first, last),
            fingerprint=self._roster.key_fingerprint,
        )

    def feedback(self, lines: Sequence[Feedback]) -> str:
        """What the teachers said about works that came back: first what is to be corrected, then what is marked."""
        rows = [
            {"task": line.task, "subject": line.subject, "title": line.title, "mark": line.mark, "redo": line.redo,
             "comments": line.comments, "on": self._date(line.returned_on) if line.returned_on else ""}
            for line in lines
        ]  # fmt: skip
        redo = [row for row in rows if row["redo"]]
        return self._fill("feedback.html", redo=redo, marked=[row for row in rows if not row["redo"]])

    def slips(self, lessons: Sequence[LessonView], again: Sequence[LessonView] = ()) -> str:
        """One slip for each task, to cut out; first for those to be corrected."""
        texts = self._texts
        back = {key for view in again for key in view.tasks}
        slips = [
            {
                "task": key,
                "subject": task["subject"],
                "title": task["title"],
                "until": texts.gettext("sent back to correct") if key in back else self._until(task),
                "mark": mark_label(texts, task),
            }
            for key, task in [*_by_deadline(again), *_by_deadline(lessons)]
        ]
        return self._fill("slips.html", slips=slips, per_page=SLIPS_PER_PAGE)

    def strips(self, strips: Sequence[Mapping[str, Any]]) -> str:
        """Corrections to cut out and paste over printed timetables (printables/errata.py)."""
        return self._fill("strips.html", strips=strips)

    def _until(self, task: Mapping[str, Any]) -> str:
        return self._texts.gettext("hand in by %(date)s", date=self._date(task["due"])) if task["due"] else ""

    def channel(self, lesson: Mapping[str, Any]) -> str:
        """«ТВ 09:30, Школа-ТВ» of a lesson on television, else its form."""
        broadcast = self._content["broadcasts"].get(lesson["broadcast"])
        if broadcast:
            when = self._texts.gettext("TV %(time)s", time=broadcast["start"])
            return f"{when}, {broadcast['channel']}" if broadcast["channel"] else when
        return self._content["labels"]["form"].get(lesson["form"], "")

    def large(self, view: LessonView) -> bool:
        """Whether a lesson's tasks are for children who read and write large letters."""
        group = self._content["groups"][self._roster.group]
        return is_young(view.material["grade"] if view.material else group["grade"])

    def _fill(self, template: str, **values: Any) -> str:
        return self._env.get_template(template).render(lang=str(self._texts.locale).replace("_", "-"), **values)

    def _date(self, iso: str) -> str:
        return self._texts.day_short(datetime.date.fromisoformat(iso))

    def _size(self, kilobytes: int) -> str:
        if kilobytes < 1000:
            return self._texts.gettext("%(size)s KB", size=kilobytes)
        return self._texts.gettext(
            "%(size)s MB", size=format_decimal(round(kilobytes / 1000, 1), locale=self._texts.locale)
        )

    def _days(self, lessons: Sequence[LessonView]) -> list[datetime.date]:
        return [datetime.date.fromisoformat(day) for day in sorted({view.lesson["date"] for view in lessons})]

    def _span(self, lessons: Sequence[LessonView]) -> tuple[datetime.date, datetime.date]:
        days = self._days(lessons) or list(days_of(self._roster.week))
        return days[0], days[-1]

    def _rows(self, lessons: Sequence[LessonView], pages: Mapping[str, int]) -> list[dict[str, Any]]:
        bells = {bell["n"]: bell["start"] for bell in self._content["groups"][self._roster.group]["bells"]}
        cells: dict[tuple[int, str], list[dict[str, Any]]] = {}
        for view in lessons:
            cells.setdefault((view.lesson["n"], view.lesson["date"]), []).append(self._entry(view, pages))
        days = [day.isoformat() for day in self._days(lessons)]
        return [
            {"n": n, "start": bells.get(n, ""), "cells": [cells.get((n, day), []) for day in days]}
            for n in sorted({view.lesson["n"] for view in lessons})
        ]

    def _entry(self, view: LessonView, pages: Mapping[str, int]) -> dict[str, Any]:
        lesson, _ = view.lesson, self._texts.gettext
        lines = [lesson["subgroup"]]
        if is_cancelled(lesson):
            lines.append(_("cancelled"))
        else:
            read = _("read p. %(page)s", page=pages[view.id]) if view.id in pages else lesson["topic"]
            do = [_("do p. %(page)s", page=pages[task]) for task in view.tasks]
            extra = _("additional lesson") if (lesson["change"] or {}).get("kind") == "added" else ""
            lines += [extra, self.channel(lesson), read, *do]
        return {"subject": lesson["short"] or lesson["subject"], "cancelled": is_cancelled(lesson),
                "lines": [line for line in lines if line]}  # fmt: skip

    def _due(self, lessons: Sequence[LessonView], pages: Mapping[str, int], until: str = "") -> list[dict[str, Any]]:
        return [
            {"task": key, "until": self._date(task["due"]) if task["due"] else until, "subject": task["subject"],
             "title": task["title"], "page": pages[key], "dated": bool(task["due"])}
            for key, task in _by_deadline(lessons)
        ]  # fmt: skip

    def _notices(self, first: datetime.date, last: datetime.date) -> list[dict[str, Any]]:
        known = {**self._content["notices"], **self._roster.notices}
        return [
            {"title": notice["title"], "body": _html(notice["body"])}
            for notice in known.values()
            if (not notice["groups"] or self._roster.group in notice["groups"])
            and notice["from"] <= last.isoformat()
            and notice["to"] >= first.isoformat()
        ]


def is_young(grade: int | None) -> bool:
    """First and second grade; a study group of several grades has None."""
    return grade is not None and grade <= 2


@cache
def environment(texts: Texts) -> Environment:
    """The paper's templates in a language."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(texts.translations, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _by_deadline(lessons: Sequence[LessonView]) -> list[tuple[str, Mapping[str, Any]]]:
    tasks = [(key, task) for view in lessons for key, task in view.tasks.items()]
    return sorted(tasks, key=lambda item: item[1]["due"] or "9999")


def _html(text: str) -> Markup:
    """Sanitised HTML whose drawings have black lines and letters, as a photocopier loses red ones, of 10 pt."""
    inked = _LETTERED.sub(r'\1#000"', _STROKE.sub('stroke="#000"', render(text)))
    return Markup(_DRAWING.sub(_enlarged, inked))


def _enlarged(tag: re.Match[str]) -> str:
    """Drawings letter in 12 px, which is 9 pt: show them larger, as far as the page is wide."""
    width, height = float(tag["width"]), float(tag["height"])
    factor = min(ENLARGED, WIDEST / width)
    frame = "" if "viewBox" in tag[0] else f' viewBox="0 0 {width:g} {height:g}"'
    sized = _SIDE.sub(lambda side: f'{side[1]}="{float(side[2]) * factor:g}"', tag[0])
    return f"{sized[:-1]}{frame}>"
