"""What Klik learns from: what came of contacts, and which decisions were acted on."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")

_OF_OUTCOME = {
    "event_id_has_length": "length(event_id) BETWEEN 1 AND 128",
    "contact_id_has_length": "length(contact_id) BETWEEN 1 AND 128",
    "satisfaction_in_range": "satisfaction BETWEEN 1 AND 5",
    "effort_in_range": "effort BETWEEN 1 AND 5",
    "minutes_in_range": "minutes BETWEEN 0 AND 1000000",
    "money_cents_in_range": "money_cents BETWEEN -1000000000 AND 1000000000",
    "told_success_in_range": "told_success BETWEEN 0 AND 1",
    "success_in_range": "success BETWEEN 0 AND 1",
    "net_value_in_range": "net_value BETWEEN -1000000000000 AND 1000000000000",
    "propensity_is_a_chance": "propensity > 0 AND propensity <= 1",
    "complaint_is_no_success": "complaint IS NULL OR NOT complaint OR (success IS NOT NULL AND success = 0)",
    "broken_promise_is_no_success": (
        "broken_promise IS NULL OR NOT broken_promise OR (success IS NOT NULL AND success = 0)"
    ),
    "note_has_a_customer": "note IS NULL OR customer_id IS NOT NULL",
    "note_has_length": "length(note) <= 4000",
}
_OF_DECISION = {
    "decision_id_has_length": "length(decision_id) BETWEEN 1 AND 128",
    "contact_id_has_length": "length(contact_id) BETWEEN 1 AND 128",
    "basis_is_known": "basis IN ('classifier', 'prior', 'rules')",
    "propensity_is_a_chance": "propensity > 0 AND propensity <= 1",
    "propensity_of_someone": "propensity IS NULL OR employee_id IS NOT NULL",
    "seed_not_negative": "seed >= 0",
    "candidates_left_out_not_negative": "candidates_left_out >= 0",
}


def upgrade() -> None:
    """Expand: the version before this one goes on serving meanwhile."""
    _make_outcome()
    _make_decision_log()


def downgrade() -> None:
    """Back to the step before; what only this one could remember is lost."""
    op.drop_table("decision_log")
    op.drop_table("outcome")


def _make_outcome() -> None:
    op.create_table(
        "outcome",
        sa.Column("event_id", _ID, nullable=False),
        sa.Column("contact_id", _ID, nullable=True),
        sa.Column("customer_id", _ID, nullable=True),
        sa.Column("employee_id", _ID, nullable=True),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("group_name", sa.Text(), nullable=True),
        sa.Column("occurred_at", _TIME, nullable=False),
        sa.Column("decision_at", _TIME, nullable=True),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("effort", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Double(), nullable=True),
        sa.Column("money_cents", sa.BigInteger(), nullable=True),
        sa.Column("complaint", sa.Boolean(), nullable=True),
        sa.Column("broken_promise", sa.Boolean(), nullable=True),
        sa.Column("told_success", sa.Double(), nullable=True),
        sa.Column("success", sa.Double(), nullable=True),
        sa.Column("net_value", sa.Double(), nullable=True),
        sa.Column("propensity", sa.Double(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        *_checks("outcome", _OF_OUTCOME),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_outcome")),
    )
    for columns in (["contact_id"], ["customer_id"], ["employee_id"]):
        _index("outcome", *columns)
    _index("outcome", "occurred_at", "event_id")
    _index("outcome", "complaint", "occurred_at", "event_id")


def _make_decision_log() -> None:
    op.create_table(
        "decision_log",
        sa.Column("decision_id", _ID, nullable=False),
        sa.Column("contact_id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=True),
        sa.Column("employee_id", _ID, nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("propensity", sa.Double(), nullable=True),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("candidates_left_out", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        *_checks("decision_log", _OF_DECISION),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision_log")),
    )
    _index("decision_log", "customer_id")
    _index("decision_log", "employee_id")
    _index("decision_log", "contact_id", "at")
    _index("decision_log", "at", "decision_id")


def _checks(table: str, conditions: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}")) for name, condition in conditions.items()]


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
