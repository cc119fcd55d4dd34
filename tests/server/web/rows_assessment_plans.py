"""Rights of the plans of control works."""

from tests.server.web.rows import Row

_RUN = "deputy_studies coordinator"
_OFFICE = f"{_RUN} timetabler"
_SEE = f"director deputy_upbringing day_approver {_OFFICE}"
_TEACH = "subject_teacher network_teacher"
_NEAR = f"{_TEACH} class_teacher tutor"


def _term(world, scope):
    return {"slug": scope.slug, "term": 2}


def _sheet(world, scope):
    return {**_term(world, scope), "format": "xlsx"}


def _course(world, scope):
    return {"course": scope.course}


def _work(world, scope):
    return {"course": scope.course, "kind": "control", "on": "2026-12-08", "number": "", "points": "", "topic": ""}


ROWS = (
    Row("GET", "assessment_plans.home", f"{_SEE} {_NEAR}"),
    Row("GET", "assessment_plans.page", f"{_SEE} {_NEAR}", path=lambda w, c: {"slug": c.slug}),
    Row("GET", "assessment_plans.new", _OFFICE, _TEACH, path=_term, form=_course),
    Row("POST", "assessment_plans.add", _OFFICE, _TEACH, path=_term, form=_work),
    Row("GET", "assessment_plans.edit", f"{_OFFICE} {_TEACH}", path=lambda w, c: {"work_id": "f" * 32}),
    Row("POST", "assessment_plans.change", f"{_OFFICE} {_TEACH}", path=lambda w, c: {"work_id": "f" * 32}),
    Row("POST", "assessment_plans.agree", "", "subject_teacher", path=_term,
        form=lambda w, c: {"course": c.course, "answer": "yes", "remark": "", "hash": "x"}),
    Row("POST", "assessment_plans.publish", f"director {_RUN}", path=_term,
        form=lambda w, c: {"hash": "x", "anyway": ""}),
    Row("GET", "assessment_plans.sheet", f"{_SEE} {_NEAR}", path=_sheet),
    Row("GET", "assessment_plans.whole", f"{_SEE} {_NEAR}", path=lambda w, c: {"term": 2, "format": "xlsx"}),
)  # fmt: skip
