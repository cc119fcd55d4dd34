"""Rights of the pages where the day goes out: lessons, publishing, packs, notices, settings, public pages."""

from tests.server.web.rows import EVERYBODY, Row

_TEACH = "subject_teacher network_teacher"
_RUN = "deputy_studies coordinator"
_SEE = f"director deputy_upbringing {_RUN}"
_DAYS = "timetabler day_approver"
_NEAR = f"{_TEACH} class_teacher tutor"
_PRINT = f"director {_RUN} operator"
_TELL = f"{_SEE} class_teacher"
_SET = "director admin"


def _lesson(world, scope):
    return {"lesson_course_id": scope.lesson.lesson_course}


def _pack(world, scope):
    return {"week": "2026-W50", "slug": scope.slug}


def _no_picture(world, scope):
    return {"name": f"{'f' * 64}.webp"}


def _no_notice(world, scope):
    return {"notice_id": "f" * 32}


def _no_document(world, scope):
    return {"document_id": "f" * 32}


ROWS = (
    Row("GET", "lessons.home", f"{_SEE} {_DAYS} {_NEAR}"),
    Row("GET", "lessons.timetable", EVERYBODY),
    Row("GET", "lessons.page", f"{_SEE} {_DAYS}", _NEAR, path=_lesson),
    Row("POST", "lessons.save", _RUN, _TEACH, path=_lesson),
    Row("POST", "lessons.preview", _RUN, _TEACH, path=_lesson),
    Row("GET", "pictures.file", f"{_SEE} {_DAYS} {_NEAR}", path=_no_picture),
    Row("POST", "pictures.send", _RUN, _TEACH, path=_lesson),
    Row("GET", "publish.home", f"director day_approver {_RUN}"),
    Row("POST", "publish.start", f"director day_approver {_RUN}", form=lambda w, c: {"day": "2020-01-01"}),
    Row("GET", "publish.watch", f"director day_approver {_RUN}"),
    Row("GET", "carrying.home", f"director day_approver {_RUN}"),
    Row("GET", "carrying.week", f"director day_approver {_RUN}", path=lambda w, c: {"slug": c.slug, "language": "en"}),
    Row("GET", "carrying.stick", f"director day_approver {_RUN}"),
    Row("GET", "packs.home", f"{_PRINT} {_NEAR}"),
    Row("POST", "packs.start", _PRINT, _NEAR, form=lambda w, c: {"week": "none", "group": c.slug}),
    Row("GET", "packs.watch", f"{_PRINT} {_NEAR}"),
    Row("GET", "packs.download", _PRINT, _NEAR, path=_pack),
    Row("GET", "notices.home", _TELL),
    Row("GET", "notices.new", _TELL),
    Row("POST", "notices.create", _SEE, "class_teacher",
        form=lambda w, c: {"title": "Ski day", "from": "2026-12-07", "to": "2026-12-08", "audience": "groups",
                           "group": c.id}),
    Row("GET", "notices.page", _TELL, path=_no_notice),
    Row("POST", "notices.save", _TELL, path=_no_notice),
    Row("GET", "documents.home", EVERYBODY),
    Row("GET", "documents.page", EVERYBODY, path=_no_document),
    Row("GET", "documents.file", EVERYBODY, path=_no_document),
    Row("GET", "documents.new", f"{_SEE} psychologist"),
    Row("POST", "documents.create", f"{_SEE} psychologist",
        form=lambda w, c: {"kind": "advice", "title": "Sleep", "body": "Sleep well.", "from": "2026-12-07"}),
    Row("POST", "documents.save", f"{_SEE} psychologist", path=_no_document),
    Row("GET", "site_sizes.home", f"{_SEE} day_approver"),
    Row("GET", "school.home", _SET),
    Row("POST", "school.save", _SET),
    Row("POST", "school.release", _SET),
    Row("POST", "school.archive", _SET),
    Row("GET", "public.root", public=True),
    Row("GET", "public.file", public=True, path=lambda w, c: {"name": "7a/index.html"}),
)
