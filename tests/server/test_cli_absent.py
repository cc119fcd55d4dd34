"""`korablik timetable absent`: the lessons that an absence touches, with who could hold them; nothing is stored."""

import json

from tests.server.terminal import Korablik

FROM = ("--from", "2026-12-08", "--to", "2026-12-09")


def test_lessons_are_listed_with_ranked_proposals(korablik: Korablik):
    answer = korablik.run("timetable", "absent", "teacher", *FROM, "--json")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert told["teacher"].startswith("Незабудкина Виктория")
    assert {lesson["date"] for lesson in told["lessons"]} == {"2026-12-08", "2026-12-09"}
    for lesson in told["lessons"]:
        scores = [one["score"] for one in lesson["proposals"]]
        assert scores == sorted(scores, reverse=True)
        assert "Незабудкина" not in " ".join(one["name"] for one in lesson["proposals"])
    assert len(told["lessons"]) > 3


def test_people_read_it_in_lines(korablik: Korablik):
    answer = korablik.run("timetable", "absent", "Незабудкина", *FROM)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].startswith("8 дек")
    assert any("·" in line for line in lines)


def test_an_unknown_or_ambiguous_name_is_a_sentence(korablik: Korablik):
    answer = korablik.run("timetable", "absent", "Никто", *FROM)
    assert (answer.code, "Никто" in answer.err) == (1, True)
    answer = korablik.run("timetable", "absent", "teacher", "--from", "2026-12-09", "--to", "2026-12-08")
    assert answer.code == 1
    assert korablik.run("timetable", "absent", "teacher").code == 2
