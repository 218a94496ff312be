"""Rule sets: drafts and versions, what was put in force, every change, and approvals by a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = ("rule_set", "rule_publication", "rule_current", "rule_change", "approval")

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Expand: the version before this one goes on serving meanwhile, by the rule set it was started with."""
    _make_rule_set()
    _make_rule_publication()
    _make_rule_current()
    _make_rule_change()
    _make_approval()
    op.execute("INSERT INTO counter (name, value) VALUES ('rule_publication', 0)")


def downgrade() -> None:
    """Back to the step before; what only this one could remember is lost."""
    op.execute("DELETE FROM counter WHERE name = 'rule_publication'")
    for table in reversed(_TABLES):
        op.drop_table(table)


def _make_rule_set() -> None:
    op.create_table(
        "rule_set",
        sa.Column("version", _ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("content", _ID, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("based_on", _ID, nullable=True),
        sa.CheckConstraint("state IN ('draft', 'published')", name=op.f("ck_rule_set_state_is_known")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_rule_set_revision_from_one")),
        sa.CheckConstraint(
            "state = 'draft' OR version = content", name=op.f("ck_rule_set_published_is_named_by_content")
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rule_set")),
    )


def _make_rule_publication() -> None:
    op.create_table(
        "rule_publication",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("version", _ID, nullable=False),
        sa.Column("published_at", _TIME, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('installed', 'publish', 'rollback')", name=op.f("ck_rule_publication_kind_is_known")
        ),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_rule_publication_seq_from_one")),
        sa.ForeignKeyConstraint(["version"], ["rule_set.version"], name=op.f("fk_rule_publication_version_rule_set")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_rule_publication")),
    )


def _make_rule_current() -> None:
    op.create_table(
        "rule_current",
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["rule_publication.seq"], name=op.f("fk_rule_current_seq_rule_publication")),
        sa.PrimaryKeyConstraint("pool", name=op.f("pk_rule_current")),
        sa.UniqueConstraint("seq", name=op.f("uq_rule_current_seq")),
    )


def _make_rule_change() -> None:
    op.create_table(
        "rule_change",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("version", _ID, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_rule_change")),
    )
    op.create_index(op.f("ix_rule_change_version_no"), "rule_change", ["version", "no"])


def _make_approval() -> None:
    op.create_table(
        "approval",
        sa.Column("id", _ID, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", _ID, nullable=False),
        sa.Column("content", _ID, nullable=False),
        sa.Column("replaces", _ID, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_person", sa.Text(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'accepted', 'rejected')", name=op.f("ck_approval_state_is_known")),
        sa.CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name=op.f("ck_approval_decided_by_someone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_state_asked_at"), "approval", ["state", "asked_at"])
