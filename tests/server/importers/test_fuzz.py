"""Whatever the bytes, an importer answers with rows and findings that can be read out; it never raises."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from server.importers.registry import KINDS, read

SEEDS = {
    "people": ["classes.xlsx", "classes.csv", "classes_html.xls"],
    "staff": ["staff.xlsx"],
    "timetable": ["timetable_asc.xml", "timetable_asc_1251.xml"],
    "bells": ["bells.csv"],
    "terms": ["terms.csv"],
    "tv": ["tv_broadcasts.csv"],
    "connectivity": ["connectivity.csv"],
    "content": ["content/07-fizika-0712.md", "content/10-fizika-0712.md"],
}
STARTS = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<table>", b"<timetable>", b"---\n", b"\xff\xfe"]
PIECES = [b"\x00", b"\xff", b";", b'"', b"\n", b"---", b"<", b"</", b"&#0;", b"%s", b"=", b"1e999", b"\xd0", b"9" * 30]


def answer(kind, data):
    """Reads, reads every sentence out, and gives the result."""
    result = read(kind, "x", data)
    assert all(finding.text() for finding in result.findings)
    assert not (result.refused and result.rows)
    assert result.rows or result.findings
    return result


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=400))
def test_random_bytes(kind, start, rest):
    answer(kind, start + rest)


def mutated(content, data):
    """``content`` with up to six places overwritten, cut or filled."""
    content = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.sampled_from([0, 0, 1, 7, 300]))
        content[at : at + cut] = data.draw(st.sampled_from(PIECES) | st.binary(max_size=4))
    return bytes(content)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in SEEDS.items() for name in names])
@settings(max_examples=15)
@given(data=st.data())
def test_mutated_files(sample, kind, name, data):
    answer(kind, mutated(sample(f"village/{name}"), data))


@pytest.mark.parametrize("part", ["worksheets/sheet1.xml", "sharedStrings.xml", "workbook.xml", "styles.xml"])
@settings(max_examples=15)
@given(data=st.data())
def test_workbooks_with_a_mutated_part(sample, repacked, part, data):
    answer("staff", repacked(sample("village/staff.xlsx"), f"xl/{part}", lambda content: mutated(content, data)))


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["7А", "31.02.2013", "+7 999", "=1", "да", "1 четверть", "09:00", "9-00", "²", "١", "1e5", "٠٩:٠٠"]
    ),
    st.integers().map(str),
    st.floats().map(str),
)


HEADS = {
    "people": "Класс;Фамилия;Имя;Отчество;Дата рождения;Пол;Телефон;ФИО родителя;E-mail родителя",
    "staff": "Фамилия;Имя;Предметы;Роли;Классное руководство;Кабинет;Телефон;E-mail;Отчество",
    "bells": "Смена;Урок;Начало;Конец;a;b;c;d;e",
    "terms": "Вид;Название;Начало;Конец;Классы;a;b;c;d",
    "tv": "Дата;Время;Канал;Класс;Предмет;Тема;Длительность;a;b",
    "connectivity": "Класс;Ученик;Дата рождения;Устройство;Общее;Интернет;ТВ;Телефон;Канал",
}


@pytest.mark.parametrize("kind", HEADS)
@settings(max_examples=25)
@given(rows=st.lists(st.lists(CELLS, min_size=9, max_size=9), min_size=1, max_size=4))
def test_random_cells_below_a_good_header(kind, rows):
    lines = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    answer(kind, "\r\n".join([HEADS[kind], *lines]).encode("utf-8", "replace"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = ["grade", "subject", "date", "lesson", "topic", "form", "resources", "task", "id", "text", "due_days", "scale"]


FIELDS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8)


@settings(max_examples=40)
@given(front=FIELDS, task=FIELDS)
def test_front_matter_of_any_types(front, task):
    text = yaml.dump({**front, "task": task, "resources": [task, front]}, allow_unicode=True)
    answer("content", f"---\n{text}---\n# x\n".encode("utf-8", "surrogatepass"))
