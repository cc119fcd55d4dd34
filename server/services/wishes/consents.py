"""Decides who must agree to a wish, and what becomes of it when somebody says something. Pure."""

from collections.abc import Iterable, Mapping

from server.errors import DomainError

KINDS = ("again", "move", "cancel", "extra", "consultation")
OF_A_LESSON = ("again", "move", "cancel")  # these are about one dated lesson
NEW = ("again", "extra", "consultation")  # these put one more lesson into the timetable
ENDED = ("scheduled", "refused", "withdrawn")

_NEXT = {  # state and what happens → state
    ("open", "agree"): "agreed", ("open", "disagree"): "refused", ("open", "refuse"): "refused",
    ("open", "withdraw"): "withdrawn", ("agreed", "schedule"): "scheduled", ("agreed", "refuse"): "refused",
    ("agreed", "withdraw"): "withdrawn", ("scheduled", "take_back"): "agreed",
}  # fmt: skip


def who_must(
    kind: str, *, holds: Iterable[str], touched: Iterable[str] = (), answers: str = "", asks: str = ""
) -> tuple[str, ...]:  # fmt: skip
    """Ids of those whose word is needed, in a lasting order.

    ``holds``: teachers of the lesson; ``touched``: those of lessons that a move would touch; ``answers``: who is
    answerable for the course; ``asks``: who wants it for themselves, which is their word already.
    """
    if kind not in KINDS:
        raise DomainError("value_invalid", field="kind", value=kind[:20])
    wanted = set(holds) if kind in ("move", "cancel") else set()
    if kind == "move":
        wanted |= set(touched)
    if kind in NEW:
        wanted |= {answers}
    return tuple(sorted(wanted - {asks, ""}))


def after(state: str, event: str) -> str:
    """The next state. Raises DomainError wish_ended where that is no longer possible, wish_not_agreed too early."""
    if (state, event) in _NEXT:
        return _NEXT[state, event]
    raise DomainError("wish_not_agreed" if (state, event) == ("open", "schedule") else "wish_ended")


def said(answers: Mapping[str, str]) -> str:
    """What all answers together say: agree, disagree, or "" as long as somebody has not answered."""
    if "no" in answers.values():
        return "disagree"
    return "agree" if all(answer == "yes" for answer in answers.values()) else ""
