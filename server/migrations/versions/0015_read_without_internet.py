"""Keep what reading without internet needs: private pages, pictures, documents, sizes of sites, the site's address."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "private_page",
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renewed_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["renewed_by"], ["person.id"], name=op.f("fk_private_page_renewed_by")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_private_page_student_id")),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_private_page")),
    )
    op.create_table(
        "site_figure",
        sa.Column("edition_number", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("first_bytes", sa.Integer(), nullable=False),
        sa.Column("whole_bytes", sa.Integer(), nullable=False),
        sa.Column("update_bytes", sa.Integer(), nullable=True),
        sa.Column("students", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_number"], ["edition.number"], name=op.f("fk_site_figure_edition_number")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_site_figure_group_id")),
        sa.PrimaryKeyConstraint("edition_number", "group_id", "language", name=op.f("pk_site_figure")),
    )
    op.create_table(
        "image",
        sa.Column("name", sa.String(length=70), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name=op.f("ck_image_size")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_image_added_by")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_image")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("number", sa.String(), server_default="", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("body", sa.String(), server_default="", nullable=False),
        sa.Column("url", sa.String(), server_default="", nullable=False),
        sa.Column("file", sa.String(length=72), nullable=True),
        sa.Column("file_name", sa.String(), server_default="", nullable=False),
        sa.Column("size_kb", sa.Integer(), nullable=True),
        sa.Column("group_ids", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("author_id", sa.String(length=32), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('act', 'norm', 'form', 'advice')", name=op.f("ck_document_kind")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_document_order")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_document_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("school") as batch:
        batch.add_column(sa.Column("site_address", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("school") as batch:
        batch.drop_column("site_address")
    for table in ("document", "image", "site_figure", "private_page"):
        op.drop_table(table)
