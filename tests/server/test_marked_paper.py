"""Paper comes back, is marked on screen and sent back for corrections: the next pack and the private page say so."""

import io
import json
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from server import create_app
from server.config import make_config
from server.extensions import db
from server.models import Account, Course, CourseTeacher, Edition, Group, Person, ScanPage, Task, Work
from server.services.private_pages import content
from sync.codes import group_digits
from tests.printables.scans import pdf_of
from tests.server import factory
from tests.server.conftest import NOW
from tests.server.terminal import Korablik
from tests.server.village import NOW as MOMENT
from tests.server.web.forms import form_of

TEACHER = "teacher"
COMMENT = "Единицы измерения: г, кг или т?"


def text_of(korablik: Korablik, week: str) -> str:
    file = korablik.home / f"packs/{week}/7.pdf"
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout


def faxed(pdf: Path) -> list[int]:
    """Pages with a picture in two tones, as marked copies have it and nothing else."""
    listed = subprocess.run(["pdfimages", "-list", pdf], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if " ccitt " in line]


def scanned(korablik: Korablik, code: str, tmp_path) -> bytes:
    """The printed sheet of a work as a copier sees it, upside down."""
    texts = text_of(korablik, "2026-W50").split("\f")
    wanted = [n for n, text in enumerate(texts, 1) if group_digits(code) in text and "лист задания" in text]
    pages = []
    for n in wanted:
        out = tmp_path / f"page{n}"
        command = ["pdftoppm", "-r", "150", "-gray", "-f", str(n), "-l", str(n), "-singlefile"]
        subprocess.run([*command, str(korablik.home / "packs/2026-W50/7.pdf"), str(out)], check=True)
        pages.append(Image.open(out.with_suffix(".pgm")).convert("L").rotate(180))
    return pdf_of(pages)


@pytest.mark.pdf
def test_a_scanned_work_is_sent_back_on_screen_and_its_comment_and_sheet_go_home(korablik: Korablik, tmp_path):
    assert korablik.run("print", "packs", "--week", "2026-W50", "--group", "7", "--everyone").code == 0
    app = create_app(make_config(korablik.home, testing=True, fixed_now=NOW))
    with app.app_context():
        account = db.session.scalars(select(Account).where(Account.login == TEACHER)).one()
        code, title, student = db.session.execute(
            select(Work.code, Task.title, Work.student_id).join(Task, Task.id == Work.task_id)
            .join(Course, Course.id == Task.course_id).join(Group, Group.id == Course.group_id)
            .join(CourseTeacher, CourseTeacher.course_id == Course.id)
            .where(CourseTeacher.person_id == account.person_id, Group.slug == "7").order_by(Work.code)
        ).first()  # fmt: skip
        name = db.session.get_one(Person, student).last_name
        other = db.session.scalar(select(Work.code).where(Work.code != code))
        db.session.remove()
        stack = tmp_path / "stack.pdf"
        stack.write_bytes(scanned(korablik, code, tmp_path))
        done = korablik.run("scan", stack, "--as", TEACHER, "--json").document
        assert [(work["code"], work["missing"]) for work in done["works"]] == [(code, [])]

        client = factory.signed_in(app, account.id)
        assert client.get("/marking/next").location == f"/marking/{code}"
        page = client.get(f"/marking/{code}")
        for page_id in db.session.scalars(select(ScanPage.id)):
            assert f"/stacks/page/{page_id}.jpg" in page.text
            with Image.open(io.BytesIO(client.get(f"/stacks/page/{page_id}.jpg").data)) as picture:
                assert picture.height > picture.width > 900
        boxes = ("keep", "phrase", "copy_wanted")
        form = {field: value for field, value in form_of(page.text).items() if field not in boxes}
        put = {page_id: {"base": 0, "signs": [{"kind": "unclear", "x": 0.5, "y": 0.5}]}}
        said = {"mark": "redo", "comment": COMMENT, "copy_wanted": "1", "signs": json.dumps(put)}
        assert client.post(f"/marking/{code}", data={**form, **said}).status_code == 303

        db.session.rollback()
        edition = db.session.scalars(select(Edition).order_by(Edition.number.desc())).first()
        told = content.pages(db.session, content.Asked(edition, MOMENT, NOW.date()))[student]["redo"]
        assert [(one["code"], one["said"]) for one in told] == [(code, [COMMENT])]
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()

    korablik.settings["KORABLIK_NOW"] = f"{datetime(2026, 12, 11, 12):%Y-%m-%dT%H:%M}"
    assert korablik.run("print", "packs", "--week", "2026-W51", "--group", "7", "--everyone").code == 0
    text = text_of(korablik, "2026-W51")
    copies = [" ".join(text.split("\f")[n - 1].split()) for n in faxed(korablik.home / "packs/2026-W51/7.pdf")]
    assert COMMENT in copies[0] and all(title in copy and name in copy for copy in copies)
    out = tmp_path / "copy.pdf"
    done = korablik.run("print", "marked", code, "--out", str(out), "--json").document
    assert (done["works"], done["pages"], done["bytes"]) == (1, len(copies), out.stat().st_size)
    assert len(faxed(out)) == len(copies)
    refused = korablik.run("print", "marked", code, other, "--out", str(out), "--json")
    assert refused.refusal == "copy_nothing"
    assert COMMENT in " ".join(text.split())
    assert any(group_digits(code) in sheet and title in " ".join(sheet.split()) for sheet in text.split("\f"))

