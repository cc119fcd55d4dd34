"""Let an answer alone be a reason for paper, limit the leaves of the school's week, and keep all works of a page."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BEFORE, ANSWERS = "('channel', 'request', 'everyone')", "('channel', 'request', 'everyone', 'answer')"


def _reasons(allowed: str) -> None:
    with op.batch_alter_table("pack", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_pack_reason"), type_="check")
        batch_op.create_check_constraint(op.f("ck_pack_reason"), f"reason IS NULL OR reason IN {allowed}")


def upgrade() -> None:
    op.create_table(
        "scan_page_work",
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("work_id", sa.String(length=32), nullable=False),
        sa.Column("op_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["scan_page.id"], name=op.f("fk_scan_page_work_page_id"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_scan_page_work_work_id")),
        sa.ForeignKeyConstraint(["op_seq"], ["op.seq"], name=op.f("fk_scan_page_work_op_seq")),
        sa.PrimaryKeyConstraint("page_id", "work_id", name=op.f("pk_scan_page_work")),
    )  # fmt: skip
    op.create_index(op.f("ix_scan_page_work_work_id"), "scan_page_work", ["work_id"])
    _reasons(ANSWERS)
    with op.batch_alter_table("print_setting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("week_leaves", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_print_setting_week_leaves"), "week_leaves IS NULL OR week_leaves > 0"
        )


def downgrade() -> None:
    with op.batch_alter_table("print_setting", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_print_setting_week_leaves"), type_="check")
        batch_op.drop_column("week_leaves")
    op.drop_table("scan_page_work")
    op.execute("UPDATE pack SET reason = 'request' WHERE reason = 'answer'")
    _reasons(BEFORE)
