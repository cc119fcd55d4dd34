"""One tap on a lesson: oral answers, marked in the class's table."""

from typing import Any

from apiflask import APIBlueprint
from flask import redirect, url_for

from server.extensions import db
from server.policy import Action, Scope
from server.services import oral, scopes
from server.web import drafts
from server.web.access import needs

blueprint = APIBlueprint("oral", __name__, url_prefix="/journal/lesson", enable_openapi=False)


def _scope(lesson_course_id: str) -> Scope:
    return scopes.of_lesson_course(db.session, lesson_course_id)


@blueprint.post("/<lesson_course_id>/oral")
@needs(Action.MARK_SET, scope=_scope)
def open_column(lesson_course_id: str) -> Any:
    """The table of the lesson's oral answers; a second tap, or a second person, finds the same one."""
    moment = drafts.moment()
    task_id = oral.open_column(lesson_course_id, moment.today, moment.at)
    return redirect(url_for("class_table.page", task_id=task_id), 303)
