"""Keep since when a newer timetable holds, who taught before it, and which plans a change of dates moved."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "weekly_lesson_former",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("weekly_lesson_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.CheckConstraint("since IS NULL OR until >= since", name=op.f("ck_weekly_lesson_former_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_weekly_lesson_former_person_id")),
        sa.ForeignKeyConstraint(
            ["weekly_lesson_id"],
            ["weekly_lesson.id"],
            name=op.f("fk_weekly_lesson_former_weekly_lesson_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_lesson_former")),
    )
    with op.batch_alter_table("weekly_lesson_former") as batch_op:
        batch_op.create_index(batch_op.f("ix_weekly_lesson_former_weekly_lesson_id"), ["weekly_lesson_id"])
    with op.batch_alter_table("weekly_lesson_teacher") as batch_op:
        batch_op.add_column(sa.Column("since", sa.Date(), nullable=True))
    with op.batch_alter_table("import_run") as batch_op:
        batch_op.add_column(sa.Column("since", sa.Date(), nullable=True))
    op.create_table(
        "plan_shift",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("course_id", sa.String(length=32), nullable=False),
        sa.Column("redated", sa.Integer(), nullable=False),
        sa.Column("without", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint('redated >= 0 AND without >= 0 AND "left" >= 0', name=op.f("ck_plan_shift_counts")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_plan_shift_course_id")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_plan_shift_run_id")),
        sa.ForeignKeyConstraint(["seen_by"], ["person.id"], name=op.f("fk_plan_shift_seen_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_shift")),
    )
    with op.batch_alter_table("plan_shift") as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_shift_course_id"), ["course_id"])


def downgrade() -> None:
    op.drop_table("plan_shift")
    with op.batch_alter_table("import_run") as batch_op:
        batch_op.drop_column("since")
    with op.batch_alter_table("weekly_lesson_teacher") as batch_op:
        batch_op.drop_column("since")
    op.drop_table("weekly_lesson_former")
