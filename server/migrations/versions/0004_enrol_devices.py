"""Let devices ask, be confirmed and be seen, and keep the codes by which they ask."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("device") as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=10), server_default="confirmed", nullable=False))
        batch_op.add_column(sa.Column("check_digits", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("last_seen", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("next_n", sa.BigInteger(), server_default="0", nullable=False))
    op.execute("UPDATE device SET state = 'revoked' WHERE revoked_at IS NOT NULL")
    op.execute("UPDATE device SET confirmed_at = enrolled_at")
    op.execute("UPDATE device SET next_n = coalesce((SELECT max(n) + 1 FROM op WHERE op.origin = device.origin), 0)")
    with op.batch_alter_table("device") as batch_op:
        batch_op.alter_column("state", server_default=None, existing_type=sa.String(length=10), existing_nullable=False)
        batch_op.create_check_constraint(
            batch_op.f("ck_device_state"), "state IN ('waiting', 'confirmed', 'revoked')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_device_revoked"), "(state = 'revoked') = (revoked_at IS NOT NULL)"
        )
        batch_op.create_check_constraint(batch_op.f("ck_device_next_n"), "next_n >= 0")
        batch_op.create_index(batch_op.f("ix_device_person_id"), ["person_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id")),
        sa.ForeignKeyConstraint(["origin"], ["device.origin"], name=op.f("fk_enrolment_origin")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrolment")),
    )


def downgrade() -> None:
    op.drop_table("enrolment")
    # a device that nobody confirmed signs nothing: it is as if it had never asked
    op.execute("DELETE FROM device WHERE state = 'waiting'")
    with op.batch_alter_table("device") as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_person_id"))
        batch_op.drop_constraint(batch_op.f("ck_device_next_n"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_device_revoked"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_device_state"), type_="check")
        batch_op.drop_column("next_n")
        batch_op.drop_column("last_seen")
        batch_op.drop_column("confirmed_at")
        batch_op.drop_column("check_digits")
        batch_op.drop_column("state")
