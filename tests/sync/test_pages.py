"""Which pages a group's site has, what each may show, and when it counts as changed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import SyncError
from sync.pages import changed_in, group_digest, group_pages, groups_changed, page_hashes, plain, shorten
from tests.editions import DAYS, lesson_of, sample_content

CONTENT = sample_content()


def row(pages: dict, date: str, n: int) -> dict:
    day = pages[f"day-{date}.html"]["data"]["day"]
    return next(row for row in day["rows"] if row["n"] == n)


def changed_pages(before: dict, after: dict, slug: str = "7") -> set[str]:
    old, new = page_hashes(group_pages(before, slug)), page_hashes(group_pages(after, slug))
    return {path for path in old | new if old.get(path) != new.get(path)}


def test_every_kind_of_page_is_there():
    content = sample_content()
    pages = group_pages(content, "7")
    tasks = {f"task-{key}.html" for key, task in content["tasks"].items() if task["group"] == "7"}
    lessons = {f"lesson-{lesson_of(content, '7', *place)}.html" for place in
               [("2026-12-07", 3), ("2026-12-08", 6), ("2026-12-10", 2)]}  # fmt: skip
    fixed = {"index.html", "tv.html", "notices.html", "contacts.html", "week-2026-W50.html", "week-2026-W51.html",
             "news.html", "due.html", "documents.html", "advice.html", "guide.html", "search.html"}  # fmt: skip
    assert set(pages) == fixed | tasks | lessons | {f"day-{day}.html" for day in DAYS}


def test_a_row_says_what_to_do_and_until_when():
    """Nobody has to open anything to know the topic, the task and the deadline."""
    found = row(group_pages(sample_content(), "7"), "2026-12-07", 3)
    assert (found["start"], found["subject"], found["topic"]) == ("10:40", "Физика", "Плотность вещества")
    assert found["broadcast"] == {"date": "2026-12-07", "start": "10:40", "minutes": 20, "channel": "Школа-ТВ"}
    (task,) = found["tasks"]
    assert task["text"].startswith("Реши три задачи")
    assert task["due"] == "2026-12-10"


def test_changes_say_where_a_lesson_was():
    pages = group_pages(sample_content(), "7")
    assert row(pages, "2026-12-08", 6)["change"] == {"kind": "moved", "date": None, "time": "12:40"}
    assert row(pages, "2026-12-08", 1)["change"] == {"kind": "substituted", "date": None, "time": None}
    content = sample_content()
    key = lesson_of(content, "7", "2026-12-08", 6)
    content["lessons"][key]["change"] = {"kind": "moved", "from": {"date": "2026-12-07", "n": 9}}
    assert row(group_pages(content, "7"), "2026-12-08", 6)["change"]["date"] == "2026-12-07"


def test_a_lesson_that_came_back_to_its_place_was_nowhere_else():
    content = sample_content()
    key = lesson_of(content, "7", "2026-12-08", 6)
    content["lessons"][key]["change"] = {"kind": "moved", "from": {"date": "2026-12-08", "n": 6}}
    assert row(group_pages(content, "7"), "2026-12-08", 6)["change"] == {"kind": "moved", "date": None, "time": None}


def test_only_approved_days_are_shown():
    content = sample_content()
    content["days"] = ["2026-12-07"]
    pages = group_pages(content, "7")
    assert [day["date"] for day in pages["index.html"]["data"]["days"]] == ["2026-12-07"]
    assert [path for path in pages if path.startswith("lesson-")] == [
        f"lesson-{lesson_of(content, '7', '2026-12-07', 3)}.html"
    ]


def test_what_is_due_is_in_order_of_date():
    week = group_pages(sample_content(), "7")["index.html"]["data"]["weeks"][0]
    assert [task["due"] for task in week["due"]] == ["2026-12-10", "2026-12-11", "2026-12-12"]


def test_joined_classes_have_their_own_topics():
    content = sample_content()
    one, three = (content["lessons"][lesson_of(content, slug, "2026-12-09", 3)] for slug in ("1", "3"))
    assert one["lesson"] == three["lesson"]
    page = group_pages(content, "3")[f"lesson-{lesson_of(content, '3', '2026-12-09', 3)}.html"]["data"]
    assert page["joined"] == ["1"]
    assert page["topic"] == three["topic"] != one["topic"]


def test_a_notice_reaches_those_it_is_for():
    titles = {
        slug: [notice["title"] for notice in group_pages(sample_content(), slug)["notices.html"]["data"]["notices"]]
        for slug in ("7", "8")
    }
    assert "Учебник географии" in titles["7"]
    assert titles["8"] == ["Автобус в четверг раньше"]


def test_a_changed_text_changes_its_own_page_only():
    before, after = sample_content(), sample_content()
    key = lesson_of(after, "7", "2026-12-10", 2)
    material = after["lessons"][key]["material"]
    after["materials"][material]["body"] += "\nЕщё одна строка."
    assert changed_pages(before, after) == {f"lesson-{key}.html"}


def test_a_changed_topic_changes_the_pages_that_show_it():
    before, after = sample_content(), sample_content()
    key = lesson_of(after, "7", "2026-12-10", 2)
    after["lessons"][key]["topic"] = "График линейной функции"
    task = after["lessons"][key]["tasks"][0]
    shown = {"index.html", "day-2026-12-10.html", "week-2026-W50.html", f"lesson-{key}.html", f"task-{task}.html"}
    assert changed_pages(before, after) == shown
    assert changed_pages(before, after, "8") == set()


def test_lessons_and_tasks_stay_while_the_window_moves():
    before, after = sample_content(), sample_content()
    after["window"] = {"from": "2026-12-07", "to": "2026-12-27"}
    after["days"] = [*DAYS, "2026-12-15"]
    assert all(not path.startswith(("lesson-", "task-", "contacts")) for path in changed_pages(before, after))


def test_the_look_is_part_of_the_hash():
    pages = group_pages(sample_content(), "7")
    assert page_hashes(pages, "a")["tv.html"] != page_hashes(pages, "b")["tv.html"]


@pytest.mark.parametrize("key", ["../evil", "a/b", "", ".", "a b", "ж"])
def test_an_id_that_is_no_file_name_is_refused(key):
    content = sample_content()
    good = lesson_of(content, "7", "2026-12-07", 3)
    content["lessons"][key] = content["lessons"].pop(good)
    with pytest.raises(SyncError) as error:
        group_pages(content, "7")
    assert error.value.code == "edition_unreadable"


def test_an_unknown_group_is_an_error():
    with pytest.raises(KeyError):
        group_pages(sample_content(), "9")


def test_a_resource_that_is_no_web_address_is_no_link():
    content = sample_content()
    key = lesson_of(content, "7", "2026-12-07", 3)
    material = content["materials"][content["lessons"][key]["material"]]
    material["resources"][0]["url"] = "javascript:alert(1)"
    resources = group_pages(content, "7")[f"lesson-{key}.html"]["data"]["material"]["resources"]
    assert resources[0]["url"] == ""
    assert [resource["large"] for resource in resources] == [True, False]


def test_pages_hold_what_json_can_hold():
    json.dumps(group_pages(sample_content(), "1"), allow_nan=False)


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xyz")),
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xyz")),
)
def test_a_page_keeps_its_number_until_its_hash_changes(first, second):
    old = changed_in({}, first, 1)
    new = changed_in(old, second, 2)
    assert set(new) == set(second)
    assert {path for path, entry in new.items() if entry["number"] == 1} == {
        path for path in first if second.get(path) == first[path]
    }
    assert (group_digest(old) == group_digest(new)) == (first == second)


@given(st.text(), st.integers(2, 200))
def test_a_short_text_is_short(text, limit):
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")


def test_plain_words():
    text = "## Дома\n- **Реши** № 412–415, [конспект](https://example.org) и `x_1`;\n- 2 * 3 = 6 <br> _вслух_\n-5 + 3"
    assert plain(text) == "Дома Реши № 412–415, конспект и x_1; 2 * 3 = 6 вслух -5 + 3"


def _each_change() -> dict[str, Callable[[dict[str, Any]], None]]:
    """One change of each kind to the sample's content, by name."""
    lesson, joined = lesson_of(CONTENT, "7", "2026-12-07", 3), lesson_of(CONTENT, "1", "2026-12-07", 1)
    material, task = CONTENT["lessons"][lesson]["material"], CONTENT["lessons"][lesson]["tasks"][0]
    broadcast, notice = next(iter(CONTENT["broadcasts"])), next(iter(CONTENT["notices"]))
    return {
        "nothing": lambda content: None,
        "room": lambda content: content["lessons"][lesson].update(room="12"),
        "joined": lambda content: content["lessons"][joined].update(topic="Другая"),
        "no lesson": lambda content: content["lessons"].pop(joined),
        "material": lambda content: content["materials"][material].update(body="Другое"),
        "task": lambda content: content["tasks"][task].update(due="2026-12-11"),
        "broadcast": lambda content: content["broadcasts"][broadcast].update(start="07:00"),
        "no broadcast": lambda content: content["broadcasts"].pop(broadcast),
        "notice": lambda content: content["notices"][notice].update(title="Другое"),
        "notice for all": lambda content: content["notices"][notice].update(groups=[]),
        "bells": lambda content: content["groups"]["8"].update(bells=[]),
        "no group": lambda content: content["groups"].pop("3"),
        "works": lambda content: content.setdefault("assessments", {}).update({"8": [WORK]}),
        "day": lambda content: content["days"].remove("2026-12-09"),
        "name": lambda content: content["school"].update(name="Другая школа"),
        "label": lambda content: content["labels"]["form"].update(live="иначе"),
    }


WORK = {"date": "2026-12-09", "subject": "Химия", "kind": "control", "topic": "", "number": 1}


@pytest.mark.parametrize("name", _each_change())
def test_a_group_whose_pages_differ_is_among_those_that_may_have_changed(name):
    before, after = sample_content(), sample_content()
    _each_change()[name](after)
    for one, other in ((before, after), (after, before)):
        slugs = set(one["groups"]) & set(other["groups"])
        differ = {slug for slug in slugs if group_pages(one, slug) != group_pages(other, slug)}
        assert groups_changed(one, other) >= differ | (set(other["groups"]) - set(one["groups"]))
    if name in {"nothing", "room", "material", "task", "works"}:
        assert groups_changed(before, after) == differ  # and no more


# --- what is due, documents, news, languages ---


def test_everything_due_stands_by_date_with_a_calendar():
    content = sample_content()
    tasks = {key: task for key, task in content["tasks"].items() if task["group"] == "7"}
    undated = next(iter(tasks))
    content["tasks"][undated]["due"] = None
    due = group_pages(content, "7")["due.html"]["data"]
    dates = [day["date"] for day in due["days"]]
    assert dates == sorted({task["due"] for key, task in tasks.items() if key != undated})
    assert [task["path"] for task in due["undated"]] == [f"task-{undated}.html"]
    counted = {day["date"]: day["tasks"] for week in due["calendar"] for day in week if day["tasks"]}
    assert counted == {day["date"]: len(day["tasks"]) for day in due["days"]}
    assert all(len(week) == 7 for week in due["calendar"])


def document(kind: str, title: str, **changes) -> dict:
    return {"kind": kind, "title": title, "number": "12", "issued_on": "2026-09-01", "body": "", "url": "", "file": "",
            "size_kb": None, "groups": [], "from": "2026-12-01", "to": None, **changes}  # fmt: skip


def test_documents_reach_those_they_are_meant_for():
    content = sample_content()
    content["documents"] = {
        "a": document("act", "Positions", url="javascript:alert(1)"),
        "b": document("norm", "Law", groups=["8"]),
        "c": document("advice", "Sleep", **{"from": "2026-12-01"}),
        "d": document("advice", "Screens", **{"from": "2026-12-05"}),
    }
    pages = group_pages(content, "7")
    [kind] = pages["documents.html"]["data"]["kinds"]
    assert [one["title"] for one in kind["documents"]] == ["Positions"] and kind["documents"][0]["url"] == ""
    assert [one["title"] for one in pages["advice.html"]["data"]["advice"]] == ["Screens", "Sleep"]
    assert [one["title"] for one in pages["index.html"]["data"]["advice"]] == ["Screens", "Sleep"]
    assert len(group_pages(content, "8")["documents.html"]["data"]["kinds"]) == 2


def test_labels_are_those_of_the_language():
    content = sample_content()
    content["school"]["languages"] = ["ru", "kk"]
    positions = {"заместитель директора по УВР": "орынбасар"}
    content["labels_in"] = {"kk": {"form": {"live": "сыныпта"}, "position": positions}}
    pages = group_pages(content, "7", "kk")
    assert row(pages, "2026-12-07", 2)["form_text"] == "сыныпта"
    assert [one["position"] for one in pages["contacts.html"]["data"]["contacts"]] == [
        "орынбасар", "классный руководитель 7 класса"]  # fmt: skip
    assert row(group_pages(content, "7"), "2026-12-07", 2)["form_text"] == "в классе"


def test_news_lead_to_pages_that_are_there():
    content = sample_content()
    moved = lesson_of(content, "7", "2026-12-08", 6)
    kept = {"lesson": moved, "date": "2026-12-08", "n": 6, "start": "13:30", "subject": "География", "subgroup": ""}
    rows = [{"kind": "moved", **kept, "was": {"date": "2026-12-08", "n": 5}},
            {"kind": "cancelled", **kept, "lesson": "gone", "date": "2026-11-30"}]  # fmt: skip
    page = group_pages(content, "7", news=[{"edition": 42, "date": "2026-12-06", "rows": rows}])["news.html"]
    told = page["data"]["editions"][0]["rows"]
    assert [one["path"] for one in told] == [f"lesson-{moved}.html", None]
    assert told[0]["was"]["start"] == "12:40" and "lesson" not in told[0]


def test_questions_to_tick_are_on_the_page_of_their_task_alone():
    content = sample_content()
    key = min(content["tasks"])
    asked = [{"kind": "one", "label": "Capital?", "options": ["А", "Б"], "digits": 0}]
    content["tasks"][key]["answers"] = asked
    pages = group_pages(content, content["tasks"][key]["group"])
    assert {path: page["data"]["answers"] for path, page in pages.items() if "answers" in page["data"]} == {
        f"task-{key}.html": asked
    }
