"""The conversation inside a case; how long cases stayed at each stage; partners and how often they sent somebody."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "messages",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("voice", sa.String(12), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("answers", sa.String(32), nullable=True),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_messages_case_id"),
        sa.UniqueConstraint("case_id", "number", name="uq_messages_case_id"),
    )
    op.create_table(
        "stays",
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("went_to", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "stage", name="pk_stays"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_stays_case_id"),
    )
    op.create_index("ix_stays_stage", "stays", ["stage", "began_at"])
    op.create_table(
        "partners",
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_partners"),
    )
    op.create_table(
        "partner_starts",
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("starts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("slug", "month", name="pk_partner_starts"),
        sa.ForeignKeyConstraint(["slug"], ["partners.slug"], name="fk_partner_starts_slug"),
    )
    op.create_index("ix_cases_partner", "cases", ["partner", "opened_at"])
    # Of cases that are there we know since when they are where they are, and no more.
    op.execute("INSERT INTO stays (case_id, stage, began_at) SELECT id, stage, stage_at FROM cases")


def downgrade() -> None:
    """Take the tables away."""
    op.drop_index("ix_cases_partner", "cases")
    for table in ("partner_starts", "partners", "stays", "messages"):
        op.drop_table(table)
