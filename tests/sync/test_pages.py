"""Which pages a group's site has, what each may show, and when it counts as changed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import SyncError
from sync.pages import changed_in, group_digest, group_pages, page_hashes, plain, shorten
from tests.editions import DAYS, lesson_of, sample_content


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
    fixed = {"index.html", "tv.html", "notices.html", "contacts.html", "week-2026-W50.html", "week-2026-W51.html"}
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
