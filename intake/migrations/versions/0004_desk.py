"""The desk: coordinators, their passkeys, the challenges under way, and what they deliberately opened."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "coordinators",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("email", sa.LargeBinary, nullable=False),
        sa.Column("email_hash", sa.String(64), nullable=True),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_coordinators"),
        sa.UniqueConstraint("email_hash", name="uq_coordinators_email_hash"),
    )
    op.create_index("ix_coordinators_state", "coordinators", ["state"])
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(1368), nullable=False),
        sa.Column("coordinator_id", sa.String(32), nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("transports", sa.String(80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinators.id"], name="fk_passkeys_coordinator_id"),
    )
    op.create_index("ix_passkeys_coordinator_id", "passkeys", ["coordinator_id"])
    op.create_table(
        "challenges",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("challenge", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_challenges"),
    )
    op.create_index("ix_challenges_expires_at", "challenges", ["expires_at"])
    op.create_table(
        "openings",
        sa.Column("upload_id", sa.String(64), nullable=False),
        sa.Column("coordinator_id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "coordinator_id", name="pk_openings"),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinators.id"], name="fk_openings_coordinator_id"),
    )


def downgrade() -> None:
    """Take the tables away."""
    for table in ("openings", "challenges", "passkeys", "coordinators"):
        op.drop_table(table)
