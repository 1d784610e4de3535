"""The agreement of an adult patient for whom somebody else asks; consents say who gave them, and how."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; every consent so far was given by the requester, in the form."""
    op.create_table(
        "patient_agreements",
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("way", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("address", sa.LargeBinary, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name="pk_patient_agreements"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_patient_agreements_case_id"),
    )
    op.add_column("consents", sa.Column("given_by", sa.String(12), nullable=False, server_default="requester"))
    op.add_column("consents", sa.Column("how", sa.String(12), nullable=False, server_default="form"))


def downgrade() -> None:
    """Take the table and the columns away."""
    op.drop_column("consents", "how")
    op.drop_column("consents", "given_by")
    op.drop_table("patient_agreements")
