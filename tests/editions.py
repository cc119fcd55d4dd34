"""A believable edition for tests: the village school's week of 7 December 2026, four classes, no student in it.

Lessons come from ``content/village/content``; the timetable is that of the village (``1`` and ``3`` are taught
together, ``7`` and ``8`` share physical education). Everything is invented, and every call returns the same content.
"""

import copy
import datetime
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sync.edition import Edition, write_edition

CONTENT = Path(__file__).parents[1] / "content" / "village" / "content"
MONDAY = datetime.date(2026, 12, 7)
DAYS = ["2026-12-07", "2026-12-08", "2026-12-09", "2026-12-10", "2026-12-11", "2026-12-14"]
BELLS = ["09:00", "09:50", "10:40", "11:40", "12:40", "13:30", "14:20"]
# Group: one line a day, Monday to Friday.
WEEK = {
    "1": """Русский язык, Литературное чтение, Физическая культура, Окружающий мир
Математика, Окружающий мир, Русский язык
Физическая культура, Литературное чтение, Математика, Русский язык
Музыка, Русский язык, Физическая культура, Математика, Литературное чтение
Русский язык, Литературное чтение, Изобразительное искусство, Математика, Технология""",
    "3": """Русский язык, Литературное чтение, Физическая культура, Окружающий мир
Математика, Окружающий мир, Русский язык, Английский язык
Физическая культура, Литературное чтение, Математика, Русский язык
Музыка, Русский язык, Физическая культура, Математика, Литературное чтение, Английский язык
Русский язык, Литературное чтение, Изобразительное искусство, Математика, Технология""",
    "7": """Разговоры о важном, Геометрия, Физика, Информатика, История, Обществознание, Русский язык
История, Изобразительное искусство, Физическая культура, Физика, Биология, География
География, Английский язык, Вероятность и статистика, Алгебра, Русский язык, Геометрия
Русский язык, Алгебра, Литература, Биология, Английский язык, Технология, Технология
Физическая культура, Музыка, Алгебра, Литература, Английский язык, Русский язык""",
    "8": """Разговоры о важном, Химия, Геометрия, Вероятность и статистика, Музыка, Информатика, Английский язык
Физика, География, Физическая культура, История, Английский язык, Русский язык
Физика, Алгебра, Биология, Обществознание, История, География, Русский язык
Химия, Биология, Алгебра, Технология, Литература, Геометрия, Русский язык
Физическая культура, Английский язык, Русский язык, Литература, Алгебра, ОБЗР""",
}
SHORT = {
    "Русский язык": "Рус. яз.", "Литературное чтение": "Лит. чт.", "Физическая культура": "Физ-ра",
    "Окружающий мир": "Окр. мир", "Математика": "Матем.", "Английский язык": "Англ. яз.",
    "Изобразительное искусство": "ИЗО", "Разговоры о важном": "Разг. о важн.", "Обществознание": "Общ.",
    "Вероятность и статистика": "Вер. и стат.",
}  # fmt: skip
TEACHERS = {
    "Геометрия": "Уткина Виктория Фёдоровна", "Алгебра": "Уткина Виктория Фёдоровна",
    "Информатика": "Уткина Виктория Фёдоровна", "Физика": "Незабудкина Виктория Данииловна",
    "История": "Дроздова Ольга Павловна", "Обществознание": "Дроздова Ольга Павловна",
    "Биология": "Рожина Мария Артёмовна", "География": "Рожина Мария Артёмовна",
    "Английский язык": "Кукушкина Ольга Егоровна", "Литература": "Калинина Ева Богдановна",
    "Русский язык": "Калинина Ева Богдановна", "Физическая культура": "Загоров Матвей Васильевич",
    "Химия": "Тополева Полина Матвеевна",
}  # fmt: skip
TOPICS = {
    "Геометрия": "Признаки равенства треугольников", "История": "Великие реформы", "Биология": "Строение листа",
    "Обществознание": "Права и обязанности", "Информатика": "Файлы и папки", "Литература": "Образ героя в повести",
    "Английский язык": "Present Simple: questions", "Физическая культура": "Комплекс упражнений № 3",
}  # fmt: skip
LABELS = {
    "form": {"tv": "телеурок", "live": "в классе", "self": "самостоятельно", "paper": "на бумаге"},
    "kind": {"homework": "домашнее задание", "control": "контрольная работа", "project": "проект"},
    "scale": {"five": "отметка от 2 до 5", "points": "баллы", "pass": "зачёт", "none": "без отметки"},
}


def sample_content() -> dict[str, Any]:
    """The content of the sample edition (see sync.edition); a fresh copy that a test may change."""
    return copy.deepcopy(_content())


def sample_edition(number: int = 41, content: dict[str, Any] | None = None, replaces: str | None = None) -> Edition:
    """An edition of the sample content (or of the content given), issued on 6 December 2026 at 07:10 UTC."""
    return Edition(sample_content() if content is None else content, number, "2026-12-06T07:10:00Z", replaces)


def write_sample(editions: Path, edition: Edition | None = None) -> Path:
    """Write an edition, unsigned, into ``editions/<id>/`` and return that folder."""
    edition = sample_edition() if edition is None else edition
    folder = editions / edition.id
    folder.mkdir(parents=True, exist_ok=True)
    write_edition(edition, folder)
    return folder


def lesson_of(content: dict[str, Any], group: str, date: str, n: int) -> str:
    """The id of one group's lesson by day and number."""
    return next(
        key
        for key, lesson in content["lessons"].items()
        if (lesson["group"], lesson["date"], lesson["n"]) == (group, date, n)
    )


def _id(*parts: Any) -> str:
    text = hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-7{text[13:16]}-8{text[17:20]}-{text[20:32]}"


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = {
        "v": 1,
        "school": _school(),
        "window": {"from": "2026-12-07", "to": "2026-12-20"},
        "days": DAYS,
        "groups": {slug: _group(slug) for slug in WEEK},
        "lessons": {},
        "materials": {},
        "tasks": {},
        "broadcasts": _broadcasts(),
        "notices": _notices(),
        "labels": LABELS,
    }
    written = _written()
    for slug, lines in WEEK.items():
        for day in DAYS:
            weekday = datetime.date.fromisoformat(day).weekday()
            for n, subject in enumerate(lines.split("\n")[weekday].split(", "), start=1):
                _add_lesson(content, slug, day, n, subject, written.get((slug, day, n)))
    _change(content)
    return content


def _school() -> dict[str, Any]:
    return {
        "id": "ZRC2",
        "name": "Заречная школа",
        "timezone": "Europe/Moscow",
        "country": "RU",
        "locale": "ru",
        "languages": ["ru"],
        "address": "село Заречное, улица Школьная, дом 1",
        "hotline": {"phone": "+7 999 000-00-20", "hours": "9:00–17:00"},
        "contacts": [
            {"name": "Василёкина Таисия Сергеевна", "position": "заместитель директора по УВР",
             "phone": "+7 999 000-00-21", "email": "zauch@example.org"},
            {"name": "Уткина Виктория Фёдоровна", "position": "классный руководитель 7 класса", "phone": "",
             "email": "utkina@example.org"},
        ],
    }  # fmt: skip


def _group(slug: str) -> dict[str, Any]:
    bells = [{"n": n, "start": start, "end": _later(start, 40)} for n, start in enumerate(BELLS, start=1)]
    return {"name": slug, "grade": int(slug), "kind": "class", "shift": 1, "bells": bells}


def _later(start: str, minutes: int) -> str:
    begin = datetime.datetime.combine(MONDAY, datetime.time.fromisoformat(start))
    return (begin + datetime.timedelta(minutes=minutes)).strftime("%H:%M")


def _written() -> dict[tuple[str, str, int], tuple[dict[str, Any], str]]:
    found = {}
    for path in sorted(CONTENT.glob("[0-9]*.md")):
        _, front, body = path.read_text("utf-8").split("---\n", 2)
        meta = yaml.safe_load(front)
        found[str(meta["grade"]), meta["date"], meta["lesson"]] = (meta, body.lstrip("\n"))
    return found


def _add_lesson(
    content: dict[str, Any], slug: str, day: str, n: int, subject: str, written: tuple[dict[str, Any], str] | None
) -> None:
    joined = [other for other in _together(slug) if _same_subject(other, day, n, subject)]
    key = _id("view", slug, day, n)
    teacher = "Василёкина Таисия Сергеевна" if slug in ("1", "3") and subject != "Английский язык" else ""
    content["lessons"][key] = {
        "lesson": _id("lesson", min([slug, *joined]), day, n),
        "group": slug,
        "subgroup": "",
        "joined": joined,
        "date": day,
        "n": n,
        "start": BELLS[n - 1],
        "end": _later(BELLS[n - 1], 40),
        "subject": subject,
        "short": SHORT.get(subject, subject),
        "form": "self" if subject == "Физическая культура" else "live",
        "topic": TOPICS.get(subject, ""),
        "room": "Спортзал" if subject == "Физическая культура" else slug,
        "teachers": [teacher or TEACHERS.get(subject, "Боровикова Виктория Константиновна")],
        "material": None,
        "tasks": [],
        "broadcast": None,
        "change": None,
    }
    if written:
        _add_written(content, key, *written)


def _together(slug: str) -> list[str]:
    return {"1": ["3"], "3": ["1"], "7": ["8"], "8": ["7"]}[slug]


def _same_subject(other: str, day: str, n: int, subject: str) -> bool:
    subjects = WEEK[other].split("\n")[datetime.date.fromisoformat(day).weekday()].split(", ")
    shared = subject == "Физическая культура" or other in ("1", "3")
    return shared and n <= len(subjects) and subjects[n - 1] == subject


def _add_written(content: dict[str, Any], key: str, meta: dict[str, Any], body: str) -> None:
    lesson, task = content["lessons"][key], meta["task"]
    material, work = _id("material", key), _id("task", key)
    lesson |= {"form": meta["form"], "topic": meta["topic"], "material": material, "tasks": [work]}
    content["materials"][material] = {
        "title": meta["topic"],
        "subject": meta["subject"],
        "grade": meta["grade"],
        "body": body,
        "resources": meta["resources"],
    }
    due = datetime.date.fromisoformat(meta["date"]) + datetime.timedelta(days=task["due_days"])
    content["tasks"][work] = {
        "lesson": key,
        "group": lesson["group"],
        "subject": meta["subject"],
        "title": meta["topic"],
        "text": task["text"],
        "kind": task["kind"],
        "scale": task["scale"],
        "max_points": task.get("max_points"),
        "due": due.isoformat(),
    }


def _broadcasts() -> dict[str, Any]:
    rows = [
        ("2026-12-07", "10:00", "Школа-ТВ", 8, "Геометрия", "Площадь трапеции", 25),
        ("2026-12-07", "10:40", "Школа-ТВ", 7, "Физика", "Плотность вещества", 20),
        ("2026-12-09", "09:00", "Районный канал", 1, "Русский язык", "Слова с сочетаниями жи–ши", 20),
        ("2026-12-09", "09:30", "Школа-ТВ", 7, "Геометрия", "Признаки равенства треугольников", 10),
        ("2026-12-09", "10:40", "Школа-ТВ", 3, "Математика", "Умножение на 6", 20),
    ]
    names = ("date", "start", "channel", "grade", "subject", "topic", "minutes")
    return {_id("tv", *row): dict(zip(names, row, strict=True)) | {"groups": [str(row[3])]} for row in rows}


def _notices() -> dict[str, Any]:
    bus = "Школьный автобус в **четверг** выходит в 7:40: берите с собой сданные работы в пакете."
    book = "Кто ещё не взял учебник географии — он лежит у дежурного."
    return {
        _id("notice", 1): {"title": "Автобус в четверг раньше", "body": bus, "groups": [], "from": "2026-12-07",
                           "to": "2026-12-10"},
        _id("notice", 2): {"title": "Учебник географии", "body": book, "groups": ["7"], "from": "2026-12-07",
                           "to": "2026-12-20"},
    }  # fmt: skip


def _change(content: dict[str, Any]) -> None:
    """Geography of class 7 moved by an hour, history given to another teacher, one broadcast tied to its lesson."""
    moved = content["lessons"][lesson_of(content, "7", "2026-12-08", 6)]
    moved["change"] = {"kind": "moved", "from": {"date": "2026-12-08", "n": 5}}
    given = content["lessons"][lesson_of(content, "7", "2026-12-08", 1)]
    given["change"] = {"kind": "substituted", "from": None}
    given["teachers"] = ["Рожина Мария Артёмовна"]
    cancelled = content["lessons"][lesson_of(content, "8", "2026-12-11", 6)]
    cancelled["change"] = {"kind": "cancelled", "from": None}
    for key, broadcast in content["broadcasts"].items():
        for lesson in content["lessons"].values():
            same = (lesson["group"], lesson["date"], lesson["subject"])
            if same == (str(broadcast["grade"]), broadcast["date"], broadcast["subject"]):
                lesson["broadcast"] = key
                lesson["form"] = "tv"
