"""How much less CPU shared, stamped sheets cost than a document per student, by WeasyPrint and by Typst.

The school is invented: 10 grades of 4 parallel classes that have the same lessons at other hours, 25 packs a class,
16 pages a pack (cover 2, four lessons of two pages, five tasks, slips). Every side prints in a process of its own and
all take turns, ``--rounds`` times; CPU counts from the start of the process to its end. The baselines
(print_baselines.py) print some of the packs and are scaled: the line says so. Typst is measured where it is installed,
as program or Python package.
"""

import argparse
import json
import os
import pickle
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

# What only the baselines or the invented school need is imported there: it is no part of a print.
from printables.roster import Roster, Student
from sync.codes import complete
from sync.edition import Edition, read_edition, write_edition

PARALLEL = 4
PAGES = 16
LESSONS, WORDS = 4, 560
WEEK = "2026-W50"
SUBJECTS = ["Алгебра", "Русский язык", "Физика", "История"]
FIRST = ["Анна", "Пётр", "Әсел", "Ұлан", "Мария", "Фёдор", "Ольга", "Һарун", "Ева", "Данияр"]
LAST = ["Берёзкин", "Рожина", "Қойшыбай", "Щукин", "Незабудкина", "Өтеген", "Тополева", "Ёлкина", "Загоров", "Дроздова"]


def school(groups: int, own_texts: bool) -> dict[str, Any]:
    """The content of an edition with so many groups; parallel ones share their texts unless ``own_texts``."""
    from tests.editions import CONTENT, sample_content

    content = sample_content()
    content |= {"groups": {}, "lessons": {}, "materials": {}, "tasks": {}, "broadcasts": {}, "notices": {}}
    words = re.findall(r"\w+", " ".join(path.read_text("utf-8") for path in sorted(CONTENT.glob("[0-9]*.md"))))
    bells = [{"n": n, "start": f"{8 + n:02d}:00", "end": f"{8 + n:02d}:40"} for n in range(1, 8)]
    for number in range(groups):
        grade, slug = 3 + number // PARALLEL % 9, f"g{number}"
        content["groups"][slug] = {"name": slug, "grade": grade, "kind": "class", "shift": 1, "bells": bells}
        text = random.Random(number if own_texts else number // PARALLEL)
        for day in range(5):
            for n in range(1, 7):
                hour = (n - 1 + number) % 6 + 1  # every class has a timetable of its own
                _lesson(content, slug, day, n, hour, grade, text, words)
    return content


def _lesson(
    content: dict[str, Any], slug: str, day: int, n: int, hour: int, grade: int, text: random.Random, words: list[str]
) -> None:
    key, subject = f"{slug}-{day}-{n}", SUBJECTS[(day + n) % len(SUBJECTS)]
    written = n == 1 and day < LESSONS
    tasks = [f"{key}-task"] if n == 1 else []
    content["lessons"][key] = {
        "lesson": key, "group": slug, "subgroup": "", "joined": [], "date": f"2026-12-{7 + day:02d}", "n": hour,
        "start": f"{8 + hour:02d}:00", "end": f"{8 + hour:02d}:40", "subject": subject, "short": subject,
        "form": "paper", "topic": "Повторение", "room": "", "teachers": [], "material": key if written else None,
        "tasks": tasks, "broadcast": None, "change": None,
    }  # fmt: skip
    if written:
        parts = [f"## Часть {part}\n\n{_prose(text, words, WORDS // 8)}\n" for part in range(8)]
        content["materials"][key] = {"title": f"Тема {day + 1}", "subject": subject, "grade": grade,
                                     "body": "\n".join(parts), "resources": []}  # fmt: skip
    for task in tasks:
        title = f"Задание {day + 1}: {_prose(text, words, 2)}"
        content["tasks"][task] = {"lesson": key, "group": slug, "subject": subject, "title": title,
                                  "text": _prose(text, words, 40), "kind": "homework", "scale": "five",
                                  "max_points": None, "due": f"2026-12-{9 + day:02d}"}  # fmt: skip


def _prose(text: random.Random, words: list[str], count: int) -> str:
    return " ".join(text.choice(words) for _ in range(count)) + "."


def rosters(content: dict[str, Any], students: int) -> list[Roster]:
    """One roster a group, codes counting upwards."""
    made = []
    for number, slug in enumerate(content["groups"]):
        tasks = [key for key, task in content["tasks"].items() if task["group"] == slug]
        people = []
        for index in range(students):
            start = (number * students + index) * (len(tasks) + 1)
            codes = [complete(f"{start + offset:07d}") for offset in range(len(tasks) + 1)]
            first, last = FIRST[index % len(FIRST)], LAST[index // len(FIRST) % len(LAST)]
            works = dict(zip(tasks, codes[1:], strict=True))
            people.append(Student(f"{slug}-{index}", f"{last} {first}", f"{last} {first[0]}.", slug, codes[0], works))
        made.append(Roster(slug, slug, WEEK, 41, tuple(people)))
    return made


def cold(edition: Path, people: Path, _folder: Path) -> dict[str, Any]:
    """In a child: print every group with an empty cache."""
    return _print_all(edition, people, people.parent / "cache")


def cached(edition: Path, people: Path, _folder: Path) -> dict[str, Any]:
    """In a child: print every group with the sheets of the run before, and then once more in the same process."""
    made = _print_all(edition, people, people.parent / "cache")
    before = own_cpu()
    _print_all(edition, people, people.parent / "cache")
    return {**made, "again": own_cpu() - before}


def _print_all(edition: Path, people: Path, cache: Path) -> dict[str, Any]:
    from printables.pack import print_group

    reports = [
        print_group(edition, roster, people.parent / f"{roster.group}.pdf", cache, people.parent)
        for roster in pickle.loads(people.read_bytes())
    ]
    return {
        "pages": sum(pack.pages for report in reports for pack in report.packs),
        "packs": sum(len(report.packs) for report in reports),
        "bytes": sum(report.bytes for report in reports),
        "rendered": sum(report.rendered for report in reports),
    }


def naive(edition: Path, people: Path, folder: Path) -> dict[str, Any]:
    """In a child: each of the packs chosen as one WeasyPrint document."""
    from tests.bench.print_baselines import weasyprint

    return _one_by_one(weasyprint, edition, people, folder)


def typst(edition: Path, people: Path, folder: Path) -> dict[str, Any]:
    """In a child: each of the packs chosen as one Typst document."""
    from tests.bench.print_baselines import typst as by_typst

    return _one_by_one(by_typst, edition, people, folder)


def _one_by_one(way: Callable[..., tuple[int, int]], edition: Path, people: Path, folder: Path) -> dict[str, Any]:
    """``first``: CPU seconds until the first pack was there, which a school pays once."""
    content, chosen = read_edition(edition).content, pickle.loads(people.read_bytes())
    pages, size = way(content, chosen[:1], folder)
    first = own_cpu()
    more_pages, more_size = way(content, chosen[1:], folder)
    return {"pages": pages + more_pages, "packs": len(chosen), "bytes": size + more_size, "first": first}


SIDES = {"cold": cold, "cached": cached, "naive": naive, "typst": typst}


def own_cpu() -> float:
    """CPU seconds (user and system) of this process so far, and of the programs that it has run."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measured(side: str, edition: Path, people: Path) -> dict[str, Any]:
    """What one side made in a process of its own: CPU seconds from its start to its end, its peak in MB, and figures.

    ``people``: a pickle of rosters, for the baselines of pairs of a roster and a student.
    """
    command = [sys.executable, os.path.abspath(__file__), "--child", side, str(edition), str(people)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    answer = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"print: {side} failed")
    made = json.loads(answer)
    if made["pages"] != PAGES * made["packs"]:
        sys.exit(f"print: {side} made {made['pages']} pages of {made['packs']} packs of {PAGES}")
    return {**made, "cpu": used.ru_utime + used.ru_stime, "peak": max(used.ru_maxrss, made["peak"]) / 1024}


def main() -> None:
    """Run all sides in turn and print lines of figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--groups", type=int, default=40)
    options.add_argument("--students", type=int, default=25)
    options.add_argument("--rounds", type=int, default=3, help="how often each side is measured; medians count")
    options.add_argument("--naive", type=int, default=12, help="packs measured with WeasyPrint in a round")
    options.add_argument("--typst", type=int, default=50, help="packs measured with Typst in a round")
    options.add_argument("--own-texts", action="store_true", help="no two groups have the same lessons")
    options.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.child:
        side, edition, people = chosen.child[0], Path(chosen.child[1]), Path(chosen.child[2])
        made = SIDES[side](edition, people, people.parent)
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return print(json.dumps({**made, "peak": peak}))
    with tempfile.TemporaryDirectory() as name:
        compare(Path(name), chosen)


def compare(folder: Path, chosen: argparse.Namespace) -> None:
    """Print the school in every way in ``folder``, round by round, and say how the ways compare."""
    from tests.bench import print_baselines

    content = school(chosen.groups, chosen.own_texts)
    edition, everybody = folder / "edition", rosters(content, chosen.students)
    edition.mkdir()
    write_edition(Edition(content, 41, "2026-12-06T07:10:00Z", None), edition)
    people = _pickled(folder / "rosters.pickle", everybody)
    pairs = [(roster, student) for roster in everybody for student in roster.students]
    few = {"naive": _pickled(folder / "naive.pickle", pairs[: chosen.naive])}
    if print_baselines.typst_here():
        few["typst"] = _pickled(folder / "typst.pickle", pairs[: chosen.typst])
    runs: dict[str, list[dict[str, Any]]] = {}
    for _ in range(chosen.rounds):
        shutil.rmtree(folder / "cache", ignore_errors=True)
        for side in ("cold", "cached", *few):
            runs.setdefault(side, []).append(measured(side, edition, few.get(side, people)))
    report(runs, len(pairs), chosen)


def _pickled(file: Path, what: object) -> Path:
    file.write_bytes(pickle.dumps(what))
    return file


def report(runs: dict[str, list[dict[str, Any]]], packs: int, chosen: argparse.Namespace) -> None:
    """Medians over the rounds, as ratios to the baselines of the same rounds."""

    def median(side: str, value: Callable[[dict[str, Any]], float] = lambda run: run["cpu"]) -> float:
        return statistics.median(value(run) for run in runs[side])

    cold, fresh, warm = median("cold"), median("cached"), median("cached", lambda run: run["again"])
    first = runs["cold"][0]
    shared = "own texts" if chosen.own_texts else f"{PARALLEL} parallel groups share texts"
    print(
        f"print: {packs} packs of {PAGES} pages in {chosen.groups} groups ({shared}), medians of {chosen.rounds} "
        f"rounds: {cold:.1f} CPU s with an empty cache, {first['rendered']} sheets laid out; "
        f"{fresh - warm:.1f} s with the sheets cached in a new process, {warm:.1f} s in a warm one"
    )
    for side, name, targets in (("naive", "WeasyPrint", (40, 400)), ("typst", "Typst", (4, None))):
        if side not in runs:
            print(f"print: {name} is not installed")
            continue
        whole = median(side, lambda run: run["first"] + (run["cpu"] - run["first"]) / (run["packs"] - 1) * (packs - 1))
        size = median(side, lambda run: run["bytes"] / run["packs"] / 1000)
        aim = f" (target ≥ {targets[1]}×)" if targets[1] else ""
        print(
            f"print: a {name} document per student: {whole:.0f} CPU s (scaled from {runs[side][0]['packs']} "
            f"packs a round, its start counted once), {size:.0f} KB a pack; "
            f"cold {whole / cold:.1f}× less (target ≥ {targets[0]}×), cached {whole / (fresh - warm):.0f}× "
            f"in a new process, {whole / warm:.0f}× in a warm one{aim}"
        )
    ours = max(run["peak"] for side in ("cold", "cached") for run in runs[side])
    print(
        f"print: stamping {warm * 1000 / packs:.2f} ms a pack, with planning and writing (target ≤ 3 ms); "
        f"{first['bytes'] / packs / 1000:.1f} KB a pack (target ≤ 8 KB); peak {ours:.0f} MB (target ≤ 250 MB)"
    )


if __name__ == "__main__":
    main()
