"""What is said of a record beside its name: sealed. Also whether it is a page of a record of several photos."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nothing is said of what is there already."""
    op.add_column("uploads", sa.Column("described", sa.LargeBinary, nullable=True))


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("uploads", "described")
