"""Feedback and figures in the office: what is told and noted by one tap, who sees whom, few queries however much."""

import io
import re
from datetime import timedelta
from html import unescape

from apiflask import APIFlask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from server.extensions import db
from server.models import Contact, Feedback, MarkAct, Op, Person
from tests.server import factory, logbook
from tests.server.web.world import World

DAY = timedelta(days=1)
TODAY = factory.TODAY


def _page(app: APIFlask, world: World, role: str, path: str, status: int = 200) -> str:
    answer = factory.signed_in(app, world.accounts[role]).get(path)
    assert answer.status_code == status, answer.text[-800:]
    return re.sub(r"\s+", " ", unescape(answer.text))


def _slug(person_id: str) -> str:
    return db.session.get_one(Person, person_id).slug


def test_a_teacher_sees_what_to_tell_by_each_channel_and_notes_it_by_one_tap(app: APIFlask, world: World) -> None:
    near = world.near
    logbook.hand_in(near.code, mark="4", comment="Neat & clear", channel="call")
    logbook.hand_in(near.codes[near.sibling], verdict="redo", comment="No. 413", channel="messenger")
    page = _page(app, world, "subject_teacher", "/feedback/")
    assert "Yegor, algebra, “No. 412–415” (handed in 7 Dec). Mark: 4. Teacher: Neat & clear" in page
    assert "Please correct it and hand it in again, code" in page
    assert "tel:+79000000001" in page  # whom to call
    assert page.index("Phone call") < page.index("Messenger")
    [seq] = re.findall(r'name="seq" value="(\d+)" aria-label="Given: Veslov', page)
    client = factory.signed_in(app, world.accounts["subject_teacher"])
    for _twice in range(2):
        answer = client.post("/feedback/given", data={"seq": seq, "channel": "call"}, follow_redirects=True)
        assert answer.status_code == 200 and "Veslov" not in answer.text
    assert [row.given_by for row in db.session.scalars(select(Feedback))] == [world.person("subject_teacher")]
    [contact] = db.session.scalars(select(Contact))
    assert "Mark: 4." in contact.text and "Veslov" not in contact.text
    answer = client.post("/feedback/back", data={"seq": seq}, follow_redirects=True)
    assert "Veslov" in answer.text


def test_nobody_notes_what_is_not_theirs(app: APIFlask, world: World) -> None:
    logbook.hand_in(world.far.code, mark="4", channel="call")
    seq = db.session.scalar(select(Op.seq))
    for role in ("subject_teacher", "class_teacher", "tutor"):
        assert "Bakenov" not in _page(app, world, role, "/feedback/?whose=all")
        client = factory.signed_in(app, world.accounts[role])
        client.post("/feedback/given", data={"seq": seq, "channel": "call"})
    assert db.session.scalars(select(Feedback)).all() == []
    assert client.post("/feedback/given", data={"seq": "x", "channel": "call"}).status_code == 400
    assert client.post("/feedback/given", data={"seq": seq, "channel": "pigeon"}).status_code == 422


def test_who_sees_the_school_goes_by_teacher(app: APIFlask, world: World) -> None:
    teacher = world.person("subject_teacher")
    logbook.hand_in(world.near.code, teacher, mark="4", channel="call")
    page = _page(app, world, "director", "/feedback/")
    [link] = re.findall(r'href="(/feedback/\?teacher=[^"]+)"', page)
    assert "Veslov" not in page and "Veslov" in _page(app, world, "director", link)


def test_a_work_shows_both_returns_and_what_the_family_was_told(app: APIFlask, world: World) -> None:
    code = world.near.code
    back = logbook.hand_in(code, verdict="redo", comment="Once more", on=TODAY - 3 * DAY, channel="photo")
    logbook.hand_in(code, base=(back.revision or "",), on=TODAY, channel="paper")
    seq = db.session.scalar(select(MarkAct.op_seq))
    client = factory.signed_in(app, world.accounts["subject_teacher"])
    client.post("/feedback/given", data={"seq": seq, "channel": "messenger"})
    page = _page(app, world, "subject_teacher", f"/works/{code}")
    assert "Handed in 4 Dec</b>, photo" in page and "second return" in page and "Handed in 7 Dec" in page
    assert "Once more" in page and "the family knows: messenger" in page


def test_a_class_teacher_sees_the_own_class_only(app: APIFlask, world: World) -> None:
    page = _page(app, world, "class_teacher", "/monitor/")
    assert "/monitor/classes/7a" in page and "/monitor/classes/8b" not in page and "/monitor/teachers/" not in page
    whole = _page(app, world, "director", "/monitor/")
    assert "/monitor/classes/8b" in whole and "/monitor/teachers/" in whole


def test_the_matrix_of_compulsory_works(app: APIFlask, world: World) -> None:
    near = world.near
    codes = factory.works(factory.task(near.lesson.lesson_course, "Control", due_on=TODAY - DAY, kind="control"))
    logbook.hand_in(codes[near.student], mark="4", on=TODAY - DAY)
    page = _page(app, world, "tutor", "/monitor/classes/7a")
    assert re.search(rf'href="/works/{codes[near.student]}" aria-label="4"', page)
    assert re.search(rf'href="/works/{codes[near.sibling]}" aria-label="not handed in"', page)
    assert "1 of 2" in page
    assert "No compulsory work" not in page


def test_measures_are_the_schools_own(app: APIFlask, world: World) -> None:
    client = factory.signed_in(app, world.accounts["coordinator"])
    answer = client.post("/monitor/measures/", data={"kind": ["homework"], "feedback_days": "x"})
    assert answer.status_code == 422 and "“x”" in unescape(answer.text)
    answer = client.post("/monitor/measures/", data={"kind": ["homework"], "feedback_days": "5"})
    assert answer.status_code == 303
    assert "No. 412–415" in _page(app, world, "coordinator", "/monitor/classes/7a")


def test_a_student_over_time_is_drawn_and_printed(app: APIFlask, world: World) -> None:
    near = world.near
    for days, value in ((20, "3"), (13, "4"), (6, "5")):
        lesson = factory.lesson(near.course, on=TODAY - days * DAY)
        codes = factory.works(factory.task(lesson.lesson_course, f"{days}", due_on=TODAY - days * DAY))
        logbook.hand_in(codes[near.student], mark=value, on=TODAY - days * DAY)
    page = _page(app, world, "class_teacher", f"/monitor/students/{_slug(near.student)}")
    assert page.count('class="dot"') == 3 and 'class="trend"' in page
    assert "rising by 20,0 points a week" in page or "rising by 20.0 points a week" in page
    assert "style=" not in page


def test_teachers_are_sorted_by_links_and_go_to_excel(app: APIFlask, world: World) -> None:
    slow, quick = factory.person("Medlenova"), factory.person("Bystrova")
    for who, code in ((slow, world.near.code), (quick, world.far.code)):
        factory.teacher(world.near.course if who == slow else world.far.course, who)
        logbook.hand_in(code, who)
    logbook.mark(world.far.code, "5", quick)
    by_name = _page(app, world, "deputy_studies", "/monitor/teachers/")
    assert by_name.index("Bystrova") < by_name.index("Medlenova")
    waiting = _page(app, world, "deputy_studies", "/monitor/teachers/?sort=waiting")
    assert waiting.index("Medlenova") < waiting.index("Bystrova") and 'aria-sort="ascending"' in waiting
    back = _page(app, world, "deputy_studies", "/monitor/teachers/?sort=waiting&order=back")
    assert back.index("Bystrova") < back.index("Medlenova")
    answer = factory.signed_in(app, world.accounts["director"]).get("/monitor/teachers/export.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert "Works waiting" in rows[0] and {row[0].split()[0] for row in rows[1:]} >= {"Bystrova", "Medlenova"}
    one = _page(app, world, "director", f"/monitor/teachers/{_slug(quick)}")
    assert "geometry" in one and "Bystrova" in one


def test_figures_are_counted_anew_when_asked(app: APIFlask, world: World) -> None:
    assert "0 of 0" in _page(app, world, "director", "/monitor/")
    logbook.hand_in(world.near.code, mark="5")
    assert "1 of 1" not in _page(app, world, "director", "/monitor/")  # within ten minutes the last count stands
    assert "1 of 1" in _page(app, world, "director", "/monitor/?fresh=1")
    assert "1 of 1" in _page(app, world, "director", "/monitor/")


def test_who_lacks_materials_and_the_way_to_mend_it(app: APIFlask, world: World) -> None:
    bare = factory.lesson(world.near.course, on=TODAY + DAY, topic="Bare")
    page = _page(app, world, "class_teacher", "/monitor/classes/7a/materials")
    assert f"/lessons/{bare.lesson_course}" in page and "2026-W50" in page and "/packs/" in page
    assert "/monitor/classes/7a/materials" in _page(app, world, "director", "/monitor/materials")
