"""Keep the pages of scanned stacks and where each went."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scan_stack",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_scan_stack_by_id")),
        sa.ForeignKeyConstraint(["channel"], ["return_channel.code"], name=op.f("fk_scan_stack_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_stack")),
    )
    op.create_table(
        "scan_page",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("stack_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("work_id", sa.String(length=32), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("op_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('routed', 'blank', 'doubled', 'waiting', 'dismissed')", name=op.f("ck_scan_page_state")
        ),
        sa.CheckConstraint("state <> 'routed' OR work_id IS NOT NULL", name=op.f("ck_scan_page_routed_to_a_work")),
        sa.ForeignKeyConstraint(["op_seq"], ["op.seq"], name=op.f("fk_scan_page_op_seq")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_scan_page_settled_by")),
        sa.ForeignKeyConstraint(["stack_id"], ["scan_stack.id"], name=op.f("fk_scan_page_stack_id")),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_scan_page_work_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_page")),
        sa.UniqueConstraint("stack_id", "position", name=op.f("uq_scan_page_stack_id_position")),
    )
    for column in ("stack_id", "hash", "work_id"):
        op.create_index(op.f(f"ix_scan_page_{column}"), "scan_page", [column])


def downgrade() -> None:
    for column in ("work_id", "hash", "stack_id"):
        op.drop_index(op.f(f"ix_scan_page_{column}"), table_name="scan_page")
    op.drop_table("scan_page")
    op.drop_table("scan_stack")
