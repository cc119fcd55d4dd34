"""A task's questions as somebody types them: cleaned, moved, checked before anything is stored. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from flask_babel import lazy_gettext as _l

from server.errors import DomainError
from server.importers.answer_rows import (
    DIGITS,
    FIELDS,
    KINDS,
    LABEL,
    OPTION,
    OPTIONS,
    POINTS,
    AnswerRow,
    key_of,
    key_text,
    options_of,
)
from sync.canonical import digest

USUAL_OPTIONS = "А, Б, В, Г"


@dataclass(frozen=True)
class FieldDraft:
    """A question as typed, all of it text."""

    kind: str = "one"
    label: str = ""
    options: str = USUAL_OPTIONS
    digits: str = ""
    key: str = ""
    points: str = "1"


def typed(row: AnswerRow) -> FieldDraft:
    """What stands, in the form in which it is typed."""
    long = any("," in one or ";" in one for one in row.options) or sum(map(len, row.options)) > 24
    parted = ("\n" if long else ", ").join(row.options)
    return FieldDraft(row.kind, row.label, parted, str(row.digits) if row.digits else "",
                      key_text(row.key, row.options), str(row.points))  # fmt: skip


def mark(rows: Sequence[AnswerRow]) -> str:
    """Names these questions: equal marks, equal questions."""
    return digest([asdict(row) for row in rows])[:32]


def after(drafts: Sequence[FieldDraft], act: str, many: tuple[str, str, str] = ("", "", "")) -> list[FieldDraft]:
    """The rows after a button: add, many, remove-2, up-2, down-2. Raises DomainError bad_request, value_invalid.

    ``many``: how many questions with one answer, their options, and what is right in a row («БАВГ»).
    """
    rows = list(drafts)
    verb, _, number = act.partition("-")
    if act == "add":
        like = rows[-1] if rows else FieldDraft()
        return [*rows, replace(like, label="", key="")]
    if act == "many":
        return [*rows, *_many(*many)]
    if not (number.isascii() and number.isdigit() and int(number) < len(rows)):
        raise DomainError("bad_request")
    i = int(number)
    other = {"up": i - 1, "down": i + 1}.get(verb, i)
    if verb == "remove":
        del rows[i]
    elif verb in ("up", "down"):
        if 0 <= other < len(rows):
            rows[i], rows[other] = rows[other], rows[i]
    else:
        raise DomainError("bad_request")
    return rows


def _many(count: str, options: str, keys: str) -> list[FieldDraft]:
    known = options_of(options)
    right = "".join(keys.split()).replace(",", "")
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else len(right) if not count else 0
    if not 1 <= number <= FIELDS:
        raise DomainError("value_invalid", field=_l("how many"), value=count)
    if len(right) > number or any(key_of(letter, "one", known, 0) is None for letter in right):
        raise DomainError("value_invalid", field=_l("right answers in a row"), value=keys[:60])
    return [FieldDraft(options=options, key=right[n] if n < len(right) else "") for n in range(number)]


def checked(drafts: Sequence[FieldDraft]) -> tuple[list[AnswerRow], dict[str, DomainError]]:
    """The questions, and what keeps them from being stored, by field: ``field-0-options``; then the rows are no use."""
    wrong: dict[str, DomainError] = {}
    if len(drafts) > FIELDS:
        wrong["whole"] = DomainError("rows_many", limit=FIELDS)
    rows = [_row(draft, f"field-{i}", wrong) for i, draft in enumerate(drafts)]
    return rows, wrong


def _row(draft: FieldDraft, at: str, wrong: dict[str, DomainError]) -> AnswerRow:
    label = " ".join(draft.label.split())
    kind = draft.kind if draft.kind in KINDS else ""
    if not kind:
        wrong[f"{at}-kind"] = DomainError("value_invalid", field=_l("kind of question"), value=draft.kind[:20])
    if len(label) > LABEL:
        wrong[f"{at}-label"] = DomainError("text_long", length=len(label), limit=LABEL)
    digits = _whole(draft.digits, 1, DIGITS) if kind == "number" else 0
    options = options_of(draft.options) if kind != "number" else ()
    if kind == "number" and not digits:
        wrong[f"{at}-digits"] = DomainError("value_invalid", field=_l("digits, 1 to 6"), value=draft.digits[:20])
    elif kind and kind != "number":
        _check_options(options, f"{at}-options", wrong)
    key = key_of(draft.key, kind, options, digits or 0)
    if key is None:
        wrong[f"{at}-key"] = DomainError("answer_key", value=draft.key[:60])
    points = _whole(draft.points, 1, POINTS)
    if points is None:
        wrong[f"{at}-points"] = DomainError("value_invalid", field=_l("points"), value=draft.points[:20])
    return AnswerRow(kind, label, options, digits or 0, key or (), points or 1)


def _check_options(options: Sequence[str], at: str, wrong: dict[str, DomainError]) -> None:
    if not 2 <= len(options) <= OPTIONS or len({*options}) != len(options):
        wrong[at] = DomainError("answer_options", most=OPTIONS)
    elif longest := next((one for one in options if len(one) > OPTION), ""):
        wrong[at] = DomainError("text_long", length=len(longest), limit=OPTION)


def _whole(text: str, least: int, most: int) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        return None
    return int(text) if least <= int(text) <= most else None
