"""Rights of attestation: sessions, exams, protocols, debts, papers. The addresses name a session that is not there."""

from tests.server.web.rows import Row

_RUN = "deputy_studies coordinator"
_TEACH = "subject_teacher network_teacher"
_SEE = f"director {_RUN} {_TEACH} class_teacher tutor"
_PLAN = f"{_RUN} tutor"
_WRITE = f"{_PLAN} {_TEACH}"


def _session(world, scope):
    return {"session_id": "f" * 32}


def _exam(world, scope):
    return {"exam_id": "f" * 32}


def _days(world, scope):
    return {"kind": "interim", "name": "May", "first": "2027-05-11", "last": "2027-05-25", "order": "", "key": "k"}


ROWS = (
    Row("GET", "attestation.home", _SEE),
    Row("POST", "attestation.begin", _PLAN, form=_days),
    Row("GET", "attestation.page", _SEE, path=_session),
    Row("POST", "attestation.change", _PLAN, path=_session, form=_days),
    Row("POST", "attestation.propose", _PLAN, path=_session),
    Row("POST", "attestation.publish", _PLAN, path=_session),
    Row("GET", "attestation.new", _PLAN, path=_session),
    Row("POST", "attestation.add", _PLAN, path=_session),
    Row("GET", "attestation.edit", _PLAN, path=_exam),
    Row("POST", "attestation.save", _PLAN, path=_exam),
    Row("GET", "exam_protocols.page", _SEE, path=_exam),
    Row("POST", "exam_protocols.save", _WRITE, path=_exam),
    Row("GET", "exam_protocols.look", _SEE, path=_exam),
    Row("POST", "exam_protocols.tell", f"{_SEE} deputy_upbringing", path=_exam),
    Row("GET", "exam_debts.home", _SEE),
    Row("GET", "exam_debts.student", f"director {_RUN}", "class_teacher tutor",
        path=lambda w, c: {"slug": c.student[:12]}),
    Row("GET", "exam_papers.wall", _SEE, path=_session),
    Row("GET", "exam_papers.of_class", _SEE, path=lambda w, c: {**_session(w, c), "slug": c.slug}),
    Row("GET", "exam_papers.of_person", _SEE, path=lambda w, c: {**_session(w, c), "person_id": w.clerk}),
    Row("GET", "exam_papers.protocol", _SEE, path=_exam),
)  # fmt: skip
