"""What a device learns: its lists once, then only what changed; nothing beyond what its person stands in front of."""

import gzip
import json

import pytest

from server import models, store
from server.extensions import db
from server.services import changes, returns
from tests.server import factory, phones
from tests.server.api.conftest import Office
from tests.server.phones import EPOCH, NOW, Phone
from tests.server.web.world import Class


def ask(phone: Phone, after: int = 0, epoch: str = "", lists: str = "") -> dict:
    answer = phone.get(f"/api/v1/changes?after={after}&epoch={epoch}&lists={lists}")
    assert answer.status_code == 200, answer.text
    return answer.json


def again(phone: Phone, told: dict) -> dict:
    return ask(phone, told["cursor"], told["epoch"], told["tag"])


def test_the_first_answer_holds_everything_and_the_second_nothing(office: Office, phone: Phone) -> None:
    near: Class = office.world.near
    told = ask(phone)
    lists = told["lists"]
    [course] = lists["courses"]
    assert course == {
        "id": near.course, "name": "Algebra", "group": "7А", "lead": True,
        "students": [[near.student, "Veslov Y."], [near.sibling, "Yakornaya V."]],
    }  # fmt: skip
    assert lists["lessons"] == [{"id": near.lesson.lesson_course, "course": near.course, "on": "2026-12-07", "n": 1,
                                 "topic": "Linear equations", "form": "self"}]  # fmt: skip
    [task] = lists["tasks"]
    assert task["scale"] == {"type": "values", "values": ["5", "4", "3", "2"], "maximum": None}
    assert sorted(lists["works"]) == sorted([code, near.task, student] for student, code in near.codes.items())
    assert ["paper", "paper"] in lists["channels"] and ["Н", "absent, reason unknown"] in lists["letters"]
    assert ["results", "results"] in lists["topics"]
    assert lists["families"] == [{"student": near.student, "person": near.guardian, "name": "Veslova Anna",
                                  "phone": "+7 900 000-00-01", "may_receive": True}]  # fmt: skip
    assert (told["works"], told["works_gone"], told["absences"], told["more"]) == ([], [], [], False)
    assert again(phone, told) == {**told, "lists": None}


def test_nothing_new_is_a_few_hundred_bytes(office: Office, phone: Phone) -> None:
    told = ask(phone)
    answer = phone.get(f"/api/v1/changes?after={told['cursor']}&epoch={told['epoch']}&lists={told['tag']}")
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    whole = len(f"HTTP/1.1 200 OK\r\n{head}Date: Mon, 07 Dec 2026 03:00:00 GMT\r\nServer: waitress\r\n\r\n")
    assert whole + len(answer.data) <= 400


def test_what_others_said_arrives_with_values_names_and_comments(office: Office, phone: Phone) -> None:
    told = ask(phone)
    other = phones.of_role(office, "network_teacher")
    other.said(other.returned(0, office.world.near.code, "4", comment="Look at No. 3"))
    new = again(phone, told)
    revision = db.session.query(models.MarkRevision).one().id
    assert new["works"] == [[office.world.near.code, "marked", [["2026-12-07", "paper"]],
                             [[revision, "mark", "4", "Rulev N. P.", "2026-12-07T03:00:00+00:00"]],
                             "Look at No. 3"]]  # fmt: skip
    phone.said(phone.returned(0, office.world.near.code, "5"))
    [[_code, _state, came, heads, _comment]] = again(phone, new)["works"]
    assert (len(came), {head[2] for head in heads}) == (2, {"4", "5"})
    assert again(phone, again(phone, new))["works"] == []


def test_absences_arrive_with_their_heads(office: Office, phone: Phone) -> None:
    near, told = office.world.near, ask(phone)
    data = {"student": near.student, "lesson": near.lesson.lesson_course, "letter": "Н", "reason": ""}
    phone.said(phone.op(0, "absence", data))
    [[student, lesson, [[revision, letter, author]]]] = again(phone, told)["absences"]
    assert (student, lesson, letter, author) == (near.student, near.lesson.lesson_course, "Н", "Rulev S. P.")
    phone.said(phone.op(1, "absence", {**data, "letter": None}, base=(revision,)))
    [[_student, _lesson, [[_revision, letter, _author]]]] = again(phone, told)["absences"]
    assert letter is None


def test_another_epoch_or_other_courses_begin_anew(office: Office, phone: Phone) -> None:
    phone.said(phone.returned(0, office.world.near.code))
    told = ask(phone)
    assert ask(phone, told["cursor"], "d" * 32, told["tag"])["works"] == told["works"] != []
    assert ask(phone, 10**9, EPOCH, told["tag"])["works"] == told["works"]
    other = phones.of_role(office, "operator")
    far = office.world.far
    other.said(other.returned(0, far.code))
    known = ask(phone, 0, EPOCH, told["tag"])
    factory.teacher(far.course, phone.person)
    new = again(phone, known)
    assert {work[0] for work in new["works"]} == {office.world.near.code, far.code}
    assert len(new["lists"]["courses"]) == 2


def test_many_changes_come_in_several_answers(office: Office, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "PAGE", 1)
    codes = list(office.world.near.codes.values())
    phone.said(*(phone.returned(n, code) for n, code in enumerate(codes)))
    first = ask(phone)
    assert first["more"] and first["lists"]
    second = again(phone, first)
    assert not second["more"] and second["lists"] is None
    assert [work[0] for told in (first, second) for work in told["works"]] == codes


def test_withdrawn_tasks_and_students_who_left_are_gone(office: Office, phone: Phone) -> None:
    near, told = office.world.near, ask(phone)
    store.write(lambda session: setattr(session.get_one(models.Person, near.sibling), "left_on", factory.TODAY))
    new = again(phone, told)
    assert new["works_gone"] == [near.codes[near.sibling]]
    store.write(lambda session: setattr(session.get_one(models.Task, near.task), "withdrawn", True))
    new = again(phone, new)
    assert new["works_gone"] == sorted(near.codes.values())
    assert (new["lists"]["tasks"], new["lists"]["works"]) == ([], [])


@pytest.mark.parametrize(
    ("role", "courses"),
    [("class_teacher", 1), ("tutor", 1), ("network_teacher", 1), ("director", 0), ("operator", 0), ("admin", 0),
     ("support_staff", 0), ("psychologist", 0)],
)  # fmt: skip
def test_only_who_stands_in_front_of_children_has_them_on_the_phone(office: Office, role: str, courses: int) -> None:
    told = ask(phones.of_role(office, role))
    text = json.dumps(told, ensure_ascii=False)
    assert len(told["lists"]["courses"]) == courses
    assert "Bakenov" not in text
    assert ("Veslov" in text) is bool(courses)


def test_two_of_one_name_are_told_apart(office: Office, phone: Phone) -> None:
    factory.student(office.world.near.id, "Veslov", "Yuri")
    [course] = ask(phone)["lists"]["courses"]
    assert [name for _id, name in course["students"]] == ["Veslov Yegor", "Veslov Yuri", "Yakornaya V."]


def test_what_was_released_later_is_told_with_the_op_that_released_it(office: Office, phone: Phone) -> None:
    code = office.world.near.code
    first = phone.returned(0, code, "3")
    from sync.decide import make_revision

    revision = make_revision(code, (), ("mark", "3"))
    held = phone.said(phone.marked(1, code, "4", (revision.id,)))
    assert held["others"][0]["outcome"] == "held"
    told = ask(phone)
    assert told["works"] == []
    phone.said(first)
    [[_code, _state, _came, heads, _comment]] = again(phone, told)["works"]
    assert [head[2] for head in heads] == ["4"]


def test_a_long_answer_is_packed_for_who_can_unpack_it(phone: Phone) -> None:
    plain = phone.get("/api/v1/changes")
    packed = phone.get("/api/v1/changes", **{"Accept-Encoding": "gzip"})
    assert (packed.headers["Content-Encoding"], gzip.decompress(packed.data)) == ("gzip", plain.data)


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=9007199254740992", "epoch=" + "e" * 65, "after=1.5"])
def test_what_is_no_question_is_refused(phone: Phone, query: str) -> None:
    answer = phone.get(f"/api/v1/changes?{query}")
    assert (answer.status_code, phones.code_of(answer)) == (400, "bad_request")


def test_a_school_with_many_courses_is_asked_in_few_queries(office: Office) -> None:
    from sqlalchemy import event

    phone = phones.of_role(office, "class_teacher")
    for number in range(12):
        course = factory.course(office.world.near.id, f"subject {number}")
        factory.works(factory.task(factory.lesson(course, n=number).lesson_course))
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert len(ask(phone)["lists"]["courses"]) == 13
    assert len(asked) <= 35


def test_the_office_sees_when_a_phone_was_here(office: Office, phone: Phone) -> None:
    ask(phone)
    assert db.session.get_one(models.Device, phone.origin).last_seen == NOW


def test_ops_of_the_office_reach_the_phone_too(office: Office, phone: Phone) -> None:
    told = ask(phone)
    envelope = phone.returned(0, office.world.near.code, origin="b" * 16)
    returns.receive(returns.Delivery([envelope], NOW, factory.TODAY))
    assert [work[:2] for work in again(phone, told)["works"]] == [[office.world.near.code, "returned"]]
