"""How a class is parted: programs number their divisions each in its own way, the school keeps its numbers. Pure."""

from collections.abc import Mapping


def adopt(known: Mapping[str, str], stated: Mapping[str, str]) -> dict[str, str]:
    """Part of a class → its division, for the parts that a file states; ``known`` and ``stated``: part → division.

    What is one division in the file is one here: under the number that most of its parts have, else under the file's
    own, else under the first that is free. "" in the file says nothing.
    """
    together: dict[str, list[str]] = {}
    for part, division in sorted(stated.items()):
        together.setdefault(division, []).append(part)
    found: dict[str, str] = {part: known.get(part, "") for part in together.pop("", [])}
    used = {division for part, division in known.items() if part not in stated} | set(found.values()) - {""}
    wanted = {own: [known[part] for part in parts if known.get(part)] for own, parts in together.items()}
    for own in sorted(together, key=lambda own: (-len(wanted[own]), own)):
        mine = sorted(set(wanted[own]), key=lambda one: (-wanted[own].count(one), one))
        taken = set(found.values())
        label = next((one for one in (*mine, own) if one not in taken and (one in mine or one not in used)), "")
        label = label or _free(taken | used)
        found |= dict.fromkeys(together[own], label)
    return found


def _free(taken: set[str]) -> str:
    number = 1
    while str(number) in taken:
        number += 1
    return str(number)
