"""Keep promises until they are done, with their kinds as rows, their history, and appointments with reception hours."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROLES = (
    "'director', 'deputy_studies', 'deputy_upbringing', 'coordinator', 'class_teacher', 'subject_teacher', "
    "'network_teacher', 'tutor', 'psychologist', 'operator', 'support_staff', 'admin'"
)
KINDS = sa.table("request_kind", *map(sa.column, ("code", "name", "days", "role", "position")))
KNOWN = (  # the kinds that the database knew before: requests of them may stand
    ("paper_pack", "paper pack", 3, "coordinator", 0), ("files", "files", 2, "class_teacher", 1),
    ("consultation", "consultation", 3, "class_teacher", 2), ("repeat", "repeat of a lesson", 3, "deputy_studies", 4),
    ("other", "other request", 2, "class_teacher", 9),
)  # fmt: skip
REQUEST = sa.table(
    "request", sa.column("kind"), sa.column("state"), sa.column("done_at", sa.DateTime(timezone=True)),
    sa.column("made_at", sa.DateTime(timezone=True)),
)  # fmt: skip
CLOSED = ("done", "refused")


def upgrade() -> None:
    op.create_table(
        "request_kind",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("days BETWEEN 0 AND 60", name=op.f("ck_request_kind_days")),
        sa.CheckConstraint(f"role IN ({ROLES})", name=op.f("ck_request_kind_role")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_request_kind")),
    )
    for code, name, days, role, position in KNOWN:
        op.execute(KINDS.insert().values(code=code, name=name, days=days, role=role, position=position))
    _widen_request()
    _create_request_step()
    _create_reception_hours()
    _create_appointment()


def _widen_request() -> None:
    with op.batch_alter_table("request") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_request_kind"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_request_state"), type_="check")
        batch_op.add_column(sa.Column("person_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("host_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("made_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("outcome", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("pack_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("done_by", sa.String(length=32), nullable=True))
    now, columns = datetime.now(UTC), REQUEST.c
    op.execute(REQUEST.update().values(made_at=now))
    op.execute(REQUEST.update().where(columns.state.in_(CLOSED), columns.done_at.is_(None)).values(done_at=now))
    op.execute(REQUEST.update().where(columns.state.not_in(CLOSED)).values(done_at=None))
    with op.batch_alter_table("request") as batch_op:
        batch_op.alter_column("made_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.create_foreign_key(batch_op.f("fk_request_kind"), "request_kind", ["kind"], ["code"])
        batch_op.create_foreign_key(batch_op.f("fk_request_person_id"), "person", ["person_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_request_host_id"), "person", ["host_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_request_done_by"), "person", ["done_by"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_request_pack_id"), "pack", ["pack_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_request_state"), "state IN ('open', 'proposed', 'done', 'refused')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_request_closed"), "(state IN ('done', 'refused')) = (done_at IS NOT NULL)"
        )
        batch_op.create_index(batch_op.f("ix_request_state_due"), ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_owner_id"), ["owner_id"], unique=False)


def _create_request_step() -> None:
    op.create_table(
        "request_step",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=False),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_request_step_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_request_step_owner_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_step_request_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("request_id", "n", name=op.f("pk_request_step")),
    )


def _create_reception_hours() -> None:
    op.create_table(
        "reception_hours",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.String(length=5), nullable=False),
        sa.Column("ends", sa.String(length=5), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_reception_hours_weekday")),
        sa.CheckConstraint("ends > starts", name=op.f("ck_reception_hours_order")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 240", name=op.f("ck_reception_hours_minutes")),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_reception_hours_dates")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reception_hours_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reception_hours")),
        sa.UniqueConstraint(
            "person_id", "weekday", "starts", "since", name=op.f("uq_reception_hours_person_id_weekday_starts_since")
        ),
    )
    with op.batch_alter_table("reception_hours") as batch_op:
        batch_op.create_index(batch_op.f("ix_reception_hours_person_id"), ["person_id"], unique=False)


def _create_appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("host_id", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=True),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("restricted_note", sa.String(), server_default="", nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'held', 'missed', 'cancelled')", name=op.f("ck_appointment_state")
        ),
        sa.CheckConstraint("channel IN ('in_person', 'call', 'online')", name=op.f("ck_appointment_channel")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 240", name=op.f("ck_appointment_minutes")),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name=op.f("fk_appointment_host_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_appointment_made_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_appointment_request_id")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_appointment_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment") as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_host_starts"), ["host_id", "starts"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_student_id"), ["student_id"], unique=False)


def downgrade() -> None:
    op.drop_table("appointment")
    op.drop_table("reception_hours")
    op.drop_table("request_step")
    op.execute(REQUEST.update().where(REQUEST.c.state == "proposed").values(state="open"))
    known = [code for code, *_rest in KNOWN]
    with op.batch_alter_table("request") as batch_op:
        batch_op.drop_index("ix_request_owner_id")
        batch_op.drop_index("ix_request_state_due")
        batch_op.drop_constraint(batch_op.f("ck_request_closed"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_request_state"), type_="check")
        batch_op.drop_constraint("fk_request_pack_id", type_="foreignkey")
        batch_op.drop_constraint("fk_request_done_by", type_="foreignkey")
        batch_op.drop_constraint("fk_request_host_id", type_="foreignkey")
        batch_op.drop_constraint("fk_request_person_id", type_="foreignkey")
        batch_op.drop_constraint("fk_request_kind", type_="foreignkey")
        for column in ("done_by", "pack_id", "outcome", "made_at", "host_id", "person_id"):
            batch_op.drop_column(column)
    op.execute(REQUEST.update().where(REQUEST.c.kind.not_in(known)).values(kind="other"))
    with op.batch_alter_table("request") as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_request_state"), "state IN ('open', 'done', 'refused')")
        batch_op.create_check_constraint(
            batch_op.f("ck_request_kind"), "kind IN ('paper_pack', 'files', 'consultation', 'repeat', 'other')"
        )
    op.drop_table("request_kind")
