"""Put signs onto pages of works, and print them back."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_set",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_sign_set_n")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_sign_set_by_id")),
        sa.ForeignKeyConstraint(["page_id"], ["scan_page.id"], name=op.f("fk_sign_set_page_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_set")),
        sa.UniqueConstraint("page_id", "n", name=op.f("uq_sign_set_page_id_n")),
    )
    op.create_table(
        "sign",
        sa.Column("set_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("x", sa.Double(), nullable=False),
        sa.Column("y", sa.Double(), nullable=False),
        sa.Column("x2", sa.Double(), nullable=True),
        sa.Column("y2", sa.Double(), nullable=True),
        sa.Column("text", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("position BETWEEN 0 AND 99", name=op.f("ck_sign_position")),
        sa.CheckConstraint("kind IN ('right', 'line', 'unclear', 'text')", name=op.f("ck_sign_kind")),
        sa.CheckConstraint("x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1", name=op.f("ck_sign_place")),
        sa.CheckConstraint(
            "(kind = 'line') = (x2 IS NOT NULL) AND (x2 IS NULL OR x2 BETWEEN 0 AND 1)", name=op.f("ck_sign_x2")
        ),
        sa.CheckConstraint(
            "(kind = 'line') = (y2 IS NOT NULL) AND (y2 IS NULL OR y2 BETWEEN 0 AND 1)", name=op.f("ck_sign_y2")
        ),
        sa.CheckConstraint("(kind = 'text') = (length(text) > 0)", name=op.f("ck_sign_text_is_there")),
        sa.CheckConstraint("length(text) <= 40", name=op.f("ck_sign_text_length")),
        sa.ForeignKeyConstraint(["set_id"], ["sign_set.id"], name=op.f("fk_sign_set_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("set_id", "position", name=op.f("pk_sign")),
    )
    op.create_table(
        "marked_copy",
        sa.Column("work_id", sa.String(length=32), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pack_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_marked_copy_asked_by")),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_marked_copy_pack_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_marked_copy_work_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_marked_copy")),
    )
    op.create_index(op.f("ix_marked_copy_pack_id"), "marked_copy", ["pack_id"])
    with op.batch_alter_table("print_setting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("marked", sa.Boolean(), nullable=True))
    op.execute("UPDATE cut_step SET position = position + 1")  # what a student loses least by comes first


def downgrade() -> None:
    op.execute("DELETE FROM cut_step WHERE code = 'no_marked'")
    op.execute("UPDATE cut_step SET position = position - 1")
    with op.batch_alter_table("print_setting", schema=None) as batch_op:
        batch_op.drop_column("marked")
    op.drop_table("marked_copy")
    op.drop_table("sign")
    op.drop_table("sign_set")
