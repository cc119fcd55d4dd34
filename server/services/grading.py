"""Finds the hint for a term's or a year's mark, with its trace. Pure and exact: marks and rules in, plain data out.

Ways of counting (``GradingRule.formula``) and their parameters; numbers are never here, but in the rule's row:

``mean``    weighted mean of marks in figures; ``values`` says which, best first. Rounded half up: 3.50 → 4.
``shares``  per cent of points: each of ``parts`` is the share of all its works' points together, times its per cent;
            parts without any work leave theirs to the others; every work of the kinds ``needed`` must be there.
            Rounded half up to whole per cent, then the table.
``terms``   mean of the year's term marks, rounded half up.
``passed``  passed when at least ``percent`` of the works are.
``none``    these grades have no marks.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

NOT_ATTESTED = "na"
MOST_TITLE = 80  # characters of a work's title in a trace, which travels in an op
NEAR = Fraction(1, 10)  # so close to the middle between two marks a mean is shown as "between"


@dataclass(frozen=True)
class Rule:
    """A row of models.GradingRule."""

    code: str
    formula: str
    decided: str
    source: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    not_attested: bool = False
    term_kind: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """The marks that can be decided, best first."""
        return tuple(self.parameters.get("values", ()))

    def allows(self, value: str | None) -> bool:
        """True if the value may stand as a term's mark; None takes it away."""
        return value is None or value in self.values or (value == NOT_ATTESTED and self.not_attested)


@dataclass(frozen=True)
class Step:
    """A row of models.MarkPercent: from this whole per cent on the value is given."""

    starts_at: int
    value: str
    source: str = ""


@dataclass(frozen=True)
class Given:
    """One work's mark, or the lack of one (``value`` None). ``scale``: values, points or none, as Scale.type."""

    kind: str
    title: str
    on: date
    scale: str
    value: str | None
    maximum: int | None = None
    weight: int = 1
    source: str = ""  # where it was given, when not in this course
    disputed: bool = False  # two values stand


@dataclass(frozen=True)
class Hint:
    """What the marks come to. ``value`` None: nothing can be said yet.

    ``shown``: the mean or the per cent as people read it, which never looks rounded across a border. ``between``: the
    mean is near the middle of two marks. ``lacks``: titles of works that the formula waits for. ``trace``: all of it
    as plain data (texts, whole numbers, lists, objects with ASCII keys).
    """

    value: str | None = None
    shown: str = ""
    between: bool = False
    lacks: tuple[str, ...] = ()
    trace: dict[str, Any] = field(default_factory=dict)


def hint(rule: Rule, marks: Sequence[Given], table: Sequence[Step] = (), planned: Collection[str] = ()) -> Hint:
    """The hint for a term. ``planned``: kinds of which the course has a work in the term, whoever has written it.

    Works of kinds that ``shares`` needs (``needed``) are waited for: until then there is a per cent, but no value.
    """
    if rule.formula == "mean":
        return _mean(rule, marks)
    if rule.formula == "shares":
        return _shares(rule, marks, table, planned)
    if rule.formula == "passed":
        return _passed(rule, marks)
    return Hint(trace=_trace(rule))


def of_year(rule: Rule, terms: Sequence[tuple[str, str | None]]) -> Hint:
    """The hint for the year: ``terms`` are the names of all terms with the values decided, in order."""
    marks = [Given("term", name, date.min, "values", value) for name, value in terms]
    if rule.formula == "terms":
        found = _mean(rule, marks)
    elif rule.formula == "passed":
        found = _passed(rule, marks)
    else:
        return Hint(trace=_trace(rule))
    missing = tuple(name for name, value in terms if value is None or value == NOT_ATTESTED)
    return Hint(None if missing else found.value, found.shown, found.between, missing, found.trace)


def half_up(number: Fraction) -> int:
    """The nearest whole number; a half goes up."""
    return floor(number + Fraction(1, 2))


def decimal(number: Fraction, digits: int = 2) -> str:
    """``3.50``, ``67.5``: rounded to so many digits, but never to a half that it does not reach: 3.4967 is ``3.49``."""
    scale = 10**digits
    rounded = half_up(number * scale)
    half = number - floor(number) < Fraction(1, 2)
    if half and Fraction(rounded, scale) - floor(number) >= Fraction(1, 2):
        rounded -= 1
    whole, rest = divmod(rounded, scale)
    return f"{whole}.{rest:0{digits}d}" if digits else str(whole)


def _mean(rule: Rule, marks: Sequence[Given]) -> Hint:
    counted, left = [], []
    for mark in marks:
        why = _why_not(rule, mark)
        if why:
            left.append((mark, why))
        else:
            counted.append(mark)
    weights = sum(mark.weight for mark in counted)
    trace = _trace(rule, counted, left)
    if not weights:
        return Hint(trace=trace)
    mean = Fraction(sum(int(mark.value or 0) * mark.weight for mark in counted), weights)
    value, gap = str(half_up(mean)), abs(mean - floor(mean) - Fraction(1, 2))
    trace |= {"mean": _exact(mean), "shown": decimal(mean), "value": value}
    return Hint(value, decimal(mean), gap <= NEAR, (), trace)


def _why_not(rule: Rule, mark: Given) -> str:
    """Why a mark does not count in a mean: a code, or ""."""
    if mark.value is None:
        return "none"
    if mark.disputed:
        return "disputed"
    if mark.scale != "values" or mark.value not in rule.values or not mark.value.isdigit():
        return "scale"
    return "" if mark.weight else "weight"


def _shares(rule: Rule, marks: Sequence[Given], table: Sequence[Step], planned: Collection[str]) -> Hint:
    parts = rule.parameters["parts"]
    own = {kind for part in parts for kind in part["kinds"]}
    counted, left = [], []
    for mark in marks:
        why = _why_no_points(mark, own)
        if why:
            left.append((mark, why))
        else:
            counted.append(mark)
    steps, total, weight = [], Fraction(0), 0
    lacks = _lacks(rule, marks, planned)
    for part in parts:
        mine = [mark for mark in counted if mark.kind in part["kinds"]]
        most = sum(mark.maximum or 0 for mark in mine)
        if not most:
            continue
        points = sum(int(mark.value or 0) for mark in mine)
        share = Fraction(points, most)
        total += share * part["percent"]
        weight += part["percent"]
        steps.append({"kinds": list(part["kinds"]), "points": points, "maximum": most, "percent": part["percent"],
                      "share": decimal(share * 100)})  # fmt: skip
    trace = _trace(rule, counted, left) | {"parts": steps}
    if not weight:
        return Hint(lacks=lacks, trace=trace)
    exact = total * 100 / weight
    percent = half_up(exact)
    step = max((one for one in table if one.starts_at <= percent), key=lambda one: one.starts_at, default=None)
    trace |= {"exact": _exact(exact), "shown": decimal(exact), "percent": percent}
    if step is not None:
        ends = min((one.starts_at for one in table if one.starts_at > step.starts_at), default=101) - 1
        trace["row"] = {"from": step.starts_at, "to": ends, "value": step.value, "source": step.source}
    value = step.value if step and not lacks else None
    trace["value"] = value
    return Hint(value, f"{percent} %", False, lacks, trace)


def _lacks(rule: Rule, marks: Sequence[Given], planned: Collection[str]) -> tuple[str, ...]:
    """What the formula waits for: titles of works without a mark, and kinds of which the student has no work at all."""
    needed = rule.parameters.get("needed", ())
    open_works = [mark.title for mark in marks if mark.kind in needed and (mark.value is None or mark.disputed)]
    known = {mark.kind for mark in marks}
    return (*open_works, *(kind for kind in needed if kind in planned and kind not in known))


def _why_no_points(mark: Given, kinds: Collection[str]) -> str:
    if mark.kind not in kinds:
        return "kind"
    if mark.value is None:
        return "none"
    if mark.disputed:
        return "disputed"
    return "" if mark.scale == "points" and mark.value.isdigit() and mark.maximum else "scale"


def _passed(rule: Rule, marks: Sequence[Given]) -> Hint:
    counted, left = [], []
    for mark in marks:
        why = "disputed" if mark.disputed else "none" if mark.value is None else ""
        why = why or ("" if mark.value in rule.values else "scale")
        if why:
            left.append((mark, why))
        else:
            counted.append(mark)
    trace = _trace(rule, counted, left)
    if not counted:
        return Hint(trace=trace)
    yes, no = rule.values
    passed = sum(mark.value == yes for mark in counted)
    share = Fraction(passed * 100, len(counted))
    value = yes if share >= rule.parameters["percent"] else no
    trace |= {"passed": passed, "of": len(counted), "needed": rule.parameters["percent"], "value": value}
    return Hint(value, f"{passed}/{len(counted)}", False, (), trace)


def _exact(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"


def _trace(
    rule: Rule, counted: Sequence[Given] = (), left: Sequence[tuple[Given, str]] = ()
) -> dict[str, Any]:
    """The rule, what counted and what did not; works that simply have no mark are named only where they matter."""
    return {
        "rule": rule.code, "formula": rule.formula, "source": rule.source, "value": None,
        "counted": [_told(mark) for mark in counted],
        "left_out": [{**_told(mark), "why": why} for mark, why in left],
    }  # fmt: skip


def _told(mark: Given) -> dict[str, Any]:
    told = {
        "kind": mark.kind, "title": mark.title[:MOST_TITLE], "on": "" if mark.on == date.min else mark.on.isoformat(),
        "value": mark.value, "maximum": mark.maximum, "weight": mark.weight,
    }  # fmt: skip
    return told | ({"from": mark.source[:MOST_TITLE]} if mark.source else {})
