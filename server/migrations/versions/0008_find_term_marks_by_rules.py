"""Find term marks by rules with a source, mark without handing in, and keep marks from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("marks_only", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "grading_rule",
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("grades_from", sa.Integer(), nullable=False),
        sa.Column("grades_to", sa.Integer(), nullable=False),
        sa.Column("scale", sa.String(length=12), nullable=False),
        sa.Column("period", sa.String(), server_default="", nullable=False),
        sa.Column("term_kind", sa.String(), server_default="", nullable=False),
        sa.Column("formula", sa.String(length=8), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("decided", sa.String(length=8), nullable=False),
        sa.Column("not_attested", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "grades_from BETWEEN 1 AND 12 AND grades_to BETWEEN grades_from AND 12",
            name=op.f("ck_grading_rule_grades"),
        ),
        sa.CheckConstraint("period IN ('', 'term', 'year')", name=op.f("ck_grading_rule_period")),
        sa.CheckConstraint(
            "formula IN ('none', 'mean', 'shares', 'terms', 'passed')", name=op.f("ck_grading_rule_formula")
        ),
        sa.CheckConstraint("decided IN ('teacher', 'formula')", name=op.f("ck_grading_rule_decided")),
        sa.ForeignKeyConstraint(["scale"], ["scale.code"], name=op.f("fk_grading_rule_scale")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_grading_rule")),
    )
    op.create_table(
        "kind_weight",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("weight BETWEEN 0 AND 100", name=op.f("ck_kind_weight_weight")),
        sa.ForeignKeyConstraint(["code"], ["task_kind.code"], name=op.f("fk_kind_weight_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_kind_weight")),
    )
    op.create_table(
        "mark_percent",
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("grades_from", sa.Integer(), nullable=False),
        sa.Column("grades_to", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "grades_from BETWEEN 1 AND 12 AND grades_to BETWEEN grades_from AND 12",
            name=op.f("ck_mark_percent_grades"),
        ),
        sa.CheckConstraint("starts_at BETWEEN 0 AND 100", name=op.f("ck_mark_percent_starts_at")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_mark_percent")),
    )
    op.create_table(
        "outside_mark",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("course_id", sa.String(length=32), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(), server_default="", nullable=False),
        sa.Column("scale", sa.String(length=12), nullable=False),
        sa.Column("value", sa.String(length=8), nullable=False),
        sa.Column("max_points", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(), server_default="", nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), server_default="", nullable=False),
        sa.Column("file_name", sa.String(), server_default="", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(length=32), nullable=True),
        sa.Column("from_work_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("task_id", sa.String(length=32), nullable=True),
        sa.Column("term_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "state IN ('offered', 'taken', 'noted', 'declined')", name=op.f("ck_outside_mark_state")
        ),
        sa.CheckConstraint("(state = 'offered') = (decided_at IS NULL)", name=op.f("ck_outside_mark_decided")),
        sa.CheckConstraint(
            "(scale = 'points') = (max_points IS NOT NULL)", name=op.f("ck_outside_mark_points_have_maximum")
        ),
        sa.CheckConstraint(
            "max_points IS NULL OR max_points BETWEEN 1 AND 1000", name=op.f("ck_outside_mark_max_points")
        ),
        sa.CheckConstraint("length(source) > 0", name=op.f("ck_outside_mark_has_source")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_outside_mark_{column}"))
            for column, target in (
                ("student_id", "person.id"), ("course_id", "course.id"), ("kind", "task_kind.code"),
                ("scale", "scale.code"), ("received_by", "person.id"), ("from_work_id", "work.id"),
                ("decided_by", "person.id"), ("task_id", "task.id"), ("term_id", "term.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_mark")),
        sa.UniqueConstraint("from_work_id", "value", name=op.f("uq_outside_mark_from_work_id_value")),
    )  # fmt: skip
    with op.batch_alter_table("outside_mark") as batch_op:
        batch_op.create_index(batch_op.f("ix_outside_mark_student_id"), ["student_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outside_mark_course_id"), ["course_id"], unique=False)


def downgrade() -> None:
    op.drop_table("outside_mark")
    op.drop_table("mark_percent")
    op.drop_table("kind_weight")
    op.drop_table("grading_rule")
    # kinds that came with this step and bear no work go with it; next to work they stay
    op.execute(
        "DELETE FROM task_kind WHERE code IN ('oral', 'elsewhere')"
        " AND NOT EXISTS (SELECT 1 FROM task WHERE task.kind = task_kind.code)"
        " AND NOT EXISTS (SELECT 1 FROM assessment WHERE assessment.kind = task_kind.code)"
    )
    with op.batch_alter_table("task") as batch_op:
        batch_op.drop_column("marks_only")
