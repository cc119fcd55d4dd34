"""`korablik print strips`: nothing to correct writes no file; a lesson that fell out does, by class."""

import sqlite3
from contextlib import closing

import pytest

from tests.printables.paper import pages_of
from tests.server.terminal import Korablik


@pytest.mark.pdf
def test_strips_of_the_village(korablik: Korablik, tmp_path):
    assert korablik.run("print", "packs", "--everyone", "--week", "2026-W50", "--group", "7", "--json").code == 0
    out = tmp_path / "strips.pdf"
    none = korablik.run("print", "strips", "--week", "2026-W50", "--out", str(out), "--json")
    assert none.document == {"strips": 0, "pages": 0, "lost": []} and not out.exists()
    with closing(sqlite3.connect(korablik.home / "korablik.db")) as database:
        [(lesson, students)] = database.execute("""
            SELECT lesson.id, (SELECT count(*) FROM pack) FROM lesson
            JOIN lesson_course ON lesson_course.lesson_id = lesson.id
            JOIN course ON course.id = lesson_course.course_id JOIN "group" ON "group".id = course.group_id
            WHERE "group".slug = '7' AND lesson."on" = '2026-12-09'
            ORDER BY lesson.n LIMIT 1""").fetchall()  # fmt: skip
        database.execute("UPDATE lesson SET state = 'cancelled' WHERE id = ?", (lesson,))
        database.commit()
    assert korablik.run("publish", "--json").document["fresh"]
    done = korablik.run("print", "strips", "--week", "2026-W50", "--group", "7", "--out", str(out), "--json").document
    assert done["strips"] == students > 0 and done["pages"] == len(pages_of(out))
    text = " ".join(pages_of(out))
    assert text.count("выпуск 1 → 2") == students and "Среда, 9 декабря" in text and "отмена" in text
    empty = tmp_path / "other.pdf"
    other = korablik.run("print", "strips", "--week", "2026-W50", "--group", "8", "--out", str(empty), "--json")
    assert other.document["strips"] == 0 and not empty.exists()
