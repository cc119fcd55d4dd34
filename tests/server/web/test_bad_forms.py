"""Whatever is sent to an address that writes, it answers: accepted or refused, never broken."""

import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from itertools import cycle
from urllib.parse import quote

import pytest

from server.models import ROLES
from tests.server import factory
from tests.server.web.conftest import Office
from tests.server.web.rows import Row
from tests.server.web.test_role_matrix import TABLE

WRITES = [row for row in TABLE if row.method == "POST" and not row.public]
JUNK = (
    "", "x", "a\x00b", "\x0b\x1f", "\udc80\ud800", "я" * 50_000, "9" * 23, "3000000000", "-1", "²", "0001-01-01",
    "9999-12-31", "9999-12-31T23:59-14:00|15", "2026-12-07T09:00|15", "9999-W52", "25:99", "f" * 32,
    "<script>alert(1)</script>", "a|b:c/d,e",
)  # fmt: skip
READ = re.compile(r"""(?:form|values|args)\.?(?:get|getlist)?[\[(]["']([a-z_]+)["']""")
ACT = re.compile(r"""(?:==|in) \(?["']([a-z_]+)["']""")


@cache
def _source(module: str) -> str:
    return inspect.getsource(importlib.import_module(module))


def _forms(office: Office, row: Row) -> Iterator[dict[str, str]]:
    """Forms with the fields that the address reads, and junk in them: in all, or in one of those that fit."""
    sent = []
    for form in _drawn(office, row):
        if form not in sent:  # an address that reads few fields, or none, is sent the same again and again
            sent.append(form)
            yield form


def _drawn(office: Office, row: Row) -> Iterator[dict[str, str]]:
    source = _source(office.app.view_functions[row.endpoint].__module__)
    names = sorted(set(READ.findall(source)) - {"csrf_token"})
    fitting = {name: str(value) for name, value in row.form(office.world, office.world.near).items()}
    acts = cycle(sorted({"", *ACT.findall(source)}))
    for junk in JUNK:
        yield {**dict.fromkeys(names, junk), "act": next(acts)}
        for name in fitting:
            yield {**dict.fromkeys(names, junk), **fitting, name: junk}


def _encoded(form: dict[str, str]) -> str:
    return "&".join(f"{name}={_quoted(value)}" for name, value in form.items())


def _quoted(value: str) -> str:
    """Letters stand for themselves: taking 50 000 of them apart and together again is most of the time."""
    return value if value.isalnum() else quote(value.encode(errors="surrogatepass"))


@pytest.mark.parametrize("row", WRITES, ids=lambda row: row.endpoint)
def test_a_form_of_junk_is_answered(office: Office, row: Row) -> None:
    role = next(role for role in ROLES if row.expected(role)[0])
    client = factory.signed_in(office.app, office.world.accounts[role])
    office.app.testing, before = False, office.app.testing
    with office.app.test_request_context():
        address = office.app.url_for(row.endpoint, **row.path(office.world, office.world.near))
    try:
        for form in _forms(office, row):
            answer = client.post(address, data=_encoded(form), content_type="application/x-www-form-urlencoded")
            assert answer.status_code < 500, {name: value[:40] for name, value in form.items()}
            assert b"Traceback" not in answer.data
    finally:
        office.app.testing = before
