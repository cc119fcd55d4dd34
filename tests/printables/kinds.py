"""Every kind of paper that the product makes, each with a specimen: a new kind gets a row here.

A row names the module that draws it and its templates; test_every_kind.py demands that none is left without a row.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from PIL import Image, ImageDraw

from printables import board_pdf, journal_page, marked_copy, plain, private_slip, timetables, weekly
from printables import manifest as manifests
from printables.accessible import print_accessible
from printables.board import Column, Sheet, Table
from printables.errata import Printed, print_strips
from printables.marked import MarkedPage, MarkedWork, Sign
from printables.order import Order
from printables.pack import print_group
from printables.register import Register, RegisterTable, print_register
from printables.roster import Feedback, LessonView, Roster, Row, Supplement
from printables.stopfile import Family, Stop, print_stop
from sync import sealed
from sync.codes import complete, make_label
from tests.editions import sample_content, sample_edition, write_sample
from tests.printables import scans
from tests.printables.paper import Margins
from tests.printables.rosters import sample_roster

LOCALES = Path(__file__).parents[2] / "server" / "translations"
NAME = "Қаңлыбек-Үмітұлы Ғани Әділ"
NAMES = (NAME, "Һасенұлы Өмір Іңкәр", "Ұлан Ңұрбек-Үкіқызы Ғалия")  # together every letter that Russian lacks
SCHOOL = timetables.School("Әлия ауылы мектебі «Өрлеу»", "выпуск 12", "+7 900 000-00-00", "ru", LOCALES)
DAYS = ("Пн 7.12", "Вт 8.12", "Ср 9.12", "Чт 10.12", "Пт 11.12", "Сб 12.12")
DRAWING = ('<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40" role="img" aria-label="Үй">'
           '<text x="4" y="20" font-size="12">Қала № 3 ≤ √2</text></svg>')  # fmt: skip
QUESTIONS = [
    {"kind": "several", "label": "Қай жауап дұрыс?", "options": ["Қазақстан", "Ресей", "екеуі де"], "digits": 0},
    {"kind": "number", "label": "Неше градус?", "options": [], "digits": 3},
]
BOTH_SIDES, CUT = Margins(20, 20), Margins(13, 5)  # ``CUT``: scissors stand in the binder's margin
HALVES = Margins(5, 5)  # folded or cut, and turned


@dataclass(frozen=True)
class Kind:
    """``module`` draws it from ``templates``; ``make`` writes a specimen into a folder. ``names`` stand in it.

    ``codes``: how many QR each page has, by the page's number from 1, or None where the kind has none;
    ``packs``: one student's pages begin on a front; ``raised``: it shows formulas.
    """

    name: str
    module: str
    templates: tuple[str, ...]
    make: Callable[[Path], Path]
    margins: Margins | Callable[[str], Margins] = Margins()
    names: tuple[str, ...] = NAMES
    codes: Callable[[list[str]], list[int]] | None = None
    packs: bool = False
    raised: bool = False


def named(roster: Roster) -> Roster:
    """The roster with our names."""
    students = tuple(
        replace(student, name=name, short=f"{name.split()[0]} {name.split()[1][0]}.")
        for student, name in zip(roster.students, NAMES, strict=False)
    )
    return replace(roster, students=students)


def packs(folder: Path) -> Path:
    """Class 7 with everything that a pack may hold."""
    return pack_file(folder, folder / "packs.pdf", Order())


def large_packs(folder: Path) -> Path:
    """The same packs in large print."""
    return pack_file(folder, folder / "large.pdf", Order(), large=True, students=2)


def pack_file(folder: Path, out: Path, order: Order, large: bool = False, students: int = 3) -> Path:
    """The same students' packs as an order wants them."""
    print_group(edition(folder), seventh(large, students), out, folder / "cache", LOCALES, order=order)
    return out


def seventh(large: bool = False, students: int = 3) -> Roster:
    """Class 7; the first has a mark and a work to correct."""
    roster = named(sample_roster(sample_content(), "7", students=students))
    task = {"lesson": "", "group": "7", "subject": "Алгебра", "title": "Корни: x² + √2", "text": "Реши: x² = 2.",
            "kind": "homework", "scale": "five", "max_points": None, "due": None}  # fmt: skip
    first = roster.students[0]
    first = replace(
        first, works={**first.works, "old": complete("7777001")},
        feedback=(Feedback("old", "Алгебра", "Корни", "", ("Үй жұмысы: посмотри ещё раз.",), True, "2026-12-03", 7),),
        again=(LessonView("again old", {"lesson": "", "date": "2026-11-30", "n": 0}, None, {"old": task}),),
    )  # fmt: skip
    keys = [sealed.write_key(sealed.derive_key(bytes(32), f"student {n}", 1)) for n in range(3)]
    people = tuple(replace(one, private_key=key, large=large)
                   for one, key in zip((first, *roster.students[1:]), keys, strict=False))  # fmt: skip
    return replace(roster, students=people, private_entrance="https://school.example/me/")


def in_order(name: str, **wishes: object) -> Callable[[Path], Path]:
    """Packs as an order wants them, in a file of this name."""
    return lambda folder: pack_file(folder, folder / f"{name}.pdf", Order(**wishes), students=2)


def slips_beside(folder: Path) -> Path:
    """What is stuck onto copied class sheets, and the pages that are one student's own."""
    plain.print_slips(edition(folder), seventh(students=2), folder / "slips.pdf", folder / "cache", LOCALES)
    return folder / "slips.pdf"


SIGNS = (
    Sign("right", 0.7, 0.2), Sign("line", 0.2, 0.4, 0.45, 0.41), Sign("unclear", 0.5, 0.6),
    Sign("box", 0.2, 0.7, 0.24, 0.73), Sign("text", 0.98, 0.4, text="−1 ұпай"), Sign("text", 0.02, 0.9, text="Ғ!"),
    Sign("wrong", 0.3, 0.72, small=True),
)  # fmt: skip


def scan(folder: Path, name: str = "scan", shape: tuple[int, int] = (1237, 1750)) -> str:
    """A kept picture of a page: lines of ink on grey paper, and the QR of its sheet."""
    picture = Image.new("L", shape, 225)
    draw = ImageDraw.Draw(picture)
    for y in range(200, shape[1] - 80, 80):
        draw.line((120, y, shape[0] - 120, y - 9), fill=70, width=4)
    code = scans.label(4821703, 1)
    scans._stamp(picture, code, (shape[0] - 300, 40))
    picture.save(folder / f"{name}.jpg", quality=60)
    return str(folder / f"{name}.jpg")


def marked_work(folder: Path, **other: object) -> MarkedWork:
    """Two pages, the second of which lay across, and a remark of more lines than there is room for above them."""
    pages = (MarkedPage(scan(folder), SIGNS), MarkedPage(scan(folder, "across", (1750, 1237)), SIGNS))
    told = ("Үй жұмысы: посмотри ещё раз № 7. " * 20 + "\n\nКорни: x² ≤ √2.", "Второе слово.")
    work = MarkedWork(complete("7777002"), "Алгебра", "Квадратные корни: x² + √2", "4", told, pages, "2026-12-03",
                      "2026-12-05")  # fmt: skip
    return replace(work, **other)


def marked_copies(folder: Path) -> Path:
    """A file of marked copies: a mark, a work sent back, one whose picture is damaged."""
    (folder / "broken.jpg").write_bytes(b"no picture")
    broken = marked_work(folder, pages=(MarkedPage(str(folder / "broken.jpg")),), comments=())
    own = (marked_work(folder), marked_work(folder, redo=True, comments=()), broken)
    students = [
        replace(one, marked=works) for one, works in zip(seventh().students, (own, own[:1], own[1:2]), strict=True)
    ]
    made = marked_copy.print_copies(replace(seventh(), students=tuple(students)), "TEST", "ru", LOCALES)
    file = folder / "marked.pdf"
    file.write_bytes(made.pdf)
    return file


def slip_codes(texts: list[str]) -> list[int]:
    """A QR beside every code but those in the teachers' words."""
    return [0 if "От ваших учителей" in text else len(re.findall(r"\b\d{3} \d{3} \d{3}\b", text)) for text in texts]


def supplement(folder: Path) -> Path:
    """What changed since the pack: a day, a lesson, a task."""
    content = sample_content()
    lessons = {key: one for key, one in content["lessons"].items() if one["group"] == "7" and one["tasks"]}
    key, lesson = sorted(lessons.items(), key=lambda item: (item[1]["date"], item[1]["n"]))[0]
    rows = tuple(Row(n, "09:00", "Қазақ тілі", "", "в классе", n == 2) for n in range(1, 6))
    told = Supplement(40, frozenset([key]), frozenset(lesson["tasks"]), frozenset(lesson["tasks"]),
                      days=(("2026-12-08", rows),))  # fmt: skip
    roster = named(sample_roster(content, "7", students=3))
    students = tuple(replace(one, supplement=told, adds_to="482170317") for one in roster.students)
    out = folder / "supplement.pdf"
    print_group(edition(folder), replace(roster, students=students), out, folder / "cache", LOCALES)
    return out


def answers(folder: Path) -> Path:
    """Packs of those who read the week elsewhere: what the teachers say, and a sheet to correct on."""
    roster = seventh(students=2)
    said = Feedback("new", "Физика", "Өлшеу", "4", ("Ұқыпты.",), False, "2026-12-04", 8)
    first, second = roster.students
    students = (replace(first, feedback=(*first.feedback, said), brief=True),
                replace(second, feedback=(said,), brief=True))  # fmt: skip
    out = folder / "answers.pdf"
    print_group(edition(folder), replace(roster, students=students), out, folder / "cache", LOCALES)
    return out


def stop(folder: Path) -> Path:
    """A stop's packs, those of a family behind their list."""
    roster = named(sample_roster(sample_content(), "7", students=3))
    ids = [one.id for one in roster.students]
    families = (Family(NAMES[0], "Өзен ауылы, Үлкен көше, 3", tuple(ids[:2])), Family(NAMES[2], "", tuple(ids[2:])))
    out = folder / "stop.pdf"
    print_stop(edition(folder), Stop("Ғабит ауылы, автобус", families, (roster,)), out, folder / "cache", LOCALES)
    return out


def manifest(folder: Path) -> Path:
    """A register of delivery of several pages, and a list without a code."""
    lines = tuple(manifests.Line(NAMES[n % 3], (str(n), NAMES[n % 3], "7 «Ә»", "482 170 317")) for n in range(1, 50))
    code = complete("4821703")
    one = manifests.Delivery(
        "Реестр выдачи", SCHOOL.name, "Ғабит ауылы", (("Неделя", "7–13 декабря"),),
        ("№", "Ученик", "Класс", "Пакет"), lines, (10, 0, 24, 40), ("", "49 пакетов", "", ""),
        (("Выдано:", "49"), ("Вернулось:", "____")), ("Выдал(а)", "Принял(а)"), ("стр. ", " из ", ""), "ru",
        make_label("TEST", "M", code, 0).text, "482 170 317", codes=(3,),
    )  # fmt: skip
    file = folder / "manifest.pdf"
    data, _pages = manifests.print_deliveries([one, replace(one, title="Список", lines=lines[:2], label="", digits="")])
    file.write_bytes(data)
    return file


def edition(folder: Path) -> Path:
    """The sample edition, in Russian as schools have it."""
    content = sample_content()
    content["school"]["locale"] = "ru"
    for lesson in content["lessons"].values():
        if lesson["group"] == "7" and lesson["material"]:
            content["materials"][lesson["material"]]["body"] += f"\n\n{DRAWING}"
            break
    ticked = min(key for key, task in content["tasks"].items() if task["group"] == "7")
    content["tasks"][ticked]["answers"] = QUESTIONS
    return write_sample(folder, sample_edition(41, content))


def strips(folder: Path) -> Path:
    """Corrections to paste over."""
    old, content = edition(folder), sample_content()
    content["school"]["locale"] = "ru"
    for lesson in content["lessons"].values():
        if lesson["group"] == "7" and lesson["date"] == "2026-12-08":
            lesson["change"] = {"kind": "cancelled", "from": None}
    new = write_sample(folder, sample_edition(42, content))
    out = folder / "strips.pdf"
    printed = Printed(named(sample_roster(sample_content(), "7", students=3)), old, date(2026, 12, 7))
    print_strips([printed], new, out, LOCALES)
    return out


def grids(folder: Path) -> Path:
    """A class's, a teacher's and a room's timetable, on A4, A3 and A2."""
    out = folder / "grids.pdf"
    sheets = []
    for name, lessons, parts in zip(NAMES, (4, 7, 12), (1, 2, 3), strict=True):
        entries = tuple(timetables.Entry("Қазақ тілі", f"гр. {part}, каб. 12, {name}") for part in range(parts))
        cells = {(row, column): entries for row in range(lessons) for column in range(len(DAYS))}
        rows = tuple((str(n + 1), "08:30–09:10") for n in range(lessons))
        sheets.append(timetables.Grid(name, "7–12 декабря 2026", DAYS, rows, cells))
    timetables.write_grids(sheets, SCHOOL, out)
    return out


def _wide() -> timetables.Wide:
    heads = tuple((day, tuple(str(n) for n in range(1, 8))) for day in DAYS)
    rows = tuple((NAMES[n % 3], tuple("11 «Ә»" for _ in range(7 * len(DAYS)))) for n in range(30))
    return timetables.Wide("Барлық мұғалімдер", "7–12 декабря 2026", heads, rows)


def wide(folder: Path) -> Path:
    """All teachers on one sheet."""
    timetables.write_wide([_wide()], SCHOOL, folder / "wide.pdf")
    return folder / "wide.pdf"


def tiled(folder: Path) -> Path:
    """The same in pieces to glue."""
    timetables.write_wide([_wide()], SCHOOL, folder / "tiled.pdf", tiled=True)
    return folder / "tiled.pdf"


def posters(folder: Path) -> Path:
    """A class's days as QR."""
    text = "7 «Ә», пн 7.12\n" + "\n".join(f"{n}. 08:30 Қазақ тілі" for n in range(1, 8))
    own = [timetables.Poster(name, "7–12 декабря", tuple((day, text) for day in DAYS)) for name in NAMES]
    timetables.write_posters(own, SCHOOL, folder / "posters.pdf")
    return folder / "posters.pdf"


def _register(folder: Path, landscape: bool) -> Path:
    rows = tuple((str(n), NAMES[n % 3], "7 «Ә»", "12,5") for n in range(1, 70))
    tables = (RegisterTable("Выдано", ("№", "Ученик", "Класс", "Листов"), rows, (0, 3), (9,), (12, 0, 30, 25)),
              RegisterTable("Возвращено", ("№", "Ученик"), (), empty="Пока ничего."))  # fmt: skip
    one = Register("Реестр выдачи", SCHOOL.name, ("№ 3, Өлеңті ауылы",), tables, ("Выдал", "Принял"),
                   ("страница ", " из ", ""), "ru", landscape)  # fmt: skip
    file = folder / f"register-{landscape}.pdf"
    file.write_bytes(print_register(one))
    return file


def _board(folder: Path, landscape: bool) -> Path:
    columns = (Column("№", 12, "center"), Column("Ученик"), Column("Отметка", 30, "right"))
    table = Table("Протокол экзамена", columns, tuple((str(n), NAMES[n % 3], "4") for n in range(60)), ("Примечание",))
    one = Sheet("ru", "Протокол", ("7 «Ә» класс",), (table, replace(table, rows=(), empty="Пусто.")),
                (("Председатель", NAME),), SCHOOL.name, ("страница ", " из "), landscape, True, "подпись")  # fmt: skip
    file = folder / f"board-{landscape}.pdf"
    file.write_bytes(board_pdf.pdf(one))
    return file


def slip(folder: Path) -> Path:
    """A personal page's letters in a fold."""
    key = sealed.write_key(sealed.derive_key(bytes(32), "student 0", 1))
    one = private_slip.Slip(SCHOOL.name, SCHOOL.hotline, NAME, "7 «Ә»", key, "https://school.example/me/")
    file = folder / "private.pdf"
    file.write_bytes(private_slip.slip_pdf(one, "ru", LOCALES))
    return file


def weekly_slips(folder: Path) -> Path:
    """Five families' weeks: usual, quiet, in Kazakh, and one that says more than half a page holds."""
    marks = tuple(weekly.Line("Алгебра", f"Корни № {n}", "4", ("Реши ещё раз № 7.",)) for n in range(4))
    full = weekly.WeekSlip(
        NAMES[0], "7 «Ә»", "ru", marks, (weekly.Line("Физика", "Лабораторная № 3", on=date(2026, 12, 8)),),
        (weekly.Line("История", "Смута", comments=("Нет вывода.",), on=date(2026, 12, 15)),),
        (weekly.Away(date(2026, 12, 9), 3, "болезнь"),),
        (weekly.Told(date(2026, 12, 10), "Собрание", "В субботу в 11:00, кабинет 12."),), 2,
    )  # fmt: skip
    slips = [full, weekly.WeekSlip(NAMES[1], "7 «Ә»", "ru"), replace(full, name=NAMES[2], locale="kk"),
             replace(full, marks=marks * 9), replace(full, name=NAMES[1])]  # fmt: skip
    sender = weekly.Sender(SCHOOL.name, SCHOOL.hotline, "8:00–18:00", ((NAMES[2], "+7 900 111-22-33"),),
                           (date(2026, 12, 7), date(2026, 12, 12)))  # fmt: skip
    file = folder / "weekly.pdf"
    file.write_bytes(weekly.print_weekly(slips, sender, LOCALES).pdf)
    return file


def journal(folder: Path) -> Path:
    """A quarter with more lessons than one page has columns, and a course without any."""
    days = [date(2026, 11, 2) + timedelta(days=2 * n) for n in range(30)]
    rows = tuple(
        journal_page.Row(f"{NAMES[n % 3]}", tuple(("", "4", "Н 5", "УП", "зач")[(n + at) % 5] for at in range(30)),
                         ("Н 3, Б 2", "4,25", "4", "5"), "до 12.11" if n == 4 else "")
        for n in range(27)
    )  # fmt: skip
    lessons = tuple(journal_page.Lesson(day, 3, "Корни: √2 ≤ x² и свойства", ("№ 412–415 (до 14.12)",)) for day in days)
    one = journal_page.CourseJournal(
        SCHOOL.name, "7 «Ә» класс", "Алгебра", NAMES[0], "2 четверть, 2 ноября – 30 декабря",
        tuple(journal_page.Column(day, at) for at, day in enumerate(days)), lessons, rows,
        ("Пропущено", "Средний", "1 четверть", "2 четверть"), (("2 четверть", "5 – 7, 4 – 20"),),
        (("•", "не сдано"), ("↩", "на доработке"), ("Н", "отсутствовал")),
    )  # fmt: skip
    file = folder / "journal.pdf"
    file.write_bytes(journal_page.print_journal([one, replace(one, columns=(), lessons=(), rows=(), totals=())], "ru",
                                                LOCALES))  # fmt: skip
    return file


def accessible_copy(folder: Path) -> Path:
    """A week for screen readers, with a drawing and Kazakh words."""
    content = sample_content()
    content["school"] = {**content["school"], "locale": "ru", "name": SCHOOL.name}
    for material in content["materials"].values():
        material["body"] += "\n\n### Қосымша\n\n" + ", ".join(NAMES)
    made = print_accessible(write_sample(folder, sample_edition(41, content)), "8", "2026-W50", 41, LOCALES)
    file = folder / "accessible.pdf"
    file.write_bytes(made.pdf)
    return file


def pack_codes(texts: list[str]) -> list[int]:
    """A QR on every cover and task page, one on each slip, and that of the personal page inside a cover."""
    return [sum(text.count(mark) for mark in ("сложить здесь", "лист задания", "✂", "Наведите камеру"))
            for text in texts]  # fmt: skip


def answer_codes(texts: list[str]) -> list[int]:
    """As in packs; the first page, which names the hotline, bears the pack's."""
    return [count + text.count("Горячая линия") for count, text in zip(pack_codes(texts), texts, strict=True)]


def pack_margins(text: str) -> Margins:
    """The fold's line and the scissors stand in the binder's margin; such pages are never punched."""
    folded = "сложить здесь" in text or "автобус" in text
    return Margins(5.5, 6) if folded else Margins(13, 20) if "✂" in text else BOTH_SIDES


KINDS = (
    Kind("packs", "sheets",
         ("cover.html", "contacts.html", "cover_inside.html", "private.html", "feedback.html", "lesson.html",
          "task.html", "slips.html"),
         packs, pack_margins, packs=True, codes=pack_codes, raised=True),
    Kind("packs in large print", "sheets", ("big_week.html",), large_packs, pack_margins, NAMES[:2], pack_codes,
         packs=True, raised=True),
    Kind("packs of two pages on a side", "sheets", (), in_order("two", layout="two_up"), HALVES, packs=True,
         names=NAMES[:2], codes=pack_codes, raised=True),
    Kind("packs as booklets", "sheets", (), in_order("booklet", layout="booklet"), HALVES, NAMES[:2], pack_codes,
         raised=True),
    Kind("packs within a budget", "sheets", ("sources.html",), in_order("less", leaves=6, steps=("no_texts",)),
         pack_margins, NAMES[:2], pack_codes, packs=True, raised=True),
    Kind("class sheets to copy", "sheets", ("copies.html",), in_order("plain", plain=True), pack_margins,
         names=(), raised=True),
    Kind("slips to stick on", "sheets", (), slips_beside, BOTH_SIDES, NAMES[:2], slip_codes, raised=True),
    Kind("marked copies", "sheets", (), marked_copies, BOTH_SIDES, codes=lambda texts: [0] * len(texts)),
    Kind("supplement", "sheets", ("supplement.html",), supplement, pack_margins, packs=True, codes=pack_codes,
         raised=True),
    Kind("answers alone", "sheets", ("answered.html", "said.html"), answers, pack_margins, NAMES[:2], answer_codes),
    Kind("packs of a stop", "sheets", ("envelope.html",), stop, pack_margins, codes=pack_codes, raised=True),
    Kind("register of delivery", "manifest", ("manifest.html",), manifest, BOTH_SIDES,
         codes=lambda texts: [int("Реестр" in text) for text in texts]),
    Kind("strips", "errata", ("strips.html",), strips, CUT),
    Kind("timetables", "timetables", ("grids.html",), grids),
    Kind("timetable of all", "timetables", ("wide.html",), wide),
    Kind("timetable in pieces", "timetables", ("wide.html",), tiled, Margins(4.5, 4.5, 4.5, 4.5)),
    Kind("posters", "timetables", ("posters.html",), posters, codes=lambda texts: [len(DAYS)] * len(texts)),
    Kind("register", "register", ("register.html",), lambda folder: _register(folder, False)),
    Kind("register across", "register", ("register.html",), lambda folder: _register(folder, True)),
    Kind("document", "board_pdf", ("board.html",), lambda folder: _board(folder, False)),
    Kind("document across", "board_pdf", ("board.html",), lambda folder: _board(folder, True)),
    Kind("private slip", "private_slip", ("private_slip.html",), slip, Margins(6, 6), names=(NAME,),
         codes=lambda texts: [1]),
    Kind("weekly slips", "weekly", ("weekly.html", "weekly_slip.html"), weekly_slips, CUT),
    Kind("accessible copy", "accessible", ("accessible.html",), accessible_copy, raised=True),
    Kind("journal", "journal_page", ("journal.html",), journal),
)  # fmt: skip
