"""What the reader's look weighs in each page type, and that old browsers can read its scripts and styles."""

import gzip
import re
from pathlib import Path

import brotli
import pytest

from sync.search import FILE
from tests.bench.corpus import lessons, write_edition_of
from tests.browser.reader_site import PAGES, build
from tests.site.test_build import publish

THEME = Path(__file__).parents[2] / "site/theme"
KB = 1024
LESSON = 3.5 * KB  # bytes, brotli
# What ECMAScript 2015 does not know, so far as a search in the text can tell.
NEWER = {
    "async and await": r"\basync\b|\bawait\b",
    "optional chaining": r"\?\.(?!\d)",
    "?? and ??=": r"\?\?",
    "powers": r"\*\*",
    "spread of objects": r"\{\s*\.\.\.|,\s*\.\.\.\w+\s*\}",
    "catch without a name": r"\bcatch\s*\{",
    "comma after the last argument": r",\s*\)",
    "looking behind, named groups, Unicode properties": r"\(\?<|\\p\{",
    "private fields": r"\.#\w|^\s*#\w+\s*[=;(]",
    "bigints and separators": r"\b\d+n\b|\b\d+_\d",
    "methods that came later": r"\.(?:flat|flatMap|replaceAll|padStart|padEnd|matchAll|at|fromEntries|finally)\(",
    "globals that came later": r"\b(?:globalThis|queueMicrotask|structuredClone|Object\.(?:entries|values))\b",
}


@pytest.fixture(scope="module")
def public(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("look"))


def style_of(page: Path) -> bytes:
    return "".join(re.findall(r"<style>(.*?)</style>", page.read_text("utf-8"), re.DOTALL)).encode()


@pytest.mark.parametrize("kind", PAGES)
def test_the_style_of_every_page_type_is_a_kilobyte_at_most(public, kind):
    style = style_of(public / PAGES[kind])
    assert style
    assert len(gzip.compress(style, 9, mtime=0)) <= KB
    assert len(brotli.compress(style)) <= KB


def test_a_lesson_is_one_small_file(public):
    pages = [*public.glob("*/lesson-*.html"), *public.glob("*/kk/lesson-*.html")]
    assert len(pages) >= 10
    assert max(len(brotli.compress(page.read_bytes())) for page in pages) <= LESSON


def test_lessons_of_three_to_six_hundred_words_are_too(tmp_path):
    from server.services.publishing import LOCALES
    from server.services.sitebuild import build_group

    folder = write_edition_of(lessons(35, 1), tmp_path / "editions")
    build_group(folder, "1a", tmp_path / "public", None, LOCALES)
    sizes = [len(brotli.compress(page.read_bytes())) for page in (tmp_path / "public").glob("1a/lesson-*.html")]
    assert len(sizes) == 35
    assert max(sizes) <= LESSON


def test_nothing_moves(public):
    for page in public.rglob("*.html"):
        assert not re.search(rb"animation|transition|scroll-behavior|@keyframes", style_of(page)), page


def test_a_page_takes_only_pieces_that_there_are():
    known = set(re.findall(r"/\* piece ([a-z]+)", (THEME / "reader.css").read_text("utf-8")))
    for template in THEME.glob("*.html"):
        named = re.findall(r'{% set pieces = "([a-z ]*)" %}', template.read_text("utf-8"))
        assert {name for names in named for name in names.split()} <= known, template.name


def bare(script: str) -> str:
    """The script without comments and texts; what stands in regular expressions stays."""
    script = re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)", "", script, flags=re.DOTALL)
    return re.sub(r'"(?:[^"\\\n]|\\.)*"' + r"|'(?:[^'\\\n]|\\.)*'", '""', script)


def scripts_of(public: Path) -> dict[str, str]:
    """Inline scripts and those beside the pages; the worker is for browsers that have workers."""
    found = {file.name: file.read_text("utf-8") for file in public.rglob("*.js") if file.name in ("edition.js", FILE)}
    for page in public.rglob("*.html"):
        for text in re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.DOTALL):
            found[f"{page.stem} {len(text)}"] = text
    return found


def test_page_scripts_are_of_2015(public):
    found = scripts_of(public)
    assert {"edition.js", FILE} < set(found)
    for name, script in found.items():
        for what, pattern in NEWER.items():
            assert not (seen := re.search(pattern, bare(script), re.MULTILINE)), f"{name}: {what}: {seen}"


@pytest.mark.parametrize(
    "text",
    ["async function f() {}", "a?.b", "a ?? b", "2 ** 3", "f({ ...a })", "try { } catch { }", "f(a, )", "/(?<=a)b/",
     "this.#x", "10n", "[1].flat()", "Object.entries(a)"],
)  # fmt: skip
def test_what_is_newer_would_be_seen(text):
    assert any(re.search(pattern, bare(text), re.MULTILINE) for pattern in NEWER.values())


def test_the_index_of_an_unchanged_class_keeps_its_bytes(tmp_path):
    publish(tmp_path)
    before = (tmp_path / "public/7/search.js").read_bytes()
    publish(tmp_path)
    assert (tmp_path / "public/7/search.js").read_bytes() == before
