"""The HTML of each kind of sheet: edition content in the school's language, laid into the paper's templates."""

import datetime
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from printables.furniture import mark_label
from printables.pictures import AT, Pictures
from printables.report import Cut
from printables.roster import Feedback, LessonView, Roster, Supplement
from printables.template_files import TemplateFiles
from printables.texts import Texts
from printables.views import days_of, is_cancelled
from sync.markdown import convert, drop_title
from sync.page_lists import LARGE_KB
from sync.pictures import place

SLIPS_PER_PAGE, BIG_SLIPS_PER_PAGE = 6, 4
MOST_CONTACTS = 3
SOURCES = "sources"  # the key of the list of sources among the first pages
ENLARGED, BIG_ENLARGED, WIDEST = 1.2, 2.0, 640.0  # CSS pixels
_LETTERED = re.compile(r'(<t(?:ext|span)\b[^>]*\sfill=")(?!none|white|#fff(?:fff)?")[^"]*"', re.IGNORECASE)
_DRAWING = re.compile(r'<svg(?=[^>]*\swidth="(?P<width>[1-9][\d.]*)")(?=[^>]*\sheight="(?P<height>[1-9][\d.]*)")[^>]*>')
_OUR_LETTERS = '<svg font-family="Paper, Signs" '  # else they are the system's, whatever that has
_SIDE = re.compile(r'(\swidth|\sheight)="([\d.]+)"')
_STROKE = re.compile(r'stroke="(?!none|white|#fff(?:fff)?")[^"]*"', re.IGNORECASE)


class Composer:
    """Sheets of one group in one edition. ``pages`` arguments map lesson and task ids to their first page number.

    ``kept``: a folder for what is made of the templates.
    """

    def __init__(
        self, content: Mapping[str, Any], roster: Roster, texts: Texts, pictures: Pictures | None = None,
        big: bool = False, kept: Path | None = None,
    ):  # fmt: skip
        self.big, self.slips_per_page = big, BIG_SLIPS_PER_PAGE if big else SLIPS_PER_PAGE
        self._content, self._roster, self._texts = content, roster, texts
        self._pictures = pictures or Pictures()
        self._kept, self._env = kept, environment(texts, kept)

    @property
    def texts(self) -> Texts:
        """The school's language."""
        return self._texts

    def in_large_print(self) -> "Composer":
        """The same sheets in letters of 18 pt."""
        return Composer(self._content, self._roster, self._texts, self._pictures, True, self._kept)

    def lesson(self, material: Mapping[str, Any], half: bool = False) -> str:
        """A lesson's text and its sources; nothing of the day or the group, so that parallel classes share it.

        ``half``: on pages of A5, two of which are printed beside each other.
        """
        body = self._html(drop_title(material["body"], material["title"]))
        return self._fill(
            "lesson.html", material=material, body=body, size=self._size, large=is_young(material["grade"]),
            large_kb=LARGE_KB, half=half,
        )  # fmt: skip

    def sources(self, lessons: Sequence[LessonView], half: bool = False) -> str:
        """Where to read the texts of lessons that are not printed: subject, day, channel and sources of each."""
        rows = [
            {"subject": view.lesson["subject"], "title": view.material["title"], "when": self._when(view.lesson),
             "resources": view.material["resources"]}
            for view in lessons if view.material
        ]  # fmt: skip
        phone = self._content["school"]["hotline"]["phone"]
        return self._fill("sources.html", lessons=rows, phone=phone, size=self._size, half=half)

    def _when(self, lesson: Mapping[str, Any]) -> str:
        hour = self._texts.gettext("lesson %(n)s", n=lesson["n"])
        return " · ".join(filter(None, [self._date(lesson["date"]), hour, self.channel(lesson)]))

    def task(self, task: Mapping[str, Any], large: bool) -> str:
        """A task's text, its kind and how it is marked; the deadline is stamped. ``large`` letters for the youngest."""
        labels = self._content["labels"]
        kind = [labels["kind"].get(task["kind"], ""), labels["scale"].get(task["scale"], "")]
        text = self._html(task["text"])
        return self._fill("task.html", task=task, text=text, kind=" · ".join(filter(None, kind)), large=large)

    def cover(
        self, lessons: Sequence[LessonView], pages: Mapping[str, int], total: int, again: Sequence[LessonView] = (),
        cuts: Sequence[Cut] = (), named: bool = True,
    ) -> tuple[str, str]:  # fmt: skip
        """Outside and inside of the cover for everybody who has these lessons, tasks and tasks to correct.

        Nothing of one class is on the outside of a pack with names: a whole school may share it. ``cuts``: what was
        left out of the pack; ``named`` False: for a class, with a frame to stick a slip into.
        """
        due = self._due(again, pages, self._texts.gettext("to correct")) + self._due(lessons, pages)
        left_out = self._left_out(cuts, pages.get(SOURCES, 0))
        return (
            self._outside(lessons, due, total, left_out["slips"], named),
            self._inside(lessons, pages, due, left_out, named),
        )

    def _outside(
        self, lessons: Sequence[LessonView], due: Sequence[Mapping[str, Any]], total: int, no_slips: bool, named: bool
    ) -> str:
        texts, school = self._texts, self._content["school"]
        to_do = [row for row in due if row["page"]]
        return self._fill(
            "cover.html",
            school=school,
            contacts=self._contacts,
            edition=self._roster.edition_number,
            week=texts.week(*self._span(lessons)),
            count=texts.ngettext("%(num)d task to hand in", "%(num)d tasks to hand in", len(to_do))
            if to_do
            else texts.gettext("Nothing to hand in this week."),
            any_due=bool(due),
            last_due=next((row["until"] for row in reversed(to_do) if row["until"] and row["dated"]), ""),
            pages=texts.ngettext("%(num)d page in this pack", "%(num)d pages in this pack", total),
            no_slips=no_slips,
            group="" if named else self._roster.group_name,
        )

    def _inside(
        self, lessons: Sequence[LessonView], pages: Mapping[str, int], due: Sequence[Mapping[str, Any]],
        left_out: Mapping[str, Any], named: bool,
    ) -> str:  # fmt: skip
        return self._fill(
            "cover_inside.html",
            school=self._content["school"],
            contacts=self._contacts,
            days=[{"date": day, "head": self._texts.column(day)} for day in self._days(lessons)],
            rows=self._rows(lessons, pages),
            due=due,
            notices=self._notices(*self._span(lessons)),
            fingerprint=self._roster.key_fingerprint,
            private=named and any(student.private_key for student in self._roster.students),
            entrance=self._roster.private_entrance,
            left_out=left_out,
            named=named,
        )

    @property
    def _contacts(self) -> list[Mapping[str, Any]]:
        return [contact for contact in self._content["school"]["contacts"] if contact["phone"]][:MOST_CONTACTS]

    def _left_out(self, cuts: Sequence[Cut], sources: int) -> dict[str, Any]:
        """What a family must know of the cuts; sides and layout take nothing away."""

        def titles(*steps: str) -> list[str]:
            return [cut.title for cut in cuts if cut.step in steps and cut.title]

        told = {"texts": titles("no_tv_texts", "no_texts"), "tasks": titles("must_only"),
                "lines": titles("fewer_lines"), "marked": titles("no_marked"),
                "slips": any(cut.step == "no_slips" for cut in cuts)}  # fmt: skip
        return {**told, "anything": any(told.values()), "sources": sources}

    def supplement(
        self, lessons: Sequence[LessonView], pages: Mapping[str, int], total: int, supplement: Supplement,
        dated: Sequence[tuple[str, Mapping[str, Any]]] = (),
    ) -> str:  # fmt: skip
        """The cover of a supplement: what it brings, and what the timetable and the list of the pack before say wrong.

        ``dated``: tasks whose sheets the student has, of which the last day is another one now.
        """
        texts = self._texts
        days = [
            {"date": _capital(texts.day(datetime.date.fromisoformat(day))), "rows": rows}
            for day, rows in supplement.days
        ]
        read = [
            {"day": self._date(view.lesson["date"]), "subject": view.lesson["subject"],
             "title": view.material["title"], "page": pages[view.id]}
            for view in lessons if view.material and view.id in pages
        ]  # fmt: skip
        later = [
            {"task": key, "until": self._date(task["due"]) if task["due"] else "", "subject": task["subject"],
             "title": task["title"], "page": 0}
            for key, task in dated
        ]  # fmt: skip
        first, last = self._span([])
        return self._fill(
            "supplement.html", school=self._content["school"], edition=self._roster.edition_number,
            old=supplement.edition, week=texts.week(first, last), days=days, read=read,
            due=[*self._due(lessons, pages), *later], slips=bool(supplement.slips),
            pages=texts.ngettext("%(num)d page in this supplement", "%(num)d pages in this supplement", total),
        )  # fmt: skip

    def feedback(self, lines: Sequence[Feedback]) -> str:
        """What the teachers said about works that came back: first what is to be corrected, then what is marked."""
        return self._fill("feedback.html", **self._said(lines))

    def answered(self, lines: Sequence[Feedback], again: Sequence[LessonView], total: int) -> str:
        """The same as the first page of a brief pack, which bears the student's name and the code of the pack."""
        texts = self._texts
        return self._fill(
            "answered.html", school=self._content["school"], edition=self._roster.edition_number,
            week=texts.week(*self._span([])), sheets=bool(again), **self._said(lines),
            pages=texts.ngettext("%(num)d page in this pack", "%(num)d pages in this pack", total),
        )  # fmt: skip

    def _said(self, lines: Sequence[Feedback]) -> dict[str, list[dict[str, Any]]]:
        rows = [
            {"task": line.task, "subject": line.subject, "title": line.title, "mark": line.mark, "redo": line.redo,
             "comments": line.comments, "on": self._date(line.returned_on) if line.returned_on else ""}
            for line in lines
        ]  # fmt: skip
        return {"redo": [row for row in rows if row["redo"]], "marked": [row for row in rows if not row["redo"]]}

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
        return self._fill("slips.html", slips=slips, per_page=self.slips_per_page)

    def copies(self, rows: Sequence[Mapping[str, Any]]) -> str:
        """Which page of a class's sheets is to be copied how often."""
        first, last = days_of(self._roster.week)
        return self._fill("copies.html", rows=rows, group=self._roster.group_name, edition=self._roster.edition_number,
                          week=self._texts.week(first, last))  # fmt: skip

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

    def text(self, text: str, title: str) -> Markup:
        """A Markdown text as sheets show it, without a heading that only repeats the title."""
        return self._html(drop_title(text, title))

    def _html(self, text: str) -> Markup:
        """Sanitised HTML whose drawings have black lines and letters, as a photocopier loses red ones, of 10 pt."""
        html = place(_converted(text), self._pictures.known, AT)
        inked = _LETTERED.sub(r'\1#000"', _STROKE.sub('stroke="#000"', html)).replace("<svg ", _OUR_LETTERS)
        most = BIG_ENLARGED if self.big else ENLARGED
        return Markup(_DRAWING.sub(lambda tag: _enlarged(tag, most), inked))

    def _fill(self, template: str, **values: Any) -> str:
        return self._env.get_template(template).render(
            lang=str(self._texts.locale).replace("_", "-"), big=self.big, **values
        )  # fmt: skip

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
            if view.material and view.id not in pages and SOURCES in pages:
                read = _("text: see p. %(page)s", page=pages[SOURCES])
            do = [_("do p. %(page)s", page=pages[task]) for task in view.tasks if task in pages]
            extra = _("additional lesson") if (lesson["change"] or {}).get("kind") == "added" else ""
            lines += [extra, self.channel(lesson), read, *do]
        return {"subject": lesson["short"] or lesson["subject"], "cancelled": is_cancelled(lesson),
                "lines": [line for line in lines if line]}  # fmt: skip

    def _due(self, lessons: Sequence[LessonView], pages: Mapping[str, int], until: str = "") -> list[dict[str, Any]]:
        return [
            {"task": key, "until": self._date(task["due"]) if task["due"] else until, "subject": task["subject"],
             "title": task["title"], "page": pages.get(key, 0), "dated": bool(task["due"])}
            for key, task in _by_deadline(lessons)
        ]  # fmt: skip

    def _notices(self, first: datetime.date, last: datetime.date) -> list[dict[str, Any]]:
        known = {**self._content["notices"], **self._roster.notices}
        return [
            {"title": notice["title"], "body": self._html(notice["body"])}
            for notice in known.values()
            if (not notice["groups"] or self._roster.group in notice["groups"])
            and notice["from"] <= last.isoformat()
            and notice["to"] >= first.isoformat()
        ]


@lru_cache(maxsize=256)
def _converted(text: str) -> str:
    """A text's HTML, kept for the next group of the same print: parallel classes read the same."""
    return convert(text)


def is_young(grade: int | None) -> bool:
    """First and second grade; a study group of several grades has None."""
    return grade is not None and grade <= 2


@cache
def environment(texts: Texts, kept: Path | None = None) -> Environment:
    """The paper's templates in a language; ``kept``: a folder where they lie compiled, for the next process."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=TemplateFiles(kept) if kept else None,
    )
    environment.install_gettext_translations(texts.translations, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _by_deadline(lessons: Sequence[LessonView]) -> list[tuple[str, Mapping[str, Any]]]:
    tasks = [(key, task) for view in lessons for key, task in view.tasks.items()]
    return sorted(tasks, key=lambda item: item[1]["due"] or "9999")


def _enlarged(tag: re.Match[str], most: float) -> str:
    """Drawings letter in 12 px, which is 9 pt: show them up to ``most`` times larger, as far as the page is wide."""
    width, height = float(tag["width"]), float(tag["height"])
    factor = min(most, WIDEST / width)
    frame = "" if "viewBox" in tag[0] else f' viewBox="0 0 {width:g} {height:g}"'
    sized = _SIDE.sub(lambda side: f'{side[1]}="{float(side[2]) * factor:g}"', tag[0])
    return f"{sized[:-1]}{frame}>"
