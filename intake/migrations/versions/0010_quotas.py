"""The row that whoever announces a file holds while the room is counted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table with its only row."""
    turn = op.create_table(
        "quota_turn",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("id", name="pk_quota_turn"),
    )
    op.bulk_insert(turn, [{"id": 1}])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("quota_turn")
