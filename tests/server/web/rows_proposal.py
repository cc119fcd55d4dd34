"""Rights of proposing a day."""

from tests.server.web.rows import Row

_COMPOSE = "deputy_studies coordinator timetabler"

ROWS = (
    Row("GET", "proposal.home", _COMPOSE),
    Row("POST", "proposal.start", _COMPOSE, form=lambda w, c: {"date": "never"}),
    Row("GET", "proposal.watch", _COMPOSE),
    Row("POST", "proposal.accept", _COMPOSE),
)
