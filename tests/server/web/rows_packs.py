"""Rights of the pages about what became of packs, and of print by stop and for one student."""

from server import store
from server.extensions import db
from server.models import Edition, Pack, Person
from sync.codes import complete
from tests.server import factory
from tests.server.web.rows import Row

_RUN = "director deputy_studies coordinator operator"
_NEAR = "subject_teacher network_teacher class_teacher tutor"
_WEEK = "2026-W50"


def _slug(person_id: str) -> str:
    return db.session.get_one(Person, person_id).slug


def _student(world, scope):
    return {"slug": _slug(scope.student)}


def _file(world, scope):
    return {"week": _WEEK, "slug": _slug(scope.student)}


def _stop(world, scope):
    return {"week": _WEEK, "key": f"class-{scope.slug}"}


def _pack(world, scope):
    id = f"{scope.student[:31]}p"

    def save(session) -> str:
        if session.get(Edition, 1) is None:
            session.add(Edition(number=1, id="e" * 64, issued_at=factory.datetime(2026, 12, 7, tzinfo=factory.UTC),
                                window_from=factory.TODAY, window_to=factory.TODAY))  # fmt: skip
            session.flush()
        if session.get(Pack, id) is None:
            code = complete(f"{int(scope.student[:8], 16) % 10**7:07d}")
            session.add(Pack(id=id, code=code, student_id=scope.student, week=_WEEK, edition_number=1))
            session.flush()
        return session.get_one(Pack, id).code

    return {"code": store.write(save)}


ROWS = (
    Row("POST", "packs.start_stops", _RUN, form=lambda w, c: {"week": "none"}),
    Row("GET", "packs.download_stop", _RUN, path=_stop),
    Row("GET", "pack_history.week", f"{_RUN} {_NEAR}"),
    Row("GET", "pack_history.pack", _RUN, _NEAR, path=_pack),
    Row("GET", "pack_history.student", _RUN, _NEAR, path=_student),
    Row("POST", "pack_history.start", _RUN, _NEAR, path=_student, form=lambda w, c: {"week": "none"}),
    Row("GET", "pack_history.download", _RUN, _NEAR, path=_file),
)
