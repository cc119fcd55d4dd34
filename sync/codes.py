"""Work, pack and manifest codes, and the QR text that carries them.

Source: ISO 7064 Mod 97-10 (check digits as python-stdnum computes them); layout in the README, "Codes".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sync.errors import SyncError

SCHOOL_ID = re.compile(r"[A-HJ-NPR-Z2-9]{4}")
KINDS = "WPMDX"
_QR = re.compile(rf"K1({SCHOOL_ID.pattern})([{KINDS}])([0-9]{{9}})([0-9]{{2}})")
_KEYS = str.maketrans('ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ"ӘІҢҒ,.ҮҰҚ', "QWERTYUIOPASDFGHJKLZXCVBNM1234567890")
_SEPARATORS = re.compile(r"[\s\u2010-\u2015\u2212-]+")


@lru_cache(1024)  # a pack bears a code on each of its work's pages and on a slip
def complete(seven: str) -> str:
    """Nine digits from seven: appends the two check digits. ``"4821703"`` → ``"482170317"``."""
    if not re.fullmatch(r"[0-9]{7}", seven):
        raise ValueError("seven ASCII digits expected")
    return f"{seven}{98 - 100 * int(seven) % 97:02d}"


def new_code(randbelow: Callable[[int], int]) -> str:
    """A code from seven random digits; ``randbelow(n)`` returns 0 ≤ x < n. Uniqueness is the database's."""
    return complete(f"{randbelow(10_000_000):07d}")


def parse_code(text: str, school: str | None = None) -> str:
    """The nine digits of a work's code as people type it (spaces, dashes) or a code reader sends it (the QR's text).

    Raises SyncError ``code_format`` (not nine digits), ``code_check`` (mistyped), and for a QR ``qr_foreign``,
    ``qr_not_work`` (of a pack, say) or ``qr_other_school`` (not of ``school``, where that is given).
    """
    kind, of_school, digits = parse_typed(text)
    if kind not in ("", "W"):
        raise SyncError("qr_not_work", kind=kind)
    if kind and school not in (None, of_school):
        raise SyncError("qr_other_school", school=of_school)
    return digits


def parse_typed(text: str) -> tuple[str, str, str]:
    """Kind, school and nine digits of whatever people type or a code reader sends; digits alone: ``("", "", digits)``.

    Raises SyncError ``code_format``, ``code_check``, ``qr_foreign``.
    """
    stripped = _as_latin(_SEPARATORS.sub("", text).upper())
    if stripped.startswith("K1"):
        label = parse_qr(stripped)
        return label.kind, label.school, label.digits
    if not re.fullmatch(r"[0-9]{9}", stripped):
        raise SyncError("code_format", typed=text[:40])
    if complete(stripped[:7]) != stripped:
        raise SyncError("code_check", typed=group_digits(stripped))
    return "", "", stripped


def group_digits(code: str) -> str:
    """``"482170317"`` → ``"482 170 317"`` as on paper."""
    return " ".join(code[i : i + 3] for i in range(0, len(code), 3))


@dataclass(frozen=True)
class Label:
    """What a QR says: school id, kind (W work, P pack, M manifest, D device, X test), nine digits, page 0–99."""

    school: str
    kind: str
    digits: str
    page: int

    @property
    def text(self) -> str:
        """20 alphanumeric characters: fits QR version 1, level M."""
        return f"K1{self.school}{self.kind}{self.digits}{self.page:02d}"


def make_label(school: str, kind: str, digits: str, page: int) -> Label:
    """A checked Label. Raises ValueError for what would not fit the QR's layout."""
    label = Label(school, kind, digits, page)
    if not _QR.fullmatch(label.text) or complete(digits[:7]) != digits:
        raise ValueError("not a label")
    return label


def parse_qr(text: str) -> Label:
    """Read the text of a QR. Raises SyncError ``qr_foreign`` (not ours) or ``code_check``."""
    found = _QR.fullmatch(_as_latin(text.strip().upper()))
    if not found:
        raise SyncError("qr_foreign", typed=text[:40])
    school, kind, digits, page = found.groups()
    if complete(digits[:7]) != digits:
        raise SyncError("code_check", typed=group_digits(digits))
    return Label(school, kind, digits, int(page))


def _as_latin(text: str) -> str:
    """A code reader types like a keyboard: under a Russian or Kazakh layout ``K1…`` arrives as ``Л1…`` or ``Л"…``."""
    return text.translate(_KEYS) if text.startswith("Л") else text
