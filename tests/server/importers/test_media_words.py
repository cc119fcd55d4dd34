"""TV schedules and surveys of connections with headers, and words in the cells, in Kazakh and in English."""

from collections.abc import Callable
from datetime import date

import pytest

from server.importers import registry

HEADERS = {
    ("tv", "kk"): 'Күні,Уақыты,Арна,Сынып,Пән,Тақырыбы,"Ұзақтығы, мин"',
    ("tv", "en"): "Date,Time,Channel,Class,Subject,Topic,Minutes",
    ("connectivity", "kk"): "Сынып,Оқушы,Туған күні,Құрылғы,Бауырларымен ортақ,Интернет,Теледидар,"
    "Байланыс телефоны,Байланыс арнасы",
    ("connectivity", "en"): "Class,Student,Date of birth,Device,Shared,Internet,TV,Phone,Channel",
}
FILES = {"tv": "tv_broadcasts.csv", "connectivity": "connectivity.csv"}
WORDS = {
    "kk": {"нет": "жоқ", "да": "иә", "4G нестабильно": "4G тұрақсыз", "проводной/4G хорошо": "сымды/4G жақсы",
           "только телефон 2G/3G": "тек телефон 2G/3G", "бумага": "қағаз", "звонок": "қоңырау"},
    "en": {"нет": "no", "да": "yes", "4G нестабильно": "unstable", "проводной/4G хорошо": "good",
           "только телефон 2G/3G": "2G/3G", "бумага": "paper", "звонок": "call", "мессенджер": "messenger",
           "смартфон": "smartphone"},
}  # fmt: skip


@pytest.mark.parametrize("school", ["town", "kazakh"])
@pytest.mark.parametrize(("kind", "language"), HEADERS)
def test_the_same_rows_come_out(sample: Callable[[str], bytes], school: str, kind: str, language: str) -> None:
    text = sample(f"{school}/{FILES[kind]}").decode("utf-8-sig")
    renamed = HEADERS[kind, language] + text[text.index("\r\n") :]
    known, found = (registry.read(kind, "x.csv", one.encode(), today=date(2026, 12, 7)) for one in (text, renamed))
    assert found.rows == known.rows != ()
    assert found.findings == known.findings == ()


@pytest.mark.parametrize("language", WORDS)
def test_the_words_of_a_survey(sample: Callable[[str], bytes], language: str) -> None:
    lines = sample("kazakh/connectivity.csv").decode("utf-8-sig").splitlines()
    told = [",".join(WORDS[language].get(cell, cell) for cell in line.split(",")) for line in lines[1:]]
    known, found = (
        registry.read("connectivity", "x.csv", "\n".join([lines[0], *rows]).encode(), today=date(2026, 12, 7))
        for rows in (lines[1:], told)
    )
    assert [finding.code for finding in found.findings] == []
    codes = [[(row.device_code, row.device_shared, row.internet_code, row.tv, row.channel_code) for row in one.rows]
             for one in (known, found)]  # fmt: skip
    assert codes[0] == codes[1]
