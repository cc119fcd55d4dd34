"""Signs on pages: what a form may say, sets that are never changed, and what the database itself refuses."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from printables.marked import Sign
from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Sign as SignRow
from server.models import SignSet, Work
from server.services.marking import signs
from server.services.marking.signs import MOST, PageSigns
from tests.server import apps, factory
from tests.server.web.rows_marking import scanned

NOW = datetime(2026, 12, 7, 3, tzinfo=UTC)
CHECK, LINE = Sign("right", 0.5, 0.25), Sign("line", 0.1, 0.2, 0.4, 0.21)
WORD = Sign("text", 0.9, 0.3, text="−1")


def form(*said, base=0, page="p"):
    return json.dumps({page: {"base": base, "signs": list(said)}})


def test_what_was_told_is_read_back():
    told = PageSigns(3, (CHECK, LINE, WORD, Sign("unclear", 0, 1)))
    assert signs.read(json.dumps({"p": told.plain}), {"p"}) == {"p": told}
    assert signs.read("", {"p"}) == {}


POINT = {"kind": "right", "x": 0.5, "y": 0.5}


@pytest.mark.parametrize("text", [
    "{", "[]", "7", "null", '{"p": []}', '{"p": {"signs": []}}', '{"p": {"base": true, "signs": []}}', "[" * 5000,
    '{"p": {"base": 0, "signs": {}}}', form(POINT, page="of another work"), form("right"), form([1]), form({}),
    form({**POINT, "kind": "heart"}), form({**POINT, "kind": ["right"]}), form({**POINT, "x": -0.01}),
    form({**POINT, "x": 1.01}), form({**POINT, "y": None}), form({**POINT, "y": "0.5"}), form({**POINT, "y": True}),
    form({**POINT, "x": float("nan")}), form({**POINT, "x": float("inf")}), form({**POINT, "x": 10**400}),
    form({**POINT, "kind": "line"}), form({**POINT, "kind": "line", "x2": 0.5, "y2": 2}),
    form({**POINT, "kind": "text"}), form({**POINT, "kind": "text", "text": " \x00 "}),
    form({**POINT, "kind": "text", "text": 7}), form({**POINT, "kind": "text", "text": "\u202eabc"}),
])  # fmt: skip
def test_what_is_no_sign_is_refused(text):
    with pytest.raises(DomainError, match="signs_invalid"):
        signs.read(text, {"p"})


def test_too_many_and_too_long_are_told():
    with pytest.raises(DomainError, match="signs_many"):
        signs.read(form(*[POINT] * 500), {"p"})
    assert len(signs.read(form(*[POINT] * MOST), {"p"})["p"].signs) == MOST
    with pytest.raises(DomainError, match="text_long"):
        signs.read(form({**POINT, "kind": "text", "text": "а" * 41}), {"p"})


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
                    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(
                        ["p", "base", "signs", "kind", "x", "y", "x2", "y2", "text"]), one, max_size=5)))  # fmt: skip
def test_whatever_comes_is_read_or_refused(said):
    try:
        found = signs.read(json.dumps(said), {"p"})
    except DomainError as error:
        assert error.code in ("signs_invalid", "signs_many", "text_long")
    else:
        assert found.keys() <= {"p"}


def _school() -> tuple[str, str, str, str]:
    """Two teachers, a work and its page."""
    factory.school()
    group = factory.group()
    factory.student(group)
    [code] = factory.works(factory.task(factory.lesson(factory.course(group)).lesson_course)).values()
    work = db.session.scalar(select(Work.id).where(Work.code == code))
    return factory.person("Нивина"), factory.person("Парусова"), work, scanned(code)


def keep(work: str, page: str, by: str, n: int, *found: Sign, hours: int = 0) -> None:
    at = NOW + timedelta(hours=hours)
    store.write(lambda session: signs.keep(session, work, {page: PageSigns(n, found)}, by, at))
    db.session.rollback()


def stands(page: str) -> PageSigns:
    return signs.of_pages(db.session, [page]).get(page, signs.NONE)


def _walk(teacher: str, colleague: str, work: str, page: str) -> None:
    assert stands(page) == PageSigns()
    keep(work, page, teacher, 0, CHECK, LINE, WORD)
    assert stands(page) == PageSigns(1, (CHECK, LINE, WORD))
    keep(work, page, teacher, 0, CHECK, LINE, WORD)  # a double click
    assert stands(page).n == 1
    with pytest.raises(DomainError, match="signs_changed"):
        keep(work, page, colleague, 0, CHECK)
    keep(work, page, colleague, 1, CHECK, hours=1)
    keep(work, page, teacher, 2, hours=2)  # all taken away
    assert stands(page) == PageSigns(3, ())
    kept = db.session.execute(select(SignSet.n, SignSet.by_id, SignSet.at).order_by(SignSet.n)).all()
    assert kept == [(1, teacher, NOW), (2, colleague, NOW + timedelta(hours=1)), (3, teacher, NOW + timedelta(hours=2))]
    assert db.session.scalar(select(func.count()).select_from(SignRow)) == 4
    with pytest.raises(DomainError, match="signs_invalid"):
        keep(work, "another work's", teacher, 0, CHECK)
    _refuses(page)


def _refuses(page: str) -> None:
    """The database's own word on rows that no form can bring."""
    own = db.session.scalar(select(SignSet.id).where(SignSet.page_id == page, SignSet.n == 3))
    good = {"set_id": own, "position": 0, "kind": "right", "x": 0.5, "y": 0.5, "x2": None, "y2": None, "text": ""}
    for wrong in ({"kind": "heart"}, {"x": 1.5}, {"y": -0.1}, {"kind": "line"}, {"x2": 0.5}, {"text": "a"},
                  {"kind": "text"}, {"kind": "text", "text": "a" * 41}, {"position": 100},
                  {"kind": "line", "x2": 0.5, "y2": 7}):  # fmt: skip
        with pytest.raises((IntegrityError, DomainError)):
            store.write(lambda session, wrong=wrong: session.execute(insert(SignRow), [{**good, **wrong}]))
    store.write(lambda session: session.execute(insert(SignRow), [good]))


def test_sets_are_kept_one_after_the_other_and_none_is_changed(app):
    _walk(*_school())


@pytest.mark.postgres
def test_the_same_on_postgres(tmp_path: Path, pg_url: str):
    with apps.on_postgres(tmp_path / "home", pg_url):
        _walk(*_school())
