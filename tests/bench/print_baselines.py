"""The other ways to print the packs of bench_print.py: WeasyPrint per student, and Typst."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import zxingcpp

from printables.compose import Composer
from printables.fonts import FACES, face
from printables.render import render
from printables.roster import LessonView, Roster, Student
from printables.texts import Texts
from printables.views import student_lessons, week_lessons
from sync.codes import group_digits, make_label

TEMPLATE = Path(__file__).with_name("pack.typ")
PAGES = 16
Content = Mapping[str, Any]


def weasyprint(content: Content, packs: list[tuple[Roster, Student]], locales: Path) -> tuple[int, int]:
    """Lay out and write each pack as one WeasyPrint document of our own templates; pages and bytes of all."""
    pages = size = 0
    for roster, student in packs:
        composer = Composer(content, replace(roster, students=(student,)), Texts("ru", locales))
        lessons = student_lessons(week_lessons(content, roster), student, roster.week)
        numbers = {key: 3 for view in lessons for key in (*([view.id] if view.material else []), *view.tasks)}
        parts = [*composer.cover(lessons, numbers, PAGES)]
        for view in lessons:
            parts += [composer.lesson(view.material)] if view.material else []
            for key, task in view.tasks.items():
                lines = '<div style="border-bottom:.5pt solid;height:9mm"></div>' * 18
                square = _square(content, "W", student.works[key], 1)
                sheet = composer.task(task, large=False)
                parts.append(sheet.replace("</body>", f"{student.name} {square}{lines}</body>"))
        parts.append(composer.slips(lessons))
        made = render(_one_document(parts))
        pages, size = pages + len(made.boxes), size + len(made.pdf)
    return pages, size


def _one_document(parts: list[str]) -> str:
    bodies = [re.search(r'<body class="(\w+)">(.*)</body>', part, re.DOTALL) for part in parts]
    inner = "".join(
        f'<div class="{body[1]}" style="page:{body[1]};break-before:page">{body[2]}</div>' for body in bodies
    )
    return f'<html lang="ru"><body>{inner}</body></html>'


def typst_here() -> bool:
    """Whether Typst is installed, as a Python package or as a program."""
    return bool(find_spec("typst") or shutil.which("typst"))


def typst(content: Content, packs: list[tuple[Roster, Student]], folder: Path) -> tuple[int, int]:
    """Let Typst write each pack as one document, in one process; pages and bytes of all.

    Its compiler keeps what it worked out: the sheets that packs share are laid out for the first of them.
    """
    compile_one = _compiler(folder)
    pages = size = 0
    for roster, student in packs:
        pdf = compile_one(json.dumps(_told(content, roster, student), ensure_ascii=False))
        pages, size = pages + len(re.findall(rb"/Type */Page\b", pdf)), size + len(pdf)
    return pages, size


def _compiler(folder: Path) -> Callable[[str], bytes]:
    """Compiles the template with what it is told: one compiler for all packs."""
    fonts = folder / "fonts"
    fonts.mkdir(exist_ok=True)
    for file in FACES.values():
        (fonts / file).unlink(missing_ok=True)
        (fonts / file).symlink_to(face(file).path)
    if find_spec("typst"):
        import typst as package

        compiler = package.Compiler(str(TEMPLATE), font_paths=[str(fonts)], ignore_system_fonts=True)
        return lambda told: compiler.compile(format="pdf", sys_inputs={"told": told})

    def run(told: str) -> bytes:
        command = ["typst", "compile", "--font-path", str(fonts), "--ignore-system-fonts", "--input", f"told={told}"]
        subprocess.run([*command, str(TEMPLATE), str(folder / "pack.pdf")], check=True)
        return (folder / "pack.pdf").read_bytes()

    return run


def _told(content: Content, roster: Roster, student: Student) -> dict[str, Any]:
    """What the template lays out."""
    lessons = week_lessons(content, roster)
    days = sorted({view.lesson["date"] for view in lessons})
    by_place = {(view.lesson["n"], view.lesson["date"]): view for view in lessons}
    numbers = sorted({view.lesson["n"] for view in lessons})
    return {
        "school": content["school"]["name"], "edition": str(roster.edition_number), "week": "7–11 декабря 2026",
        "last": "13 декабря", "phone": content["school"]["hotline"]["phone"], "days": days,
        "contacts": [f"{one['name']}, {one['position']}: {one['phone']}" for one in content["school"]["contacts"]],
        "steps": ["Пишите ответы на листах с заданиями, на линейках.", "Готовые листы вложите в эту обложку.",
                  "Не можете передать? Позвоните, назовите код и прочитайте ответ."],
        "rows": [{"n": str(n), "cells": [_cell(by_place[n, day]) for day in days]} for n in numbers],
        "lessons": [_lesson(view) for view in lessons if view.material],
        "packs": [_pack(content, lessons, student)],
    }  # fmt: skip


def _cell(view: LessonView) -> dict[str, Any]:
    extra = ["читать стр. 3"] if view.material else []
    return {
        "subject": view.lesson["short"],
        "lines": ["на бумаге", *extra, *(["сделать стр. 5"] if view.tasks else [])],
    }


def _lesson(view: LessonView) -> dict[str, Any]:
    parts = [part.strip().split("\n\n", 1) for part in view.material["body"].split("## ") if part.strip()]
    return {"title": view.material["title"], "parts": [{"title": title, "text": text} for title, text in parts]}


def _pack(content: Content, lessons: list[LessonView], student: Student) -> dict[str, Any]:
    tasks = [
        {"title": task["title"], "subject": task["subject"], "text": task["text"], "due": task["due"],
         "code": group_digits(student.works[key]), "qr": _square(content, "W", student.works[key], 1),
         "slip": _square(content, "W", student.works[key], 0)}
        for view in lessons for key, task in view.tasks.items()
    ]  # fmt: skip
    return {"name": student.name, "short": student.short, "class": f"класс {student.group_name}", "tasks": tasks,
            "code": group_digits(student.pack_code), "qr": _square(content, "P", student.pack_code, 0)}  # fmt: skip


def _square(content: Content, kind: str, code: str, page: int) -> str:
    label = make_label(content["school"]["id"], kind, code, page).text
    drawn = zxingcpp.create_barcode(label, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_svg()
    return drawn[drawn.index("<svg") :]
