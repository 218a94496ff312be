"""The tables of classifiers: the registry of them, and what was counted of each day by day."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from matcher.use_cases.classifier_ports import ClassifierState
from models.columns import Json, UtcTime, identifier
from models.constraints import is_not_empty, is_one_of
from models.tables import metadata

ONE_CURRENT, ONE_SHADOW = text("state = 'current'"), text("state = 'shadow'")
MOST_SUM = 1_000_000_000_000  # far beyond what a day can sum up to; it keeps infinity and not-a-number out

classifier = Table(
    "classifier",
    metadata,
    Column("version", identifier(), primary_key=True),
    Column("digest", Text, nullable=False),
    Column("framework", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("outcomes", Integer, nullable=False),
    Column("first_outcome_at", UtcTime, nullable=False),
    Column("last_outcome_at", UtcTime, nullable=False),
    Column("card", Json, nullable=False),
    Column("gate", Json, nullable=False),
    Column("promoted_by", Text),
    Column("promoted_at", UtcTime),
    Column("person_erased", Boolean, nullable=False),
    Column("alarms", Json, nullable=False),
    Column("removed_at", UtcTime),
    is_not_empty("version"),
    is_one_of("state", ClassifierState, "state_is_known"),
    CheckConstraint("length(digest) = 64", name="digest_is_a_hash"),
    CheckConstraint("seed >= 0", name="seed_not_negative"),
    CheckConstraint("outcomes >= 1", name="outcomes_are_some"),
    CheckConstraint("first_outcome_at <= last_outcome_at", name="window_in_order"),
    CheckConstraint("(promoted_by IS NULL) = (promoted_at IS NULL)", name="promoted_by_someone"),
    CheckConstraint("state <> 'current' OR promoted_by IS NOT NULL", name="current_was_promoted"),
    Index("ix_classifier_one_current", "state", unique=True, sqlite_where=ONE_CURRENT, postgresql_where=ONE_CURRENT),
    Index("ix_classifier_one_shadow", "state", unique=True, sqlite_where=ONE_SHADOW, postgresql_where=ONE_SHADOW),
    Index(None, "made_at", "version"),
)

classifier_day = Table(
    "classifier_day",
    metadata,
    Column("version", identifier(), ForeignKey("classifier.version", ondelete="CASCADE"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("decisions", BigInteger, nullable=False),
    Column("agreed", BigInteger, nullable=False),
    Column("outcomes", BigInteger, nullable=False),
    Column("told", Double, nullable=False),
    Column("came", Double, nullable=False),
    Column("loss", Double, nullable=False),
    CheckConstraint("length(day) = 10", name="day_is_a_date"),
    CheckConstraint("agreed BETWEEN 0 AND decisions", name="agreed_in_range"),
    CheckConstraint("outcomes >= 0", name="outcomes_not_negative"),
    CheckConstraint(f"told BETWEEN 0 AND {MOST_SUM}", name="told_in_range"),
    CheckConstraint(f"came BETWEEN 0 AND {MOST_SUM}", name="came_in_range"),
    CheckConstraint(f"loss BETWEEN 0 AND {MOST_SUM}", name="loss_in_range"),
)
