"""Rights of agreeing tasks with teachers."""

from tests.server.web.rows import Row

_AGREE = "director deputy_studies coordinator"


def _week(world, scope):
    return {"week": "2026-W50", "group": scope.slug}


def _lesson(world, scope):
    return {**_week(world, scope), "lesson": f"{scope.lesson.lesson_course}:x", "remark": "Fewer, please."}


ROWS = (
    Row("GET", "agreed_works.home", _AGREE, form=_week),
    Row("POST", "agreed_works.agree", _AGREE, form=_lesson),
    Row("POST", "agreed_works.give_back", _AGREE, form=_lesson),
)
