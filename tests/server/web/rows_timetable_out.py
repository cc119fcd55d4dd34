"""Rights of printing and sending the timetable, and of calendars at secret addresses."""

from tests.server.web.rows import EVERYBODY, Row

_SEE = "director deputy_studies deputy_upbringing coordinator timetabler day_approver"

ROWS = (
    Row("GET", "timetable_out.home", _SEE),
    Row("GET", "timetable_out.download", _SEE, path=lambda w, c: {"kind": "wall"},
        form=lambda w, c: {"week": "2020-W01"}),
    Row("GET", "timetable_out.mine", EVERYBODY),
    Row("POST", "timetable_out.save_mine", EVERYBODY, form=lambda w, c: {"act": "end"}),
    Row("GET", "timetable_out.calendar", path=lambda w, c: {"secret": "none"}, public=True),
)
