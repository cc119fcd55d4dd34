"""A class's plan of control works: planned with limits checked at once, agreed, published, printed."""

import io
import re
import shutil
import subprocess
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from server.extensions import db
from server.models import Assessment, AssessmentPlan
from tests.server import factory

TUESDAY = date(2026, 12, 8)


@pytest.fixture
def lessons(world):
    """Algebra every day of the week, geometry of the same class on Tuesday and Thursday."""
    other = factory.course(world.near.id, "geometry")
    for day in range(8, 12):
        factory.lesson(world.near.course, date(2026, 12, day), 2)
    for day in (8, 10):
        factory.lesson(other, date(2026, 12, day), 3)
    return other


def at(world, rest: str = "") -> str:
    return f"/assessment-plans/{world.near.slug}{rest}"


def form(course: str, on: date = TUESDAY, **more: str) -> dict[str, str]:
    return {"course": course, "kind": "control", "number": "", "on": on.isoformat(), "topic": "Equations", "points": "",
            "act": "save", "key": "k", **more}  # fmt: skip


def stored() -> list[tuple]:
    db.session.rollback()
    row = Assessment
    query = select(row.course_id, row.number, row.planned_on).order_by(row.planned_on)
    return [tuple(one) for one in db.session.execute(query)]


def client(app, world, role: str):
    return factory.signed_in(app, world.accounts[role])


def hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


def test_a_work_that_collides_is_told_with_names_and_free_days(app, world, lessons):
    office = client(app, world, "timetabler")
    assert office.post(at(world, "/2/work"), data=form(world.near.course)).status_code == 303
    answer = office.post(at(world, "/2/work"), data=form(lessons, key="l"))
    assert answer.status_code == 409 and len(stored()) == 1
    assert "algebra, control work 1" in answer.text and "SK-228/03" in answer.text
    assert hidden(answer.text, "on") == ["2026-12-10"]
    assert office.post(at(world, "/2/work"), data=form(lessons, date(2026, 12, 10), key="l")).status_code == 303
    assert len(stored()) == 2


def test_the_office_may_insist(app, world, lessons):
    office = client(app, world, "deputy_studies")
    saturday = form(world.near.course, date(2026, 12, 12))
    refused = office.post(at(world, "/2/work"), data=saturday)
    assert refused.status_code == 409 and "a holiday or a free day" in refused.text
    assert office.post(at(world, "/2/work"), data={**saturday, "act": "anyway"}).status_code == 303
    assert stored() == [(world.near.course, 1, date(2026, 12, 12))]
    assert "a holiday or a free day" in office.get(at(world)).text


def test_a_double_click_makes_one_work_and_two_editors_are_told(app, world, lessons):
    teacher = client(app, world, "subject_teacher")
    for _ in range(2):
        assert teacher.post(at(world, "/2/work"), data=form(world.near.course)).status_code == 303
    assert len(stored()) == 1
    id = db.session.scalars(select(Assessment.id)).one()
    [base] = set(hidden(teacher.get(f"/assessment-plans/work/{id}").text, "base"))
    moved = form(world.near.course, date(2026, 12, 9), number="1", base=base)
    assert teacher.post(f"/assessment-plans/work/{id}", data=moved).status_code == 303
    late = form(world.near.course, date(2026, 12, 10), number="1", base=base)
    assert teacher.post(f"/assessment-plans/work/{id}", data=late).status_code == 409
    assert stored() == [(world.near.course, 1, date(2026, 12, 9))]


def test_a_teacher_plans_own_courses_only(app, world, lessons):
    teacher = client(app, world, "subject_teacher")
    assert teacher.post(at(world, "/2/work"), data=form(lessons)).status_code == 403
    assert stored() == []


def test_agreed_published_changed_and_agreed_again(app, world, lessons):
    teacher, deputy = client(app, world, "subject_teacher"), client(app, world, "deputy_studies")
    deputy.post(at(world, "/2/work"), data=form(world.near.course))
    page = deputy.get(at(world)).text
    [hash] = hidden(page, "hash")
    refused = deputy.post(at(world, "/2/publish"), data={"hash": hash}, follow_redirects=True)
    assert "These teachers have not agreed yet: algebra" in refused.text
    [seen] = hidden(teacher.get(at(world)).text, "hash")
    no = teacher.post(at(world, "/2/consent"), data={"course": world.near.course, "answer": "no", "hash": seen},
                      follow_redirects=True)  # fmt: skip
    assert "say why" in no.text
    teacher.post(at(world, "/2/consent"), data={"course": world.near.course, "answer": "yes", "hash": seen})
    assert deputy.post(at(world, "/2/publish"), data={"hash": hash}, follow_redirects=True).text.count("Published")
    db.session.rollback()
    plan = db.session.scalars(select(AssessmentPlan)).one()
    told = {"date": "2026-12-08", "subject": "algebra", "kind": "control", "topic": "Equations", "number": 1}
    assert plan.entries == [told]

    deputy.post(at(world, "/2/work"), data=form(world.near.course, date(2026, 12, 10), key="m", act="anyway"))
    page = deputy.get(at(world)).text
    assert "changed since publication" in page and "changed since, ask again" in page
    db.session.rollback()
    assert db.session.scalars(select(AssessmentPlan)).one().entries == [told]  # families see what was published
    old = deputy.post(at(world, "/2/publish"), data={"hash": hash, "anyway": "1"}, follow_redirects=True)
    assert "changed this meanwhile" in old.text


def test_only_who_is_answerable_agrees(app, world, lessons):
    client(app, world, "deputy_studies").post(at(world, "/2/work"), data=form(world.near.course))
    answer = client(app, world, "deputy_studies").post(
        at(world, "/2/consent"), data={"course": world.near.course, "answer": "yes", "hash": "x"}
    )
    assert answer.status_code == 403


def test_junk_is_told_beside_its_field(app, world, lessons):
    office = client(app, world, "deputy_studies")
    for more in ({"on": "tomorrow"}, {"points": "0"}, {"number": "x"}, {"kind": "homework"}, {"topic": "x" * 500}):
        answer = office.post(at(world, "/2/work"), data={**form(world.near.course), **more})
        assert answer.status_code == 422, more
        assert 'class="error"' in answer.text
    assert stored() == []


def test_for_excel_and_for_the_wall(app, world, lessons, tmp_path):
    office = client(app, world, "deputy_studies")
    office.post(at(world, "/2/work"), data=form(world.near.course, topic="=Equations"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(office.get(at(world, "/2/sheet.xlsx")).data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[1][:6] == ["08.12.2026", "algebra", "", "Control work", 1, "=Equations"]
    whole = CalamineWorkbook.from_filelike(io.BytesIO(office.get("/assessment-plans/sheet/2.xlsx").data))
    assert len(whole.sheet_names) == 2
    for address in (at(world, "/2/sheet.pdf"), "/assessment-plans/sheet/2.pdf"):
        answer = office.get(address)
        assert answer.mimetype == "application/pdf"
        file = tmp_path / "sheet.pdf"
        file.write_bytes(answer.data)
        text = subprocess.run([shutil.which("pdftotext"), "-layout", file, "-"], capture_output=True, check=True)
        assert not text.stderr
        assert "Tuesday, 8 December" in text.stdout.decode() and "=Equations" in text.stdout.decode()
        assert "Draft: not published yet" in text.stdout.decode()
