"""The damaged lists against the list of their damage: every place and level, nothing more; also in other languages."""

import codecs
import io
import json
import re
from datetime import date, datetime

import pytest
import xlsxwriter

from server.importers.findings import Notes
from server.importers.registry import read
from server.importers.tables import read_sheets

LISTS = [
    "classes.xlsx", "classes_missing_column.csv", "classes_extra_columns.csv", "classes_utf16.csv",
    "classes_utf8_as_1251.csv", "classes_html.xls", "classes_injection.csv", "truncated.xlsx", "empty.csv",
    "empty.xlsx", "not_excel.xlsx", "bomb.xlsx", "bells.csv", "terms.csv",
]  # fmt: skip
NO_TABLES = {"truncated.xlsx", "empty.csv", "empty.xlsx", "not_excel.xlsx", "bomb.xlsx"}  # there is no header in them
KIND = {"bells.csv": "bells", "terms.csv": "terms"}
RUSSIAN = [
    "Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "Телефон", "ФИО родителя", "Телефон родителя",
    "E-mail родителя", "Адрес", "Смена", "Урок", "Начало", "Конец", "Перемена, мин", "Вид", "Название",
    "Группа здоровья", "СНИЛС",
]  # fmt: skip
OTHER = {
    "kk": [
        "Сыныбы", "Тегі", "Аты", "Әкесінің аты", "Туған күні", "Жынысы", "Ұялы телефоны", "Ата-анасының аты-жөні",
        "Ата-анасының телефоны", "Ата-анасының e-mail", "Мекенжайы", "Ауысым", "Сабақ", "Басталуы", "Аяқталуы",
        "Үзіліс", "Түрі", "Атауы", "Денсаулық тобы", "ЖСН",
    ],
    "en": [
        "Class", "Last name", "First name", "Middle name", "Birth date", "Sex", "Phone", "Parent name", "Parent phone",
        "Parent e-mail", "Address", "Shift", "Lesson", "Start", "End", "Break", "Kind", "Name", "Health group", "SSN",
    ],
}  # fmt: skip


def letters(column):
    """The letters of a place as the list of damage writes it: "E (Пол)" → E, "L–N" → L, M, N."""
    if between := re.fullmatch(r"([A-Z])–([A-Z])", column or ""):
        return [chr(code) for code in range(ord(between[1]), ord(between[2]) + 1)]
    found = re.match(r"([A-Z]) \(", column or "")
    return [found[1] if found else ""]


def expected(sample, name):
    """(sheet, row, letter or label, level) of every entry that is to be said."""
    every = json.loads(sample("dirty/expected.json"))
    entries = [entry for entry in every if entry["file"] == name and entry["level"] != "ok"]
    return sorted(
        (entry["sheet"] or "", entry["row"] or 0, letter or entry["column"] or "", entry["level"])
        for entry in entries
        for letter in letters(entry["column"])
    )


def said(findings, places):
    """What was said, each place named as ``places`` name theirs: by letter, by label, or not at all."""
    named = {place[2] for place in places}
    return sorted(
        (f.sheet, f.row, next((name for name in (f.letter, f.column) if name in named), f.letter), f.level)
        for f in findings
    )


@pytest.mark.parametrize("name", LISTS)
def test_what_is_said_of_a_damaged_list(sample, name):
    places = expected(sample, name)
    result = read(KIND.get(name, "people"), name, sample(f"dirty/{name}"), today=date(2026, 12, 7))
    assert said(result.findings, places) == places


def test_labels_are_those_of_the_file(sample):
    every = json.loads(sample("dirty/expected.json"))
    labels = {(e["row"], e["column"]) for e in every if e["file"] == "classes.xlsx" and e["level"] != "ok"}
    findings = read("people", "classes.xlsx", sample("dirty/classes.xlsx")).findings
    assert {(f.row, f"{f.letter} ({f.column})") for f in findings} == labels


# --- the same damage under other headers ---------------------------------------------------------------------------


def translated(text, language):
    for russian, other in sorted(zip(RUSSIAN, OTHER[language], strict=True), key=lambda pair: -len(pair[0])):
        text = re.sub(rf"(?<![\w-]){russian}(?![\w -])", other, text)
    return text


def in_language(data, name, language):
    """The bytes of a sample with the header translated, in the same format and code page."""
    if name == "classes.xlsx":
        return workbook(data, language)
    if name == "classes_utf8_as_1251.csv":
        text = data.decode("utf-8-sig").encode("cp1251", "replace").decode("utf-8", "replace")
        head, rest = text.split("\n", 1)
        spoilt = f"{translated(head, language)}\n{rest}".encode().decode("cp1251", "replace")
        return spoilt.encode("utf-8-sig")
    if name == "classes_utf16.csv":
        head, rest = data.decode("utf-16").split("\n", 1)
        return f"{translated(head, language)}\n{rest}".encode("utf-16")
    encoding = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8" if utf8(data) else "cp1251"
    head, rest = data.decode(encoding).split("\n", 1)
    if name == "classes_html.xls":
        return translated(data.decode(encoding), language).encode("kz1048" if language == "kk" else encoding)
    return f"{translated(head, language)}\n{rest}".encode("utf-8-sig")


def utf8(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def workbook(data, language):
    """A workbook of the same cells under another header: dates as dates, text as text, never as formulas."""
    (sheet,) = read_sheets(data, Notes("x"))
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        page, day = book.add_worksheet(sheet.name), book.add_format({"num_format": "dd.mm.yyyy"})
        for y, row in enumerate(sheet.rows):
            for x, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(y, x, datetime(cell.year, cell.month, cell.day), day)
                elif cell != "":
                    page.write(y, x, translated(cell, language) if y == 0 else cell)
    return out.getvalue()


@pytest.mark.parametrize("language", OTHER)
@pytest.mark.parametrize("name", [name for name in LISTS if name not in NO_TABLES])
def test_the_same_damage_under_other_headers(sample, name, language):
    places = expected(sample, name)
    data = in_language(sample(f"dirty/{name}"), name, language)
    assert "Фамилия".encode() not in data
    result = read(KIND.get(name, "people"), name, data, today=date(2026, 12, 7))
    names = dict(zip(RUSSIAN, OTHER[language], strict=True))
    places = sorted((sheet, row, names.get(column, column), level) for sheet, row, column, level in places)
    assert said(result.findings, places) == places


@pytest.mark.parametrize("language", OTHER)
def test_the_same_people_under_other_headers(sample, language):
    plain = sample("dirty/classes.xlsx")
    assert read("people", "x", workbook(plain, language)).rows == read("people", "x", plain).rows
