"""Ops from a phone: signed, taken in one by one, never lost, never doubled, refused with a reason."""

import gzip
import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text

from server import models, security, store
from server.errors import DomainError
from server.extensions import db
from server.models import Device, MarkAct, Op, Return
from server.services import afar, returns
from sync import ops, parcel
from tests.server import factory, phones
from tests.server.api.conftest import Office
from tests.server.phones import EPOCH, NOW, Phone, code_of

TODAY = factory.TODAY


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def reasons(told: dict) -> dict[int, str]:
    return {one["n"]: one["reason"] for one in told["others"]}


@pytest.mark.parametrize("columns", [False, True])
def test_a_class_comes_in_with_one_request_and_again_as_duplicates(office: Office, phone: Phone, columns: bool) -> None:
    near = office.world.near
    batch = [phone.returned(n, code, "5") for n, code in enumerate(near.codes.values())]
    batch.append(phone.op(2, "absence", {"student": near.student, "lesson": near.lesson.lesson_course, "letter": "Н",
                                         "reason": ""}))  # fmt: skip
    batch.append(phone.op(3, "call", {"student": near.student, "person": near.guardian, "direction": "out",
                                      "channel": "call", "topic": "results", "outcome": "", "text": "told",
                                      "seconds": 60}))  # fmt: skip
    told = phone.said(*batch, columns=columns)
    assert told == {"epoch": EPOCH, "accepted": [[0, 3]], "duplicate": [], "others": []}
    assert phone.said(*batch, columns=not columns) == {**told, "accepted": [], "duplicate": [[0, 3]]}
    assert (count(Op), count(Return), count(MarkAct), count(models.Absence), count(models.Contact)) == (4, 2, 2, 1, 1)
    device = db.session.get_one(Device, phone.origin)
    assert (device.next_n, device.last_seen) == (4, NOW)


def test_one_bad_op_never_blocks_the_next(office: Office, phone: Phone) -> None:
    near, far = office.world.near, office.world.far
    good, other = near.codes.values()
    batch = [
        phone.returned(0, "000000000"), phone.returned(1, good, "5"), phone.returned(2, far.code, "5"),
        {"origin": phone.origin, "n": 3}, "nonsense", None, phone.returned(6, good, "9"),
        phone.op(7, "weather", {"snow": True}), phone.returned(8, other, author=near.student),
        phone.returned(9, other, origin="f" * 16), phone.returned(10, other, on=TODAY + timedelta(365)),
        phone.returned(11, other, on=TODAY - timedelta(800)), phone.marked(12, good, "4", ("a" * 64,)),
        phone.op(13, "return", {"code": good}, TODAY), phone.returned(14, other),
    ]  # fmt: skip
    told = phone.said(*batch)
    assert told["accepted"] == [[1, 1], [14, 14]]
    assert reasons(told) == {
        0: "code_check", 2: "forbidden", 3: "op_malformed", -1: "op_malformed", 6: "mark_invalid",
        7: "op_type_unknown", 8: "forbidden", 9: "op_other_device", 10: "date_in_future", 11: "date_too_early",
        12: "op_base_unknown", 13: "op_malformed",
    }  # fmt: skip
    assert len(told["others"]) == len(batch) - 2
    assert all(one["text"] for one in told["others"])
    assert {one["outcome"] for one in told["others"] if one["reason"] in ("op_type_unknown", "op_base_unknown")} == {
        "held"
    }


def test_any_order_leaves_the_same(office: Office, phone: Phone) -> None:
    first = phone.returned(0, office.world.near.code, "3")
    told = phone.said(first)
    revision = db.session.scalar(select(models.MarkRevision.id))
    second, third = phone.marked(1, office.world.near.code, "4", (revision,)), phone.op(2, "x", {})
    assert told["accepted"] == [[0, 0]]
    assert phone.said(third, second)["accepted"] == [[1, 1]]
    assert phone.said(second, first, third)["duplicate"] == [[1, 1], [0, 0], [2, 2]]


def test_other_bytes_under_a_number_are_kept_for_a_person(office: Office, phone: Phone) -> None:
    code, other = office.world.near.codes.values()
    told = phone.said(phone.returned(0, code), phone.returned(0, other))
    assert told["accepted"] == [[0, 0]]
    assert reasons(told) == {0: "op_same_id"}
    assert count(models.OpClash) == 1


def test_two_phones_one_mark_is_a_conflict_and_both_stay(office: Office, phone: Phone) -> None:
    other = phones.of_role(office, "network_teacher")
    code = office.world.near.code
    assert phone.said(phone.returned(0, code, "5"))["accepted"] == [[0, 0]]
    [told] = other.said(other.returned(0, code, "4"))["others"]
    assert (told["outcome"], told["reason"]) == ("conflict", "two_values")
    assert told["revision"] and count(models.MarkRevision) == 2


def test_the_work_of_a_student_who_left_can_still_come_back(office: Office, phone: Phone) -> None:
    near = office.world.near

    def leave(session) -> None:  # type: ignore[no-untyped-def]
        session.get_one(models.Person, near.student).left_on = date(2026, 12, 1)
        for row in session.scalars(select(models.Membership).filter_by(person_id=near.student)):
            row.until = date(2026, 12, 1)

    store.write(leave)
    assert phone.said(phone.returned(0, near.code))["accepted"] == [[0, 0]]
    tutor = phones.of_role(office, "class_teacher")
    assert tutor.said(tutor.returned(0, near.code))["accepted"] == [[0, 0]]


def test_letters_that_no_encoding_has_break_nothing(office: Office, phone: Phone) -> None:
    code, other = office.world.near.codes.values()
    batch = [phone.returned(0, code, comment="\ud800"), phone.op(1, "x", {"\udfff": 1}),
             phone.returned(2, code, origin="\ud800"), phone.op(3, "\ud800", {}), phone.returned(4, other)]  # fmt: skip
    told = phone.post("/api/v1/ops", packed(ops=batch), **{"Content-Encoding": "gzip"}).json
    assert told["accepted"] == [[4, 4]]
    assert reasons(told) == {0: "op_malformed", 1: "op_malformed", 2: "op_other_device", 3: "op_malformed"}


def test_a_clock_a_year_off_does_not_matter_to_an_ops_moment(office: Office, phone: Phone) -> None:
    one, other = office.world.near.codes.values()
    told = phone.said(phone.returned(0, one, at="2025-12-07T08:00:00+05:00"),
                      phone.returned(1, other, at="2031-12-07T08:00:00Z"),
                      phone.returned(2, one, at="0001-01-01T00:00:00+14:00"))  # fmt: skip
    assert told["accepted"] == [[0, 1]]
    assert reasons(told) == {2: "op_malformed"}


def test_who_may_say_what_is_the_policys_answer_on_the_day(office: Office) -> None:
    near, far = office.world.near, office.world.far
    class_teacher = phones.of_role(office, "class_teacher")
    told = class_teacher.said(
        class_teacher.returned(0, near.code), class_teacher.returned(1, near.code, "5"),
        class_teacher.returned(2, far.code),
        class_teacher.op(3, "call", {"student": near.student, "person": "", "direction": "in", "channel": "call",
                                     "topic": "other", "outcome": "", "text": "", "seconds": None}),
        class_teacher.op(4, "call", {"student": far.student, "person": "", "direction": "in", "channel": "call",
                                     "topic": "other", "outcome": "", "text": "", "seconds": None}),
    )  # fmt: skip
    assert told["accepted"] == [[0, 0], [3, 3]]
    assert reasons(told) == {1: "forbidden", 2: "forbidden", 4: "forbidden"}
    study = factory.group("Olympiad", "olympiad", None, "study")
    factory.membership(near.student, study)
    course = factory.course(study, "physics")
    code = factory.work_for(factory.task(factory.lesson(course).lesson_course), near.student)
    assert class_teacher.said(class_teacher.returned(5, code))["accepted"] == [[5, 5]]


def test_when_a_role_ends_the_phone_says_nothing_any_more(office: Office, phone: Phone) -> None:
    def end(session) -> None:  # type: ignore[no-untyped-def]
        for row in session.scalars(select(models.CourseTeacher).filter_by(person_id=phone.person)):
            row.until = TODAY - timedelta(1)

    store.write(end)
    assert reasons(phone.said(phone.returned(0, office.world.near.code))) == {0: "forbidden"}


def test_a_closed_account_a_revoked_and_an_unconfirmed_phone_are_refused(office: Office, phone: Phone) -> None:
    waiting = Phone(phone.client, phone.person).enrolled("waiting")
    revoked = Phone(phone.client, phone.person).enrolled("revoked")
    assert code_of(waiting.send(waiting.returned(0, office.world.near.code))) == "device_waiting"
    assert code_of(revoked.send(revoked.returned(0, office.world.near.code))) == "device_revoked"
    account = office.world.accounts["subject_teacher"]
    store.write(lambda session: setattr(session.get_one(models.Account, account), "is_active", False))
    refused = phone.send(phone.returned(0, office.world.near.code))
    assert (refused.status_code, code_of(refused)) == (403, "device_account_closed")
    assert count(Op) == 0


def test_nothing_unsigned_or_altered_is_taken(office: Office, phone: Phone) -> None:
    body = parcel.write("TEST", EPOCH, [phone.returned(0, office.world.near.code)])
    client = phone.client
    stranger = Phone(client, phone.person, origin=phone.origin)  # another key under the same name
    unknown = Phone(client, phone.person, phone.key, origin="a" * 16)
    answers = [
        client.post("/api/v1/ops", data=body), client.post("/api/v1/ops", data=body, headers={
            "X-Korablik-Device": phone.origin}),
        stranger.post("/api/v1/ops", body), unknown.post("/api/v1/ops", body),
        phone.client.post("/api/v1/ops", data=body + b" ", headers={
            "X-Korablik-Device": phone.origin, "X-Korablik-Signature": phones.sign(phone.key, body)}),
        phone.client.post("/api/v1/ops", data=body, headers={
            "X-Korablik-Device": phone.origin, "X-Korablik-Signature": "not base64 ☹".encode().decode("latin-1")}),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [401] * 6
    assert [code_of(answer) for answer in answers] == [
        "device_unknown", "signature_wrong", "signature_wrong", "device_unknown", "signature_wrong", "signature_wrong",
    ]  # fmt: skip
    assert count(Op) == 0


def test_another_schools_batch_is_refused_whole(office: Office, phone: Phone) -> None:
    refused = phone.send(phone.returned(0, office.world.near.code), school="ABCD")
    assert (refused.status_code, code_of(refused)) == (409, "op_other_school")
    assert count(Op) == 0


def test_a_batch_of_another_epoch_is_still_decided_and_tells_the_epoch(office: Office, phone: Phone) -> None:
    body = parcel.write("TEST", "d" * 32, [phone.returned(0, office.world.near.code)])
    told = phone.post("/api/v1/ops", body, **{"Content-Encoding": "gzip"}).json
    assert (told["epoch"], told["accepted"]) == (EPOCH, [[0, 0]])


def zipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def packed(**members: object) -> bytes:
    """A batch with some members as they must not be."""
    plain = {"v": 1, "school": "TEST", "epoch": "", **members}
    return zipped(json.dumps(plain).encode())


NO_BATCHES = {
    "bomb": (zipped(b"0" * 30_000_000), "too_large"),
    "long": (zipped(b" " * 1_100_000 + b"{}"), "too_large"),
    "heavy": (b"\x00" * 1_100_000, "too_large"),
    "unpacked": (b"not gzip", "batch_malformed"),
    "cut": (zipped(b"{}")[:-4], "batch_malformed"),
    "followed": (zipped(b"{}") + b"more", "batch_malformed"),
    "half JSON": (zipped(b"["), "batch_malformed"),
    "deep": (zipped(b"[" * 100_000), "batch_malformed"),
    "no UTF-8": (zipped(b"\xff\xfe"), "batch_malformed"),
    "NaN": (packed(ops=[float("nan")]), "batch_malformed"),
    "endless number": (zipped(b'{"v": 1, "school": "TEST", "epoch": "", "ops": [' + b"9" * 9000 + b"]}"),
                       "batch_malformed"),
    "newer": (packed(v=2, ops=[]), "batch_malformed"),
    "school 7": (packed(school=7, ops=[]), "batch_malformed"),
    "half a letter": (packed(school="\ud800", ops=[]), "batch_malformed"),
    "no epoch": (packed(epoch=None, ops=[]), "batch_malformed"),
    "no ops": (packed(), "batch_malformed"),
    "both": (packed(ops=[], columns={}), "batch_malformed"),
    "object": (packed(ops={}), "batch_malformed"),
    "many": (packed(ops=[0] * 501), "batch_long"),
    "many columns": (packed(columns={"count": 9**9}), "batch_long"),
    "list of columns": (packed(columns=[]), "batch_malformed"),
    "negative": (packed(columns={"count": -1, "shapes": []}), "batch_malformed"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "code"), NO_BATCHES.values(), ids=NO_BATCHES)
def test_what_is_no_batch_is_refused(phone: Phone, body: bytes, code: str) -> None:
    refused = phone.post("/api/v1/ops", body, **{"Content-Encoding": "gzip"})
    assert (code_of(refused), refused.status_code) == (code, 422 if code == "batch_malformed" else 413)


def test_a_column_that_says_a_long_value_many_times_is_refused(phone: Phone) -> None:
    columns = {"count": 500, "shapes": [["x", ["a"], []]], "shape": ["=", 0], "head": [["=", 0]] * 7,
               "data": [[["=", "x" * 500_000]]], "more": [[]]}  # fmt: skip
    refused = phone.post("/api/v1/ops", packed(columns=columns), **{"Content-Encoding": "gzip"})
    assert code_of(refused) == "batch_malformed"


def test_an_empty_batch_is_answered_and_plain_json_is_taken_too(office: Office, phone: Phone) -> None:
    assert phone.said() == {"epoch": EPOCH, "accepted": [], "duplicate": [], "others": []}
    plain = json.dumps({"v": 1, "school": "TEST", "epoch": EPOCH, "ops": [phone.returned(0, office.world.near.code)]})
    assert phone.post("/api/v1/ops", plain.encode()).json["accepted"] == [[0, 0]]
    refused = phone.post("/api/v1/ops", plain.encode(), **{"Content-Encoding": "br"})
    assert code_of(refused) == "batch_malformed"


def test_a_full_disk_is_told_and_nothing_acknowledged(
    office: Office, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = store_pages(office)
    batch = [phone.returned(n, office.world.near.code, comment="x" * 3000) for n in range(200)]
    limit_pages(office, pages)
    refused = phone.send(*batch)
    assert (refused.status_code, code_of(refused)) == (507, "disk_full")
    assert phone.get("/api/v1/changes?after=0&epoch=&lists=").status_code == 200  # reading goes on
    assert count(Op) == 0
    limit_pages(office, 2**30)
    assert phone.said(*batch)["accepted"] == [[0, 199]]  # and it recovers by itself


def store_pages(office: Office) -> int:
    return store.write(lambda session: session.execute(text("PRAGMA page_count")).scalar())


def limit_pages(office: Office, pages: int) -> None:
    store.write(lambda session: session.execute(text(f"PRAGMA max_page_count = {pages}")).all())


def test_an_error_of_the_disk_acknowledges_nothing(
    office: Office, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise DomainError("disk_error")

    monkeypatch.setattr(returns.store, "write_batched", broken)
    refused = phone.send(phone.returned(0, office.world.near.code))
    assert (refused.status_code, code_of(refused)) == (500, "disk_error")


def test_sentences_are_in_the_persons_language(office: Office, phone: Phone) -> None:
    account = office.world.accounts["subject_teacher"]
    store.write(lambda session: setattr(session.get_one(models.Account, account), "locale", "ru"))
    [told] = phone.said(phone.returned(0, office.world.far.code))["others"]
    assert told["text"].startswith("Ваша роль")


def test_what_an_older_program_held_is_decided_after_the_update_by_the_roles_of_now(
    office: Office, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"student": office.world.near.student, "person": "", "direction": "out", "channel": "call", "topic": "task",
            "outcome": "reached", "text": "", "seconds": 60}  # fmt: skip
    far = {**data, "student": office.world.far.student}
    with monkeypatch.context() as older:
        older.delitem(ops.TYPES, "call")
        told = phone.said(phone.op(0, "call", data), phone.op(1, "call", far))
        assert reasons(told) == {0: "op_type_unknown", 1: "op_type_unknown"}
    assert afar.decide_newly_known(security.config()) == 2
    rows = db.session.execute(select(models.Op.n, models.Op.outcome, models.Op.reason).order_by(models.Op.n)).all()
    assert [tuple(row) for row in rows] == [(0, "accepted", ""), (1, "held", "forbidden")]
    assert count(models.Contact) == 1
    assert afar.decide_newly_known(security.config()) == 0
