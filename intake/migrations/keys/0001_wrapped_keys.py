"""The small store of wrapped keys, apart from the database."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "wrapped_keys",
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("ring_key", sa.String(16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_wrapped_keys"),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("wrapped_keys")
