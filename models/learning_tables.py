"""The schema of what Klik learns from: what came of contacts, and which decisions were acted on."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    Table,
    Text,
)

from models.columns import Json, UtcTime, identifier
from models.constraints import is_not_empty, is_one_of, is_within
from models.tables import metadata

BASES = ("classifier", "prior", "rules")  # as matcher.routing.decision.Basis
MOST_MINUTES = 1_000_000
MOST_CENTS = 1_000_000_000
MOST_NET_VALUE = 1_000_000_000_000  # far beyond any sum of the above; it keeps infinity and not-a-number out
LONGEST_NOTE = 4_000

_IS_A_CHANCE = "propensity > 0 AND propensity <= 1"

# A row is kept only with people who are there. A customer's goes with the customer, an employee's name leaves it.
outcome = Table(
    "outcome",
    metadata,
    Column("event_id", identifier(), primary_key=True),
    Column("contact_id", identifier(), index=True),
    Column("customer_id", identifier(), index=True),
    Column("employee_id", identifier(), index=True),
    Column("intent", Text),
    Column("channel", Text),
    Column("segment", Text),
    Column("group_name", Text),
    Column("occurred_at", UtcTime, nullable=False),
    Column("decision_at", UtcTime),
    Column("recorded_at", UtcTime, nullable=False),
    Column("resolved", Boolean),
    Column("satisfaction", Integer),
    Column("effort", Integer),
    Column("minutes", Double),
    Column("money_cents", BigInteger),
    Column("complaint", Boolean),
    Column("broken_promise", Boolean),
    Column("told_success", Double),
    Column("success", Double),
    Column("net_value", Double),
    Column("propensity", Double),
    Column("note", Text),
    is_not_empty("event_id"),
    is_not_empty("contact_id"),
    is_within("satisfaction", 1, 5),
    is_within("effort", 1, 5),
    is_within("minutes", 0, MOST_MINUTES),
    is_within("money_cents", -MOST_CENTS, MOST_CENTS),
    is_within("told_success", 0, 1),
    is_within("success", 0, 1),
    is_within("net_value", -MOST_NET_VALUE, MOST_NET_VALUE),
    CheckConstraint(_IS_A_CHANCE, name="propensity_is_a_chance"),
    CheckConstraint(
        "complaint IS NULL OR NOT complaint OR (success IS NOT NULL AND success = 0)", name="complaint_is_no_success"
    ),
    CheckConstraint(
        "broken_promise IS NULL OR NOT broken_promise OR (success IS NOT NULL AND success = 0)",
        name="broken_promise_is_no_success",
    ),
    CheckConstraint("note IS NULL OR customer_id IS NOT NULL", name="note_has_a_customer"),
    CheckConstraint(f"length(note) <= {LONGEST_NOTE}", name="note_has_length"),
    Index(None, "occurred_at", "event_id"),
    Index(None, "complaint", "occurred_at", "event_id"),
)

# `document`: as `models.price_lists` writes it. It names employees, and whoever is erased is taken out of it.
price_list = Table(
    "price_list",
    metadata,
    Column("version", identifier(), primary_key=True),
    Column("made_at", UtcTime, nullable=False, index=True),
    Column("document", Json, nullable=False),
    is_not_empty("version"),
)

# `candidates`: those who might have been chosen, [employee, score, probability] each, best first. `asked`: what the
# contact asked, NULL before that was kept. `said`: [classifier, probability, favourite, its probability] each.
decision_log = Table(
    "decision_log",
    metadata,
    Column("decision_id", identifier(), primary_key=True),
    Column("contact_id", identifier(), nullable=False),
    Column("customer_id", identifier(), index=True),
    Column("employee_id", identifier(), index=True),
    Column("at", UtcTime, nullable=False),
    Column("basis", Text, nullable=False),
    Column("strategy", Text, nullable=False),
    Column("versions", Json, nullable=False),
    Column("seed", BigInteger),
    Column("propensity", Double),
    Column("candidates", Json, nullable=False),
    Column("candidates_left_out", Integer, nullable=False),
    Column("queue", Text),
    Column("intent", Text),
    Column("channel", Text, nullable=False),
    Column("asked", Json),
    Column("said", Json),
    is_not_empty("decision_id"),
    is_not_empty("contact_id"),
    is_one_of("basis", BASES, "basis_is_known"),
    CheckConstraint(_IS_A_CHANCE, name="propensity_is_a_chance"),
    CheckConstraint("propensity IS NULL OR employee_id IS NOT NULL", name="propensity_of_someone"),
    CheckConstraint("seed >= 0", name="seed_not_negative"),
    CheckConstraint("candidates_left_out >= 0", name="candidates_left_out_not_negative"),
    Index(None, "contact_id", "at"),
    Index(None, "at", "decision_id"),
)
