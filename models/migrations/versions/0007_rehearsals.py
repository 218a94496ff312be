"""What a decided contact asked, and what classifiers in service said of it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COLUMNS = ("asked", "said")


def upgrade() -> None:
    """Expand: the version before this one goes on serving meanwhile, and keeps neither."""
    for name in _COLUMNS:
        op.add_column("decision_log", sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    """Back to the step before; what only this one could remember is lost."""
    for name in reversed(_COLUMNS):
        op.drop_column("decision_log", name)
