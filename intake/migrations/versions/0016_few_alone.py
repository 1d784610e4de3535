"""Indexes that hold what still waits, and nothing of what is over; and those by which sessions and addresses go; when all bytes were
counted last.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UNSETTLED = "closed_at IS NULL AND (state <> 'sent' OR delivery IN ('accepted', 'deferred', 'spam_report'))"
READ_BY = ["stage", "opened_at", "id", "held_as_suspect", "coordinator_id"]
FEW = {
    "ix_cases_unopened": ("cases", READ_BY, "first_read_at IS NULL"),
    "ix_cases_at_work": ("cases", ["coordinator_id"], "stage IN ('opened', 'records_in', 'with_specialist')"),
    "ix_cases_purge_at": ("cases", ["purge_at"], "stage <> 'erased'"),
    "ix_jobs_due_at": ("jobs", ["due_at"], "dead_code IS NULL"),
    "ix_jobs_dead_code": ("jobs", ["dead_code"], "dead_code IS NOT NULL"),
    "ix_letters_unsettled": ("letters", ["made_at", "id"], UNSETTLED),
    "ix_letters_caseless": ("letters", ["made_at"], "case_id IS NULL"),
    "ix_helper_links_unsettled": ("helper_links", ["made_at"], "settled_at IS NULL"),
    "ix_uploads_held": ("uploads", ["reason", "received_at", "id"], "verdict = 'held'"),
}
WHOLE = {
    "ix_sessions_expires_at": ("sessions", ["expires_at"]),
    "ix_sessions_ended_at": ("sessions", ["ended_at"]),
    "ix_suppressed_addresses_since": ("suppressed_addresses", ["since"]),
    "ix_uploads_made_at": ("uploads", ["made_at"]),
}
BEFORE = {
    "ix_cases_due_at": ("cases", ["due_at"]),
    "ix_cases_purge_at": ("cases", ["purge_at"]),
    "ix_cases_first_read_at": ("cases", ["first_read_at"]),
    "ix_jobs_due_at": ("jobs", ["due_at"]),
}
SUSPECTS = {"sqlite_where": sa.text("held_as_suspect = 1"), "postgresql_where": sa.text("held_as_suspect")}


def upgrade() -> None:
    """Make them, and take those away in whose place they stand."""
    for name, (table, _) in BEFORE.items():
        op.drop_index(name, table)
    op.drop_index("ix_cases_held", "cases")
    op.create_index("ix_cases_held", "cases", ["stage", "opened_at", "id"], **SUSPECTS)
    for name, (table, columns, which) in FEW.items():
        op.create_index(name, table, columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
    for name, (table, columns) in WHOLE.items():
        op.create_index(name, table, columns)
    op.add_column("quota_turn", sa.Column("counted_bytes", sa.BigInteger, nullable=True))
    op.add_column("quota_turn", sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Put back what was there before."""
    for column in ("counted_at", "counted_bytes"):
        op.drop_column("quota_turn", column)
    for name, (table, *_) in (FEW | WHOLE).items():
        op.drop_index(name, table)
    op.drop_index("ix_cases_held", "cases")
    op.create_index("ix_cases_held", "cases", ["opened_at", "id"], **SUSPECTS)
    for name, (table, columns) in BEFORE.items():
        op.create_index(name, table, columns)
