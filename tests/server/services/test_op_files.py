"""Outboxes saved to files: carried by anybody, read by the school alone, once or ten times, in any order."""

import json
import os
import random
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server import models, store
from server.extensions import db
from server.services import afar, keys, returns
from sync import opfile, parcel
from sync.errors import SyncError
from tests.server import factory
from tests.server.api.conftest import Office, app, built_home, office, phone, quick_hashes, world
from tests.server.phones import EPOCH, NOW, Phone
from tests.server.terminal import Korablik

__all__ = ["app", "built_home", "office", "phone", "quick_hashes", "world"]
P256 = ec.SECP256R1()


def saved(office: Office, phone: Phone, *envelopes: dict, school: str = "TEST", key: object = None) -> bytes:
    """The file that a phone would save."""
    public = key or keys.ops_key(office.home / "keys").public_key()
    return opfile.write(parcel.write(school, EPOCH, envelopes), school, phone.origin, public, phone.key,  # type: ignore[arg-type]
                        ec.generate_private_key(P256), os.urandom(12))  # fmt: skip


def take(office: Office, data: bytes) -> afar.FileTaken:
    return afar.take_file(db.session, data, office.app.extensions["korablik"], NOW, factory.TODAY)


def refusal(office: Office, data: bytes) -> str:
    with pytest.raises(SyncError) as refused:
        take(office, data)
    return refused.value.code


def test_a_file_once_or_ten_times_in_any_order(office: Office, phone: Phone) -> None:
    one, other = office.world.near.codes.values()
    first = saved(office, phone, phone.returned(0, one, "5"), phone.op(1, "weather", {"snow": True}))
    second = saved(office, phone, phone.returned(1, other), phone.returned(2, other, "4"), phone.returned(0, one, "5"))
    states = set()
    order = [first, second] * 5
    for seed in range(3):
        random.Random(seed).shuffle(order)
        for data in order:
            take(office, data)
        states.add(store.write(returns.state_hash))
    assert len(states) == 1
    assert {one.outcome for one in take(office, first).outcomes} <= {"duplicate", "held"}


def test_every_record_is_told(office: Office, phone: Phone) -> None:
    code = office.world.near.code
    taken = take(office, saved(office, phone, phone.returned(0, code), phone.returned(1, office.world.far.code)))
    assert (taken.device, taken.owner) == ("Nokia", "Rulev Subject-teacher Petrovich")
    assert [(one.outcome, one.reason) for one in taken.outcomes] == [("accepted", ""), ("rejected", "forbidden")]


def test_whoever_carries_it_reads_nothing(office: Office, phone: Phone) -> None:
    code = office.world.near.code
    data = saved(office, phone, phone.returned(0, code, comment="Look at No. 3"))
    assert code.encode() not in data and b"Look" not in data


def test_what_is_altered_foreign_unsigned_or_damaged_is_refused(office: Office, phone: Phone) -> None:
    data = saved(office, phone, phone.returned(0, office.world.near.code))
    parts = json.loads(data)
    stranger = Phone(phone.client, phone.person, origin=phone.origin)
    nobody = Phone(phone.client, phone.person, origin="a" * 16)
    revoked = Phone(phone.client, phone.person).enrolled("revoked")
    plain = {"v": 1, "school": "TEST", "epoch": EPOCH, "ops": [phone.returned(0, office.world.near.code)]}
    envelope = phone.returned(0, office.world.near.code)

    def changed(**members: object) -> bytes:
        return json.dumps({**parts, **members}).encode()

    cases = {
        "opfile_signature": [changed(iv="AAAA"), changed(body=parts["body"][:-8]), changed(signature="AAAA"),
                             saved(office, stranger, envelope)],
        "opfile_unsigned": [changed(signature=""), json.dumps(plain).encode(), json.dumps([envelope]).encode(),
                            json.dumps(envelope).encode()],
        "op_other_school": [saved(office, phone, envelope, school="ABCD"), changed(school="ABCD")],
        "device_unknown": [saved(office, nobody, envelope), changed(device="b" * 16)],
        "device_revoked": [saved(office, revoked, envelope)],
        "opfile_newer": [changed(v=2)],
        "opfile_key": [saved(office, phone, envelope, key=ec.generate_private_key(P256).public_key())],
        "opfile_unreadable": [b"", b"text", b"{}", b"null", b"7", b'"x"', data[:-9], b"\xff\xfe\x00", b"[" * 99999,
                              changed(v="1"), changed(body=None), changed(school="\ud800"), changed(device="Ж"),
                              b"x" * (opfile.LARGEST + 1)],
    }  # fmt: skip
    for code, files in cases.items():
        assert [refusal(office, each) for each in files] == [code] * len(files)
    assert db.session.query(models.Op).count() == 0


def test_a_signed_file_with_nonsense_inside_is_refused(office: Office, phone: Phone) -> None:
    public = keys.ops_key(office.home / "keys").public_key()
    ephemeral = ec.generate_private_key(P256)
    data = opfile.write(b"nonsense", "TEST", phone.origin, public, phone.key, ephemeral, os.urandom(12))
    assert refusal(office, data) == "batch_malformed"


def test_the_schools_key_is_its_owners_alone(office: Office) -> None:
    folder = office.home / "keys"
    keys.ops_key(folder)
    assert (folder / keys.OPS).stat().st_mode & 0o777 == 0o600
    assert keys.ops_key(folder).private_numbers() == keys.ops_key(folder).private_numbers()


def test_the_page_takes_files_and_tells_of_each_record(office: Office, phone: Phone) -> None:
    import io

    tutor = factory.signed_in(office.app, office.world.accounts["tutor"])  # whoever brings it
    far = phone.returned(1, office.world.far.code)
    good = saved(office, phone, phone.returned(0, office.world.near.code, "5"), far)

    def bring(*files: tuple[str, bytes]):  # type: ignore[no-untyped-def]
        return tutor.post("/devices/files/", data={"file": [(io.BytesIO(data), name) for name, data in files]})

    page = bring(("a.korablik", good), ("b.korablik", b"text"))
    assert page.status_code == 200
    assert "taken in: 1" in page.text and "look at: 1" in page.text and "not a file of records" in page.text
    assert "known already: 1" in bring(("a.korablik", good)).text
    assert bring(("b.korablik", b"text")).status_code == 422
    assert tutor.post("/devices/files/").status_code == 422
    assert "five" not in page.text and "Veslov" not in page.text


def test_the_command_takes_files_and_tells_of_each_record(
    office: Office, phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = office.world.near.code
    paths = []
    for number, envelopes in enumerate([(phone.returned(0, code),), (phone.returned(1, office.world.far.code),)]):
        paths.append(tmp_path / f"{number}.korablik")
        paths[-1].write_bytes(saved(office, phone, *envelopes))
    (tmp_path / "bad.korablik").write_text('{"ops": []}', encoding="utf-8")
    db.session.remove()
    office.app.extensions["store"].close()
    korablik = Korablik(office.home, monkeypatch, capsys)
    told = korablik.run("ops", "import", paths[0], "--json").document
    assert (told["files"][0]["ops"][0]["outcome"], told["refused"]) == ("accepted", [])
    answer = korablik.run("ops", "import", *paths, tmp_path / "bad.korablik", "--json")
    told = answer.document
    assert answer.code == 1 and "forbidden" not in answer.err
    assert [line["outcome"] for file in told["files"] for line in file["ops"]] == ["duplicate", "rejected"]
    assert [one["reason"] for one in told["refused"]] == ["forbidden", "opfile_unsigned"]


def test_a_clock_in_the_future_and_an_old_file_are_decided_like_any_other(office: Office, phone: Phone) -> None:
    code = office.world.near.code
    data = saved(office, phone, phone.returned(0, code, at="2031-01-01T00:00:00+05:00"),
                 phone.returned(1, code, on=factory.TODAY + timedelta(400)))  # fmt: skip
    assert [one.reason for one in take(office, data).outcomes] == ["", "date_in_future"]
