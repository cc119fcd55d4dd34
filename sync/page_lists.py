"""What the reader's lists show: what is new, what is due by date with a calendar, documents and advice."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

LARGE_KB = 5000
CALENDAR_WEEKS = 6
Row = dict[str, Any]


class Words(Protocol):
    """A group's times and words: ``starts``: lesson number → "HH:MM"; ``label``: kind and code → text."""

    starts: dict[int, str]

    def label(self, kind: str, code: str | None) -> str: ...


def due_page(tasks: Iterable[Row]) -> Row:
    """``tasks``: rows of path, subject, title and due. By the day they are due, those without one last."""
    ordered = sorted(tasks, key=lambda task: (task["due"] or "", task["subject"], task["title"], task["path"]))
    dates = dict.fromkeys(task["due"] for task in ordered if task["due"])
    days = [{"date": day, "tasks": [task for task in ordered if task["due"] == day]} for day in dates]
    undated = [task for task in ordered if not task["due"]]
    return {"days": days, "undated": undated, "calendar": _calendar({d["date"]: len(d["tasks"]) for d in days})}


def _calendar(counted: Mapping[str, int]) -> list[list[Row]]:
    """Weeks of seven days, from the first day with something due to the last; ``tasks`` says how many are due."""
    if not counted:
        return []
    first, last = (date.fromisoformat(day) for day in (min(counted), max(counted)))
    monday, weeks = first - timedelta(days=first.weekday()), []
    while monday <= last and len(weeks) < CALENDAR_WEEKS:
        days = [(monday + timedelta(days=n)).isoformat() for n in range(7)]
        weeks.append([{"date": day, "tasks": counted.get(day, 0)} for day in days])
        monday += timedelta(days=7)
    return weeks


def advice_of(documents: Iterable[Row]) -> list[Row]:
    """Advice, the newest first. ``documents``: those of an edition that are meant for the group."""
    own = (_document(one) for one in documents if one["kind"] == "advice")
    return sorted(own, key=lambda one: (one["from"], one["title"]), reverse=True)


def documents_page(documents: Sequence[Row]) -> Row:
    """Blank forms, acts and norms, each kind by date, the newest first."""
    kinds = []
    for kind in ("form", "act", "norm"):
        own = [_document(one) for one in documents if one["kind"] == kind]
        own.sort(key=lambda one: (one["issued_on"] or "", one["title"]), reverse=True)
        kinds += [{"kind": kind, "documents": own}] if own else []
    return {"kinds": kinds}


def _document(one: Row) -> Row:
    shown = {name: one[name] for name in ("kind", "title", "number", "issued_on", "body", "size_kb", "from", "to")}
    url = one["url"] if one["url"].startswith(("http://", "https://")) else ""
    return shown | {"url": url, "file": one["file"], "large": (one["size_kb"] or 0) >= LARGE_KB}


def news_page(news: Sequence[Row], paths: Collection[str], words: Words) -> Row:
    """What is new (sync.news.add_news), edition by edition, with ways to those of ``paths`` that are still there."""
    editions = [
        {"edition": one["edition"], "date": one["date"], "rows": [_told(row, paths, words) for row in one["rows"]]}
        for one in news
    ]
    return {"editions": editions}


def _told(row: Row, paths: Collection[str], words: Words) -> Row:
    told = {name: value for name, value in row.items() if name not in ("lesson", "task", "document")}
    told["path"] = next((path for path in _ways(row) if path in paths), None)
    if row["kind"] == "work_moved":
        told["code_text"] = words.label("kind", row["code"])
    if row["kind"] == "moved":
        told["was"] = {**row["was"], "start": words.starts.get(row["was"]["n"])}
    return told


def _ways(row: Row) -> list[str]:
    """Pages that a row may lead to, the best first."""
    kind, day = row["kind"], row.get("date") or row.get("from")
    if "task" in row:
        return [f"task-{row['task']}.html", "due.html"]
    if "lesson" in row:
        return [f"lesson-{row['lesson']}.html", f"day-{row['date']}.html"]
    if "document" in row:
        return ["advice.html" if row["code"] == "advice" else "documents.html"]
    if kind.startswith("notice"):
        return ["notices.html"]
    if kind == "contacts":
        return ["contacts.html"]
    return ["exams.html"] if kind.startswith(("exam", "work", "plan")) else [f"day-{day}.html"]
