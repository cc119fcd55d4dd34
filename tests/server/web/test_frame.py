"""What every answer has: headers, one shape of error for people and one for machines, a frame that leads on."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask

from server import security
from server.config import make_config
from server.errors import CATALOGUE
from server.models import ROLES
from server.web import shell
from tests.server import apps, factory
from tests.server.factory import Client
from tests.server.web.conftest import Office

PATHS = ["/", "/sign-in", "/nothing-here", "/people/", "/accounts/", "/static/office.css", "/api/v1/health", "/api/no"]

CHILD = "Veslov"


@pytest.fixture(scope="module")
def director(office: Office) -> Client:
    return factory.signed_in(office.app, office.world.accounts["director"])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("known", [True, False])
def test_every_answer_bears_the_security_headers(office: Office, director: Client, path: str, known: bool) -> None:
    answer = (director if known else factory.visitor(office.app)).get(path)
    for name, value in security.HEADERS.items():
        assert answer.headers[name] == value
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


@pytest.mark.parametrize(
    "path", ["/people/", "/nothing-here", "/static/nothing-here.css", "/public/nobody/", "/sign-in"]
)
@pytest.mark.parametrize("known", [True, False])
def test_no_page_of_the_office_is_kept_by_browsers(office: Office, director: Client, path: str, known: bool) -> None:
    answer = (director if known else factory.visitor(office.app)).get(path)
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_for_everybody_may_be_kept_by_those_who_are_signed_in_too(office: Office, director: Client) -> None:
    public = office.app.extensions["korablik"].public
    public.mkdir(exist_ok=True)
    (public / "index.html").write_text("<p>Classes</p>", encoding="utf-8")
    assert director.get("/public/").headers["Cache-Control"] == "no-cache"
    assert "no-store" not in director.get("/static/office.css").headers["Cache-Control"]


@pytest.mark.parametrize("role", ROLES)
def test_no_page_needs_what_the_policy_forbids(office: Office, role: str) -> None:
    client = factory.signed_in(office.app, office.world.accounts[role])
    for path in ("/", "/people/?q=Ve", "/people/class/7a", "/people/staff", "/accounts/", "/nothing-here"):
        html = client.get(path).text
        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", html), path
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)", html), path


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/nothing-here", 404, "not_found"), ("/people/class/none", 404, "group_unknown"),
     ("/people/nobody", 404, "person_unknown"), ("/language", 405, "method_not_allowed")],
)  # fmt: skip
def test_people_get_a_page_with_the_reason_and_a_way_out(director: Client, path: str, status: int, code: str) -> None:
    answer = director.get(path)
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert code in answer.text
    assert re.search(r'<a class="button main" href="/"', answer.text)
    assert "Traceback" not in answer.text


def test_who_may_not_is_told_so_kindly(office: Office) -> None:
    answer = factory.signed_in(office.app, office.world.accounts["support_staff"]).get("/accounts/")
    assert answer.status_code == 403
    assert "Not for your role" in answer.text


@pytest.mark.parametrize(("path", "status"), [("/api/no", 404), ("/api/v1/commands", 405)])
def test_machines_get_problem_json_of_one_shape(office: Office, path: str, status: int) -> None:
    answer = factory.visitor(office.app).get(path)
    assert answer.mimetype == "application/problem+json"
    problem = json.loads(answer.data)
    assert set(problem) == {"type", "title", "status"}
    assert problem["status"] == answer.status_code == status
    assert problem["type"].removeprefix("urn:korablik:") in CATALOGUE
    assert problem["title"]


@pytest.fixture
def broken(blank_home: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """An office in which two addresses break."""
    from server.web.access import public

    @public
    def fails() -> str:
        raise RuntimeError(f"{CHILD} failed")

    shutil.copytree(blank_home, tmp_path / "home")
    with apps.built(make_config(tmp_path / "home", testing=True)) as app:
        factory.school()
        for path, endpoint in (("/breaks", "breaks"), ("/api/breaks", "api_breaks")):
            app.add_url_rule(path, endpoint, fails)
        yield app


def test_a_breakdown_shows_neither_its_text_nor_a_name(broken: APIFlask, caplog: pytest.LogCaptureFixture) -> None:
    page, problem = factory.visitor(broken).get("/breaks"), factory.visitor(broken).get("/api/breaks")
    assert (page.status_code, problem.status_code) == (500, 500)
    assert "Something broke on our side" in page.text
    assert problem.json["type"] == "urn:korablik:internal"
    assert CHILD not in page.text + problem.text + caplog.text


@pytest.mark.parametrize("role", ROLES)
def test_every_place_in_the_menu_opens(office: Office, role: str) -> None:
    client = factory.signed_in(office.app, office.world.accounts[role])
    header = client.get("/").text.split("<nav", 1)[1].split("</nav>")[0]
    paths = re.findall(r'href="([^"]+)"', header)
    assert paths[0] == "/"
    for path in paths:
        assert client.get(path, follow_redirects=True).status_code == 200, path


def test_the_menu_names_the_page_where_one_is(director: Client) -> None:
    html = director.get("/people/staff").text
    assert re.findall(r'href="([^"]+)" aria-current="page"', html) == ["/people/"]


def test_the_most_exact_entry_of_the_menu_is_the_page_where_one_is(director: Client) -> None:
    html = director.get("/lessons/timetable").text.split("<nav", 1)[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)" aria-current="page"', html) == ["/lessons/timetable"]


def test_who_prepares_no_lessons_finds_the_timetable(office: Office) -> None:
    client = factory.signed_in(office.app, office.world.accounts["support_staff"])
    assert 'href="/lessons/timetable"' in client.get("/").text


def test_every_page_can_be_skipped_through_and_has_one_heading(director: Client) -> None:
    for path in ("/", "/people/", "/people/class/7a", "/people/staff", "/accounts/", "/accounts/rota", "/password"):
        html = director.get(path).text
        assert 'href="#content"' in html and 'id="content"' in html
        assert len(re.findall("<h1", html)) == 1, path


def test_days_are_written_as_the_language_does(office: Office) -> None:
    with office.app.test_request_context():
        assert shell.long_day(factory.TODAY) == "Monday, 7 December"
        from flask_babel import force_locale

        with force_locale("ru"):
            assert shell.long_day(factory.TODAY) == "Понедельник, 7 декабря"
        with force_locale("kk"):
            assert shell.long_day(factory.TODAY) == "7 желтоқсан, дүйсенбі"
