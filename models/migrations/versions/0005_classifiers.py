"""Classifiers: the registry of them, and what was counted of each day by day."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_CURRENT, _SHADOW = sa.text("state = 'current'"), sa.text("state = 'shadow'")

_OF_CLASSIFIER = {
    "version_has_length": "length(version) BETWEEN 1 AND 128",
    "state_is_known": "state IN ('candidate', 'shadow', 'current', 'retired', 'refused')",
    "digest_is_a_hash": "length(digest) = 64",
    "seed_not_negative": "seed >= 0",
    "outcomes_are_some": "outcomes >= 1",
    "window_in_order": "first_outcome_at <= last_outcome_at",
    "promoted_by_someone": "(promoted_by IS NULL) = (promoted_at IS NULL)",
    "current_was_promoted": "state <> 'current' OR promoted_by IS NOT NULL",
}
_OF_DAY = {
    "day_is_a_date": "length(day) = 10",
    "agreed_in_range": "agreed BETWEEN 0 AND decisions",
    "outcomes_not_negative": "outcomes >= 0",
    "told_in_range": "told BETWEEN 0 AND 1000000000000",
    "came_in_range": "came BETWEEN 0 AND 1000000000000",
    "loss_in_range": "loss BETWEEN 0 AND 1000000000000",
}


def upgrade() -> None:
    """Expand: the version before this one goes on serving meanwhile, by the framework's hypothesis."""
    _make_classifier()
    _make_classifier_day()


def downgrade() -> None:
    """Back to the step before; what only this one could remember is lost."""
    op.drop_table("classifier_day")
    op.drop_table("classifier")


def _make_classifier() -> None:
    op.create_table(
        "classifier",
        sa.Column("version", _ID, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("outcomes", sa.Integer(), nullable=False),
        sa.Column("first_outcome_at", _TIME, nullable=False),
        sa.Column("last_outcome_at", _TIME, nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("promoted_by", sa.Text(), nullable=True),
        sa.Column("promoted_at", _TIME, nullable=True),
        sa.Column("person_erased", sa.Boolean(), nullable=False),
        sa.Column("alarms", sa.Text(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_classifier_{name}")) for name, rule in _OF_CLASSIFIER.items()),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_classifier")),
    )
    for name, where in (("one_current", _CURRENT), ("one_shadow", _SHADOW)):
        index = op.f(f"ix_classifier_{name}")
        op.create_index(index, "classifier", ["state"], unique=True, sqlite_where=where, postgresql_where=where)
    op.create_index(op.f("ix_classifier_made_at_version"), "classifier", ["made_at", "version"])


def _make_classifier_day() -> None:
    op.create_table(
        "classifier_day",
        sa.Column("version", _ID, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("decisions", sa.BigInteger(), nullable=False),
        sa.Column("agreed", sa.BigInteger(), nullable=False),
        sa.Column("outcomes", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Double(), nullable=False),
        sa.Column("came", sa.Double(), nullable=False),
        sa.Column("loss", sa.Double(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_classifier_day_{name}")) for name, rule in _OF_DAY.items()),
        sa.ForeignKeyConstraint(
            ["version"], ["classifier.version"], name=op.f("fk_classifier_day_version_classifier"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version", "day", name=op.f("pk_classifier_day")),
    )
