"""Find by index what pages ask for: recent returns, a person's last records, what disagreements are about."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES = (
    ("return", ["returned_on"]),
    ("return", ["logged_by", "op_seq"]),
    ("op", ["author_id", "received_at"]),
    ("absence", ["first_seq"]),
    ("term_mark", ["first_seq"]),
)


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def downgrade() -> None:
    for table, columns in reversed(INDEXES):
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
