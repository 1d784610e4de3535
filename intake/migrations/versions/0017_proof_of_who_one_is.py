"""When whoever holds a session last proved who they are: the desk asks again before an account is changed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column. Whoever is signed in already is asked once more."""
    op.add_column("sessions", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("sessions", "proved_at")
