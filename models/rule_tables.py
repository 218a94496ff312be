"""The tables of rule sets: versions, publications, the pointer to the current one, changes and approvals."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from matcher.use_cases.rule_ports import ApprovalState, PublicationKind, RuleSetState
from models.columns import Json, UtcTime, identifier
from models.constraints import is_one_of
from models.tables import metadata

rule_set = Table(
    "rule_set",
    metadata,
    Column("version", identifier(), primary_key=True),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("document", Json, nullable=False),
    Column("content", identifier(), nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("based_on", identifier()),
    is_one_of("state", RuleSetState, "state_is_known"),
    CheckConstraint("revision >= 1", name="revision_from_one"),
    CheckConstraint("state = 'draft' OR version = content", name="published_is_named_by_content"),
)

rule_publication = Table(
    "rule_publication",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("pool", Text, nullable=False),
    Column("version", identifier(), ForeignKey("rule_set.version"), nullable=False),
    Column("published_at", UtcTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("note", Text),
    is_one_of("kind", PublicationKind, "kind_is_known"),
    CheckConstraint("seq >= 1", name="seq_from_one"),
)

# One row a pool: what is in force. A second current version of a pool cannot be stored.
rule_current = Table(
    "rule_current",
    metadata,
    Column("pool", Text, primary_key=True),
    Column("seq", Integer, ForeignKey("rule_publication.seq"), nullable=False),
    UniqueConstraint("seq"),
)

rule_change = Table(
    "rule_change",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("version", identifier(), nullable=False),
    Column("note", Text),
    Column("detail", Json, nullable=False),
    Index(None, "version", "no"),
)

approval = Table(
    "approval",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("what", Text, nullable=False),
    Column("subject", identifier(), nullable=False),
    Column("content", identifier(), nullable=False),
    Column("replaces", identifier(), nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_person", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("note", Text),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", UtcTime),
    Column("reason", Text),
    is_one_of("state", ApprovalState, "state_is_known"),
    CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name="decided_by_someone"),
    Index(None, "state", "asked_at"),
)
