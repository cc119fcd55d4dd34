"""The weekly slip: a child's own week and nobody else's, for the families that get paper, in their language."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from apiflask import APIFlask
from sqlalchemy import select

from printables.weekly import WeeklyReport
from server import models
from server.errors import DomainError
from server.extensions import db
from server.services import weekly_slip
from server.services.weeks import monday
from tests.printables.paper import Margins, pages_of, whole
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.press import Press

pytestmark = pytest.mark.pdf
NOW = datetime(2026, 12, 7, 5, 0, tzinfo=UTC)
FIRST = monday(TODAY)


class School:
    """Two children of one class; the first has a mark and a debt, the second was absent."""

    def __init__(self) -> None:
        factory.school(locale="ru", hotline_phone="+7 900 000-00-20", hotline_hours="8:00–18:00")
        self.near = factory.group()
        self.yegor = factory.student(self.near, "Қаңлыбек", "Ғани")
        self.vera = factory.student(self.near, "Якорная", "Вера")
        self.mother = factory.guardian(self.yegor, phone="+7 900 000-00-05")
        factory.guardian(self.vera, "Якорная", "Ольга", phone="+7 900 000-00-06")
        self.course = factory.course(self.near, "алгебра")
        self.lesson = factory.lesson(self.course)
        lesson_course = self.lesson.lesson_course
        self.codes = factory.works(factory.task(lesson_course, "Корни"))
        factory.works(factory.task(lesson_course, "Старая работа", FIRST - timedelta(days=2)))
        teacher = factory.person("Незабудкина", "Виктория", phone="+7 900 111-22-33", released=["name", "phone"])
        factory.grant(teacher, "class_teacher", group_id=self.near)

    def print(self, **wishes) -> WeeklyReport:
        db.session.rollback()
        made = weekly_slip.print_slips(db.session, self.group, FIRST, today=TODAY, **wishes)
        self.pdf = made.pdf
        assert made.pages == len(pikepdf.open(BytesIO(made.pdf)).pages)
        return made

    @property
    def group(self) -> models.Group:
        return db.session.get_one(models.Group, self.near)


@pytest.fixture
def at(app: APIFlask):
    app.extensions["child"] = Press()
    with app.test_request_context():
        yield School()


def texts(at: School, folder: Path) -> list[str]:
    file = folder / "weekly.pdf"
    file.write_bytes(at.pdf)
    return whole(file, folder, margins=Margins(13, 5))


def halves(at: School, folder: Path) -> dict[str, str]:
    """Surname → what its half of the page says."""
    [page] = texts(at, folder)
    first, second = page.split("Якорная Вера", 1)
    return {"Қаңлыбек": first, "Якорная": second}


def test_each_half_tells_of_its_own_child(at: School, tmp_path: Path):
    logbook.hand_in(at.codes[at.yegor], mark="4", comment="Проверь знак")
    logbook.absent(at.vera, at.lesson.lesson_course, "Б")
    assert at.print().slips == 2
    own = halves(at, tmp_path)
    assert "Проверь знак" in own["Қаңлыбек"] and "Проверь знак" not in own["Якорная"]
    assert "Старая работа" in own["Қаңлыбек"] and "Старая работа" in own["Якорная"]
    assert "болезн" in own["Якорная"].casefold() and "болезн" not in own["Қаңлыбек"].casefold()
    for text in own.values():
        assert "+7 900 111-22-33" in text and "+7 900 000-00-20" in text and "8:00–" in text
        assert "Қаңлыбек" in own["Қаңлыбек"] and "Қаңлыбек" not in own["Якорная"]


def test_what_was_sent_back_stands_with_its_comment_and_not_among_the_marks(at: School, tmp_path: Path):
    logbook.hand_in(at.codes[at.yegor], verdict="redo", comment="Нет вывода")
    at.print()
    [page] = texts(at, tmp_path)
    assert page.count("Нет вывода") == 1


def test_only_families_reached_on_paper_on_wish(at: School, tmp_path: Path):
    with pytest.raises(DomainError) as refused:
        at.print(only_paper=True)
    assert refused.value.code == "nobody_on_paper"
    factory.add(models.FamilyChannel(id=factory.new_id(), person_id=at.mother, channel="slip", address="", position=1,
                                     noted_at=NOW, language="kk"))  # fmt: skip
    assert at.print(only_paper=True).slips == 1
    [page] = texts(at, tmp_path)
    assert "Қаңлыбек" in page and "Якорная" not in page and "желтоқсан" in page
    share = weekly_slip.shares(db.session, [at.group], FIRST, TODAY)[at.near]
    assert (share.students, share.on_paper) == (2, 1)


def test_a_week_that_is_over_does_not_tell_what_came_later(at: School, tmp_path: Path):
    logbook.hand_in(at.codes[at.yegor], mark="4", comment="Проверь знак")
    db.session.rollback()
    before = FIRST - timedelta(days=7)
    at.pdf = weekly_slip.print_slips(db.session, at.group, before, today=TODAY).pdf
    assert "Проверь знак" not in texts(at, tmp_path)[0]


def test_a_week_to_come_and_an_empty_class_are_refused(at: School):
    with pytest.raises(DomainError) as refused:
        weekly_slip.print_slips(db.session, at.group, FIRST + timedelta(days=7), today=TODAY)
    assert refused.value.code == "week_not_begun"
    empty = db.session.get_one(models.Group, factory.group("8 «Б»", "8b", 8))
    with pytest.raises(DomainError) as refused:
        weekly_slip.print_slips(db.session, empty, FIRST, today=TODAY)
    assert refused.value.code == "class_empty"


def test_a_message_of_the_week_is_there_shortened(at: School, tmp_path: Path):
    factory.add(models.Message(id=factory.new_id(), kind="notice", audience="student", student_id=at.vera,
                               title="Собрание", text="Приходите. " * 60, created_at=NOW))  # fmt: skip
    at.print()
    own = halves(at, tmp_path)
    assert "Собрание" in own["Якорная"] and "…" in own["Якорная"] and "Собрание" not in own["Қаңлыбек"]


def test_who_took_the_file_is_recorded(at: School):
    account = factory.account("teacher", "class_teacher", group_id=at.near)
    from server.services.going_out import Starter

    by = Starter(factory.person_of(account), account, "T.", NOW, TODAY)
    weekly_slip.note_download("2026-W50", "7a", by)
    db.session.rollback()
    entry = db.session.scalars(select(models.AuditEntry)).all()[-1]
    assert (entry.action, entry.target, entry.account_id) == ("weekly_slips.download", "2026-W50 7a", account)


def test_every_page_of_the_file_says_whose_it_is(at: School, tmp_path: Path):
    for number in range(7):
        factory.student(at.near, f"Ученик{number}", "Һасан")
    made = at.print()
    assert made.slips == 9 and made.pages == 5 and made.whole == 0
    file = tmp_path / "all.pdf"
    file.write_bytes(at.pdf)
    assert all("Һасан" in page or "Якорная" in page or "Қаңлыбек" in page for page in pages_of(file))
