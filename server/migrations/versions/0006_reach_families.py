"""Say how families are reached, compose a message once and deliver it by each channel, keep what families write."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
OLD = sa.table(
    "message", sa.column("id"), sa.column("person_id"), sa.column("student_id"), sa.column("channel"),
    sa.column("text"), sa.column("state"), sa.column("author_id"), sa.column("created_at", sa.DateTime(timezone=True)),
)  # fmt: skip
CHANNELS = (
    ("call", "phone call", "talk", True), ("sms", "SMS", "send", True), ("email", "e-mail", "send", True),
    ("messenger", "messenger", "copy", True), ("slip", "slip in the pack", "print", True),
    ("in_person", "in person", "talk", True), ("class_chat", "the class's chat", "copy", False),
    ("parents_chat", "the parents' chat", "copy", False),
)  # fmt: skip


def text(name):
    return sa.Column(name, sa.String(), server_default="", nullable=False)


def upgrade() -> None:
    before = op.get_bind().execute(sa.select(OLD)).all()
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_person_id"))
    op.drop_table("message")
    channel = op.create_table(
        "contact_channel",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("way", sa.String(length=5), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        text("source"),
        sa.CheckConstraint("way IN ('send', 'copy', 'talk', 'print')", name=op.f("ck_contact_channel_way")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_contact_channel")),
    )
    op.create_table(
        "threshold",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        text("source"),
        sa.CheckConstraint("value >= 0", name=op.f("ck_threshold_value")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_threshold")),
    )
    op.create_table(
        "family_channel",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        text("address"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("until", sa.String(length=5), nullable=True),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        text("language"),
        sa.Column("noted_by", ID, nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel"], ["contact_channel.code"], name=op.f("fk_family_channel_channel")),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_family_channel_noted_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_family_channel_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_channel")),
        sa.UniqueConstraint("person_id", "channel", "address", name=op.f("uq_family_channel_person_id_channel_address")),
    )
    with op.batch_alter_table("family_channel") as batch_op:
        batch_op.create_index(batch_op.f("ix_family_channel_person_id"), ["person_id"], unique=False)
    message = op.create_table(
        "message",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("group_ids", sa.JSON(), nullable=False),
        sa.Column("student_id", ID, nullable=True),
        text("title"),
        text("text"),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('change', 'result', 'reminder', 'notice', 'answer')", name=op.f("ck_message_kind")
        ),
        sa.CheckConstraint(
            "audience IN ('student', 'groups', 'school', 'missing', 'round')", name=op.f("ck_message_audience")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_message_author_id")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_message_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message") as batch_op:
        batch_op.create_index(batch_op.f("ix_message_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_created_at"), ["created_at"], unique=False)
    delivery = op.create_table(
        "delivery",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("group_id", ID, nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=False),
        text("address"),
        sa.Column("until", sa.String(length=5), nullable=True),
        text("subject"),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        text("error"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        text("claim"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", ID, nullable=True),
        sa.CheckConstraint(
            "state IN ('ready', 'sending', 'sent', 'perhaps', 'failed', 'confirmed', 'given_up')",
            name=op.f("ck_delivery_state"),
        ),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_delivery_tries")),
        sa.CheckConstraint("(person_id IS NULL) OR (group_id IS NULL)", name=op.f("ck_delivery_one_address")),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name=op.f("fk_delivery_changed_by")),
        sa.ForeignKeyConstraint(["channel"], ["contact_channel.code"], name=op.f("fk_delivery_channel")),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_delivery_group_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_delivery_message_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_delivery_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.create_index("ix_delivery_state", ["state", "not_before"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_message_id"), ["message_id"], unique=False)
    about = op.create_table(
        "delivery_student",
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("student_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_student_delivery_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_delivery_student_student_id")),
        sa.PrimaryKeyConstraint("delivery_id", "student_id", name=op.f("pk_delivery_student")),
    )
    with op.batch_alter_table("delivery_student") as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_student_student_id"), ["student_id"], unique=False)
    op.create_table(
        "letter",
        sa.Column("id", ID, nullable=False),
        sa.Column("student_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("to_id", ID, nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", ID, nullable=False),
        sa.Column("answer_id", ID, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", ID, nullable=True),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_letter_has_text")),
        sa.ForeignKeyConstraint(["answer_id"], ["message.id"], name=op.f("fk_letter_answer_id")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_letter_answered_by")),
        sa.ForeignKeyConstraint(["channel"], ["contact_channel.code"], name=op.f("fk_letter_channel")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_letter_entered_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_person_id")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_letter_student_id")),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_letter_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_letter_answer_id")),
    )
    with op.batch_alter_table("letter") as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_student_id"), ["student_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letter_to_id"), ["to_id"], unique=False)
    _carry_over(before, channel, message, delivery, about)


def _carry_over(before, channel, message, delivery, about) -> None:
    """Messages that stand already: one delivery each, to the person and by the channel they named."""
    if not before:
        return
    known = [code for code, *_rest in CHANNELS]
    rows = [dict(zip(("code", "name", "way", "personal", "position"), (*one, n), strict=True)) for n, one in enumerate(CHANNELS)]
    op.bulk_insert(channel, rows)
    op.bulk_insert(message, [
        {"id": row.id, "kind": "notice", "audience": "student", "group_ids": [], "student_id": row.student_id,
         "title": "", "text": row.text, "author_id": row.author_id, "created_at": row.created_at}
        for row in before
    ])  # fmt: skip
    op.bulk_insert(delivery, [
        {"id": row.id, "message_id": row.id, "person_id": row.person_id, "group_id": None,
         "channel": row.channel if row.channel in known else "in_person", "address": "", "until": None, "subject": "",
         "text": row.text, "state": row.state, "error": "", "tries": 0, "not_before": None, "claim": "",
         "changed_at": row.created_at, "changed_by": row.author_id}
        for row in before
    ])  # fmt: skip
    if told := [{"delivery_id": row.id, "student_id": row.student_id} for row in before if row.student_id]:
        op.bulk_insert(about, told)


def downgrade() -> None:
    delivery = sa.table(
        "delivery", sa.column("id"), sa.column("message_id"), sa.column("person_id"), sa.column("channel"),
        sa.column("text"), sa.column("state"),
    )  # fmt: skip
    message = sa.table(
        "message", sa.column("id"), sa.column("student_id"), sa.column("author_id"),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )  # fmt: skip
    kept = op.get_bind().execute(
        sa.select(
            delivery.c.id, delivery.c.person_id, message.c.student_id, delivery.c.channel, delivery.c.text,
            delivery.c.state, message.c.author_id, message.c.created_at,
        ).join(message, message.c.id == delivery.c.message_id).where(delivery.c.person_id.is_not(None))
    ).all()  # fmt: skip
    for table in ("letter", "delivery_student", "delivery", "message", "family_channel", "threshold", "contact_channel"):
        op.drop_table(table)
    op.create_table(
        "message",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("student_id", ID, nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('ready', 'sent', 'failed')", name=op.f("ck_message_state")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_message_author_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_message_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message") as batch_op:
        batch_op.create_index(batch_op.f("ix_message_person_id"), ["person_id"], unique=False)
    states = {"ready": "ready", "sent": "sent", "confirmed": "sent"}
    if kept:
        op.bulk_insert(OLD, [{**row._mapping, "state": states.get(row.state, "failed")} for row in kept])
