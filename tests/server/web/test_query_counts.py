"""How many queries a page asks: few, and no more when there are more students, lessons and works."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from server.extensions import db
from tests.server import factory
from tests.server.web.conftest import Office
from tests.server.web.rows import Row
from tests.server.web.test_role_matrix import GUARDED

LIMIT = 20
ROLES = ("director", "deputy_studies", "class_teacher", "subject_teacher", "operator")
PAGES = [row for row in GUARDED if row.method == "GET" and not row.endpoint.endswith(("download", "watch"))]
# many parts each; they may not grow
ABOVE = {"today.home": 35, "hotline_topics.page": 26, "changes.page": 37, "day_lessons.new": 21}


class Asked:
    """The statements of one request."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def note(self, _connection, _cursor, statement: str, *_rest) -> None:
        self.statements.append(statement)


def _ask(office: Office, client: FlaskClient, row: Row) -> list[str]:
    world, asked = office.world, Asked()
    with office.app.test_request_context():
        address = office.app.url_for(row.endpoint, **row.path(world, world.near))
    query = row.form(world, world.near)
    client.get(address, query_string=query)
    event.listen(db.engine, "before_cursor_execute", asked.note)
    try:
        answer = client.get(address, query_string=query)
    finally:
        event.remove(db.engine, "before_cursor_execute", asked.note)
    assert answer.status_code < 500
    return asked.statements


@pytest.mark.parametrize("role", ROLES)
def test_every_page_asks_few_queries(office: Office, role: str) -> None:
    client = factory.signed_in(office.app, office.world.accounts[role])
    counts = {row.endpoint: len(_ask(office, client, row)) for row in PAGES if row.expected(role)[0]}
    assert {page: n for page, n in counts.items() if n > ABOVE.get(page, LIMIT)} == {}


def test_more_students_and_works_ask_no_more_queries(office: Office) -> None:
    near = office.world.near
    client = factory.signed_in(office.app, office.world.accounts["class_teacher"])
    wanted = [row for row in PAGES if row.expected("class_teacher")[0]]
    before = {row.endpoint: len(_ask(office, client, row)) for row in wanted}
    for number in range(6):
        factory.student(near.id, f"Gruzov{number}")
        lesson = factory.lesson(near.course, n=2 + number)
        factory.works(factory.task(lesson.lesson_course, f"More {number}"))
    db.session.rollback()
    after = {row.endpoint: len(_ask(office, client, row)) for row in wanted}
    assert {page: (n, after[page]) for page, n in before.items() if after[page] > n + 2} == {}
