"""Comments that are used again: the usual ones first, each teacher's own, without a child's name."""

from datetime import UTC, datetime, timedelta

import pytest

from server import store
from server.errors import DomainError
from server.extensions import db
from server.services.marking import phrases
from server.services.marking.phrases import KEPT, NAMED, NOTHING, Comment, names_in
from tests.server import factory

NOW = datetime(2026, 12, 7, 3, tzinfo=UTC)
NAMES = ("Вера", "Якорная")


@pytest.fixture
def teacher(school) -> str:
    return factory.person("Нивина", "Ольга")


def used(person: str, text: str, keep: bool = False, hours: int = 0, names=NAMES) -> str:
    return store.write(
        lambda session: phrases.used(session, person, text, keep, names, NOW + timedelta(hours=hours))
    )


def texts(person: str) -> list[str]:
    db.session.rollback()
    return [one.text for one in phrases.of_person(db.session, person)]


def test_what_is_used_most_comes_first_and_of_equals_the_later(teacher):
    for hour, text in enumerate(("Единицы!", "Проверьте знак.", "Покажите ход решения.")):
        assert used(teacher, text, keep=True, hours=hour) == KEPT
    used(teacher, "Хорошо. Единицы!", hours=5)
    assert texts(teacher) == ["Единицы!", "Покажите ход решения.", "Проверьте знак."]


def test_without_the_wish_nothing_is_kept_and_a_comment_twice_is_one(teacher):
    assert used(teacher, "Единицы!") == NOTHING
    assert texts(teacher) == []
    used(teacher, "Единицы!", keep=True)
    used(teacher, "Единицы!", keep=True)
    assert [(one.text, one.uses) for one in phrases.of_person(db.session, teacher)] == [("Единицы!", 2)]


def test_each_teacher_has_their_own(teacher):
    used(teacher, "Единицы!", keep=True)
    other = factory.person("Парусова", "Нина")
    [mine] = phrases.of_person(db.session, teacher)
    assert texts(other) == []
    with pytest.raises(DomainError, match="not_found"):
        store.write(lambda session: phrases.change(session, other, mine.id, "x"))
    store.write(lambda session: phrases.forget(session, other, mine.id))
    assert texts(teacher) == ["Единицы!"]
    store.write(lambda session: phrases.forget(session, teacher, mine.id))
    assert texts(teacher) == []


@pytest.mark.parametrize(
    "text", ["Вера, проверьте знак.", "Верой доволен.", "якорной: знак", "У ВЕРЫ лучше", "Якорную прошу исправить"]
)
def test_a_comment_that_names_the_child_is_not_kept(teacher, text):
    assert used(teacher, text, keep=True) == NAMED
    assert texts(teacher) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [("Верно, но знак другой.", ("Вера", "Якорная")), ("Листы не подписаны.", ("Ли",)),
     ("Решение иное.", ("Ия", "Иванов")), ("Молодец!", ("", "Ан"))],
)  # fmt: skip
def test_a_word_that_only_begins_alike_is_no_name(text, names):
    assert names_in(text, names) == []


@pytest.mark.parametrize(
    ("text", "name"), [("Әлияға көмек керек", "Әлия"), ("Семёну: знак", "Семен"), ("Для Ян", "Ян")]
)
def test_names_are_known_with_kazakh_endings_and_without_yo(text, name):
    assert names_in(text, [name]) == [name]


def test_a_change_that_says_what_another_says_makes_them_one(teacher):
    used(teacher, "Единицы!", keep=True)
    used(teacher, "Единицы?", keep=True)
    mine = {one.text: one.id for one in phrases.of_person(db.session, teacher)}
    store.write(lambda session: phrases.change(session, teacher, mine["Единицы?"], "  Единицы! "))
    db.session.rollback()
    assert [(one.text, one.uses) for one in phrases.of_person(db.session, teacher)] == [("Единицы!", 2)]
    for text, code in (("  ", "text_needed"), ("x" * 4001, "comment_long")):
        with pytest.raises(DomainError, match=code):
            store.write(lambda session, text=text: phrases.change(session, teacher, mine["Единицы?"], text))


def test_chosen_comments_follow_what_was_typed_once_each():
    known = [Comment("1", "Единицы!", 1), Comment("2", "Знак.", 1)]
    assert phrases.with_chosen("Хорошо.", ["2", "1", "9"], known) == "Хорошо. Знак. Единицы!"
    assert phrases.with_chosen("Знак.", ["2"], known) == "Знак."
    assert phrases.with_chosen("", ["1"], known) == "Единицы!"
