"""Rights of the pages where days are approved and duties distributed."""

from tests.server.web.rows import Row

_RUN = "deputy_studies coordinator"
_APPROVE = "director day_approver"
_DUTIES = "director admin"


ROWS = (
    Row("GET", "approval.home", f"{_APPROVE} {_RUN} timetabler"),
    Row("POST", "approval.submit", f"{_APPROVE} {_RUN} timetabler", form=lambda w, c: {"day": "2020-01-01"}),
    Row("POST", "approval.approve", _APPROVE, form=lambda w, c: {"day": "2020-01-01:0"}),
    Row("POST", "approval.give_back", _APPROVE, form=lambda w, c: {"day": "2020-01-01:0", "remark": "No."}),
    Row("GET", "duties.home", _DUTIES),
    Row("POST", "duties.grant", _DUTIES, form=lambda w, c: {"role": "none"}),
    Row("POST", "duties.end", _DUTIES, path=lambda w, c: {"grant_id": "0" * 32}, form=lambda w, c: {"until": "never"}),
)
