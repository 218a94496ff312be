"""What employees' time is worth, list by list."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Expand: the version before this one goes on serving meanwhile, and holds nobody."""
    op.create_table(
        "price_list",
        sa.Column("version", _ID, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.CheckConstraint("length(version) BETWEEN 1 AND 128", name=op.f("ck_price_list_version_has_length")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_price_list")),
    )
    op.create_index(op.f("ix_price_list_made_at"), "price_list", ["made_at"])


def downgrade() -> None:
    """Back to the step before; what only this one could remember is lost."""
    op.drop_table("price_list")
