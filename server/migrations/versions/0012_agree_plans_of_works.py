"""Keep what teachers said to plans of works, and what families were shown of plans and exams; limit works by hours."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NORM = sa.table("norm", sa.column("rule", sa.String()))


def upgrade() -> None:
    op.create_table(
        "assessment_consent",
        sa.Column("course_id", sa.String(length=32), nullable=False),
        sa.Column("term_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=3), nullable=False),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer IN ('yes', 'no')", name=op.f("ck_assessment_consent_answer")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_assessment_consent_course_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assessment_consent_person_id")),
        sa.PrimaryKeyConstraint("course_id", "term_number", name=op.f("pk_assessment_consent")),
    )
    _add("assessment_plan", "'[]'")
    _add("attestation", "'{}'")
    _allow(("a_day", "last_days", "share"))


def downgrade() -> None:
    op.execute(NORM.delete().where(NORM.c.rule == "share"))
    _allow(("a_day", "last_days"))
    for table in ("attestation", "assessment_plan"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("entries")
    op.drop_table("assessment_consent")


def _add(table: str, empty: str) -> None:
    """A column that the models fill themselves: what is there already gets nothing, and no default stays."""
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(sa.Column("entries", sa.JSON(), server_default=sa.text(empty), nullable=False))
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column("entries", server_default=None)


def _allow(rules: tuple[str, ...]) -> None:
    words = ", ".join(f"'{rule}'" for rule in rules)
    with op.batch_alter_table("norm") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_norm_rule"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_norm_rule"), f"rule IN ({words})")
