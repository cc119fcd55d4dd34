"""What a class's reader costs on the way: bytes of page, week and updates, and seconds on an emulated 2G line.

Run: ``.venv/bin/python tests/bench/bench_reader.py [--sizes | --ours]``. The seeded corpus (40 groups of 35 texts), of
which one class is built. The line (tests/bench/link.py) carries 50 kbit/s each way with 800 ms there and back; TLS is
not on it. Baselines, in the same run and from the same server (brotli, quality 11, made beforehand): MkDocs' default
theme read page by page, and our pages cached one file after another by revisions, as Workbox does.
"""

import argparse
import gzip
import html
import re
import statistics
import sys
import tempfile
from pathlib import Path

import brotli

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from server.services import codings  # noqa: E402
from tests.bench import link, reader_line  # noqa: E402
from tests.bench.reader_site import School, mkdocs  # noqa: E402

TAGS = re.compile(r"<(style|script)>.*?</\1>|<[^>]*>", re.DOTALL)


def br(text: bytes) -> int:
    return len(brotli.compress(text))


def kb(size: float) -> str:
    return f"{size / 1000:.1f} KB"


def bare(pages: dict[str, bytes]) -> bytes:
    """What is to be read on the pages, without any mark-up."""
    return "\n".join(
        re.sub(r"\s+", " ", html.unescape(TAGS.sub(" ", page.decode()))) for page in pages.values()
    ).encode()  # fmt: skip


def tell_page(school: School) -> None:
    lessons = [page for name, page in school.pages().items() if name.startswith("lesson-")]
    sizes = sorted(map(br, lessons))
    quick = statistics.median(len(codings.brotli_of(page, codings.QUICK)) for page in lessons)
    texts = sorted(len(text.encode()) for _, text in school.texts)
    print(f"lesson page: median {kb(statistics.median(sizes))} br, {kb(sizes[0])}–{kb(sizes[-1])}, first visitor "
          f"{kb(quick)}, gzip {kb(statistics.median(len(gzip.compress(page, 9)) for page in lessons))} "
          f"(texts of {kb(texts[0])}–{kb(texts[-1])}; aim ≤ 3.5 KB br)")  # fmt: skip


def week_of(school: School) -> bytes:
    """The text that holds the pages."""
    return gzip.decompress((school.site / f"data/{school.index()['week']['hash']}.json.gz").read_bytes())


def tell_week(school: School, home: Path) -> None:
    week, pages, packed = week_of(school), school.pages(), school.index()["week"]
    today = week[: packed["today"]["bytes"]]
    coded, each = br(week), sum(map(br, pages.values()))
    written = br("\n".join(text for _, text in school.texts).encode())
    shown = br(bare(pages))
    print(f"week of {len(school.texts)} lessons ({len(pages)} pages): {kb(packed['bytes'])} gzip, {kb(coded)} br, "
          f"today {kb(br(today))}; bare text {kb(shown)} as shown, {kb(written)} as written: ratio "
          f"{coded / shown:.2f} and {coded / written:.2f} (aim ≤ 1.15)")  # fmt: skip
    mkdocs(home / "mkdocs", school.texts)
    files = [file for file in (home / "mkdocs").rglob("*") if file.is_file() and file.suffix != ".gz"]
    theirs = sum(br(file.read_bytes()) for file in files if file.suffix == ".html")
    print(f"  baselines: the same pages one by one {kb(each)} br in {len(pages)} requests; MkDocs' default theme "
          f"{kb(theirs)} br of pages without its styles, scripts and fonts")  # fmt: skip


def tell_update(name: str, school: School, tree: str, week: bytes, before: dict[str, bytes], aims: str) -> None:
    """An update as it is sent, and what the content alone would be."""
    raw = (school.site / f"data/from-{tree}.json.gz").read_bytes()
    text, pages = gzip.decompress(raw), school.pages()
    changed = [page for path, page in pages.items() if before.get(path) != page]
    new = len(pages.keys() - before.keys())
    content = text.partition(b"\n")[2]
    for what, body in (("whole", text), ("content alone, without number, time and signature", content)):
        dcz = len(codings.dcz_of(body, week, codings.BEST) or b"")
        quick = len(codings.dcz_of(body, week, codings.QUICK) or b"")
        print(f"{name} ({len(changed) - new} pages changed, {new} new), {what}: gzip {len(gzip.compress(body, 9))}, "
              f"br {br(body)}, dcz {dcz} ({dcz - 40} without its head; the first to ask {quick}) bytes")  # fmt: skip
    print(f"  aims {aims}; baseline, the changed pages one by one: {sum(map(br, changed))} bytes br in "
          f"{len(changed) + 1} requests, their list not counted")  # fmt: skip


def sizes(home: Path) -> None:
    school = School(home)
    school.publish(1)
    tell_page(school)
    tell_week(school, home)
    tree, before, week = school.index()["tree"], school.pages(), week_of(school)
    school.publish(2, school.a_day_later)
    tell_update("a day later", school, tree, week, before, "≤ 10 KB gzip, ≤ 8.5 KB br, ≤ 3.8 KB dcz, 1 request")
    tree, before = school.index()["tree"], school.pages()
    school.publish(3, school.another_time)
    tell_update("one row of the timetable", school, tree, week, before, "≤ 600 gzip, ≤ 100 dcz")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", action="store_true", help="bytes alone, no line")
    parser.add_argument("--ours", action="store_true", help="no baselines on the line: they take minutes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sizes(Path(scratch) / "sizes")
        if options.sizes:
            return
        why = link.possible()
        if why:
            print(f"2G line: left out, it {why}")
            return
        reader_line.measure(Path(scratch) / "line", not options.ours)


if __name__ == "__main__":
    main()
