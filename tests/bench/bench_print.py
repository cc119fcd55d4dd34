"""How much less CPU shared, stamped sheets cost than one WeasyPrint document per student, in one run.

The school is invented: ``--groups`` groups in grades of three parallel classes that have the same lessons, and
``--students`` packs of 16 pages each (cover 2, four lessons of two pages, five tasks, slips). The naive side lays out
the same templates with the student's data in them; it is measured on ``--naive`` packs and scaled: the line says so.
"""

import argparse
import json
import os
import pickle
import random
import re
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from printables.compose import Composer
from printables.roster import Roster, Student
from printables.texts import Texts
from printables.views import student_lessons, week_lessons
from sync.codes import complete, make_label
from sync.edition import Edition, read_edition, write_edition
from tests.editions import CONTENT, sample_content

PARALLEL = 3
PAGES = 16
LESSONS, WORDS = 4, 560
WEEK = "2026-W50"
SUBJECTS = ["Алгебра", "Русский язык", "Физика", "История"]
FIRST = ["Анна", "Пётр", "Әсел", "Ұлан", "Мария", "Фёдор", "Ольга", "Һарун", "Ева", "Данияр"]
LAST = ["Берёзкин", "Рожина", "Қойшыбай", "Щукин", "Незабудкина", "Өтеген", "Тополева", "Ёлкина", "Загоров", "Дроздова"]


def school(groups: int, own_texts: bool) -> dict[str, Any]:
    """The content of an edition with so many groups; parallel ones share their texts unless ``own_texts``."""
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
                _lesson(content, slug, day, n, grade, text, words)
    return content


def _lesson(
    content: dict[str, Any], slug: str, day: int, n: int, grade: int, text: random.Random, words: list[str]
) -> None:
    key, subject = f"{slug}-{day}-{n}", SUBJECTS[(day + n) % len(SUBJECTS)]
    written = n == 1 and day < LESSONS
    tasks = [f"{key}-task"] if n == 1 else []
    content["lessons"][key] = {
        "lesson": key, "group": slug, "subgroup": "", "joined": [], "date": f"2026-12-{7 + day:02d}", "n": n,
        "start": f"{8 + n:02d}:00", "end": f"{8 + n:02d}:40", "subject": subject, "short": subject, "form": "paper",
        "topic": "Повторение", "room": "", "teachers": [], "material": key if written else None, "tasks": tasks,
        "broadcast": None, "change": None,
    }  # fmt: skip
    if written:
        parts = [f"## Часть {part}\n\n{_prose(text, words, WORDS // 8)}\n" for part in range(8)]
        content["materials"][key] = {"title": f"Тема {day + 1}", "subject": subject, "grade": grade,
                                     "body": "\n".join(parts), "resources": []}  # fmt: skip
    for task in tasks:
        content["tasks"][task] = {"lesson": key, "group": slug, "subject": subject, "title": f"Задание {day + 1}",
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


def cpu_of(side: str, edition: Path, people: Path, packs: int = 0) -> tuple[float, str]:
    """CPU seconds (user and system) of a child that prints one side, and what it said."""
    command = [sys.executable, os.path.abspath(__file__), "--naive", str(packs), "--child", side, edition, people]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, answer


def ours(edition: Path, people: Path) -> None:
    """In a child: print every group with an empty cache; says the reports' figures as JSON."""
    from printables.pack import print_group

    folder, reports = people.parent, []
    for roster in pickle.loads(people.read_bytes()):
        reports.append(print_group(edition, roster, folder / f"{roster.group}.pdf", folder / "cache", folder))
    print(
        json.dumps(
            {
                "pages": sorted({pack.pages for report in reports for pack in report.packs}),
                "packs": sum(len(report.packs) for report in reports),
                "bytes": sum(report.bytes for report in reports),
                "rendered": sum(report.rendered for report in reports),
            }
        )
    )


def naive(edition: Path, people: Path, packs: int) -> None:
    """In a child: lay out and write so many packs, each as one WeasyPrint document."""
    import zxingcpp

    from printables.render import render

    content = read_edition(edition).content
    everybody = pickle.loads(people.read_bytes())
    students = [(roster, student) for roster in everybody for student in roster.students][:packs]
    pages = 0
    for roster, student in students:
        composer = Composer(content, replace(roster, students=(student,)), Texts("ru", edition))
        lessons = student_lessons(week_lessons(content, roster), student, WEEK)
        numbers = {key: 3 for view in lessons for key in (*([view.id] if view.material else []), *view.tasks)}
        parts = [composer.cover(lessons, numbers, PAGES)]
        for view in lessons:
            parts += [composer.lesson(view.material)] if view.material else []
            for key, task in view.tasks.items():
                label = make_label(content["school"]["id"], "W", student.works[key], 1).text
                square = zxingcpp.create_barcode(label, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_svg()
                square = square[square.index("<svg") :]
                lines = '<div style="border-bottom:.5pt solid;height:9mm"></div>' * 18
                parts.append(
                    composer.task(task, large=False).replace("</body>", f"{student.name} {square}{lines}</body>")
                )
        parts.append(composer.slips(lessons))
        pages += len(render(_one_document(parts)).boxes)
    print(pages / len(students))


def _one_document(parts: list[str]) -> str:
    bodies = [re.search(r'<body class="(\w+)">(.*)</body>', part, re.DOTALL) for part in parts]
    inner = "".join(
        f'<div class="{body[1]}" style="page:{body[1]};break-before:page">{body[2]}</div>' for body in bodies
    )
    return f'<html lang="ru"><body>{inner}</body></html>'


def main() -> None:
    """Run both sides and print one line of figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--groups", type=int, default=30)
    options.add_argument("--students", type=int, default=25)
    options.add_argument("--naive", type=int, default=20, help="packs measured on the naive side")
    options.add_argument("--own-texts", action="store_true", help="no two groups have the same lessons")
    options.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.child:
        side, edition, people = chosen.child[0], Path(chosen.child[1]), Path(chosen.child[2])
        return ours(edition, people) if side == "ours" else naive(edition, people, chosen.naive)
    with tempfile.TemporaryDirectory() as name:
        compare(Path(name), chosen)


def compare(folder: Path, chosen: argparse.Namespace) -> None:
    """Print the school both ways in ``folder``."""
    content = school(chosen.groups, chosen.own_texts)
    edition = folder / "edition"
    edition.mkdir()
    write_edition(Edition(content, 41, "2026-12-06T07:10:00Z", None), edition)
    people = folder / "rosters.pickle"
    people.write_bytes(pickle.dumps(rosters(content, chosen.students)))
    cpu, answer = cpu_of("ours", edition, people)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    made = json.loads(answer)
    packs = chosen.groups * chosen.students
    if (made["packs"], made["pages"]) != (packs, [PAGES]):
        sys.exit(f"print: expected {packs} packs of {PAGES} pages, got {made}")
    measured = min(chosen.naive, packs)
    slow, answer = cpu_of("naive", edition, people, measured)
    scaled = slow / measured * packs
    shared = "own texts" if chosen.own_texts else f"{PARALLEL} parallel groups share texts"
    print(
        f"print: {packs} packs of {PAGES} pages in {chosen.groups} groups ({shared}): {cpu:.1f} CPU s, "
        f"{made['rendered']} sheets laid out; WeasyPrint per student {scaled:.0f} CPU s "
        f"(scaled from {slow:.1f} s for {measured} packs of {float(answer):.1f} pages); "
        f"ratio {scaled / cpu:.0f}× (target ≥ 15×); {made['bytes'] / packs / 1000:.1f} KB a pack (target ≤ 10 KB); "
        f"peak {peak:.0f} MB (target ≤ 300 MB)"
    )


if __name__ == "__main__":
    main()
