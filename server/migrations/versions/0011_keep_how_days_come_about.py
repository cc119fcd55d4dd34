"""Keep how days come about: approval, deeds and undoing, modes, absent teachers, schedules, wishes, attestation."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ROLES = (
    "director", "deputy_studies", "deputy_upbringing", "coordinator", "class_teacher", "subject_teacher",
    "network_teacher", "tutor", "psychologist", "operator", "support_staff", "admin",
)  # fmt: skip
NEW_ROLES = ("timetabler", "day_approver")
CHANGES = ("substituted", "moved", "cancelled", "reassigned")
NEW_CHANGES = ("added", "adjusted", "undone")
CHANGE = sa.table("lesson_change", sa.column("kind", sa.String))
GRANT = sa.table("role_grant", sa.column("role", sa.String))
SLOT = sa.table("slot", sa.column("since", sa.Date), sa.column("until", sa.Date))
FORM = sa.table("lesson_form", sa.column("code", sa.String), sa.column("screen", sa.Integer))


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(map(repr, values))})"


def upgrade() -> None:
    op.create_table(
        "leave_reason",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_leave_reason")),
    )
    op.create_table(
        "mode_reason",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_mode_reason")),
    )
    op.create_table(
        "subject_difficulty",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("grades_from", sa.Integer(), nullable=False),
        sa.Column("grades_to", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "grades_from BETWEEN 1 AND 12 AND grades_to BETWEEN grades_from AND 12",
            name=op.f("ck_subject_difficulty_grades"),
        ),
        sa.CheckConstraint("points BETWEEN 1 AND 20", name=op.f("ck_subject_difficulty_points")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_subject_difficulty")),
    )
    op.create_table(
        "timetable_norm",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("rule", sa.String(length=13), nullable=False),
        sa.Column("grades_from", sa.Integer(), nullable=False),
        sa.Column("grades_to", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("device", sa.String(), server_default="", nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "rule IN ('lessons_week', 'lessons_day', 'screen_day', 'screen_lesson', 'screen_look', 'homework_day', 'exams_day', 'exams_between')",
            name=op.f("ck_timetable_norm_rule"),
        ),
        sa.CheckConstraint("days IS NULL OR days BETWEEN 5 AND 6", name=op.f("ck_timetable_norm_days")),
        sa.CheckConstraint(
            "grades_from BETWEEN 1 AND 12 AND grades_to BETWEEN grades_from AND 12",
            name=op.f("ck_timetable_norm_grades"),
        ),
        sa.CheckConstraint("value >= 0", name=op.f("ck_timetable_norm_value")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_timetable_norm")),
    )
    op.create_table(
        "assessment_plan",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("year_id", sa.String(length=32), nullable=False),
        sa.Column("term_number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_assessment_plan_group_id")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_assessment_plan_published_by")),
        sa.ForeignKeyConstraint(["year_id"], ["year.id"], name=op.f("fk_assessment_plan_year_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_plan")),
        sa.UniqueConstraint(
            "group_id", "year_id", "term_number", name=op.f("uq_assessment_plan_group_id_year_id_term_number")
        ),
    )
    op.create_table(
        "attestation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("year_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("order_no", sa.String(), server_default="", nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint("kind IN ('interim', 'final')", name=op.f("ck_attestation_kind")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_attestation_order")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_attestation_published_by")),
        sa.ForeignKeyConstraint(["year_id"], ["year.id"], name=op.f("fk_attestation_year_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("secret", sa.String(length=43), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("secret", name=op.f("uq_calendar_feed_secret")),
    )
    op.create_index(op.f("ix_calendar_feed_person_id"), "calendar_feed", ["person_id"])

    op.create_table(
        "mode_period",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=True),
        sa.Column("student_id", sa.String(length=32), nullable=True),
        sa.Column("mode", sa.String(length=9), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("order_no", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mode IN ('in_person', 'distance', 'mixed')", name=op.f("ck_mode_period_mode")),
        sa.CheckConstraint("group_id IS NULL OR student_id IS NULL", name=op.f("ck_mode_period_one_scope")),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_mode_period_order")),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_mode_period_group_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_mode_period_made_by")),
        sa.ForeignKeyConstraint(["reason"], ["mode_reason.code"], name=op.f("fk_mode_period_reason")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_mode_period_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mode_period")),
    )
    op.create_index(op.f("ix_mode_period_group_id"), "mode_period", ["group_id"])
    op.create_index(op.f("ix_mode_period_student_id"), "mode_period", ["student_id"])

    op.create_table(
        "teacher_absence",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("first_n", sa.Integer(), nullable=True),
        sa.Column("last_n", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("order_no", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("noted_by", sa.String(length=32), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(first_n IS NULL) = (last_n IS NULL)", name=op.f("ck_teacher_absence_both_lessons")),
        sa.CheckConstraint("first_n IS NULL OR last_n >= first_n", name=op.f("ck_teacher_absence_lessons")),
        sa.CheckConstraint("until >= since", name=op.f("ck_teacher_absence_order")),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_teacher_absence_noted_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_teacher_absence_person_id")),
        sa.ForeignKeyConstraint(["reason"], ["leave_reason.code"], name=op.f("fk_teacher_absence_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teacher_absence")),
    )
    op.create_index(op.f("ix_teacher_absence_person_id"), "teacher_absence", ["person_id"])
    op.create_index(op.f("ix_teacher_absence_since"), "teacher_absence", ["since"])

    op.create_table(
        "work_schedule",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("part_time", sa.Boolean(), nullable=False),
        sa.Column("most_a_week", sa.Integer(), nullable=True),
        sa.Column("most_a_day", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "most_a_day IS NULL OR most_a_day BETWEEN 1 AND 14", name=op.f("ck_work_schedule_most_a_day")
        ),
        sa.CheckConstraint(
            "most_a_week IS NULL OR most_a_week BETWEEN 1 AND 60", name=op.f("ck_work_schedule_most_a_week")
        ),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_work_schedule_order")),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_work_schedule_approved_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_work_schedule_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_schedule")),
        sa.UniqueConstraint("person_id", "since", name=op.f("uq_work_schedule_person_id_since")),
    )
    op.create_index(op.f("ix_work_schedule_person_id"), "work_schedule", ["person_id"])

    op.create_table(
        "day_step",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('submitted', 'approved', 'returned', 'reopened', 'corrected', 'published', 'reminded', 'missed')",
            name=op.f("ck_day_step_state"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_day_step_by_id")),
        sa.ForeignKeyConstraint(["on"], ["day.on"], name=op.f("fk_day_step_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_step")),
    )
    op.create_index(op.f("ix_day_step_on"), "day_step", ["on"])

    op.create_table(
        "exam",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("attestation_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("of_exam_id", sa.String(length=32), nullable=True),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("form", sa.String(), server_default="", nullable=False),
        sa.Column("scale", sa.String(length=12), nullable=False),
        sa.Column("max_points", sa.Integer(), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("starts", sa.String(length=5), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("protocol_no", sa.String(), server_default="", nullable=False),
        sa.Column("protocol_text", sa.String(), server_default="", nullable=False),
        sa.Column("protocol_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("protocol_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint("(kind = 'exam') = (of_exam_id IS NULL)", name=op.f("ck_exam_of_exam")),
        sa.CheckConstraint("kind IN ('exam', 'consultation', 'resit')", name=op.f("ck_exam_kind")),
        sa.CheckConstraint("state IN ('planned', 'held', 'cancelled')", name=op.f("ck_exam_state")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 600", name=op.f("ck_exam_minutes")),
        sa.ForeignKeyConstraint(
            ["attestation_id"], ["attestation.id"], name=op.f("fk_exam_attestation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["of_exam_id"], ["exam.id"], name=op.f("fk_exam_of_exam_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["protocol_by"], ["person.id"], name=op.f("fk_exam_protocol_by")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_exam_room_id")),
        sa.ForeignKeyConstraint(["scale"], ["scale.code"], name=op.f("fk_exam_scale")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_exam_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam")),
    )
    op.create_index(op.f("ix_exam_attestation_id"), "exam", ["attestation_id"])
    op.create_index(op.f("ix_exam_of_exam_id"), "exam", ["of_exam_id"])
    op.create_index("ix_exam_on", "exam", ["on"])

    op.create_table(
        "lesson_act",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("teacher_absence_id", sa.String(length=32), nullable=True),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by_id", sa.String(length=32), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "kind IN ('substituted', 'moved', 'swapped', 'cancelled', 'reassigned', 'joined', 'self_study', 'added', 'adjusted', 'mode', 'proposed', 'undone')",
            name=op.f("ck_lesson_act_kind"),
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_lesson_act_made_by")),
        sa.ForeignKeyConstraint(
            ["teacher_absence_id"], ["teacher_absence.id"], name=op.f("fk_lesson_act_teacher_absence_id")
        ),
        sa.ForeignKeyConstraint(["told_by"], ["person.id"], name=op.f("fk_lesson_act_told_by")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["lesson_act.id"], name=op.f("fk_lesson_act_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_act")),
    )
    op.create_index("ix_lesson_act_made_at", "lesson_act", ["made_at"])
    op.create_index(op.f("ix_lesson_act_teacher_absence_id"), "lesson_act", ["teacher_absence_id"])

    op.create_table(
        "work_day",
        sa.Column("schedule_id", sa.String(length=32), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("starts", sa.String(length=5), nullable=True),
        sa.Column("ends", sa.String(length=5), nullable=True),
        sa.CheckConstraint("kind IN ('work', 'methodical', 'off')", name=op.f("ck_work_day_kind")),
        sa.CheckConstraint("starts IS NULL OR ends IS NULL OR ends > starts", name=op.f("ck_work_day_order")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_work_day_weekday")),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["work_schedule.id"], name=op.f("fk_work_day_schedule_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("schedule_id", "weekday", name=op.f("pk_work_day")),
    )
    op.create_table(
        "exam_course",
        sa.Column("exam_id", sa.String(length=32), nullable=False),
        sa.Column("course_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_exam_course_course_id")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_exam_course_exam_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("exam_id", "course_id", name=op.f("pk_exam_course")),
    )
    op.create_index(op.f("ix_exam_course_course_id"), "exam_course", ["course_id"])

    op.create_table(
        "exam_result",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("exam_id", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), server_default="", nullable=False),
        sa.Column("absent", sa.Boolean(), nullable=False),
        sa.Column("debt", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.Column("entered_by", sa.String(length=32), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_exam_result_entered_by")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_exam_result_exam_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_exam_result_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_result")),
        sa.UniqueConstraint("exam_id", "student_id", "n", name=op.f("uq_exam_result_exam_id_student_id_n")),
    )
    op.create_index(op.f("ix_exam_result_exam_id"), "exam_result", ["exam_id"])
    op.create_index(op.f("ix_exam_result_student_id"), "exam_result", ["student_id"])

    op.create_table(
        "exam_staff",
        sa.Column("exam_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("part", sa.String(length=11), nullable=False),
        sa.CheckConstraint(
            "part IN ('chair', 'examiner', 'assistant', 'invigilator')", name=op.f("ck_exam_staff_part")
        ),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_exam_staff_exam_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exam_staff_person_id")),
        sa.PrimaryKeyConstraint("exam_id", "person_id", name=op.f("pk_exam_staff")),
    )
    op.create_index(op.f("ix_exam_staff_person_id"), "exam_staff", ["person_id"])

    op.create_table(
        "lesson_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("lesson_course_id", sa.String(length=32), nullable=True),
        sa.Column("course_id", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=True),
        sa.Column("asked_by", sa.String(length=32), nullable=True),
        sa.Column("entered_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), server_default="", nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("act_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "kind IN ('again', 'move', 'cancel', 'extra', 'consultation')", name=op.f("ck_lesson_request_kind")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'agreed', 'scheduled', 'refused', 'withdrawn')", name=op.f("ck_lesson_request_state")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["lesson_act.id"], name=op.f("fk_lesson_request_act_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_lesson_request_asked_by")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_lesson_request_course_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_lesson_request_decided_by")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_lesson_request_entered_by")),
        sa.ForeignKeyConstraint(
            ["lesson_course_id"], ["lesson_course.id"], name=op.f("fk_lesson_request_lesson_course_id")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_lesson_request_request_id")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_lesson_request_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_request")),
    )
    op.create_index(op.f("ix_lesson_request_course_id"), "lesson_request", ["course_id"])
    op.create_index(op.f("ix_lesson_request_lesson_course_id"), "lesson_request", ["lesson_course_id"])
    op.create_index(op.f("ix_lesson_request_student_id"), "lesson_request", ["student_id"])

    op.create_table(
        "lesson_consent",
        sa.Column("lesson_request_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer IN ('', 'yes', 'no')", name=op.f("ck_lesson_consent_answer")),
        sa.ForeignKeyConstraint(
            ["lesson_request_id"],
            ["lesson_request.id"],
            name=op.f("fk_lesson_consent_lesson_request_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lesson_consent_person_id")),
        sa.PrimaryKeyConstraint("lesson_request_id", "person_id", name=op.f("pk_lesson_consent")),
    )
    op.create_index(op.f("ix_lesson_consent_person_id"), "lesson_consent", ["person_id"])
    with op.batch_alter_table("day") as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("remark", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE day SET published_at = approved_at")  # until now what was approved went out at once
    with op.batch_alter_table("lesson_change") as batch_op:
        batch_op.add_column(sa.Column("act_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("undone", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_foreign_key(batch_op.f("fk_lesson_change_act_id"), "lesson_act", ["act_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_lesson_change_act_id"), ["act_id"])
        batch_op.drop_constraint(batch_op.f("ck_lesson_change_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_lesson_change_kind"), one_of("kind", (*CHANGES, *NEW_CHANGES, "imported"))
        )
    with op.batch_alter_table("lesson_form") as batch_op:
        batch_op.add_column(sa.Column("screen", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_check_constraint(batch_op.f("ck_lesson_form_screen"), "screen BETWEEN 0 AND 100")
    op.execute(FORM.update().where(FORM.c.code == "live").values(screen=100))
    with op.batch_alter_table("school") as batch_op:
        batch_op.add_column(sa.Column("week_length", sa.Integer(), server_default="5", nullable=False))
        batch_op.add_column(sa.Column("publish_at", sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column("remind_minutes", sa.Integer(), server_default="120", nullable=False))
        batch_op.create_check_constraint(batch_op.f("ck_school_week_length"), "week_length BETWEEN 5 AND 6")
        batch_op.create_check_constraint(batch_op.f("ck_school_remind_minutes"), "remind_minutes BETWEEN 0 AND 1440")
    op.execute("UPDATE school SET week_length = 6 WHERE EXISTS (SELECT 1 FROM slot WHERE weekday = 6)")
    with op.batch_alter_table("slot") as batch_op:
        batch_op.add_column(sa.Column("since", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("until", sa.Date(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_slot_weekly_lesson_id_weekday_n_weeks"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_slot_weekly_lesson_id_weekday_n_weeks_since"),
            ["weekly_lesson_id", "weekday", "n", "weeks", "since"],
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_slot_order"), "since IS NULL OR until IS NULL OR until >= since"
        )
    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_role_grant_role"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_role_grant_role"), one_of("role", (*ROLES, *NEW_ROLES)))
    with op.batch_alter_table("request_kind") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_request_kind_role"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_request_kind_role"), one_of("role", (*ROLES, *NEW_ROLES)))


def downgrade() -> None:
    with op.batch_alter_table("request_kind") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_request_kind_role"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_request_kind_role"), one_of("role", ROLES))
    op.execute(GRANT.delete().where(GRANT.c.role.in_(NEW_ROLES)))
    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_role_grant_role"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_role_grant_role"), one_of("role", ROLES))
    op.execute(SLOT.delete().where(SLOT.c.until.is_not(None)))
    with op.batch_alter_table("slot") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_slot_order"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_slot_weekly_lesson_id_weekday_n_weeks_since"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_slot_weekly_lesson_id_weekday_n_weeks"), ["weekly_lesson_id", "weekday", "n", "weeks"]
        )
        batch_op.drop_column("until")
        batch_op.drop_column("since")
    with op.batch_alter_table("school") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_school_remind_minutes"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_school_week_length"), type_="check")
        batch_op.drop_column("remind_minutes")
        batch_op.drop_column("publish_at")
        batch_op.drop_column("week_length")
    with op.batch_alter_table("lesson_form") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_lesson_form_screen"), type_="check")
        batch_op.drop_column("screen")
    op.execute(CHANGE.delete().where(CHANGE.c.kind.in_(NEW_CHANGES)))
    with op.batch_alter_table("lesson_change") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_lesson_change_kind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_lesson_change_kind"), one_of("kind", (*CHANGES, "imported")))
        batch_op.drop_constraint(batch_op.f("fk_lesson_change_act_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_lesson_change_act_id"))
        batch_op.drop_column("undone")
        batch_op.drop_column("act_id")
    with op.batch_alter_table("day") as batch_op:
        batch_op.drop_column("published_at")
        batch_op.drop_column("remark")
        batch_op.drop_column("submitted_at")
        batch_op.drop_column("version")
    op.drop_table("lesson_consent")
    op.drop_table("lesson_request")
    op.drop_table("exam_staff")
    op.drop_table("exam_result")
    op.drop_table("exam_course")
    op.drop_table("work_day")
    op.drop_table("lesson_act")
    op.drop_table("exam")
    op.drop_table("day_step")
    op.drop_table("work_schedule")
    op.drop_table("teacher_absence")
    op.drop_table("mode_period")
    op.drop_table("calendar_feed")
    op.drop_table("attestation")
    op.drop_table("assessment_plan")
    op.drop_table("timetable_norm")
    op.drop_table("subject_difficulty")
    op.drop_table("mode_reason")
    op.drop_table("leave_reason")
