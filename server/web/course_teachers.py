"""Teachers that a timetable does not name: asked for by subject and by class, with proposals from the staff."""

from collections.abc import Callable, Iterable
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action
from server.services import course_teachers, course_teachers_save
from server.services.course_teachers import Board, Line
from server.services.courses import alphabetical
from server.services.teacher_proposals import CLASS_TEACHER, LISTED, TAUGHT
from server.web import drafts
from server.web.access import needs
from server.web.deeds import author
from sync.errors import SyncError

blueprint = APIBlueprint("course_teachers", __name__, url_prefix="/timetable/teachers", enable_openapi=False)
REASONS = {
    LISTED: _l("in the staff list"),
    TAUGHT: _l("teaches it already"),
    CLASS_TEACHER: _l("class teacher"),
}


def _board() -> Board:
    return course_teachers.board(db.session, drafts.moment().today)


@blueprint.get("/")
@needs(Action.IMPORT_RUN)
def home() -> str:
    """What nobody teaches yet, by subject and by class."""
    board = _board()
    subjects = _counted(board, lambda line: [(line.subject_id, line.subject)])
    classes = _counted(board, lambda line: line.classes)
    return render_template(
        "course_teachers/home.html", board=board, classes=classes,
        subjects=sorted(subjects, key=lambda one: alphabetical(one[1])),
    )  # fmt: skip


def _counted(board: Board, of: Callable[[Line], Iterable[tuple[str, str]]]) -> list[tuple[str, str, int]]:
    """(key, name, how many lines nobody teaches), in the order of the board."""
    found: dict[tuple[str, str], int] = {}
    for line in board.lines:
        for one in of(line):
            found[one] = found.get(one, 0) + (not line.teachers)
    return [(key, name, missing) for (key, name), missing in found.items()]


@blueprint.post("/")
@needs(Action.IMPORT_RUN)
def accept() -> Any:
    """Take every proposal that is clear."""
    named = course_teachers_save.accept(author())
    flash(ngettext("%(num)s course has a teacher now.", "%(num)s courses have a teacher now.", named) if named
          else _("Nothing had changed."))  # fmt: skip
    return redirect(url_for("course_teachers.home"), 303)


@blueprint.get("/subject/<id>")
@needs(Action.IMPORT_RUN)
def subject(id: str) -> str:
    """One subject in all classes."""
    return _page(_lines("subject", id))


@blueprint.post("/subject/<id>")
@needs(Action.IMPORT_RUN)
def save_subject(id: str) -> Any:
    """Name the teachers of one subject."""
    return _save("subject", id)


@blueprint.get("/class/<id>")
@needs(Action.IMPORT_RUN)
def klass(id: str) -> str:
    """All subjects of one class."""
    return _page(_lines("class", id))


@blueprint.post("/class/<id>")
@needs(Action.IMPORT_RUN)
def save_klass(id: str) -> Any:
    """Name the teachers of one class."""
    return _save("class", id)


def _lines(by: str, id: str) -> tuple[Board, list[Line], str]:
    """(board, the page's lines, what the page is about). Raises DomainError course_unknown."""
    board = _board()
    if by == "subject":
        lines = [line for line in board.lines if line.subject_id == id]
        name = lines[0].subject if lines else ""
    else:
        lines = [line for line in board.lines if id in dict(line.classes)]
        name = dict(lines[0].classes)[id] if lines else ""
    if not lines:
        raise DomainError("course_unknown")
    return board, lines, name


def _page(found: tuple[Board, list[Line], str], typed: dict[str, str] | None = None, wrong: str = "") -> str:
    board, lines, name = found
    return render_template(
        "course_teachers/page.html", board=board, lines=lines, name=name, reasons=REASONS, typed=typed or {},
        wrong=wrong, by_class=request.endpoint in ("course_teachers.klass", "course_teachers.save_klass"),
    )  # fmt: skip


def _save(by: str, id: str) -> Any:
    """Fields: "line/<key>" the person chosen, "was/<key>" who taught it, "all" for every line that is left open."""
    found = _lines(by, id)
    form, everybody = request.form, request.form.get("all", "")
    typed = {line.key: form.get(f"line/{line.key}", "") for line in found[1]}
    choices = {
        line.key: typed[line.key] or ("" if line.teachers else everybody) for line in found[1] if len(line.teachers) < 2
    }
    seen = {line.key: form.get(f"was/{line.key}", "") for line in found[1]}
    try:
        named = course_teachers_save.save({key: one for key, one in choices.items() if one}, seen, author())
    except SyncError as error:
        db.session.expire_all()
        return _page(_lines(by, id), typed, sentence_of(error)), entry_of(error).status
    flash(ngettext("%(num)s course has a teacher now.", "%(num)s courses have a teacher now.", named) if named
          else _("Nothing had changed."))  # fmt: skip
    db.session.expire_all()
    is_open = any(not line.teachers for line in _lines(by, id)[1])
    here = url_for("course_teachers.subject" if by == "subject" else "course_teachers.klass", id=id)
    return redirect(here if is_open else url_for("course_teachers.home"), 303)
