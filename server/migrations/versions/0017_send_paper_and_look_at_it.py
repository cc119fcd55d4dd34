"""Keep what paper goes where and may cost, what is ticked on it, and what teachers say again."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cut_step",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("used", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_cut_step")),
    )
    op.create_table(
        "stop",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("contact", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("days", sa.Integer(), server_default="7", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('village', 'driver', 'post', 'other')", name=op.f("ck_stop_kind")),
        sa.CheckConstraint("days BETWEEN 0 AND 60", name=op.f("ck_stop_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop")),
        sa.UniqueConstraint("name", name=op.f("uq_stop_name")),
    )
    op.create_table(
        "print_setting",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=True),
        sa.Column("duplex", sa.Boolean(), nullable=True),
        sa.Column("layout", sa.String(length=8), nullable=True),
        sa.Column("leaves", sa.Integer(), nullable=True),
        sa.Column("leaf_cost", sa.Numeric(precision=8, scale=3), nullable=True),
        sa.Column("ink_cost", sa.Numeric(precision=8, scale=3), nullable=True),
        sa.CheckConstraint(
            "layout IS NULL OR layout IN ('one', 'two_up', 'booklet')", name=op.f("ck_print_setting_layout")
        ),
        sa.CheckConstraint("ink_cost IS NULL OR ink_cost >= 0", name=op.f("ck_print_setting_ink_cost")),
        sa.CheckConstraint("leaf_cost IS NULL OR leaf_cost >= 0", name=op.f("ck_print_setting_leaf_cost")),
        sa.CheckConstraint("leaves IS NULL OR leaves > 0", name=op.f("ck_print_setting_leaves")),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_print_setting_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_setting")),
        sa.UniqueConstraint("group_id", name=op.f("uq_print_setting_group_id")),
    )
    op.create_table(
        "phrase",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("uses", sa.Integer(), server_default="1", nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_phrase_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
        sa.UniqueConstraint("person_id", "text", name=op.f("uq_phrase_person_id_text")),
    )
    op.create_table(
        "pack_step",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("pack_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("channel IN ('print', 'register', 'call', 'office')", name=op.f("ck_pack_step_channel")),
        sa.CheckConstraint(
            "step IN ('ordered', 'printed', 'listed', 'handed', 'back', 'lost')", name=op.f("ck_pack_step_step")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_pack_step_by_id")),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_pack_step_pack_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_step")),
        sa.UniqueConstraint("pack_id", "n", name=op.f("uq_pack_step_pack_id_n")),
    )
    op.create_table(
        "answer_field",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("label", sa.String(), server_default="", nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("digits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("points", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(kind = 'number') = (digits > 0)", name=op.f("ck_answer_field_digits")),
        sa.CheckConstraint("kind IN ('one', 'several', 'number')", name=op.f("ck_answer_field_kind")),
        sa.CheckConstraint("points BETWEEN 1 AND 100", name=op.f("ck_answer_field_points")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_answer_field_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_field")),
        sa.UniqueConstraint("task_id", "position", name=op.f("uq_answer_field_task_id_position")),
    )
    op.create_table(
        "scan_answer",
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("read", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("settled", sa.JSON(), nullable=True),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["scan_page.id"], name=op.f("fk_scan_answer_page_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_scan_answer_settled_by")),
        sa.PrimaryKeyConstraint("page_id", "position", name=op.f("pk_scan_answer")),
    )
    with op.batch_alter_table("manifest", schema=None) as batch_op:
        batch_op.add_column(sa.Column("week", sa.String(length=8), server_default="", nullable=False))
        batch_op.add_column(sa.Column("stop_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("group_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("made_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("taken_by", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("back_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(op.f("fk_manifest_made_by"), "person", ["made_by"], ["id"])
        batch_op.create_foreign_key(op.f("fk_manifest_stop_id"), "stop", ["stop_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_manifest_group_id"), "group", ["group_id"], ["id"])
    with op.batch_alter_table("pack", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("supplement", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("leaves", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("ink", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("cuts", sa.JSON(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_pack_reason"), "reason IS NULL OR reason IN ('channel', 'request', 'everyone')"
        )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stop_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("large_print", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_foreign_key(op.f("fk_person_stop_id"), "stop", ["stop_id"], ["id"])
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answers", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.drop_column("answers")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_person_stop_id"), type_="foreignkey")
        batch_op.drop_column("large_print")
        batch_op.drop_column("stop_id")
    with op.batch_alter_table("pack", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_pack_reason"), type_="check")
        batch_op.drop_column("cuts")
        batch_op.drop_column("ink")
        batch_op.drop_column("leaves")
        batch_op.drop_column("number")
        batch_op.drop_column("supplement")
        batch_op.drop_column("reason")
    with op.batch_alter_table("manifest", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_manifest_group_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_manifest_stop_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_manifest_made_by"), type_="foreignkey")
        batch_op.drop_column("back_at")
        batch_op.drop_column("taken_by")
        batch_op.drop_column("handed_at")
        batch_op.drop_column("due_on")
        batch_op.drop_column("made_by")
        batch_op.drop_column("group_id")
        batch_op.drop_column("stop_id")
        batch_op.drop_column("week")
    op.drop_table("scan_answer")
    op.drop_table("answer_field")
    op.drop_table("pack_step")
    op.drop_table("phrase")
    op.drop_table("print_setting")
    op.drop_table("stop")
    op.drop_table("cut_step")
