"""When a classifier's files were let go: it serves no more, and its card stays."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Expand: the version before this one goes on serving meanwhile."""
    op.add_column("classifier", sa.Column("removed_at", _TIME, nullable=True))


def downgrade() -> None:
    """Back to the step before; what only this one could remember is lost."""
    op.drop_column("classifier", "removed_at")
