"""What was ticked on a work: page by page, every decision with its place on the picture, its points, who settled it.

For templates/works/answers.html, which marking shows beside the pages.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.importers.answer_rows import AnswerRow, key_text
from server.models import Person, Scale, ScanAnswer, ScanPage, ScanStack, Task, Work
from server.services.answers import fields
from server.services.answers.scoring import Given, Score, scored
from server.services.people import short_name


@dataclass(frozen=True)
class Box:
    """A decision drawn on the picture, in hundredths of its width; ``said``: yes, no or unsure.

    ``x`` and ``y``: the box's middle, ``half`` of its width; ``name``: the option or digit it stands for.
    """

    x: float
    y: float
    half: float
    said: str
    name: str


@dataclass(frozen=True)
class Line:
    """A question on a page. ``answer``: what counts, None while unsure; ``shown`` and ``key``: as people write them.

    ``settled_by``: who said so, "" as read.
    """

    position: int
    number: int
    label: str
    kind: str
    options: tuple[str, ...]
    digits: int
    answer: list[Any] | None
    shown: str
    key: str
    score: Score
    settled_by: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class PageAnswers:
    """A scanned answer sheet. ``number`` counts within the task's sheet; ``found``: whether its boxes were.

    ``height``: of the picture, in hundredths of its width.
    """

    id: str
    number: int
    height: float
    lines: tuple[Line, ...]

    @property
    def found(self) -> bool:
        return any(line.boxes for line in self.lines)

    @property
    def open(self) -> int:
        """Questions whose answer nobody knows yet."""
        return sum(line.answer is None for line in self.lines)


@dataclass(frozen=True)
class AnswersView:
    """``points`` of ``most`` so far, ``open`` questions without points yet; ``missing``: numbers of questions whose
    page did not come. ``suggested``: the points as a mark, None while something is open or the scale is another."""

    code: str
    pages: tuple[PageAnswers, ...]
    points: int
    most: int
    open: int
    missing: tuple[int, ...]
    suggested: int | None


def answers_of_work(session: Session, work_id: str) -> AnswersView | None:
    """None for a work of which no answer sheet came back. Of a page that came twice the later one counts."""
    rows = _latest(session.execute(
        select(ScanPage.id, ScanPage.page, ScanAnswer).join(ScanAnswer, ScanAnswer.page_id == ScanPage.id)
        .join(ScanStack, ScanStack.id == ScanPage.stack_id)
        .where(ScanPage.work_id == work_id, ScanPage.state == "routed")
        .order_by(ScanPage.page, ScanStack.at, ScanPage.id, ScanAnswer.position)
    ).all())  # fmt: skip
    if not rows:
        return None
    code, task_id, scale, most = session.execute(
        select(Work.code, Task.id, Scale.type, Task.max_points).join(Task, Task.id == Work.task_id)
        .join(Scale, Scale.code == Task.scale).where(Work.id == work_id)
    ).one()  # fmt: skip
    asked = fields.read(session, task_id)
    result = scored([_given(answer) for _id, _page, answer in rows], asked)
    names = _names(session, [answer for _id, _page, answer in rows])
    pages: dict[str, tuple[int, float, list[Line]]] = {}
    for (page_id, number, answer), (place, score) in zip(rows, result.lines, strict=True):
        row = asked[place] if place is not None else None
        own = pages.setdefault(page_id, (number, answer.printed["ratio"] * 100, []))
        own[2].append(_line(answer, place, row, score, names))
    whole = scale == "points" and not result.open and all(place is not None for place, _score in result.lines)
    return AnswersView(
        code, tuple(PageAnswers(id_, number, tall, tuple(lines)) for id_, (number, tall, lines) in pages.items()),
        result.points, result.most, result.open, tuple(place + 1 for place in result.missing),
        result.points if whole and result.points <= (most or 0) else None,
    )  # fmt: skip


def _latest(rows: Any) -> list[tuple[str, int, ScanAnswer]]:
    """Of each page of the sheet the answers on the page that was scanned last."""
    last = {number: page_id for page_id, number, _answer in rows}
    return [(page_id, number, answer) for page_id, number, answer in rows if last[number] == page_id]


def counted(answer: ScanAnswer) -> list[Any] | None:
    """The answer that counts: a person's, else the one read."""
    return answer.settled if answer.settled_at is not None else answer.answer


def _given(answer: ScanAnswer) -> Given:
    asked = answer.printed
    return Given(asked["kind"], asked["label"], tuple(asked["options"]), asked["digits"], counted(answer))


def _names(session: Session, answers: list[ScanAnswer]) -> dict[str, str]:
    wanted = {one.settled_by for one in answers if one.settled_by}
    return {person.id: short_name(person) for person in session.scalars(select(Person).where(Person.id.in_(wanted)))}


def _line(
    answer: ScanAnswer, place: int | None, row: AnswerRow | None, score: Score, names: dict[str, str]
) -> Line:  # fmt: skip
    asked, counts = answer.printed, counted(answer)
    options = tuple(asked["options"])
    shown, key = _said(asked["kind"], counts or [], options), key_text(row.key, row.options) if row else ""
    return Line(
        answer.position, place + 1 if place is not None else answer.position, asked["label"], asked["kind"], options,
        asked["digits"], counts, shown, key, score,
        names.get(answer.settled_by or "", ""), _boxes(answer, counts),
    )  # fmt: skip


def _said(kind: str, answer: list[Any], options: tuple[str, ...]) -> str:
    """An answer as people write it; of a number all digits that were ticked."""
    return "".join(answer) if kind == "number" else key_text(answer, options)


def _boxes(answer: ScanAnswer, counts: list[Any] | None) -> tuple[Box, ...]:
    """What each box says: as it was read, or as the person's answer has it."""
    asked = answer.printed
    said = list(answer.read)
    if answer.settled_at is not None:
        said = ["yes" if _ticks(n, asked["kind"], counts or [], asked["digits"]) else "no" for n in range(len(said))]
    names = [str(n % 10) for n in range(len(said))] if asked["kind"] == "number" else asked["options"]
    return tuple(
        Box(round(x * 100, 2), round(y * asked["ratio"] * 100, 2), round(asked["size"] * 50, 2), value, name)
        for (x, y), value, name in zip(asked["places"], said, names, strict=False)
    )  # fmt: skip


def _ticks(box: int, kind: str, answer: list[Any], digits: int) -> bool:
    if kind != "number":
        return box in answer
    return bool(answer) and answer[0].zfill(digits)[box // 10] == str(box % 10)
