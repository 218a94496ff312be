"""How busy an employee says to be, and how many difficult contacts in a row were served: what limits look at."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CHECKS = {
    "ck_presence_busy_share_in_range": "busy_share BETWEEN 0 AND 1",
    "ck_presence_difficult_in_a_row_in_range": "difficult_in_a_row BETWEEN 0 AND 1000",
}


def upgrade() -> None:
    """Expand: the version before this one goes on serving meanwhile."""
    with op.batch_alter_table("presence") as presence:
        presence.add_column(sa.Column("busy_share", sa.Double(), nullable=True))
        presence.add_column(sa.Column("difficult_in_a_row", sa.Integer(), nullable=True))
        for name, condition in _CHECKS.items():
            presence.create_check_constraint(op.f(name), condition)


def downgrade() -> None:
    """Back to the step before; what only this one could remember is lost."""
    with op.batch_alter_table("presence") as presence:
        for name in _CHECKS:
            presence.drop_constraint(op.f(name), type_="check")
        presence.drop_column("difficult_in_a_row")
        presence.drop_column("busy_share")
