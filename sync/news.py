"""What is new for a group: an edition's content compared with the one before, as rows of data without prose.

A row: ``{"kind", ...}`` with, by kind::

    days, days_back         {"from", "to"}            days of one week that were published, or taken back
    added, removed, cancelled, restored, substituted, again, moved
                            {"lesson", "date", "n", "start", "subject", "subgroup"}; moved also "was" {"date", "n"};
                            substituted also "teachers"
    changed                 the same and "what": some of time, room, form, broadcast, subject, topic
    bells                   {"date"}                  other times on a day, instead of "changed" for each lesson
    material, material_new  the lesson's names and "topic"
    task, task_changed, task_gone, due
                            {"task", "subject", "title", "code": kind of task, "due"}; due also "was": date | null
    notice, notice_changed  {"title", "from", "to"}
    exam, exam_moved, exam_gone
                            {"date", "subject", "code": exam | consultation | …}; exam_moved also "was": date
    work_moved              {"date", "subject", "code": kind of work, "was": date}
    plan                    {}                        the plan of control works is new or other
    document, document_changed
                            {"document", "title", "code": kind of document}
    contacts                {}                        hotline, address or contacts of the school

Days that come with the window, and what they bring, are one row; what leaves with it is none.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

KEPT = 14  # editions with news that a page tells of
BELLS = 3  # lessons of a day with another time: the bells are other
Row = dict[str, Any]
_COMPARED = ("room", "form", "broadcast", "subject", "topic")
_ORDER = (
    "cancelled", "moved", "substituted", "removed", "days_back", "added", "restored", "again", "bells", "changed",
    "days", "exam", "exam_moved", "exam_gone", "plan", "work_moved", "due", "task", "task_changed", "task_gone",
    "material_new", "material", "notice", "notice_changed", "document", "document_changed", "contacts",
)  # fmt: skip
KINDS = frozenset(_ORDER)


def news_between(before: Mapping[str, Any] | None, after: Mapping[str, Any], slug: str) -> list[Row]:
    """The rows for a group. ``before``: content of the edition before, None when nothing had been published.

    Raises KeyError for a group that ``after`` does not have.
    """
    if slug not in after["groups"]:
        raise KeyError(slug)
    old, new = _Side(before, slug), _Side(after, slug)
    rows = [*_days(old, new), *_lessons(old, new), *_materials(old, new), *_tasks(old, new)]
    if before is not None and slug in before["groups"]:
        rows += [*_notices(old, new), *_exams(old, new), *_works(old, new), *_documents(old, new)]
        rows += [{"kind": "contacts"}] if _said(before) != _said(after) else []
    return sorted(rows, key=lambda row: (_ORDER.index(row["kind"]), row.get("date") or "", row.get("n") or 0,
                                         row.get("subject") or row.get("title") or ""))  # fmt: skip


def add_news(
    kept: Mapping[str, list[Row]], before: Mapping[str, Any] | None, after: Mapping[str, Any], number: int,
    issued_at: str, among: Collection[str] | None = None,
) -> dict[str, list[Row]]:  # fmt: skip
    """``{slug: [{"edition", "date", "rows"}]}``, the newest first, of the last KEPT editions that had news.

    ``kept``: the same of the edition before; ``number``, ``issued_at``: of the edition whose content is ``after``;
    ``among``: the groups that may have news, all unless told.
    """
    zone = ZoneInfo(after["school"]["timezone"])
    day = datetime.fromisoformat(issued_at).astimezone(zone).date().isoformat()
    found = {}
    for slug in after["groups"]:
        rows = news_between(before, after, slug) if among is None or slug in among else []
        fresh = [{"edition": number, "date": day, "rows": rows}] if rows else []
        found[slug] = [*fresh, *kept.get(slug, [])][:KEPT]
    return found


class _Side:
    """One of the two contents, as the group sees it."""

    def __init__(self, content: Mapping[str, Any] | None, slug: str):
        self.content = content if content and slug in content["groups"] else None
        content = self.content or {}
        days = set(content.get("days", ()))
        own = {key: one for key, one in content.get("lessons", {}).items() if one["group"] == slug}
        self.lessons = {key: one for key, one in own.items() if one["date"] in days}
        self.days = days
        self.taught = {one["date"] for one in self.lessons.values()}
        self.tasks = {key: one for key, one in content.get("tasks", {}).items() if one["group"] == slug}
        self.materials = content.get("materials", {})
        self.broadcasts = content.get("broadcasts", {})
        self.first = content.get("window", {}).get("from", "")
        self.notices = {key: one for key, one in content.get("notices", {}).items() if _meant(one, slug)}
        self.documents = {key: one for key, one in content.get("documents", {}).items() if _meant(one, slug)}
        self.exams = content.get("exams", {}).get(slug, [])
        self.works = content.get("assessments", {}).get(slug, [])

    def told(self, lesson: Mapping[str, Any]) -> bool:
        """Whether the day of a lesson is published here."""
        return lesson["date"] in self.days


def _meant(one: Mapping[str, Any], slug: str) -> bool:
    return not one["groups"] or slug in one["groups"]


def _said(content: Mapping[str, Any]) -> list[Any]:
    school = content["school"]
    return [school["hotline"], school["address"], school["contacts"]]


def _days(old: _Side, new: _Side) -> Iterable[Row]:
    """One row a week; a day on which the group has no lesson is no news for it."""
    for kind, days in (("days", new.taught - old.days), ("days_back", _still(old.taught - new.days, new))):
        weeks: dict[date, list[str]] = {}
        for day in sorted(days):
            on = date.fromisoformat(day)
            weeks.setdefault(on - timedelta(days=on.weekday()), []).append(day)
        for own in weeks.values():
            yield {"kind": kind, "from": own[0], "to": own[-1]}


def _still(days: set[str], new: _Side) -> set[str]:
    return {day for day in days if day >= new.first}


def _names(key: str, lesson: Mapping[str, Any]) -> Row:
    return {"lesson": key, **{name: lesson[name] for name in ("date", "n", "start", "subject")},
            "subgroup": lesson["subgroup"] or ""}  # fmt: skip


def _lessons(old: _Side, new: _Side) -> Iterable[Row]:
    timed: dict[str, list[Row]] = {}
    for key, lesson in new.lessons.items():
        row = _of_lesson(key, lesson, old, new)
        if row is None:
            continue
        if row.get("what") == ["time"]:
            timed.setdefault(lesson["date"], []).append(row)
        else:
            yield row
    for day, rows in timed.items():
        yield from [{"kind": "bells", "date": day}] if len(rows) >= BELLS else rows
    for key, lesson in old.lessons.items():
        if key not in new.lessons and new.told(lesson):
            yield {"kind": "removed", **_names(key, lesson)}


def _of_lesson(key: str, lesson: Mapping[str, Any], old: _Side, new: _Side) -> Row | None:
    """What is new about a lesson, in one word: what matters most."""
    before, names, change = old.lessons.get(key), _names(key, lesson), lesson["change"] or {}
    if before is None:
        if not old.told(lesson):
            return None
        was = change.get("from")
        return {"kind": "moved", **names, "was": was} if change.get("kind") == "moved" and was else {
            "kind": "added", **names}  # fmt: skip
    was = (before["change"] or {}).get("kind")
    kind = change.get("kind")
    if (kind == "cancelled") != (was == "cancelled"):
        return {"kind": "cancelled" if kind == "cancelled" else "restored", **names}
    if (before["date"], before["n"]) != (lesson["date"], lesson["n"]):
        return {"kind": "moved", **names, "was": {"date": before["date"], "n": before["n"]}}
    if kind == "substituted" != was or _another(before["teachers"], lesson["teachers"]):
        return {"kind": "substituted", **names, "teachers": lesson["teachers"]}
    if kind == "reassigned" != was:
        return {"kind": "again", **names}
    what = [name for name in _COMPARED if _differs(_seen(before, name, old), _seen(lesson, name, new), name)]
    if (before["start"], before["end"]) != (lesson["start"], lesson["end"]):
        what.insert(0, "time")
    return {"kind": "changed", **names, "what": what} if what else None


def _another(before: list[str], after: list[str]) -> bool:
    """Somebody else teaches; that the school shows more names than before, or fewer, is no news of a lesson."""
    return bool(set(before) - set(after)) and bool(set(after) - set(before))


def _differs(before: Any, after: Any, name: str) -> bool:
    """A topic or a room that was not known before is no change: a course plan brings hundreds at once."""
    return before != after and (name not in ("topic", "room") or bool(before))


def _seen(lesson: Mapping[str, Any], name: str, side: _Side) -> Any:
    if name != "broadcast":
        return lesson[name]
    found = side.broadcasts.get(lesson["broadcast"])
    return found and [found["date"], found["start"], found["channel"]]


def _materials(old: _Side, new: _Side) -> Iterable[Row]:
    for key, lesson in new.lessons.items():
        before, material = old.lessons.get(key), new.materials.get(lesson["material"])
        if before is None or material is None:
            continue
        earlier = old.materials.get(before["material"])
        if earlier is None:
            yield {"kind": "material_new", **_names(key, lesson), "topic": lesson["topic"]}
        elif (earlier["body"], earlier["resources"]) != (material["body"], material["resources"]):
            yield {"kind": "material", **_names(key, lesson), "topic": lesson["topic"]}


def _tasks(old: _Side, new: _Side) -> Iterable[Row]:
    for key, task in new.tasks.items():
        row = {"task": key, "subject": task["subject"], "title": task["title"], "code": task["kind"],
               "due": task["due"]}  # fmt: skip
        before, lesson = old.tasks.get(key), new.lessons.get(task["lesson"])
        if before is None:
            if lesson is not None and old.told(lesson):
                yield {"kind": "task", **row}
            continue
        if before["due"] != task["due"]:
            yield {"kind": "due", **row, "was": before["due"]}
        if any(before[name] != task[name] for name in ("title", "text", "kind", "scale", "max_points")):
            yield {"kind": "task_changed", **row}
    for key, task in old.tasks.items():
        if key not in new.tasks and task["lesson"] in new.lessons:
            yield {"kind": "task_gone", "task": key, "subject": task["subject"], "title": task["title"],
                   "code": task["kind"], "due": task["due"]}  # fmt: skip


def _notices(old: _Side, new: _Side) -> Iterable[Row]:
    for key, notice in new.notices.items():
        before = old.notices.get(key)
        row = {name: notice[name] for name in ("title", "from", "to")}
        if before is None:
            yield {"kind": "notice", **row}
        elif any(before[name] != notice[name] for name in ("title", "body", "from", "to")):
            yield {"kind": "notice_changed", **row}


def _documents(old: _Side, new: _Side) -> Iterable[Row]:
    for key, document in new.documents.items():
        before = old.documents.get(key)
        row = {"document": key, "title": document["title"], "code": document["kind"]}
        if before is None:
            yield {"kind": "document", **row}
        elif before != document:
            yield {"kind": "document_changed", **row}


def _exams(old: _Side, new: _Side) -> Iterable[Row]:
    """Exams have no ids: one of the same subject and kind that is gone for one that came was moved."""
    gone = [exam for exam in old.exams if exam not in new.exams and exam["date"] >= new.first]
    for exam in new.exams:
        if exam in old.exams:
            continue
        row = {"date": exam["date"], "subject": exam["subject"], "code": exam["kind"]}
        earlier = next((one for one in gone if _alike(one, exam)), None)
        if earlier is None:
            yield {"kind": "exam", **row}
        else:
            gone.remove(earlier)
            yield {"kind": "exam_moved", **row, "was": earlier["date"]}
    for exam in gone:
        yield {"kind": "exam_gone", "date": exam["date"], "subject": exam["subject"], "code": exam["kind"]}


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return (one["subject"], one["kind"]) == (other["subject"], other["kind"])


def _works(old: _Side, new: _Side) -> Iterable[Row]:
    """Works of a plan that only have another date are told one by one; anything else is another plan."""
    before, other = {_work(one): one for one in old.works}, False
    for work in new.works:
        earlier = before.pop(_work(work), None)
        if earlier is None:
            other = True
        elif earlier["date"] != work["date"]:
            yield {"kind": "work_moved", "date": work["date"], "subject": work["subject"], "code": work["kind"],
                   "was": earlier["date"]}  # fmt: skip
        else:
            other |= earlier["topic"] != work["topic"]
    if other or any(work["date"] >= new.first for work in before.values()):
        yield {"kind": "plan"}


def _work(work: Mapping[str, Any]) -> tuple[str, str, int]:
    return work["subject"], work["kind"], work["number"]
