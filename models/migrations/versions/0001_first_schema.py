"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "customer",
    "employee",
    "presence",
    "evidence",
    "profile",
    "api_key",
    "answer",
    "job",
    "import_upload",
    "import_row",
    "counter",
    "installation",
)


_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Make every table, and the counters that mark changes of staff."""
    _make_customer()
    _make_employee()
    _make_presence()
    _make_evidence()
    _make_profile()
    _make_api_key()
    _make_answer()
    _make_job()
    _make_import_upload()
    _make_import_row()
    _make_counter()
    _make_installation()
    op.execute("INSERT INTO counter (name, value) VALUES ('staff_change', 0), ('staff_removal', 0)")


def downgrade() -> None:
    """Remove every table."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _make_customer() -> None:
    op.create_table(
        "customer",
        sa.Column("id", _ID, nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("no_push", sa.Boolean(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("consent_values", sa.Boolean(), nullable=True),
        sa.Column("consent_text", sa.Text(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.CheckConstraint("length(id) BETWEEN 1 AND 128", name=op.f("ck_customer_id_has_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )


def _make_employee() -> None:
    op.create_table(
        "employee",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("mandate", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.CheckConstraint("capacity BETWEEN 1 AND 50", name=op.f("ck_employee_capacity_in_range")),
        sa.CheckConstraint("length(id) BETWEEN 1 AND 128", name=op.f("ck_employee_id_has_length")),
        sa.CheckConstraint("mandate BETWEEN 0 AND 3", name=op.f("ck_employee_mandate_in_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee")),
    )
    op.create_index(op.f("ix_employee_change_no"), "employee", ["change_no"])
    op.create_index(op.f("ix_employee_team_id"), "employee", ["team", "id"])


def _make_presence() -> None:
    op.create_table(
        "presence",
        sa.Column("employee_id", _ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=True),
        sa.Column("until", _TIME, nullable=True),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('available', 'away', 'wrap_up', 'offline')", name=op.f("ck_presence_state_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_presence_employee_id_employee"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("employee_id", name=op.f("pk_presence")),
    )


def _make_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", _ID, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("facet", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("occurred_at", _TIME, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.Column("share", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("revoked_at", _TIME, nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "source IN ('survey', 'hr_tag', 'self_tag', 'behaviour', 'text', 'segment', 'outcome')",
            name=op.f("ck_evidence_source_is_known"),
        ),
        sa.CheckConstraint("who IN ('customer', 'employee')", name=op.f("ck_evidence_who_is_known")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_evidence_revoked_by_someone")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_evidence_weight_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_who_subject_id_facet"), "evidence", ["who", "subject_id", "facet"])


def _make_profile() -> None:
    op.create_table(
        "profile",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("facet", sa.Text(), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.Column("rejection", sa.Text(), nullable=True),
        sa.Column("prior", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.CheckConstraint("who IN ('customer', 'employee')", name=op.f("ck_profile_who_is_known")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_profile_revision_from_one")),
        sa.PrimaryKeyConstraint("who", "framework", "facet", "subject_id", name=op.f("pk_profile")),
    )
    op.create_index(op.f("ix_profile_who_subject_id"), "profile", ["who", "subject_id"])


def _make_api_key() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", _ID, nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME, nullable=True),
        sa.CheckConstraint(
            "role IN ('router', 'employee', 'hr', 'operations', 'analyst', 'auditor', 'admin')",
            name=op.f("ck_api_key_role_is_known"),
        ),
        sa.CheckConstraint("length(secret_sha256) = 64", name=op.f("ck_api_key_secret_is_a_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_index(op.f("ix_api_key_person_id"), "api_key", ["person_id"])


def _make_answer() -> None:
    op.create_table(
        "answer",
        sa.Column("scope", _ID, nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("status = 0 OR status BETWEEN 100 AND 599", name=op.f("ck_answer_status_is_http")),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_answer")),
    )
    op.create_index(op.f("ix_answer_created_at"), "answer", ["created_at"])


def _make_job() -> None:
    op.create_table(
        "job",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("started_at", _TIME, nullable=True),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state <> 'running' OR (holder IS NOT NULL AND lease_until IS NOT NULL)",
            name=op.f("ck_job_running_has_a_holder"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state_is_known")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_job_attempts_not_negative")),
        sa.CheckConstraint("done >= 0", name=op.f("ck_job_done_not_negative")),
        sa.CheckConstraint("total >= 0", name=op.f("ck_job_total_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_state_created_at_id"), "job", ["state", "created_at", "id"])


def _make_import_upload() -> None:
    op.create_table(
        "import_upload",
        sa.Column("id", _ID, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_upload")),
    )


def _make_import_row() -> None:
    op.create_table(
        "import_row",
        sa.Column("import_id", _ID, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("employee_id", _ID, nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("languages", sa.Text(), nullable=True),
        sa.Column("skills", sa.Text(), nullable=True),
        sa.Column("mandate", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("channels", sa.Text(), nullable=True),
        sa.Column("hours", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=True),
        sa.Column("share", sa.Text(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "action IN ('create', 'update', 'skip', 'error')", name=op.f("ck_import_row_action_is_known")
        ),
        sa.CheckConstraint(
            "employee_id IS NOT NULL OR fault IS NOT NULL", name=op.f("ck_import_row_employee_or_fault")
        ),
        sa.CheckConstraint("line >= 1", name=op.f("ck_import_row_line_from_one")),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_import_row")),
    )
    op.create_index(op.f("ix_import_row_import_id_employee_id"), "import_row", ["import_id", "employee_id"])


def _make_counter() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_counter_value_not_negative")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )


def _make_installation() -> None:
    op.create_table(
        "installation",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
