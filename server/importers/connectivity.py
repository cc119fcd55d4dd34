"""The class teachers' survey: what device, internet and television each student has, and how to reach the family."""

from collections import Counter
from datetime import date

from server.importers.contacts import read_phone
from server.importers.findings import ERROR, Notes, Result
from server.importers.groups import read_class
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.names import identity
from server.importers.records import Record, read_records
from server.importers.rows import ConnectivityRow
from server.importers.students import take_name
from server.importers.tables import Source
from server.importers.values import clean, plain, read_date, read_yes_no, word_reader


def _codes(words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {plain(word): code for code, known in words.items() for word in known}


DEVICES = _codes(
    {
        "desktop": ("компьютер", "пк", "настольный компьютер", "computer", "desktop"),
        "laptop": ("ноутбук", "laptop"),
        "tablet": ("планшет", "tablet"),
        "smartphone": ("смартфон", "телефон", "smartphone"),
        "button_phone": ("кнопочный телефон", "кнопочный", "түймелі телефон", "button phone"),
        "none": ("нет", "нет устройства", "жоқ", "құрылғы жоқ", "none", "no", "no device"),
    }
)
INTERNET = _codes(
    {
        "none": ("нет", "нет интернета", "жоқ", "интернет жоқ", "none", "no", "no internet"),
        "phone_2g3g": (
            "только телефон 2G/3G", "2G/3G", "телефон 2G", "телефон 3G", "2G", "3G", "тек телефон 2G/3G",
            "phone only 2G/3G",
        ),
        "mobile_unstable": (
            "4G нестабильно", "нестабильно", "мобильный нестабильно", "4G тұрақсыз", "тұрақсыз", "unstable",
            "4G unstable",
        ),
        "good": (
            "проводной/4G хорошо", "проводной", "4G хорошо", "4G", "хорошо", "есть", "сымды/4G жақсы", "сымды", "жақсы",
            "бар", "wi-fi", "good", "wired", "wired/4G good",
        ),
    }
)  # fmt: skip
CHANNELS = _codes(
    {
        "messenger": ("мессенджер", "whatsapp", "telegram", "вконтакте", "messenger"),
        "email": ("e-mail", "email", "электронная почта", "почта", "электрондық пошта"),
        "site": ("сайт школы", "сайт", "мектеп сайты", "site", "school site"),
        "paper": ("бумага", "на бумаге", "қағаз", "paper"),
        "call": ("звонок", "телефон", "қоңырау", "call", "phone"),
        "sms": ("SMS", "СМС"),
    }
)


def read_connectivity(
    file: str, data: Source, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """ConnectivityRow per student, in file order; counts by the school's own words. Raises Refused."""
    notes = Notes(file)
    rows: dict[tuple[object, ...], ConnectivityRow] = {}
    for record in read_records("connectivity", data, notes, mapping):
        row = _row(record, region)
        if not row:
            continue
        key = (row.class_name, identity(row.last, row.first, row.middle), row.birth_date)
        if key in rows:
            record.note(ERROR, "student_double", value=row.last, other=rows[key].where.row)
        else:
            rows[key] = row
    found = tuple(rows.values())
    counts = {"students": len(found), "connectivity": dict(Counter(row.internet for row in found))}
    return Result(found, tuple(notes.found), counts)


def _row(record: Record, region: str) -> ConnectivityRow | None:
    name = take_name(record)
    class_name = record.need("class", read_class)
    birth_date = record.take("birth_date", read_date)
    if record.broken:
        return None
    return ConnectivityRow(
        class_name=class_name,
        last=name.last,
        first=name.first,
        middle=name.middle,
        birth_date=birth_date,
        device=clean(record.cells.get("device", "")),
        device_code=record.take("device", word_reader(DEVICES, "device_unknown")),
        device_shared=record.take("shared", read_yes_no),
        internet=clean(record.cells.get("internet", "")),
        internet_code=record.take("internet", word_reader(INTERNET, "internet_unknown")),
        tv=record.take("tv", read_yes_no),
        phone=record.take("phone", lambda cell: read_phone(cell, region)),
        channel=clean(record.cells.get("channel", "")),
        channel_code=record.take("channel", word_reader(CHANNELS, "channel_unknown")),
        where=record.where,
    )
