"""The desk's queue: indexes that the list is read along, notes, saved replies, gaps, and contact that was stopped."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
INDEXES = {
    "ix_cases_queue": ["turn", "urgent", "due_at", "id"],
    "ix_cases_queue_of": ["coordinator_id", "turn", "urgent", "due_at", "id"],
    "ix_cases_queue_at": ["stage", "turn", "urgent", "due_at", "id"],
    "ix_cases_over": ["stage", "stage_at", "id"],
    "ix_cases_over_of": ["coordinator_id", "stage", "stage_at", "id"],
}


def upgrade() -> None:
    """Make columns, indexes and tables. What is over is no longer marked as urgent: the mark puts it first."""
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("gaps", sa.LargeBinary, nullable=True))
        table.add_column(sa.Column("contact_stopped_at", MOMENT, nullable=True))
    cases = sa.table("cases", sa.column("urgent", sa.Boolean), sa.column("stage", sa.String))
    over = cases.c.stage.not_in(["opened", "records_in", "with_specialist"])
    op.execute(cases.update().where(cases.c.urgent, over).values(urgent=False))
    for name, columns in INDEXES.items():
        op.create_index(name, "cases", columns)
    held = {"sqlite_where": sa.text("held_as_suspect = 1"), "postgresql_where": sa.text("held_as_suspect")}
    op.create_index("ix_cases_held", "cases", ["opened_at", "id"], **held)
    op.create_table(
        "notes",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("said", sa.LargeBinary, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_notes_case_id"),
    )
    op.create_index("ix_notes_case_id", "notes", ["case_id"])
    op.create_table(
        "replies",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("said", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
    )


def downgrade() -> None:
    """Take all of it away."""
    for table in ("replies", "notes"):
        op.drop_table(table)
    for name in ("ix_cases_held", *INDEXES):
        op.drop_index(name, "cases")
    with op.batch_alter_table("cases") as table:
        for column in ("contact_stopped_at", "gaps"):
            table.drop_column(column)
