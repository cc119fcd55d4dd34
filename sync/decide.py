"""What becomes of an op, and what a work's state is: pure decisions, everything known is an argument.

Marks are revisions. A revision is named by the hash of what it is about, the revisions it builds on (its base) and
its value, so equal bases and equal value are one revision. Heads are revisions that no other one names as base;
heads with different values are a conflict, which a later revision that names them all resolves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sync.ops import Op, digest_of_texts

ACCEPTED, DUPLICATE, CONFLICT, HELD, REJECTED = "accepted", "duplicate", "conflict", "held", "rejected"
OUTCOMES = (ACCEPTED, DUPLICATE, CONFLICT, HELD, REJECTED)
ACTS = ("return", "presence", "call")  # types of ops that tell of an act; the others only decide
Value = tuple[str, str | None]  # verdict and mark, ("absence", letter) or ("term", mark of a term)


@dataclass(frozen=True)
class Revision:
    """A decision about a target: a work's code, an absence, a term's mark."""

    id: str
    base: tuple[str, ...]
    value: Value


@dataclass(frozen=True)
class Scale:
    """How a work may be marked. ``type``: values (one of ``values``), points (0..maximum), none (only checked)."""

    type: str
    values: tuple[str, ...] = ()
    maximum: int | None = None

    def allows(self, value: Value) -> bool:
        """True if the verdict and mark fit the scale."""
        verdict, mark = value
        if verdict != "mark":
            return verdict != "checked" or self.type == "none"
        if self.type == "values":
            return mark in self.values
        if self.type == "points" and mark is not None and mark.isascii() and mark.isdigit():
            return str(int(mark)) == mark and int(mark) <= (self.maximum or 0)
        return False

    def allowed(self) -> str:
        """The possible marks as a person reads them."""
        return f"0–{self.maximum}" if self.type == "points" else ", ".join(self.values) or "–"


@dataclass(frozen=True)
class Decision:
    """The outcome of an op and what it leaves behind."""

    outcome: str
    reason: str = ""  # code of the error catalogue
    data: Mapping[str, str] = field(default_factory=dict)
    adds_act: bool = False  # the act itself is kept: a return, a call, a presence
    revision: Revision | None = None
    waits_for: tuple[str, ...] = ()


def make_revision(target: str, base: Iterable[str], value: Value) -> Revision:
    """A revision with its content hash."""
    bases = tuple(sorted(base))
    return Revision(digest_of_texts({"target": target, "base": list(bases), "value": list(value)}), bases, value)


def heads(revisions: Iterable[Revision]) -> list[Revision]:
    """The revisions that no other names, in the order given."""
    known = list(revisions)
    named = {base for revision in known for base in revision.base}
    return [revision for revision in known if revision.id not in named]


def in_conflict(revisions: Iterable[Revision]) -> bool:
    """True when heads disagree."""
    return len({revision.value for revision in heads(revisions)}) > 1


def known_before(op: Op, prior_sha256: str | None) -> Decision | None:
    """What identity alone decides: an identical resend, other bytes under the same id, or a newer type."""
    if prior_sha256 == op.sha256:
        return Decision(DUPLICATE)
    if prior_sha256 is not None:
        return Decision(HELD, "op_same_id")
    if not op.known:
        return Decision(HELD, "op_type_unknown")
    return None


def decide(op: Op, target: str, value: Value | None, revisions: Mapping[str, Revision]) -> Decision:
    """Decide a well-formed, permitted op about a target whose revisions are known.

    ``value`` is what the op says (None: only an act). An act always stands; only its mark can wait or disagree.
    """
    is_act = op.type in ACTS
    if value is None:
        return Decision(ACCEPTED, adds_act=is_act)
    unknown = tuple(base for base in op.base if base not in revisions)
    if unknown:
        return Decision(HELD, "op_base_unknown", adds_act=is_act, waits_for=unknown)
    revision = make_revision(target, op.base, value)
    together = {**revisions, revision.id: revision}
    if in_conflict(together.values()):
        return Decision(CONFLICT, "two_values", adds_act=is_act, revision=revision)
    return Decision(ACCEPTED, adds_act=is_act, revision=revision)


@dataclass(frozen=True)
class WorkState:
    """Derived from returns and revisions. ``state``: issued, returned, marked, redo, checked."""

    state: str
    shown: Revision | None
    conflict: bool
    heads: tuple[str, ...]
    returns: int


def work_state(
    return_seqs: Sequence[int], revisions: Sequence[tuple[int, Revision]], said: Mapping[str, int] | None = None
) -> WorkState:
    """The state of a work.

    ``return_seqs``: receive numbers of its returns; ``revisions``: (receive number, revision); ``said``: by revision
    the receive number of its latest saying, where somebody said it again. A return received after the shown decision
    was last said asks to be looked at again.
    """
    ordered = sorted(revisions, key=lambda pair: pair[0])
    tops = heads(revision for _, revision in ordered)
    shown = tops[0] if tops else None
    seq = next((seq for seq, revision in ordered if revision is shown), -1)
    if said and shown:
        seq = max(seq, said.get(shown.id, seq))
    verdict = shown.value[0] if shown else "cleared"
    if any(number > seq for number in return_seqs):
        state = "returned"
    elif verdict == "cleared":
        state = "returned" if return_seqs else "issued"
    else:
        state = {"mark": "marked", "redo": "redo", "checked": "checked"}[verdict]
    return WorkState(
        state, shown, len({top.value for top in tops}) > 1, tuple(top.id for top in tops), len(return_seqs)
    )
