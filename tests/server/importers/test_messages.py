"""Every finding has its sentence, and every sentence its finding."""

import ast
import re
from pathlib import Path

from flask_babel import force_locale

from server.importers import findings
from server.importers.findings import WARNING, Finding, Notes, Refused, Result
from server.importers.messages import MESSAGES

SOURCES = Path(findings.__file__).parent
CATALOGUE = SOURCES / "messages.py"


def own_codes():
    """The codes of the importers' own catalogue; services add theirs to the same mapping when they are loaded."""
    for node in ast.walk(ast.parse(CATALOGUE.read_bytes())):
        if isinstance(node, ast.Dict):
            yield from (key.value for key in node.keys if isinstance(key, ast.Constant))


def literals():
    """Every text constant of the importers except the catalogue's own."""
    for path in SOURCES.glob("*.py"):
        if path != CATALOGUE:
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_no_sentence_is_left_over():
    assert set(own_codes()) - set(literals()) == set()


def test_every_code_has_a_sentence():
    """What is named like the codes of a family must stand in the catalogue."""
    coded = re.compile(r"(?:content|timetable|archive|xml|term|bell|phone|date|student|column|encoding|file)_[a-z_]+")
    assert {text for text in literals() if coded.fullmatch(text)} - set(MESSAGES) == set()


def test_a_sentence_is_filled():
    finding = Finding("error", "class_latin", value="5A", suggestion="5А", column="Класс")
    assert finding.text() == "“5A” has a Latin letter: taken as 5А."


def test_a_percent_sign_in_a_file_does_no_harm():
    assert "%(x)s 100%" in Finding("warning", "role_unknown", value="%(x)s 100%").text()


def test_a_finding_quotes_no_more_than_a_line():
    notes = Notes("x")
    notes.add("warning", "role_unknown", value="я" * 5000)
    assert len(notes.found[0].value) == 200


def test_a_refusal_keeps_its_place_and_data():
    notes = Notes("x.csv")
    notes.refuse(Refused("column_missing", sheet="7А", row=2, column="Имя"))
    (finding,) = notes.found
    assert (finding.sheet, finding.row, finding.column, finding.refuses) == ("7А", 2, "Имя", True)
    assert Result(findings=(finding,)).refused
    assert Result(findings=(finding,)).of("warning") == ()


def test_a_proposed_day_is_written_as_the_language_writes_days(app):
    finding = Finding(WARNING, "date_short_year", value="12/05/14", suggestion="2014-05-12")
    with force_locale("ru"):
        assert finding.proposed() == "12.05.2014" and "12.05.2014" in finding.text()
    with force_locale("en"):
        assert finding.proposed() == "2014-05-12"
    assert Finding(WARNING, "class_latin", suggestion="2014-99-99").proposed() == "2014-99-99"
