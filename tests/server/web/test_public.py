"""public/ for everybody, and nothing beside it."""

import pytest

from server.security import HEADERS
from tests.server import factory

POLICY = "default-src 'none'; style-src 'sha256-abc='; script-src 'self' 'sha256-def='"
PAGE = f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>7</title>'


@pytest.fixture(scope="module")
def reader(office):
    home = office.app.extensions["korablik"].home
    public = home / "public"
    (public / "7a").mkdir(parents=True, exist_ok=True)
    (public / "index.html").write_text(PAGE)
    (public / "7a/index.html").write_text(PAGE)
    (public / "7a/bare.html").write_text("<title>bare</title>")
    (public / "edition.js").write_text("var edition = 1;")
    (public / "worker.js").write_text("var worker;")
    (public / ".hidden.html").write_text("half written")
    (home / "packs").mkdir(exist_ok=True)
    (home / "packs/secret.pdf").write_text("SECRET")
    (home / "public-not.txt").write_text("SECRET")
    (public / "out.txt").symlink_to(home / "packs/secret.pdf")
    (public / "away").symlink_to(home / "packs")
    (public / "same.html").symlink_to(public / "index.html")
    return factory.visitor(office.app)


def test_pages_are_served_without_sign_in(reader):
    for path in ("/public/", "/public/index.html", "/public/7a/", "/public/7a/index.html", "/public/same.html"):
        answer = reader.get(path)
        assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8"), path
    assert reader.get("/public/edition.js").mimetype == "text/javascript"
    assert reader.get("/public/7a").location == "/public/7a/"
    assert reader.get("/public/8b/").status_code == 404


@pytest.mark.parametrize("path", [
    "../packs/secret.pdf", "..%2fpacks%2fsecret.pdf", "%2e%2e/packs/secret.pdf", "7a/../../packs/secret.pdf",
    "7a/..%2f..%2fpacks%2fsecret.pdf", "%2fetc%2fpasswd", "/etc/passwd", "..%5cpacks%5csecret.pdf",
    "..\\packs\\secret.pdf", "out.txt", "away/secret.pdf", "../public-not.txt", "..%2fpublic-not.txt", ".hidden.html",
    "7a/./../../korablik.db",
    "..%2fkorablik.db", "..%2fkeys%2fsession.key", "index.html%00.pdf", "7a%2f..%2f..%2fkorablik.db", "C:%2fWindows",
    "a/" * 3000,
])  # fmt: skip
def test_nothing_else_is_reachable(reader, path):
    answer = reader.get(f"/public/{path}")
    assert answer.status_code in (301, 308, 404), path
    assert b"SECRET" not in answer.data and b"root:" not in answer.data
    if answer.status_code != 404:
        assert reader.get(answer.location).status_code == 404


def test_a_page_that_has_not_changed_is_not_sent_again(reader):
    first = reader.get("/public/7a/index.html")
    assert first.headers["ETag"] and first.headers["Cache-Control"] == "no-cache"
    again = reader.get("/public/7a/index.html", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_worker_may_ask_for_files_and_is_asked_for_once_a_day(reader):
    answer = reader.get("/public/worker.js")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/javascript", "max-age=86400")


def test_a_pages_own_policy_is_repeated_and_never_widened(reader):
    assert reader.get("/public/").headers["Content-Security-Policy"] == f"{POLICY}; frame-ancestors 'none'"
    bare = reader.get("/public/7a/bare.html").headers["Content-Security-Policy"]
    assert bare.startswith("default-src 'none'") and "unsafe" not in bare
    assert reader.get("/public/edition.js").headers["X-Content-Type-Options"] == "nosniff"
    assert reader.get("/public/nothing").headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
