"""What profiling remembers: forms' answers, overlays, priors, calibrations, hidden profiles, frameworks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = ("profile_hidden", "form_answer", "state_overlay", "segment_prior", "source_calibration", "framework")

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")

_NEW_EVIDENCE_CHECKS = {
    "ck_evidence_weight_is_finite": "weight <= 1000000",
    "ck_evidence_reason_of_a_revocation": "revoked_reason IS NULL OR revoked_at IS NOT NULL",
}


def upgrade() -> None:
    """Expand: the version before this one goes on serving meanwhile."""
    with op.batch_alter_table("evidence") as evidence:
        evidence.add_column(sa.Column("batch", _ID, nullable=True))
        evidence.add_column(sa.Column("revoked_reason", sa.Text(), nullable=True))
        for name, condition in _NEW_EVIDENCE_CHECKS.items():
            evidence.create_check_constraint(op.f(name), condition)
    op.create_index(op.f("ix_evidence_batch"), "evidence", ["batch"])
    _make_profile_hidden()
    _make_form_answer()
    _make_state_overlay()
    _make_segment_prior()
    _make_source_calibration()
    _make_framework()


def downgrade() -> None:
    """Back to the step before; what only this one could remember is lost."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_index(op.f("ix_evidence_batch"), "evidence")
    with op.batch_alter_table("evidence") as evidence:
        for name in _NEW_EVIDENCE_CHECKS:
            evidence.drop_constraint(op.f(name), type_="check")
        evidence.drop_column("revoked_reason")
        evidence.drop_column("batch")


def _make_profile_hidden() -> None:
    op.create_table(
        "profile_hidden",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("hidden_at", _TIME, nullable=False),
        sa.Column("hidden_by", sa.Text(), nullable=False),
        sa.CheckConstraint("who IN ('customer', 'employee')", name=op.f("ck_profile_hidden_who_is_known")),
        sa.PrimaryKeyConstraint("who", "subject_id", name=op.f("pk_profile_hidden")),
    )


def _make_form_answer() -> None:
    op.create_table(
        "form_answer",
        sa.Column("id", _ID, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("facet", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("wave", _ID, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("best", sa.Text(), nullable=True),
        sa.Column("worst", sa.Text(), nullable=True),
        sa.Column("points", sa.Text(), nullable=True),
        sa.Column("rating", sa.Double(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("answered_at", _TIME, nullable=False),
        sa.Column("evidence_id", _ID, nullable=True),
        sa.CheckConstraint("who IN ('customer', 'employee')", name=op.f("ck_form_answer_who_is_known")),
        sa.CheckConstraint(
            "mode IN ('best_only', 'best_worst', 'allocate', 'rate')", name=op.f("ck_form_answer_mode_is_known")
        ),
        sa.CheckConstraint(
            "(mode = 'allocate') = (points IS NOT NULL)", name=op.f("ck_form_answer_points_are_allocated")
        ),
        sa.CheckConstraint("(mode = 'rate') = (rating IS NOT NULL)", name=op.f("ck_form_answer_rating_is_rated")),
        sa.CheckConstraint(
            "(mode IN ('best_only', 'best_worst')) = (best IS NOT NULL OR worst IS NOT NULL)",
            name=op.f("ck_form_answer_choice_is_made"),
        ),
        sa.CheckConstraint("best <> worst", name=op.f("ck_form_answer_best_is_not_worst")),
        sa.CheckConstraint("rating BETWEEN -1000000 AND 1000000", name=op.f("ck_form_answer_rating_in_range")),
        sa.CheckConstraint("latency_ms >= 0", name=op.f("ck_form_answer_latency_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_answer")),
    )
    of_person = ["who", "subject_id", "answered_at"]
    op.create_index(op.f("ix_form_answer_who_subject_id_answered_at"), "form_answer", of_person)
    op.create_index(op.f("ix_form_answer_wave"), "form_answer", ["wave"])


def _make_state_overlay() -> None:
    op.create_table(
        "state_overlay",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("facet", sa.Text(), nullable=False),
        sa.Column("cause", _ID, nullable=False),
        sa.Column("share", sa.Text(), nullable=False),
        sa.Column("rho", sa.Double(), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.CheckConstraint("who IN ('customer', 'employee')", name=op.f("ck_state_overlay_who_is_known")),
        sa.CheckConstraint("rho > 0 AND rho <= 0.5", name=op.f("ck_state_overlay_rho_in_range")),
        sa.CheckConstraint("length(share) > 2", name=op.f("ck_state_overlay_share_is_not_empty")),
        sa.PrimaryKeyConstraint("who", "subject_id", "facet", "cause", name=op.f("pk_state_overlay")),
    )
    op.create_index(op.f("ix_state_overlay_expires_at"), "state_overlay", ["expires_at"])


def _make_segment_prior() -> None:
    op.create_table(
        "segment_prior",
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("facet", sa.Text(), nullable=False),
        sa.Column("segment", _ID, nullable=False),
        sa.Column("mean", sa.Text(), nullable=False),
        sa.Column("strength", sa.Double(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("fitted_at", _TIME, nullable=False),
        sa.CheckConstraint("length(mean) > 2", name=op.f("ck_segment_prior_mean_is_not_empty")),
        sa.CheckConstraint("strength > 0 AND strength <= 1000000", name=op.f("ck_segment_prior_strength_is_positive")),
        sa.CheckConstraint("members >= 50", name=op.f("ck_segment_prior_members_are_many")),
        sa.PrimaryKeyConstraint("framework", "facet", "segment", name=op.f("pk_segment_prior")),
    )


def _make_source_calibration() -> None:
    op.create_table(
        "source_calibration",
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("facet", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fitted_at", _TIME, nullable=False),
        sa.Column("validity", sa.Double(), nullable=False),
        sa.Column("cap", sa.Double(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "source IN ('survey', 'hr_tag', 'self_tag', 'behaviour', 'text', 'segment', 'outcome')",
            name=op.f("ck_source_calibration_source_is_known"),
        ),
        sa.CheckConstraint(
            "validity > -1 AND validity < 1", name=op.f("ck_source_calibration_validity_is_a_correlation")
        ),
        sa.CheckConstraint("cap BETWEEN 0 AND 1000000", name=op.f("ck_source_calibration_cap_in_range")),
        sa.CheckConstraint("members >= 0", name=op.f("ck_source_calibration_members_not_negative")),
        sa.PrimaryKeyConstraint("framework", "facet", "source", "fitted_at", name=op.f("pk_source_calibration")),
    )


def _make_framework() -> None:
    op.create_table(
        "framework",
        sa.Column("id", _ID, nullable=False),
        sa.Column("version", _ID, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("loaded_at", _TIME, nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_framework_sha256_is_a_hash")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_framework")),
    )
