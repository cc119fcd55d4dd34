"""Say what a contact was about, how it ended and by which op it came; keep who was seen at supervised places."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TOPICS = sa.table("contact_topic", sa.column("code"), sa.column("name"), sa.column("position"))


def upgrade() -> None:
    op.create_table(
        "contact_topic",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_contact_topic")),
    )
    # a contact that stands already keeps its text; what it was about was free words
    op.execute(TOPICS.insert().values(code="other", name="other", position=16))
    op.execute("UPDATE contact SET text = trim(topic || ' ' || text), topic = 'other'")
    with op.batch_alter_table("contact") as batch_op:
        batch_op.drop_constraint("fk_contact_guardian_id", type_="foreignkey")
        batch_op.alter_column("guardian_id", new_column_name="person_id", existing_type=sa.String(length=32))
    with op.batch_alter_table("contact") as batch_op:
        batch_op.create_foreign_key(batch_op.f("fk_contact_person_id"), "person", ["person_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_contact_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_at"), ["at"], unique=False)
        batch_op.alter_column("topic", type_=sa.String(length=16), existing_type=sa.String())
        batch_op.create_foreign_key(batch_op.f("fk_contact_topic"), "contact_topic", ["topic"], ["code"])
        batch_op.add_column(sa.Column("outcome", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("verified", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("op_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_contact_op_seq"), ["op_seq"])
        batch_op.create_foreign_key(batch_op.f("fk_contact_op_seq"), "op", ["op_seq"], ["seq"])
        batch_op.create_check_constraint(batch_op.f("ck_contact_verified"), "verified IN ('', 'call_back', 'word')")
        batch_op.create_check_constraint(batch_op.f("ck_contact_seconds"), "seconds IS NULL OR seconds >= 0")

    op.create_table(
        "presence",
        sa.Column("op_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("lesson_course_id", sa.String(length=32), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("place", sa.String(), server_default="", nullable=False),
        sa.Column("behaviour", sa.String(), server_default="", nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_presence_author_id")),
        sa.ForeignKeyConstraint(["lesson_course_id"], ["lesson_course.id"], name=op.f("fk_presence_lesson_course_id")),
        sa.ForeignKeyConstraint(["op_seq"], ["op.seq"], name=op.f("fk_presence_op_seq")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_presence_student_id")),
        sa.PrimaryKeyConstraint("op_seq", name=op.f("pk_presence")),
    )
    with op.batch_alter_table("presence") as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_lesson_course_id"), ["lesson_course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_presence_student_id"), ["student_id"], unique=False)


def downgrade() -> None:
    op.drop_table("presence")
    with op.batch_alter_table("contact") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_contact_seconds"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_contact_verified"), type_="check")
        batch_op.drop_constraint("fk_contact_op_seq", type_="foreignkey")
        batch_op.drop_constraint("uq_contact_op_seq", type_="unique")
        batch_op.drop_column("op_seq")
        batch_op.drop_column("verified")
        batch_op.drop_column("outcome")
        batch_op.drop_constraint("fk_contact_topic", type_="foreignkey")
        batch_op.alter_column("topic", type_=sa.String(), existing_type=sa.String(length=16))
        batch_op.drop_index("ix_contact_at")
        batch_op.drop_index("ix_contact_person_id")
        batch_op.drop_constraint("fk_contact_person_id", type_="foreignkey")
        batch_op.alter_column("person_id", new_column_name="guardian_id", existing_type=sa.String(length=32))
    with op.batch_alter_table("contact") as batch_op:
        batch_op.create_foreign_key(batch_op.f("fk_contact_guardian_id"), "person", ["guardian_id"], ["id"])
    op.drop_table("contact_topic")
