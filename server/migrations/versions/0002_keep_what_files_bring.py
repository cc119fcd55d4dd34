"""Keep what files bring: runs, mappings, uploads, movement, exemptions, assessments; shifts of single lessons."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_alias",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("target_id", sa.String(length=32), nullable=False),
        sa.CheckConstraint("kind IN ('subject', 'teacher', 'room')", name=op.f("ck_import_alias_kind")),
        sa.PrimaryKeyConstraint("kind", "words", name=op.f("pk_import_alias")),
    )
    op.create_table(
        "exemption",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_exemption_order")),
        sa.ForeignKeyConstraint(["student_id"], ["person.id"], name=op.f("fk_exemption_student_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_exemption_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
        sa.UniqueConstraint("student_id", "subject_id", "since", name=op.f("uq_exemption_student_id_subject_id_since")),
    )
    with op.batch_alter_table("exemption") as batch_op:
        batch_op.create_index(batch_op.f("ix_exemption_student_id"), ["student_id"], unique=False)

    op.create_table(
        "import_mapping",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("shape", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("learned_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["learned_by"], ["person.id"], name=op.f("fk_import_mapping_learned_by")),
        sa.PrimaryKeyConstraint("kind", "shape", name=op.f("pk_import_mapping")),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("file_name", sa.String(), server_default="", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_import_run_actor_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"], name=op.f("fk_import_run_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint("seq", name=op.f("uq_import_run_seq")),
    )
    op.create_table(
        "norm",
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("rule", sa.String(length=12), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("rule IN ('a_day', 'last_days')", name=op.f("ck_norm_rule")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_norm_value")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_norm")),
    )
    op.create_table(
        "movement",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("from_group_id", sa.String(length=32), nullable=True),
        sa.Column("to_group_id", sa.String(length=32), nullable=True),
        sa.Column("order_no", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('arrived', 'left', 'transferred', 'home_taught')", name=op.f("ck_movement_kind")),
        sa.CheckConstraint('until IS NULL OR until >= "on"', name=op.f("ck_movement_order")),
        sa.ForeignKeyConstraint(["from_group_id"], ["group.id"], name=op.f("fk_movement_from_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_movement_person_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_movement_recorded_by")),
        sa.ForeignKeyConstraint(["to_group_id"], ["group.id"], name=op.f("fk_movement_to_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
        sa.UniqueConstraint("person_id", "kind", "on", name=op.f("uq_movement_person_id_kind_on")),
    )
    with op.batch_alter_table("movement") as batch_op:
        batch_op.create_index(batch_op.f("ix_movement_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staff_subject",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_subject_person_id")),
        sa.PrimaryKeyConstraint("person_id", "words", name=op.f("pk_staff_subject")),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("course_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("term_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), server_default="", nullable=False),
        sa.Column("max_points", sa.Integer(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.CheckConstraint("max_points IS NULL OR max_points > 0", name=op.f("ck_assessment_max_points")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_assessment_course_id")),
        sa.ForeignKeyConstraint(["kind"], ["task_kind.code"], name=op.f("fk_assessment_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint(
            "course_id", "kind", "term_number", "number", name=op.f("uq_assessment_course_id_kind_term_number_number")
        ),
    )
    with op.batch_alter_table("assessment") as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_planned_on"), ["planned_on"], unique=False)

    op.create_table(
        "import_draft",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("file_name", sa.String(), server_default="", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.String(length=32), nullable=False),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint("size >= 0", name=op.f("ck_import_draft_size")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_draft_run_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.id"], name=op.f("fk_import_draft_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_draft")),
    )
    with op.batch_alter_table("import_draft") as batch_op:
        batch_op.create_index(batch_op.f("ix_import_draft_uploaded_by"), ["uploaded_by"], unique=False)

    with op.batch_alter_table("course_plan_topic") as batch_op:
        batch_op.add_column(sa.Column("section", sa.String(), server_default="", nullable=False))

    with op.batch_alter_table("lesson") as batch_op:
        batch_op.add_column(sa.Column("shift", sa.Integer(), nullable=True))

    with op.batch_alter_table("slot") as batch_op:
        batch_op.add_column(sa.Column("shift", sa.Integer(), nullable=True))
    _check_groups(("class", "subgroup", "study", "individual"), "kind IN ('subgroup', 'individual')")
    op.execute("UPDATE household SET confirmed = false")  # until now no person could confirm one


def downgrade() -> None:
    op.execute(
        """UPDATE household SET confirmed = true
        WHERE 1 = (SELECT count(*) FROM person WHERE person.household_id = household.id)"""
    )
    op.execute("""UPDATE "group" SET kind = 'study', parent_id = NULL WHERE kind = 'individual'""")
    _check_groups(("class", "subgroup", "study"), "kind = 'subgroup'")
    with op.batch_alter_table("slot") as batch_op:
        batch_op.drop_column("shift")

    with op.batch_alter_table("lesson") as batch_op:
        batch_op.drop_column("shift")

    with op.batch_alter_table("course_plan_topic") as batch_op:
        batch_op.drop_column("section")

    with op.batch_alter_table("import_draft") as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_draft_uploaded_by"))

    op.drop_table("import_draft")
    with op.batch_alter_table("assessment") as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment_planned_on"))
        batch_op.drop_index(batch_op.f("ix_assessment_course_id"))

    op.drop_table("assessment")
    with op.batch_alter_table("movement") as batch_op:
        batch_op.drop_index(batch_op.f("ix_movement_person_id"))

    op.drop_table("movement")
    op.drop_table("staff_subject")
    op.drop_table("norm")
    op.drop_table("import_run")
    op.drop_table("import_mapping")
    with op.batch_alter_table("exemption") as batch_op:
        batch_op.drop_index(batch_op.f("ix_exemption_student_id"))

    op.drop_table("exemption")
    op.drop_table("import_alias")


def _check_groups(kinds, has_parent) -> None:
    with op.batch_alter_table("group") as batch_op:
        for name in ("kind", "subgroup_has_parent"):
            batch_op.drop_constraint(op.f(f"ck_group_{name}"), type_="check")
        batch_op.create_check_constraint(op.f("ck_group_kind"), f"kind IN ({', '.join(map(repr, kinds))})")
        batch_op.create_check_constraint(
            op.f("ck_group_subgroup_has_parent"), f"({has_parent}) = (parent_id IS NOT NULL)"
        )
