"""Planned against held lessons and the teachers' load: for who answers for teaching; a teacher sees the own ones."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.extensions import db
from server.policy import Action
from server.services import charts, export, held_lessons, kept_figures, workload
from server.services.held_lessons import Counts, Line
from server.services.measures import Span
from server.services.weeks import parse_day
from server.services.workload import Load
from server.web import drafts
from server.web.access import ANYWHERE, needs
from server.web.monitor import is_fresh, span_asked

blueprint = APIBlueprint("held_lessons", __name__, url_prefix="/held-lessons", enable_openapi=False)
AT_ONCE = 100  # lines of a page


@blueprint.get("/")
@needs(Action.FIGURES_VIEW)
def home() -> str:
    """All courses, or those of a teacher, a class, a subject."""
    return _page(None)


@blueprint.get("/mine")
@needs(Action.LESSON_EDIT, scope=ANYWHERE)
def mine() -> str:
    """The own courses of who teaches."""
    return _page(current_user.person_id)


@blueprint.get("/export.<any(xlsx, csv):format>")
@needs(Action.FIGURES_VIEW)
def download(format: str) -> Response:
    """The same as a file for Excel."""
    span, _spans = span_asked()
    tables = [_table(_wanted(_counted(span, None).value), span), _load_table(_loads(span, None), span)]
    data = export.write_xlsx(tables) if format == "xlsx" else export.write_csv(tables[:1])
    name = f"held-{span.first}-{span.last}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, mimetype=export.FORMATS[format], headers=headers)


def _page(teacher_id: str | None) -> str:
    span, spans = span_asked()
    counted = _counted(span, teacher_id)
    chosen, loads = _wanted(counted.value), _loads(span, teacher_id)
    total = sum((line.counts for line in chosen), Counts())
    number = request.args.get("page", "1")
    pages = max((len(chosen) - 1) // AT_ONCE + 1, 1)
    page = min(max(int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1, 1), pages)
    here = "held_lessons.home" if teacher_id is None else "held_lessons.mine"
    return render_template(
        "held/page.html", lines=chosen[(page - 1) * AT_ONCE : page * AT_ONCE], number=len(chosen), total=total,
        chart=_chart(total), span=span, spans=spans, counted=counted, loads=loads, week=_week(),
        longest=max([load.week for load in loads] + [load.limit or 0 for load in loads] + [1]), here=here,
        choices=_choices(counted.value), asked=_asked(), mine=teacher_id is not None, pages=pages, page=page,
        url_of=lambda n: url_for(here, **{**request.args.to_dict(), "page": n}),
    )  # fmt: skip


def _counted(span: Span, teacher_id: str | None) -> kept_figures.Counted[list[Line]]:
    now = drafts.moment()
    key = ("held lessons", span.id, now.today, teacher_id)
    return kept_figures.counted(
        key, now.at, lambda: held_lessons.lines(db.session, span, now.today, teacher_id),
        is_fresh() or teacher_id is not None,
    )  # fmt: skip


def _loads(span: Span, teacher_id: str | None) -> list[Load]:
    wanted = teacher_id or _asked()["teacher"] or None
    return workload.loads(db.session, span, _week(), wanted)


def _week() -> date:
    text = request.args.get("week", "")
    return parse_day(text) if text else drafts.moment().today


def _asked() -> dict[str, str]:
    return {name: request.args.get(name, "")[:200] for name in ("teacher", "class", "subject")}


def _wanted(lines: Sequence[Line]) -> list[Line]:
    asked = _asked()
    return [
        line for line in lines
        if asked["teacher"] in ("", *(id for id, _name in line.teachers))
        and asked["class"] in ("", line.class_name) and asked["subject"] in ("", line.subject)
    ]  # fmt: skip


def _choices(lines: Sequence[Line]) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer."""
    teachers = {id: name for line in lines for id, name in line.teachers}
    classes = list(dict.fromkeys(line.class_name for line in lines))
    return {
        "teacher": sorted(teachers.items(), key=lambda one: one[1]), "class": [(name, name) for name in classes],
        "subject": [(name, name) for name in sorted({line.subject for line in lines})],
    }  # fmt: skip


def _chart(total: Counts) -> charts.Bars:
    rows = ((_("plan"), total.planned), (_("timetable"), total.timetable), (_("held"), total.held),
            (_("cancelled"), total.cancelled), (_("substituted"), total.substituted),
            (_("added"), total.added))  # fmt: skip
    return charts.bars([(label, float(value), str(value)) for label, value in rows],
                       float(max(max(value for _label, value in rows), 1)))  # fmt: skip


def _table(lines: Sequence[Line], span: Span) -> export.Table:
    head = (_("Class"), _("Group"), _("Subject"), _("Teacher"), _("Hours by the plan"), _("By the timetable so far"),
            _("Held"), _("Cancelled"), _("Substituted"), _("By whom"), _("Added"), _("Hours of the plan, all"),
            _("Topics done"), _("Topics due"), _("Ahead (+) or behind (–)"))  # fmt: skip
    rows = [
        (line.class_name, line.group_name, line.subject, ", ".join(name for _id, name in line.teachers),
         line.counts.planned, line.counts.timetable, line.counts.held, line.counts.cancelled, line.counts.substituted,
         ", ".join(f"{name}: {number}" for name, number in line.by_whom), line.counts.added, line.hours, line.done,
         line.due, line.ahead if line.hours else "")
        for line in lines
    ]  # fmt: skip
    return export.Table(f"{_('Planned and held')} {span.name}", (head, *rows))


def _load_table(loads: Sequence[Load], span: Span) -> export.Table:
    head = (_("Teacher"), _("Lessons in the week"), _("Lessons a week, mean"), _("Most in a week"),
            _("Most by the schedule"), _("Weeks beyond it"))  # fmt: skip
    rows: list[tuple[Any, ...]] = [
        (load.name, load.week, f"{load.mean:.1f}".replace(".", ","), load.most,
         "" if load.limit is None else load.limit, len(load.over)) for load in loads
    ]  # fmt: skip
    title = _("Load")
    return export.Table(f"{title} {span.name}", (head, *rows))
