"""Requests held until a coordinator has looked at them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is there already is held by nobody."""
    with op.batch_alter_table("drafts") as table:
        table.add_column(sa.Column("traits", sa.String(80), nullable=False, server_default=""))
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("held_as_suspect", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("traits", sa.String(80), nullable=False, server_default=""))
        table.add_column(sa.Column("text_hash", sa.String(64), nullable=True))
    op.create_index("ix_cases_text_hash", "cases", ["text_hash"])


def downgrade() -> None:
    """Take the columns away."""
    op.drop_index("ix_cases_text_hash", "cases")
    with op.batch_alter_table("cases") as table:
        for column in ("text_hash", "traits", "held_as_suspect"):
            table.drop_column(column)
    with op.batch_alter_table("drafts") as table:
        table.drop_column("traits")
