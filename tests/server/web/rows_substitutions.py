"""Rights of the pages of substitutions: given by those who compose days, read also by those who approve them."""

from datetime import date

from server.extensions import db
from server.models import TeacherAbsence
from server.services.content import Author
from server.services.substitution import away
from server.services.substitution.away import NewAbsence
from tests.server.village import NOW
from tests.server.web.rows import Row
from tests.server.web.world import Class, World

_EDIT = "deputy_studies coordinator timetabler"
_READ = f"director {_EDIT} day_approver"
_ON = date(2026, 12, 8)


def _absence(world: World, scope: Class) -> dict[str, str]:
    """One absence of the near class's teacher, noted when it is first asked about."""
    teacher = world.person("subject_teacher")
    known = db.session.query(TeacherAbsence.id).filter_by(person_id=teacher).first()
    if known:
        return {"absence_id": known.id}
    by = Author(world.person("deputy_studies"), world.accounts["deputy_studies"], NOW, NOW.date())
    return {"absence_id": away.note(NewAbsence(teacher, _ON, _ON, None, None, "illness"), by)}


def _choices(world: World, scope: Class) -> dict[str, str]:
    return {"from": "2026-12-08", "do-x": "teacher:y", "who-x": "", "task-x": "", "seen-x": "0"}


def _note(world: World, scope: Class) -> dict[str, str]:
    return {"teacher": "x", "since": "2026-12-08", "until": "2026-12-08", "reason": "illness"}


ROWS = (
    Row("GET", "substitutions.home", _READ),
    Row("POST", "substitutions.note", _EDIT, form=_note),
    Row("GET", "substitutions.page", _EDIT, path=_absence),
    Row("POST", "substitutions.confirm", _EDIT, path=_absence, form=_choices),
    Row("POST", "substitutions.end", _EDIT, path=_absence),
    Row("POST", "substitutions.back", _EDIT, path=_absence, form=lambda w, c: {"lesson": "x"}),
    Row("GET", "substitution_journal.page", _READ, form=lambda w, c: {"month": "2026-12"}),
    Row("GET", "substitution_journal.print_download", _READ, path=lambda w, c: {"what": "sheet"}),
    Row("GET", "substitution_journal.excel_download", _READ),
)
