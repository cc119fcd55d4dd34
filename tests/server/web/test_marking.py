"""Marking on screen: one work after the other, what was typed kept, two people at once, works alike, own comments."""

import re
from html import unescape

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from server import store
from server.extensions import db
from server.models import AnswerField, Phrase, ScanAnswer
from server.security import config
from tests.server import factory, logbook
from tests.server.web.forms import form_of
from tests.server.web.rows_marking import scanned
from tests.server.web.test_works import standing
from tests.server.web.world import World

LONG = "Сначала раскроем скобки, потом перенесём неизвестные влево."


class Marker:
    """A teacher who marks on screen."""

    def __init__(self, app: APIFlask, account: str):
        self.client = factory.signed_in(app, account)

    def page(self, code: str, **wish: str) -> str:
        answer = self.client.get(f"/marking/{code}", query_string=wish)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", unescape(answer.text))

    def form(self, code: str) -> dict[str, str]:
        """The form as it is sent with nothing ticked."""
        found = form_of(self.client.get(f"/marking/{code}").text)
        return {name: value for name, value in found.items() if name not in ("keep", "phrase", "copy_wanted")}

    def save(self, code: str, form: dict[str, str] | None = None, wish: dict[str, str] | None = None, **typed):
        form = self.form(code) if form is None else form
        return self.client.post(f"/marking/{code}", data={**form, **typed}, query_string=wish)


@pytest.fixture
def marker(app: APIFlask, world: World) -> Marker:
    return Marker(app, world.accounts["subject_teacher"])


@pytest.fixture
def two(world: World) -> tuple[str, str]:
    """Both students' works came back; the list begins with the first."""
    codes = world.near.code, world.near.codes[world.near.sibling]
    for code in codes:
        logbook.hand_in(code)
    return codes


def test_a_decision_is_saved_and_the_next_work_is_shown_until_none_waits(marker, two, world):
    first, second = two
    assert "1 of 2" in marker.page(first, task=world.near.task)
    answer = marker.save(first, wish={"task": world.near.task}, mark="mark:4", comment="Good.")
    assert (answer.status_code, answer.location) == (303, f"/marking/{second}?done={first}&task={world.near.task}")
    assert standing(first) == ("marked", [("mark", "4", "Good.")], 1)
    assert "2 of 2" in marker.page(second, task=world.near.task)
    answer = marker.save(second, wish={"task": world.near.task}, mark="redo", comment="Check the sign.")
    assert answer.location == f"/marking/?done={second}&task={world.near.task}"
    assert standing(second) == ("redo", [("redo", None, "Check the sign.")], 1)
    assert "Everything that came back is decided." in marker.client.get(answer.location).text


def test_a_skipped_work_comes_again_after_the_last(marker, two):
    first, second = two
    assert marker.save(second, mark="mark:5").location == f"/marking/{first}?done={second}"


def test_the_list_leads_to_the_first_work_and_counts_by_task(marker, two, world):
    home = marker.client.get("/marking/").text
    assert "2 works" in home
    assert f"/marking/next?task={world.near.task}" in home
    assert marker.client.get("/marking/next").location == f"/marking/{two[0]}"
    assert marker.client.get("/marking/next?group=none").location == "/marking/?group=none"
    assert "/marking/next?task=" in marker.client.get(f"/works/task/{world.near.task}").text
    assert 'href="/marking/"' in marker.client.get("/").text


def test_without_a_mark_nothing_is_saved_and_the_comment_stays(marker, two):
    answer = marker.save(two[0], comment="Look at No. 413 again.")
    assert answer.status_code == 422
    assert "Look at No. 413 again.</textarea>" in answer.text
    assert "Choose a mark" in answer.text
    assert standing(two[0])[0] == "returned"


def test_a_double_click_saves_once_and_an_old_form_with_other_words_is_told(marker, two):
    form = marker.form(two[0])
    for _click in range(2):
        assert marker.save(two[0], form, mark="mark:4").status_code == 303
    assert standing(two[0])[1] == [("mark", "4", "")]
    answer = marker.save(two[0], form, mark="mark:2", comment="Other words")
    assert answer.status_code == 409
    assert "Other words</textarea>" in answer.text
    assert standing(two[0])[1] == [("mark", "4", "")]


def test_two_people_at_once_see_both_values_and_who_may_picks_one(app, world, marker, two):
    colleague = Marker(app, world.accounts["network_teacher"])
    mine, theirs = marker.form(two[0]), colleague.form(two[0])
    marker.save(two[0], mine, mark="mark:4")
    answer = colleague.save(two[0], theirs, mark="mark:2")
    assert answer.location == f"/marking/{two[0]}?done={two[0]}"
    page = colleague.page(two[0])
    assert "Two values" in page and "Keep 4" in page and "Keep 2" in page
    assert f'<form method="post" action="/marking/{two[0]}">' in page
    settled = form_of(colleague.client.get(f"/marking/{two[0]}").text)
    colleague.save(two[0], {"draft": settled["draft"], "mark": "mark:4"})
    assert standing(two[0])[1] == [("mark", "4", "")]


def test_points_are_typed_and_too_many_are_refused_beside_the_field(marker, world):
    task = factory.task(world.near.lesson.lesson_course, "Test", scale="points", max_points=20)
    code = factory.works(task)[world.near.student]
    logbook.hand_in(code)
    answer = marker.save(code, points="21")
    assert answer.status_code == 422 and 'value="21"' in answer.text
    marker.save(code, points="17")
    assert standing(code)[1] == [("mark", "17", "")]


def test_pages_stand_in_order_and_their_pictures_are_for_those_who_see_the_work(app, world, marker):
    code = world.near.code
    logbook.hand_in(code)
    second, first = scanned(code, 2, "b" * 64), scanned(code, 1, "a" * 64)
    page = marker.page(code)
    assert page.index(first) < page.index(second)
    assert "Page 1" in page and "Page 2" in page
    folder = config().home / "media" / "scans"
    folder.mkdir(parents=True)
    (folder / f"{'a' * 64}.jpg").write_bytes(b"\xff\xd8picture")
    answer = marker.client.get(f"/stacks/page/{first}.jpg")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/jpeg", b"\xff\xd8picture")
    assert set(answer.headers["Cache-Control"].split(", ")) == {"private", "max-age=300"}
    assert marker.client.get(f"/stacks/page/{second}.jpg").status_code == 404
    assert Marker(app, world.accounts["support_staff"]).client.get(f"/stacks/page/{first}.jpg").status_code == 403


def test_a_dictated_text_is_read_and_paper_in_the_hand_is_named(marker, two, world):
    task = factory.task(world.near.lesson.lesson_course, "Essay")
    code = factory.works(task)[world.near.student]
    logbook.hand_in(code, channel="call", comment=LONG)
    assert LONG in marker.page(code)
    assert "is in your hand" in marker.page(two[0])


def test_a_work_that_never_came_says_so_and_leads_to_its_form(marker, world):
    page = marker.page(world.near.code)
    assert "Nothing is logged as handed in yet." in page
    assert f'href="/works/{world.near.code}"' in page


# comments that are used again


def phrases_of(person: str) -> list[tuple[str, int]]:
    db.session.rollback()
    rows = db.session.execute(select(Phrase.text, Phrase.uses).where(Phrase.person_id == person))
    return sorted((text, uses) for text, uses in rows)


def test_a_kept_comment_is_offered_chosen_without_script_and_counted(marker, two, world):
    person = world.person("subject_teacher")
    marker.save(two[0], mark="mark:4", comment="Name the units.", keep="1")
    assert phrases_of(person) == [("Name the units.", 1)]
    assert "Name the units." in marker.page(two[1])
    chosen = db.session.scalar(select(Phrase.id))
    marker.save(two[1], mark="mark:3", comment="Better.", phrase=chosen)
    assert standing(two[1])[1] == [("mark", "3", "Better. Name the units.")]
    assert phrases_of(person) == [("Name the units.", 2)]


def test_a_comment_with_the_childs_name_is_saved_for_the_family_but_not_kept(marker, two, world):
    answer = marker.save(two[0], mark="mark:4", comment="Yegor, name the units.", keep="1")
    assert "it names the student" in marker.client.get(answer.location).text
    assert standing(two[0])[1] == [("mark", "4", "Yegor, name the units.")]
    assert phrases_of(world.person("subject_teacher")) == []


def test_own_comments_are_changed_and_deleted(app, marker, two, world):
    marker.save(two[0], mark="mark:4", comment="Name the units.", keep="1")
    address = f"/marking/comments/{db.session.scalar(select(Phrase.id))}"
    answer = marker.client.post(address, data={"text": "  "})
    assert answer.status_code == 422 and "Write a few words about it." in answer.text
    assert Marker(app, world.accounts["network_teacher"]).client.post(address, data={"text": "x"}).status_code == 404
    marker.client.post(address, data={"text": "Units!"})
    assert "Units!" in marker.client.get("/marking/comments").text
    marker.client.post(address, data={"act": "forget"})
    assert phrases_of(world.person("subject_teacher")) == []


# works that are alike


def test_texts_alike_to_the_letter_are_pointed_out_and_shown_side_by_side(marker, world):
    one, other = world.near.code, world.near.codes[world.near.sibling]
    logbook.hand_in(one, channel="call", comment=LONG)
    logbook.hand_in(other, channel="call", comment=f" {LONG.upper()}")
    assert "alike to the letter: Yakornaya Vera (7А)" in marker.page(one)
    assert "alike to the letter: Veslov (7А)" in unescape(marker.client.get(f"/works/task/{world.near.task}").text)
    both = marker.client.get(f"/marking/{one}/beside/{other}").text
    assert LONG in both and LONG.upper() in both and "The text is alike to the letter" in both
    assert standing(one)[0] == "returned"
    assert marker.client.get(f"/marking/{one}/beside/{one}").status_code == 404


def test_the_same_wrong_answers_are_pointed_out_and_right_ones_are_not(marker, two, world):
    def answer(code: str, answers: list[list[int]]) -> None:
        page = scanned(code)
        store.write(lambda session: session.add_all(
            ScanAnswer(page_id=page, position=n, read=[], answer=said, printed={
                "kind": "one", "label": str(n), "options": ["a", "b", "c"], "digits": 0, "places": [], "size": 0,
                "ratio": 0,
            }) for n, said in enumerate(answers)
        ))  # fmt: skip

    store.write(lambda session: session.add_all(
        AnswerField(id=factory.new_id(), task_id=world.near.task, position=n, kind="one", label=str(n),
                    options=["a", "b", "c"], key=[0]) for n in range(5)
    ))  # fmt: skip
    answer(two[0], [[1], [2], [1], [0], [0]])
    assert "the same wrong answers" not in marker.page(two[0])
    answer(two[1], [[1], [2], [1], [0], [0]])
    assert "Yakornaya Vera (7А): the same wrong answers" in marker.page(two[0])
