"""What of public/ goes out in which coding: brotli, gzip, as it lies, or by a dictionary that the phone holds."""

import base64
import gzip
import hashlib
import itertools
import random
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

import brotli
import psutil
import pytest
import zstandard

from server.services import codings
from server.services.encodings import DAY, DAYS, Encodings
from sync import bundle, delta
from sync.canonical import canonical
from sync.lines import tell
from tests.server import factory

BR, GZIP = {"Accept-Encoding": "br"}, {"Accept-Encoding": "gzip"}
ALL = "gzip, deflate, br, zstd, dcb, dcz"
WORDS = "вода земля лес поле море город школа книга слово число дело часть сила свет звук цвет форма ответ".split()
_slugs = (f"7{number}" for number in itertools.count())


@dataclass
class Site:
    """A class's folder in public/ with three weeks (the index names the second) and one update."""

    slug: str
    folder: Path
    parts: list[bundle.Week]
    update: bytes

    def address(self, name: str) -> str:
        return f"/public/{self.slug}/data/{name}"

    def part(self, n: int) -> str:
        return self.address(f"{self.parts[n].hash}.json.gz")

    def text(self, n: int) -> bytes:
        return gzip.decompress(self.parts[n].data)


def page(seed: str) -> str:
    source = random.Random(seed)
    return "<p>" + " ".join(source.choice(WORDS) + str(source.randint(0, 99)) for _ in range(200)) + "</p>\n"


def write_site(public: Path, slug: str, edition: int = 1, school: str = "TEST") -> Site:
    folder = public / slug / "data"
    folder.mkdir(parents=True, exist_ok=True)
    (folder.parent / "index.html").write_text(f"<!doctype html><title>7</title>{page(f'{slug} today')}", "utf-8")
    pages = {f"{name}-{n}.html": page(f"{edition} {name} {n}") for name, count in (("a", 2), ("b", 6), ("c", 1))
             for n in range(count)}  # fmt: skip
    head = {"v": 2, "school": school, "group": slug, "language": "ru", "number": edition,
            "issued_at": "2026-12-06T07:10:00Z", "look_again": None}  # fmt: skip
    parts = [bundle.week_of([(None, [path for path in pages if path[0] == name])], pages, head) for name in "abc"]
    signed = bundle.signed({**head, "week": parts[1].named()}, lambda text: "sig")
    (folder / "index.json").write_bytes(canonical(signed))
    for part in parts:
        (folder / f"{part.hash}.json.gz").write_bytes(part.data)
    text = delta.made(head, "sig", tell({"b-9.html": page("new") + pages["b-0.html"]})).text()
    (folder / f"from-{'f' * 64}.json.gz").write_bytes(bundle.pack(text))
    return Site(slug, folder, parts, text)


@pytest.fixture(scope="module")
def reader(office):
    office.app.extensions["korablik"].public.mkdir(exist_ok=True)
    return factory.visitor(office.app)


@pytest.fixture
def forms(office) -> Encodings:
    """The coded forms, none of them made yet."""
    forms = office.app.extensions["encodings"]
    forms.settle()
    shutil.rmtree(office.app.extensions["korablik"].cache / "encoded", ignore_errors=True)
    return forms


@pytest.fixture
def site(office, forms) -> Site:
    return write_site(office.app.extensions["korablik"].public, next(_slugs))


def kept(office) -> dict[str, Path]:
    return {file.name: file for file in (office.app.extensions["korablik"].cache / "encoded").iterdir()}


def holds(text: bytes, accept: str = ALL) -> dict[str, str]:
    """The headers of a browser that keeps this text."""
    named = base64.b64encode(hashlib.sha256(text).digest()).decode()
    return {"Accept-Encoding": accept, "Available-Dictionary": f":{named}:"}


def undone(data: bytes, dictionary: bytes) -> bytes:
    """dcz taken off as RFC 9842 says."""
    assert data[:8] == bytes([0x5E, 0x2A, 0x4D, 0x18, 0x20, 0, 0, 0])
    assert data[8:40] == hashlib.sha256(dictionary).digest()
    raw = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdDecompressor(dict_data=raw, max_window_size=8 * 1024**2).decompressobj().decompress(data[40:])


@pytest.mark.parametrize(("accept", "coding"), [
    (None, None), ("", None), ("identity", None), ("deflate", None), ("br", "br"), ("gzip, deflate, br, zstd", "br"),
    ("BR", "br"), ("gzip", "gzip"), ("gzip, deflate", "gzip"), ("br;q=0", None), ("br;q=0, gzip", "gzip"),
    ("gzip;q=1, br;q=0.5", "gzip"), ("br;q=0.5, identity;q=1", None), ("*", "gzip"), ("*;q=0", None),
    ("br, *;q=0", "br"), ("gzip;q=0, *", None), ("dcz, zstd", None), ("x" * 5000, None),
])  # fmt: skip
def test_a_page_goes_out_in_the_best_coding_that_the_request_accepts(reader, site, accept, coding):
    answer = reader.get(f"/public/{site.slug}/", headers={} if accept is None else {"Accept-Encoding": accept})
    text = (site.folder.parent / "index.html").read_bytes()
    undo = {None: bytes, "br": brotli.decompress, "gzip": gzip.decompress}[coding]
    assert (answer.status_code, answer.headers.get("Content-Encoding"), undo(answer.data)) == (200, coding, text)
    assert answer.content_type == "text/html; charset=utf-8" and answer.content_length == len(answer.data)
    assert "Accept-Encoding" in answer.headers["Vary"] and answer.headers["Cache-Control"] == "no-cache"
    assert "Content-Security-Policy" in answer.headers


def test_a_week_is_its_text_in_brotli_or_the_file_as_it_lies(reader, site):
    for name, text in ((site.part(1), site.text(1)), (site.address(f"from-{'f' * 64}.json.gz"), site.update)):
        coded, lying = reader.get(name, headers=BR), reader.get(name, headers=GZIP)
        assert (coded.headers["Content-Encoding"], coded.mimetype) == ("br", "application/octet-stream")
        assert brotli.decompress(coded.data) == text
        assert "Content-Encoding" not in lying.headers and lying.mimetype == "application/gzip"
        assert gzip.decompress(lying.data) == text and len(coded.data) < len(lying.data)
        assert coded.headers["Vary"] == lying.headers["Vary"] == "Accept-Encoding, Available-Dictionary"


def test_only_what_its_address_names_for_good_is_kept_without_asking(reader, site):
    for headers in (BR, GZIP, {}):
        assert "immutable" in reader.get(site.part(0), headers=headers).headers["Cache-Control"]
    for name in (f"from-{'f' * 64}.json.gz", "index.json"):
        assert reader.get(site.address(name), headers=BR).headers["Cache-Control"] == "no-cache"


def test_every_kind_of_text_is_coded_and_pictures_are_not(reader, site):
    folder, text = site.folder.parent, page("text").encode() * 4
    for name in ("calendar.ics", "reader.js", "site.webmanifest", "other.json", "boat.svg", "style.css"):
        (folder / name).write_bytes(text)
        answer = reader.get(f"/public/{site.slug}/{name}", headers=BR)
        assert brotli.decompress(answer.data) == text and answer.headers["Content-Encoding"] == "br", name
    for name in ("boat.png", "photo.jpg", "photo.webp", "film.mp4", "other.gz", "other.json.gz"):
        (folder / name).write_bytes(text)
        answer = reader.get(f"/public/{site.slug}/{name}", headers=BR)
        assert answer.data == text and "Content-Encoding" not in answer.headers, name


def test_what_is_short_or_very_long_goes_out_as_it_lies(reader, site, office):
    folder = site.folder.parent
    (folder / "short.js").write_bytes(b"var a=1")
    (folder / "long.js").write_bytes(b"a" * (4 * 1024**2 + 1))
    for name in ("short.js", "long.js"):
        answer = reader.get(f"/public/{site.slug}/{name}", headers=BR)
        assert answer.data == (folder / name).read_bytes() and "Content-Encoding" not in answer.headers


def test_a_range_is_of_the_file_as_it_lies_whatever_is_accepted(reader, site):
    lying = site.parts[1].data
    for asked, start, stop in (("0-", 0, None), ("100-", 100, None), ("0-99", 0, 100), ("-10", -10, None)):
        answer = reader.get(site.part(1), headers={**holds(site.text(0)), "Range": f"bytes={asked}"})
        assert (answer.status_code, answer.data) == (206, lying[start:stop])
        assert "Content-Encoding" not in answer.headers and answer.headers["Content-Range"].endswith(f"/{len(lying)}")
        assert "Use-As-Dictionary" not in answer.headers
    for asked in (f"bytes={len(lying)}-", "bytes=x"):
        answer = reader.get(site.part(1), headers={"Range": asked})
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(lying)}")


def test_a_broken_download_goes_on_only_in_the_same_file(reader, site):
    tag = reader.get(site.part(1), headers=GZIP).headers["ETag"]
    go_on = {**BR, "Range": "bytes=500-"}
    assert reader.get(site.part(1), headers={**go_on, "If-Range": tag}).status_code == 206
    for other in ('"other"', reader.get(site.part(1), headers=BR).headers["ETag"]):
        whole = reader.get(site.part(1), headers={**go_on, "If-Range": other})
        assert (whole.status_code, whole.data) == (200, site.parts[1].data) and "Content-Encoding" not in whole.headers


def test_each_coding_has_a_tag_of_its_own_and_only_the_files_is_strong(reader, site):
    address = f"/public/{site.slug}/index.html"
    tags = {name: reader.get(address, headers={"Accept-Encoding": name}).headers["ETag"]
            for name in ("identity", "gzip", "br")}  # fmt: skip
    assert len(set(tags.values())) == 3
    assert [tag.startswith("W/") for tag in tags.values()] == [False, True, True]


def test_what_the_phone_has_is_not_sent_again_in_any_form_that_it_may_get(reader, site):
    for address in (f"/public/{site.slug}/index.html", site.part(0), site.address(f"from-{'f' * 64}.json.gz")):
        for held in (BR, GZIP, {}):
            tag = reader.get(address, headers=held).headers["ETag"]
            for asked in ({**held, "If-None-Match": tag}, {**held, "If-None-Match": f'"x", {tag}'}):
                again = reader.get(address, headers=asked)
                assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
                assert not {"Content-Encoding", "Content-Type"} & {name for name, _ in again.headers} or not held
                assert "Accept-Encoding" in again.headers["Vary"] and "Cache-Control" in again.headers
        br = reader.get(address, headers=BR).headers["ETag"]
        assert reader.get(address, headers={**GZIP, "If-None-Match": br}).status_code == 200  # it may not get that
        assert reader.get(address, headers={**BR, "If-None-Match": '"other"'}).status_code == 200


def test_head_tells_what_get_would_send(reader, site):
    for headers in (BR, GZIP, {}, holds(site.text(0))):
        for address in (f"/public/{site.slug}/", site.part(1)):
            reader.get(address, headers=headers)
            reader.application.extensions["encodings"].settle()
            got, head = reader.get(address, headers=headers), reader.head(address, headers=headers)
            assert (head.status_code, head.data) == (200, b"")
            assert dict(head.headers) | {"Date": ""} == dict(got.headers) | {"Date": ""}


def test_the_first_form_is_quick_and_the_kept_one_small(reader, site, forms, office):
    first = reader.get(site.part(1), headers=BR).data
    assert first == codings.brotli_of(site.text(1), codings.QUICK)
    forms.settle()
    assert reader.get(site.part(1), headers=BR).data == codings.brotli_of(site.text(1), codings.BEST) != first
    assert list(kept(office)) == [f"{site.parts[1].hash}.br"]


def test_a_form_that_the_disk_has_spoilt_is_made_again(reader, site, forms, office):
    reader.get(site.part(1), headers=BR)
    forms.settle()
    (file,) = kept(office).values()
    whole = file.read_bytes()
    for spoilt in (b"", whole[:10], whole[: len(whole) // 2], whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1])):
        file.write_bytes(spoilt)
        assert brotli.decompress(reader.get(site.part(1), headers=BR).data) == site.text(1)
        forms.settle()
        assert file.read_bytes() == whole


def test_many_first_requests_at_once_all_get_the_whole_text(office, site, forms):
    answers: list[bytes] = []
    start = threading.Barrier(8)

    def ask() -> None:
        client = factory.visitor(office.app)
        start.wait()
        for n in (0, 1, 2):
            answers.append(brotli.decompress(client.get(site.part(n), headers=BR).data))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    forms.settle()
    assert sorted(answers) == sorted([site.text(n) for n in range(3)] * 8)
    assert set(kept(office)) == {f"{part.hash}.br" for part in site.parts}


@pytest.mark.parametrize("spoil", [lambda data: data[:-20], lambda data: b"\x1f\x8b" + data[5:], lambda data: b"",
                                   lambda data: data[:10] + b"\xff" * 9 + data[19:]])  # fmt: skip
def test_a_damaged_file_goes_out_as_it_lies_and_is_not_kept(reader, site, forms, office, spoil):
    path = site.folder / f"{site.parts[1].hash}.json.gz"
    path.write_bytes(spoil(site.parts[1].data))
    for headers in (BR, holds(site.text(0))):
        answer = reader.get(site.part(1), headers=headers)
        assert (answer.status_code, answer.data) == (200, path.read_bytes())
        assert "Content-Encoding" not in answer.headers and "Use-As-Dictionary" not in answer.headers
    forms.settle()
    path.write_bytes(bundle.pack(b'{"other": true}'))  # whole, and not what its name says
    assert reader.get(site.part(1), headers=BR).data == path.read_bytes()


def test_the_week_says_what_it_helps_with(reader, site):
    said = [reader.get(site.part(n), headers=BR).headers.get("Use-As-Dictionary") for n in range(3)]
    assert said == [None, f'match="/public/{site.slug}/data/from-*"', None]
    for headers in (GZIP, {}):  # gzip's bytes would be the dictionary
        assert "Use-As-Dictionary" not in reader.get(site.part(1), headers=headers).headers
    update = reader.get(site.address(f"from-{'f' * 64}.json.gz"), headers=BR)
    assert "Use-As-Dictionary" not in update.headers


def test_an_update_comes_by_the_week_that_the_phone_holds(reader, site, forms):
    address = site.address(f"from-{'f' * 64}.json.gz")
    sizes = []
    for _ in range(2):  # quick, then small
        answer = reader.get(address, headers=holds(site.text(1)))
        assert (answer.headers["Content-Encoding"], answer.mimetype) == ("dcz", "application/octet-stream")
        assert undone(answer.data, site.text(1)) == site.update
        sizes.append(len(answer.data))
        forms.settle()
    plain = reader.get(address, headers=BR)
    assert sizes[1] < sizes[0] < len(plain.data)
    assert answer.headers["ETag"].startswith("W/") and answer.headers["ETag"] != plain.headers["ETag"]
    again = reader.get(address, headers={**holds(site.text(1)), "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_weeks_of_editions_before_stay_dictionaries(reader, site, forms, office):
    old = site.text(1)
    reader.get(site.part(1), headers=BR)
    forms.settle()
    newer = write_site(office.app.extensions["korablik"].public, site.slug, edition=2)
    for part in site.parts:
        (site.folder / f"{part.hash}.json.gz").unlink()
    answer = reader.get(newer.address(f"from-{'f' * 64}.json.gz"), headers=holds(old))
    assert answer.headers["Content-Encoding"] == "dcz" and undone(answer.data, old) == newer.update
    assert reader.get(site.part(1), headers=BR).status_code == 404  # it serves as a dictionary only


def test_what_is_no_dictionary_of_this_site_is_as_good_as_none(reader, site, forms, office):
    address = site.address(f"from-{'f' * 64}.json.gz")
    other = write_site(office.app.extensions["korablik"].public, next(_slugs))
    reader.get(other.part(1), headers=BR)
    forms.settle()
    unknown = [other.text(1), b"never seen", site.update, (site.folder.parent / "index.html").read_bytes()]
    for headers in (
        *map(holds, unknown), holds(site.text(1), "gzip, br"), holds(site.text(1), "dcz;q=0, br"),
        holds(site.text(1), "*, br"),
        *({"Accept-Encoding": ALL, "Available-Dictionary": text} for text in (
            "", ":", "::", ":!!!!:", "../../keys", ":" + "A" * 44 + ":", "x" * 5000,
            ":" + base64.b64encode(b"a" * 31).decode() + ":", ":" + base64.b64encode(b"a" * 32).decode())),
    ):  # fmt: skip
        answer = reader.get(address, headers=headers)
        assert answer.headers["Content-Encoding"] == "br", headers
        assert brotli.decompress(answer.data) == site.update
    forms.settle()
    assert not [name for name in kept(office) if name.endswith(".dcz")]


def test_pages_know_no_dictionary(reader, site):
    for address in (f"/public/{site.slug}/", site.address("index.json")):
        answer = reader.get(address, headers=holds(site.text(1)))
        assert answer.headers["Content-Encoding"] == "br" and answer.headers["Vary"] == "Accept-Encoding"


def test_a_dictionary_that_gains_nothing_is_not_used(reader, site, forms):
    (site.folder / f"from-{'a' * 64}.json.gz").write_bytes(bundle.pack(random.Random(7).randbytes(3000).hex().encode()))
    for _ in range(2):
        answer = reader.get(site.address(f"from-{'a' * 64}.json.gz"), headers=holds(site.text(2)))
        assert answer.headers["Content-Encoding"] == "br"
        forms.settle()


def test_what_nobody_asked_for_in_a_month_is_forgotten(reader, site, forms, office):
    import os
    import time

    for n in range(3):
        reader.get(site.part(n), headers=BR)
    forms.settle()
    files, now = kept(office), time.time()
    first, second, third = (files[f"{part.hash}.br"] for part in site.parts)
    for file in (first, second):
        os.utime(file, (now - (DAYS - 1) * DAY,) * 2)
    reader.get(site.part(0), headers=BR)  # asked for again
    (first.parent / ".half").write_bytes(b"half written")
    os.utime(first.parent / ".half", (now - 2 * DAY,) * 2)
    assert forms.clean(now + 2 * DAY) == 2
    assert set(kept(office)) == {first.name, third.name}


def test_too_much_loses_its_oldest(tmp_path, monkeypatch):
    import os

    monkeypatch.setattr("server.services.encodings.MOST", 3000)
    for n in range(5):
        (tmp_path / f"{n}.br").write_bytes(bytes(1000))
        os.utime(tmp_path / f"{n}.br", (n, n))
    assert Encodings(tmp_path).clean(0) == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["2.br", "3.br", "4.br"]


def test_a_full_disk_keeps_nothing_and_everything_is_answered(reader, site, forms, office, monkeypatch):
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    for _ in range(2):
        assert brotli.decompress(reader.get(site.part(1), headers=BR).data) == site.text(1)
        assert reader.get(site.part(1), headers=holds(site.text(0))).status_code == 200
        forms.settle()


def test_no_answer_for_everybody_carries_a_session(office, site):
    client = factory.signed_in(office.app, office.world.accounts["director"])
    with client.session_transaction() as session:
        session.permanent = True  # its cookie is renewed by every answer
    for address in (site.part(0), f"/public/{site.slug}/", site.address("index.json")):
        answer = client.get(address, headers=BR)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers["Vary"]
    assert "Set-Cookie" in client.get("/").headers


def test_memory_stays_where_it_is(reader, site, forms):
    def round_of_requests() -> None:
        for headers in (BR, GZIP, holds(site.text(1)), holds(b"unknown"), {"Range": "bytes=9-"}):
            for n in range(3):
                reader.get(site.part(n), headers=headers)
            reader.get(site.address(f"from-{'f' * 64}.json.gz"), headers=headers)

    for _ in range(10):
        round_of_requests()
    forms.settle()
    before = psutil.Process().memory_info().rss
    for _ in range(50):
        round_of_requests()
    forms.settle()
    assert psutil.Process().memory_info().rss - before < 8 * 1024**2


def test_what_is_kept_was_public_already(reader, site, forms, office):
    """The folder of forms holds nothing but what went out: no name, no address of who asked."""
    for headers in (BR, GZIP, holds(site.text(1))):
        for address in (site.part(0), site.part(1), site.address(f"from-{'f' * 64}.json.gz"), f"/public/{site.slug}/"):
            reader.get(address, headers=headers)
    forms.settle()
    for name, file in kept(office).items():
        assert all(len(word) == 64 for word in name.rpartition(".")[0].split("-"))
        data = file.read_bytes()[16:]
        undo = {"br": brotli.decompress, "gzip": gzip.decompress, "dcz": lambda data: undone(data, site.text(1))}
        text = undo[name.rpartition(".")[2]](data) if data else b"{}"
        assert text in {site.text(0), site.text(1), site.update, b"{}",
                        (site.folder.parent / "index.html").read_bytes()}  # fmt: skip
        assert b"TEST" in text or b"<p>" in text or text == b"{}"
