"""Rights of the pages where work comes back, and of the journal."""

from tests.server.web.rows import Row

_TEACH = "subject_teacher network_teacher"
_NEAR = f"{_TEACH} class_teacher tutor"
_SEE = "director deputy_studies deputy_upbringing coordinator psychologist"
_RUN = "deputy_studies coordinator"
_SETTLE = f"director admin {_RUN}"


def _code(world, scope):
    return {"code": scope.code}


def _task(world, scope):
    return {"task_id": scope.task}


def _course(world, scope):
    return {"course_id": scope.course}


def _file(world, scope):
    return {"course_id": scope.course, "format": "csv"}


def _lesson(world, scope):
    return {"lesson_course_id": scope.lesson.lesson_course}


ROWS = (
    Row("GET", "works.find", f"{_SEE} operator", _NEAR, form=_code),
    Row("GET", "works.page", f"{_SEE} operator", _NEAR, path=_code),
    Row("POST", "works.save", f"{_RUN} operator", _NEAR, path=_code),
    Row("GET", "class_table.page", f"{_SEE} operator", _NEAR, path=_task),
    Row("POST", "class_table.save", f"{_RUN} operator", _NEAR, path=_task),
    Row("GET", "held.page", _SETTLE),
    Row("POST", "held.settle", _SETTLE, path=lambda w, c: {"sha256": "0" * 64}),
    Row("GET", "journal.home", f"{_SEE} {_NEAR}"),
    Row("GET", "journal.page", _SEE, _NEAR, path=_course),
    Row("GET", "journal.download", f"director {_RUN}", f"{_TEACH} class_teacher", path=_file),
    Row("GET", "journal.pages", f"director {_RUN}", f"{_TEACH} class_teacher", path=_course,
        form=lambda w, c: {"term": "none"}),
    Row("GET", "journal.lesson", f"{_SEE} support_staff", _NEAR, path=_lesson),
    Row("POST", "journal.save_lesson", f"{_RUN} support_staff", _NEAR, path=_lesson),
)
