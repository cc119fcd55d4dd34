"""Rights of the pages of term marks, oral answers, rules of marks and marks from elsewhere."""

from tests.server.web.rows import Row
from tests.server.web.rows_works import _NEAR, _SEE, _TEACH, _course, _lesson

ROWS = (
    Row("GET", "term_sheets.page", _SEE, _NEAR, path=_course),
    Row("GET", "term_sheets.traces", _SEE, _NEAR, path=_course),
    Row("POST", "term_sheets.save", "", _TEACH, path=_course),
    Row("POST", "oral.open_column", "", _TEACH, path=_lesson),
    Row("GET", "outside_marks.home", f"{_SEE} {_NEAR}"),
    Row("POST", "outside_marks.save", _TEACH),
    Row("GET", "mark_rules.page", "director deputy_studies coordinator admin"),
    Row("POST", "mark_rules.save", "director deputy_studies coordinator admin"),
)
