"""Rights of questions to tick and of what was ticked."""

from tests.server import answer_sheets
from tests.server.web.rows import Row
from tests.server.web.rows_going_out import _RUN, _TEACH
from tests.server.web.rows_works import _NEAR, _SEE, _code


def _task(world, scope):
    return {"lesson_course_id": scope.lesson.lesson_course, "task_id": scope.task}


def _page(world, scope):
    return {"page_id": answer_sheets.all_ticked(scope.code), "position": 1}


ROWS = (
    Row("GET", "answers.edit", _RUN, _TEACH, path=_task),
    Row("POST", "answers.save", _RUN, _TEACH, path=_task),
    Row("GET", "answers.work", _SEE, _NEAR, path=_code),
    Row("POST", "answers.settle", "", _TEACH, path=_page),
)
