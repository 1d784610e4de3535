"""A hospital's viewer link with its code, kept as a sealed record of the case until the requester withdraws it.

Our server never follows such a link: a coordinator opens it in a browser, by a deliberate act that the journal keeps.
"""

import ipaddress
import re
import secrets
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Column, ForeignKey, LargeBinary, Row, String, Table, delete, func, insert, select, update

from intake import journal
from intake.cases import store
from intake.cases.case import Case
from intake.cases.house import House
from intake.db import Instant, Tx, metadata
from intake.errors import MoveNotAllowed, NotYours
from intake.journal import Event
from intake.keys import KeyStore, context, open_json, seal_json

viewer_links = Table(
    "viewer_links",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(64), ForeignKey("cases.id"), nullable=False, index=True),
    Column("said", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=True),
    Column("withdrawn_at", Instant, nullable=True),
)

REQUESTER = "requester"
LONGEST_ADDRESS = 2000
MOST_LINKS = 20
# A link that ends within this time gets a mark, at the desk and for the requester.
ENDS_SOON = timedelta(days=7)
# One label of a host name as browsers send it; a name in another script is written so too ("xn--…").
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """What the requester wrote of a link: all of it is sealed. `item` is a checklist id, or "" for none."""

    address: str = field(repr=False)
    code: str = field(default="", repr=False)
    item: str = ""
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ViewerLink:
    """A viewer link as it stands."""

    id: str
    case_id: str
    said: Said
    made_at: datetime
    ends_at: datetime | None

    @property
    def host(self) -> str:
        """Where it leads, without what follows: this much may be shown beside other things."""
        return urlsplit(self.said.address).hostname or ""

    @property
    def last_day(self) -> date | None:
        """The last day on which it works."""
        return (self.ends_at - timedelta(seconds=1)).date() if self.ends_at else None

    def ended(self, now: datetime) -> bool:
        """Whether it no longer works, as far as we were told."""
        return self.ends_at is not None and now >= self.ends_at

    def ends_soon(self, now: datetime) -> bool:
        """Whether somebody should look, or ask for a new one, within days."""
        return self.ends_at is not None and not self.ended(now) and self.ends_at - now <= ENDS_SOON


def is_fit(address: str) -> bool:
    """Whether this can be the address of a hospital's viewer: https, a public host by name, nothing hidden in it."""
    if len(address) > LONGEST_ADDRESS or not address.isprintable() or " " in address or "\\" in address:
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")
    except ValueError:  # brackets that hold no address, a port that is no number, a name that cannot be one
        return False
    return parts.scheme == "https" and "@" not in parts.netloc and port != 0 and _is_public_name(host)


def _is_public_name(host: str) -> bool:
    labels = host.split(".")
    if len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return not labels[-1].isdigit() and labels[-1].lower() not in ("local", "localhost", "internal", "lan", "home")
    return False


def add_viewer(tx: Tx, house: House, case_id: str, said: Said, ends_at: datetime | None, now: datetime) -> ViewerLink:
    """Keep a link that is_fit. Raises MoveNotAllowed once the case takes no records, or holds MOST_LINKS."""
    case = store.case_by_id(tx, case_id, to_change=True)
    there = (viewer_links.c.case_id == case_id, viewer_links.c.withdrawn_at.is_(None))
    count = tx.scalar(select(func.count()).select_from(viewer_links).where(*there))
    if not case.takes_records or count >= MOST_LINKS or not is_fit(said.address):
        raise MoveNotAllowed
    link_id = secrets.token_hex(16)
    sealed = seal_json(house.keys.get(case.key_owner), asdict(said), _place(link_id))
    row = {"id": link_id, "case_id": case_id, "said": sealed, "made_at": now, "ends_at": ends_at}
    tx.execute(insert(viewer_links), row)
    journal.write(tx, Event.VIEWER_ADDED, now, actor=REQUESTER, subject=case_id, viewer=link_id)
    return viewer_of(tx, house.keys, case, link_id)


def withdraw_viewer(tx: Tx, case_id: str, link_id: str, now: datetime) -> None:
    """Take a link back: nobody opens it through us any more, and its text is blanked. Twice is once.

    Raises NotYours if this case has no such link.
    """
    known = (viewer_links.c.id == link_id, viewer_links.c.case_id == case_id)
    if tx.one_or_none(select(viewer_links.c.id).where(*known)) is None:
        raise NotYours
    gone = update(viewer_links).where(*known, viewer_links.c.withdrawn_at.is_(None)).values(withdrawn_at=now, said=b"")
    if tx.execute(gone).rowcount:
        journal.write(tx, Event.VIEWER_WITHDRAWN, now, actor=REQUESTER, subject=case_id, viewer=link_id)


def open_viewer(tx: Tx, keys: KeyStore, case: Case, link_id: str, actor: str, now: datetime) -> ViewerLink:
    """The deliberate act of somebody at the desk: journalled, and the address and code come back. Raises NotYours."""
    link = viewer_of(tx, keys, case, link_id)
    journal.write(tx, Event.VIEWER_OPENED, now, actor=actor, subject=case.id, viewer=link_id)
    return link


def viewers_of(tx: Tx, keys: KeyStore, case: Case) -> list[ViewerLink]:
    """The links of a case that were not withdrawn, the oldest first. Raises KeyGone."""
    there = (viewer_links.c.case_id == case.id, viewer_links.c.withdrawn_at.is_(None))
    rows = tx.all(select(viewer_links).where(*there).order_by(viewer_links.c.made_at, viewer_links.c.id))
    return [_viewer(keys, case, row) for row in rows]


def viewer_of(tx: Tx, keys: KeyStore, case: Case, link_id: str) -> ViewerLink:
    """One of them. Raises NotYours, also for one that was withdrawn."""
    there = (viewer_links.c.case_id == case.id, viewer_links.c.withdrawn_at.is_(None))
    row = tx.one_or_none(select(viewer_links).where(viewer_links.c.id == link_id, *there))
    if row is None:
        raise NotYours
    return _viewer(keys, case, row)


def items_there(tx: Tx, keys: KeyStore, case: Case, now: datetime) -> frozenset[str]:
    """The checklist items that a link counts for as "there": one that has not ended. Raises KeyGone."""
    return frozenset(
        link.said.item for link in viewers_of(tx, keys, case) if link.said.item and not link.ended(now)
    )


def forget(tx: Tx, case_id: str) -> None:
    """Take the links of a case away."""
    tx.execute(delete(viewer_links).where(viewer_links.c.case_id == case_id))


def _place(link_id: str) -> bytes:
    return context("viewer_links", link_id, "said")


def _viewer(keys: KeyStore, case: Case, row: Row[Any]) -> ViewerLink:
    said: Any = open_json(keys.get(case.key_owner), row.said, _place(row.id))
    return ViewerLink(row.id, row.case_id, Said(**said), row.made_at, row.ends_at)
