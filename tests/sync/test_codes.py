"""A code that is mistyped says so, and what we print is what every reader gives back."""

import pytest
import zxingcpp
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_97_10

from sync.codes import KINDS, complete, group_digits, make_label, new_code, parse_code, parse_qr
from sync.errors import SyncError

numbers = st.integers(0, 9_999_999).map(lambda number: f"{number:07d}")
codes = numbers.map(complete)
schools = st.text("ABCDEFGHJKLMNPRSTUVWXYZ23456789", min_size=4, max_size=4)
labels = st.builds(make_label, schools, st.sampled_from(KINDS), codes, st.integers(0, 99))


def refusal(parse, *arguments):
    with pytest.raises(SyncError) as caught:
        parse(*arguments)
    return caught.value.code


def test_the_known_example():
    assert complete("4821703") == "482170317"
    assert group_digits("482170317") == "482 170 317"
    assert parse_code("482 170 317") == "482170317"


@given(st.integers(0, 9_999_999))
@example(0)
@example(97)
@example(9_999_999)
def test_check_digits_are_those_of_python_stdnum(number):
    seven = f"{number:07d}"
    assert complete(seven) == seven + mod_97_10.calc_check_digits(seven)


@given(codes)
def test_a_code_survives_paper_and_back(code):
    assert parse_code(group_digits(code)) == code


@given(codes, st.lists(st.sampled_from([" ", "-", "\u00a0", "\u2009", "–", "—", "−", "\t"]), min_size=10, max_size=10))
def test_spaces_and_dashes_do_not_matter(code, between):
    assert parse_code("".join(a + b for a, b in zip(between, [*code, ""], strict=True))) == code


@given(codes, st.integers(0, 8), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(code, place, change):
    wrong = code[:place] + str((int(code[place]) + change) % 10) + code[place + 1 :]
    assert refusal(parse_code, wrong) == "code_check"


@given(codes, st.integers(0, 7))
def test_every_swap_of_neighbours_is_found(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped == code:
        assert parse_code(swapped) == code
    else:
        assert refusal(parse_code, swapped) == "code_check"


@given(numbers)
def test_no_number_has_two_codes(seven):
    valid = [seven + f"{check:02d}" for check in range(100) if mod_97_10.is_valid(seven + f"{check:02d}")]
    assert complete(seven) in valid
    for other in valid:
        if other != complete(seven):
            assert refusal(parse_code, other) == "code_check"


def test_the_second_ending_that_the_bare_check_accepts_is_refused():
    assert complete("4821708") == "482170802"
    assert mod_97_10.is_valid("482170899")
    assert refusal(parse_code, "482170899") == "code_check"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "48217031",
        "4821703170",
        "48217031A",
        "A48217031",  # letters count as numbers in ISO 7064
        "٤٨٢١٧٠٣١٧",
        "４８２１７０３１７",
        "482170317\x00",
        "482.170.317",
        "четыре",
        "Л" * 9,
    ],
)
def test_what_is_not_nine_ascii_digits_is_no_code(text):
    assert refusal(parse_code, text) in {"code_format", "qr_foreign"}
    with pytest.raises(ValueError, match="seven"):
        complete(text)


@given(st.text(max_size=30))
def test_any_text_is_a_code_or_a_refusal_with_a_reason(text):
    try:
        code = parse_code(text)
    except SyncError as error:
        assert error.code in {"code_format", "code_check", "qr_foreign", "qr_not_work"}
    else:
        assert complete(code[:7]) == code


@given(st.integers(0, 9_999_999))
def test_a_new_code_is_made_of_the_number_it_is_given(number):
    asked = []
    code = new_code(lambda below: asked.append(below) or number)
    assert asked == [10_000_000]
    assert int(code[:7]) == number
    assert parse_code(code) == code


@given(labels)
def test_a_label_survives_its_own_text(label):
    assert parse_qr(label.text) == label
    assert parse_qr(f" {label.text.lower()}\r\n") == label


@given(labels)
def test_a_label_fits_version_1_level_m_and_is_read_back(label):
    """Version 1 is 21 modules wide: the module's size is what a bad photo needs."""
    made = zxingcpp.create_barcode(label.text, zxingcpp.QRCode, ec_level="M")
    picture = made.to_image(scale=4, add_quiet_zones=True)
    bare = made.to_image(scale=1, add_quiet_zones=False)
    assert bare.shape == (21, 21)
    assert made.ec_level == "M"
    assert [found.text for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.QRCode)] == [label.text]


def test_the_label_of_the_known_example():
    label = make_label("SSSS", "W", "482170317", 3)
    assert label.text == "K1SSSSW48217031703"
    assert len(label.text) <= 20


@pytest.mark.parametrize(
    "label",
    [
        ("AB0D", "W", "482170317", 1),
        ("ABID", "W", "482170317", 1),
        ("ABOD", "W", "482170317", 1),
        ("ABQD", "W", "482170317", 1),  # I, O, Q, 0 and 1 are mistaken for one another
        ("abcd", "W", "482170317", 1),
        ("ABC", "W", "482170317", 1),
        ("ABCD", "", "482170317", 1),
        ("ABCD", "WP", "482170317", 1),
        ("ABCD", "Z", "482170317", 1),
        ("ABCD", "W", "482170318", 1),
        ("ABCD", "W", "482 170 317", 1),
        ("ABCD", "W", "", 1),
        ("ABCD", "W", "482170317", 100),
        ("ABCD", "W", "482170317", -1),
    ],
)
def test_what_would_not_fit_the_layout_is_no_label(label):
    with pytest.raises(ValueError):
        make_label(*label)


@given(labels)
def test_a_reader_may_send_the_whole_label_of_a_work(label):
    if label.kind == "W":
        assert parse_code(label.text) == label.digits
        assert parse_code(label.text, label.school) == label.digits
    else:
        assert refusal(parse_code, label.text) == "qr_not_work"


def test_a_label_of_another_school_is_called_that():
    text = make_label("ABCD", "W", "482170317", 1).text
    assert refusal(parse_code, text, "ABCE") == "qr_other_school"


@pytest.mark.parametrize("typed", ["Л1ФИСВЦ48217031703", "л1фисвц48217031703", 'Л"ФИСВЦҢҮӘ".ҚІ".ҚІ'])
def test_a_reader_types_under_a_russian_or_kazakh_keyboard_too(typed):
    assert parse_qr(typed).text == "K1ABCDW48217031703"
    assert parse_code(typed) == "482170317"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org/",
        "K1ABCDW482170317",
        "K2ABCDW48217031703",
        "K1ABQDW48217031703",
        "K1ABCDZ48217031703",
        "K1ABCDW٤8217031703",
        "482170317",
    ],
)
def test_other_qr_texts_are_foreign(text):
    assert refusal(parse_qr, text) == "qr_foreign"


def test_a_label_with_wrong_check_digits_is_refused():
    assert refusal(parse_qr, "K1ABCDW48217031803") == "code_check"


def test_a_refusal_quotes_no_more_than_fits_a_line():
    with pytest.raises(SyncError) as caught:
        parse_code("9" * 10_000)
    assert len(caught.value.data["typed"]) <= 40
