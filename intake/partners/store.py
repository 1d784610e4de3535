"""Partners by the name they use in links, and how many requests were started with it, month by month.

A start is counted and no more: not who, not what became of it. Names that nobody registered are not counted.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, String, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from intake.db import Instant, Tx, metadata
from intake.errors import PartnerKnown, SlugUnfit

# What may stand behind ?via= in an address.
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")

partners = Table(
    "partners",
    metadata,
    Column("slug", String(60), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
)

partner_starts = Table(
    "partner_starts",
    metadata,
    Column("slug", String(60), ForeignKey("partners.slug"), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("starts", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation that links to us."""

    slug: str
    name: str


def add(tx: Tx, slug: str, name: str, now: datetime) -> Partner:
    """Register a name for links. Raises SlugUnfit, or PartnerKnown when it is taken."""
    name = " ".join(name.split())
    if not SLUG.fullmatch(slug) or not name or len(name) > 200:
        raise SlugUnfit
    if _is_known(tx, slug):
        raise PartnerKnown(slug=slug)
    tx.execute(insert(partners), {"slug": slug, "name": name, "made_at": now})
    return Partner(slug, name)


def all_partners(tx: Tx) -> list[Partner]:
    """Every partner, in the order of their slugs."""
    return [Partner(row.slug, row.name) for row in tx.all(select(partners).order_by(partners.c.slug))]


def count_start(tx: Tx, slug: str, now: datetime) -> None:
    """Somebody started a request with this name in the address; a name that nobody registered is not counted."""
    if not slug or not _is_known(tx, slug):
        return
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    first = dialect.insert(partner_starts).values(slug=slug, month=month_of(now), starts=1)
    more = {"starts": partner_starts.c.starts + 1}
    tx.execute(first.on_conflict_do_update(index_elements=["slug", "month"], set_=more))


def starts_of(tx: Tx, slug: str) -> dict[str, int]:
    """How many requests were started with a name, by month ("2026-03")."""
    rows = tx.all(select(partner_starts).where(partner_starts.c.slug == slug))
    return {row.month: row.starts for row in rows}


def month_of(moment: datetime) -> str:
    """The month of a moment, in UTC: "2026-03"."""
    return f"{moment:%Y-%m}"


def _is_known(tx: Tx, slug: str) -> bool:
    return tx.scalar(select(partners.c.slug).where(partners.c.slug == slug)) is not None
