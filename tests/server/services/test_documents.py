"""Documents: files told apart by their bytes, what an edition shows of them and for how long, files that are public."""

import io
import json
import zipfile
from datetime import UTC, date, datetime

import pytest

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Document, School
from server.security import config
from server.services import document_files, freezing, public_documents
from server.services.document_files import TYPES
from server.services.documents import check
from server.services.freezing import Window
from tests.server import factory

WINDOW = Window(date(2026, 12, 7), date(2026, 12, 20))
TYPED = {"kind": "act", "title": "Order", "number": "17", "body": "", "url": "", "size_kb": ""}


def zipped(*names: str, mimetype: str = "") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return data.getvalue()


FILES = {
    ".pdf": b"%PDF-1.7\n", ".rtf": b"{\\rtf1 x}", ".docx": zipped("[Content_Types].xml", "word/document.xml"),
    ".xlsx": zipped("xl/workbook.xml"), ".odt": zipped("content.xml", mimetype=TYPES[".odt"]),
    ".ods": zipped("content.xml", mimetype=TYPES[".ods"]),
}  # fmt: skip


@pytest.mark.parametrize("suffix", FILES)
def test_a_file_is_what_its_bytes_say(suffix):
    assert document_files.ending(FILES[suffix]) == suffix and set(FILES) == set(TYPES)


@pytest.mark.parametrize("data", [
    b"", b"MZ\x90\x00", b"<html>%PDF-1.7</html>", b"PK\x03\x04cut off", FILES[".docx"][:60], zipped("content.xml"),
    zipped("word/document.xml", "word/vbaProject.bin"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old .doc",
    zipped("content.xml", mimetype="application/x-msdownload" * 9),
])  # fmt: skip
def test_other_files_and_those_with_macros_are_not_taken(data):
    with pytest.raises(DomainError, match="document_format"):
        document_files.ending(data)


def test_the_same_bytes_are_kept_once_whatever_they_are_called(tmp_path):
    one = document_files.keep(tmp_path, "C:\\Users\\head\\Order 17.PDF", FILES[".pdf"] + b"x" * 1500)
    other = document_files.keep(tmp_path, "../../etc/passwd", FILES[".pdf"] + b"x" * 1500)
    assert one.file == other.file and one.file.endswith(".pdf") and len(one.file) <= 72
    assert (one.name, other.name, one.size_kb) == ("Order 17.PDF", "passwd", 2)
    assert [file.name for file in document_files.folder(tmp_path).iterdir()] == [one.file]


@pytest.mark.parametrize(("change", "code"), [
    ({"kind": "secret"}, "value_invalid"), ({"title": " "}, "field_needed"), ({"title": "x" * 201}, "text_long"),
    ({"url": "javascript:alert(1)"}, "address_invalid"), ({"url": "https://"}, "address_invalid"),
    ({"url": "http://[::1"}, "address_invalid"), ({"body": ""}, "document_empty"),
    ({"url": "https://example.org", "size_kb": "much"}, "value_invalid"),
    ({"url": "https://example.org", "size_kb": "0"}, "value_invalid"),
])  # fmt: skip
def test_what_is_wrong_is_named(change, code):
    with pytest.raises(DomainError) as refused:
        check({**TYPED, "body": "text", **change}, None, WINDOW.first, None, (), None)
    assert refused.value.code == code
    with pytest.raises(DomainError) as refused:
        check({**TYPED, "body": "text"}, None, WINDOW.last, WINDOW.first, (), None)
    assert refused.value.code == "notice_order"


def add(id: str, **values) -> None:
    changed_at = datetime(2026, 12, 1, tzinfo=UTC)
    row = {"kind": "act", "title": id, "starts_on": WINDOW.first, "changed_at": changed_at, "group_ids": []}
    factory.add(Document(id=id, **(row | values)))


def frozen() -> dict:
    with store.snapshot() as session:
        return freezing.freeze(session, WINDOW, [])


@pytest.fixture
def school(app):
    factory.school(locale="en", languages=["en"])
    near, far = factory.group(), factory.group("8 «Б»", "8b", 8)
    for group in (near, far):
        factory.student(group)
        factory.student(group, "Bakenov", "Timur")
    return near, far


def test_an_edition_shows_what_holds_in_its_window_to_whom_it_is_meant(school):
    near, _far = school
    author = factory.person("Kanareyka", "Author")
    add("stands", ends_on=None, author_id=author, file="a" * 64 + ".pdf", file_name="kanareyka.pdf", size_kb=9)
    add("starts", starts_on=WINDOW.last, ends_on=WINDOW.last, group_ids=[near])
    add("later", starts_on=date(2026, 12, 21))
    add("over", starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 6))
    add("of a group that is not shown", group_ids=["f" * 32])
    content = frozen()
    assert set(content["documents"]) == {"stands", "starts"}
    assert content["documents"]["starts"]["groups"] == ["7a"] and content["documents"]["stands"]["groups"] == []
    assert set(content["documents"]["stands"]) == {
        "kind", "title", "number", "body", "url", "issued_on", "file", "size_kb", "groups", "from", "to"}  # fmt: skip
    text = json.dumps(content).lower()
    assert "kanareyka" not in text and author not in text


def test_an_edition_without_documents_and_further_languages_is_as_before(school):
    assert not {"documents", "labels_in"} & set(frozen())


def test_labels_are_frozen_for_every_language_of_the_reader(school):
    near, _far = school
    person = factory.person("Nivina", "Olga", released=["name"])
    factory.grant(person, "class_teacher", near)
    store.write(lambda session: setattr(session.query(School).one(), "languages", ["en", "ru"]))
    db.session.remove()
    content = frozen()
    assert set(content["labels_in"]) == {"ru"}
    told = content["labels_in"]["ru"]
    for kind, codes in content["labels"].items():
        assert set(told[kind]) == set(codes) and told[kind] != codes, kind
    [contact] = content["school"]["contacts"]
    assert set(told["position"]) == {contact["position"]} and "руководитель" in told["position"][contact["position"]]


def test_only_files_of_the_edition_lie_in_the_public_folder(tmp_path):
    source, public = tmp_path / "media", tmp_path / "public" / "documents"
    source.mkdir()
    for name in ("a.pdf", "b.pdf", "kept-back.pdf"):
        (source / name).write_bytes(name.encode())
    content = {"documents": {str(n): {"file": file} for n, file in enumerate(["a.pdf", "b.pdf", "lost.pdf", ""])}}
    public_documents.put_files(content, source, public)
    assert sorted(file.name for file in public.iterdir()) == ["a.pdf", "b.pdf"]
    public_documents.put_files(content, source, public)
    public_documents.drop_files({"documents": {"1": {"file": "b.pdf"}}}, public)
    assert [file.read_bytes() for file in public.iterdir()] == [b"b.pdf"]
    public_documents.drop_files({}, public)
    assert list(public.iterdir()) == [] and len(list(source.iterdir())) == 3


def test_where_no_second_name_can_be_given_a_file_is_copied(tmp_path, monkeypatch):
    def refuse(*args):
        raise OSError

    monkeypatch.setattr(public_documents.os, "link", refuse)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    public_documents.put_files({"documents": {"1": {"file": "a.pdf"}}}, tmp_path, tmp_path / "public")
    assert (tmp_path / "public/a.pdf").read_bytes() == b"%PDF-"


def test_files_lie_with_the_media_that_backups_hold(app):
    assert document_files.folder(config().home).parent == config().home / "media"
