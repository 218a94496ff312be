"""The schema: what is remembered, and what the database itself refuses to remember."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from matcher.profiles.evidence import Source
from matcher.profiles.people import CUSTOMER, EMPLOYEE, PresenceState
from matcher.profiles.questionnaire import Mode
from matcher.use_cases.ports import JobState
from models.columns import Json, UtcTime, identifier
from models.constraints import is_not_empty, is_one_of, is_within

# The newest migration; tests/models/test_migrations.py keeps the two together.
SCHEMA_VERSION = "0009"

ROLES = ("router", "employee", "hr", "operations", "analyst", "auditor", "admin")
LEAST_MEMBERS = 50  # of a segment with a prior, as in matcher.profiles.segments
MOST_RHO = 0.5  # of a state, as in matcher.profiles.overlay
MOST_WEIGHT = 1_000_000  # of anything counted in pseudo-counts; it also keeps infinity and not-a-number out
IMPORT_ACTIONS = ("create", "update", "skip", "error")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


customer = Table(
    "customer",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("language", Text),
    Column("segment", Text),
    Column("tier", Text),
    Column("no_push", Boolean),
    Column("attributes", Json, nullable=False),
    Column("consent_values", Boolean),
    Column("consent_text", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    is_not_empty("id"),
)

employee = Table(
    "employee",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("name", Text),
    Column("team", Text),
    Column("languages", Json, nullable=False),
    Column("skills", Json, nullable=False),
    Column("mandate", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("channels", Json, nullable=False),
    Column("hours", Json),
    Column("active", Boolean, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("change_no", BigInteger, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    is_not_empty("id"),
    is_within("mandate", 0, 3),
    is_within("capacity", 1, 50),
    Index(None, "change_no"),
    Index(None, "team", "id"),
)

presence = Table(
    "presence",
    metadata,
    Column("employee_id", identifier(), ForeignKey("employee.id", ondelete="CASCADE"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("channels", Json),
    Column("until", UtcTime),
    Column("updated_at", UtcTime, nullable=False),
    Column("busy_share", Double),
    Column("difficult_in_a_row", Integer),
    is_one_of("state", PresenceState, "state_is_known"),
    is_within("busy_share", 0, 1),
    is_within("difficult_in_a_row", 0, 1000),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("who", Text, nullable=False),
    Column("subject_id", identifier(), nullable=False),
    Column("framework", Text, nullable=False),
    Column("facet", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("occurred_at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("share", Json, nullable=False),
    Column("weight", Double, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    Column("detail", Json, nullable=False),
    Column("revoked_at", UtcTime),
    Column("revoked_by", Text),
    Column("batch", identifier()),
    Column("revoked_reason", Text),
    is_one_of("who", (CUSTOMER, EMPLOYEE), "who_is_known"),
    is_one_of("source", Source, "source_is_known"),
    CheckConstraint("weight >= 0", name="weight_not_negative"),
    CheckConstraint(f"weight <= {MOST_WEIGHT}", name="weight_is_finite"),
    CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_someone"),
    CheckConstraint("revoked_reason IS NULL OR revoked_at IS NOT NULL", name="reason_of_a_revocation"),
    Index(None, "who", "subject_id", "facet"),
    Index(None, "batch"),
)

profile = Table(
    "profile",
    metadata,
    Column("who", Text, primary_key=True),
    Column("framework", Text, primary_key=True),
    Column("facet", Text, primary_key=True),
    Column("subject_id", identifier(), primary_key=True),
    Column("sums", Json, nullable=False),
    Column("rejection", Json),
    Column("prior", Json),
    Column("revision", Integer, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    is_one_of("who", (CUSTOMER, EMPLOYEE), "who_is_known"),
    CheckConstraint("revision >= 1", name="revision_from_one"),
    Index(None, "who", "subject_id"),
)

profile_hidden = Table(
    "profile_hidden",
    metadata,
    Column("who", Text, primary_key=True),
    Column("subject_id", identifier(), primary_key=True),
    Column("hidden_at", UtcTime, nullable=False),
    Column("hidden_by", Text, nullable=False),
    is_one_of("who", (CUSTOMER, EMPLOYEE), "who_is_known"),
)

form_answer = Table(
    "form_answer",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("who", Text, nullable=False),
    Column("subject_id", identifier(), nullable=False),
    Column("framework", Text, nullable=False),
    Column("facet", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("wave", identifier(), nullable=False),
    Column("language", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("best", Text),
    Column("worst", Text),
    Column("points", Json),
    Column("rating", Double),
    Column("latency_ms", Integer),
    Column("answered_at", UtcTime, nullable=False),
    Column("evidence_id", identifier()),
    is_one_of("who", (CUSTOMER, EMPLOYEE), "who_is_known"),
    is_one_of("mode", Mode, "mode_is_known"),
    CheckConstraint("(mode = 'allocate') = (points IS NOT NULL)", name="points_are_allocated"),
    CheckConstraint("(mode = 'rate') = (rating IS NOT NULL)", name="rating_is_rated"),
    CheckConstraint(
        "(mode IN ('best_only', 'best_worst')) = (best IS NOT NULL OR worst IS NOT NULL)", name="choice_is_made"
    ),
    CheckConstraint("best <> worst", name="best_is_not_worst"),
    is_within("rating", -MOST_WEIGHT, MOST_WEIGHT),
    CheckConstraint("latency_ms >= 0", name="latency_not_negative"),
    Index(None, "who", "subject_id", "answered_at"),
    Index(None, "wave"),
)

state_overlay = Table(
    "state_overlay",
    metadata,
    Column("who", Text, primary_key=True),
    Column("subject_id", identifier(), primary_key=True),
    Column("facet", Text, primary_key=True),
    Column("cause", identifier(), primary_key=True),
    Column("share", Json, nullable=False),
    Column("rho", Double, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    is_one_of("who", (CUSTOMER, EMPLOYEE), "who_is_known"),
    CheckConstraint(f"rho > 0 AND rho <= {MOST_RHO}", name="rho_in_range"),
    CheckConstraint("length(share) > 2", name="share_is_not_empty"),
)

segment_prior = Table(
    "segment_prior",
    metadata,
    Column("framework", Text, primary_key=True),
    Column("facet", Text, primary_key=True),
    Column("segment", identifier(), primary_key=True),
    Column("mean", Json, nullable=False),
    Column("strength", Double, nullable=False),
    Column("members", Integer, nullable=False),
    Column("fitted_at", UtcTime, nullable=False),
    CheckConstraint("length(mean) > 2", name="mean_is_not_empty"),
    CheckConstraint(f"strength > 0 AND strength <= {MOST_WEIGHT}", name="strength_is_positive"),
    CheckConstraint(f"members >= {LEAST_MEMBERS}", name="members_are_many"),
)

source_calibration = Table(
    "source_calibration",
    metadata,
    Column("framework", Text, primary_key=True),
    Column("facet", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("fitted_at", UtcTime, primary_key=True),
    Column("validity", Double, nullable=False),
    Column("cap", Double, nullable=False),
    Column("members", Integer, nullable=False),
    is_one_of("source", Source, "source_is_known"),
    CheckConstraint("validity > -1 AND validity < 1", name="validity_is_a_correlation"),
    is_within("cap", 0, MOST_WEIGHT),
    CheckConstraint("members >= 0", name="members_not_negative"),
)

# Written once: what was stored under a framework's name and version keeps its meaning.
framework = Table(
    "framework",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("version", identifier(), primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("document", Json, nullable=False),
    Column("loaded_at", UtcTime, nullable=False),
    CheckConstraint("length(sha256) = 64", name="sha256_is_a_hash"),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("secret_sha256", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("person_id", identifier(), index=True),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    is_one_of("role", ROLES, "role_is_known"),
    CheckConstraint("length(secret_sha256) = 64", name="secret_is_a_hash"),
)

answer = Table(
    "answer",
    metadata,
    Column("scope", identifier(), primary_key=True),
    Column("body_sha256", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False, index=True),
    CheckConstraint("status = 0 OR status BETWEEN 100 AND 599", name="status_is_http"),
)

job = Table(
    "job",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("arguments", Json, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("holder", Text),
    Column("lease_until", UtcTime),
    Column("cancel_requested", Boolean, nullable=False),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("result", Json, nullable=False),
    Column("error", Text),
    is_one_of("state", JobState, "state_is_known"),
    CheckConstraint("done >= 0", name="done_not_negative"),
    CheckConstraint("total >= 0", name="total_not_negative"),
    CheckConstraint("attempts >= 0", name="attempts_not_negative"),
    CheckConstraint(
        "state <> 'running' OR (holder IS NOT NULL AND lease_until IS NOT NULL)", name="running_has_a_holder"
    ),
    Index(None, "state", "created_at", "id"),
)

import_upload = Table(
    "import_upload",
    metadata,
    Column("id", identifier(), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

# A staged line: columns that an employee has too are texts here, moved to the employee as they are.
import_row = Table(
    "import_row",
    metadata,
    Column("import_id", identifier(), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("employee_id", identifier()),
    Column("name", Text),
    Column("team", Text),
    Column("languages", Json),
    Column("skills", Json),
    Column("mandate", Integer),
    Column("capacity", Integer),
    Column("channels", Json),
    Column("hours", Json),
    Column("active", Boolean),
    Column("attributes", Json),
    Column("share", Json),
    Column("fault", Text),
    Column("action", Text),
    Column("detail", Text),
    CheckConstraint("line >= 1", name="line_from_one"),
    CheckConstraint("employee_id IS NOT NULL OR fault IS NOT NULL", name="employee_or_fault"),
    is_one_of("action", IMPORT_ACTIONS, "action_is_known"),
    Index(None, "import_id", "employee_id"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    CheckConstraint("value >= 0", name="value_not_negative"),
)

installation = Table(
    "installation",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)
