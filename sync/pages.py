"""The pages of one group's site: which there are, exactly what each one shows, and which of them changed.

A page is ``{"template": name, "title": text, "data": {...}}``. ``data`` is a white list: a page may show nothing else,
so the hash of page and look says whether its bytes may change. Texts stay as the school wrote them (Markdown), dates
ISO, times "HH:MM"; words and formats of the language are the template's.
"""

import datetime
import re
from collections.abc import Iterable
from typing import Any

from sync.canonical import digest
from sync.errors import SyncError
from sync.markdown import drop_title

Page = dict[str, Any]
SHORT = 160
LARGE_KB = 5000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_TAG = re.compile(r"<[^>]*>")
_LINE_START = re.compile(r"^\s*(?:(?:[-+*]|#+|>)\s+)+|\|", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<!\w)[*_~`]+(?=\S)|(?<=\S)[*_~`]+(?!\w)")


def group_pages(content: dict[str, Any], slug: str) -> dict[str, Page]:
    """Every page of a group's site by its path. ``content`` is that of an edition (see sync.edition).

    Raises KeyError for a group that the edition does not have, SyncError ``edition_unreadable`` for an id that could
    not be a file's name.
    """
    group = _Group(content, slug)
    pages = {
        "index.html": _page("index", group.title, _today(group), group),
        "tv.html": _page("tv", group.title, {"days": _broadcasts(group)}, group),
        "notices.html": _page("notices", group.title, {"notices": group.notices}, group),
        "contacts.html": _page("contacts", group.title, _contacts(content["school"]), group),
    }
    if group.works or group.exams:
        pages["exams.html"] = _page("exams", group.title, {"works": group.works, "exams": group.exams}, group)
    for week in group.weeks:
        pages[week["path"]] = _page("week", week["week"], _week(group, week), group)
    for day in group.days:
        pages[_day_path(day)] = _page("day", day, _one_day(group, day), group)
    for key, lesson in group.lessons.items():
        if path := group.lesson_path(key):
            pages[path] = _page("lesson", lesson["topic"] or lesson["subject"], _lesson(group, lesson), group)
    for key, task in group.tasks.items():
        pages[group.task_path(key)] = _page("task", task["title"], _task(group, key, task), group)
    return pages


def page_hashes(pages: dict[str, Page], look: str = "") -> dict[str, str]:
    """SHA-256 (hex) of each page's data together with the digest of the templates that draw it."""
    return {path: digest({"look": look, "page": page}) for path, page in pages.items()}


def changed_in(previous: dict[str, dict[str, Any]], hashes: dict[str, str], number: int) -> dict[str, dict[str, Any]]:
    """``{path: {"hash", "number"}}``: where each page last changed; ``previous`` is that of the edition before."""
    changed = {}
    for path, value in hashes.items():
        before = previous.get(path)
        same = before is not None and before["hash"] == value
        changed[path] = {"hash": value, "number": before["number"] if same else number}
    return changed


def group_digest(changed: dict[str, dict[str, Any]]) -> str:
    """One SHA-256 (hex) for a group's whole site, from what ``changed_in`` returns for it."""
    return digest(changed)


def plain(text: str) -> str:
    """The words of a Markdown text on one line, for a timetable row."""
    words = _LINE_START.sub(" ", _TAG.sub(" ", _LINK.sub(r"\1", text)))
    return " ".join(_EMPHASIS.sub("", words).split())


def shorten(text: str, limit: int = SHORT) -> str:
    """At most ``limit`` characters, cut between words and marked with an ellipsis."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:—–-") + "…"


class _Group:
    """One group's part of an edition, looked up once."""

    def __init__(self, content: dict[str, Any], slug: str):
        self.content = content
        self.slug = _name(slug)
        self.group = content["groups"][slug]
        self.title = self.group["name"]
        self.days = sorted(content["days"])
        approved = set(self.days)
        own = [(key, x) for key, x in content["lessons"].items() if x["group"] == slug and x["date"] in approved]
        self.lessons = dict(sorted(own, key=lambda item: _place(item[1])))
        self.tasks = {key: x for key, x in content["tasks"].items() if x["group"] == slug}
        self.lesson_of_task = {task: key for key, x in self.lessons.items() for task in x["tasks"]}
        self.starts = {bell["n"]: bell["start"] for bell in self.group["bells"]}
        self.weeks = _weeks(content["window"])
        window = content["window"]
        self.notices = [
            {name: x[name] for name in ("title", "body", "from", "to")}
            for x in content["notices"].values()
            if (not x["groups"] or slug in x["groups"]) and x["from"] <= window["to"] and x["to"] >= window["from"]
        ]

        # An edition from before knows neither; a group without any has no row in them.
        works = content.get("assessments", {}).get(slug, [])
        self.works = [_fields(x, "date subject topic number") | {"kind": self.label("kind", x["kind"])} for x in works]
        exams = content.get("exams", {}).get(slug, [])
        self.exams = [_fields(x, "date start minutes subject kind room") for x in exams]

    def lesson_path(self, key: str) -> str | None:
        """Where a lesson's page is; None while there is nothing to read on it but its row."""
        lesson = self.lessons[key]
        return f"lesson-{_name(key)}.html" if lesson["material"] or lesson["tasks"] else None

    def task_path(self, key: str) -> str:
        return f"task-{_name(key)}.html"

    def label(self, kind: str, code: str | None) -> str:
        return self.content["labels"].get(kind, {}).get(code, code or "") if code else ""


def _name(key: str) -> str:
    if not _NAME.fullmatch(key):
        raise SyncError("edition_unreadable", name=key[:40])
    return key


def _place(lesson: dict[str, Any]) -> tuple[str, int, str, str]:
    return lesson["date"], lesson["n"], lesson["subgroup"] or "", lesson["subject"]


def _page(template: str, title: str, data: dict[str, Any], group: _Group) -> Page:
    # Nothing here may move with the window, or every page would change every week.
    school = group.content["school"]
    frame = {
        "locale": school["locale"],
        "school": school["name"],
        "phone": school["hotline"]["phone"],
        "hours": school["hotline"]["hours"],
        "slug": group.slug,
        "group": group.title,
        "kind": group.group["kind"],
    }
    return {"template": f"{template}.html", "title": title, "data": {"frame": frame, **data}}


def _day_path(day: str) -> str:
    return f"day-{day}.html"


def _weeks(window: dict[str, str]) -> list[dict[str, str]]:
    first, last = datetime.date.fromisoformat(window["from"]), datetime.date.fromisoformat(window["to"])
    monday = first - datetime.timedelta(days=first.weekday())
    weeks = []
    while monday <= last:
        year, week, _ = monday.isocalendar()
        sunday = monday + datetime.timedelta(days=6)
        name = f"{year}-W{week:02d}"
        path = f"week-{name}.html"
        weeks.append({"week": name, "path": path, "from": monday.isoformat(), "to": sunday.isoformat()})
        monday += datetime.timedelta(days=7)
    return weeks


def _today(group: _Group) -> dict[str, Any]:
    notices = [{name: notice[name] for name in ("title", "from", "to")} for notice in group.notices]
    weeks = [{**week, "due": _due(group, week["from"], week["to"])} for week in group.weeks]
    days = [_day(group, day) for day in group.days]
    return {"days": days, "weeks": weeks, "notices": notices, "planned": bool(group.works or group.exams)}


def _week(group: _Group, week: dict[str, str]) -> dict[str, Any]:
    days = [_day(group, day) for day in group.days if week["from"] <= day <= week["to"]]
    planned = {
        name: [x for x in rows if week["from"] <= x["date"] <= week["to"]]
        for name, rows in (("works", group.works), ("exams", group.exams))
    }
    return {**week, "days": days, "due": _due(group, week["from"], week["to"]), "weeks": group.weeks, **planned}


def _one_day(group: _Group, day: str) -> dict[str, Any]:
    index = group.days.index(day)
    return {
        "day": _day(group, day),
        "due": _due(group, day, day),
        "before": group.days[index - 1] if index else None,
        "after": group.days[index + 1] if index + 1 < len(group.days) else None,
        "week": next(week["path"] for week in group.weeks if week["from"] <= day <= week["to"]),
    }


def _day(group: _Group, day: str) -> dict[str, Any]:
    rows = [_row(group, key, lesson) for key, lesson in group.lessons.items() if lesson["date"] == day]
    return {"date": day, "path": _day_path(day), "rows": rows}


def _row(group: _Group, key: str, lesson: dict[str, Any]) -> dict[str, Any]:
    """A timetable row: all that a student must know to begin, so that nothing has to be looked up elsewhere."""
    row = _fields(lesson, "n start end subject short topic subgroup teachers")
    row["form"] = lesson["form"]
    row["form_text"] = group.label("form", lesson["form"])
    row["broadcast"] = _broadcast(group, lesson["broadcast"])
    row["change"] = _change(group, lesson)
    row["path"] = group.lesson_path(key)
    row["tasks"] = [_task_in_short(group, task) for task in lesson["tasks"] if task in group.tasks]
    return row


def _fields(source: dict[str, Any], names: str) -> dict[str, Any]:
    return {name: source[name] for name in names.split()}


def _task_in_short(group: _Group, key: str) -> dict[str, Any]:
    task = group.tasks[key]
    text = shorten(plain(task["text"]) or task["title"])
    return {"path": group.task_path(key), "text": text, "due": task["due"], "kind": group.label("kind", task["kind"])}


def _broadcast(group: _Group, key: str | None) -> dict[str, Any] | None:
    found = group.content["broadcasts"].get(key)
    return _fields(found, "date start minutes channel") if found else None


def _change(group: _Group, lesson: dict[str, Any]) -> dict[str, Any] | None:
    change = lesson["change"]
    if not change:
        return None
    before = change["from"]
    if not before or (before["date"], before["n"]) == (lesson["date"], lesson["n"]):  # moved and back again
        return {"kind": change["kind"], "date": None, "time": None}
    date = before["date"] if before["date"] != lesson["date"] else None
    return {"kind": change["kind"], "date": date, "time": group.starts.get(before["n"])}


def _due(group: _Group, first: str, last: str) -> list[dict[str, Any]]:
    tasks = [
        {"path": group.task_path(key), "subject": task["subject"], "title": task["title"], "due": task["due"]}
        for key, task in group.tasks.items()
        if task["due"] and first <= task["due"] <= last
    ]
    return sorted(tasks, key=lambda task: (task["due"], task["subject"], task["path"]))


def _lesson(group: _Group, lesson: dict[str, Any]) -> dict[str, Any]:
    data = _fields(lesson, "date n start end subject topic subgroup room teachers")
    data["day"] = _day_path(lesson["date"])
    data["form_text"] = group.label("form", lesson["form"])
    data["joined"] = [group.content["groups"][x]["name"] for x in lesson["joined"] if x in group.content["groups"]]
    data["broadcast"] = _broadcast(group, lesson["broadcast"])
    data["change"] = _change(group, lesson)
    data["material"] = _material(group, lesson)
    data["tasks"] = [
        {"path": group.task_path(key), **_work(group, group.tasks[key])}
        for key in lesson["tasks"]
        if key in group.tasks
    ]
    return data


def _material(group: _Group, lesson: dict[str, Any]) -> dict[str, Any] | None:
    material = group.content["materials"].get(lesson["material"])
    if not material:
        return None
    body = drop_title(material["body"], lesson["topic"] or material["title"])
    return {"body": body, "resources": [_resource(resource) for resource in material["resources"]]}


def _resource(resource: dict[str, Any]) -> dict[str, Any]:
    url = resource["url"] or ""
    return {
        "title": resource["title"] or url,
        "source": resource["source"],
        "url": url if url.startswith(("http://", "https://")) else "",
        "size_kb": resource["size_kb"],
        "large": (resource["size_kb"] or 0) >= LARGE_KB,
    }


def _work(group: _Group, task: dict[str, Any]) -> dict[str, Any]:
    work = _fields(task, "title text due scale max_points")
    return work | {"kind": group.label("kind", task["kind"]), "scale_text": group.label("scale", task["scale"])}


def _task(group: _Group, key: str, task: dict[str, Any]) -> dict[str, Any]:
    given = group.lesson_of_task.get(key)
    lesson = None
    if given:
        lesson = {"path": group.lesson_path(given), **_fields(group.lessons[given], "date topic")}
    return {"subject": task["subject"], **_work(group, task), "lesson": lesson}


def _broadcasts(group: _Group) -> list[dict[str, Any]]:
    own = [x for x in group.content["broadcasts"].values() if group.slug in x["groups"]]
    items = sorted((_fields(x, "date start minutes channel subject topic") for x in own), key=_when)
    return [
        {"date": day, "broadcasts": [x for x in items if x["date"] == day]} for day in _unique(x["date"] for x in items)
    ]


def _when(item: dict[str, Any]) -> tuple[str, str, str]:
    return item["date"], item["start"], item["channel"]


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _contacts(school: dict[str, Any]) -> dict[str, Any]:
    contacts = [_fields(person, "name position phone email") for person in school["contacts"]]
    return {"address": school["address"], "contacts": contacts}
