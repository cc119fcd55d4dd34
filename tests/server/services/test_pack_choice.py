"""Who gets which pack in which file: those who need paper, one student, supplements, stops, the rest after a jam."""

import importlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from printables.report import Cut, PackInfo, PrintReport, SheetInfo
from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import (
    Connectivity,
    Feedback,
    Group,
    Household,
    MarkAct,
    Material,
    Pack,
    PackSheet,
    PackStep,
    Person,
    Request,
    RequestKind,
    Stop,
    Task,
    Work,
)
from server.security import config
from server.services import (
    pack_files,
    pack_limit,
    pack_reasons,
    pack_steps,
    pack_stops,
    packs,
    print_settings,
    publishing,
    requests,
)
from server.services.content import Author
from server.services.pack_reasons import Link, on_paper, reason_for
from server.services.packs import Choice
from server.services.print_settings import Setting
from server.services.weeks import parse_week, week_days
from tests.server import factory
from tests.server.factory import TODAY
from tests.server.logbook import NOW, hand_in

EVERYONE, SUPPLEMENT = Choice(everyone=True), Choice(supplement=True)
WEEK = "2026-W50"


class PrintRoom:
    """The child's place: what is pure is done here, paper is only reported; every pack loses one thing."""

    def __init__(self):
        self.printed = []

    def call(self, target, *args, progress=None):
        module, name = target.split(":")
        if name == "leaves_by_step":
            return [4 * len(args[1].students) >> n for n in range(3)]
        if name not in ("print_group", "print_stop"):
            return getattr(importlib.import_module(module), name)(*args)
        _edition, what, out, _cache, _locales, order = args
        self.printed.append((name, what, order))
        rosters = [what] if name == "print_group" else what.rosters
        students = {student.id: student for roster in rosters for student in roster.students}
        ids = list(students) if name == "print_group" else [id for family in what.families for id in family.students]
        out.write_bytes(b"%PDF-")
        numbered = list(enumerate((students[id] for id in ids), 1))[order.first - 1 :]
        infos = tuple(self.pack(student, number) for number, student in numbered)
        return PrintReport(out, infos, 9, 5, 1, 0, {}, leaves=2 * len(infos), ink=0.5)

    def pack(self, student, number) -> PackInfo:
        tasks = student.works if student.supplement is None else student.supplement.tasks
        sheets = tuple(SheetInfo("task", task, f"{place:064x}", 1) for place, task in enumerate(sorted(tasks)))
        cover = SheetInfo("cover", "", "c" * 64, 2)
        return PackInfo(student.id, student.pack_code, 3, 4, 1, (cover, *sheets), number, 2, 0.25, (Cut("no_slips"),))

    def close(self):
        """Nothing is running."""


@pytest.fixture
def school(app, monkeypatch):
    """Class 7a: Kilev on paper, Veslov online, Yakorev without internet; class 8: Bakenov, never asked. Published."""
    monkeypatch.setattr(publishing, "build_site", lambda *args: [])
    app.extensions["child"].close()
    app.extensions["child"] = PrintRoom()
    factory.school()
    factory.bells()
    app.group, app.other = factory.group(), factory.group("8", "8", grade=8)
    app.kilev, app.veslov, app.yakorev = (factory.student(app.group, last) for last in ("Kilev", "Veslov", "Yakorev"))
    app.bakenov = factory.student(app.other, "Bakenov")
    factory.student(app.other, "Dalnov")
    factory.connectivity(app.kilev, internet="fast", channel="paper")
    factory.connectivity(app.veslov, internet="fast", channel="site")
    factory.connectivity(app.yakorev, internet="none", channel="phone")
    app.course = factory.course(app.group)
    app.lesson = factory.lesson(app.course)
    app.material = factory.material(app.lesson.lesson_course)
    app.task = factory.task(app.lesson.lesson_course, published_at=None)
    factory.lesson(factory.course(app.other))
    publish()
    return app


def publish(minutes: int = 0):
    publishing.publish([TODAY], today=TODAY, now=NOW + timedelta(minutes=minutes), actor_id=None)
    db.session.remove()


def printed(*slugs: str, choice: Choice = packs.NEEDED, now=NOW, by=None):
    done = packs.print_packs(TODAY, list(slugs) or None, now=now, choice=choice, by=by)
    db.session.remove()
    return done


def groups(*ids: str) -> list[Group]:
    return list(db.session.scalars(select(Group).where(Group.id.in_(ids))))


def change(statement) -> None:
    store.write(lambda session: session.execute(statement) and None)
    db.session.remove()


def reasons() -> dict[str, str | None]:
    return dict(db.session.execute(
            select(Person.last_name, Pack.reason).join(Pack, Pack.student_id == Person.id)
        ).all())  # fmt: skip


def rosters(app) -> list[list[str]]:
    """The names of each file printed so far."""
    found = []
    for name, what, _order in app.extensions["child"].printed:
        each = [what] if name == "print_group" else what.rosters
        found.append([student.name for roster in each for student in roster.students])
    return found


def ask_for_paper(student: str) -> str:
    if db.session.get(RequestKind, "paper_pack") is None:
        factory.add(RequestKind(code="paper_pack", name="paper", role="operator", days=1, position=1))
    by = Author(factory.person("Rulev"), "", NOW, TODAY)
    return store.write(lambda session: requests.promise(session, requests.Wish("paper_pack", "", student), by))


# --- who ---


@given(
    st.none() | st.builds(Link, st.sampled_from(["", "paper", "site"]), st.sampled_from(["", "none", "fast"])),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
def test_the_reason_is_the_first_that_holds(link, asked: bool, everyone: bool, answered: bool):
    held = [("channel", on_paper(link)), ("request", asked), ("everyone", everyone), ("answer", answered)]
    assert reason_for(link, asked, everyone, answered) == next((why for why, holds in held if holds), None)


@pytest.mark.parametrize(
    ("link", "paper"),
    [(None, True), (Link("paper", "fast"), True), (Link("site", "none"), True), (Link("site", ""), True),
     (Link("site", "slow"), False), (Link("", "fast"), False)],
)  # fmt: skip
def test_paper_is_for_who_chose_it_has_no_internet_or_was_never_asked(link, paper: bool):
    assert on_paper(link) is paper


def test_those_who_need_paper_get_it_and_everyone_is_a_choice(school):
    printed("7a")
    assert reasons() == {"Kilev": "channel", "Yakorev": "channel"}
    printed("7a", choice=EVERYONE)
    assert reasons() == {"Kilev": "channel", "Yakorev": "channel", "Veslov": "everyone"}
    assert rosters(school) == [["Kilev Yegor", "Yakorev Yegor"], ["Kilev Yegor", "Veslov Yegor", "Yakorev Yegor"]]


def test_packs_lie_in_the_order_of_the_class_list_in_both_languages(school):
    for last in "Якорева Ёлкина Аистова Әлиева Ықыласова Ілесова Құдайберген Кулагина Лисина".split():
        factory.student(school.group, last, "Анна")
    printed("7a", choice=EVERYONE)
    names = [name.split(" ")[0] for name in rosters(school)[-1] if name[0] > "z"]
    assert names == [
        "Аистова", "Әлиева", "Ёлкина", "Кулагина", "Құдайберген", "Лисина", "Ықыласова", "Ілесова", "Якорева",
    ]  # fmt: skip


def test_who_asked_gets_one_and_again_when_the_week_is_printed_once_more(school):
    request = ask_for_paper(school.veslov)
    printed("7a")
    assert reasons()["Veslov"] == "request" and db.session.get_one(Request, request).state == "done"
    printed("7a")
    assert len(rosters(school)[1]) == 3, "the request is done, but the file would lack the pack"


def test_the_newest_word_of_a_family_counts(school):
    factory.connectivity(school.kilev, internet="fast", channel="site", recorded_on=TODAY)
    printed("7a")
    assert set(reasons()) == {"Yakorev"}


def test_a_class_where_nobody_needs_paper_is_told(school):
    change(update(Connectivity).values(internet="fast", channel="site"))
    with pytest.raises(DomainError) as refused:
        printed("7a")
    assert refused.value.code == "paper_for_nobody"
    assert [item.group for item in printed()] == ["8"], "of several classes those that have somebody are printed"
    assert db.session.scalar(select(func.count()).select_from(PackStep).where(PackStep.step == "ordered")) == 2


def test_one_student_has_a_file_without_a_name(school):
    printed("7a")
    [done] = printed("7a", choice=Choice(student=school.veslov))
    slug = db.session.get_one(Person, school.veslov).slug
    assert done.file == config().packs / WEEK / "students" / f"{slug}.pdf" and "eslov" not in str(done.file)
    assert reasons()["Veslov"] == "request"
    numbers = dict(db.session.execute(select(Pack.student_id, Pack.number)).all())
    assert numbers == {school.kilev: 1, school.yakorev: 2, school.veslov: None}, "places in the class's file stay"


# --- an answer that only paper brings ---


def answered(school, verdict: str = "mark", channel: str = "paper", student: str | None = None) -> int:
    """A work of Veslov, who learns online, came and was decided; the decision waits for the next pack."""
    code = db.session.scalar(select(Work.code).where(Work.student_id == (student or school.veslov)))
    hand_in(code, mark="4" if verdict == "mark" else None, verdict=verdict, comment="Neat", channel=channel)
    db.session.remove()
    return db.session.scalar(select(func.max(MarkAct.op_seq)))


def told() -> set[int]:
    return set(db.session.scalars(select(Feedback.op_seq).where(Feedback.pack_id.is_not(None))))


def last_print(school):
    return school.extensions["child"].printed[-1][1].students


def test_an_answer_to_a_work_on_paper_brings_a_leaf_and_no_week(school):
    seq = answered(school)
    [done] = printed("7a")
    assert reasons()["Veslov"] == "answer" and done.reasons == {"channel": 2, "answer": 1}
    veslov, kilev = last_print(school)[1], last_print(school)[0]
    assert veslov.brief and not kilev.brief and [line.decision for line in veslov.feedback] == [seq]
    assert told() == {seq}, "the print gave it"
    [line] = pack_files.files(db.session, config(), week_days(parse_week(WEEK))[0], TODAY, groups(school.group))
    assert (line.paper, line.asked, line.answers) == (2, 0, 1)


@pytest.mark.parametrize("channel", ["call", "messenger", "photo", "email", "in_person"])
def test_an_answer_that_goes_another_way_brings_no_paper(school, channel: str):
    answered(school, channel=channel)
    printed("7a")
    assert "Veslov" not in reasons()


def test_a_work_to_correct_brings_its_sheet(school):
    answered(school, verdict="redo", channel="usb")
    printed("7a")
    veslov = last_print(school)[1]
    assert veslov.brief and [view.id for view in veslov.again] == [f"again {school.task}"]
    assert [line.redo for line in veslov.feedback] == [True]


def test_a_brief_pack_says_nothing_of_what_came_another_way(school):
    other = factory.task(school.lesson.lesson_course, title="No. 7")
    code = factory.works(other)[school.veslov]
    hand_in(code, verdict="redo", comment="Again", channel="messenger")
    answered(school)
    printed("7a")
    assert [line.title for line in last_print(school)[1].feedback] == ["No. 412–415"]


def test_printed_once_more_in_its_week_the_answer_is_there_again_and_then_no_more(school):
    seq = answered(school)
    printed("7a")
    printed("7a")
    assert [line.decision for line in last_print(school)[1].feedback] == [seq] and told() == {seq}
    printed("7a", choice=Choice(first=2))
    assert [student.brief for student in last_print(school)] == [False, True, False]
    assert pack_reasons.reasons(db.session, [school.veslov], "2026-W51") == {}, "the next week owes nothing"


def test_who_asked_or_is_printed_for_everyone_gets_the_whole_week_with_the_answer(school):
    seq = answered(school)
    printed("7a", choice=EVERYONE)
    veslov = last_print(school)[1]
    assert not veslov.brief and [line.decision for line in veslov.feedback] == [seq]
    answered(school, verdict="redo")
    printed("7a")
    assert reasons()["Veslov"] == "everyone", "whoever has the whole pack of the week keeps it"


def test_one_student_alone_gets_the_whole_pack(school):
    answered(school)
    printed("7a", choice=Choice(student=school.veslov))
    assert reasons()["Veslov"] == "request" and not last_print(school)[0].brief


def test_an_answer_alone_needs_no_supplement_and_no_strip(school):
    answered(school)
    printed("7a")
    change(update(Material).where(Material.id == school.material).values(body="Something else."))
    publish(5)
    [line] = pack_files.files(db.session, config(), week_days(parse_week(WEEK))[0], TODAY, groups(school.group))
    assert line.stale == 2
    [done] = printed(choice=SUPPLEMENT)
    assert done.packs == 2 and "Veslov" not in {name.split()[0] for name in rosters(school)[-1]}


# --- the whole school's week ---


def limit(leaves: int | None) -> None:
    store.write(lambda session: print_settings.save(session, None, Setting(week_leaves=leaves)))
    db.session.remove()


def steps_told(school) -> list[int]:
    return [order.taken for _name, _what, order in school.extensions["child"].printed]


def test_without_a_limit_nothing_is_counted(school):
    assert [item.school for item in printed()] == [None, None] and steps_told(school) == [0, 0]


@pytest.mark.parametrize(("leaves", "taken", "over"), [(20, 0, 0), (12, 1, 0), (9, 1, 0), (7, 2, 0), (3, 2, 1)])
def test_all_classes_take_the_next_step_until_all_packs_fit(school, leaves: int, taken: int, over: int):
    limit(leaves)
    done = printed()
    assert len(done) == 2 and steps_told(school) == [taken, taken]
    week = done[0].school
    assert (week.limit, week.before, week.taken, week.over) == (leaves, 0, taken, over)
    assert week.leaves == {0: 16, 1: 8, 2: 4}[taken] and week == done[1].school


def test_what_others_have_already_counts_and_what_is_replaced_does_not(school):
    limit(20)
    printed("7a")
    [done] = printed("7a", choice=EVERYONE)
    assert done.school.before == 0, "the class gets new packs in place of those before"
    [other] = printed("8")
    assert other.school.before == 6 and other.school.taken == 0
    limit(10)
    [stop] = printed("8", choice=Choice(by_stop=True))
    assert (stop.school.before, stop.school.taken) == (6, 1) and steps_told(school)[-1] == 1
    [single] = printed("7a", choice=Choice(student=school.kilev))
    assert single.school.limit == 10 and single.school.before == 8


def test_the_rest_of_a_file_has_what_its_beginning_had(school):
    limit(9)
    printed("7a")
    taken = pack_limit.taken_before(db.session, WEEK, 1, [school.kilev], ("no_slips", "no_texts"))
    assert taken == 1, "the room says that no_slips took something"
    printed("7a", choice=Choice(first=2))
    steps = [step.code for step in print_settings.steps(db.session) if step.used]
    assert steps_told(school)[-1] == steps.index("no_slips") + 1


@given(st.integers(1, 60), st.integers(0, 30), st.lists(st.lists(st.integers(0, 20), min_size=4, max_size=4)))
def test_the_fewest_steps_that_keep_the_schools_limit_are_taken(most: int, before: int, classes):
    by_step = [sorted(own, reverse=True) for own in classes]
    week = pack_limit.settled(most, before, by_step, ("a", "b", "c"))
    sums = [sum(own[n] for own in by_step) + before for n in range(4)]
    assert week.over == max(sums[week.taken] - most, 0)
    assert all(one > most for one in sums[: week.taken]) and (week.over == 0 or not by_step or week.taken == 3)
    assert week.steps == ("a", "b", "c")[: week.taken]


# --- what was printed is noted ---


def test_pages_leaves_ink_and_cuts_are_kept_with_the_steps(school):
    by = factory.person("Rulev", "Pyotr")
    [done] = printed("7a", by=by)
    assert (done.leaves, done.ink, done.over, done.cuts) == (4, 0.5, 0, (Cut("no_slips"),))
    pack = db.session.scalars(select(Pack).where(Pack.student_id == school.yakorev)).one()
    assert (pack.pages, pack.leaves, pack.ink, pack.cuts, pack.number) == (3, 2, 0.25, [["no_slips", ""]], 2)
    assert [(one.step, one.channel, one.by) for one in pack_steps.history(db.session, pack.id)] == [
        ("ordered", "print", "Rulev Pyotr"), ("printed", "print", "Rulev Pyotr")]  # fmt: skip


def test_a_smaller_file_takes_the_places_of_the_larger_one_before(school):
    printed("7a", choice=EVERYONE)
    printed("7a")
    numbers = dict(db.session.execute(select(Pack.student_id, Pack.number)).all())
    assert numbers == {school.kilev: 1, school.yakorev: 2, school.veslov: None}


# --- the rest after a jam ---


def test_the_rest_has_the_codes_and_numbers_of_the_first_time(school):
    printed("7a", choice=EVERYONE)
    before = {pack.student_id: (pack.code, pack.number, pack.printed_at) for pack in db.session.scalars(select(Pack))}
    sheets = db.session.scalar(select(func.count()).select_from(PackSheet))
    factory.connectivity(school.kilev, internet="fast", channel="site", recorded_on=TODAY)
    [done] = printed("7a", choice=Choice(first=2), now=NOW + timedelta(hours=2))
    assert done.packs == 2 and done.file == config().packs / WEEK / "7a.rest.pdf"
    assert [order.first for _name, _what, order in school.extensions["child"].printed] == [1, 2]
    after = {pack.student_id: (pack.code, pack.number, pack.printed_at) for pack in db.session.scalars(select(Pack))}
    assert after == before and db.session.scalar(select(func.count()).select_from(PackSheet)) == sheets
    assert db.session.scalar(select(func.count()).select_from(PackStep)) == 6, "it is no second print"
    printed("7a")
    assert not done.file.exists(), "the rest of a file that is no longer there"


def test_after_a_new_edition_the_rest_is_still_of_the_file_that_jammed(school):
    printed("7a")
    change(update(Material).where(Material.id == school.material).values(body="Something else."))
    publish(5)
    printed("7a", choice=Choice(first=2))
    assert school.extensions["child"].printed[-1][1].edition_number == 1


@pytest.mark.parametrize(("before", "first", "code"), [(False, 2, "pack_missing"), (True, 3, "pack_number")])
def test_there_must_be_something_to_go_on_with(school, before: bool, first: int, code: str):
    if before:
        printed("7a")
    with pytest.raises(DomainError) as refused:
        printed("7a", choice=Choice(first=first))
    assert refused.value.code == code


# --- supplements ---


def test_only_who_lacks_something_gets_a_supplement(school):
    printed()
    assert printed(choice=SUPPLEMENT) == []
    change(update(Material).where(Material.id == school.material).values(body="Something else."))
    publish(5)
    [done] = printed(choice=SUPPLEMENT)
    assert (done.group, done.packs, done.file.name) == ("7a", 2, "7a.supplement.pdf")
    first = db.session.scalars(select(Pack).where(Pack.student_id == school.kilev, Pack.edition_number == 1)).one()
    [student, _other] = school.extensions["child"].printed[-1][1].students
    assert student.adds_to == first.code and student.supplement.lessons and not student.supplement.tasks
    second = db.session.scalars(select(Pack).where(Pack.student_id == school.kilev, Pack.edition_number == 2)).one()
    assert second.supplement and second.reason == "channel" and second.code != first.code


def test_a_supplement_ordered_twice_is_the_same_packs(school):
    printed()
    change(update(Task).where(Task.id == school.task).values(text="Another text."))
    publish(5)
    printed(choice=SUPPLEMENT)
    codes = sorted(db.session.scalars(select(Pack.code)))
    [again] = printed(choice=SUPPLEMENT)
    assert again.packs == 2 and sorted(db.session.scalars(select(Pack.code))) == codes


def test_the_next_supplement_adds_to_the_last_one(school):
    printed()
    change(update(Task).where(Task.id == school.task).values(text="Another text."))
    publish(5)
    printed(choice=SUPPLEMENT)
    new = factory.task(school.lesson.lesson_course, title="No. 7", published_at=None)
    publish(10)
    printed(choice=SUPPLEMENT)
    student = school.extensions["child"].printed[-1][1].students[0]
    assert student.supplement.tasks == student.supplement.slips == {new} and student.supplement.edition == 2


def test_whoever_has_a_whole_pack_of_the_edition_needs_no_supplement(school):
    printed()
    change(update(Material).where(Material.id == school.material).values(body="Something else."))
    publish(5)
    printed()
    assert printed(choice=SUPPLEMENT) == []
    assert {pack.supplement for pack in db.session.scalars(select(Pack))} == {False}


def test_an_edition_that_is_gone_is_named(school):
    printed("7a")
    change(update(Material).where(Material.id == school.material).values(body="Something else."))
    publish(5)
    for folder in config().editions.iterdir():
        if folder.is_dir():
            folder.rename(folder.with_name(f"gone-{folder.name}"))
    with pytest.raises(DomainError) as refused:
        printed("7a", choice=SUPPLEMENT)
    assert refused.value.code == "edition_lost"


# --- stops ---


def lives_at(student: str, stop: str | None, household: str | None = None) -> None:
    change(update(Person).where(Person.id == student).values(stop_id=stop, household_id=household))


@pytest.fixture
def village(school) -> str:
    """A stop where Kilev of 7a and Bakenov of 8 are siblings, and Yakorev lives."""
    stop, household = factory.new_id(), factory.new_id()
    factory.add(Stop(id=stop, name="Topolinoye", kind="village"))
    factory.add(Household(id=household, address="Shkolnaya 3"))
    lives_at(school.kilev, stop, household)
    lives_at(school.bakenov, stop, household)
    lives_at(school.yakorev, stop)
    return stop


def test_a_stops_file_holds_families_together_and_the_rest_is_at_school(school, village):
    bus, at_school = printed(choice=Choice(by_stop=True))
    assert (bus.place, bus.packs, bus.file) == ("Topolinoye", 3, config().packs / WEEK / "stops" / f"{village}.pdf")
    assert (at_school.key, at_school.packs, at_school.place) == ("class-8", 1, "At school, class 8")
    stop = school.extensions["child"].printed[0][1]
    assert [(one.name, one.address, one.students) for one in stop.families] == [
        ("Kilev, Bakenov", "Shkolnaya 3", (school.kilev, school.bakenov)), ("Yakorev", "", (school.yakorev,))
    ]  # fmt: skip
    assert db.session.scalar(select(func.count()).select_from(Pack).where(Pack.printed_at.is_not(None))) == 4
    assert set(db.session.scalars(select(Pack.number))) == {None}, "that is the place in a class's file"


def test_one_stop_alone_and_its_rest(school, village):
    [done] = printed(choice=Choice(by_stop=True, stop=village))
    assert done.packs == 3
    [rest] = printed(choice=Choice(by_stop=True, stop=village, first=3))
    assert rest.packs == 1 and rest.file.name == f"{village}.rest.pdf"
    with pytest.raises(DomainError, match="pack_number"):
        printed(choice=Choice(by_stop=True, stop=village, first=4))
    with pytest.raises(DomainError, match="pack_missing"):
        printed(choice=Choice(by_stop=True, stop="class-7a"))


def test_stops_are_known_by_name(school, village):
    assert pack_stops.key_of(db.session, " topolinoye".strip()) == village == pack_stops.key_of(db.session, village)
    with pytest.raises(DomainError, match="stop_name_unknown"):
        pack_stops.key_of(db.session, "Nowhere")


def test_every_student_stands_on_one_place(school, village):
    places = pack_stops.places(db.session, {"7a": [school.kilev, school.veslov, school.yakorev],
                                            "8": [school.bakenov]})  # fmt: skip
    everybody = [student for place in places for student in place.students]
    assert sorted(everybody) == sorted([school.kilev, school.veslov, school.yakorev, school.bakenov])


# --- files ---


@pytest.mark.parametrize("key", ["../7a", "7a", "class-../x", "x" * 32, ""])
def test_only_keys_of_stops_lead_to_files(school, key: str):
    printed("7a")
    with pytest.raises(DomainError, match="pack_missing"):
        pack_files.printed_for_stop(config(), WEEK, key)


def test_only_known_parts_lead_to_files(school):
    printed("7a")
    assert pack_files.printed_file(config(), WEEK, "7a").is_file()
    with pytest.raises(DomainError, match="pack_missing"):
        pack_files.printed_file(config(), WEEK, "7a", "../../7a")


def test_a_choice_is_told_by_the_name_of_its_file():
    assert [replace(SUPPLEMENT, first=number).part for number in (1, 3)] == ["supplement", "supplement.rest"]
    assert (EVERYONE.part, Choice(first=2).part) == ("", "rest")
    assert pack_reasons.EVERYONE == "everyone"
