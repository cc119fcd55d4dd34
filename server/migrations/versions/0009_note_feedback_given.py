"""Note which feedback was given, which kinds of work are compulsory, and levels of mastery."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COMPULSORY = ("sor", "soch", "control", "research", "creative", "project")
KINDS = sa.table("task_kind", sa.column("code", sa.String), sa.column("compulsory", sa.Boolean))


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("op_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("work_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(length=32), nullable=True),
        sa.Column("pack_id", sa.String(length=32), nullable=True),
        sa.Column("contact_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["channel"], ["return_channel.code"], name=op.f("fk_feedback_channel")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_feedback_contact_id")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_feedback_given_by")),
        sa.ForeignKeyConstraint(["op_seq"], ["op.seq"], name=op.f("fk_feedback_op_seq")),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_feedback_pack_id")),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_feedback_work_id")),
        sa.PrimaryKeyConstraint("op_seq", name=op.f("pk_feedback")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_feedback_contact_id")),
    )
    op.create_index(op.f("ix_feedback_work_id"), "feedback", ["work_id"])
    op.create_index(op.f("ix_feedback_pack_id"), "feedback", ["pack_id"])
    op.create_table(
        "mastery_level",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("min_done", sa.Integer(), nullable=False),
        sa.Column("min_share", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("min_done BETWEEN 0 AND 100", name=op.f("ck_mastery_level_min_done")),
        sa.CheckConstraint("min_share BETWEEN 0 AND 100", name=op.f("ck_mastery_level_min_share")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_mastery_level")),
    )
    op.add_column("task_kind", sa.Column("compulsory", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(KINDS.update().where(KINDS.c.code.in_(COMPULSORY)).values(compulsory=True))


def downgrade() -> None:
    with op.batch_alter_table("task_kind") as batch_op:
        batch_op.drop_column("compulsory")
    op.drop_table("mastery_level")
    op.drop_index(op.f("ix_feedback_pack_id"), table_name="feedback")
    op.drop_index(op.f("ix_feedback_work_id"), table_name="feedback")
    op.drop_table("feedback")
