"""The day board and the forms behind it: what is shown, changed, refused kindly, and whose names are kept back."""

import re
from datetime import timedelta
from html import unescape

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, update

from server import store
from server.extensions import db
from server.models import (
    Course,
    Day,
    Household,
    Lesson,
    LessonAct,
    LessonChange,
    LessonCourse,
    ModePeriod,
    Person,
    Term,
)
from server.services.days.state import state_of
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.village import NOW
from tests.server.web.world import World

MORROW = TODAY + timedelta(days=1)
BOARD = f"/days/{MORROW}"


@pytest.fixture
def office(app: APIFlask, world: World) -> FlaskClient:
    return factory.signed_in(app, world.accounts["timetabler"])


@pytest.fixture
def lessons(world: World) -> tuple[str, str]:
    """Algebra of 7a and geometry of 8b tomorrow, one teacher for both, at different numbers."""
    teacher = factory.person("Parusov", "Nikita", "Ilyich")
    return (factory.lesson(world.near.course, on=MORROW, n=1, teacher_id=teacher).lesson,
            factory.lesson(world.far.course, on=MORROW, n=2, teacher_id=teacher).lesson)  # fmt: skip


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[-400:]
    return unescape(answer.text)


def row(id: str) -> Lesson:
    db.session.remove()
    return db.session.get_one(Lesson, id)


def seen(id: str) -> str:
    return state_of(row(id)).mark()


def moved(client: FlaskClient, id: str, place: str, **more: str):  # type: ignore[no-untyped-def]
    form = {"act": "move", "lesson": id, "seen": more.pop("seen", "") or seen(id), "place": place, **more}
    return client.post(f"{BOARD}/act", data=form, follow_redirects=True)


def test_the_board_shows_the_day_by_class_teacher_and_room(office: FlaskClient, lessons: tuple[str, str]) -> None:
    text = page(office, BOARD)
    assert "Tuesday, 8 December" in text and "being composed" in text and "7А" in text
    assert text.count(f'data-id="{lessons[0]}"') == 1 and f'href="{BOARD}/lesson/{lessons[0]}"' in text
    by_teacher = page(office, f"{BOARD}?by=teacher")
    assert "Parusov N. I." in by_teacher and "clash" not in by_teacher.split("data-module")[0]
    assert "Without room" in page(office, f"{BOARD}?by=room") or "without room" in page(office, f"{BOARD}?by=room")
    only = page(office, f"{BOARD}?only=8b")
    assert f'data-id="{lessons[1]}"' in only and f'data-id="{lessons[0]}"' not in only
    assert office.get(f"/days/?on={MORROW}").location == BOARD
    assert "No lessons on this day." in page(office, "/days/2026-12-13")


def test_a_fuller_day_asks_no_more_queries(
    app: APIFlask, office: FlaskClient, world: World, lessons: tuple[str, str]
) -> None:
    def asked(path: str) -> int:
        found: list[str] = []
        listener = lambda *given: found.append(given[2])  # noqa: E731
        office.get(path)
        event.listen(db.engine, "before_cursor_execute", listener)
        try:
            office.get(path)
        finally:
            event.remove(db.engine, "before_cursor_execute", listener)
        return len(found)

    paths = [f"{BOARD}?by={by}" for by in ("group", "teacher", "room")] + [f"{BOARD}/lesson/{lessons[0]}/places"]
    store.write(lambda session: session.execute(update(LessonCourse).values(form="live")))
    factory.away(teacher_of(lessons[0]), MORROW)
    factory.at_work(teacher_of(lessons[0]), MORROW.isoweekday(), "methodical")
    before = [asked(path) for path in paths]
    for number in range(24):
        course = factory.course(factory.group(f"{5 + number % 5} «Я{number}»", f"y{number}"), "algebra")
        factory.lesson(course, on=MORROW, n=1 + number % 8, teacher_id=factory.person(f"Gruzov{number}"))
    moved(office, lessons[0], "1-2")
    after = [asked(path) for path in paths]
    assert max(after) <= 20
    assert [now <= then for now, then in zip(after, before, strict=True)] == [True] * len(paths)


def teacher_of(lesson: str) -> str:
    return row(lesson).teachers[0].person_id


def test_the_board_tells_what_norms_schedules_and_absences_say(office: FlaskClient, lessons: tuple[str, str]) -> None:
    text = page(office, BOARD)
    assert "The checks of this day found nothing." in text and 'href="/checks/?week=2026-W50"' in text
    teacher = teacher_of(lessons[0])
    factory.at_work(teacher, MORROW.isoweekday(), "methodical", most_a_day=1, most_a_week=1)
    factory.add(Term(id=factory.new_id(), year_id=factory.year(), kind="vacation", name="Quarantine", number=None,
                     starts_on=MORROW, ends_on=MORROW, grades=[7]))  # fmt: skip
    text = page(office, BOARD)
    for said in ("Parusov N. I. has a methodical day, and lessons: 1, 2.", "agreed are at most 1.",
                 "7А: lessons on a free day (Quarantine)."):  # fmt: skip
        assert said in text
    assert "this week, agreed" not in text and "No clashes" in text and "/substitutions/" not in findings(text)
    factory.away(teacher, MORROW, first_n=2, last_n=2)
    text = page(office, BOARD)
    assert "1 clash" in text and "✗ Parusov N. I. is away and stands in lesson 2." in text
    assert 'href="/substitutions/"' in findings(text) and text.count("✗ clash") == 1
    own = page(office, f"{BOARD}/lesson/{lessons[1]}")
    assert "Parusov N. I. is away and stands in lesson 2." in own and "has a methodical day, and lessons: 1, 2." in own
    assert "✗ Parusov N. I. is away then." in own and "! Parusov N. I. has a methodical day." in own


def findings(text: str) -> str:
    return text.split('id="findings"')[1].split("</section>")[0]


def test_places_are_told_with_absences_and_schedules(
    office: FlaskClient, world: World, lessons: tuple[str, str]
) -> None:
    teacher = teacher_of(lessons[0])
    factory.away(teacher, MORROW, first_n=4, last_n=5)
    factory.at_work(teacher, MORROW.isoweekday(), "work", ends="11:00")
    told = office.get(f"{BOARD}/lesson/{lessons[0]}/places").json
    assert told["places"]["1-4"] == ["Parusov N. I. is away then."] and told["places"]["1-3"] == []
    assert told["remarks"]["1-1"] == [] and told["remarks"]["1-4"] == ["Parusov N. I. is at work …–11:00."]
    assert told["swaps"][lessons[1]] == told["swap_remarks"][lessons[1]] == []
    other = world.person("subject_teacher")
    factory.at_work(other, MORROW.isoweekday(), "off")
    typed = {"seen": seen(lessons[0]), "act": "look", "day": MORROW.isoformat(), "place": "1-1", "teacher": other}
    looked = unescape(office.post(f"{BOARD}/lesson/{lessons[0]}", data=typed).text)
    assert looked.count("is not at work this day.") >= 8, "somebody who has no lesson that day has a schedule too"


def test_siblings_are_named_only_to_who_may_see_people(app: APIFlask, world: World, lessons: tuple[str, str]) -> None:
    for number, course in enumerate((world.near.course, world.far.course)):
        factory.lesson(course, on=MORROW, n=7, teacher_id=factory.person(f"Gruzov{number}"))
    store.write(lambda session: session.execute(update(LessonCourse).values(form="live")))
    home = factory.new_id()
    factory.add(Household(id=home))
    for name, course in (("Yakornov", world.near.course), ("Yakornova", world.far.course)):
        group = db.session.scalars(select(Course.group_id).filter_by(id=course)).one()
        child = factory.student(group, name)
        store.write(lambda session, id=child: setattr(session.get_one(Person, id), "household_id", home))
        factory.connectivity(child, "mobile", device_shared=True)
    by_role = {role: page(factory.signed_in(app, world.accounts[role]), BOARD)
               for role in ("timetabler", "deputy_studies")}  # fmt: skip
    shared = "Siblings share one device and have live lessons at the same time"
    assert all(shared in text for text in by_role.values())
    assert "Yakornov" not in by_role["timetabler"] and "Yakornova" in by_role["deputy_studies"]


def test_who_only_looks_finds_no_way_to_change(app: APIFlask, world: World, lessons: tuple[str, str]) -> None:
    viewer = factory.signed_in(app, world.accounts["deputy_upbringing"])
    text = page(viewer, BOARD)
    assert "day-board" not in text and "/lesson/" not in text and "One more lesson" not in text
    assert "Timetable office" in page(viewer, "/") and "/days/" not in page(
        factory.signed_in(app, world.accounts["subject_teacher"]), "/")  # fmt: skip


def test_a_move_is_told_beforehand_made_marked_and_taken_back(office: FlaskClient, lessons: tuple[str, str]) -> None:
    told = office.get(f"{BOARD}/lesson/{lessons[0]}/places").json
    assert told["places"]["1-2"] == ["Parusov N. I. has 8Б then."] and told["places"]["1-3"] == []
    text = unescape(moved(office, lessons[0], "1-2", reason="no room").text)
    assert row(lessons[0]).n == 2
    assert "Done." in text and "1 clash" in text and "Parusov N. I. has two lessons at once." in text
    assert text.count("✗ clash") == 2 and f'href="#l-{min(lessons)}"' in text
    assert "Lesson moved" in text and "Rulev T. P., 7 Dec" in text and "no room" in text
    act = db.session.scalars(select(LessonAct.id)).one()
    assert f"/changes/{act}" in text
    undone = office.post(f"{BOARD}/undo", data={"act_id": act}, follow_redirects=True)
    assert "Taken back." in undone.text and "Lesson moved" not in undone.text and row(lessons[0]).n == 1
    assert "This was taken back already" in office.post(
        f"{BOARD}/undo", data={"act_id": act}, follow_redirects=True).text  # fmt: skip


def test_a_double_click_moves_once_and_is_told_kindly(office: FlaskClient, lessons: tuple[str, str]) -> None:
    mark = seen(lessons[0])
    moved(office, lessons[0], "1-4", seen=mark)
    again = moved(office, lessons[0], "1-4", seen=mark)
    assert "Everything stands so already" in again.text and 'class="flash ok"' in again.text
    late = moved(office, lessons[0], "1-5", seen=mark)
    assert "Somebody changed this lesson meanwhile" in late.text and 'class="flash bad"' in late.text
    assert row(lessons[0]).n == 4 and db.session.scalar(select(func.count()).select_from(LessonAct)) == 1


def test_two_lessons_swap_and_one_is_cancelled(office: FlaskClient, lessons: tuple[str, str]) -> None:
    one, other = lessons
    sides = {"act": "swap", "lesson": one, "seen": seen(one), "at": "1-1", "other": other, "other_seen": seen(other),
             "place": "1-2"}  # fmt: skip
    office.post(f"{BOARD}/act", data=sides)
    assert (row(one).n, row(other).n) == (2, 1)
    text = office.post(f"{BOARD}/act", data={"act": "cancel", "lesson": one, "seen": seen(one), "by": "teacher"},
                       follow_redirects=True)  # fmt: skip
    assert row(one).state == "cancelled" and "by=teacher" in text.request.url and "cancelled" in text.text


def test_without_script_a_form_changes_everything(office: FlaskClient, world: World, lessons: tuple[str, str]) -> None:
    address = f"{BOARD}/lesson/{lessons[0]}"
    text = page(office, address)
    assert "algebra, 7А" in text and "Lesson 2, 09:20–10:00" in text and "✗ Parusov N. I. has 8Б then." in text
    new = world.person("subject_teacher")
    day = (MORROW + timedelta(days=1)).isoformat()
    typed = {"seen": seen(lessons[0]), "day": day, "place": "1-5", "room": "", "teacher": new,
             f"form-{world.near.course}": "live", "reason": "trip"}  # fmt: skip
    looked = office.post(address, data={**typed, "act": "look"})
    assert "Wednesday, 9 December" in looked.text and 'value="trip"' in looked.text
    assert re.search(r'value="1-5" checked', looked.text) and row(lessons[0]).on == MORROW
    done = office.post(address, data={**typed, "act": "save"})
    act = db.session.scalars(select(LessonAct.id)).one()
    assert done.status_code == 303 and done.location == f"/changes/{act}"
    lesson = row(lessons[0])
    assert (lesson.on.isoformat(), lesson.n, lesson.courses[0].form) == (day, 5, "live")
    assert [one.person_id for one in lesson.teachers] == [new]


def test_who_comes_second_keeps_what_was_typed(office: FlaskClient, world: World, lessons: tuple[str, str]) -> None:
    address, mark = f"{BOARD}/lesson/{lessons[0]}", seen(lessons[0])
    moved(office, lessons[0], "1-6")
    typed = {"seen": mark, "act": "save", "day": MORROW.isoformat(), "place": "1-3", "teacher": "", "reason": "flu"}
    refused = office.post(address, data=typed)
    text = unescape(refused.text)
    assert refused.status_code == 409 and "Somebody changed this lesson meanwhile" in text
    assert "It stands now:" in text and "lesson 6" in text and 'value="flu"' in text and 'value="1-3" checked' in text
    again = {**typed, "seen": re.search(r'name="seen" value="(\w+)"', text)[1]}
    assert office.post(address, data=again).status_code == 303
    assert row(lessons[0]).n == 3


def test_one_more_lesson_is_held_by_who_teaches_the_course(office: FlaskClient, world: World) -> None:
    assert "Choose" in page(office, f"{BOARD}/add")
    text = page(office, f"{BOARD}/add?group=7a&place=1-4")
    assert 'value="1-4" checked' in text and ">algebra</option>" in text
    typed = {"act": "save", "group": "7a", "course": world.near.course, "day": MORROW.isoformat(), "place": "1-4",
             "teacher": "", "room": "", "form-new": "paper", "reason": ""}  # fmt: skip
    assert office.post(f"{BOARD}/add", data=typed).status_code == 303
    again = office.post(f"{BOARD}/add", data=typed)
    assert again.status_code == 409 and "Everything stands so already" in again.text
    db.session.remove()
    lesson = db.session.scalars(select(Lesson).where(Lesson.on == MORROW)).one()
    assert [one.person_id for one in lesson.teachers] == [world.person("subject_teacher")]
    assert lesson.courses[0].form == "paper"


def test_a_day_that_is_over_or_out_is_shown_and_says_why_it_stays(
    app: APIFlask, office: FlaskClient, world: World, lessons: tuple[str, str]
) -> None:
    over = factory.lesson(world.near.course, on=TODAY - timedelta(days=3)).lesson
    assert "This day is over." in page(office, f"/days/{TODAY - timedelta(days=3)}") and row(over)
    factory.add(Day(on=MORROW, approved_at=NOW, published_at=NOW))
    text = page(office, BOARD)
    assert "with the families already" in text and "published" in text and "day-board" not in text
    assert "with the families already" in moved(office, lessons[0], "1-4").text and row(lessons[0]).n == 1
    deputy = factory.signed_in(app, world.accounts["deputy_studies"])
    assert "day-board" in page(deputy, BOARD)
    moved(deputy, lessons[0], "1-4")
    assert row(lessons[0]).n == 4


def test_a_student_taught_at_home_is_named_only_to_who_may_know(
    app: APIFlask, office: FlaskClient, world: World
) -> None:
    group = factory.group("at home", "home-1", None, "individual", parent_id=world.near.id)
    factory.membership(world.near.student, group)
    lesson = factory.lesson(factory.course(group, "music"), on=MORROW, n=3).lesson
    text = page(office, BOARD)
    assert "Veslov" not in text and "at home" in text and f'data-id="{lesson}"' in text
    assert "Veslov" not in page(office, f"{BOARD}/lesson/{lesson}")
    deputy = factory.signed_in(app, world.accounts["deputy_studies"])
    assert "Veslov Y. (at home)" in page(deputy, BOARD)


def test_a_frost_day_turns_the_grades_lessons_into_other_forms(
    office: FlaskClient, world: World, lessons: tuple[str, str]
) -> None:
    assert "Everybody learns in person." in page(office, "/modes/")
    begun = office.post("/modes/frost", data={"day": MORROW.isoformat(), "grade": ["7"]}, follow_redirects=True)
    text = unescape(begun.text)
    assert "Frost day for 1 class." in text and "0 of 2 have internet" in text and "geometry" not in text
    period = db.session.scalars(select(ModePeriod)).one()
    assert (period.group_id, period.reason, period.since) == (world.near.id, "frost", MORROW)
    view = db.session.scalar(select(LessonCourse.id).where(LessonCourse.lesson_id == lessons[0]))
    done = office.post(f"/modes/{period.id}/lessons", data={f"form-{view}": "live"})
    assert done.status_code == 303 and done.location.startswith("/changes/")
    db.session.remove()
    assert db.session.get_one(LessonCourse, view).form == "live"
    assert db.session.scalars(select(LessonChange.kind)).one() == "adjusted"


def test_a_students_mode_is_for_those_who_know_the_students(app: APIFlask, office: FlaskClient, world: World) -> None:
    deputy = factory.signed_in(app, world.accounts["deputy_studies"])
    form = page(deputy, "/modes/?klass=7a")
    slug = re.search(r'<option value="(\w+)">Veslov', form)[1]
    typed = {"mode": "distance", "scope": "student", "student": slug, "since": TODAY.isoformat(), "until": "",
             "reason": "illness"}  # fmt: skip
    assert office.post("/modes/", data=typed).status_code == 403
    kept = deputy.post("/modes/", data=typed, follow_redirects=True)
    assert "Veslov Y." in kept.text and "illness" in kept.text
    assert "Veslov" not in page(office, "/modes/")
    period = db.session.scalars(select(ModePeriod.id)).one()
    assert office.post(f"/modes/{period}/end", data={"last": TODAY.isoformat()}).status_code == 403
    assert "Ended." in deputy.post(f"/modes/{period}/end", data={"last": TODAY.isoformat()}, follow_redirects=True).text


def test_short_lessons_are_made_edited_and_ended(office: FlaskClient, lessons: tuple[str, str]) -> None:
    typed = {"shift": "1", "name": "Short", "first": MORROW.isoformat(), "last": MORROW.isoformat(), "begins": "8:30",
             "lesson": "30", "breaks": "5, 15"}  # fmt: skip
    made = office.post("/bells/", data=typed, follow_redirects=True)
    assert "09:05" in made.text and "Short: shift 1" in made.text
    assert "09:05–09:35" in page(office, BOARD)
    refused = office.post("/bells/", data=typed)
    assert refused.status_code == 409 and "hold for this shift" in refused.text and 'value="5, 15"' in refused.text
    edited = {"name": "Short", "first": MORROW.isoformat(), "last": MORROW.isoformat(), "n": ["1", "2", ""],
              "starts": ["9:00", "9:25", ""], "ends": ["9:20", "9:45", ""]}  # fmt: skip
    assert office.post(made.request.path, data=edited).status_code == 303
    assert "09:25–09:45" in page(office, BOARD)
    wrong = office.post(made.request.path, data={**edited, "ends": ["9:30", "9:45", ""]})
    assert wrong.status_code == 422 and 'value="9:30"' in wrong.text
    office.post(f"{made.request.path}/end")
    assert "09:20–10:00" in page(office, BOARD)
