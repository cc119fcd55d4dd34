"""Ops about works: returns, and decisions about them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Course, Lesson, LessonCourse, MarkAct, MarkRevision, Return, ReturnChannel, Scale, Task, Work
from server.services import bulk
from server.services.acts.book import Book, Delivery, Kind, KnownWork, Row, Target
from sync import codes, decide
from sync.ops import Op

EARLIEST = timedelta(days=366)  # a return so long before its task is a mistyped year
_WORKS = (
    select(Work.code, Work.id, Task.course_id, Course.group_id, Lesson.on, Scale.type, Scale.values, Task.max_points)
    .select_from(Work)
    .join(Task, Task.id == Work.task_id)
    .join(Scale, Scale.code == Task.scale)
    .join(Course, Course.id == Task.course_id)
    .join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
    .join(Lesson, Lesson.id == LessonCourse.lesson_id)
)
_MARKS = select(MarkRevision.__table__.c["work_id", "id", "base", "verdict", "value"])
_CHANNELS = select(ReturnChannel.code)


class AboutWork(Kind):
    """What returns and marks share: the work's code is their target."""

    models = (Return, MarkRevision, MarkAct)

    def target(self, op: Op) -> str:
        return op.data["code"]

    def value(self, op: Op) -> decide.Value | None:
        mark = op.data["mark"]
        return (mark["verdict"], mark["value"]) if mark else None

    def read(self, session: Session, book: Book, ops: Sequence[Op]) -> None:
        connection = session.connection()
        wanted = sorted({op.data["code"] for op in ops} - book.works.keys())
        found = {
            code: KnownWork(id_, course_id, group_id, set_on, decide.Scale(type_, tuple(values), maximum))
            for code, id_, course_id, group_id, set_on, type_, values, maximum in bulk.fetch(
                connection, _WORKS, Work.code, wanted
            )
        }
        book.works |= found
        book.channels = book.channels or frozenset(code for (code,) in bulk.run(connection, _CHANNELS))
        marked = {op.data["code"] for op in ops if op.data["mark"]}
        codes_of = {work.id: code for code, work in book.works.items() if code in marked}
        for work_id, id_, base, verdict, value in bulk.fetch(connection, _MARKS, MarkRevision.work_id, codes_of):
            revision = decide.Revision(id_, tuple(base), (verdict, value))
            book.revisions.setdefault(codes_of[work_id], {})[id_] = revision

    def check(self, book: Book, op: Op, delivery: Delivery) -> None:
        code = op.data["code"]
        work = book.works.get(code)
        if work is None:
            if codes.parse_code(code) != code:  # as typed or as a QR; an op names nine digits
                raise DomainError("code_format", typed=code[:40])
            raise DomainError("code_unknown", code=codes.group_digits(code))
        if not delivery.permits(Target(op.type, work.course_id, work.group_id)):
            raise DomainError("forbidden")
        self.check_circumstances(book, op, work, delivery)
        value = self.value(op)
        if value is not None and not work.rule.allows(value):
            raise DomainError("mark_invalid", value=value[1] or value[0], allowed=work.rule.allowed())

    def check_circumstances(self, book: Book, op: Op, work: KnownWork, delivery: Delivery) -> None:
        """Raise what else is impossible about the act."""

    def revision(self, book: Book, op: Op, revision: decide.Revision, seq: int, now: datetime, fresh: bool
                 ) -> Iterable[Row]:  # fmt: skip
        verdict, value = revision.value
        work_id = book.works[op.data["code"]].id
        if fresh:
            yield MarkRevision, {"id": revision.id, "base": list(revision.base), "first_seq": seq, "work_id": work_id,
                                 "verdict": verdict, "value": value}  # fmt: skip
        yield MarkAct, {"op_seq": seq, "revision_id": revision.id, "work_id": work_id, "author_id": op.author or None,
                        "comment": op.data["comment"], "at": now}  # fmt: skip


class ReturnKind(AboutWork):
    """A work came back, perhaps with its mark."""

    def check_circumstances(self, book: Book, op: Op, work: KnownWork, delivery: Delivery) -> None:
        _check_arrival(book, op, work.set_on, delivery.today)
        if op.data["mark"] and not delivery.permits(Target("mark", work.course_id, work.group_id)):
            raise DomainError("forbidden")

    def act(self, book: Book, op: Op, seq: int, now: datetime) -> Iterable[Row]:
        yield Return, {"op_seq": seq, "work_id": book.works[op.data["code"]].id, "returned_on": op.returned_on,
                       "channel": op.data["channel"], "comment": "" if op.data["mark"] else op.data["comment"],
                       "logged_by": op.author or None, "received_at": now}  # fmt: skip


def _check_arrival(book: Book, op: Op, set_on: date, today: date) -> None:
    if op.data["channel"] not in book.channels:
        raise DomainError("channel_unknown", value=op.data["channel"], allowed=", ".join(sorted(book.channels)))
    if op.returned_on is None or op.returned_on > today:
        raise DomainError("date_in_future", value=op.raw["returned_on"])
    if op.returned_on < set_on - EARLIEST:
        raise DomainError("date_too_early", value=op.raw["returned_on"])
