"""Any small timetable, drawn in any of the ways that schools draw: the same lessons come out."""

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from server.importers.registry import read
from tests.server.importers.drawing import Sketch, page, workbook

CLASSES = ["5А", "5Б", "6А", "7«Ә»", "10-Б"]
NAMES = {"7«Ә»": "7Ә", "10-Б": "10Б"}
DAYS = ["Понедельник", "Вторник", "Среда"]
SUBJECTS = ["Алгебра", "Рус. яз.", "Физ-ра", "Родной язык (русский)", "Окружающий мир", "Алг. ж/е АБ"]
ROOMS = ["", "101", "217", "12а", "Спортзал", "Малый спортзал", "каб. информатики 1"]
TEACHERS = ["", "Иванова И.И.", "Петров-Водкин К. С.", "Ким Л."]
TIMES = {1: ["08:30–09:10", "9.20-10.00", "10:15 – 10:55"], 2: ["14:00–14:40", "14.50-15.30", "15:45 – 16:25"]}


@dataclass(frozen=True)
class One:
    """A lesson: ``group`` 1 or 2, ``week`` 1 or 2, 0 for all."""

    subject: str
    room: str
    teacher: str
    group: int = 0
    week: int = 0


@dataclass(frozen=True)
class Way:
    """How a timetable is drawn."""

    rooms: str
    teachers: str
    day_cells: str
    times: bool
    wide_headings: bool
    labels_right: bool
    turned: bool
    shifts: bool
    week_blocks: bool
    titles: bool
    spaces: bool
    blank_rows: frozenset[int]
    blank_columns: frozenset[int]
    as_page: bool


ONE = st.builds(One, st.sampled_from(SUBJECTS), st.sampled_from(ROOMS), st.sampled_from(TEACHERS))
PAIR = st.tuples(ONE, ONE)
CONTENT = st.one_of(
    st.just(()),
    ONE.map(lambda a: (a,)),
    ONE.map(lambda a: (a,)),
    PAIR.map(lambda p: (replace(p[0], group=1), replace(p[1], group=2))),
    PAIR.map(lambda p: (replace(p[0], week=1), replace(p[1], week=2))),
    ONE.map(lambda a: (replace(a, week=2),)),
)


@st.composite
def plans(draw: st.DrawFn) -> dict[tuple[str, int, int], tuple[One, ...]]:
    classes = draw(st.lists(st.sampled_from(CLASSES), min_size=2, max_size=4, unique=True))
    days = draw(st.integers(2, 3))
    keys = [(name, day, n) for name in classes for day in range(1, days + 1) for n in (1, 2, 3)]
    plan = dict(zip(keys, draw(st.lists(CONTENT, min_size=len(keys), max_size=len(keys))), strict=True))
    plan[classes[0], 1, 1] = plan[classes[-1], days, 3] = (draw(ONE),)
    return plan


WAYS = st.builds(
    Way,
    rooms=st.sampled_from(["beside", "brackets", "below", "in text", "none"]),
    teachers=st.sampled_from(["none", "row", "line"]),
    day_cells=st.sampled_from(["merged", "repeated", "first"]),
    times=st.booleans(),
    wide_headings=st.booleans(),
    labels_right=st.booleans(),
    turned=st.booleans(),
    shifts=st.booleans(),
    week_blocks=st.booleans(),
    titles=st.booleans(),
    spaces=st.booleans(),
    blank_rows=st.frozensets(st.integers(0, 25), max_size=3),
    blank_columns=st.frozensets(st.integers(0, 12), max_size=2),
    as_page=st.booleans(),
)


# --- drawing ---------------------------------------------------------------------------------------------------


def pen(sketch: Sketch, row: int, column: int, text: str, way: Way) -> None:
    if text:
        sketch.cells[row, column] = f" {text}  " if way.spaces else text


def texts(lessons: tuple[One, ...], way: Way) -> list[str]:
    """The cell's lines from the top: subjects, then what stands in rows below; "" where nothing stands."""
    marked = []
    for lesson in lessons:
        text = lesson.subject
        text += f" ({lesson.group})" if lesson.group else ""
        text += {0: "", 1: " (числ.)", 2: " (знам.)"}[lesson.week]
        text += f" ({lesson.room})" if way.rooms == "brackets" and lesson.room else ""
        text += f" {lesson.room}" if way.rooms == "in text" and lesson.room else ""
        if way.teachers == "line" and lesson.teacher:
            text += f"\n{lesson.teacher}" if len(lessons) == 1 else f" {lesson.teacher}"
        marked.append(text)
    lines = [" / ".join(marked)]
    if way.teachers == "row":
        lines.append(shared([lesson.teacher for lesson in lessons]))
    if way.rooms == "below":
        lines.append(shared([lesson.room for lesson in lessons]))
    return lines


def shared(words: list[str]) -> str:
    return "/".join(word or "—" for word in words) if any(words) else ""


def draw_block(sketch: Sketch, top: int, plan: dict, way: Way, shift: int, week: int) -> int:
    """One table; the row after it."""
    classes = list(dict.fromkeys(name for name, _, _ in plan))
    days = sorted({day for _, day, _ in plan})
    wide = 2 if way.rooms == "beside" else 1
    high = 1 + (way.teachers == "row") + (way.rooms == "below")
    labels = ["day", "n", *(["time"] if way.times else [])]
    first = 0 if way.labels_right else len(labels)
    side = len(classes) * wide if way.labels_right else 0
    if week:
        pen(sketch, top, 0, ("Числитель", "Знаменатель")[week - 1], way)
        top += 1
    for place, label in enumerate(labels):
        pen(sketch, top, side + place, {"day": "День", "n": "№", "time": "Время"}[label], way)
    for place, name in enumerate(classes):
        column = first + place * wide
        pen(sketch, top, column, name, way)
        if wide == 2 and way.wide_headings:
            sketch.merged.append(((top, column), (top, column + 1)))
        elif wide == 2:
            pen(sketch, top, column + 1, "Каб.", way)
    row = top + 1
    for day in days:
        begin = row
        for n in (1, 2, 3):
            pen(sketch, row, side + 1, str(n), way)
            if way.times:
                pen(sketch, row, side + 2, TIMES[shift][n - 1], way)
            if way.day_cells == "repeated" or n == 1:
                pen(sketch, row, side, DAYS[day - 1], way)
            for place, name in enumerate(classes):
                lessons = tuple(x for x in plan[name, day, n] if not week or x.week in (0, week))
                if week:
                    lessons = tuple(replace(x, week=0) for x in lessons)
                if not lessons:
                    continue
                for offset, line in enumerate(texts(lessons, way)):
                    pen(sketch, row + offset, first + place * wide, line, way)
                if way.rooms == "beside":
                    pen(sketch, row, first + place * wide + 1, shared([x.room for x in lessons]), way)
            row += high
        if way.day_cells == "merged":
            sketch.merged.append(((begin, side), (row - 1, side)))
    return row


def spread(sketch: Sketch, rows: frozenset[int], columns: frozenset[int]) -> Sketch:
    """Blank rows and columns put before those of these numbers."""

    def place(where: tuple[int, int]) -> tuple[int, int]:
        return where[0] + sum(r <= where[0] for r in rows), where[1] + sum(c <= where[1] for c in columns)

    return Sketch(
        {place(where): value for where, value in sketch.cells.items()},
        [(place(first), place(last)) for first, last in sketch.merged],
    )


def draw_sheets(plan: dict, way: Way) -> dict[str, Sketch]:
    classes = list(dict.fromkeys(name for name, _, _ in plan))
    parts = {1: classes}
    if way.shifts and way.times and len(classes) > 3:
        parts = {1: classes[:2], 2: classes[2:]}
    sheets = {}
    for shift, names in parts.items():
        own = {key: value for key, value in plan.items() if key[0] in names}
        sketch, row = Sketch(), 0
        if way.titles:
            pen(sketch, 0, 0, "Расписание уроков на 2026/2027 учебный год", way)
            pen(sketch, 1, 0, "Утверждаю. Директор ____________", way)
            row = 3
        for week in (1, 2) if way.week_blocks else (0,):
            row = draw_block(sketch, row, own, way, shift, week) + 1
        if way.titles:
            pen(sketch, row + 1, 1, "Начало занятий в 8 ч 30 мин, классный час по четвергам", way)
        sketch = spread(sketch, way.blank_rows, way.blank_columns)
        sheets[f"{shift} смена" if len(parts) > 1 else "Лист1"] = sketch.turned() if way.turned else sketch
    return sheets


# --- what must come out ----------------------------------------------------------------------------------------


def expected(plan: dict, way: Way) -> set:
    classes = list(dict.fromkeys(name for name, _, _ in plan))
    late = classes[2:] if way.shifts and way.times and len(classes) > 3 else []
    has_weeks = way.week_blocks or any(lesson.week for lessons in plan.values() for lesson in lessons)
    cards = set()
    named: dict[tuple, set[str]] = {}
    for (name, _, _), lessons in plan.items():
        for lesson in lessons:
            named.setdefault((name, lesson.subject, lesson.group), set()).update({lesson.teacher} - {""})
    for (name, day, n), lessons in plan.items():
        for lesson in lessons:
            weeks = {0: "11", 1: "10", 2: "01"}[lesson.week] if has_weeks else "1"
            room = "" if way.rooms == "none" else lesson.room
            told = named[name, lesson.subject, lesson.group]
            teacher = lesson.teacher or (min(told) if len(told) == 1 else "")  # the lesson's other cells say who
            teacher = "" if way.teachers == "none" else teacher
            cards.add((
                NAMES.get(name, name), f"Группа {lesson.group}" if lesson.group else "", day,
                n + 3 if name in late else n, weeks, lesson.subject, room, teacher,
            ))  # fmt: skip
    return whole(cards)


def whole(cards: set) -> set:
    """What is taught in both kinds of week is taught every week."""
    other = {"10": "01", "01": "10", "11": "", "1": ""}
    return {
        (*card[:4], "11" if (*card[:4], other[card[4]], *card[5:]) in cards else card[4], *card[5:]) for card in cards
    }


def found(sheets: dict[str, Sketch], way: Way) -> tuple[set, list[str]]:
    if way.as_page and len(sheets) == 1:
        result = read("timetable", "x.xls", page(next(iter(sheets.values()))))
    else:
        result = read("timetable", "x.xlsx", workbook(sheets))
    cards = {
        (class_name, part, card.weekday, card.period, card.weeks, lesson.subject, "+".join(card.rooms),
         "+".join(lesson.teachers))
        for timetable in result.rows
        for lesson in timetable.lessons
        for card in lesson.cards
        for class_name, part in lesson.groups
    }  # fmt: skip
    return cards, [finding.text() for finding in result.findings]


@settings(max_examples=40, deadline=None)
@given(plans(), WAYS)
def test_the_same_lessons_come_out_of_every_drawing(plan: dict, way: Way) -> None:
    sheets = draw_sheets(plan, way)
    cards, findings = found(sheets, way)
    assert cards == expected(plan, way), findings
