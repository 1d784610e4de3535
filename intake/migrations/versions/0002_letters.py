"""The outbox: one row for each letter."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "letters",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key_owner", sa.String(80), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=True),
        sa.Column("letter", sa.String(40), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("recipient_hash", sa.String(64), nullable=True),
        sa.Column("dedupe", sa.String(120), nullable=True),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.String(200), nullable=True),
        sa.Column("last_code", sa.String(60), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
        sa.UniqueConstraint("dedupe", name="uq_letters_dedupe"),
    )
    for column in ("case_id", "recipient_hash", "state"):
        op.create_index(f"ix_letters_{column}", "letters", [column])


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("letters")
