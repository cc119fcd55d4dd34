"""Posts returns to an office for ever and says which were acknowledged; the test of crashes kills it at any moment."""

import itertools
import os
import sys
import threading
from pathlib import Path

from flask import Flask

from server.services.returns import Delivery, receive
from server.store import Store
from sync.codes import complete
from tests.server.offices import NOW, TODAY, return_op

THREADS = 4


def post(home: Path, first: int) -> None:
    """Post ops with the origins ``first``, ``first + 1`` … and write each acknowledged one's origin on a line."""
    app = Flask("poster")  # no more of the office than this, to start quickly
    app.extensions["store"] = Store(f"sqlite:///{home / 'korablik.db'}")
    numbers = itertools.count(first)

    def run() -> None:
        with app.app_context():
            for number in numbers:  # next() of a count is one step: threads share it
                op = return_op(number, complete(f"{1_000_000 + number % 50:07d}"), ("mark", "5"), comment=f"c{number}")
                [outcome] = receive(Delivery([op], NOW, TODAY))
                os.write(1, f"{number} {outcome.outcome}\n".encode())

    for _ in range(THREADS):
        threading.Thread(target=run).start()


if __name__ == "__main__":
    post(Path(sys.argv[1]), int(sys.argv[2]))
