"""What became of letters that left: states of delivery, ids of the provider's events, addresses nothing arrives at; and
when a case was first opened at the desk.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and columns."""
    op.add_column("letters", sa.Column("tried_at", MOMENT, nullable=True))
    op.add_column("letters", sa.Column("delivery", sa.String(12), nullable=True))
    op.add_column("letters", sa.Column("replayed_at", MOMENT, nullable=True))
    op.add_column("letters", sa.Column("closed_at", MOMENT, nullable=True))
    op.create_index("ix_letters_delivery", "letters", ["delivery"])
    op.drop_index("ix_letters_recipient_hash", "letters")
    op.create_index("ix_letters_recipient_hash", "letters", ["recipient_hash", "made_at"])
    op.add_column("cases", sa.Column("first_read_at", MOMENT, nullable=True))
    op.create_index("ix_cases_first_read_at", "cases", ["first_read_at"])
    op.execute(
        "UPDATE cases SET first_read_at = "
        "(SELECT min(at) FROM journal WHERE journal.subject = cases.id AND journal.event = 'case.read')"
    )
    op.create_table(
        "mail_events",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("heard_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_events"),
    )
    op.create_index("ix_mail_events_heard_at", "mail_events", ["heard_at"])
    op.create_table(
        "suppressed_addresses",
        sa.Column("recipient_hash", sa.String(64), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("recipient_hash", name="pk_suppressed_addresses"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("suppressed_addresses")
    op.drop_table("mail_events")
    op.drop_index("ix_cases_first_read_at", "cases")
    op.drop_column("cases", "first_read_at")
    op.drop_index("ix_letters_recipient_hash", "letters")
    op.create_index("ix_letters_recipient_hash", "letters", ["recipient_hash"])
    op.drop_index("ix_letters_delivery", "letters")
    for column in ("closed_at", "replayed_at", "delivery", "tried_at"):
        op.drop_column("letters", column)
