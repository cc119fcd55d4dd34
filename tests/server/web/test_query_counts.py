"""How many queries a page asks: few, and no more when there are more students, lessons and works."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from server.extensions import db
from tests.server import factory
from tests.server.web.conftest import Office
from tests.server.web.rows import Row
from tests.server.web.test_role_matrix import GUARDED

pytestmark = pytest.mark.large  # every page of the office, role by role
LIMIT = 20
ROLES = ("director", "deputy_studies", "class_teacher", "subject_teacher", "operator")
PAGES = [row for row in GUARDED if row.method == "GET" and not row.endpoint.endswith(("download", "watch"))]
# many parts each; they may not grow
ABOVE = {
    "today.home": 31, "answers.edit": 21, "hotline_topics.page": 26, "changes.page": 37, "marking.page": 22,
    "day_lessons.new": 21,
}  # fmt: skip

TODAY = {"director": 28, "deputy_studies": 29, "operator": 12}  # of Today by role


class Asked:
    """The statements of one request."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def note(self, _connection, _cursor, statement: str, *_rest) -> None:
        self.statements.append(statement)


def _ask(office: Office, client: FlaskClient, row: Row, warm: bool = True) -> list[str]:
    """The statements of a page; ``warm``: when it was asked before, so that what is kept is there."""
    world, asked = office.world, Asked()
    with office.app.test_request_context():
        address = office.app.url_for(row.endpoint, **row.path(world, world.near))
    query = row.form(world, world.near)
    if warm:
        client.get(address, query_string=query)
    event.listen(db.engine, "before_cursor_execute", asked.note)
    try:
        answer = client.get(address, query_string=query)
    finally:
        event.remove(db.engine, "before_cursor_execute", asked.note)
    assert answer.status_code < 500
    return asked.statements


def _above(office: Office, client: FlaskClient, most: dict[Row, int]) -> dict[str, int]:
    """Pages that ask more than they may, also when they are warm; a cold one may ask more, not less."""
    cold = [row for row, n in most.items() if len(_ask(office, client, row, warm=False)) > n]
    counts = {row: len(_ask(office, client, row)) for row in cold}
    return {row.endpoint: n for row, n in counts.items() if n > most[row]}


@pytest.mark.parametrize("role", ROLES)
def test_every_page_asks_few_queries(office: Office, role: str) -> None:
    client = factory.signed_in(office.app, office.world.accounts[role])
    above = {**ABOVE, "today.home": TODAY.get(role, ABOVE["today.home"])}
    most = {row: above.get(row.endpoint, LIMIT) for row in PAGES if row.expected(role)[0]}
    assert _above(office, client, most) == {}


def test_more_students_and_works_ask_no_more_queries(office: Office) -> None:
    near = office.world.near
    client = factory.signed_in(office.app, office.world.accounts["class_teacher"])
    wanted = [row for row in PAGES if row.expected("class_teacher")[0]]
    for row in wanted:
        _ask(office, client, row, warm=False)  # one page may keep what another finds
    before = {row: len(_ask(office, client, row, warm=False)) for row in wanted}
    for number in range(6):
        factory.student(near.id, f"Gruzov{number}")
        lesson = factory.lesson(near.course, n=2 + number)
        factory.works(factory.task(lesson.lesson_course, f"More {number}"))
    db.session.rollback()
    assert _above(office, client, {row: n + 2 for row, n in before.items()}) == {}
