"""The pages of one group's site: which there are, exactly what each one shows, and which of them changed.

A page is ``{"template": name, "title": text, "data": {...}}``. ``data`` is a white list: a page may show nothing else,
so the hash of page and look says whether its bytes may change. Texts stay as the school wrote them (Markdown), dates
ISO, times "HH:MM"; words and formats of the language are the template's.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sync.canonical import digest
from sync.errors import SyncError
from sync.markdown import drop_title
from sync.page_lists import LARGE_KB, advice_of, documents_page, due_page, news_page
from sync.pictures import used

Page = dict[str, Any]
SHORT = 160
GUIDES = ("ru", "kk", "en")  # languages of the user guide, at the public root in each
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
# Each begins with a sign of its own: there the search is many times quicker than at every letter.
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_TAG = re.compile(r"<[^>]*>")
_LINE_START = re.compile(r"\n\s*(?:(?:[-+*]|#+|>)\s+)+")
_MARKS = re.compile(r"[*_~`]+")
_EMPHASIS = re.compile(r"(?<!\w)[*_~`]+(?=\S)|(?<=\S)[*_~`]+(?!\w)")


def languages(school: dict[str, Any]) -> list[str]:
    """Languages of the site, the school's own first; each other one has a folder of its own in the group's."""
    return list(dict.fromkeys([school["locale"], *school["languages"]]))


def group_pages(
    content: dict[str, Any], slug: str, language: str | None = None, news: Sequence[dict[str, Any]] = ()
) -> dict[str, Page]:
    """Every page of a group's site by its path. ``content`` is that of an edition (see sync.edition).

    ``language``: one of ``languages``; None is the school's own. ``news``: the group's of sync.news.add_news.

    Raises KeyError for a group that the edition does not have, SyncError ``edition_unreadable`` for an id that could
    not be a file's name.
    """
    group = _Group(content, slug, language or content["school"]["locale"])
    pages = {
        "index.html": _page("index", group.title, _today(group), group),
        "tv.html": _page("tv", group.title, {"grade": group.group["grade"], "days": _broadcasts(group)}, group),
        "notices.html": _page("notices", group.title, _all_notices(group), group),
        "contacts.html": _page("contacts", group.title, _contacts(group), group),
        "due.html": _page("due", group.title, _all_due(group), group),
        "documents.html": _page("documents", group.title, documents_page(group.documents), group),
        "advice.html": _page("advice", group.title, {"advice": group.advice}, group),
        "guide.html": _page("guide", group.title, {"own": group.language, "others": _other_guides(group)}, group),
        "search.html": _page("search", group.title, {}, group),
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
    pages["news.html"] = _page("news", group.title, news_page(news, set(pages), group), group)
    return pages


def groups_changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Groups of an edition whose pages may differ from those of the one before; all of them, where it is not certain.

    Quicker than making their pages. ``before``, ``after``: contents of editions (see sync.edition).
    """
    groups = set(after["groups"])
    apart = {"groups", "lessons", "materials", "tasks", "broadcasts", "notices", "assessments", "exams"}
    names_before, names_after = ({slug: row["name"] for slug, row in x["groups"].items()} for x in (before, after))
    if names_before != names_after:  # joined lessons name other groups
        return groups
    if any(before.get(name) != after.get(name) for name in (before.keys() | after.keys()) - apart):
        return groups
    later: dict[str, Any] = {"assessments": {}, "exams": {}}  # an edition from before knows neither
    changed = {
        slug for slug in groups
        if any((later | before)[part].get(slug) != (later | after)[part].get(slug) for part in ("groups", *later))
    }  # fmt: skip
    for part, owners in (("lessons", _of_lesson), ("tasks", _of_task), ("broadcasts", _of_all), ("notices", _of_all)):
        for one, other in ((before[part], after[part]), (after[part], before[part])):
            for key, row in one.items():
                if other.get(key) != row:
                    changed.update(owners(row) or groups)
    shown = {key for key, row in after["materials"].items() if before["materials"].get(key) != row}
    changed.update(row["group"] for row in after["lessons"].values() if row["material"] in shown)
    return changed & groups


def _of_lesson(lesson: dict[str, Any]) -> list[str]:
    return [lesson["group"], *lesson["joined"]]


def _of_task(task: dict[str, Any]) -> list[str]:
    return [task["group"]]


def _of_all(row: dict[str, Any]) -> list[str]:
    return list(row["groups"])


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
    words = _LINE_START.sub(" ", f"\n{untagged(text)}").replace("|", " ")
    return " ".join(_MARKS.sub(_bare, words).split())


def untagged(text: str) -> str:
    """A Markdown text without the addresses of its links and without tags."""
    return _TAG.sub(" ", _LINK.sub(r"\1", _PICTURE.sub(r"\1", text)))


def _bare(marks: re.Match[str]) -> str:
    """What stays of signs of emphasis: those that neither begin nor end a word."""
    text, (first, end) = marks.string, marks.span()
    before, after = text[first - 1 : first], text[end : end + 1]
    return _emphasised(f"{before}{marks[0]}{after}")[len(before) : -1 if after else None]


@lru_cache(maxsize=1000)
def _emphasised(signs: str) -> str:
    return _EMPHASIS.sub("", signs)


def shorten(text: str, limit: int = SHORT) -> str:
    """At most ``limit`` characters, cut between words and marked with an ellipsis."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:—–-") + "…"


class _Group:
    """One group's part of an edition, looked up once."""

    def __init__(self, content: dict[str, Any], slug: str, language: str):
        self.content = content
        self.language = language
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
        # Each of these kinds of content came later: an edition from before knows none of them.
        known = content.get("documents", {}).values()
        self.documents = [x for x in known if not x["groups"] or slug in x["groups"]]
        self.advice = advice_of(self.documents)
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
        """The word for a code in the language of the page; an edition from before has the school's own alone."""
        if not code:
            return ""
        here = self.content.get("labels_in", {}).get(self.language, {}).get(kind, {})
        return here.get(code) or self.content["labels"].get(kind, {}).get(code, code)


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
        "locale": group.language,
        "languages": languages(school),
        "up": "../" if group.language == school["locale"] else "../../",  # the root, seen from the page
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
    advice = [{name: one[name] for name in ("title", "from", "to")} for one in group.advice]
    return {"days": days, "weeks": weeks, "notices": notices, "planned": bool(group.works or group.exams),
            "advice": advice}  # fmt: skip


def _all_notices(group: _Group) -> dict[str, Any]:
    return {"notices": group.notices, **_pictures(group, [notice["body"] for notice in group.notices])}


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
    texts = [data["material"]["body"]] if data["material"] else []
    return data | _pictures(group, [*texts, *(task["text"] for task in data["tasks"])])


def _pictures(group: _Group, texts: Iterable[str]) -> dict[str, Any]:
    """What a page must fetch for its texts; a page without pictures has no such row."""
    found = used(group.content.get("images", {}), texts)
    return {"pictures": found} if found else {}


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
    asked = {"answers": task["answers"]} if "answers" in task else {}
    return {"subject": task["subject"], **_work(group, task), "lesson": lesson, **asked,
            **_pictures(group, [task["text"]])}  # fmt: skip


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


def _contacts(group: _Group) -> dict[str, Any]:
    school = group.content["school"]
    contacts = [
        {**_fields(person, "name phone email"), "position": group.label("position", person["position"])}
        for person in school["contacts"]
    ]
    return {"address": school["address"], "contacts": contacts}


def _all_due(group: _Group) -> dict[str, Any]:
    """Every task, whenever it is due."""
    return due_page([
        {"path": group.task_path(key), **_fields(task, "subject title due")} for key, task in group.tasks.items()
    ])  # fmt: skip


def _other_guides(group: _Group) -> list[dict[str, str]]:
    return [{"language": code, "path": f"guide-{code}.html"} for code in GUIDES if code != group.language]
