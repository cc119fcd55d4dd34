"""Rights of the pages where files come in: whoever may import for the whole school, and nobody else."""

from tests.server.web.rows import Row

_IMPORT = "deputy_studies coordinator admin"


def _no_draft(world, scope):
    return {"draft_id": "f" * 32}


def _no_run(world, scope):
    return {"run_id": "f" * 32}


ROWS = (
    Row("GET", "imports.home", _IMPORT),
    Row("POST", "imports.upload", _IMPORT),
    Row("POST", "imports.take_all", _IMPORT),
    Row("GET", "imports.watch_all", _IMPORT),
    Row("GET", "imports.page", _IMPORT, path=_no_draft),
    Row("POST", "imports.act", _IMPORT, path=_no_draft),
    Row("GET", "imports.watch", _IMPORT, path=_no_draft),
    Row("GET", "imports.download", _IMPORT, path=_no_draft),
    Row("POST", "imports.undo", _IMPORT, path=_no_run),
    Row("GET", "imports.watch_undo", _IMPORT, path=_no_run),
)
