"""Keep what is decided about attendance, and incidents with their owner and outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cut_off_cause",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_cut_off_cause")),
    )
    op.create_table(
        "incident_kind",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=True),
        sa.Column("within_days", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("(threshold IS NULL) = (within_days IS NULL)", name=op.f("ck_incident_kind_within_days")),
        sa.CheckConstraint("threshold IS NULL OR threshold > 0", name=op.f("ck_incident_kind_threshold")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_incident_kind")),
    )
    op.create_table(
        "proof_kind",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_proof_kind")),
    )
    op.create_table(
        "cut_off",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("noted_by", sa.String(length=32), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until >= since", name=op.f("ck_cut_off_order")),
        sa.ForeignKeyConstraint(["cause"], ["cut_off_cause.code"], name=op.f("fk_cut_off_cause")),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_cut_off_noted_by")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_cut_off_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cut_off")),
        sa.UniqueConstraint(
            "student_id", "since", "until", "cause", name=op.f("uq_cut_off_student_id_since_until_cause")
        ),
    )
    with op.batch_alter_table("cut_off") as batch_op:
        batch_op.create_index(batch_op.f("ix_cut_off_student_id"), ["student_id"], unique=False)

    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(length=32), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("op_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_incident_closed_at")),
        sa.CheckConstraint("state = 'open' OR length(outcome) > 0", name=op.f("ck_incident_closed_has_outcome")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_incident_state")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_incident_closed_by")),
        sa.ForeignKeyConstraint(["kind"], ["incident_kind.code"], name=op.f("fk_incident_kind")),
        sa.ForeignKeyConstraint(["op_seq"], ["op.seq"], name=op.f("fk_incident_op_seq")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_incident_opened_by")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_incident_owner_id")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_incident_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("op_seq", name=op.f("uq_incident_op_seq")),
    )
    with op.batch_alter_table("incident") as batch_op:
        batch_op.create_index("ix_incident_owner_id_state", ["owner_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_student_id"), ["student_id"], unique=False)

    op.create_table(
        "incident_note",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("incident_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_incident_note_author_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_note_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_note")),
    )
    with op.batch_alter_table("incident_note") as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_note_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "absence_refusal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("lesson_course_id", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("refused_by", sa.String(length=32), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('absent', 'withdraw')", name=op.f("ck_absence_refusal_verdict")),
        sa.ForeignKeyConstraint(
            ["lesson_course_id"], ["lesson_course.id"], name=op.f("fk_absence_refusal_lesson_course_id")
        ),
        sa.ForeignKeyConstraint(["refused_by"], ["person.id"], name=op.f("fk_absence_refusal_refused_by")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_absence_refusal_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_refusal")),
        sa.UniqueConstraint(
            "student_id",
            "lesson_course_id",
            "verdict",
            name=op.f("uq_absence_refusal_student_id_lesson_course_id_verdict"),
        ),
    )
    with op.batch_alter_table("absence_refusal") as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_refusal_lesson_course_id"), ["lesson_course_id"], unique=False)

    op.create_table(
        "lesson_followup",
        sa.Column("lesson_course_id", sa.String(length=32), nullable=False),
        sa.Column("said", sa.String(length=8), nullable=False),
        sa.Column("said_by", sa.String(length=32), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("said IN ('added', 'nothing')", name=op.f("ck_lesson_followup_said")),
        sa.ForeignKeyConstraint(
            ["lesson_course_id"], ["lesson_course.id"], name=op.f("fk_lesson_followup_lesson_course_id")
        ),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name=op.f("fk_lesson_followup_said_by")),
        sa.PrimaryKeyConstraint("lesson_course_id", name=op.f("pk_lesson_followup")),
    )
    op.create_table(
        "absence_proof",
        sa.Column("absence_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("noted_by", sa.String(length=32), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["absence_id"], ["absence.id"], name=op.f("fk_absence_proof_absence_id")),
        sa.ForeignKeyConstraint(["kind"], ["proof_kind.code"], name=op.f("fk_absence_proof_kind")),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_absence_proof_noted_by")),
        sa.PrimaryKeyConstraint("absence_id", name=op.f("pk_absence_proof")),
    )
    with op.batch_alter_table("absence_letter") as batch_op:
        batch_op.add_column(sa.Column("missed", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.execute("UPDATE absence_letter SET missed = (code <> 'ОП')")  # being late is no missed lesson


def downgrade() -> None:
    with op.batch_alter_table("absence_letter") as batch_op:
        batch_op.drop_column("missed")

    op.drop_table("absence_proof")
    op.drop_table("lesson_followup")
    with op.batch_alter_table("absence_refusal") as batch_op:
        batch_op.drop_index(batch_op.f("ix_absence_refusal_lesson_course_id"))

    op.drop_table("absence_refusal")
    with op.batch_alter_table("incident_note") as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_note_incident_id"))

    op.drop_table("incident_note")
    with op.batch_alter_table("incident") as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_student_id"))
        batch_op.drop_index("ix_incident_owner_id_state")

    op.drop_table("incident")
    with op.batch_alter_table("cut_off") as batch_op:
        batch_op.drop_index(batch_op.f("ix_cut_off_student_id"))

    op.drop_table("cut_off")
    op.drop_table("proof_kind")
    op.drop_table("incident_kind")
    op.drop_table("cut_off_cause")
