"""Other hands, other ways: links for helpers, records of several photos, viewer links of hospitals, parcels."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "helper_links",
        sa.Column("grant_id", sa.String(43), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("said", sa.LargeBinary, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("grant_id", name="pk_helper_links"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_helper_links_case_id"),
        sa.UniqueConstraint("case_id", "number", name="uq_helper_links_case_id"),
        sa.UniqueConstraint("code_hash", name="uq_helper_links_code_hash"),
    )
    op.create_table(
        "photo_sets",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_photo_sets"),
    )
    op.create_index("ix_photo_sets_case_id", "photo_sets", ["case_id"])
    op.create_table(
        "viewer_links",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("said", sa.LargeBinary, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_viewer_links"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_viewer_links_case_id"),
    )
    op.create_index("ix_viewer_links_case_id", "viewer_links", ["case_id"])
    op.create_table(
        "parcels",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("said", sa.LargeBinary, nullable=False),
        sa.Column("announced_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("received_at", MOMENT, nullable=True),
        sa.Column("returned_at", MOMENT, nullable=True),
        sa.Column("lost_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_parcels"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_parcels_case_id"),
    )
    op.create_index("ix_parcels_case_id", "parcels", ["case_id"])


def downgrade() -> None:
    """Take the tables away."""
    for table in ("parcels", "viewer_links", "photo_sets", "helper_links"):
        op.drop_table(table)
