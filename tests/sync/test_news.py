"""What is new from one edition to the next: nothing for equal ones, each change once, for those it touches."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.news import KEPT, KINDS, add_news, news_between
from sync.pages import groups_changed
from tests.editions import lesson_of, sample_content

NOTICE = {"title": "Лыжи", "body": "", "groups": [], "from": "2026-12-07", "to": "2026-12-12"}
DOCUMENT = {"kind": "act", "title": "Положение", "number": "", "issued_on": None, "body": "", "url": "", "file": "",
            "size_kb": None, "groups": ["7"], "from": "2026-12-07", "to": None}  # fmt: skip
EXAM = {"date": "2026-12-18", "start": "10:00", "minutes": 90, "subject": "Алгебра", "kind": "exam", "room": "7"}
WORK = {"date": "2026-12-17", "subject": "Физика", "kind": "control", "topic": "", "number": 1}
AGAIN = {"kind": "reassigned", "from": None}
PLACE = ("7", "2026-12-07", 3)  # physics, with material, task and broadcast


def lesson(content, place=PLACE):
    return content["lessons"][lesson_of(content, *place)]


def task(content):
    return content["tasks"][lesson(content)["tasks"][0]]


def cancel(content):
    lesson(content)["change"] = {"kind": "cancelled", "from": None}


def move(content):
    one = lesson(content, ("7", "2026-12-07", 2))
    one |= {"date": "2026-12-09", "n": 7, "change": {"kind": "moved", "from": {"date": "2026-12-07", "n": 2}}}


def substitute(content):
    one = lesson(content, ("7", "2026-12-09", 1))
    one |= {"teachers": ["Рожина Мария Артёмовна"], "change": {"kind": "substituted", "from": None}}


def add(content):
    content["lessons"]["more"] = {**lesson(content), "n": 8, "material": None, "tasks": [], "broadcast": None,
                                  "change": {"kind": "added", "from": None}}  # fmt: skip


def bring(content):
    """From a day that is not published."""
    content["lessons"]["more"] = {**lesson(content), "n": 8, "material": None, "tasks": [], "broadcast": None,
                                  "change": {"kind": "moved", "from": {"date": "2026-12-16", "n": 1}}}  # fmt: skip


def remove(content):
    del content["lessons"][lesson_of(content, "7", "2026-12-07", 1)]


def ring(content):
    for one in content["lessons"].values():
        if one["date"] == "2026-12-10":
            one["start"] = one["start"].replace(":", ":0")[:5]
            one["end"] = "20:00"


def add_task(content):
    content["tasks"]["new"] = {**task(content), "title": "Ещё одна"}
    lesson(content)["tasks"].append("new")


def drop_task(content):
    one = lesson(content)
    del content["tasks"][one["tasks"].pop(0)]


def publish_more(content):
    for day in ("2026-12-15", "2026-12-17"):
        content["days"] = [*content["days"], day]
        content["lessons"][day] = {**lesson(content), "date": day, "tasks": [], "material": None}


def take_back(content):
    content["days"] = [day for day in content["days"] if day != "2026-12-10"]


def put(part, key, value):
    return lambda content: content.setdefault(part, {}).update({key: value})


CHANGES = {
    "cancelled": cancel, "moved": move, "substituted": substitute, "added": add, "removed": remove, "bells": ring,
    "changed": lambda content: lesson(content).update(room="12"),
    "again": lambda content: lesson(content, ("7", "2026-12-11", 2)).update(change=AGAIN),
    "task": add_task, "task_gone": drop_task,
    "task_changed": lambda content: task(content).update(text="Реши пять задач."),
    "due": lambda content: task(content).update(due="2026-12-16"),
    "material": lambda content: content["materials"][lesson(content)["material"]].update(body="Иначе."),
    "material_new": lambda content: content["materials"].update(m=content["materials"][lesson(content)["material"]])
    or lesson(content, ("7", "2026-12-11", 3)).update(material="m"),
    "notice": put("notices", "n", NOTICE), "document": put("documents", "d", DOCUMENT),
    "exam": put("exams", "7", [EXAM]), "plan": put("assessments", "7", [WORK]),
    "contacts": lambda content: content["school"]["hotline"].update(phone="+7 999 000-00-99"),
    "days": publish_more, "days_back": take_back,
}  # fmt: skip


def test_equal_editions_have_no_news():
    for slug in sample_content()["groups"]:
        assert news_between(sample_content(), sample_content(), slug) == []


@pytest.mark.parametrize("kind", CHANGES)
def test_each_change_is_told_once(kind):
    before, after = sample_content(), sample_content()
    CHANGES[kind](after)
    rows = news_between(before, after, "7")
    assert [row["kind"] for row in rows] == [kind]
    assert kind in KINDS and json.dumps(rows, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(sorted(set(CHANGES) - {"days_back"}))))
def test_changes_together_are_told_like_each_alone(kinds):
    """Only that a lesson that is cancelled has another room too, or a task that is gone another date, is not told."""
    before, after = sample_content(), sample_content()
    for kind in sorted(kinds):
        CHANGES[kind](after)
    told = [row["kind"] for row in news_between(before, after, "7")]
    hidden = {"changed"} if "cancelled" in kinds else set()
    hidden |= {"due", "task_changed"} if "task_gone" in kinds else set()
    assert sorted(told) == sorted(kinds - hidden)
    assert news_between(after, copy.deepcopy(after), "7") == []


@pytest.mark.parametrize("kind", CHANGES)
def test_groups_whose_pages_stay_have_no_news(kind):
    before, after = sample_content(), sample_content()
    CHANGES[kind](after)
    for one, other in ((before, after), (after, before)):
        told = {}, one, other, 5, "2026-12-08T11:00:00Z"
        assert add_news(*told, groups_changed(one, other)) == add_news(*told)


def test_going_back_is_news_too():
    before, after = sample_content(), sample_content()
    cancel(before)
    assert [row["kind"] for row in news_between(before, after, "7")] == ["restored"]
    after = copy.deepcopy(before)
    before["notices"]["n"], after["notices"]["n"] = NOTICE, {**NOTICE, "to": "2026-12-15"}
    before["exams"], after["exams"] = {"7": [EXAM]}, {"7": [{**EXAM, "date": "2026-12-19"}]}
    before["assessments"], after["assessments"] = {"7": [WORK]}, {"7": [{**WORK, "date": "2026-12-16"}]}
    before["documents"], after["documents"] = {"d": DOCUMENT}, {"d": {**DOCUMENT, "title": "Новое"}}
    rows = news_between(before, after, "7")
    assert [(row["kind"], row.get("was")) for row in rows] == [
        ("exam_moved", "2026-12-18"), ("work_moved", "2026-12-17"), ("notice_changed", None),
        ("document_changed", None)]  # fmt: skip
    assert next(row["kind"] for row in news_between(before, {**after, "exams": {}}, "7")) == "exam_gone"


def test_a_lesson_that_comes_from_a_day_not_published_says_where_it_was():
    before, after = sample_content(), sample_content()
    bring(after)
    [row] = news_between(before, after, "7")
    assert (row["kind"], row["was"]) == ("moved", {"date": "2026-12-16", "n": 1})


def test_names_topics_and_rooms_that_become_known_are_no_news():
    before, after = sample_content(), sample_content()
    for one in before["lessons"].values():
        one |= {"teachers": [], "topic": "", "room": ""}
    assert news_between(before, after, "7") == []
    for one in before["lessons"].values():
        one["teachers"] = ["Соловьёва Анна Павловна"]
    assert {row["kind"] for row in news_between(before, after, "7")} == {"substituted"}


def test_a_week_that_comes_or_goes_is_one_row_at_most():
    before, after = sample_content(), sample_content()
    for content, gone in ((before, {"2026-12-14"}), (after, set(sample_content()["days"][:5]))):
        content["days"] = [day for day in content["days"] if day not in gone]
        content["lessons"] = {key: one for key, one in content["lessons"].items() if one["date"] not in gone}
        content["tasks"] = {key: one for key, one in content["tasks"].items() if one["lesson"] in content["lessons"]}
    after["window"] = {"from": "2026-12-14", "to": "2026-12-27"}
    assert news_between(before, after, "7") == [{"kind": "days", "from": "2026-12-14", "to": "2026-12-14"}]


def test_the_first_edition_says_which_weeks_are_published():
    assert news_between(None, sample_content(), "7") == [
        {"kind": "days", "from": "2026-12-07", "to": "2026-12-11"},
        {"kind": "days", "from": "2026-12-14", "to": "2026-12-14"},
    ]
    before = sample_content()
    del before["groups"]["7"]
    assert [row["kind"] for row in news_between(before, sample_content(), "7")] == ["days", "days"]
    with pytest.raises(KeyError):
        news_between(None, sample_content(), "9")


def test_news_touch_only_the_group_they_are_about():
    before, after = sample_content(), sample_content()
    cancel(after)
    after["documents"] = {"d": DOCUMENT}
    for slug in ("1", "3", "8"):
        assert news_between(before, after, slug) == []


def test_the_last_editions_with_news_are_kept():
    kept, content = {}, sample_content()
    for number in range(1, 2 * KEPT):
        before, content = content, copy.deepcopy(content)
        if number % 2:
            content["notices"][f"n{number}"] = {**NOTICE, "groups": ["7"]}
        kept = add_news(kept, before, content, number, "2026-12-06T20:30:00Z")
    assert [one["edition"] for one in kept["7"]] == list(range(2 * KEPT - 1, 0, -2))[:KEPT]
    assert kept["7"][0]["date"] == "2026-12-06" and kept["8"] == []
    assert add_news({}, None, content, 1, "2026-12-06T21:30:00Z")["7"][0]["date"] == "2026-12-07", "the school's day"
