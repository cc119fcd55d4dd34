"""However a school lays out its class list, the same people come out."""

import io
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from server.importers.headers import PEOPLE
from server.importers.registry import look, read

FIELDS = ("class", "last", "first", "middle", "birth_date", "sex", "phone", "parent", "parent_phone", "address")
RUSSIAN = [
    ("5А", "Соловьёв", "Пётр", "Ильич", date(2015, 7, 3), "м", "+79990001010", "Соловьёва Анна Юрьевна", "+79990001011",
     "с. Тополиное, ул. Новая, д. 1"),
    ("5А", "Римская-Корсакова", "Вера", "Олеговна", date(2015, 8, 4), "ж", "", "Корсаков Олег Львович", "+79990001012",
     "с. Тополиное, ул. Новая, д. 2"),
    ("5Б", "Ким", "Лев", "Сергеевич", date(2015, 12, 12), "м", "", "Ким Алла Павловна", "+79990001013",
     "с. Тополиное, ул. Речная, д. 3"),
    ("11А", "Абрамова", "Надежда", "Никитична", date(2009, 1, 31), "ж", "+79990001014", "Абрамов Никита Ильич",
     "+79990001015", "с. Тополиное, ул. Речная, д. 4"),
]  # fmt: skip
KAZAKH = [
    ("1Ә", "Байұзақ", "Үміт", "Дәуренқызы", date(2019, 8, 12), "қыз", "", "Байұзақ Әйгерім Тәңірбергенқызы",
     "+79990001016", "Ақбұлақ ауылы, Жастар көшесі, 35 үй"),
    ("1Ә", "Нұрпейісов", "Жәнібек", "Бауыржанұлы", date(2020, 1, 15), "ұл", "+79990001018",
     "Нұрпейісова Інжу Қайратқызы", "+79990001017", "Ақбұлақ ауылы, Мерей көшесі, 8 үй"),
]  # fmt: skip
ENCODINGS = ("cp1251", "kz1048", "utf-8", "utf-8-sig", "utf-16")


def known(rows):
    """What must come out of ``rows``, whatever the layout."""
    return [
        (r[0], r[1], r[2], r[3], r[4], "m" if r[5] in ("м", "ұл") else "f", r[6], r[7], r[8], r[9]) for r in rows
    ]  # fmt: skip


def came(result):
    """The same of what an importer gave."""
    return [
        (row.class_name, row.last, row.first, row.middle, row.birth_date, row.sex, row.phone,
         " ".join((one.last, one.first, one.middle)), one.phone, row.address)
        for row in result.rows
        for one in row.guardians
    ]  # fmt: skip


# --- files ---------------------------------------------------------------------------------------------------------


def as_xlsx(rows, name="Лист1"):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet, day = book.add_worksheet(name), book.add_format({"num_format": "dd.mm.yyyy"})
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(y, x, datetime(cell.year, cell.month, cell.day), day)
                elif cell != "":
                    sheet.write(y, x, cell)
    return out.getvalue()


def written(cell):
    return f"{cell:%d.%m.%Y}" if isinstance(cell, date) else str(cell)


def as_csv(rows, encoding, delimiter=";"):
    quoted = ('"' + written(cell).replace('"', '""') + '"' for row in rows for cell in row)
    lines = [delimiter.join(next(quoted) for _ in row) for row in rows]
    return "\r\n".join(lines).encode(encoding)


def as_page(rows, encoding):
    body = "".join("<tr>" + "".join(f"<td>{written(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<html><head><meta charset="{encoding}"></head><body><table>{body}</table>'.encode(encoding)


def fits(rows, encoding):
    try:
        as_csv(rows, encoding)
    except UnicodeEncodeError:
        return False
    return True


# --- layouts -------------------------------------------------------------------------------------------------------


def tables(draw, people):
    """(header rows, entries) of one drawn layout: order, words, and how names are written."""
    loud = draw(st.booleans())
    names = draw(st.sampled_from(["three", "one", "two", "turned"]))
    columns = []
    for field, values in zip(FIELDS, zip(*people, strict=True), strict=True):
        if field not in ("last", "first", "middle"):
            columns.append((draw(st.sampled_from(WORDS[field])), list(values)))
    parts = [[row[1].upper() if loud else row[1], row[2], row[3]] for row in people]
    columns += {
        "three": lambda: [(draw(st.sampled_from(WORDS[f])), [p[i] for p in parts])
                          for i, f in enumerate(("last", "first", "middle"))],
        "two": lambda: [("Фамилия", [p[0] for p in parts]), ("Имя, отчество", [f"{p[1]} {p[2]}" for p in parts])],
        "one": lambda: [(draw(st.sampled_from(WORDS["full"])), [" ".join(p) for p in parts])],
        "turned": lambda: [(draw(st.sampled_from(WORDS["full"])), [f"{p[1]}  {p[2]} {p[0]}" for p in parts])],
    }[names]()  # fmt: skip
    columns = draw(st.permutations(columns))
    if draw(st.booleans()):
        columns.insert(0, ("№ п/п", [str(n + 1) for n in range(len(people))]))
    header = [label for label, _ in columns]
    return header, [list(row) for row in zip(*(values for _, values in columns), strict=True)]


# Words that only together with another column say what they mean stand aside.
ALONE = {
    "class": ("параллель и литера",),
    "parent": ("представитель",),
    "first": ("имя, отчество", "имя и отчество", "name"),
}  # fmt: skip
WORDS = {field: [word for word in words if word not in ALONE.get(field, ())] for field, words in PEOPLE.items()}


def around(draw, header, entries):
    """The sheet's rows: titles above, blank rows, totals below."""
    width = len(header)
    titles = [[text] + [""] * (width - 1) for text in draw(st.lists(st.sampled_from(TITLES), max_size=4, unique=True))]
    rows = [*titles, *([[""] * width] * draw(st.integers(0, 3))), header, *entries]
    first = len(rows) - len(entries)
    for _ in range(draw(st.integers(0, 2))):
        rows.insert(draw(st.integers(first, len(rows))), [""] * width)
    if draw(st.booleans()):
        rows.append([f"Итого: {len(entries)}"] + [""] * (width - 1))
    return rows


TITLES = ["МБОУ «Школа № 34»", "Список обучающихся", "на 2026/2027 учебный год", "Утверждаю: директор Иванов И. И."]


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_columns_words_names_titles_and_code_pages(data):
    people = data.draw(st.sampled_from([RUSSIAN, KAZAKH, RUSSIAN + KAZAKH]))
    header, entries = tables(data.draw, people)
    rows = around(data.draw, header, entries)
    made = data.draw(st.sampled_from(["xlsx", "csv", "page"]))
    encodings = [encoding for encoding in ENCODINGS if fits(rows, encoding)]
    file = {
        "xlsx": lambda: as_xlsx(rows),
        "csv": lambda: as_csv(rows, data.draw(st.sampled_from(encodings)), data.draw(st.sampled_from(";\t,"))),
        "page": lambda: as_page(rows, data.draw(st.sampled_from(encodings))),
    }[made]()
    result = read("people", "x", file)
    assert came(result) == known(people), result.findings
    assert not [f for f in result.findings if f.code not in ("row_summary",)]


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_headings_over_groups_of_columns(data):
    people = data.draw(st.sampled_from([RUSSIAN, KAZAKH]))
    child, parent = data.draw(st.sampled_from([("Ученик", "Родитель"), ("Оқушы", "Ата-анасы"), ("Student", "Parent")]))
    name, phone = data.draw(st.sampled_from([("ФИО", "Телефон"), ("Аты-жөні", "Ұялы телефоны"), ("Name", "Phone")]))
    groups = [
        ([(child, name, lambda r: " ".join(r[1:4])), ("", phone, lambda r: r[6]), ("", "Пол", lambda r: r[5])]),
        ([(parent, name, lambda r: r[7]), ("", phone, lambda r: r[8])]),
        ([("Класс", "", lambda r: r[0])]),
        ([("Дата рождения", "", lambda r: r[4])]),
        ([("Адрес", "", lambda r: r[9])]),
    ]
    columns = [column for group in data.draw(st.permutations(groups)) for column in group]
    above, below = [column[0] for column in columns], [column[1] for column in columns]
    rows = [["Список"], above, below, *([take(row) for _, _, take in columns] for row in people)]
    result = read("people", "x", as_xlsx(rows))
    assert came(result) == known(people)
    assert result.findings == ()
    (view,) = look("people", "x", as_xlsx(rows))
    assert (view.header_row, view.header_rows) == (2, 2)


@pytest.mark.parametrize("people", [RUSSIAN, KAZAKH, RUSSIAN + KAZAKH])
@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("joined", [True, False])
def test_no_header_at_all(people, numbered, joined):
    rows = [
        [*([n + 1] if numbered else []), r[0], *([" ".join(r[1:4])] if joined else r[1:4]), *r[4:]]
        for n, r in enumerate(people)
    ]
    for file in (as_xlsx(rows), as_csv(rows, "utf-8")):
        result = read("people", "x", file)
        assert came(result) == known(people)
        assert [finding.code for finding in result.findings] == ["header_guessed"]
        (view,) = look("people", "x", file)
        assert (view.header_row, view.taken) == (0, True)
        assert all(0 < column.confidence <= 0.6 for column in view.columns if column.field)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_classes_stand_in_a_column_a_title_the_sheet_or_between_the_rows(data):
    people = [row for row in RUSSIAN if row[0] == "5А"]
    way = data.draw(st.sampled_from(["sheet", "title", "between", "letter"]))
    written = data.draw(st.sampled_from(["5А", "5 А", "5-А", "5 «А»", '5 "А"', "5 «А» класс", "5а"]))
    header = ["Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "Телефон", "ФИО родителя", "Телефон родителя",
              "Адрес"]  # fmt: skip
    entries = [list(row[1:]) for row in people]
    if way == "letter":
        rows = [["Параллель", "Литера", *header], *(["5", "А", *entry] for entry in entries)]
    elif way == "between":
        rows = [header, [f"{written} класс" if "класс" not in written else written], *entries]
    elif way == "title":
        rows = [[f"Список {written.removesuffix(' класс')} класса"], header, *entries]
    else:
        rows = [header, *entries]
    result = read("people", "x", as_xlsx(rows, written.replace('"', "") if way == "sheet" else "Лист1"))
    assert came(result) == known(people)
