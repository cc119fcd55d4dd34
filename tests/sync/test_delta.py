"""Updates between any two states of a site: applied they give exactly the newer one, or they are refused."""

import copy
import os

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sync import bundle, delta
from sync.bundle import page_hash, tree_of
from sync.canonical import canonical
from sync.errors import SyncError
from sync.lines import Known, tell_change
from sync.signing import new_keypair, sign_bare

SECRET, PUBLIC = new_keypair(os.urandom)
KNOWN = ["", "<p>", "<li>вода и земля, лес и поле</li>", "a" * 90, "b" * 80, "\r", "x", "</p>", "\x01", "\x020,1"]
LINES = st.lists(st.sampled_from(KNOWN), max_size=12)
HTML = st.one_of(LINES.map("\n".join), st.text(st.characters(codec="utf-8"), max_size=60))
PATHS = [f"{name}-{n}.html" for name in ("day", "lesson") for n in range(4)]
PAGES = st.dictionaries(st.sampled_from(PATHS), HTML, max_size=6)
SITE = {"school": "ZRC2", "group": "7", "language": "ru"}


def tree(pages: dict[str, str]) -> str:
    return tree_of({path: page_hash(html) for path, html in pages.items()})


def update(before: dict[str, str], after: dict[str, str]) -> delta.Update:
    """As the office makes it: each changed page from the old one of its name, or from any other."""
    pieces = []
    for path, html in after.items():
        if before.get(path) != html:
            source = path if path in before else next(iter(before), path)
            pieces.append(tell_change(path, html, source, Known(*([before[source]] if source in before else []))))
    pieces += [f"\x01{path}\x03" for path in sorted(before.keys() - after.keys())]
    head = {**SITE, "v": 2, "number": 42, "issued_at": "2026-12-06T07:10:00Z", "look_again": None, "tree": tree(after)}
    return delta.made(head, sign_bare(SECRET, canonical(head)), pieces)


def taken(before: dict[str, str], made: delta.Update) -> dict[str, str]:
    """As a phone takes it."""
    after, found = delta.apply(before, made)
    made.verify(PUBLIC, SITE, found)
    return after


@given(PAGES, PAGES)
def test_any_two_states_are_bridged(before, after):
    packed = bundle.pack(update(before, after).text())
    assert taken(before, delta.opened(bundle.text_of(packed))) == after


@given(PAGES, PAGES, PAGES)
def test_an_update_for_other_pages_is_refused(before, after, other):
    made = update(before, after)
    try:
        got = taken(other, made)
    except SyncError as refused:
        assert refused.code in {"delta_other", "signature_bad"}
    else:
        assert got == after


@given(PAGES, PAGES, PAGES)
def test_a_result_that_was_not_signed_is_refused(before, after, other):
    assume(after != other)
    made = update(before, after)._replace(signature=update(before, other).signature)
    with pytest.raises(SyncError) as refused:
        taken(before, made)
    assert refused.value.code == "signature_bad"


@pytest.mark.parametrize("altered", [{"number": 43}, {"issued_at": "2026-12-07T07:10:00Z"}, {"look_again": "16:00"},
                                     {"signature": ""}, {"signature": "?"}])  # fmt: skip
def test_what_an_update_says_of_its_edition_is_signed(altered):
    with pytest.raises(SyncError, match="signature_bad"):
        taken(BEFORE, update(BEFORE, {"a.html": "x"})._replace(**altered))


@settings(max_examples=200)
@given(PAGES, PAGES, st.data())
def test_an_altered_update_gives_the_target_or_is_refused(before, after, data):
    packed = bundle.pack(update(before, after).text())
    place, value = data.draw(st.integers(0, len(packed) - 1)), data.draw(st.integers(1, 255))
    spoilt = packed[:place] + bytes([packed[place] ^ value]) + packed[place + 1 :]
    try:
        got = taken(before, delta.opened(bundle.text_of(spoilt)))
    except SyncError as refused:
        assert refused.code in {"bundle_broken", "delta_other", "delta_broken", "signature_bad"}
    else:
        assert got == after


@given(PAGES, PAGES, st.data())
def test_a_cut_update_is_refused(before, after, data):
    packed = bundle.pack(update(before, after).text())
    with pytest.raises(SyncError):
        taken(before, delta.opened(bundle.text_of(packed[: data.draw(st.integers(0, len(packed) - 1))])))


BEFORE = {"a.html": "один\nдва\nтри", "b.html": "b"}


@pytest.mark.parametrize(("telling", "code"), [
    ("\x01a.html\n\x020,4", "delta_other"), ("\x01gone.html\x03", "delta_other"), ("a.html", "delta_broken"),
    ("\x01a.html\n\0dc00", "delta_broken"),
])  # fmt: skip
def test_a_telling_that_cannot_be_is_refused(telling, code):
    with pytest.raises(SyncError) as refused:
        delta.apply(BEFORE, update(BEFORE, BEFORE)._replace(telling=telling))
    assert refused.value.code == code


@pytest.mark.parametrize("text", [b"", b"{}", b"1 2 3", b"x 2026 - sig", b"1 2 3 4 5", bytes(range(256))])
def test_another_thing_than_an_update_is_refused(text):
    with pytest.raises(SyncError, match="delta_broken"):
        delta.opened(text)


@given(PAGES, PAGES)
def test_what_is_applied_to_stays_as_it_was(before, after):
    copied, made = copy.deepcopy(before), update(before, after)
    delta.apply(before, made)
    assert before == copied
