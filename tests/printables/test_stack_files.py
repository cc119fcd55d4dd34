"""Files that copiers, phones and hurried people send: each page is read, or named with what is wrong with it."""

import io
import shutil
import struct
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from printables import stack, stack_files
from printables.reading import Page
from tests.printables.scans import SCHOOL, blank, code, label, pdf_of, sheet


def read(path: Path, data: bytes) -> list[Page]:
    """The pages of a file with these bytes."""
    path = path / "file"
    path.write_bytes(data)
    return stack.read_stack([("file", str(path))], SCHOOL, None)


def saved(picture: Image.Image, format: str, **options) -> bytes:
    """A picture as a file."""
    written = io.BytesIO()
    picture.save(written, format, **options)
    return written.getvalue()


def only(pages: list[Page]) -> tuple[str, str]:
    """State and error of the one page."""
    (page,) = pages
    return page.reading.state, page.error


PAGE = sheet(label(3, 2), 3)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("CMYK JPEG", lambda: saved(PAGE.convert("CMYK"), "JPEG")),
        ("1-bit TIFF G4", lambda: saved(PAGE.convert("1"), "TIFF", compression="group4")),
        ("LZW TIFF", lambda: saved(PAGE.convert("RGB"), "TIFF", compression="tiff_lzw")),
        ("16-bit PNG", lambda: saved(PAGE.convert("I").point(lambda level: level * 257).convert("I;16"), "PNG")),
        ("PNG with palette", lambda: saved(PAGE.convert("P"), "PNG")),
        ("PNG with transparency", lambda: saved(_transparent(), "PNG")),
        ("progressive JPEG", lambda: saved(PAGE, "JPEG", progressive=True)),
    ],
)
def test_pictures_of_odd_kinds_are_read(tmp_path, name, data):
    (page,) = read(tmp_path, data())
    assert (page.reading.state, page.reading.label.digits) == ("work", code(3)), name


def _transparent() -> Image.Image:
    """Black ink on nothing."""
    page = Image.new("LA", PAGE.size, (0, 0))
    page.putalpha(PAGE.point(lambda level: 255 - level))
    return page


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_as_the_camera_says(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    back = {1: [], 3: [3], 6: [2], 8: [4], 2: [0], 4: [1], 5: [5], 7: [6]}[orientation]
    held = PAGE
    for method in back:
        held = held.transpose(Image.Transpose(method))
    (page,) = read(tmp_path, saved(held, "JPEG", exif=exif))
    assert (page.reading.state, page.reading.turn) == ("work", 0)


def test_a_phone_held_upside_down_is_turned_by_the_code_itself(tmp_path):
    (page,) = read(tmp_path, saved(PAGE.rotate(180), "JPEG"))
    assert (page.reading.state, page.reading.turn) == ("work", 180)


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw"])
def test_a_tiff_of_a_copier_gives_all_its_pages(tmp_path, compression):
    pages = [sheet(label(number), number) for number in range(3)]
    if compression == "group4":
        pages = [page.convert("1") for page in pages]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression=compression)
    assert [page.reading.label.digits for page in read(tmp_path, data)] == [code(number) for number in range(3)]


def pdf_with(*pictures: tuple[bytes, dict], strips: bool = False) -> bytes:
    """A PDF of raw picture streams: one page each, or with ``strips`` one page of all, from its top down."""
    pdf = pikepdf.new()
    images = [pikepdf.Stream(pdf, data, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, **more)
              for data, more in pictures]  # fmt: skip
    for group in [images] if strips else [[image] for image in images]:
        height = 842 / len(group)
        drawn = "".join(f"q 595 0 0 {height} 0 {842 - height * (n + 1)} cm /I{n} Do Q\n" for n in range(len(group)))
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page, MediaBox=[0, 0, 595, 842], Contents=pdf.make_stream(drawn.encode()),
            Resources=pikepdf.Dictionary(XObject={f"/I{n}": pdf.make_indirect(one) for n, one in enumerate(group)}),
        )  # fmt: skip
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    written = io.BytesIO()
    pdf.save(written)
    return written.getvalue()


def coded(picture: Image.Image, name: str) -> tuple[bytes, dict]:
    """The stream of a picture in a PDF: CCITT, JPX, or flat bytes."""
    size = {"Width": picture.width, "Height": picture.height}
    if name in ("CCITT", "JBIG2"):
        faxed, white_is_black = _faxed(picture)
        grey = size | {"BitsPerComponent": 1, "ColorSpace": pikepdf.Name.DeviceGray}
        if name == "JBIG2":
            return _jbig2(faxed, *picture.size), grey | {"Filter": pikepdf.Name.JBIG2Decode}
        columns = pikepdf.Dictionary(K=-1, Columns=picture.width, Rows=picture.height, BlackIs1=white_is_black)
        return faxed, grey | {"Filter": pikepdf.Name.CCITTFaxDecode, "DecodeParms": columns}
    if name == "JPX":
        return saved(picture, "JPEG2000"), size | {"Filter": pikepdf.Name.JPXDecode}
    return zlib.compress(picture.tobytes()), size | {
        "Filter": pikepdf.Name.FlateDecode, "BitsPerComponent": 8, "ColorSpace": pikepdf.Name.DeviceGray,
    }  # fmt: skip


def _faxed(picture: Image.Image) -> tuple[bytes, bool]:
    """A picture as a fax codes it, and whether its white is what the fax calls black."""
    inverted = picture.convert("L").point(lambda level: 255 if level < 128 else 0).convert("1")
    tiff = Image.open(io.BytesIO(saved(inverted, "TIFF", compression="group4", strip_size=2**30)))
    (start,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]
    tiff.fp.seek(start)
    return tiff.fp.read(length), tiff.tag_v2[262] == 0


def _jbig2(faxed: bytes, width: int, height: int) -> bytes:
    """One region that is coded as a fax is, as copiers put it into a PDF (ITU-T T.88, annex D.3)."""

    def segment(number: int, kind: int, data: bytes) -> bytes:
        return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data

    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", width, height, 0, 0, 0, 1)
    return segment(0, 48, page) + segment(1, 38, region + faxed)


@pytest.mark.parametrize("name", ["CCITT", "JBIG2", "JPX", "flat"])
def test_pictures_in_a_pdf_are_read_however_they_are_coded(tmp_path, name):
    (page,) = read(tmp_path, pdf_with(coded(PAGE, name)))
    assert page.reading.label is not None and page.reading.label.digits == code(3)


def test_black_that_means_white_is_read_as_it_is_shown(tmp_path):
    data, more = coded(PAGE.point(lambda level: 255 - level), "flat")
    (page,) = read(tmp_path, pdf_with((data, more | {"Decode": [1, 0]})))
    assert page.reading.state == "work"


def test_strips_of_a_copier_are_one_page(tmp_path):
    third = PAGE.height // 3
    strips = [coded(PAGE.crop((0, third * n, PAGE.width, third * (n + 1))), "flat") for n in range(3)]
    (page,) = read(tmp_path, pdf_with(*strips, strips=True))
    assert page.reading.state == "work"


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_pages_that_the_pdf_turns_are_kept_as_they_are_shown(tmp_path, turn):
    with pikepdf.open(io.BytesIO(pdf_of([PAGE.rotate(turn, expand=True)]))) as pdf:
        pdf.pages[0].obj.Rotate = turn
        written = io.BytesIO()
        pdf.save(written)
    (page,) = read(tmp_path, written.getvalue())
    assert (page.reading.state, page.reading.turn) == ("work", 0)


def test_a_pdf_that_is_broken_in_its_middle_gives_the_pages_around(tmp_path):
    data = bytearray(pdf_of([sheet(label(number), number) for number in range(3)]))
    starts = [at for at in range(len(data) - 3) if data[at : at + 3] == b"\xff\xd8\xff"]
    data[starts[1] : starts[1] + 20_000] = bytes(20_000)
    found = read(tmp_path, bytes(data))
    assert [page.reading.state for page in found][::2] == ["work", "work"]
    assert found[1].reading.state in ("broken", "unread", "blank")


def test_a_pdf_cut_off_in_its_middle_is_named_or_gives_what_there_is(tmp_path):
    data = pdf_of([sheet(label(number), number) for number in range(3)])
    found = read(tmp_path, data[: len(data) // 2])
    assert found and all(page.reading.state in ("work", "broken") for page in found)
    assert {page.reading.label.digits for page in found if page.reading.label} <= {code(n) for n in range(3)}


@pytest.mark.parametrize("share", [0.35, 0.5, 0.8, 0.97])
def test_a_pdf_that_breaks_off_says_so_and_takes_no_lost_page_for_a_blank_one(tmp_path, share):
    data = pdf_of([sheet(label(number), number) for number in range(6)])
    cut = data[: int(len(data) * share)]
    path = tmp_path / "cut.pdf"
    path.write_bytes(cut)
    found = read(tmp_path, cut)
    assert stack.count_pages([str(path)]) == [len(found)]
    assert (found[-1].reading.state, found[-1].error) == ("broken", "scan_cut")
    assert "blank" not in {page.reading.state for page in found}
    assert "work" in {page.reading.state for page in found}


def test_what_a_copier_writes_behind_the_end_of_a_pdf_is_no_break(tmp_path):
    (page,) = read(tmp_path, pdf_of([sheet(label(1), 1)]) + bytes(5000))
    assert page.reading.state == "work"


def test_of_a_pdf_with_too_many_pages_the_first_ones_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(stack_files, "MOST_PAGES", 3)
    small = blank().resize((620, 877))
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf_of([small] * 10))
    assert stack.count_pages([str(path)]) == [4]
    found = stack.read_pages("long.pdf", str(path), (1, 2, 3, 4), SCHOOL, None)
    assert [page.reading.state for page in found] == ["blank"] * 3 + ["broken"]
    assert found[3].error == "scan_long"


def test_ten_thousand_pages_are_counted_without_opening_them(tmp_path):
    pdf = pikepdf.new()
    for _ in range(10_000):
        pdf.add_blank_page(page_size=(595, 842))
    path = tmp_path / "long.pdf"
    pdf.save(path)
    assert stack.count_pages([str(path)]) == [stack_files.MOST_PAGES + 1]
    assert stack.read_pages("long.pdf", str(path), (9_000, 9_001), SCHOOL, None) == []


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is as large as that, and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(10_000, 10_000), (60_000, 60_000), (1_000_000, 60)])
def test_a_picture_of_a_hundred_million_points_is_refused_unopened(tmp_path, size):
    assert only(read(tmp_path, bomb(*size))) == ("broken", "scan_giant")


def test_a_giant_page_of_a_tiff_does_not_hold_up_the_others(tmp_path):
    giant = Image.new("1", (9000, 9000), 1)
    data = saved(PAGE.convert("1"), "TIFF", save_all=True, append_images=[giant, PAGE.convert("1")],
                 compression="group4")  # fmt: skip
    assert [page.error for page in read(tmp_path, data)] == ["", "scan_giant", ""]


def test_a_giant_sheet_of_a_pdf_is_rendered_small(tmp_path):
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(14_400, 14_400))
    path = tmp_path / "poster.pdf"
    pdf.save(path)
    ((_number, picture),) = stack_files.pages(path, [1])
    assert max(picture.size) <= stack_files.LONGEST


def test_a_giant_picture_in_a_pdf_is_refused(tmp_path):
    data = zlib.compress(bytes(1000))
    size = {"Width": 60_000, "Height": 60_000, "BitsPerComponent": 8, "ColorSpace": pikepdf.Name.DeviceGray}
    assert only(read(tmp_path, pdf_with((data, size | {"Filter": pikepdf.Name.FlateDecode})))) == (
        "broken", "scan_giant",
    )  # fmt: skip


@pytest.mark.parametrize("size", [(1, 1), (3, 4000), (40, 40)])
def test_a_picture_too_small_for_a_page_says_nothing(tmp_path, size):
    (page,) = read(tmp_path, saved(Image.new("L", size, 200), "PNG"))
    assert page.reading.state in ("blank", "unread")


def test_a_photo_of_nothing_waits(tmp_path):
    noise = Image.effect_noise((1200, 900), 90)
    assert only(read(tmp_path, saved(noise, "JPEG"))) == ("unread", "")


def test_a_document_that_is_called_a_pdf_is_named(tmp_path):
    written = io.BytesIO()
    shutil.make_archive(str(tmp_path / "a"), "zip", tmp_path)
    written.write((tmp_path / "a.zip").read_bytes())
    assert only(read(tmp_path, written.getvalue())) == ("broken", "scan_no_picture")


def test_a_full_disk_is_told_and_is_no_fault_of_the_page(tmp_path, monkeypatch):
    def full(*args, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stack, "_write", full)
    path = tmp_path / "a.jpg"
    path.write_bytes(saved(PAGE, "JPEG"))
    with pytest.raises(stack.SyncError, match="disk_full"):
        stack.read_pages("a.jpg", str(path), (1,), SCHOOL, str(tmp_path / "kept"))
