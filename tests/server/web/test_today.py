"""Today, as each role finds it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from apiflask import APIFlask

from server import store
from server.models import ROLES, Day, Edition
from tests.server import factory, logbook
from tests.server.web.world import World

DAY = timedelta(days=1)


def _today(app: APIFlask, world: World, role: str) -> str:
    answer = factory.signed_in(app, world.accounts[role]).get("/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.text))


def _headings(html: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", found).strip() for found in re.findall(r"<h2>(.*?)</h2>", html)]


@pytest.mark.parametrize("role", ROLES)
def test_everybody_has_a_home_that_names_the_day(app: APIFlask, world: World, role: str) -> None:
    assert "<h1>Monday, 7 December</h1>" in _today(app, world, role)


def test_a_teacher_finds_works_to_check_lessons_and_who_is_missing(app: APIFlask, world: World) -> None:
    teacher = world.person("subject_teacher")
    logbook.hand_in(world.near.code, on=factory.TODAY - 4 * DAY)
    lesson = factory.lesson(world.near.course, n=2, teacher_id=teacher)
    factory.material(lesson.lesson_course)
    factory.lesson(world.near.course, n=3, teacher_id=teacher, form=None)
    tomorrow = factory.lesson(world.near.course, factory.TODAY + DAY, teacher_id=teacher)
    factory.works(factory.task(world.near.lesson.lesson_course, "Late", factory.TODAY - DAY))
    html = _today(app, world, "subject_teacher")
    assert _headings(html)[:5] == ["To check 1", "To complete 1", "Lessons today", "Attendance",
                                   "Not handed in by the deadline 2"]  # fmt: skip
    assert f'href="/works/task/{world.near.task}"' in html
    assert "1 work, the oldest waits for 4 days" in html
    assert f'href="/lessons/{tomorrow.lesson_course}"' in html
    assert "form not chosen" in html
    assert 'class="tag ok">ready<' in html
    assert "Veslov Yegor, 7А: 1 work, silent for 4 days" in html
    assert "Yakornaya Vera, 7А: 1 work, nothing has come yet" in html


def test_each_line_leads_to_a_page_that_opens(app: APIFlask, world: World) -> None:
    teacher = world.person("subject_teacher")
    logbook.hand_in(world.near.code)
    factory.lesson(world.near.course, n=2, teacher_id=teacher)
    factory.lesson(world.near.course, factory.TODAY + DAY, teacher_id=teacher)
    factory.works(factory.task(world.near.lesson.lesson_course, "Late", factory.TODAY - DAY))
    for role in ("subject_teacher", "class_teacher", "director", "operator", "support_staff", "admin"):
        client = factory.signed_in(app, world.accounts[role])
        main = client.get("/").text.split("<main")[1]
        for path in set(re.findall(r'href="(/[^"]*)"', main)):
            assert client.get(path).status_code == 200, (role, path)


def test_nothing_to_do_is_said_kindly(app: APIFlask, world: World) -> None:
    html = _today(app, world, "network_teacher")
    assert "Everything that came back is checked." in html
    assert "Everything that was due has come." in html


def test_marks_that_disagree_stand_first_for_their_teacher(app: APIFlask, world: World) -> None:
    logbook.hand_in(world.near.code, mark="4")
    logbook.mark(world.near.code, "5")
    assert _headings(_today(app, world, "subject_teacher"))[0] == "Two values were saved 1"
    assert "Two values" not in _today(app, world, "class_teacher")


def test_the_deputy_sees_the_day_to_approve_and_numbers_by_class(app: APIFlask, world: World) -> None:
    factory.lesson(world.near.course, factory.TODAY + DAY, form=None)
    factory.works(factory.task(world.near.lesson.lesson_course, "Late", factory.TODAY - DAY))
    store.write(lambda session: session.add(Day(on=factory.TODAY, approved_at=logbook.NOW)))
    html = _today(app, world, "deputy_studies")
    assert "Tuesday, 8 December" in html
    assert "1 lesson, incomplete: 1" in html
    assert "2 works" in html and "Veslov" not in html
    store.write(lambda session: session.add(Day(on=factory.TODAY + DAY, approved_at=logbook.NOW)))
    assert "The next school day is approved." in _today(app, world, "deputy_studies")


def test_a_class_teacher_asks_families_and_approves_nothing(app: APIFlask, world: World) -> None:
    factory.works(factory.task(world.near.lesson.lesson_course, "Late", factory.TODAY - DAY))
    html = _today(app, world, "class_teacher")
    assert "Ask the family" in html
    assert "To approve" not in html
    assert "no internet" in html


def test_a_known_reason_needs_no_question(app: APIFlask, world: World) -> None:
    factory.works(factory.task(world.near.lesson.lesson_course, "Late", factory.TODAY - DAY))
    for student in (world.near.student, world.near.sibling):
        logbook.absent(student, world.near.lesson.lesson_course, "Б")
    html = _today(app, world, "class_teacher")
    assert html.count("reason known") == 2
    assert "Ask the family" not in html


def test_an_operator_on_duty_begins_with_the_search(app: APIFlask, world: World) -> None:
    html = _today(app, world, "operator")
    assert _headings(html)[0] == "Who is calling?"
    assert re.search(r'<input name="q" autofocus', html)


def test_an_operator_off_duty_learns_when_the_next_duty_is(app: APIFlask, world: World) -> None:
    from server.models import DutyRota

    store.write(lambda session: session.query(DutyRota).delete())
    factory.duty(world.person("operator"), 2, logbook.NOW + 5 * DAY)
    html = _today(app, world, "operator")
    assert "Your next duty: 12 Dec, 08:00 – 12 Dec, 10:00." in html
    assert "Who is calling?" not in html


def test_support_staff_go_straight_to_a_lesson(app: APIFlask, world: World) -> None:
    html = _today(app, world, "support_staff")
    assert f'href="/attendance/presence/{world.near.lesson.lesson_course}"' in html


def test_an_administrator_sees_accounts_and_imports(app: APIFlask, world: World) -> None:
    html = _today(app, world, "admin")
    assert re.search(r"Staff without an account</span><span class=\"tag wait\">1<", html)
    assert "Nothing was imported in the last days." in html


def test_the_edition_that_is_out_is_named(app: APIFlask, world: World) -> None:
    assert "No edition has been issued yet." in _today(app, world, "tutor")
    store.write(lambda session: session.add(Edition(
        id="a" * 64, number=41, issued_at=logbook.NOW, window_from=factory.TODAY, window_to=factory.TODAY + 13 * DAY)))
    assert "Edition 41 was issued on 7 Dec, 08:00." in _today(app, world, "tutor")


def test_somebody_without_a_role_is_told_whom_to_ask(app: APIFlask, world: World) -> None:
    html = unescape(factory.signed_in(app, world.spare).get("/").text)
    assert "ask the director which role you have" in html
