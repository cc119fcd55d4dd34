"""Where work comes back: codes, forms, double clicks, two people at once, a class in one table."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from werkzeug.test import TestResponse

from server import models
from server.extensions import db
from server.services import works
from sync.codes import complete, group_digits
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.web.forms import form_of
from tests.server.web.world import World

Asks = Callable[..., TestResponse]


class Desk:
    """A person at the office's pages of one work."""

    def __init__(self, app: APIFlask, account: str, code: str):
        self.client = factory.signed_in(app, account)
        self.code = code

    def open(self) -> dict[str, str]:
        """The form as it is rendered now."""
        return form_of(self.client.get(f"/works/{self.code}").text)

    def send(self, form: dict[str, str], **typed: str) -> TestResponse:
        return self.client.post(f"/works/{self.code}", data={**form, **typed})

    def log(self, **typed: str) -> TestResponse:
        return self.send(self.open(), **typed)


@pytest.fixture
def desk(app: APIFlask, world: World) -> Desk:
    return Desk(app, world.accounts["subject_teacher"], world.near.code)


@pytest.fixture
def colleague(app: APIFlask, world: World) -> Desk:
    return Desk(app, world.accounts["network_teacher"], world.near.code)


def standing(code: str) -> tuple[str, list[tuple[str, str | None, str]], int]:
    """State of a work, its heads with comments, and how often it came back."""
    db.session.rollback()
    work = works.find(db.session, code, "TEST")
    state = works.states(db.session, [work.id])[work.id]
    heads = [(one.verdict, one.value, one.comment) for one in works.marks_of(db.session, work.id) if one.is_head]
    return state.state, heads, state.returns


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).select_from(model))


# the code


@pytest.mark.parametrize(
    ("write", "page"),
    [
        (lambda code: code, True),
        (lambda code: f"  {group_digits(code)} ", True),
        (lambda code: "-".join(group_digits(code).split()), True),
        (lambda code: f"K1TESTW{code}02", True),
        (lambda code: f"k1testw{code}02", True),
        (lambda code: f"Л1ЕУЫЕЦ{code}02", True),  # a reader under the Russian layout
        (lambda code: code[:8], False),
    ],
)
def test_a_code_is_found_however_it_is_typed(desk, write, page):
    answer = desk.client.get("/works/find", query_string={"code": write(desk.code)})
    assert (answer.status_code, answer.location) == ((303, f"/works/{desk.code}") if page else (422, None))


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ("482170318", 422, "482 170 318 is not right"),
        ("12345", 422, "A code has nine digits"),
        ("иван<b>", 422, "A code has nine digits"),
        (complete("9999999"), 404, "No work has the code"),
        ("K1ABCDW48217031701", 422, "belongs to another school (ABCD)"),
        ("Л1ФИСВЦ48217031701", 422, "belongs to another school (ABCD)"),
        ("K1TESTP48217031701", 422, "the code of a pack"),
        ("https://example.org/K1", 422, "A code has nine digits"),
    ],
)
def test_a_wrong_code_is_told_at_once_beside_the_field_and_kept(desk, typed, status, sentence):
    answer = desk.client.get("/works/find", query_string={"code": typed})
    assert answer.status_code == status
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{typed.replace("<", "&lt;").replace(">", "&gt;")}"' in answer.text


def test_a_work_of_another_course_is_refused_before_its_student_is_shown(app, world, desk):
    answer = desk.client.get("/works/find", query_string={"code": world.far.code})
    assert (answer.status_code, "belongs to a course that is not yours" in answer.text) == (403, True)
    assert desk.client.get(f"/works/{world.far.code}").status_code == 403
    other = Desk(app, world.accounts["subject_teacher"], world.far.code)
    assert other.send({**desk.open()}, mark="mark:5").status_code == 403
    assert "Bakenov" not in answer.text
    assert count(models.Op) == 0


def test_student_class_subject_task_and_deadline_are_seen_before_saving(desk):
    page = desk.client.get(f"/works/{desk.code}").text
    for text in ("Veslov Yegor", "Class 7А", "algebra", "No. 412–415", "due 7 Dec", "not yet handed in"):
        assert text in page
    assert desk.open()["on"] == TODAY.isoformat()


# one work


def test_a_return_with_its_mark_asks_for_the_next_code(desk):
    answer = desk.log(mark="mark:4", channel="photo", comment="Good.\r\nGo on.")
    assert (answer.status_code, answer.location) == (303, f"/works/find?done={desk.code}")
    page = desk.client.get(answer.location).text
    assert "Saved at school: Veslov Yegor — 4" in page
    assert "at school 08:00" in page
    assert standing(desk.code) == ("marked", [("mark", "4", "Good.\nGo on.")], 1)
    assert desk.open()["channel"] == "photo"  # the last one is offered again


def test_a_double_click_saves_once_and_looks_like_success(desk):
    form = desk.open()
    first, second = (desk.send(form, mark="mark:4") for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location) == (303, first.location)
    assert (count(models.Return), count(models.MarkAct), count(models.Op)) == (1, 1, 1)


def test_going_back_and_saving_something_else_is_not_taken_for_the_same(desk):
    form = desk.open()
    desk.send(form, mark="mark:4")
    answer = desk.send(form, mark="mark:2", comment="Typed again")
    assert answer.status_code == 409
    assert "This page was saved before with other values" in answer.text
    again = form_of(answer.text)
    assert (again["comment"], again["mark"]) == ("Typed again", "mark:2")
    assert again["draft"] != form["draft"]
    assert desk.send(again, act="mark").status_code == 303
    assert standing(desk.code) == ("marked", [("mark", "2", "Typed again")], 1)


def test_without_a_mark_it_waits_and_shows_when_by_whom_and_how_it_came(desk, colleague):
    desk.log(channel="paper", comment="Page 2 is missing.")
    page = colleague.client.get(f"/works/{desk.code}").text
    for text in ("to check", "Handed in 7 Dec", "paper", "Rulev Subject-teacher Petrovich", "Page 2 is missing."):
        assert text in page
    assert standing(desk.code) == ("returned", [], 1)


def test_a_mark_later_is_no_new_return(desk):
    desk.log()
    form = desk.open()
    assert form["act"] == "mark"
    desk.send(form, mark="mark:3")
    desk.log(mark="mark:4")
    assert standing(desk.code) == ("marked", [("mark", "4", "")], 1)
    page = desk.client.get(f"/works/{desk.code}").text
    assert "replaced" in page


def test_sent_back_handed_in_again_and_marked(desk):
    desk.log(mark="redo", comment="Check the sign.")
    assert standing(desk.code) == ("redo", [("redo", None, "Check the sign.")], 1)
    form = desk.open()
    assert form["act"] == "return"
    desk.send(form)
    assert standing(desk.code)[::2] == ("returned", 2)
    desk.log(mark="mark:5")
    assert standing(desk.code) == ("marked", [("mark", "5", "")], 2)


def test_a_mark_can_be_removed(desk):
    desk.log(mark="mark:5")
    desk.log(mark="cleared")
    assert standing(desk.code) == ("returned", [("cleared", None, "")], 1)


def test_two_people_at_once_are_both_kept_and_one_who_may_decides(app, world, desk, colleague):
    desk.log()
    mine, theirs = desk.open(), colleague.open()
    desk.send(mine, mark="mark:5", comment="Neat.")
    answer = colleague.send(theirs, mark="mark:3", comment="Copied.")
    assert (answer.status_code, answer.location) == (303, f"/works/{desk.code}")
    page = colleague.client.get(answer.location).text
    for text in ("Two values", "Neat.", "Copied.", "Keep 5", "Keep 3", "Rulev Network-teacher Petrovich"):
        assert text in page
    looks_on = Desk(app, world.accounts["director"], desk.code).client.get(f"/works/{desk.code}").text
    assert "Two values" in looks_on and "Keep 5" not in looks_on
    decided = desk.send(desk.open(), act="mark", mark="mark:3")
    assert decided.location == f"/works/find?done={desk.code}"
    assert standing(desk.code) == ("marked", [("mark", "3", "")], 1)


def test_a_stale_page_after_somebody_elses_mark_never_overwrites_it(desk, colleague):
    stale = desk.open()
    colleague.log(mark="mark:4")
    desk.send(stale, mark="mark:2")
    assert [value for _verdict, value, _comment in standing(desk.code)[1]] == ["4", "2"]
    assert standing(desk.code)[2] == 2  # both handed-in acts stand
    assert "two values" in desk.client.get(f"/works/find?done={desk.code}").text


def test_the_same_value_from_two_people_is_no_conflict(desk, colleague):
    desk.log()
    mine, theirs = desk.open(), colleague.open()
    desk.send(mine, mark="mark:5")
    assert colleague.send(theirs, mark="mark:5").location == f"/works/find?done={desk.code}"
    assert standing(desk.code)[1] == [("mark", "5", ""), ("mark", "5", "")]


@pytest.mark.parametrize(
    ("typed", "status", "sentence", "field"),
    [
        ({"mark": "mark:7"}, 422, "“7” is not a mark here. Possible: 5, 4, 3, 2.", "mark"),
        ({"mark": "bribe"}, 422, "is not a mark here", "mark"),
        ({"mark": "checked"}, 422, "is not a mark here", "mark"),
        ({"points": "12"}, 422, "“12” is not a mark here", "mark"),
        ({"mark": "redo", "points": "12"}, 422, "not both", "mark"),
        ({"act": "mark"}, 422, "Choose a mark", "mark"),
        ({"channel": "pigeon"}, 422, "There is no channel “pigeon”", "channel"),
        ({"channel": ""}, 422, "There is no channel", "channel"),
        ({"on": (TODAY + timedelta(days=1)).isoformat()}, 422, "cannot be in the future", "on"),
        ({"on": "1999-01-01"}, 422, "before the task was set", "on"),
        ({"on": "yesterday"}, 422, "“yesterday” is not a date", "on"),
        ({"on": ""}, 422, "is not a date", "on"),
        ({"comment": "x" * 4001}, 422, "The comment is too long", "comment"),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field_and_nothing_is_saved_or_lost(desk, typed, status, sentence, field):
    form = desk.open()
    answer = desk.send(form, **{"comment": "Long typed text", **typed})
    assert answer.status_code == status
    assert sentence in answer.text
    assert f'id="e-{field}"' in answer.text
    again = form_of(answer.text)
    assert again["comment"] == typed.get("comment", "Long typed text")
    assert again["draft"] == form["draft"]  # what the person saw when typing still counts
    assert count(models.Op) == 0


@pytest.mark.parametrize("draft", ["", "x", "WyJhIl0.bad"])
def test_a_damaged_draft_is_renewed_and_what_was_typed_stays(desk, draft):
    answer = desk.send({**desk.open(), "draft": draft}, comment="Typed")
    assert answer.status_code == 400
    again = form_of(answer.text)
    assert again["comment"] == "Typed"
    assert desk.send(again).status_code == 303


def test_a_draft_of_another_work_or_person_is_refused(app, world, desk, colleague):
    sibling = Desk(app, world.accounts["subject_teacher"], world.near.codes[world.near.sibling])
    for draft in (sibling.open()["draft"], colleague.open()["draft"]):
        assert desk.send({**desk.open(), "draft": draft}, mark="mark:5").status_code == 400
    assert count(models.Op) == 0


def test_a_comment_is_text_and_nothing_else(desk):
    desk.log(mark="mark:5", comment='<script>alert("x")</script>')
    page = desk.client.get(f"/works/{desk.code}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in page


@pytest.mark.parametrize(("points", "good"), [("0", True), ("12", True), ("020", True), ("21", False), ("-1", False),
                                              ("1,5", False), ("99999", False), ("١٢", False)])  # fmt: skip
def test_points_stay_within_the_maximum(app, world, points, good):
    task = factory.task(world.near.lesson.lesson_course, "Test", scale="points", max_points=20)
    desk = Desk(app, world.accounts["subject_teacher"], factory.works(task)[world.near.student])
    answer = desk.log(points=points)
    assert answer.status_code == (303 if good else 422)
    if good:
        assert standing(desk.code)[1] == [("mark", str(int(points)), "")]
    else:
        assert "Possible: 0–20" in answer.text
        assert form_of(answer.text)["points"] == points


@pytest.mark.parametrize(("scale", "mark", "shown"), [("pass", "mark:pass", "passed"), ("none", "checked", "checked")])
def test_other_scales_have_their_own_buttons(app, world, scale, mark, shown):
    task = factory.task(world.near.lesson.lesson_course, "Run", scale=scale)
    desk = Desk(app, world.accounts["subject_teacher"], factory.works(task)[world.near.student])
    assert f'value="{mark}"' in desk.client.get(f"/works/{desk.code}").text
    desk.log(mark=mark)
    assert f"<b>{shown}</b>" in desk.client.get(f"/works/{desk.code}").text


def test_an_operator_logs_a_return_but_neither_sees_nor_gives_marks(app, world, desk):
    desk.log(mark="mark:2", comment="Poor.")
    operator = Desk(app, world.accounts["operator"], desk.code)
    page = operator.client.get(f"/works/{desk.code}").text
    assert "Poor." not in page and 'name="mark"' not in page
    assert operator.send(operator.open(), mark="mark:5").status_code == 403
    assert standing(desk.code)[1] == [("mark", "2", "Poor.")]
    assert operator.log(channel="call").status_code == 303
    assert standing(desk.code)[::2] == ("returned", 2)


def test_a_stale_page_that_repeats_a_replaced_mark_is_told_which_mark_stands(desk, colleague):
    stale = desk.open()
    colleague.log(mark="mark:5")
    colleague.log(act="mark", mark="mark:4")
    answer = desk.send(stale, mark="mark:5")
    assert (answer.status_code, standing(desk.code)[1]) == (303, [("mark", "4", "")])
    page = desk.client.get(answer.location).text
    assert "Saved, but a newer mark stands: 4 (Rulev Network-teacher Petrovich, 7 Dec, 08:00)" in page
    assert "Saved at school" not in page
    assert "newer mark" not in desk.client.get(desk.log(act="mark", mark="mark:3").location).text


# a class in one table


@pytest.fixture
def table(app: APIFlask, world: World) -> Asks:
    """Posts the table of the near class's task; rows are typed by student."""
    client = factory.signed_in(app, world.accounts["subject_teacher"])
    address = f"/works/task/{world.near.task}"

    def send(form: dict[str, str] | None = None, **typed: str) -> TestResponse:
        return client.post(address, data={**(form or form_of(client.get(address).text)), **typed})

    send.open = lambda: form_of(client.get(address).text)
    return send


def test_a_whole_class_is_saved_in_one_batch(world, table):
    first, second = world.near.codes[world.near.student], world.near.codes[world.near.sibling]
    form = table.open()
    answer = table(form, **{f"mark-{first}": "4", f"comment-{first}": "Good.", f"mark-{second}": "д"}, channel="usb")
    assert (answer.status_code, "2 rows saved." in answer.text) == (200, True)
    assert standing(first) == ("marked", [("mark", "4", "Good.")], 1)
    assert standing(second) == ("redo", [("redo", None, "")], 1)
    ops = db.session.execute(db.select(models.Op.origin, models.Op.n).order_by(models.Op.n)).all()
    assert len({origin for origin, _n in ops}) == 1
    again = table(form, **{f"mark-{first}": "4", f"comment-{first}": "Good.", f"mark-{second}": "д"}, channel="usb")
    assert again.status_code == 200
    assert count(models.Return) == 2


def test_one_bad_row_keeps_the_others_and_its_own_text(world, table):
    first, second = world.near.codes[world.near.student], world.near.codes[world.near.sibling]
    answer = table(None, **{f"mark-{first}": "44", f"comment-{first}": "Kept", f"mark-{second}": "+"})
    assert answer.status_code == 422
    assert "“44” is not a mark here" in answer.text
    assert "1 row saved." in answer.text and "1 row needs another look" in answer.text
    again = form_of(answer.text)
    assert (again[f"mark-{first}"], again[f"comment-{first}"], again[f"mark-{second}"]) == ("44", "Kept", "")
    assert (standing(first)[0], standing(second)[0]) == ("issued", "returned")
    assert table(again, **{f"mark-{first}": "4"}).status_code == 200
    assert standing(first) == ("marked", [("mark", "4", "Kept")], 1)


def test_in_the_table_the_state_tells_a_return_from_a_correction(world, table):
    code = world.near.code
    for typed, returns in (("5", 1), ("4", 1), ("д", 1), ("5", 2), ("+", 3), ("+3", 4), ("-", 4)):
        assert table(None, **{f"mark-{code}": typed}).status_code == 200, typed
        assert standing(code)[2] == returns, typed
    assert standing(code)[1] == [("cleared", None, "")]


@pytest.mark.parametrize(
    ("typed", "sentence", "field"),
    [({"on": (TODAY + timedelta(days=1)).isoformat()}, "cannot be in the future", "on"),
     ({"on": "soon"}, "is not a date", "on"), ({"channel": "pigeon"}, "There is no channel", "channel")],
)  # fmt: skip
def test_a_wrong_date_or_channel_stands_beside_its_field_and_no_row_is_lost(world, table, typed, sentence, field):
    codes = list(world.near.codes.values())
    answer = table(None, **{f"mark-{code}": "4" for code in codes}, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text and f'id="e-{field}"' in answer.text
    assert [form_of(answer.text)[f"mark-{code}"] for code in codes] == ["4", "4"]
    assert count(models.Op) == 0


def test_a_stale_table_gives_a_conflict_for_that_row_only(world, table):
    first, second = world.near.codes.values()
    form = table.open()
    logbook.hand_in(first, mark="5")
    answer = table(form, **{f"mark-{first}": "2", f"mark-{second}": "4"})
    assert answer.status_code == 200
    assert "Somebody else saved another value" in answer.text
    assert "two values: 5, 2" in answer.text
    assert standing(second)[0] == "marked"


def test_a_stale_table_that_repeats_a_replaced_mark_is_told_which_mark_stands(world, table, colleague):
    first, second = world.near.codes.values()
    form = table.open()
    colleague.log(mark="mark:5")
    colleague.log(act="mark", mark="mark:4")
    for _again in range(2):  # a double click is told the same
        answer = table(form, **{f"mark-{first}": "5", f"mark-{second}": "4"})
        assert answer.status_code == 200
        assert answer.text.count("Saved, but a newer mark stands: 4 (Rulev Network-teacher Petrovich, 7 Dec,") == 1
        assert "saved" in answer.text.split(f'id="told-{second}"')[1]


def test_a_comment_alone_asks_for_its_mark(world, table):
    answer = table(None, **{f"comment-{world.near.code}": "Alone"})
    assert answer.status_code == 422
    assert form_of(answer.text)[f"comment-{world.near.code}"] == "Alone"


def test_an_operators_table_takes_only_that_it_came(app, world, table):
    client = factory.signed_in(app, world.accounts["operator"])
    address, code = f"/works/task/{world.near.task}", world.near.code
    table(None, **{f"mark-{code}": "5"})
    page = client.get(address).text
    assert ">5</span>" not in page
    form = form_of(page)
    assert client.post(address, data={**form, f"mark-{code}": "2"}).status_code == 422
    assert client.post(address, data={**form_of(client.get(address).text), f"mark-{code}": "+"}).status_code == 200
    assert standing(code)[1:] == ([("mark", "5", "")], 2)
