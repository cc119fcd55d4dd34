"""Rights of the pages about paper and ink: who answers for the school's means."""

from tests.server.web.rows import Row

_MEANS = "director deputy_studies coordinator"


def _slug(world, scope):
    return {"slug": scope.slug}


def _file(world, scope):
    return {"week": "2026-W50", "slug": scope.slug, "what": "slips"}


ROWS = (
    Row("GET", "print_settings.home", _MEANS),
    Row("POST", "print_settings.save", _MEANS, form=lambda w, c: {"leaves": "none"}),
    Row("GET", "print_settings.of_class", _MEANS, path=_slug),
    Row("POST", "print_settings.save_class", _MEANS, path=_slug),
    Row("POST", "print_settings.count", _MEANS, form=lambda w, c: {"week": "none"}),
    Row("POST", "print_settings.copy", _MEANS, form=lambda w, c: {"week": "none"}),
    Row("GET", "print_settings.watch", _MEANS),
    Row("GET", "print_settings.download", _MEANS, path=_file),
)
