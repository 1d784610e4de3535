"""What the sender said of each file: its place on the checklist, its date, language and translation; sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of what is there already nothing was said."""
    with op.batch_alter_table("uploads") as table:
        table.add_column(sa.Column("described", sa.LargeBinary, nullable=True))


def downgrade() -> None:
    """Take the column away."""
    with op.batch_alter_table("uploads") as table:
        table.drop_column("described")
