"""Publishing against MkDocs' default theme on the same texts, both in this run: CPU seconds of all processes.

Run: ``.venv/bin/python tests/bench/bench_site.py [--pages 1400] [--groups 40]``. Both sides start from a new process,
so that start and imports count. The baseline is one site (theme "mkdocs", search on, as ``mkdocs new`` gives it);
ours are all groups' sites and the root, with an empty cache, then with the cache filled, then one changed group.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from server.services.sitebuild import (  # noqa: E402
    build_group,
    groups_to_build,
    look_digest,
    write_changed,
    write_public_root,
)
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


def publish(edition: Path, previous: Path | None, home: Path) -> None:
    """What the office's child process does for one publication."""
    locale_dir = ROOT / "server/translations"
    look = look_digest(locale_dir)
    write_changed(edition, previous, look)
    for slug in groups_to_build(edition, home / "public", look):
        build_group(edition, slug, home / "public", home / "cache", locale_dir, look)
    write_public_root(edition, home / "public", locale_dir)


def ours(edition: Path, previous: Path | None, home: Path) -> float:
    command = [sys.executable, __file__, "--publish", str(edition), str(previous or ""), str(home)]
    return cpu_of(command, ROOT)


def changed_once(corpus: Corpus) -> Corpus:
    slug = next(iter(corpus))
    (title, text), *others = corpus[slug]
    return {**corpus, slug: [(title, text + "\nДополнение.\n"), *others]}


def told(name: str, cpu: float, baseline: float, target: str) -> None:
    print(f"{name}: ours {cpu:.2f} CPU s, baseline {baseline:.2f} CPU s, ratio 1/{baseline / cpu:.1f} ({target})")


def compare(pages: int, groups: int) -> None:
    corpus = lessons(pages, groups)
    counted = [len(text.split()) for texts in corpus.values() for _, text in texts]
    print(f"site: {pages} texts of {min(counted)}–{max(counted)} words in {groups} groups")
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        first = write_edition_of(corpus, home / "editions")
        second = write_edition_of(changed_once(corpus), home / "editions", 2)
        write_baseline(corpus, home / "baseline")
        cold = ours(first, None, home)
        one = ours(second, first, home)
        (home / "public").rename(home / "public-before")
        warm = ours(first, None, home)
        baseline = cpu_of([sys.executable, "-m", "mkdocs", "build", "-q"], home / "baseline")
        built = sum(1 for _ in (home / "public").rglob("*.html"))
        print(f"site: ours are {built} pages; search and 404 page are the baseline's own")
    told("site", cold, baseline, "target ≤ 1/5")
    told("site, cache filled", warm, baseline, "no target")
    told("site, one changed group, new process", one, baseline, "no target")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1400)
    parser.add_argument("--groups", type=int, default=40)
    parser.add_argument("--publish", nargs=3, metavar=("EDITION", "PREVIOUS", "HOME"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.publish:
        edition, previous, home = options.publish
        publish(Path(edition), Path(previous) if previous else None, Path(home))
    else:
        os.environ["PYTHONHASHSEED"] = "0"
        compare(options.pages, options.groups)


if __name__ == "__main__":
    main()
