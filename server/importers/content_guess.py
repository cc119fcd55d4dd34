"""Gives columns a meaning by what their cells hold, where the header says nothing, too little or the wrong thing."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from server.importers.columns import NOTHING, Guess
from server.importers.evidence import Evidence

_DOUBTED = 0.6
_SURE, _HARDLY = 0.9, 0.1  # share that speaks for another meaning, and the most that may speak for the header's
_FITS = 0.6  # share from which a column can be taken for something
_PHONES = ("phone", "parent_phone", "mother_phone", "father_phone", "parent2_phone")
_EMAILS = ("email", "parent_email", "mother_email", "father_email", "parent2_email")
_PEOPLE = ("full", "parent", "mother", "father", "parent2")
_OWNERS = ("parent", "mother", "father", "parent2")
_OWNED = 0.98  # confidence of a label that says whose the column is
_PARTS = ("last", "first", "middle")
_EXPECTED = {
    "birth_date": "date",
    "date": "date",
    "sex": "sex",
    **dict.fromkeys(_PHONES, "phone"),
    **dict.fromkeys(_EMAILS, "email"),
}
_WORDS = frozenset((*_PEOPLE, *_PARTS, "class"))  # fields that never hold only dates, phones, addresses, sexes
_STRONG = ("date", "time", "phone", "email", "sex")
# What one owner's column is called when a label or a kind of cell comes again further right.
_AGAIN = {"full": "parent", "last": "parent_last", "first": "parent_first", "middle": "parent_middle",
          "parent": "parent2"}  # fmt: skip
_OLDEST, _YOUNGEST = 25, 3  # years of students, roughly


def settle(kind: str, guesses: list[Guess], labels: Sequence[str], evidence: Sequence[Evidence]) -> list[Guess]:
    """The header's guesses with every field once: of two equal labels the second belongs to whom stands before it."""
    with_family = kind in ("people", "guardians")
    if with_family:
        guesses = _with_owners(guesses)
    taken: dict[str, int] = {}
    for at in sorted(range(len(guesses)), key=lambda at: (-guesses[at].confidence, at)):
        field = guesses[at].field
        while field in taken and with_family and field in _AGAIN:
            field = _AGAIN[field]
        if field in taken:
            guesses[at] = NOTHING
        elif field:
            guesses[at] = guesses[at] if field == guesses[at].field else Guess(field, _DOUBTED, "header")
            taken[field] = at
    if kind in ("people", "guardians", "staff", "connectivity"):
        _join_or_split(guesses, labels, evidence)
    return guesses


def _with_owners(guesses: Sequence[Guess]) -> list[Guess]:
    """ "Телефон" right of "ФИО матери" is her phone, unless her phone has a column of its own."""
    found = list(guesses)
    stated = {guess.field for guess in guesses}
    owner = ""
    for at, guess in enumerate(found):
        whose, _, what = guess.field.rpartition("_")
        if guess.field in _OWNERS:
            owner = guess.field
        elif what in ("phone", "email") and owner and whose in ("", "parent") and owner != whose:
            own = f"{owner}_{what}"
            if own not in stated and (not whose or guess.confidence < _OWNED):
                found[at] = Guess(own, 0.8, guess.reason)
        elif whose in _OWNERS:
            owner = whose
        elif guess.field:
            owner = ""
    return found


def _join_or_split(guesses: list[Guess], labels: Sequence[str], evidence: Sequence[Evidence]) -> None:
    """ "Фамилия" over whole names is the whole name; "ФИО" over three columns of one word each is three parts."""
    at = {guess.field: index for index, guess in enumerate(guesses) if guess.field}
    if "full" not in at and "last" not in at and "first" in at and evidence[at["first"]].share("full") >= _SURE:
        guesses[at["first"]] = Guess("full", 0.8, "header")
    elif "last" in at and "first" not in at and evidence[at["last"]].share("full") >= _SURE:
        guesses[at["last"]] = Guess("full", 0.8, "header")
    elif "full" in at and "last" not in at and "first" not in at:
        start = at["full"]
        parts = [index for index in range(start, min(start + 3, len(guesses))) if _is_part(index, start, guesses,
                 labels, evidence)]  # fmt: skip
        if len(parts) >= 2 and parts == list(range(start, start + len(parts))):
            for index, field in zip(parts, _PARTS, strict=False):
                guesses[index] = Guess(field, 0.8, "header")


def _is_part(
    at: int, start: int, guesses: Sequence[Guess], labels: Sequence[str], evidence: Sequence[Evidence]
) -> bool:
    own = at == start or (labels[at] in ("", labels[start]) and not guesses[at].field)
    return own and evidence[at].share("word") >= _FITS


def contradictions(guesses: Sequence[Guess], evidence: Sequence[Evidence]) -> Iterator[int]:
    """Columns that the header calls one thing while their cells are clearly another."""
    swapped = _swapped_parts(guesses, evidence)
    for at, guess in enumerate(guesses):
        seen = evidence[at]
        if not guess.field or guess.reason == "mapping" or seen.filled < 3:
            continue
        expected = _EXPECTED.get(guess.field, "")
        other = next((mark for mark in (*_STRONG, "full", "word") if seen.share(mark) >= _SURE), "")
        if at in swapped:
            yield at
        elif expected:
            if other not in ("", expected) and seen.share(expected) <= _HARDLY:
                yield at
        elif guess.field in _WORDS and other in _STRONG:
            yield at


def _swapped_parts(guesses: Sequence[Guess], evidence: Sequence[Evidence]) -> set[int]:
    """Surname (or first name) and patronymic with each other's header."""
    at = {guess.field: index for index, guess in enumerate(guesses) if guess.reason != "mapping"}
    middle = at.get("middle", -1)
    if middle < 0 or evidence[middle].filled < 3 or evidence[middle].share("patronymic") > _HARDLY:
        return set()
    odd = {at[part] for part in ("last", "first") if part in at and evidence[at[part]].share("patronymic") >= _SURE}
    return {*odd, middle} if odd else set()


# --- columns that no header explains -----------------------------------------------------------------------------


def fill(kind: str, guesses: Sequence[Guess], evidence: Sequence[Evidence], free: Sequence[int]) -> dict[int, str]:
    """Column → field for ``free`` columns whose cells are clear, left to right; every field at most once."""
    known = [guess.field for guess in guesses]
    found: dict[int, str] = {}
    for step in (_pairs, _parts, _others):
        for at, field in step(kind, known, evidence, free):
            if field not in known and not known[at]:
                found[at] = known[at] = field
    return found


def _pairs(
    kind: str, known: Sequence[str], evidence: Sequence[Evidence], free: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """Two columns that look alike: the shift stands before the lesson, the kind of a term before its name."""
    mark, *fields = _TWO.get(kind, ("",))
    alike = [at for at in free if mark and evidence[at].share(mark) >= _FITS and evidence[at].share("date") < _FITS]
    if len(alike) > 1 and not set(fields) & set(known):
        yield from zip(alike, fields, strict=False)


def _parts(
    kind: str, known: Sequence[str], evidence: Sequence[Evidence], free: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """Surname, first name and patronymic of columns with one word each."""
    if kind not in ("people", "guardians", "staff", "connectivity") or "full" in known:
        return
    middle = next((at for at in free if evidence[at].share("patronymic") >= _FITS), -1)
    if "middle" in known:
        middle = known.index("middle")
    words = [at for at in free if at != middle and evidence[at].share("word") >= 0.8
             and max(evidence[at].share("sex"), evidence[at].share("subjects"), evidence[at].share("roles"),
                     evidence[at].share("device")) < 0.5]  # fmt: skip
    if middle >= 0:
        words = [at for at in words if abs(at - middle) <= 2][:2]
    open_ = [part for part in ("last", "first") if part not in known]
    pairs = [(one, two) for one, two in pairwise(words) if two - one <= 2]
    if len(open_) == 2 and pairs:
        one, two = pairs[0]
        if evidence[two].surnames > evidence[one].surnames + 0.3:
            one, two = two, one
        yield from ((one, "last"), (two, "first"))
    elif len(open_) == 1 and words:
        yield words[0], open_[0]
    if middle >= 0 and (pairs or len(open_) < 2):
        yield middle, "middle"


def _others(
    kind: str, known: Sequence[str], evidence: Sequence[Evidence], free: Sequence[int]
) -> Iterator[tuple[int, str]]:
    family = kind in ("people", "guardians")
    owner, taken = "", set(known)
    for at, field in enumerate(known):
        if field in _PEOPLE:
            owner = "" if field == "full" else field
        if at not in free or field or evidence[at].filled < 1:
            continue
        found = _one(kind, evidence[at], owner if family else "", taken)
        if found in _PEOPLE:
            owner = "" if found == "full" else found
        if found:
            taken.add(found)
            yield at, found


def _one(kind: str, seen: Evidence, owner: str, taken: set[str]) -> str:
    """The field that a column's cells speak for, the first that is not taken."""
    for mark, fields in _FIELDS.get(kind, ()):
        if seen.share(mark) < _FITS or (mark == "grade" and seen.counting):
            continue
        choices = [f"{owner}_{mark}"] if owner and mark in ("phone", "email") else []
        for field in (*choices, *fields):
            if field not in taken and _plausible(kind, field, seen, taken):
                return field
    return ""


def _plausible(kind: str, field: str, seen: Evidence, taken: set[str]) -> bool:
    if field == "birth_date":
        return kind == "staff" or seen.years == 0 or 1990 <= seen.years <= 2035
    if field == "full":
        return not {"last", "first"} & taken
    return True


_TWO = {"bells": ("number", "shift", "n"), "terms": ("text", "kind", "name")}
_FIELDS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "people": (
        ("email", ("email", "parent_email")),
        ("phone", ("phone", "parent_phone")),
        ("sex", ("sex",)),
        ("class", ("class",)),
        ("full", ("full", "parent", "parent2")),
        ("date", ("birth_date",)),
        ("grade", ("class",)),
        ("address", ("address",)),
    ),
    "guardians": (
        ("email", ("parent_email",)),
        ("phone", ("parent_phone",)),
        ("class", ("class",)),
        ("full", ("full", "parent", "parent2")),
        ("date", ("birth_date",)),
        ("grade", ("class",)),
    ),
    "staff": (
        ("email", ("email",)),
        ("phone", ("phone",)),
        ("full", ("full",)),
        ("class", ("homeroom",)),
        ("roles", ("roles",)),
        ("subjects", ("subjects",)),
    ),
    "bells": (("time", ("start", "end")), ("number", ("n",))),
    "terms": (("date", ("start", "end")), ("text", ("name",))),
    "tv": (("date", ("date",)), ("time", ("start",)), ("grade", ("grade",)), ("subjects", ("subject",)),
           ("text", ("topic",))),
    "connectivity": (("class", ("class",)), ("full", ("full",)), ("date", ("birth_date",)), ("phone", ("phone",)),
                     ("device", ("device",)), ("grade", ("class",))),
}  # fmt: skip
