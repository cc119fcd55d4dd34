"""Every address × every role: answered or refused as the table says, and no address is missing from the table."""

import importlib
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.errors import DomainError
from server.models import ROLES
from tests.server import factory
from tests.server.web.conftest import Office
from tests.server.web.rows import Row
from tests.server.web.world import Class

HERE = Path(__file__).parent
TABLE: tuple[Row, ...] = tuple(
    row
    for file in sorted(HERE.glob("rows_*.py"))
    for row in importlib.import_module(f"tests.server.web.{file.stem}").ROWS
)
GUARDED = [row for row in TABLE if not row.public]


def _id(row: Row) -> str:
    return f"{row.method} {row.endpoint}"


def _ask(office: Office, client: FlaskClient, row: Row, scope: Class) -> TestResponse:
    with office.app.test_request_context():
        address = office.app.url_for(row.endpoint, **row.path(office.world, scope))
    given = row.form(office.world, scope)
    if row.method == "GET":
        return client.get(address, query_string=given)
    return client.open(address, method=row.method, data=given)


def _is_refused(response: TestResponse) -> bool:
    assert response.status_code < 500, response.data[-2000:]
    assert response.status_code != 401, response.data[-2000:]
    assert b"form_expired" not in response.data[-2000:], "the CSRF token was refused before the right was looked at"
    return response.status_code == 403


def test_every_address_is_in_the_table(office: Office) -> None:
    known = {(row.endpoint, row.method) for row in TABLE}
    served = {
        (rule.endpoint, method)
        for rule in office.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served - known == set()
    assert known - served == set()


def test_no_row_stands_twice() -> None:
    assert len({(row.endpoint, row.method) for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("row", GUARDED, ids=_id)
def test_each_role_is_answered_as_the_table_says(office: Office, row: Row) -> None:
    for role in ROLES:
        client = factory.signed_in(office.app, office.world.accounts[role])
        near, far = row.expected(role)
        assert _is_refused(_ask(office, client, row, office.world.near)) is not near, f"{role}, own class"
        if row.path(office.world, office.world.near) != row.path(office.world, office.world.far) or row.form(
            office.world, office.world.near
        ) != row.form(office.world, office.world.far):
            assert _is_refused(_ask(office, client, row, office.world.far)) is not far, f"{role}, another class"


@pytest.mark.parametrize("row", GUARDED, ids=_id)
def test_nobody_is_answered_without_signing_in(office: Office, row: Row) -> None:
    client = factory.visitor(office.app)
    client.environ_base.update(factory.csrf(office.app, client, "visitor"))
    response = _ask(office, client, row, office.world.near)
    if row.method == "GET" and not response.request.path.startswith("/api/"):
        assert response.status_code == 302
        assert response.location.startswith("/sign-in")
    else:
        assert response.status_code == 401


def test_somebody_without_any_role_gets_nothing(office: Office) -> None:
    client = factory.signed_in(office.app, office.world.spare)
    for row in GUARDED:
        if any(row.expected(role) != (True, True) for role in ROLES):
            assert _is_refused(_ask(office, client, row, office.world.near)), row.endpoint


def test_public_addresses_answer_anybody(office: Office) -> None:
    for row in TABLE:
        if row.public:
            client = factory.visitor(office.app)
            client.environ_base.update(factory.csrf(office.app, client, "anybody"))
            response = _ask(office, client, row, office.world.near)
            assert (response.status_code == 401) is row.signed, row.endpoint
            assert "next=" not in (response.location or ""), row.endpoint


def test_an_address_that_declares_nothing_keeps_the_office_from_starting(office: Office) -> None:
    from apiflask import APIFlask

    from server.web import access

    app = APIFlask("bare")
    app.add_url_rule("/forgotten", "forgotten", lambda: "open to all")
    with pytest.raises(RuntimeError, match="/forgotten"):
        access.init_app(app)


def test_an_address_added_later_without_declaring_is_refused(office: Office) -> None:
    from apiflask import APIFlask

    from server.web import access

    app = APIFlask("late", docs_path=None)
    app.config["TESTING"] = True
    access.init_app(app)
    app.add_url_rule("/late", "late", lambda: "open to all")
    with pytest.raises(DomainError, match="forbidden"):
        app.test_client().get("/late")
