"""People at the desk: leads, who is away and who stands in, codes of a reset, passwords, and rules of routing."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ADDED = ("role", "away_from", "away_until", "stand_in", "code_hash")


def upgrade() -> None:
    """Make the tables and columns. Whoever is there already is a coordinator; `intake coordinator lead` makes leads."""
    op.add_column("coordinators", sa.Column("role", sa.String(12), nullable=False, server_default="coordinator"))
    op.add_column("coordinators", sa.Column("away_from", MOMENT, nullable=True))
    op.add_column("coordinators", sa.Column("away_until", MOMENT, nullable=True))
    op.add_column("coordinators", sa.Column("stand_in", sa.String(32), nullable=True))
    op.add_column("coordinators", sa.Column("code_hash", sa.String(64), nullable=True))
    op.create_table(
        "passwords",
        sa.Column("coordinator_id", sa.String(32), nullable=False),
        sa.Column("kept", sa.LargeBinary, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("coordinator_id", name="pk_passwords"),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinators.id"], name="fk_passwords_coordinator_id"),
    )
    op.create_table(
        "routing_rules",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("specialty", sa.String(40), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("partner", sa.String(60), nullable=False),
        sa.Column("most", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_routing_rules"),
    )
    op.create_table(
        "routing_people",
        sa.Column("rule_id", sa.String(32), nullable=False),
        sa.Column("coordinator_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "coordinator_id", name="pk_routing_people"),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinators.id"], name="fk_routing_people_coordinator_id"),
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("routing_people", "routing_rules", "passwords"):
        op.drop_table(table)
    for column in reversed(ADDED):
        op.drop_column("coordinators", column)
