"""What a family reads on each channel: an SMS within its parts, no surname and no comment in it, the rest complete."""

from datetime import date

import pytest
from apiflask import APIFlask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.services import family_texts
from server.services.family_texts import Child, Sender
from server.services.sms_text import parts
from server.services.week_results import Away, Due, Given, WeekResults

WEEK = (date(2026, 12, 7), date(2026, 12, 11))
SENDER = Sender("Лесная школа", "8 (999) 000-00-20")
SUBJECTS = ("Алгебра", "Русский язык", "Физика", "Химия", "ОБЗР", "Литература")
COMMENT = "Проверь вычисления ещё раз, особенно знак"
FULL = WeekResults(
    (Given("Алгебра", "№ 412", "mark", "5", None), Given("Алгебра", "№ 415", "mark", "4", None, COMMENT),
     Given("Физика", "Плотность", "redo", None, None, COMMENT), Given("Химия", "Тест", "mark", "12", 20)),
    (Due("Русский язык", "Упражнение 7", date(2026, 12, 8)),),
    (Away(date(2026, 12, 9), 3, "ill"),), 1,
)  # fmt: skip
CHILD = Child("Егор", "Веслов", "7 «А»", FULL)


@pytest.fixture(autouse=True)
def russian(app: APIFlask):
    with app.test_request_context(), force_locale("ru"):
        yield


def given_marks() -> st.SearchStrategy[Given]:
    return st.builds(
        Given, st.sampled_from(SUBJECTS), st.just("Веслов, задача"), st.sampled_from(["mark", "redo", "checked"]),
        st.sampled_from(["5", "4", "3", "2"]), st.sampled_from([None, 20]), st.sampled_from(["", COMMENT]),
    )  # fmt: skip


def results() -> st.SearchStrategy[WeekResults]:
    day = st.dates(*WEEK)
    due = st.builds(Due, st.sampled_from(SUBJECTS), st.just("Веслов, задача"), day)
    away = st.builds(Away, day, st.integers(1, 7), st.sampled_from(["ill", "excused"]), st.sampled_from(["", "Веслов"]))
    return st.builds(WeekResults, *(st.lists(one, max_size=9).map(tuple) for one in (given_marks(), due, away)),
                     st.integers(0, 9))  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["Егор", "Вера", ""]), results()), min_size=1, max_size=4), st.integers(1, 4))
def test_no_sms_of_results_holds_a_surname_a_comment_or_too_many_parts(told, most: int):
    children = [Child(first, "Веслов", "7 «А»", one) for first, one in told]
    text = family_texts.results_sms(children, WEEK, SENDER, most)
    assert 0 < parts(text) <= most
    assert "веслов" not in text.casefold()
    assert not any(word in text for word in COMMENT.split() if len(word) > 4)
    assert "7 «А»" not in text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.sampled_from(["Веслов", "Веслову", "Якорной", "завтра", "урок", "переносится", "в", "9:00."]),
             min_size=1, max_size=60),
    st.integers(1, 3), st.booleans(), results(),
)  # fmt: skip
def test_no_sms_of_a_message_holds_a_surname_or_too_many_parts(words, most: int, missing: bool, week):
    child = Child("Егор", "Веслов", "7 «А»", week)
    text = family_texts.message_sms(" ".join(words), [child], {"Якорная"}, SENDER, most, missing)
    assert parts(text) <= most
    assert "веслов" not in text.casefold() and "Якорн" not in text
    assert not any(word in text for word in COMMENT.split() if len(word) > 4)


def test_an_sms_says_marks_by_subject_and_what_is_missing():
    text = family_texts.results_sms([CHILD], WEEK, SENDER, 4)
    assert text == (
        "Егор, 7–11 дек.: алгебра 5, 4; химия 12 из 20. На доработку: 1. Не сдано: 1 (русский язык). "
        "Пропущено уроков: 3. Школа: 8 (999) 000-00-20"
    )
    short = family_texts.results_sms([CHILD, CHILD], WEEK, SENDER, 3)
    assert parts(short) <= 3 and "отметок: 3" in short


def test_a_quiet_week_is_told_too():
    text = family_texts.results_sms([Child("Егор", "Веслов", "7 «А»")], WEEK, Sender("Школа"), 1)
    assert text == "Егор, 7–11 дек.: всё в порядке."


def test_a_mail_tells_everything_with_the_comments():
    text = family_texts.results_long([CHILD], WEEK, SENDER).replace("\xa0", " ")
    for wanted in ("Егор, 7 «А» класс", "• Алгебра, «№ 415»: 4. " + COMMENT, "на доработку. " + COMMENT, "12 из 20",
                   "Упражнение 7", "8 декабря", "9 декабря: 3 урока (болезнь", "1 работа получена",
                   SENDER.phone):  # fmt: skip
        assert wanted in text, wanted
    assert "Веслов" not in text and "Веслов" not in family_texts.results_subject(WEEK)


def test_of_many_debts_the_oldest_are_named_and_the_rest_counted():
    debts = tuple(Due("Алгебра", f"№ {n}", date(2026, 11, n + 1)) for n in range(14))
    text = family_texts.results_long([Child("Егор", "Веслов", "7 «А»", WeekResults(missing=debts))], WEEK, SENDER)
    assert "«№ 9»" in text and "«№ 10»" not in text and "и ещё 4 работы" in text.replace("\xa0", " ")


def test_a_call_ends_with_a_question():
    said = family_texts.results_spoken([CHILD], WEEK).replace("\xa0", " ")
    assert said.startswith("Егор, 7 «А» класс, результаты за 7–11 декабря.")
    assert said.endswith("Спросите, есть ли вопросы и не нужно ли чего.")


def test_a_chat_hears_the_words_alone():
    assert family_texts.message_chat("Перенос", "Урок в 12:30.", SENDER) == (
        "Перенос\n\nУрок в 12:30.\n\nЛесная школа, 8 (999) 000-00-20"
    )


def test_the_language_is_the_familys():
    with force_locale("kk"):
        assert family_texts.results_long([Child("Тимур", "Бакенов", "7 «А»")], WEEK, Sender("Мектеп")).startswith(
            "Нәтижелер: "
        )
    with force_locale("en"):
        assert "all is in order" in family_texts.results_sms([Child("Timur", "B", "7")], WEEK, Sender("S"), 2)
