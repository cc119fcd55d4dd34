"""Nothing of a child leaves: 200 names, phones and marks are planted, and none is in public/, on a stick, in a ZIM file
or at another host."""

import base64
import gzip
import importlib
import io
import json
import struct
import subprocess
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from server import models, store
from server.extensions import db
from server.security import config
from server.services import publishing
from server.services.carrying import about, desk, sending, usb, zim
from server.services.carrying.disk import Disk
from server.services.weeks import week_days
from tests.server import factory, logbook
from tests.server.canaries import PHONE, STEM, find, tokens

COUNT = 200


class Here:
    """In place of the lasting child: calls are answered in this process."""

    def call(self, target, *args, progress=None, order=None):
        module, name = target.split(":")
        return getattr(importlib.import_module(module), name)(*args)

    def close(self):
        """Nothing runs."""


def plant() -> set[str]:
    """A class of 200 students with all that the school knows of them; the codes of their works."""
    factory.school(locale="ru", languages=["ru", "kk", "en"])
    factory.bells()
    group = factory.group()
    teacher = factory.person(phone=f"+7 {PHONE}9-99-99", email=f"{STEM}@example.org")
    factory.grant(teacher, "subject_teacher")
    course = factory.course(group)
    factory.teacher(course, teacher)
    lesson = factory.lesson(course, teacher_id=teacher)
    factory.material(lesson.lesson_course)
    task = factory.task(lesson.lesson_course)
    factory.add(models.AnswerField(id=factory.new_id(), task_id=task, position=1, kind="one", label="Столица",
                                   options=["Лена", "Обь"], key=[0, f"{STEM}ый ключ"], points=7))  # fmt: skip

    def save(session):
        for n in range(COUNT):
            name, phone = f"{STEM}{n}", f"+7 {PHONE}{n // 100}-{n % 100:02d}-{n % 97:02d}"
            student, parent = factory.new_id(), factory.new_id()
            for id, kind in ((student, "ый"), (parent, "ая")):
                session.add(models.Person(id=id, slug=id[:16], last_name=f"{name}{kind}", first_name=f"{name}имя",
                                          middle_name=f"{name}ич", phone=phone, email=f"{n}@example.org"))  # fmt: skip
            session.flush()
            session.add(models.Guardianship(id=factory.new_id(), guardian_id=parent, student_id=student,
                                            relation="mother"))  # fmt: skip
            session.add(models.Membership(id=factory.new_id(), person_id=student, group_id=group, since=factory.SINCE,
                                          until=None))  # fmt: skip

    store.write(save)
    codes = factory.works(task)
    for number, (student, code) in enumerate(codes.items()):
        logbook.mark(code, str(2 + number % 4), comment=f"{STEM}ая похвала {number}")
        if number % 10 == 0:
            logbook.absent(student, lesson.lesson_course, reason=f"{STEM}ая причина")
    return set(codes.values())


@pytest.fixture
def codes(app) -> set[str]:
    """The school is planted and published."""
    app.extensions["child"].close()
    app.extensions["child"] = Here()
    codes = plant()
    publishing.publish(week_days(factory.TODAY), today=factory.TODAY, now=datetime(2026, 12, 7, 3, tzinfo=UTC),
                       actor_id=None)  # fmt: skip
    return codes


@pytest.mark.large
def test_no_canary_leaves_the_school_on_any_way(codes: set[str], tmp_path: Path):
    database = b"".join(file.read_bytes() for file in config().home.glob("korablik.db*"))
    assert len(codes) == COUNT and len(tokens(database, codes)) > COUNT
    public, issue = config().public, about.issue(db.session, config())
    stick, kiwix, mirror, zipped = (tmp_path / name for name in ("stick", "kiwix", "mirror", "zip"))
    usb.carry(public, Disk(stick), config().home, (), about.about_stick(issue), lambda *told: None)
    sending.send(public, f"file://{mirror}", config().home, lambda *told: None)
    zipped.mkdir()
    (zipped / "stick.zip").write_bytes(desk.stick_zip(public, config().home, issue, ()).getvalue())
    [slug] = issue.slugs
    zim.write_zim(public, slug, tmp_path / "class.zim", about.about_zim(issue, slug))
    subprocess.run(["zimdump", "dump", f"--dir={kiwix}", str(tmp_path / "class.zim")], check=True)
    for folder in (public, stick, mirror, zipped, kiwix):
        assert sum(file.stat().st_size for file in folder.rglob("*")) > 10_000
        assert find(folder, codes) == [], folder.name


def test_canaries_are_found_however_they_are_packed():
    word, code = f"{STEM}ый".encode(), {"482170317"}
    archive, picture, info = io.BytesIO(), io.BytesIO(), PngInfo()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", word * 9)
    info.add_itxt("Comment", word.decode(), zip=True)
    Image.new("RGB", (2, 2)).save(picture, "PNG", pnginfo=info)
    packed = [
        word, gzip.compress(word), archive.getvalue(), picture.getvalue(), json.dumps({"a": word.decode()}).encode(),
        word.decode().encode("cp1251"), b'src="data:x;base64,' + base64.b64encode(gzip.compress(word * 3)) + b'"',
        gzip.compress(archive.getvalue()), word.decode().upper().encode(),
    ]  # fmt: skip
    assert [tokens(data, set()) for data in packed] == [{STEM}] * len(packed)
    assert tokens(b"482 170 317 and 4821703170", code) == code and tokens(f"+7 {PHONE}1-22-33".encode(), set())
    assert tokens(b"Lodkin +7 900 000-00-01 482170318" + struct.pack(">I", 7) + zlib.compress(b""), code) == set()
