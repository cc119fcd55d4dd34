"""Rights of the pages where scanned paper is taken in."""

from tests.server.web.rows import Row

_NEAR = "subject_teacher network_teacher class_teacher tutor"
_SEE = "director deputy_studies deputy_upbringing coordinator psychologist operator"
_LOG = f"deputy_studies coordinator operator {_NEAR}"


def _no_page(world, scope):
    return {"page_id": "f" * 32}


def _no_stack(world, scope):
    return {"stack_id": "f" * 32}


ROWS = (
    Row("GET", "stacks.home", _LOG),
    Row("POST", "stacks.start", _LOG),
    Row("GET", "stacks.watch", _LOG),
    Row("GET", "stacks.page", _LOG, path=_no_stack),
    Row("POST", "stacks.settle", _LOG, path=_no_stack),
    Row("GET", "stacks.picture", f"{_SEE} {_NEAR}", path=_no_page),
    Row("GET", "waiting_pages.home", _LOG),
    Row("GET", "waiting_pages.page", _LOG, path=_no_page),
    Row("POST", "waiting_pages.settle", _LOG, path=_no_page),
)
