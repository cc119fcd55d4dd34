"""Rights of the pages of term marks, oral answers, rules of marks and marks from elsewhere."""

from datetime import UTC, datetime

from sqlalchemy import select

from server import store
from server.models import OutsideMark
from tests.server import factory
from tests.server.web.rows import Row
from tests.server.web.rows_works import _NEAR, _SEE, _TEACH, _course, _lesson


def _offer(world, scope):
    """A mark from elsewhere in the class's course, declined; made when it is first asked for."""
    found = store.write(lambda session: session.scalar(
        select(OutsideMark.id).where(OutsideMark.course_id == scope.course, OutsideMark.state != "taken")
    ))  # fmt: skip
    if found is None:
        found = factory.new_id()
        factory.add(OutsideMark(
            id=found, student_id=scope.student, course_id=scope.course, given_on=factory.TODAY, kind="elsewhere",
            scale="five", value="5", source="Network school", received_at=datetime(2026, 12, 7, tzinfo=UTC),
        ))  # fmt: skip
    return {"offer_id": found}


ROWS = (
    Row("GET", "term_sheets.page", _SEE, _NEAR, path=_course),
    Row("GET", "term_sheets.traces", _SEE, _NEAR, path=_course),
    Row("POST", "term_sheets.save", "", _TEACH, path=_course),
    Row("POST", "oral.open_column", "", _TEACH, path=_lesson),
    Row("GET", "outside_marks.home", f"{_SEE} {_NEAR}"),
    Row("POST", "outside_marks.save", _TEACH),
    Row("POST", "outside_marks.again", "", _TEACH, path=_offer),
    Row("GET", "mark_rules.page", "director deputy_studies coordinator admin"),
    Row("POST", "mark_rules.save", "director deputy_studies coordinator admin"),
)
