"""What people call a row of any table: the words for tables and fields, and the names that rows go by."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Table
from sqlalchemy.orm import Session

from server.models import Base
from server.services.imports.change_journal import Row, rows_of

TABLES: dict[str, Any] = {
    "absence": _l("absence"), "account": _l("account"), "assessment": _l("assessment"), "bell": _l("bell"),
    "bell_schedule": _l("bells"), "broadcast": _l("TV lesson"), "card": _l("individual card"),
    "connectivity": _l("survey of connections"), "contact": _l("contact"), "course": _l("course"),
    "course_plan_topic": _l("topic of the plan"), "course_teacher": _l("teacher of a course"),
    "day": _l("school day"), "duty_rota": _l("duty on the hotline"), "exemption": _l("exemption"),
    "group": _l("class or group"), "guardianship": _l("guardian"), "household": _l("household"),
    "import_draft": _l("upload"), "import_mapping": _l("layout of a file"), "lesson": _l("lesson"),
    "lesson_change": _l("change of a lesson"), "lesson_course": _l("lesson"), "lesson_teacher": _l("lesson"),
    "mark_revision": _l("mark"), "material": _l("material"), "membership": _l("place in a class"),
    "movement": _l("movement"), "pack": _l("pack"), "pack_sheet": _l("pack"), "person": _l("person"),
    "plan": _l("study plan"), "portfolio_item": _l("portfolio"), "request": _l("request"),
    "resource": _l("resource"), "return": _l("returned work"), "role_grant": _l("role"), "room": _l("room"),
    "school": _l("school"), "slot": _l("place in the timetable"),
    "staff_subject": _l("subject that somebody teaches"), "subject": _l("subject"), "task": _l("task"),
    "term": _l("term"), "term_mark": _l("term mark"), "weekly_lesson": _l("lesson of the week"),
    "weekly_lesson_course": _l("lesson of the week"), "weekly_lesson_teacher": _l("lesson of the week"),
    "weekly_lesson_former": _l("lesson of the week"), "plan_shift": _l("plan dated anew"),
    "work": _l("work"), "year": _l("school year"),
    "outside_mark": _l("mark from elsewhere"),
    # what no import brings, for whoever reads an archive
    "grading_rule": _l("rule of marking"), "kind_weight": _l("weight of a kind of work"),
    "mark_percent": _l("per cent for a mark"), "absence_letter": _l("letter for absences"),
    "contact_topic": _l("topic of contacts"), "presence": _l("presence at a supervised place"),
    "audit_entry": _l("log of who did what"), "bundle": _l("parcel for another school"),
    "counter": _l("numbers given out"), "device": _l("device"), "appointment": _l("appointment"),
    "absence_proof": _l("proof of a reason"), "absence_refusal": _l("refused proposal of an absence"),
    "cut_off": _l("days without contact"), "cut_off_cause": _l("cause of no contact"), "incident": _l("incident"),
    "incident_kind": _l("kind of incident"), "incident_note": _l("note on an incident"),
    "document": _l("document"), "image": _l("picture"), "private_page": _l("private page"),
    "scan_stack": _l("scanned stack"), "scan_page": _l("scanned page"), "scan_page_work": _l("scanned page"),
    "scan_answer": _l("ticked answer"),
    "answer_field": _l("question to tick"), "phrase": _l("comment to use again"), "stop": _l("delivery stop"),
    "print_setting": _l("setting of printing"), "cut_step": _l("way to save paper"), "pack_step": _l("pack"),
    "site_figure": _l("size of the site"), "sign_set": _l("signs on a page"), "sign": _l("sign on a page"),
    "marked_copy": _l("wish for a marked copy"),
    "lesson_followup": _l("what followed a TV lesson"), "proof_kind": _l("kind of proof"), "edition": _l("edition"),
    "import_alias": _l("word of a file and its meaning"), "import_run": _l("import"), "lesson_form": _l("form"),
    "manifest": _l("delivery list"), "mark_act": _l("who gave a mark"), "message": _l("message"),
    "norm": _l("rule on assessments"), "notice": _l("notice"), "op": _l("operation"),
    "op_clash": _l("clash of operations"), "peer": _l("other school"), "reception_hours": _l("reception hours"),
    "request_kind": _l("kind of request"), "request_step": _l("step of a request"),
    "return_channel": _l("way of handing in"), "scale": _l("scale"), "sheet": _l("printed sheet"),
    "task_kind": _l("kind of task"), "contact_channel": _l("way to reach a family"),
    "delivery": _l("message on its way"), "delivery_student": _l("message on its way"),
    "family_channel": _l("how a family is reached"), "letter": _l("letter from a family"),
    "threshold": _l("threshold"), "feedback": _l("answer to a work"), "mastery_level": _l("level of mastery"),
    "day_step": _l("step of a school day"), "lesson_act": _l("deed of the timetable office"),
    "mode_reason": _l("reason of a mode"), "mode_period": _l("mode of teaching"),
    "leave_reason": _l("reason of a teacher's absence"), "teacher_absence": _l("absence of a teacher"),
    "work_schedule": _l("working schedule"), "work_day": _l("working schedule"),
    "timetable_norm": _l("norm of the timetable"), "subject_difficulty": _l("difficulty of a subject"),
    "lesson_request": _l("wish about a lesson"), "lesson_consent": _l("answer to a wish about a lesson"),
    "calendar_feed": _l("calendar address"),
    "assessment_plan": _l("published plan of assessments"), "assessment_consent": _l("answer to a plan of assessments"),
    "lesson_agreement": _l("agreement of a lesson's tasks"),
    "attestation": _l("attestation"), "exam": _l("exam"),
    "exam_course": _l("exam"), "exam_staff": _l("exam"), "exam_result": _l("result of an exam"),
}  # fmt: skip

FIELDS: dict[str, Any] = {
    "address": _l("address"), "birth_date": _l("date of birth"), "body": _l("text"), "channel": _l("channel"),
    "class": _l("class"), "comment": _l("comment"),
    "confirmed": _l("confirmed"), "device": _l("device"), "due_on": _l("date of control"),
    "email": _l("e-mail"), "ends": _l("end"), "ends_on": _l("last day"), "first_name": _l("first name"),
    "form": _l("form"), "guardian": _l("guardian"), "hours": _l("hours"), "hours_per_week": _l("hours a week"),
    "household": _l("household"), "internet": _l("internet"), "last_name": _l("surname"), "left_on": _l("left on"),
    "length": _l("lessons in a row"), "max_points": _l("most points"), "middle_name": _l("patronymic"),
    "minutes": _l("minutes"), "n": _l("lesson number"), "name": _l("name"), "number": _l("number"), "on": _l("day"),
    "phone": _l("phone"), "place": _l("place in the week"), "planned_on": _l("planned for"), "reason": _l("reason"),
    "role": _l("role"), "room": _l("room"), "scale": _l("scale"), "section": _l("section"), "sex": _l("sex"),
    "shift": _l("shift"), "short": _l("short name"), "since": _l("since"), "source": _l("source"),
    "starts": _l("start"), "starts_on": _l("first day"), "state": _l("state"), "subgroup": _l("subgroup"),
    "subject": _l("subject"), "teacher": _l("teacher"), "television": _l("television"), "text": _l("text"),
    "title": _l("title"), "topic": _l("topic"), "until": _l("until"), "value": _l("mark"),
    "week_cycle": _l("kinds of week"),
    "withdrawn": _l("withdrawn"), "words": _l("words"),
}  # fmt: skip

_OWN = ("title", "topic", "name", "address")  # the column by which a row is called
_THROUGH = (  # else it is called as the row that it belongs to
    "student_id", "person_id", "work_id", "course_id", "lesson_course_id", "lesson_id", "weekly_lesson_id",
    "task_id", "material_id", "group_id", "schedule_id", "logged_by", "author_id",
)  # fmt: skip


class Names:
    """The names of rows, read in bulk and kept; a session's reads only."""

    def __init__(self, session: Session):
        self.session = session
        self._rows: dict[str, dict[Any, dict[str, Any]]] = {}
        self._views: dict[str, list[str]] | None = None

    def prepare(self, table: Table, rows: Iterable[Row]) -> None:
        """Read what the names of these rows need, in few queries."""
        names = table.c.keys()
        wanted: dict[str, set[Any]] = {}
        for row in rows:
            for key in table.foreign_keys:
                value = row[names.index(key.parent.key)]
                if value is not None:
                    wanted.setdefault(key.column.table.name, set()).add(value)
        for other, ids in wanted.items():
            self._load(other, ids)

    def of(self, table: Table, row: Row) -> str:
        """What a row is called; "" where nobody would know it."""
        return self._name(table.name, dict(zip(table.c.keys(), row, strict=True)), 0)

    def by_id(self, table: str, id: Any) -> str:
        """The name of the row with this key; "" for None and for what is not there."""
        if id is None:
            return ""
        self._load(table, [id])
        row = self._rows[table][id]
        return self._name(table, row, 0) if row else ""

    def _load(self, table: str, ids: Iterable[Any]) -> None:
        known = self._rows.setdefault(table, {})
        missing = [id for id in ids if id not in known]
        if not missing:
            return
        known |= {id: {} for id in missing}
        source = Base.metadata.tables[table]
        place = source.c.keys().index(next(iter(source.primary_key.columns)).key)
        rows = list(rows_of(self.session, source, [(id,) for id in missing]))
        for row in rows:
            known[row[place]] = dict(zip(source.c.keys(), row, strict=True))
        if table in ("course", "group", "weekly_lesson", "lesson", "work"):
            self.prepare(source, rows)

    def _name(self, table: str, row: dict[str, Any], depth: int) -> str:
        match table:
            case "person":
                return " ".join(filter(None, (row["last_name"], row["first_name"], row["middle_name"])))
            case "group" if row["parent_id"]:
                return f"{self.by_id('group', row['parent_id'])}, {row['name']}"
            case "course":
                return f"{self.by_id('group', row['group_id'])}, {self.by_id('subject', row['subject_id'])}"
            case "weekly_lesson":  # its key says subject and groups as the file wrote them
                return row["key"].replace("|", ", ")
            case "lesson":
                return f"{self.by_id('weekly_lesson', row['weekly_lesson_id'])}, {row['on']} ({row['n']})"
            case "broadcast":
                return f"{row['subject']}, {row['grade']}, {row['on']} {row['starts']}"
            case "bell":
                return f"{row['n']} ({row['starts']})"
            case "household":
                return row["address"]
        own = next((row[name] for name in _OWN if row.get(name)), "")
        return str(own) if own else self._through(table, row, depth)

    def _through(self, table: str, row: dict[str, Any], depth: int) -> str:
        targets = {key.parent.key: key.column.table.name for key in Base.metadata.tables[table].foreign_keys}
        for column in _THROUGH:
            if depth < 4 and column in targets and row.get(column) is not None:
                self._load(targets[column], [row[column]])
                other = self._rows[targets[column]][row[column]]
                return self._name(targets[column], other, depth + 1) if other else ""
        return ""


def table_label(table: str) -> str:
    """The word for a table in the current language."""
    return str(TABLES.get(table, table))


def field_label(name: str) -> str:
    """The word for a field in the current language."""
    return str(FIELDS.get(name, name))
