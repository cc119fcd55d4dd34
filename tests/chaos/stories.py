"""Random stories: several devices that know different things speak about the same works, over a bad network.

A story is made from its seed alone. Each device builds on what it knows (its heads), learns what the others said only
now and then, sends in batches that are cut short, repeated, delayed and overtaken by others', and in the end has
delivered everything at least once.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.services import acts
from sync import decide, ops
from tests.server.offices import (
    COURSE,
    LESSON,
    absence_op,
    call_op,
    mark_op,
    presence_op,
    return_op,
    term_mark_op,
)

DEVICES = (4, 7)  # from, to
ACTS = (3, 8)  # ops of one device
VALUES = [("mark", "5"), ("mark", "4"), ("mark", "3"), ("redo", None), ("cleared", None)]
LETTERS = ("Н", "Б", "УП", None)
MARKS = ("5", "4", "3", None)
Envelope = dict[str, Any]


@dataclass
class Device:
    """One phone or form: its origin, its next number, the revisions it knows by target, what it sent and owes."""

    origin: int
    n: int = 0
    known: dict[str, dict[str, decide.Revision]] = field(default_factory=dict)
    outbox: list[Envelope] = field(default_factory=list)

    def heads(self, target: str) -> list[str]:
        """What this device would build on."""
        return [revision.id for revision in decide.heads(self.known.get(target, {}).values())]


@dataclass(frozen=True)
class Story:
    """All ops, one way in which they came (batches in the order received), and what came under ids that were taken."""

    seed: int
    ops: tuple[Envelope, ...]
    batches: tuple[tuple[Envelope, ...], ...]
    clashing: tuple[Envelope, ...]


@dataclass(frozen=True)
class Stage:
    """Where a story happens: works by code, students, a lesson (its course's view) and a course."""

    codes: Sequence[str]
    students: Sequence[str]
    lesson: str = LESSON
    course: str = COURSE


def story(seed: int, stage: Stage) -> Story:
    """The story of a seed about the stage's works and the absences and term marks of its students."""
    dice = random.Random(seed)
    devices = [Device((seed << 8 | number) + 2**40) for number in range(dice.randint(*DEVICES))]
    everything: list[Envelope] = []
    said: dict[str, dict[str, decide.Revision]] = {}
    todo = [device for device in devices for _act in range(dice.randint(*ACTS))]
    dice.shuffle(todo)
    for device in todo:
        if dice.random() < 0.35:  # it had a connection: it knows what all have said by now
            device.known = {target: dict(revisions) for target, revisions in said.items()}
        op = _act(device, dice, stage)
        _learn(device.known, op)
        _learn(said, op)
        device.outbox.append(op)
        everything.append(op)
    clashing = [{**op, "at": "2026-12-07T09:00:00+05:00"} for op in everything if dice.random() < 0.05]
    return Story(seed, tuple(everything), tuple(_delivered(devices, dice)), tuple(clashing))


def _act(device: Device, dice: random.Random, stage: Stage) -> Envelope:
    number, n = device.origin, device.n
    device.n += 1
    code, student = dice.choice(stage.codes), dice.choice(stage.students)
    match dice.randrange(10):
        case 0 | 1 | 2:
            made = mark_op(number, code, dice.choice(VALUES), comment=dice.choice(("", "neat")), n=n)
        case 3 | 4:
            made = return_op(number, code, dice.choice(VALUES[:4]), n=n)
        case 5:
            made = return_op(number, code, n=n)
        case 6 | 7:
            made = absence_op(number, dice.choice(LETTERS), student=student, lesson=stage.lesson, n=n)
        case 8:
            made = term_mark_op(number, dice.choice(MARKS), student=student, n=n)
            made["data"]["course"] = stage.course
        case _:
            made = call_op(number, n=n) if dice.random() < 0.5 else presence_op(number, student=student, n=n)
            if made["type"] == "presence":
                made["data"]["lesson"] = stage.lesson
    return _on_heads(device, made)


def _on_heads(device: Device, envelope: Envelope) -> Envelope:
    """The same op, built on what the device knows."""
    op = ops.parse(envelope)
    if acts.value_of(op) is None:
        return envelope
    return {**envelope, "base": sorted(device.heads(acts.target_of(op)))}


def _learn(known: dict[str, dict[str, decide.Revision]], envelope: Envelope) -> None:
    op = ops.parse(envelope)
    value = acts.value_of(op)
    if value is not None:
        revision = decide.make_revision(acts.target_of(op), op.base, value)
        known.setdefault(acts.target_of(op), {})[revision.id] = revision


def _delivered(devices: list[Device], dice: random.Random) -> Iterable[tuple[Envelope, ...]]:
    """Batches as a bad network brings them: cut, repeated, late, out of order; everything at least once."""
    waiting = [(device, list(device.outbox)) for device in devices]
    late: list[tuple[Envelope, ...]] = []
    while any(outbox for _device, outbox in waiting):
        _device, outbox = dice.choice([pair for pair in waiting if pair[1]])
        size = dice.randint(1, 4)
        batch = tuple(outbox[:size])
        if dice.random() < 0.15:  # it leaves and comes later than what is sent after it
            late.append(batch)
            del outbox[:size]
        else:
            if dice.random() < 0.2:
                batch = tuple(dice.sample(batch, len(batch)))
            yield batch
            if dice.random() < 0.75:  # else the answer was lost: the same is sent again
                del outbox[:size]
        if late and dice.random() < 0.3:
            yield late.pop(dice.randrange(len(late)))
    yield from late


def another_way(told: Story, dice: random.Random) -> Iterable[tuple[Envelope, ...]]:
    """The same ops in any order, in other batches, some of them twice."""
    mixed = [*told.ops, *dice.choices(told.ops, k=len(told.ops) // 4)]
    dice.shuffle(mixed)
    while mixed:
        size = dice.randint(1, 9)
        yield tuple(mixed[:size])
        del mixed[:size]
