"""Grants: what a link allows, until when, and how often. The authority behind every token.

`subject` is the id of what the grant is about (a draft, a case, an invitation); this room knows no more of it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Column, Integer, String, Table, func, insert, select, update

from intake.db import Instant, Tx, metadata
from intake.errors import LinkExpired, LinkForged, LinkReplaced, QuotaFull
from intake.links.tokens import Pointer, Purpose

grants = Table(
    "grants",
    metadata,
    Column("id", String(43), primary_key=True),
    Column("purpose", String(12), nullable=False),
    Column("subject", String(64), nullable=False, index=True),
    Column("generation", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant, nullable=True),
    Column("used_at", Instant, nullable=True),
    Column("tries_left", Integer, nullable=True),
    Column("tries_until", Instant, nullable=True),
    Column("files_left", Integer, nullable=True),
    Column("bytes_left", BigInteger, nullable=True),
)


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant as it stands."""

    id: str
    purpose: Purpose
    subject: str
    generation: int
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None
    tries_left: int | None
    files_left: int | None
    bytes_left: int | None


def issue(
    tx: Tx,
    purpose: Purpose,
    subject: str,
    expires_at: datetime,
    now: datetime,
    *,
    tries: int | None = None,
    files: int | None = None,
    bytes_: int | None = None,
) -> Grant:
    """A new grant, generation 1. `tries` bounds guesses, `files` and `bytes_` what may be sent."""
    row = {
        "id": secrets.token_urlsafe(32), "purpose": purpose.value, "subject": subject, "generation": 1,
        "made_at": now, "expires_at": expires_at, "tries_left": tries, "files_left": files, "bytes_left": bytes_,
    }  # fmt: skip
    tx.execute(insert(grants), row)
    return get(tx, row["id"])


def get(tx: Tx, grant_id: str) -> Grant:
    """The grant by id, whatever its state. Raises LinkForged if there is none."""
    row = tx.one_or_none(select(grants).where(grants.c.id == grant_id))
    if row is None:
        raise LinkForged
    return Grant(
        row.id, Purpose(row.purpose), row.subject, row.generation, row.expires_at, row.revoked_at, row.used_at,
        row.tries_left, row.files_left, row.bytes_left,
    )  # fmt: skip


def find(tx: Tx, pointer: Pointer, now: datetime) -> Grant:
    """The grant that a true token points at, if it still stands.

    Raises LinkReplaced if a newer token was sent, LinkExpired if it ran out or was revoked, LinkForged if unknown.
    """
    grant = get(tx, pointer.grant_id)
    if grant.purpose is not pointer.purpose:
        raise LinkForged
    if not stands(grant, now):
        raise LinkExpired
    if pointer.generation != grant.generation:
        raise LinkReplaced
    return grant


def stands(grant: Grant, now: datetime) -> bool:
    """True while the grant is neither over nor revoked."""
    return grant.revoked_at is None and now < grant.expires_at


def standing(tx: Tx, purpose: Purpose, subject: str, now: datetime) -> Grant | None:
    """The newest grant of this purpose for this subject that still stands."""
    wanted = (grants.c.purpose == purpose.value, grants.c.subject == subject, grants.c.revoked_at.is_(None))
    found = select(grants.c.id).where(*wanted, grants.c.expires_at > now).order_by(grants.c.made_at.desc()).limit(1)
    grant_id = tx.scalar(found)
    return None if grant_id is None else get(tx, grant_id)


def given(tx: Tx, purpose: Purpose, subject: str) -> Grant | None:
    """The newest grant of this purpose for this subject that nobody withdrew, even if its time is over."""
    wanted = (grants.c.purpose == purpose.value, grants.c.subject == subject, grants.c.revoked_at.is_(None))
    grant_id = tx.scalar(select(grants.c.id).where(*wanted).order_by(grants.c.made_at.desc()).limit(1))
    return None if grant_id is None else get(tx, grant_id)


def replace(tx: Tx, grant_id: str, expires_at: datetime, now: datetime) -> Grant:
    """Raise the generation: older tokens and the sessions made with them stop working, a new token is wanted."""
    raised = {"generation": grants.c.generation + 1, "expires_at": expires_at, "made_at": now, "revoked_at": None}
    tx.execute(update(grants).where(grants.c.id == grant_id).values(**raised))
    return get(tx, grant_id)


def revoke(tx: Tx, grant_id: str, now: datetime) -> None:
    """Withdraw the grant: its tokens and sessions stop working at once."""
    tx.execute(update(grants).where(grants.c.id == grant_id).values(revoked_at=now))


def revoke_all(tx: Tx, subject: str, now: datetime, purposes: tuple[Purpose, ...] = tuple(Purpose)) -> None:
    """Withdraw every grant of a subject."""
    wanted = (grants.c.subject == subject, grants.c.purpose.in_([p.value for p in purposes]))
    tx.execute(update(grants).where(*wanted, grants.c.revoked_at.is_(None)).values(revoked_at=now))


def prolong(tx: Tx, purpose: Purpose, subject: str, until: datetime) -> None:
    """Let the standing grants of a subject last until another moment; tokens stay as they are."""
    wanted = (grants.c.subject == subject, grants.c.purpose == purpose.value, grants.c.revoked_at.is_(None))
    tx.execute(update(grants).where(*wanted).values(expires_at=until))


def use(tx: Tx, grant_id: str, now: datetime) -> bool:
    """Mark a one-time grant used. False if somebody was first."""
    first = update(grants).where(grants.c.id == grant_id, grants.c.used_at.is_(None)).values(used_at=now)
    return tx.execute(first).rowcount == 1


def guess(tx: Tx, grant_id: str, right: bool, most: int, pause: timedelta, now: datetime) -> int | None:
    """Count one guess at the second fact behind a link, in the same statement that reads what is left.

    None for a right one (all `most` tries are given back); else how many are left. After the last one none counts,
    right or wrong, before `pause` is over: then 0 comes back. Commit before telling: a rollback would give a try back.
    """
    tx.execute(
        update(grants)
        .where(grants.c.id == grant_id, grants.c.tries_until <= now)
        .values(tries_left=most, tries_until=None)
    )
    spend = update(grants).where(grants.c.id == grant_id, grants.c.tries_left > 0)
    if tx.execute(spend.values(tries_left=grants.c.tries_left - 1)).rowcount == 0:
        return 0
    if right:
        tx.execute(update(grants).where(grants.c.id == grant_id).values(tries_left=most, tries_until=None))
        return None
    left = tx.scalar(select(grants.c.tries_left).where(grants.c.id == grant_id))
    if left == 0:
        tx.execute(update(grants).where(grants.c.id == grant_id).values(tries_until=now + pause))
    return left


def reserve(tx: Tx, grant_id: str, size_bytes: int) -> None:
    """Take one file and its bytes from what is left, in one statement. Raises QuotaFull and takes nothing."""
    room = (grants.c.files_left >= 1, grants.c.bytes_left >= size_bytes)
    taken = {"files_left": grants.c.files_left - 1, "bytes_left": grants.c.bytes_left - size_bytes}
    if tx.execute(update(grants).where(grants.c.id == grant_id, *room).values(**taken)).rowcount == 0:
        raise QuotaFull


def set_aside(tx: Tx, grant_id: str, files: int, bytes_: int) -> None:
    """Take a share from what is left, for another grant to hold. Raises QuotaFull and takes nothing."""
    room = (grants.c.files_left >= files, grants.c.bytes_left >= bytes_)
    taken = {"files_left": grants.c.files_left - files, "bytes_left": grants.c.bytes_left - bytes_}
    if tx.execute(update(grants).where(grants.c.id == grant_id, *room).values(**taken)).rowcount == 0:
        raise QuotaFull


def give_back(tx: Tx, grant_id: str, to_grant_id: str) -> None:
    """Move all that is left of a grant that is over to another one, in one transaction of the caller's."""
    left = get(tx, grant_id)
    tx.execute(update(grants).where(grants.c.id == grant_id).values(files_left=0, bytes_left=0))
    more = {
        "files_left": grants.c.files_left + (left.files_left or 0),
        "bytes_left": grants.c.bytes_left + (left.bytes_left or 0),
    }
    tx.execute(update(grants).where(grants.c.id == to_grant_id).values(**more))


def promised(tx: Tx, purpose: Purpose, subject: str, now: datetime) -> tuple[int, int]:
    """The files and bytes that the standing grants of this purpose for this subject may still bring."""
    wanted = (grants.c.purpose == purpose.value, grants.c.subject == subject, grants.c.revoked_at.is_(None))
    sums = select(func.coalesce(func.sum(grants.c.files_left), 0), func.coalesce(func.sum(grants.c.bytes_left), 0))
    files, bytes_ = tx.all(sums.where(*wanted, grants.c.expires_at > now))[0]
    return int(files), int(bytes_)


def release(tx: Tx, grant_id: str, size_bytes: int) -> None:
    """Give back what a cancelled upload had reserved."""
    given = {"files_left": grants.c.files_left + 1, "bytes_left": grants.c.bytes_left + size_bytes}
    tx.execute(update(grants).where(grants.c.id == grant_id).values(**given))
