"""Keep what the deputy said to the tasks of lessons: agreed, or returned with a remark."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lesson_agreement",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("lesson_course_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer IN ('agreed', 'returned')", name=op.f("ck_lesson_agreement_answer")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_lesson_agreement_by_id")),
        sa.ForeignKeyConstraint(
            ["lesson_course_id"],
            ["lesson_course.id"],
            name=op.f("fk_lesson_agreement_lesson_course_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_agreement")),
        sa.UniqueConstraint("lesson_course_id", "n", name=op.f("uq_lesson_agreement_lesson_course_id_n")),
    )


def downgrade() -> None:
    op.drop_table("lesson_agreement")
