"""Signs that teachers put onto pages' pictures: read from the form, kept with the decision, the last set of each page.

Places are shares of the picture's width and height. A set is kept whole or not at all, and never changed.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from printables.marked import Sign
from server.errors import DomainError
from server.models import Op, SignSet, Work
from server.models import Sign as SignRow
from server.services.accounts import new_id
from server.services.returns import TAKEN
from server.services.scanning import came

POINTS = ("right", "unclear", "text")
LINE, TEXT = "line", "text"
MOST, LONGEST = 100, 40  # signs on a page; characters of a word
DIGITS = 4  # behind the point: a tenth of a millimetre is less than a pen is broad


@dataclass(frozen=True)
class PageSigns:
    """What stands on a page: its n-th set, 0 for none yet."""

    n: int = 0
    signs: tuple[Sign, ...] = ()

    @property
    def plain(self) -> dict[str, Any]:
        """As the form carries it."""
        return {"base": self.n, "signs": [plain(one) for one in self.signs]}


NONE = PageSigns()


def plain(sign: Sign) -> dict[str, Any]:
    """A sign as JSON."""
    end = {"x2": sign.x2, "y2": sign.y2} if sign.kind == LINE else {}
    return {"kind": sign.kind, "x": sign.x, "y": sign.y, **end, **({"text": sign.text} if sign.kind == TEXT else {})}


def read(text: str, pages: Collection[str]) -> dict[str, PageSigns]:
    """What a form says of these pages; of those that it does not name nothing changes.

    ``{"page": {"base": 0, "signs": [{"kind": "right", "x": 0.5, "y": 0.25}]}}``. Raises DomainError signs_invalid,
    signs_many, text_long.
    """
    if not text:
        return {}
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DomainError("signs_invalid") from error
    if not isinstance(said, dict) or not said.keys() <= set(pages):
        raise DomainError("signs_invalid")
    return {page: _page(one) for page, one in said.items()}


def _page(said: Any) -> PageSigns:
    if not isinstance(said, dict) or type(said.get("base")) is not int or not isinstance(said.get("signs"), list):
        raise DomainError("signs_invalid")
    if len(said["signs"]) > MOST:
        raise DomainError("signs_many", limit=MOST)
    return PageSigns(said["base"], tuple(_sign(one) for one in said["signs"]))


def _sign(said: Any) -> Sign:
    kind = said.get("kind") if isinstance(said, dict) else None
    if kind == LINE:
        return Sign(kind, _share(said, "x"), _share(said, "y"), _share(said, "x2"), _share(said, "y2"))
    if kind not in POINTS:
        raise DomainError("signs_invalid")
    return Sign(kind, _share(said, "x"), _share(said, "y"), text=_word(said) if kind == TEXT else "")


def _share(said: Mapping[str, Any], name: str) -> float:
    value = said.get(name)
    if type(value) not in (int, float) or not 0 <= value <= 1:  # no number is not between them either
        raise DomainError("signs_invalid")
    return round(float(value), DIGITS)


def _word(said: Mapping[str, Any]) -> str:
    value = said.get("text")
    clean = " ".join(value.replace("\x00", "").split()) if isinstance(value, str) else ""
    if not clean or not clean.isprintable():
        raise DomainError("signs_invalid")
    if len(clean) > LONGEST:
        raise DomainError("text_long", length=len(clean), limit=LONGEST)
    return clean


def rebased(text: str, known: Mapping[str, PageSigns]) -> str:
    """What a form said, on top of what stands on the pages now; "" for what cannot be read."""
    try:
        asked = read(text, known.keys())
    except DomainError:
        return ""
    return json.dumps({page: {**one.plain, "base": known[page].n} for page, one in asked.items()}, ensure_ascii=False)


def of_pages(session: Session, page_ids: Iterable[str]) -> dict[str, PageSigns]:
    """The last set of each page; a page that nobody put anything onto is left out."""
    newest = (
        select(SignSet.page_id, func.max(SignSet.n).label("n")).where(SignSet.page_id.in_(list(page_ids)))
        .group_by(SignSet.page_id).subquery()
    )  # fmt: skip
    rows = session.execute(
        select(SignSet.page_id, SignSet.n, SignRow)
        .join(newest, (newest.c.page_id == SignSet.page_id) & (newest.c.n == SignSet.n))
        .outerjoin(SignRow, SignRow.set_id == SignSet.id).order_by(SignSet.page_id, SignRow.position)
    )  # fmt: skip
    found: dict[str, tuple[int, list[Sign]]] = {}
    for page, n, row in rows:
        own = found.setdefault(page, (n, []))
        if row is not None:
            own[1].append(Sign(row.kind, row.x, row.y, row.x2 or 0.0, row.y2 or 0.0, row.text))
    return {page: PageSigns(n, tuple(signs)) for page, (n, signs) in found.items()}


def pages_of_work(session: Session, work_id: str) -> set[str]:
    """Ids of a work's pages, which may bear signs."""
    return set(session.scalars(select(came.links(Work.id == work_id).c.page_id)))


def is_taken(session: Session, sha256: str, origin: str, n: int) -> bool:
    """Within the write of an op: whether this very op stands, so that what came with it may be kept."""
    known = select(Op.seq).where(Op.origin == origin, Op.n == n, Op.sha256 == sha256, Op.outcome.in_(TAKEN))
    return session.scalar(known) is not None


def keep(session: Session, work_id: str, asked: Mapping[str, PageSigns], by: str, now: datetime) -> None:
    """Within a write: a new set of every page that is another one now; the same again changes nothing.

    Raises DomainError signs_changed when somebody else's set came between, signs_invalid for another work's page.
    """
    if not asked.keys() <= pages_of_work(session, work_id):
        raise DomainError("signs_invalid")
    known = of_pages(session, asked)
    for page, one in asked.items():
        before = known.get(page, NONE)
        if before.signs == one.signs:
            continue
        if before.n != one.n:
            raise DomainError("signs_changed")
        row = SignSet(id=new_id(now), page_id=page, n=before.n + 1, by_id=by, at=now)
        session.add(row)
        session.flush()
        if one.signs:
            session.execute(insert(SignRow), [_row(row.id, at, sign) for at, sign in enumerate(one.signs)])


def _row(set_id: str, position: int, sign: Sign) -> dict[str, Any]:
    is_line = sign.kind == LINE
    return {"set_id": set_id, "position": position, "kind": sign.kind, "x": sign.x, "y": sign.y,
            "x2": sign.x2 if is_line else None, "y2": sign.y2 if is_line else None, "text": sign.text}  # fmt: skip
