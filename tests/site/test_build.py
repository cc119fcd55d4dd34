"""The site that MkDocs really builds: its pages, their policy, what changes in them and how they are put in place."""

import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from server.services import sitebuild
from server.services.publishing import LOCALES
from server.services.sitebuild import build_group, groups_to_build, look_digest, write_changed, write_public_root
from sync.edition import Edition
from tests.editions import lesson_of, sample_content, sample_edition, write_sample
from tests.sync.test_markdown import HOSTILE
from tests.sync.test_news import CHANGES, PLACE

ROOT = Path(__file__).parents[2]
BY_DATE = {"index.html", "notices.html", "documents.html", "advice.html"}  # a script hides what does not hold today


class Links(HTMLParser):
    """The links, ids, handlers and fetched addresses of one page."""

    def __init__(self, text: str):
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.found.append((tag, named))
        if "id" in named:
            self.ids.add(named["id"])
        if tag == "a" and "href" in named:
            self.links.append(named["href"])


def publish(home: Path, edition=None, previous: Path | None = None, locale_dir: Path | None = None) -> Path:
    """Build an edition's whole site into ``home/public``; returns the edition's folder."""
    folder = write_sample(home / "editions", edition)
    locale_dir = locale_dir or home / "locale"
    look = look_digest(locale_dir)
    write_changed(folder, previous, look)
    for slug in groups_to_build(folder, home / "public", look):
        build_group(folder, slug, home / "public", home / "cache", locale_dir, look)
    write_public_root(folder, home / "public", locale_dir)
    return folder


def bytes_of(public: Path) -> dict[str, bytes]:
    return {path.relative_to(public).as_posix(): path.read_bytes() for path in public.rglob("*") if path.is_file()}


def differing(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in before | after if before.get(path) != after.get(path) and not path.endswith(".json")}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A home with the sample edition published; read it, change nothing."""
    home = tmp_path_factory.mktemp("home")
    publish(home)
    return home


def page_of(home: Path, slug: str, date: str, n: int) -> Path:
    return home / "public" / slug / f"lesson-{lesson_of(sample_content(), slug, date, n)}.html"


def test_every_link_leads_somewhere(home):
    pages = sorted((home / "public").rglob("*.html"))
    assert len(pages) > 60
    parsed = {page.resolve(): Links(page.read_text("utf-8")) for page in pages}
    for page, seen in parsed.items():
        for link in seen.links:
            if re.match(r"(https?|tel|mailto):", link):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if target.suffix == ".ics":
                assert target.is_file()
                continue
            assert target in parsed, f"{page.name}: {link}"
            assert not anchor or anchor in parsed[target].ids, f"{page.name}: {link}"


def test_the_root_holds_what_keeps_a_class_on_a_phone(tmp_path):
    folder = write_sample(tmp_path / "editions")
    write_public_root(folder, tmp_path / "public", tmp_path / "locale", "untrusted comment: x\nRWQ=\n")
    public = tmp_path / "public"
    assert (public / "school.pub").read_bytes() == b"untrusted comment: x\nRWQ=\n"
    versions = {re.search(r'version"?(?:: | = )?"(\w{16})"', (public / name).read_text("utf-8"), re.IGNORECASE)[1]
                for name in ("worker.js", "reader.js", "edition.js")}  # fmt: skip
    assert len(versions) == 1
    worker = (public / "worker.js").read_bytes()
    write_public_root(write_sample(tmp_path / "editions", sample_edition(42)), public, tmp_path / "locale")
    assert (public / "worker.js").read_bytes() == worker  # else every phone would load it again each day


def test_every_class_has_a_manifest_in_each_language(tmp_path):
    content = sample_content()
    content["school"]["languages"] = ["ru", "kk"]
    publish(tmp_path, sample_edition(content=content))
    told = [json.loads((tmp_path / "public" / site / "app.webmanifest").read_bytes()) for site in ("7", "7/kk")]
    assert [(one["id"], one["lang"], one["scope"]) for one in told] == [
        ("korablik/ZRC2/7/ru", "ru", "../"), ("korablik/ZRC2/7/kk", "kk", "../../"),
    ]  # fmt: skip
    for site, one in zip(("7", "7/kk"), told, strict=True):
        assert all((tmp_path / "public" / site / icon["src"]).resolve().is_file() for icon in one["icons"])


def test_every_page_can_be_reached_from_the_root(home):
    todo, seen = [(home / "public/index.html").resolve()], set()
    while todo:
        page = todo.pop()
        if page in seen:
            continue
        seen.add(page)
        links = (link.partition("#")[0] for link in Links(page.read_text("utf-8")).links)
        todo += [(page.parent / link).resolve() for link in links if link.endswith((".html", "/")) and ":" not in link]
    assert seen == {page.resolve() for page in (home / "public").rglob("*.html")}


def test_the_policy_allows_this_style_and_script_and_nothing_else(home):
    import base64
    import hashlib

    for page in (home / "public").rglob("*.html"):
        text = page.read_text("utf-8")
        policy = html.unescape(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1])
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        for inline in re.findall(r"<(style|script)>(.*?)</\1>", text, re.DOTALL):
            value = base64.b64encode(hashlib.sha256(inline[1].encode()).digest()).decode()
            assert f"'sha256-{value}'" in rules[f"{inline[0]}-src"]
        assert text.index("Content-Security-Policy") < text.index("<style>")
        assert "unsafe" not in policy


def test_a_page_fetches_nothing_and_handles_nothing_inline(home):
    for page in (home / "public").rglob("*.html"):
        for tag, attributes in Links(page.read_text("utf-8")).found:
            assert not [name for name in attributes if name.startswith("on") or name == "style"], page.name
            assert attributes == {"rel": "icon", "href": "data:,"} or tag != "link", page.name  # no request for an icon
            assert tag not in {"iframe", "object", "embed", "base"}, page.name
            own = {"search.html": "search.js"}.get(page.name, "me.js" if page.parent.name == "me" else "edition.js")
            assert attributes.get("src", "edition.js") in {"edition.js", "../edition.js", own}, page.name


def test_a_hostile_edition_builds_harmless_pages(tmp_path):
    content = sample_content()
    evil = "\n\n".join(HOSTILE)
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    key = lesson_of(content, "7", "2026-12-07", 3)
    lesson = content["lessons"][key]
    lesson |= {"topic": attack, "room": attack, "teachers": [attack], "subgroup": attack}
    material = content["materials"][lesson["material"]]
    resource = {"title": attack, "source": attack, "url": "javascript:alert(1)", "size_kb": 9000}
    material |= {"title": attack, "body": evil, "resources": [resource]}
    content["tasks"][lesson["tasks"][0]] |= {"title": attack, "text": evil}
    for notice in content["notices"].values():
        notice |= {"title": attack, "body": evil}
    for broadcast in content["broadcasts"].values():
        broadcast |= {"channel": attack, "topic": attack}
    document = {"title": attack, "number": attack, "issued_on": "2026-12-01", "body": evil, "file": "", "size_kb": 9,
                "url": "javascript:alert(1)", "groups": [], "from": "2026-12-01", "to": None}  # fmt: skip
    content["documents"] = {kind: document | {"kind": kind} for kind in ("act", "norm", "form", "advice")}
    content["school"] |= {"name": attack, "address": attack}
    content["school"]["hotline"] = {"phone": attack, "hours": attack}
    content["school"]["contacts"] = [dict.fromkeys(("name", "position", "phone", "email"), attack)]
    publish(tmp_path, sample_edition(42, content), write_sample(tmp_path / "editions"))
    for page in (tmp_path / "public").rglob("*.html"):
        seen = Links(page.read_text("utf-8"))
        scripts = [attributes for tag, attributes in seen.found if tag == "script" and "src" not in attributes]
        dated = page.name in {*BY_DATE, "search.html"}
        assert len(scripts) == (dated and page.parent.name != "public"), page
        for tag, attributes in seen.found:
            assert not [name for name in attributes if name.startswith("on") or name == "style"], page
            if tag == "form" and page.parent.name == "me":
                continue  # sent nowhere: the policy forbids it
            assert tag not in {"iframe", "form", "use", "image", "base", "foreignobject", "img"} or (
                (tag == "img" and "src" not in attributes) or (tag == "form" and page.name == "search.html")
            ), page
        assert not [link for link in seen.links if re.match(r"\s*(javascript|data|vbscript):", link, re.IGNORECASE)]


def test_every_kind_of_news_is_said_in_words(tmp_path):
    """One row each, and the same words in every language of the site; a second edition adds to the first's."""
    first = sample_edition()
    first.content["school"]["languages"] = ["ru", "kk"]
    second = sample_edition(42, json.loads(first.canonical))
    for change in CHANGES.values():
        change(second.content)
    third = sample_edition(43, json.loads(second.canonical))
    third.content["exams"]["7"][0]["date"], third.content["assessments"]["7"][0]["date"] = "2026-12-19", "2026-12-16"
    third.content["lessons"][lesson_of(third.content, "7", *PLACE[1:])]["change"] = None
    third.content["documents"]["d"]["kind"] = "advice"
    third.content["notices"]["n"]["title"] = "Лыжи и санки"
    folders = [publish(tmp_path, first, locale_dir=LOCALES)]
    for edition in (second, third):
        folders.append(publish(tmp_path, edition, folders[-1], LOCALES))
    for site in (tmp_path / "public/7", tmp_path / "public/7/kk"):
        text = (site / "news.html").read_text("utf-8")
        told = re.findall(r'<li data-edition="(\d+)" data-kind="(\w+)"[^>]*>(.*)</li>', text)
        assert [number for number, _kind, _said in told] == sorted((one[0] for one in told), reverse=True)
        kinds = {kind for _number, kind, _said in told}
        assert kinds > {"exam_moved", "work_moved", "restored", "document_changed", "notice_changed"} | {"task", "days"}
        said = {kind: " ".join(re.sub("<[^>]*>", "", words).split()) for _number, kind, words in told}
        assert all(len(words) > 3 for words in said.values())
        assert "(" in said["exam_moved"] and "None" not in text


def test_a_second_language_keeps_nothing_of_the_first_but_what_people_wrote(tmp_path):
    """Everything people wrote is in Latin letters here: Cyrillic ones in the English site come from elsewhere."""

    def latin(value):
        if isinstance(value, dict):
            return {key: latin(one) for key, one in value.items()}
        if isinstance(value, list):
            return [latin(one) for one in value]
        return re.sub("[а-яё]+", "text", value, flags=re.IGNORECASE) if isinstance(value, str) else value

    content = {part: value if part == "labels" else latin(value) for part, value in sample_content().items()}
    contact = content["school"]["contacts"][0]
    contact["position"] = "завуч"
    content["school"]["languages"] = ["ru", "en"]
    english = {kind: dict.fromkeys(codes, "label") for kind, codes in content["labels"].items()}
    content["labels_in"] = {"en": english | {"position": {"завуч": "deputy head"}}}
    before = json.loads(json.dumps(content))
    content["tasks"][min(content["tasks"])]["due"] = "2026-12-17"
    first = publish(tmp_path, sample_edition(41, before), None, LOCALES)
    publish(tmp_path, sample_edition(42, content), first, LOCALES)
    pages = sorted((tmp_path / "public/7/en").glob("*.html"))
    assert len(pages) > 15
    for page in pages:
        text = page.read_text("utf-8")
        assert '<html lang="en">' in text
        own = re.sub(r'<a [^>]*lang="(?:ru|kk)"[^>]*>[^<]*</a>', "", text)  # a language in its own words
        assert not re.findall("[А-Яа-яЁё]+", own), page.name
    assert "завуч" in (tmp_path / "public/7/contacts.html").read_text("utf-8")
    assert 'href="../tv.html" lang="ru" hreflang="ru"' in (tmp_path / "public/7/en/tv.html").read_text("utf-8")


def test_a_new_number_alone_changes_no_page(tmp_path):
    first = publish(tmp_path)
    before = bytes_of(tmp_path / "public")
    content = sample_content()
    content["tasks"]["of-a-class-without-site"] = next(iter(content["tasks"].values())) | {"group": "x"}
    publish(tmp_path, sample_edition(42, content), first)
    assert differing(before, bytes_of(tmp_path / "public")) == {"edition.js"}


def test_only_the_pages_of_a_changed_lesson_change(tmp_path):
    first = publish(tmp_path)
    before = bytes_of(tmp_path / "public")
    content = sample_content()
    key = lesson_of(content, "7", "2026-12-10", 2)
    content["materials"][content["lessons"][key]["material"]]["body"] += "\nДополнение учителя."
    publish(tmp_path, sample_edition(42, content), first)
    after = bytes_of(tmp_path / "public")
    changed = {f"7/lesson-{key}.html", "7/news.html", "7/search.js", "edition.js"}
    assert differing(before, after) == changed
    assert "changed in edition 42." in after[f"7/lesson-{key}.html"].decode()
    assert "changed in edition 41." in after["7/index.html"].decode()


def test_only_groups_that_changed_are_built(tmp_path):
    first = publish(tmp_path)
    look = look_digest(tmp_path / "locale")
    assert groups_to_build(first, tmp_path / "public", look) == []
    content = sample_content()
    content["lessons"][lesson_of(content, "8", "2026-12-08", 4)]["topic"] = "Отмена крепостного права"
    second = write_sample(tmp_path / "editions", sample_edition(42, content))
    write_changed(second, first, look)
    assert groups_to_build(second, tmp_path / "public", look) == ["8"]
    report = build_group(second, "8", tmp_path / "public", tmp_path / "cache", tmp_path / "locale", look)
    assert (report.changed, report.removed) == (4, 0)
    assert groups_to_build(second, tmp_path / "public", look) == []
    assert groups_to_build(second, tmp_path / "public", "another look") == ["1", "3", "7", "8"]


def test_an_unchanged_page_keeps_its_time(tmp_path):
    folder = publish(tmp_path)
    page = tmp_path / "public/7/tv.html"
    os.utime(page, (1_700_000_000, 1_700_000_000))
    report = build_group(folder, "7", tmp_path / "public", tmp_path / "cache", tmp_path / "locale")
    assert report.changed == 0
    assert page.stat().st_mtime == 1_700_000_000


def test_a_group_that_is_gone_loses_its_site(tmp_path):
    publish(tmp_path)
    (tmp_path / "public/own").mkdir()
    content = sample_content()
    del content["groups"]["8"]
    publish(tmp_path, sample_edition(42, content))
    assert sorted(path.name for path in (tmp_path / "public").iterdir()) == [
        "1", "3", "7", "boat-180.png", "boat-192.png", "boat-512.png", "boat-maskable-512.png", "edition.js",
        "guide-en.html", "guide-kk.html", "guide-ru.html", "index.html", "me", "own", "reader.js", "worker.js",
    ]  # fmt: skip


def test_nothing_half_built_lies_under_public(tmp_path, monkeypatch):
    folder = publish(tmp_path)
    before = bytes_of(tmp_path / "public")

    def die(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(sitebuild, "_swap", die)
    with pytest.raises(KeyboardInterrupt):
        build_group(folder, "7", tmp_path / "public", None, tmp_path / "locale")
    assert bytes_of(tmp_path / "public") == before


def test_where_folders_cannot_be_exchanged_they_are_renamed(tmp_path, monkeypatch):
    """And a death between the two renames is mended by the next build."""
    monkeypatch.setattr(sitebuild, "_exchange", lambda one, other: False)
    folder = publish(tmp_path)
    site, before = tmp_path / "public/7", bytes_of(tmp_path / "public")
    build_group(folder, "7", tmp_path / "public", None, tmp_path / "locale")
    assert bytes_of(tmp_path / "public") == before
    site.rename(tmp_path / ".building/7.before")
    report = build_group(folder, "7", tmp_path / "public", None, tmp_path / "locale")
    assert report.changed == 0
    assert bytes_of(tmp_path / "public") == before


def test_killed_at_any_moment_the_site_stays_whole(tmp_path):
    """A process that builds two editions in turn is killed; every time one of both stands there, entire."""
    content = sample_content()
    for lesson in content["lessons"].values():
        lesson["topic"] += "!"
    folders = [publish(tmp_path), write_sample(tmp_path / "editions", sample_edition(42, content))]
    code = f"""if True:
        from pathlib import Path
        from server.services.sitebuild import build_group
        home = Path({str(tmp_path)!r})
        for edition in [Path(x) for x in {[str(folder) for folder in folders]!r}] * 1000:
            build_group(edition, "7", home / "public", home / "cache", home / "locale")
            print("built", flush=True)
    """
    states = []
    for folder in folders:
        build_group(folder, "7", tmp_path / "public", tmp_path / "cache", tmp_path / "locale")
        states.append(bytes_of(tmp_path / "public/7"))
    for wait in (0.003, 0.011, 0.017, 0.026):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout.readline() == "built\n"
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert bytes_of(tmp_path / "public/7") in states


def test_rendered_markdown_is_kept_on_disk(home, tmp_path):
    """A new process takes a text's HTML from the cache folder instead of rendering it."""
    warm = sys.modules["hooks.py"]._WARM
    warm.clear()
    folder = publish(tmp_path)
    cache = tmp_path / "cache/markdown/7.json"
    kept = json.loads(cache.read_bytes())
    cache.write_text(json.dumps({key: text.replace("Буква ρ", "Из кэша") for key, text in kept.items()}), "utf-8")
    warm.clear()
    build_group(folder, "7", tmp_path / "public", tmp_path / "cache", tmp_path / "locale")
    warm.clear()
    assert "Из кэша" in page_of(tmp_path, "7", "2026-12-07", 3).read_text("utf-8")


def test_a_build_without_cache_gives_the_same(home, tmp_path):
    folder = write_sample(tmp_path / "editions")
    write_changed(folder, None, look_digest(tmp_path / "locale"))
    build_group(folder, "7", tmp_path / "public", None, tmp_path / "locale")
    assert differing(bytes_of(home / "public/7"), bytes_of(tmp_path / "public/7")) == set()


def test_words_dates_and_plurals_are_the_schools(tmp_path):
    catalog = Catalog(locale="ru")
    catalog.add(("%(num)s minute", "%(num)s minutes"), ("%(num)s минута", "%(num)s минуты", "%(num)s минут"))
    catalog.add("hand in by %(date)s", "сдать до %(date)s")
    catalog.add("%(size)s MB", "%(size)s МБ")
    catalog.add("edition %(number)s", "выпуск %(number)s")
    folder = tmp_path / "locale/ru/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    content = sample_content()
    for minutes, broadcast in zip([1, 2, 5, 21, 22], content["broadcasts"].values(), strict=True):
        broadcast |= {"groups": ["7"], "minutes": minutes}
    publish(tmp_path, sample_edition(content=content))
    site = tmp_path / "public/7"
    assert "Понедельник, 7 декабря" in (site / "day-2026-12-07.html").read_text("utf-8")
    assert "сдать до 10 декабря, чт" in (site / "day-2026-12-07.html").read_text("utf-8")
    assert "<title>7–13 декабря — " in (site / "week-2026-W50.html").read_text("utf-8")
    assert re.findall(r"\d+ минут[аы]?", (site / "tv.html").read_text("utf-8")) == [
        "1 минута", "2 минуты", "5 минут", "21 минута", "22 минуты",
    ]  # fmt: skip
    assert "61 МБ" in page_of(tmp_path, "7", "2026-12-07", 3).read_text("utf-8")
    assert '<html lang="ru">' in (tmp_path / "public/index.html").read_text("utf-8")
    script = (tmp_path / "public/edition.js").read_text("utf-8")
    assert '"edition":"выпуск {number}"' in script and "var number = 41;" in script and '"дек.' in script


def test_every_kind_of_change_reads_well(tmp_path):
    """What was taken back leaves no word; the others are said as families say them."""
    edition = sample_edition()
    numbers = {"added": 1, "cancelled": 2, "substituted": 3, "reassigned": 4, None: 5}
    for kind, n in numbers.items():
        lesson = edition.content["lessons"][lesson_of(edition.content, "7", "2026-12-09", n)]
        lesson["change"] = {"kind": kind, "from": None} if kind else None
        lesson["teachers"] = []
    publish(tmp_path, Edition(edition.content, 2, edition.issued_at, None), locale_dir=LOCALES)
    page = (tmp_path / "public" / "7" / "day-2026-12-09.html").read_text("utf-8")
    tags = re.findall(r'<span class="tag wait">([^<]*)</span>', page)
    assert tags == ["дополнительный урок", "отмена", "замена", "повтор"]
    assert "изменение<" not in page


def test_a_large_file_says_how_to_do_without_it(home):
    text = page_of(home, "7", "2026-12-07", 3).read_text("utf-8")
    assert "61 MB" in text
    assert "You can do without it." in text
    assert "USB stick" in text
    assert "Школа-ТВ" in text


def test_the_root_lists_the_classes_and_the_hotline(home):
    seen = Links((home / "public/index.html").read_text("utf-8"))
    assert [link for link in seen.links if link.endswith("/index.html")] == [
        *(f"{x}/index.html" for x in "1378"), "me/index.html",
    ]  # fmt: skip
    assert "tel:+79990000020" in seen.links


def run_by_hand(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **settings}
    command = [sys.executable, "-m", "mkdocs", "build"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_build_by_hand_never_writes_into_the_project(home, tmp_path):
    shutil.copytree(ROOT / "site", tmp_path / "site", ignore=shutil.ignore_patterns("__pycache__"))
    before = bytes_of(tmp_path / "site")
    (edition,) = (home / "editions").iterdir()
    done = run_by_hand(tmp_path / "site", KORABLIK_SITE_EDITION=str(edition), KORABLIK_SITE_GROUP="7")
    assert done.returncode == 0, done.stderr
    assert bytes_of(tmp_path / "site") == before
    assert (tmp_path / "build/site/index.html").is_file()
    unknown = run_by_hand(tmp_path / "site", KORABLIK_SITE_EDITION=str(edition), KORABLIK_SITE_GROUP="12")
    assert "has no group 12" in unknown.stderr
    refused = run_by_hand(tmp_path / "site", KORABLIK_SITE_EDITION="")
    assert refused.returncode != 0
    assert "extra.edition is empty" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert bytes_of(tmp_path / "site") == before


def test_changed_json_names_hash_and_number_of_every_page(home):
    (edition,) = (home / "editions").iterdir()
    changed = json.loads((edition / "changed.json").read_bytes())
    built = {path.name for path in (home / "public/7").glob("*.html")}
    assert set(changed["7"]) == built
    assert all(len(entry["hash"]) == 64 and entry["number"] == 41 for entry in changed["7"].values())


def test_the_office_starts_without_mkdocs():
    code = "import sys, server.services.sitebuild; print([x for x in ('mkdocs', 'flask') if x in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_control_works_and_exams_have_a_page_where_there_are_any(tmp_path):
    content = sample_content()
    content["assessments"] = {"7": [{"date": "2026-12-09", "subject": "Алгебра", "kind": "control", "number": 2,
                                     "topic": "Линейные уравнения"}]}  # fmt: skip
    content["exams"] = {"7": [{"date": "2026-12-10", "start": "10:00", "minutes": 120, "subject": "Геометрия",
                               "kind": "consultation", "room": "12"}]}  # fmt: skip
    publish(tmp_path, Edition(content, 2, "2026-12-05T10:00:00Z", None))
    page = (tmp_path / "public/7/exams.html").read_text("utf-8")
    assert "Алгебра" in page and "Линейные уравнения" in page and "Геометрия" in page and "12" in page
    week = (tmp_path / "public/7/week-2026-W50.html").read_text("utf-8")
    assert 'href="exams.html"' in week and "Геометрия" in week
    assert 'href="exams.html"' in (tmp_path / "public/7/index.html").read_text("utf-8")
    assert not (tmp_path / "public/8/exams.html").exists()
    assert 'href="exams.html"' not in (tmp_path / "public/8/index.html").read_text("utf-8")
