"""What a deed touches: exactly the pages and groups that two whole editions differ in; students, teachers, packs."""

import importlib
import itertools
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import models, store
from server.extensions import db
from server.models import Day, Lesson
from server.services import publishing
from server.services.content import Author
from server.services.days import changing, ripple_reading
from server.services.days.changing import Deed, Rights
from server.services.days.state import LessonState, PartState, state_of
from server.services.freezing import approved_days, freeze
from server.services.weeks import window_of
from sync.canonical import canonical
from sync.pages import group_pages, page_hashes
from tests.server import factory
from tests.server.village import NOW

TODAY = factory.TODAY
DAYS = [TODAY + timedelta(days=number) for number in range(1, 6)]
OUT, APPROVED = DAYS[:3], DAYS[:4]  # families know three days, a fourth goes out next, the fifth is being composed
MAY = Rights(may_correct=True, may_approve=True)


class School:
    """A class in two subgroups, another class, a study group, and one student who is taught at home."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        factory.bells(2)
        self.seven, self.eight = factory.group(), factory.group("8 «Б»", "8b", 8)
        self.first, self.second = (
            factory.group(f"Group {n}", f"7a-{n}", None, "subgroup", parent_id=self.seven, division="English")
            for n in (1, 2)
        )
        self.study = factory.group("Chess", "chess", None, "study")
        self.pupils = [factory.student(self.seven, f"Volnov{n}", "Pyotr") for n in range(4)]
        self.far = [factory.student(self.eight, f"Dalev{n}", "Ilya") for n in range(2)]
        for group, student in ((self.first, 0), (self.second, 1), (self.study, 0), (self.study, 3)):
            factory.membership(self.pupils[student], group)
        self.home = factory.group("At home", "home", None, "individual", parent_id=self.seven, division="home")
        factory.membership(self.pupils[3], self.home)
        self.teachers = [factory.person("Released", released=["name"]), factory.person("Hidden"),
                         factory.person("Shown", released=["name"])]  # fmt: skip
        self.by = Author(self.teachers[1], factory.account("clerk", person_id=self.teachers[1]), NOW, TODAY)
        groups = {"algebra": self.seven, "physics": self.seven, "english": self.first, "English": self.second,
                  "geometry": self.eight, "chess": self.study, "history": self.home}  # fmt: skip
        self.course = {name: factory.course(group, name) for name, group in groups.items()}
        self.course |= {"home physics": factory.course(self.home, "physics")}
        for place, topic in enumerate(("Roots", "Powers", "Signs", "Lines"), 1):
            factory.add(models.CoursePlanTopic(id=factory.new_id(), course_id=self.course["algebra"], position=place,
                                               section="", topic=topic, hours=1))  # fmt: skip
        self.rooms = [factory.new_id() for _n in range(2)]
        for id in self.rooms:
            factory.add(models.Room(id=id, name=id[:4]))
        self.broadcast = factory.new_id()
        factory.add(models.Broadcast(id=self.broadcast, on=DAYS[0], starts="10:00", minutes=20, channel="TV", grade=7,
                                     subject="algebra", topic=""))  # fmt: skip
        self.lessons = []
        for place, (name, course) in enumerate(self.course.items()):
            for number, day in enumerate((DAYS[place % 5], DAYS[(place + 2) % 5])):
                ids = factory.lesson(course, day, 1 + place % 4, self.teachers[place % 3],
                                     "" if name == "algebra" else f"Of {name}")  # fmt: skip
                if number == 0 and name in ("algebra", "physics", "english", "geometry"):
                    factory.material(ids.lesson_course)
                    factory.task(ids.lesson_course, due_on=DAYS[(place + 3) % 5])
                self.lessons.append(ids.lesson)
        for day in APPROVED:
            factory.add(Day(on=day, approved_at=NOW, published_at=NOW if day in OUT else None))

    def state(self, number: int) -> LessonState:
        return state_of(db.session.get_one(Lesson, self.lessons[number]))


@pytest.fixture
def school(app: APIFlask) -> School:
    return School()


def edition() -> dict[str, dict[str, str]]:
    """Every page's hash in an edition of what is approved now, by group."""
    db.session.remove()
    with store.snapshot() as session, force_locale("en"):
        window = window_of(TODAY)
        content = json.loads(canonical(freeze(session, window, approved_days(session, window))))
    return {slug: page_hashes(group_pages(content, slug)) for slug in content["groups"]}


def differ(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> dict[str, set[str]]:
    """Site → pages that are not the same in both."""
    found = {
        slug: {path for path in old.keys() | after[slug].keys() if old.get(path) != after[slug].get(path)}
        for slug, old in before.items()
    }
    return {slug: paths for slug, paths in found.items() if paths}


def seen(act: str) -> ripple_reading.Ripple:
    db.session.remove()
    return ripple_reading.of_act(db.session, act, TODAY)


DEED = st.fixed_dictionaries(
    {},
    optional={
        "on": st.sampled_from(DAYS), "n": st.integers(1, 6), "shift": st.sampled_from([None, 2]),
        "room": st.sampled_from([None, 0, 1]), "state": st.sampled_from(["planned", "cancelled", "withdrawn"]),
        "teachers": st.sets(st.integers(0, 2), max_size=2), "form": st.sampled_from([None, "tv", "live", "self"]),
        "broadcast": st.booleans(),
    },
)  # fmt: skip
MINUTES = itertools.count()  # time never goes back, not from one example to the next either
KIND = st.sampled_from(["substituted", "moved", "cancelled", "reassigned", "adjusted"])


def made(school: School, state: LessonState, wish: dict) -> LessonState:
    """The state with what was wished."""
    values = {name: wish[name] for name in ("on", "n", "shift", "state") if name in wish}
    if "room" in wish:
        values["room"] = None if wish["room"] is None else school.rooms[wish["room"]]
    if "teachers" in wish:
        values["teachers"] = tuple(school.teachers[n] for n in wish["teachers"])
    parts = state.parts
    if "form" in wish:
        parts = tuple(part._replace(form=wish["form"]) for part in parts)
    if "broadcast" in wish:
        parts = tuple(part._replace(broadcast=school.broadcast if wish["broadcast"] else None) for part in parts)
    return replace(state, parts=parts, **values)


ACT = st.fixed_dictionaries({
    "wishes": st.dictionaries(st.integers(0, 15), st.tuples(KIND, DEED), min_size=1, max_size=3),
    "joined": st.booleans(), "more": st.none() | st.tuples(st.integers(0, 7), st.sampled_from(DAYS), st.integers(1, 6)),
})  # fmt: skip


def deeds_of(school: School, wanted: dict) -> list[Deed]:
    """The deeds that a drawn act asks for, by how the lessons stand now."""
    db.session.remove()
    before = {number: school.state(number) for number in wanted["wishes"]}
    after = {number: made(school, before[number], wish) for number, (_kind, wish) in wanted["wishes"].items()}
    if len(after) > 1 and wanted["joined"]:  # the first lesson's courses go to the second
        one, two = list(after)[:2]
        free = {part.course for part in after[two].parts}
        coming = tuple(part for part in after[one].parts if part.course not in free)
        after[two] = replace(after[two], parts=after[two].parts + coming)
        staying = tuple(part for part in after[one].parts if part.course in free)
        after[one] = replace(after[one], parts=staying, state=after[one].state if staying else "withdrawn")
    deeds = [
        Deed(kind, after[number], school.lessons[number]) for number, (kind, _wish) in wanted["wishes"].items()
        if after[number] != before[number] and before[number].state != "withdrawn"
    ]  # fmt: skip
    if wanted["more"] is not None:
        course, day, n = wanted["more"]
        parts = (PartState(list(school.course.values())[course], "live"),)
        deeds.append(Deed("added", LessonState(day, n, None, None, "planned", (school.teachers[0],), parts)))
    return deeds


@given(acts=st.lists(ACT, min_size=1, max_size=2))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_and_groups_are_those_that_two_editions_differ_in(school: School, acts: list[dict]) -> None:
    done: list[str] = []
    now = edition()
    for wanted in acts:
        if deeds := deeds_of(school, wanted):
            by = replace(school.by, now=NOW + timedelta(minutes=next(MINUTES)))
            done.append(changing.save("moved", deeds, by, MAY))
            before, now = now, edition()
            assert seen(done[-1]).pages == differ(before, now)
    for act in reversed(done):
        touched = seen(act)
        undone = changing.undo(act, replace(school.by, now=NOW + timedelta(minutes=next(MINUTES))), MAY)
        before, now = now, edition()
        assert seen(undone).pages == differ(before, now)
        assert seen(undone).all_students == touched.all_students and seen(undone).teachers == touched.teachers


def test_a_course_that_came_to_two_lessons_is_in_neither_when_that_is_taken_back(school: School) -> None:
    english = list(school.course).index("English")
    wanted = {"wishes": {6: ("cancelled", {"state": "cancelled"}), 0: ("cancelled", {})}, "joined": True,
              "more": (english, DAYS[-1], 1)}  # fmt: skip
    before, pages = {number: school.state(number) for number in (0, 6)}, edition()
    act = changing.save("moved", deeds_of(school, wanted), school.by, MAY)
    assert edition() != pages
    changing.undo(act, replace(school.by, now=NOW + timedelta(hours=1)), MAY)
    db.session.remove()
    assert {number: school.state(number) for number in (0, 6)} == before
    assert edition() == pages


def test_a_day_that_is_not_approved_touches_no_page_and_nobody_is_told(school: School) -> None:
    number = next(n for n in range(len(school.lessons)) if school.state(n).on == DAYS[4])
    act = changing.save("moved", [Deed("moved", replace(school.state(number), n=6), school.lessons[number])], school.by)
    found = seen(act)
    assert found.pages == {} and found.told == () and found.turns and found.all_students


def _change(school: School, course: str, kind: str = "moved", **values: object) -> ripple_reading.Ripple:
    number = next(
        n for n in range(len(school.lessons)) if school.state(n).parts[0].course == school.course[course]
    )  # fmt: skip
    deed = Deed(kind, replace(school.state(number), **values), school.lessons[number])
    return seen(changing.save("moved", [deed], school.by, MAY))


def test_a_subgroups_lesson_concerns_its_students_and_those_who_are_in_none(school: School) -> None:
    found = _change(school, "english", n=6)
    assert found.all_students == {school.pupils[0], school.pupils[2], school.pupils[3]}
    assert found.groups == {school.first} and set(found.pages) == {"7a"}


def test_who_learns_a_subject_at_home_hears_nothing_of_the_classs_lesson(school: School) -> None:
    assert _change(school, "physics", n=6).all_students == set(school.pupils[:3])
    found = _change(school, "home physics", n=6)
    assert found.all_students == {school.pupils[3]} and found.pages == {}


def test_who_is_exempt_hears_nothing(school: School) -> None:
    factory.add(models.Exemption(id=factory.new_id(), student_id=school.far[0],
                                 subject_id=factory.subject("geometry"), since=TODAY, until=None))  # fmt: skip
    assert _change(school, "geometry", n=6).all_students == {school.far[1]}


def test_both_teachers_are_touched(school: School) -> None:
    found = _change(school, "chess", "substituted", teachers=(school.teachers[0],))
    assert set(found.teachers) == {school.teachers[5 % 3], school.teachers[0]}


def test_who_left_before_the_new_day_is_still_told_of_the_old_one(school: School) -> None:
    store.write(lambda session: setattr(
        session.query(models.Membership).filter_by(person_id=school.far[0]).one(), "until", DAYS[4]
    ))  # fmt: skip
    found = _change(school, "geometry", on=DAYS[0] + timedelta(days=6), n=1)
    assert found.all_students == set(school.far)


def test_a_pack_that_was_printed_is_named_with_its_edition(school: School) -> None:
    week = f"{date.isocalendar(DAYS[0]).year}-W{date.isocalendar(DAYS[0]).week:02d}"
    for number in (1, 2):
        factory.add(models.Edition(number=number, id=f"{number}" * 64, issued_at=NOW, window_from=TODAY,
                                   window_to=DAYS[4]))  # fmt: skip
        factory.add(models.Pack(id=f"{number}" * 32, code=f"{number}" * 9, student_id=school.far[0], week=week,
                                edition_number=number, printed_at=NOW if number == 1 else None))  # fmt: skip
    assert _change(school, "geometry", n=6).packs == (ripple_reading.Stale(school.far[0], week, 1),)


class Here:
    """In place of the lasting child: builds the sites in this process, and notes which."""

    def __init__(self) -> None:
        self.built: list[str] = []

    def call(self, target: str, *args: object) -> object:
        module, name = target.split(":")
        if name == "build_group":
            self.built.append(str(args[1]))
        return getattr(importlib.import_module(module), name)(*args)

    def close(self) -> None:
        """Nothing is open."""


def test_only_the_sites_that_a_deed_touches_are_built_again(school: School, app: APIFlask) -> None:
    app.extensions["child"].close()
    here = app.extensions["child"] = Here()

    def publish() -> set[str]:
        here.built.clear()
        publishing.publish((), today=TODAY, now=NOW, actor_id=None)
        return set(here.built)

    assert publish() == {"7a", "8b", "chess"} and publish() == set()
    found = _change(school, "chess", n=6)
    assert set(found.pages) == {"chess"} == publish()
    number = next(n for n in range(len(school.lessons)) if school.state(n).on == DAYS[4])
    changing.save("moved", [Deed("moved", replace(school.state(number), n=6), school.lessons[number])], school.by)
    assert publish() == set()
