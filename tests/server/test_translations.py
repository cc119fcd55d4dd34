"""The catalogues hold every text of the sources; Russian and English are complete, and each text can be filled."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from babel.support import Translations

from server.errors import CATALOGUE
from server.extensions import db
from server.importers.messages import MESSAGES
from server.services import counting
from server.services.commands.labels import LABELS
from server.services.imports.sentences import SENTENCES

ROOT = Path(__file__).parents[2]
CATALOGUES = ROOT / "server/translations"
FORMS = {"ru": 3, "en": 2, "kk": 2}
CALLS = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "ugettext"}
ERRORS = {"DomainError", "SyncError"}
PLACE = re.compile(r"%\(\w+\)[sd]")


@cache
def catalogue(locale: str) -> Catalog:
    with (CATALOGUES / locale / "LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=locale)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What `make messages` would gather now."""
    out = tmp_path_factory.mktemp("messages") / "messages.pot"
    rooms = [str(ROOT / room) for room in ("server", "printables", "site")]
    options = ["-F", str(ROOT / "pyproject.toml"), "-k", "_l", "-k", "lazy_gettext", "--no-location"]
    CommandLineInterface().run(["pybabel", "-q", "extract", *options, "-o", str(out), *rooms])
    with out.open("rb") as file:
        return read_po(file)


def texts(locale: str) -> list[Message]:
    return [message for message in catalogue(locale) if message.id]


def ids(found: Catalog) -> set[object]:
    return {message.id for message in found if message.id}


def forms(string: object) -> tuple[str, ...]:
    """Singular and plural, or the one text there is."""
    return (string,) if isinstance(string, str) else tuple(string)


def filled(message: Message) -> tuple[str, ...]:
    return tuple(form for form in forms(message.string) if form)


def calls(names: set[str], *rooms: str) -> Iterator[tuple[str, ast.Call, str]]:
    """(place, call, text) of each call that begins with a text."""
    for room in rooms:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    if name in names and isinstance(node.args[0].value, str):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", node, node.args[0].value


def test_gathering_sees_every_text_in_the_sources(sources: Catalog):
    """Babel passes over a text inside an f-string: it would stay English for ever."""
    known = {text for key in ids(sources) for text in forms(key)}
    assert [(place, text) for place, _, text in calls(CALLS, "server", "printables", "site") if text not in known] == []


@pytest.mark.parametrize("locale", FORMS)
def test_the_catalogue_is_of_these_sources(locale: str, sources: Catalog):
    """Run `make messages` after a change of texts."""
    assert ids(sources) - ids(catalogue(locale)) == set()
    assert ids(catalogue(locale)) - ids(sources) == set()
    assert list(catalogue(locale).obsolete) == []


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_nothing_is_missing(locale: str):
    assert [message.id for message in texts(locale) if not all(forms(message.string)) or not message.string] == []


@pytest.mark.parametrize("locale", FORMS)
def test_nothing_is_guessed(locale: str):
    assert [message.id for message in texts(locale) if message.fuzzy] == []


@pytest.mark.parametrize("locale", FORMS)
def test_numbers_have_all_their_forms(locale: str):
    assert catalogue(locale).num_plurals == FORMS[locale]
    plural = [message for message in texts(locale) if message.pluralizable and any(message.string)]
    assert plural
    assert [message.id for message in plural if len(filled(message)) != FORMS[locale]] == []


@pytest.mark.parametrize("locale", FORMS)
def test_places_to_fill_are_the_same(locale: str):
    wrong = []
    for message in texts(locale):
        wanted = set(PLACE.findall(forms(message.id)[-1]))
        for form in filled(message):
            stray = PLACE.sub("", form).count("%") - PLACE.sub("", forms(message.id)[0]).count("%")
            if set(PLACE.findall(form)) != wanted or stray:
                wrong.append((message.id, form))
    assert wrong == []


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_each_sentence_of_an_error_or_finding_can_be_filled(locale: str):
    sentences = [str(entry.text._args[0]) for entry in CATALOGUE.values()]
    sentences += [str(lazy._args[0]) for lazy in {**MESSAGES, **SENTENCES}.values()]
    for sentence in sentences:
        names = {place[2:-2]: "X" for place in PLACE.findall(sentence)}
        message = catalogue(locale).get(sentence)
        assert message is not None, sentence
        assert "%" not in forms(message.string)[0] % names


def test_each_error_is_raised_with_what_its_sentence_needs():
    lacking = []
    for place, node, code in calls(ERRORS, "server", "printables", "sync"):
        given = {keyword.arg for keyword in node.keywords}
        needs = {found[2:-2] for found in PLACE.findall(str(CATALOGUE[code].text._args[0]))}
        if None not in given and not needs <= given:  # None: **data
            lacking.append((place, code, needs - given))
    assert lacking == []


def test_each_count_of_the_terminal_has_words(app):
    counted = {name for name, value in counting.counts(db.session).items() if not isinstance(value, dict)}
    assert counted
    assert counted - set(LABELS) == set()


def test_russian_says_what_schools_say():
    """Its own quotes, dashes and ellipsis, ё, no Latin letter that looks Cyrillic, and no «завуч»."""
    bad = re.compile(r"завуч|[\"'“”„]|\.\.\.|\s[-–—]\s*$|\bеще\b|зачет|учетн|[а-яё][a-z]|[a-z][а-яё]", re.IGNORECASE)
    assert [form for message in texts("ru") for form in filled(message) if bad.search(form)] == []
    hyphens = [message.id for message in texts("ru") if " - " in " ".join(filled(message))]
    assert [key for key in hyphens if " - " not in forms(key)[0]] == []


@pytest.mark.parametrize("locale", FORMS)
def test_blanks_at_the_edges_stay(locale: str):
    """They join a text to the next one, or indent a line of the terminal."""
    wrong = []
    for message in texts(locale):
        wanted = forms(message.id)[0]
        blanks = wanted[: len(wanted) - len(wanted.lstrip())], wanted[len(wanted.rstrip()) :]
        wrong += [form for form in filled(message) if form != f"{blanks[0]}{form.strip()}{blanks[1]}"]
    assert wrong == []


def compiled(folder: Path, locale: str) -> Translations:
    return Translations.load(str(folder), [locale])


@pytest.fixture(scope="module")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the catalogues, compiled as `make translations` does it."""
    folder = tmp_path_factory.mktemp("catalogues")
    shutil.copytree(CATALOGUES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    subprocess.run([sys.executable, str(ROOT / ".ci/compile-catalogues"), str(folder)], check=True)
    return folder


def test_what_kazakh_lacks_is_said_in_russian(binaries: Path):
    kazakh, russian = compiled(binaries, "kk"), compiled(binaries, "ru")
    lacking = [message for message in texts("kk") if not filled(message)]
    assert lacking
    for message in lacking:
        if message.pluralizable:
            for number, like in ((1, 1), (2, 5), (5, 5)):  # Russian's "one" and "many"
                assert kazakh.ngettext(*message.id, number) == russian.ngettext(*message.id, like)
        else:
            assert kazakh.gettext(message.id) == russian.gettext(message.id)


@pytest.mark.parametrize("locale", FORMS)
def test_what_is_translated_is_compiled_as_it_stands(binaries: Path, locale: str):
    found = compiled(binaries, locale)
    for message in texts(locale):
        if filled(message) and not message.pluralizable:
            assert found.gettext(message.id) == message.string
