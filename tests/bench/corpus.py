"""A seeded corpus of lessons: Russian-looking texts of 300–600 words with headings, lists, tables; its edition."""

import datetime
import hashlib
import random
from pathlib import Path
from typing import Any

from sync.edition import Edition, write_edition

ROOTS = (
    "вод земл лес пол мор город школ книг слов числ дел част сил свет звук цвет форм задач ответ вопрос правил пример"
    " таблиц график функц уравнен множител знаменател корн степен прям отрезк плоскост объём масс плотност скорост"
    " движен давлен тепл заряд ток напряжен клетк ткан лист стебл растен животн природ климат материк океан рек гор"
    " народ стран век войн реформ закон прав власт общест культур поэт роман герой образ речь текст предложен глагол"
    " существительн причасти окончан приставк суффикс запят звезд планет вещест кислот оксид сол реакц молекул атом"
).split()
ENDINGS = (
    "а ы у ой е ам ами ах ов ный ного ному ным ная ной ную ное ние ния нию нием ать ает ают ал ала или ит ят".split()
)
SMALL = (
    "и в на с по для что это как не из от при к о за но или так же если когда поэтому где более только между".split()
)
SUBJECTS = "Алгебра,Физика,История,Биология,География,Химия,Литература".split(",")
DAYS = ["2026-12-07", "2026-12-08", "2026-12-09", "2026-12-10", "2026-12-11"]


def word(random: random.Random) -> str:
    return random.choice(SMALL) if random.random() < 0.3 else random.choice(ROOTS) + random.choice(ENDINGS)


def words(random: random.Random, count: int) -> str:
    return " ".join(word(random) for _ in range(count))


def sentence(random: random.Random) -> str:
    text = words(random, random.randint(6, 16))
    if random.random() < 0.25:
        text += f", **{words(random, 2)}**"
    if random.random() < 0.08:
        text += f" ([{words(random, 2)}](https://example.org/{random.randint(1, 999)}))"
    return text[0].upper() + text[1:] + "."


def paragraph(random: random.Random) -> str:
    return " ".join(sentence(random) for _ in range(random.randint(2, 5)))


def listing(random: random.Random) -> str:
    marks = [f"{n}." for n in range(1, 9)] if random.random() < 0.5 else ["-"] * 8
    return "\n".join(f"{mark} {sentence(random)}" for mark in marks[: random.randint(3, 6)])


def table(random: random.Random) -> str:
    rows = [[words(random, random.randint(1, 3)) for _ in range(3)] for _ in range(random.randint(3, 6))]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---|---|---|", *lines[1:]])


def lesson_text(random: random.Random, title: str) -> str:
    """One lesson: 300–600 words in sections, each with a paragraph and often a list, a table or a quotation."""
    goal, parts = random.randint(300, 490), [f"# {title}"]
    while sum(len(part.split()) for part in parts) < goal:
        parts += [f"## {words(random, 3).capitalize()}", paragraph(random)]
        kind = random.random()
        if kind < 0.3:
            parts.append(listing(random))
        elif kind < 0.5:
            parts.append(table(random))
        elif kind < 0.6:
            parts.append("> " + sentence(random))
    return "\n\n".join(parts) + "\n"


def lessons(pages: int, groups: int = 40, seed: int = 2026) -> dict[str, list[tuple[str, str]]]:
    """``{slug: [(title, text), ..]}``: ``pages`` texts shared out among the groups; the same seed gives the same."""
    source, found = random.Random(seed), {f"{1 + n % 11}{'abcd'[n // 11]}": [] for n in range(groups)}
    slugs = list(found)
    for n in range(pages):
        title = words(source, 3).capitalize()
        found[slugs[n % groups]].append((title, lesson_text(source, title)))
    return found


def edition(corpus: dict[str, list[tuple[str, str]]], number: int = 1) -> Edition:
    """The corpus as one week: a lesson for each text, with the text as its material."""
    bells = [{"n": n, "start": f"{8 + n:02d}:00", "end": f"{8 + n:02d}:40"} for n in range(1, 10)]
    content: dict[str, Any] = {
        "v": 1,
        "school": {
            "id": "BNCH", "name": "Заречная школа", "timezone": "Europe/Moscow", "country": "RU", "locale": "ru",
            "languages": ["ru"], "address": "", "contacts": [],
            "hotline": {"phone": "+7 999 000-00-20", "hours": "9:00–17:00"},
        },
        "window": {"from": DAYS[0], "to": "2026-12-20"},
        "days": DAYS,
        "groups": {
            slug: {"name": slug, "grade": int(slug[:-1]), "kind": "class", "shift": 1, "bells": bells}
            for slug in corpus
        },
        "lessons": {}, "materials": {}, "tasks": {}, "broadcasts": {}, "notices": {},
        "labels": {"form": {"self": "самостоятельно"}, "kind": {}, "scale": {}},
    }  # fmt: skip
    for slug, texts in corpus.items():
        for index, (title, text) in enumerate(texts):
            add_lesson(content, slug, index, title, text)
    return Edition(content, number, "2026-12-06T07:10:00Z", None)


def add_lesson(content: dict[str, Any], slug: str, index: int, title: str, text: str) -> None:
    """Put one more lesson with its material into an edition; ``index`` gives its day and number."""
    key = hashlib.sha256(f"{slug}/{index}".encode()).hexdigest()[:32]
    n = 1 + index // len(DAYS)
    start = datetime.time(8 + n % 12).strftime("%H:%M")
    subject = SUBJECTS[index % len(SUBJECTS)]
    content["lessons"][key] = {
        "lesson": key, "group": slug, "subgroup": "", "joined": [], "date": DAYS[index % len(DAYS)], "n": n,
        "start": start, "end": start, "subject": subject, "short": subject, "form": "self", "topic": title,
        "room": "", "teachers": ["Дроздова Ольга Павловна"], "material": key, "tasks": [], "broadcast": None,
        "change": None,
    }  # fmt: skip
    content["materials"][key] = {"title": title, "subject": subject, "grade": 7, "body": text, "resources": []}


def write_edition_of(corpus: dict[str, list[tuple[str, str]]], editions: Path, number: int = 1) -> Path:
    """Write the corpus's edition into ``editions/<id>/`` and return the folder."""
    made = edition(corpus, number)
    folder = editions / made.id
    folder.mkdir(parents=True)
    write_edition(made, folder)
    return folder
