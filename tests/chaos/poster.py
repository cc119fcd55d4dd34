"""A light office that posts to itself for ever: the writer and ``receive`` as they are, without pages and HTTP.

``python -m tests.chaos.poster HOME FIRST COUNT SEED BREAKAGE LOG`` posts COUNT ops (recorded runs); ``post`` does it in
this process (a kill ends it). Every acknowledged op is told at once, behind its answer.
"""

import itertools
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from sqlite3 import IntegrityError
from typing import Any

from flask import Flask

from server.services.returns import Delivery, receive
from server.store import Store
from sync.codes import complete
from sync.errors import SyncError
from tests.chaos import broken, disk
from tests.server.offices import (
    NOW,
    TODAY,
    absence_op,
    call_op,
    mark_op,
    presence_op,
    return_op,
    term_mark_op,
)

THREADS = 4
WORKS = 50
Tell = Callable[[str, int], None]  # origin and n of an acknowledged op
SAFE = ("accepted", "duplicate", "conflict")


def op_of(number: int) -> dict[str, Any]:
    """The op of a number, always the same: of every type the product knows."""
    code = complete(f"{1_000_000 + number % WORKS:07d}")
    mark = ("mark", "345"[number % 3])
    match number % 7:
        case 0 | 1:
            return return_op(number, code, mark, comment=f"c{number}" * 9)
        case 2:
            return return_op(number, code)
        case 3:
            return mark_op(number, code, mark)
        case 4:
            return absence_op(number, ("Н", "Б", None)[number % 3])
        case 5:
            return (presence_op if number % 2 else call_op)(number)
    return term_mark_op(number, "345"[number % 3])


def deliveries(first: int, seed: int) -> Iterator[list[dict[str, Any]]]:
    """For ever: one op, a small batch, or some that were sent before."""
    dice = random.Random(seed)
    number = first
    while True:
        match dice.randrange(6):
            case 0:
                yield [op_of(number + each) for each in range(5)]
                number += 5
            case 1 if number > first:
                yield [op_of(dice.randrange(max(first, number - 20), number)), op_of(number)]
                number += 1
            case _:
                yield [op_of(number)]
                number += 1


def office(home: Path) -> Flask:
    """No more of the office than what writes."""
    app = Flask("poster")
    app.extensions["store"] = Store(f"sqlite:///{home / 'korablik.db'}")
    return app


def hand_over(app: Flask, envelopes: list[dict[str, Any]], tell: Tell, early: bool = False) -> str:
    """Deliver and tell what was acknowledged; returns the code of a refusal, or ""."""
    if early:
        for each in envelopes:
            tell(each["origin"], each["n"])
    with app.app_context():
        try:
            outcomes = receive(Delivery(envelopes, NOW, TODAY))
        except SyncError as error:
            return error.code
        except IntegrityError:  # the database's last word; nothing was acknowledged
            return "refused by the database"
    for outcome in outcomes:
        if outcome.outcome in SAFE:
            tell(outcome.origin, outcome.n)
    return ""


def post(home: str, first: int, seed: int, breakage: str, pipe: Any) -> None:
    """Post from several threads until somebody kills this process; acknowledgements go through the pipe."""
    descriptor = pipe.fileno()
    with broken.office(breakage) as early:
        app = office(Path(home))

        def run(own: int) -> None:
            for envelopes in deliveries(first + own * 100_000, seed + own):
                hand_over(app, envelopes, lambda origin, n: os.write(descriptor, f"{origin} {n}\n".encode()) and None,
                          early)  # fmt: skip

        threads = [threading.Thread(target=run, args=(own,)) for own in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def record(home: Path, first: int, count: int, seed: int, breakage: str, log: Path) -> None:
    """Post a number of batches from several threads and note acknowledgements in the record."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with broken.office(breakage) as early:
        for part in range(2):  # the second begins with what closing left: the log's checkpoint and a new log
            app = office(home)
            tell: Tell = lambda origin, n: disk.note(descriptor, f"{origin} {n}".encode())  # noqa: E731

            def run(own: int, app: Flask = app, tell: Tell = tell, part: int = part) -> None:
                start = first + (part * THREADS + own) * 10_000
                for envelopes in itertools.islice(deliveries(start, seed + own), count // THREADS // 2):
                    hand_over(app, envelopes, tell, early)
                    time.sleep(0)

            threads = [threading.Thread(target=run, args=(own,)) for own in range(THREADS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            app.extensions["store"].close()


if __name__ == "__main__":
    record(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5], Path(sys.argv[6]))
