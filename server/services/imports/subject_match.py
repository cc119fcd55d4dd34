"""Finds what a strange word for a subject means by when it is taught to whom. Pure."""

from collections.abc import Mapping, Set

Place = tuple[str, int, int]  # class, weekday, lesson number
ENOUGH = 0.8  # share of the hours of both that must be the same
MANY = 3  # hours that can hardly be the same by chance; with fewer the words must at least begin alike


def match(strange: Mapping[str, Set[Place]], known: Mapping[str, tuple[str, Set[Place]]]) -> dict[str, str]:
    """Word → id of the subject that is taught at the same hours; each subject is meant by one word at most.

    ``known``: id → name and hours of the subjects that the file does not name otherwise.
    """
    pairs = sorted(
        (-shared / max(len(places), len(theirs)), word, id)
        for word, places in strange.items() for id, (name, theirs) in known.items()
        if (shared := len(places & theirs)) and (shared >= MANY or word[:1].casefold() == name[:1].casefold())
    )  # fmt: skip
    found: dict[str, str] = {}
    for share, word, id in pairs:
        if -share >= ENOUGH and word not in found and id not in found.values():
            found[word] = id
    return found
