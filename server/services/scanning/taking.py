"""Takes a stack in: pages read, works logged as returned, and what became of every page kept."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.reading import Page
from server import policy, store
from server.config import Config
from server.models import Op, ScanPage, ScanStack, School, Work
from server.policy import Action, Grant
from server.services import returns, scopes, works
from server.services.accounts import new_id
from server.services.answers import reading as answers
from server.services.returns import TAKEN, Delivery, Outcome
from server.services.scanning import came, pictures
from server.services.scanning.balance import ROUTED, WAITING, Balance, Before, Known, Row, balance, since
from server.services.scanning.came import Came
from server.services.scanning.reading import File, Reader, reading
from sync import ops

Progress = Callable[[str, int, int], None]
_ONE = threading.Lock()  # what one stack brings is known when the next is decided about


@dataclass(frozen=True)
class Scanned:
    """A stack that was read. ``stack``: its id, None for a trial; ``refused``: code → the outcome that was no yes."""

    balance: Balance
    stack: str | None
    accepted: tuple[str, ...]
    refused: dict[str, Outcome]


@dataclass(frozen=True)
class Taking:
    """Who takes a stack in, when, and how its works came back. ``grants`` None: trusted with the works of all.

    ``stack``: the id that it gets; one that is here already is not taken in again.
    """

    author: str
    now: datetime
    at: str  # ISO with the school's offset
    today: date
    returned_on: date
    channel: str
    grants: tuple[Grant, ...] | None = None
    stack: str = ""


def take(
    files: Sequence[File], taking: Taking, *, dry_run: bool,
    progress: Progress = lambda what, done, total: None,
) -> Scanned:  # fmt: skip
    """Read the files and log every work that has a page in them as handed in; nothing is stored in a trial.

    Pictures of pages are kept before the database speaks of them. A file that was taken in before counts nothing twice.
    """
    config: Config = current_app.extensions["korablik"]
    with store.snapshot() as session:
        school = session.scalars(select(School.id)).one()
    with reading() as reader:
        pages = reader.read(files, school, None if dry_run else pictures.folder(config),
                            lambda done, total: progress("scan", done, total))  # fmt: skip
        with _ONE:
            with store.snapshot() as session:
                known, attached = _known(session, config, reader, pages, taking)
            decided = balance(pages, known, lambda one, other: reader.call("printables.stack:alike", one, other))
            if dry_run:
                return Scanned(decided, None, (), {})
            return _log(decided, attached, [file.name for file in files], taking, progress)


def _log(
    decided: Balance, attached: Mapping[str, int], files: list[str], taking: Taking, progress: Progress
) -> Scanned:
    stack = taking.stack or new_id(taking.now)
    found = decided.works()
    fresh = [code for code in found if code not in attached]
    envelopes = [envelope(code, found[code][0].page.hash, 0, taking) for code in fresh]

    def keep(session: Session) -> None:
        if session.get(ScanStack, stack) is None:
            _keep(session, stack, decided, attached, files, taking)

    outcomes = returns.receive(Delivery(envelopes, taking.now, taking.today, then=keep)) if envelopes else []
    if not envelopes:
        store.write(keep)
    answers.read_stack(stack, progress)
    by_code = dict(zip(fresh, outcomes, strict=True))
    refused = {code: outcome for code, outcome in by_code.items() if outcome.outcome not in TAKEN}
    rows = tuple(_as_logged(row, found.keys() - refused) for row in decided.rows)
    return Scanned(replace(decided, rows=rows), stack, tuple(code for code in found if code not in refused), refused)


def _as_logged(row: Row, logged: Collection[str]) -> Row:
    """A page whose work could not be logged as returned waits for a person."""
    return replace(row, state=WAITING, reason="refused") if row.state == ROUTED and row.code not in logged else row


def _known(
    session: Session, config: Config, reader: Reader, pages: Sequence[Page], taking: Taking
) -> tuple[Known, dict[str, int]]:
    """What the school knows of the pages' works, and of those that came already the return that new pages join."""
    wanted = {page.reading.label.digits for page in pages if page.reading.label}
    totals = came.totals(session, wanted)
    arrived = came.pages(session, totals)
    smalls = _smalls(config, reader, pages, arrived)
    before: dict[str, dict[int, list[Before]]] = {}
    for one in arrived:
        seen = before.setdefault(one.code, {}).setdefault(one.number, [])
        seen.append(Before(one.hash, smalls.get(one.hash, b""), one.earlier))
    known = Known(totals, before, others(session, totals, taking), came.seen(session, [page.hash for page in pages]))
    return known, open_returns(session, [one for one in arrived if one.number in since(known, one.code)])


def _smalls(config: Config, reader: Reader, pages: Iterable[Page], arrived: Sequence[Came]) -> dict[str, bytes]:
    """The small pictures of pages that came before to a place that has a page now."""
    places = {(page.reading.label.digits, page.reading.label.page): page.hash for page in pages if page.reading.label}
    asked = [one.hash for one in arrived if places.get((one.code, one.number), one.hash) != one.hash]
    files = [str(pictures.folder(config) / f"{name}.jpg") for name in asked]
    return dict(zip(asked, reader.call("printables.stack:inks_of", files), strict=True)) if asked else {}


def others(session: Session, codes: Iterable[str], taking: Taking) -> set[str]:
    """Those works that are not for who takes the stack in to log."""
    if taking.grants is None or policy.allows(taking.grants, Action.WORK_LOG, policy.SCHOOL):
        return set()
    return {
        code for code in codes
        if not policy.allows(taking.grants, Action.WORK_LOG, scopes.of_work(session, code, taking.today))
    }  # fmt: skip


def open_returns(session: Session, arrived: Sequence[Came]) -> dict[str, int]:
    """Code → number of the scanned return that is still to be checked: a page that comes later joins it."""
    states = works.states(session, {one.work_id for one in arrived})
    return {
        one.code: one.seq for one in arrived if states[one.work_id].state == "returned" and one.seq is not None
    }  # fmt: skip


def envelope(code: str, image: str, n: int, taking: Taking) -> dict[str, Any]:
    """The return of a work; its origin is the hash of the first of its pages, ``n`` counts the page's works."""
    data = {"code": code, "channel": taking.channel, "mark": None, "comment": ""}
    return ops.envelope(image[:16], n, "return", taking.author, taking.at, data, (), taking.returned_on)


def told(row: Row) -> str:
    """The reason of a row as it is stored: the word, and what the codes on the page say."""
    read = row.page.reading
    seen = read.labels or ((read.label,) if read.label and row.reason in ("kind", "school") else ())
    return " ".join([row.reason, *(label.text for label in seen)]) if row.state == WAITING else row.reason


def _keep(
    session: Session, stack: str, decided: Balance, attached: Mapping[str, int], files: list[str], taking: Taking
) -> None:
    session.add(ScanStack(id=stack, at=taking.now, by_id=taking.author, returned_on=taking.returned_on,
                          channel=taking.channel, files=files))  # fmt: skip
    session.flush()
    codes = {row.code for row in decided.rows if row.code}
    ids = dict(session.execute(select(Work.code, Work.id).where(Work.code.in_(codes))).all())
    origins = {rows[0].page.hash[:16]: code for code, rows in decided.works().items() if code not in attached}
    said = session.execute(select(Op.origin, Op.seq, Op.data).where(Op.origin.in_(origins), Op.n == 0)).all()
    logged = {**attached, **{data["code"]: seq for origin, seq, data in said if data.get("code") == origins[origin]}}
    for position, decided_row in enumerate(decided.rows):
        row = _as_logged(decided_row, logged)
        session.add(ScanPage(
            id=new_id(taking.now), stack_id=stack, position=position, file=row.page.file, number=row.page.number,
            hash=row.page.hash, state=row.state, reason=told(row), work_id=ids.get(row.code), page=row.number,
            op_seq=logged.get(row.code) if row.state == ROUTED else None,
        ))  # fmt: skip
