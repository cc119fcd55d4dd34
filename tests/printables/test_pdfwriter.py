"""A file of the small writer is sound to qpdf and pikepdf, and equal for equal input."""

import io

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from printables import pdfwriter
from printables.pdfwriter import PACKED, PdfWriter
from tests.printables.paper import run


def written(pages: int, words: str = "0 0 m 9 9 l S") -> bytes:
    pdf = PdfWriter()
    tree = pdf.reserve()
    content = pdf.stream(words.encode())
    kids = [pdf.add(f"<</Type/Page/Parent {tree} 0 R/Contents {content} 0 R>>") for _ in range(pages)]
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    pdf.put(tree, f"<</Type/Pages/Count {pages}/MediaBox[0 0 595 842]/Kids[{listed}]>>")
    root = pdf.add(f"<</Type/Catalog/Pages {tree} 0 R>>")
    out = io.BytesIO()
    pdf.write(out, root, pdf.add(f"<</Title{pdfwriter.text('Қоңыр «7»')}>>"))
    return out.getvalue()


@pytest.mark.pdf
@pytest.mark.parametrize("pages", [1, PACKED - 3, PACKED, 3 * PACKED + 1])
def test_other_programs_read_it(tmp_path, pages):
    out = tmp_path / "x.pdf"
    out.write_bytes(written(pages))
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", out)
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == pages
        assert str(pdf.docinfo["/Title"]) == "Қоңыр «7»"
        assert pdf.pages[-1].obj.Contents.read_bytes() == b"0 0 m 9 9 l S"


def test_equal_input_gives_equal_bytes_and_another_another_name():
    assert written(30) == written(30)
    names = [bytes(pikepdf.open(io.BytesIO(written(1, words))).trailer.ID[0]) for words in ("1 w", "2 w")]
    assert names[0] != names[1]


@given(st.text())
def test_any_text_is_a_text_string(value):
    try:
        value.encode("utf-16-be")
    except UnicodeEncodeError:
        return
    assert str(pikepdf.Object.parse(pdfwriter.text(value).encode())) == value


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1))
def test_any_name_is_a_name(value):
    assert str(pikepdf.Object.parse(pdfwriter.name(value).encode())) == f"/{value}"
