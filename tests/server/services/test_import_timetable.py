"""Timetables, terms and bells over those that are known: lessons keep their ids, nothing vanishes."""

import re
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import delete, func, select

from server import models, store
from server.extensions import db
from server.models import Lesson, LessonChange, LessonCourse, WeeklyLesson
from server.services import checks
from tests.server import village
from tests.server.village import bring, codes

ASC = village.read("timetable_asc.xml").decode()
TODAY = date(2026, 12, 7)


def changed(*pairs: tuple[str, str], text: str = ASC) -> tuple[str, bytes]:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return ("timetable.xml", text.encode())


def lessons(key: str) -> dict[str, tuple[date, int, str]]:
    """The dated lessons of a weekly lesson: id → day, number, state."""
    db.session.remove()
    query = select(Lesson.id, Lesson.on, Lesson.n, Lesson.state).join(WeeklyLesson).where(WeeklyLesson.key == key)
    return {id: (on, n, state) for id, on, n, state in db.session.execute(query)}


RUSSIAN = "Русский язык|1,3"
MONDAY_1 = '<card lessonid="*1" classroomids="*2" period="1" weeks="1" terms="1" days="10000"/>'
MONDAY_8 = MONDAY_1.replace('period="1"', 'period="7"')


def test_1251_says_the_same_as_utf8(here: APIFlask) -> None:
    report = bring("timetable", "timetable_asc_1251.xml")
    assert (report.counts, report.changed) == ({"unchanged": 128}, False)


def test_a_moved_card_keeps_the_ids_and_leaves_the_past(here: APIFlask) -> None:
    before = lessons(RUSSIAN)
    report = bring("timetable", changed((MONDAY_1, MONDAY_8)))
    after = lessons(RUSSIAN)
    assert report.counts["updated"] == 1 and report.counts["unchanged"] == 127
    assert after.keys() == before.keys()
    moved = {id for id in after if after[id] != before[id]}
    assert moved and all(after[id][:2] == (before[id][0], 7) for id in moved)
    assert min(after[id][0] for id in moved) == TODAY
    changes = list(db.session.scalars(select(LessonChange)))
    assert {change.lesson_id for change in changes} == moved
    assert {change.kind for change in changes} == {"imported"}
    assert changes[0].before["n"] == 1 and changes[0].after["n"] == 7


def test_moving_a_card_back_restores_everything_but_the_note(here: APIFlask) -> None:
    before = lessons(RUSSIAN)
    bring("timetable", changed((MONDAY_1, MONDAY_8)))
    bring("timetable", "timetable_asc.xml")
    assert lessons(RUSSIAN) == before


def test_a_lesson_with_its_task_moves_whole(here: APIFlask) -> None:
    """The lesson's topic, material and task stay with its id, and their file stays known."""
    card = next(line for line in ASC.splitlines() if re.search(r'lessonid="\*1".*days="10000"', line))
    query = select(models.Task.lesson_course_id).join(LessonCourse).join(Lesson).join(WeeklyLesson)
    (view,) = db.session.scalars(query.where(WeeklyLesson.key == RUSSIAN, Lesson.on == TODAY))
    bring("timetable", changed((card, card.replace('period="1"', 'period="7"'))))
    db.session.remove()
    row = db.session.get(LessonCourse, view)
    assert (row.lesson.on, row.lesson.n, row.topic != "") == (TODAY, 7, True)
    report = bring("content", "content/01-russkiy-yazyk-0712.md")
    assert report.counts == {"unchanged": 1}


def test_a_dropped_lesson_is_withdrawn_from_today_on(here: APIFlask) -> None:
    text = re.sub(r'.*<(?:lesson id|card lessonid)="\*8".*\n', "", ASC)
    key = "Физическая культура|1,3"
    before = lessons(key)
    report = bring("timetable", ("timetable.xml", text.encode()))
    after = lessons(key)
    assert report.counts["withdrawn"] == 1
    assert after.keys() == before.keys()
    assert all((state == "withdrawn") == (on >= TODAY) for on, _, state in after.values())
    db.session.remove()
    assert checks.counts(db.session)["lessons"] == 127
    assert checks.counts(db.session)["cards"] == 258
    assert not bring("timetable", ("timetable.xml", text.encode())).changed
    back = bring("timetable", "timetable_asc.xml")
    assert back.counts["updated"] == 1 and lessons(key) == before


def test_a_dropped_lesson_with_a_task_stays_and_is_shown(here: APIFlask) -> None:
    text = re.sub(r'.*<(?:lesson id|card lessonid)="\*1".*\n', "", ASC)
    report = bring("timetable", ("timetable.xml", text.encode()))
    shown = [finding for finding in report.findings if finding.code == "lesson_orphaned"]
    assert len(shown) == 1 and shown[0].value.startswith("2026-12-07")
    assert {on for on, _, state in lessons(RUSSIAN).values() if state == "planned" and on >= TODAY} == {TODAY}


def test_what_the_office_moved_is_left_alone(here: APIFlask) -> None:
    id = next(id for id, (on, n, _) in lessons(RUSSIAN).items() if (on, n) == (date(2026, 12, 14), 1))

    def move(session) -> None:
        row = session.get_one(Lesson, id)
        row.n = 6
        session.add(LessonChange(id="c" * 32, lesson_id=id, kind="moved", before={"on": "2026-12-14", "n": 1},
                                 after={"on": "2026-12-14", "n": 6}, changed_at=village.NOW))  # fmt: skip

    store.write(move)
    before = village.fingerprint()
    assert not bring("timetable", "timetable_asc.xml").changed
    assert village.fingerprint() == before
    bring("timetable", changed((MONDAY_1, MONDAY_8)))
    assert lessons(RUSSIAN)[id] == (date(2026, 12, 14), 6, "planned")


def test_another_teacher_takes_over_from_today(here: APIFlask) -> None:
    line = next(line for line in ASC.splitlines() if '<lesson id="*1"' in line)
    other = re.search(r'<lesson id="\*9".*teacherids="(\w+)"', ASC)[1]
    report = bring("timetable", changed((line, re.sub(r'teacherids="\w+"', f'teacherids="{other}"', line))))
    assert report.counts["updated"] == 1
    db.session.remove()
    query = select(models.CourseTeacher).join(models.Course).join(models.Group).join(models.Subject)
    rows = db.session.scalars(query.where(models.Group.name == "3", models.Subject.name == "Русский язык")).all()
    spans = sorted((row.since, row.until, row.is_lead) for row in rows)
    assert spans == [(date(2026, 9, 1), date(2026, 12, 6), False), (TODAY, None, True)]
    held = select(models.LessonTeacher.person_id, Lesson.on).join(Lesson).join(WeeklyLesson)
    found = db.session.execute(held.where(WeeklyLesson.key == RUSSIAN)).all()
    assert len({(person, on >= TODAY) for person, on in found}) == len({person for person, _ in found}) == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (changed(('teacherids="45E4D72DE78E6E2A"', 'teacherids="DEADBEEFDEADBEEF"')), "timetable_unknown_teacher"),
        (changed(('lastname="Василёкина" name="Василёкина Т', 'lastname="Чужая" name="Чужая Т')), "teacher_unknown"),
        (changed(('name="11" short="11"', 'name="10Б" short="10Б"')), "group_unknown"),
        (("timetable.xml", ASC.encode()[:30000]), "xml_cut_off"),
    ],
)  # fmt: skip
def test_a_broken_timetable_leaves_everything_unchanged(here: APIFlask, data: tuple[str, bytes], code: str) -> None:
    before = village.fingerprint()
    report = bring("timetable", data)
    assert code in codes(report)
    assert report.refused == ("timetable.xml",) and not report.changed
    assert village.fingerprint() == before


def test_skipping_errors_never_withdraws_what_could_not_be_read(here: APIFlask) -> None:
    data = changed(('teacherids="45E4D72DE78E6E2A"', 'teacherids="DEADBEEFDEADBEEF"'))
    report = bring("timetable", data, skip_errors=True)
    assert "withdrawn" not in report.counts
    db.session.remove()
    assert checks.counts(db.session)["lessons"] == 128


def test_a_timetable_needs_the_staff(school: APIFlask) -> None:
    assert set(codes(bring("timetable", "timetable_asc.xml"))) == {"staff_missing"}


def test_a_timetable_before_the_terms_gets_its_dates_from_them(school: APIFlask) -> None:
    bring("staff", "staff.xlsx")
    report = bring("timetable", "timetable_asc.xml")
    assert (codes(report), codes(report, "info")) == ([], ["year_assumed"])
    assert db.session.scalar(select(func.count()).select_from(Lesson)) == 0
    bring("terms", "terms.csv")
    days = db.session.execute(select(func.min(Lesson.on), func.max(Lesson.on))).one()
    assert tuple(days) == (date(2026, 9, 1), date(2027, 5, 26))


def test_subgroups_come_with_their_students(here: APIFlask) -> None:
    """aSc names the students of a part; who is not in the lists is said, nobody is made."""
    ids = dict(re.findall(r'<student id="(\*\d+)" classid="\w+" name="([^"]+)"', ASC))
    of_11 = re.findall(r'<student id="(\*\d+)" classid="(\w+)"', ASC)
    class_id = re.search(r'<class id="(\w+)" name="11"', ASC)[1]
    first, second = [id for id, where in of_11 if where == class_id][:2]
    stranger = f'    <student id="*900" classid="{class_id}" name="Чужой Иван" firstname="Иван" lastname="Чужой"/>\n'
    parts = "".join(
        f'    <group id="*9{n}" classid="{class_id}" name="Группа {n}" entireclass="0" divisiontag="1" '
        f'studentcount="1" studentids="{who}"/>\n'
        for n, who in ((1, f"{first},*900"), (2, second))
    )
    line = next(line for line in ASC.splitlines() if "<lesson " in line and f'classids="{class_id}"' in line)
    halves = re.sub(r'groupids="[^"]*"', 'groupids="*91"', line)
    text = ASC.replace("  </groups>", parts + "  </groups>").replace("  </students>", stranger + "  </students>")
    report = bring("timetable", ("timetable.xml", text.replace(line, halves).encode()))
    assert codes(report) == [] and codes(report, "warning") == ["subgroup_student_unknown"]
    db.session.remove()
    part = db.session.scalars(select(models.Group).where(models.Group.kind == "subgroup").order_by("name")).first()
    assert (part.name, part.slug, part.division) == ("Группа 1", "11-gruppa-1", "1")
    assert (part.parent.name, part.grade) == ("11", 11)
    assert [row.person.last_name for row in part.memberships] == [ids[first].split()[0]]
    assert db.session.scalar(select(func.count()).where(models.Person.last_name == "Чужой")) == 0
    assert checks.counts(db.session)["groups"] == 13
    assert not bring("timetable", ("timetable.xml", text.replace(line, halves).encode())).changed
    problem = next(found for found in checks.problems(db.session, village.NOW) if found.code == "subgroup_unknown")
    assert problem.names == ("11: 6",)


# --- terms and bells -------------------------------------------------------------------------------------------

TERMS = village.read("terms.csv").decode("utf-8-sig")


def test_a_longer_vacation_takes_its_lessons_back(here: APIFlask) -> None:
    longer = TERMS.replace("2026-12-29,2027-01-10", "2026-12-29,2027-01-12").replace("2027-01-11,", "2027-01-13,")
    report = bring("terms", ("terms.csv", longer.encode()))
    assert report.counts["updated"] == 2 and report.counts["lessons_withdrawn"] > 0
    held = select(func.count()).where(Lesson.on.in_([date(2027, 1, 11), date(2027, 1, 12)]), Lesson.state == "planned")
    db.session.remove()
    assert db.session.scalar(held) == 0
    bring("terms", "terms.csv")
    db.session.remove()
    assert db.session.scalar(held) > 0
    assert not bring("terms", "terms.csv").changed


def test_terms_by_another_name_are_the_same_terms(here: APIFlask) -> None:
    assert bring("terms", ("terms.csv", TERMS.replace("1 четверть", "I четверть").encode())).counts["updated"] == 1
    assert db.session.scalar(select(func.count()).select_from(models.Term)) == 14


def test_terms_that_overlap_known_ones_are_refused(here: APIFlask) -> None:
    header = TERMS.splitlines()[0]
    before = village.fingerprint()
    late = f"{header}\nчетверть,1 четверть,2026-09-01,2026-11-15\n"
    report = bring("terms", ("terms.csv", late.encode()))
    assert codes(report) == ["term_overlaps_known"]
    assert village.fingerprint() == before


def test_holidays_alone_belong_to_the_year_that_is_known(here: APIFlask) -> None:
    header = TERMS.splitlines()[0]
    report = bring("terms", ("terms.csv", f"{header}\nпраздник,День села,2026-12-11,2026-12-11\n".encode()))
    assert report.counts["created"] == 1 and report.counts["shown"] == 14
    assert report.counts["lessons_withdrawn"] > 0


def test_two_years_in_a_file_are_refused(school: APIFlask) -> None:
    report = bring("terms", ("terms.csv", TERMS.replace("2027-05-27,2027-08-31", "2027-05-27,2028-08-31").encode()))
    assert codes(report) == ["terms_span"]


def test_bells_change_and_stay(here: APIFlask) -> None:
    text = village.read("bells.csv").decode("utf-8-sig").splitlines()
    later = "\n".join([text[0], text[1].replace("09:00,09:40", "08:55,09:35")])
    report = bring("bells", ("bells.csv", later.encode()))
    assert report.counts == {"updated": 1, "shown": 6}
    db.session.remove()
    schedule = db.session.scalars(select(models.BellSchedule)).one()
    assert [(bell.n, bell.starts) for bell in schedule.bells][:2] == [(1, "08:55"), (2, "09:50")]
    clash = "\n".join([text[0], text[1].replace("09:00,09:40", "09:00,09:55")])
    assert codes(bring("bells", ("bells.csv", clash.encode()))) == ["bell_overlaps_known"]


def test_bells_are_missed_shift_by_shift(here: APIFlask) -> None:
    def second_shift(session) -> None:
        group = session.scalars(select(models.Group).where(models.Group.slug == "7")).one()
        group.shift = 2

    store.write(second_shift)
    (problem,) = [one for one in checks.problems(db.session, village.NOW) if one.code == "bells_missing"]
    assert problem.names[0].startswith("1 (") and "2" in problem.names[0]


def test_problems_name_no_student(here: APIFlask) -> None:
    def break_things(session) -> None:
        person = session.scalars(select(models.Membership).limit(1)).one()
        session.execute(delete(models.Membership).where(models.Membership.id == person.id))
        session.execute(delete(models.LessonTeacher))
        session.execute(delete(models.Bell).where(models.Bell.n == 7))

    store.write(break_things)
    found = {problem.code: problem for problem in checks.problems(db.session, village.NOW)}
    assert {"bells_missing", "student_without_class", "household_unconfirmed", "lesson_without_teacher"} == found.keys()
    assert found["bells_missing"].names == ("7",)
    assert found["household_unconfirmed"].count == 35
    names = set(db.session.scalars(select(models.Person.last_name)))
    assert not any(name in str(problem) for problem in found.values() for name in names)


def test_published_tasks_without_codes_are_a_problem(here: APIFlask) -> None:
    def publish(session) -> None:
        session.scalars(select(models.Task).limit(1)).one().published_at = village.NOW - timedelta(days=1)

    store.write(publish)
    assert "work_missing" in {problem.code for problem in checks.problems(db.session, village.NOW)}
