"""Sessions: what a browser holds after somebody pressed a button. Cookies hold a random secret, rows its SHA-256.

A session made through a grant ends with that grant, or when a newer link replaces it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Boolean, Column, Integer, String, Table, bindparam, delete, insert, or_, select, update

from intake.db import Instant, Tx, metadata
from intake.links import grants
from intake.links.tokens import Purpose
from intake.prepared import Prepared

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("role", String(12), nullable=False),
    Column("subject", String(64), nullable=False, index=True),
    Column("grant_id", String(43), nullable=True),
    Column("grant_generation", Integer, nullable=True),
    Column("address_checked", Boolean, nullable=False),
    Column("language", String(12), nullable=True),
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("ended_at", Instant, nullable=True, index=True),
    Column("proved_at", Instant, nullable=True),
)

_OF_SECRET = Prepared(
    select(sessions).where(sessions.c.id == bindparam("id"), sessions.c.role == bindparam("role"))
)


class Role(StrEnum):
    """Who holds a session; each role has its own cookie."""

    DRAFT = "draft"
    CASE = "case"
    UPLOAD = "upload"
    DESK = "desk"
    ENROL = "enrol"
    REVIEW = "review"
    AGREE = "agree"


# Idle and absolute limits (ASVS 5.0 V7.1.1): requester and patient 30 minutes and 12 hours, coordinator 15 minutes and
# 8 hours.
# A draft session lasts as long as the draft, and an upload session as long as its grant: that one can only add.
IDLE = {Role.CASE: timedelta(minutes=30), Role.DESK: timedelta(minutes=15), Role.ENROL: timedelta(minutes=30)}
LONGEST = {Role.CASE: timedelta(hours=12), Role.DESK: timedelta(hours=8), Role.ENROL: timedelta(minutes=30)}
IDLE[Role.AGREE], LONGEST[Role.AGREE] = IDLE[Role.CASE], LONGEST[Role.CASE]
# How many of a person's sessions live at once (V7.1.2): a computer and a telephone. With one more, the oldest ends.
MOST_AT_ONCE = {Role.DESK: 2}
SEEN_EVERY = timedelta(seconds=60)
# How long a proof of who one is counts for what changes an account (V7.5.1, V7.5.3): long enough for one errand.
PROOF_COUNTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Session:
    """A live session. `id` is the hash of the secret, never the secret."""

    id: str
    role: Role
    subject: str
    grant_id: str | None
    address_checked: bool
    language: str | None
    expires_at: datetime
    seen_at: datetime
    proved_at: datetime | None = None

    def is_proved(self, now: datetime) -> bool:
        """Whether its holder proved who they are a short while ago."""
        return self.proved_at is not None and now - self.proved_at <= PROOF_COUNTS


@dataclass(frozen=True, slots=True)
class Live:
    """One live session as its holder sees it in a list."""

    id: str
    made_at: datetime
    seen_at: datetime


def start(
    tx: Tx,
    role: Role,
    subject: str,
    now: datetime,
    *,
    grant: grants.Grant | None = None,
    expires_at: datetime | None = None,
    address_checked: bool = False,
    language: str | None = None,
    proved_at: datetime | None = None,
) -> str:
    """A new session; returns the secret for the cookie. It ends at `expires_at`, or by the role's own limit.

    `proved_at` is when its holder proved who they are by what they sign in with; None if they did not.
    """
    secret = secrets.token_urlsafe(32)
    end = expires_at if expires_at is not None else now + LONGEST[role]
    row = {
        "id": _id(secret), "role": role.value, "subject": subject, "address_checked": address_checked,
        "grant_id": grant.id if grant else None, "grant_generation": grant.generation if grant else None,
        "language": language, "made_at": now, "seen_at": now, "expires_at": end, "proved_at": proved_at,
    }  # fmt: skip
    tx.execute(insert(sessions), row)
    if role in MOST_AT_ONCE:
        others = [one for one in live(tx, role, subject, now) if one.id != row["id"]]
        for one in others[MOST_AT_ONCE[role] - 1 :]:
            end_one(tx, role, subject, one.id, now)
    return secret


def read(tx: Tx, role: Role, secret: str, now: datetime) -> Session | None:
    """The live session of a cookie, or None: unknown, ended, idle too long, or its grant is over or replaced."""
    row = tx.one_or_none(_OF_SECRET, {"id": _id(secret), "role": role.value})
    if row is None or row.ended_at is not None or now >= row.expires_at:
        return None
    if role in IDLE and now - row.seen_at > IDLE[role]:
        return None
    if row.grant_id is not None:
        grant = grants.get(tx, row.grant_id)
        if not grants.stands(grant, now) or grant.generation != row.grant_generation:
            return None
    return Session(
        row.id, role, row.subject, row.grant_id, row.address_checked, row.language, row.expires_at, row.seen_at,
        row.proved_at,
    )  # fmt: skip


def grant_purpose(tx: Tx, secret: str) -> Purpose | None:
    """The purpose of the grant that a session was made through, whether or not it is over; None for any other."""
    grant_id = tx.scalar(select(sessions.c.grant_id).where(sessions.c.id == _id(secret)))
    return grants.get(tx, grant_id).purpose if grant_id is not None else None


def needs_touch(session: Session, now: datetime) -> bool:
    """True when the last-seen time is old enough to be worth a write."""
    return session.role in IDLE and now - session.seen_at > SEEN_EVERY


def touch(tx: Tx, session: Session, now: datetime) -> None:
    """Remember that the person is still there."""
    tx.execute(update(sessions).where(sessions.c.id == session.id).values(seen_at=now))


def prolong(tx: Tx, session: Session, until: datetime) -> None:
    """Let the session last until then: what it stands for was given more time."""
    tx.execute(update(sessions).where(sessions.c.id == session.id).values(expires_at=until))


def check_address(tx: Tx, session: Session) -> None:
    """The e-mail address was typed and is right: health data may be shown from now on."""
    tx.execute(update(sessions).where(sessions.c.id == session.id).values(address_checked=True))


def prove(tx: Tx, session: Session, now: datetime) -> None:
    """Its holder has just proved once more who they are."""
    tx.execute(update(sessions).where(sessions.c.id == session.id).values(proved_at=now))


def set_language(tx: Tx, session: Session, language: str) -> None:
    """The language this browser reads."""
    tx.execute(update(sessions).where(sessions.c.id == session.id).values(language=language))


def end(tx: Tx, session: Session, now: datetime) -> None:
    """End this session for good."""
    tx.execute(update(sessions).where(sessions.c.id == session.id).values(ended_at=now))


def forget(tx: Tx, before: datetime) -> int:
    """Take the rows of sessions away that ended or ran out before a moment. Returns how many."""
    over = or_(sessions.c.expires_at < before, sessions.c.ended_at < before)
    return tx.execute(delete(sessions).where(over)).rowcount


def live(tx: Tx, role: Role, subject: str, now: datetime) -> list[Live]:
    """The live sessions of a subject in a role that has an idle limit, the newest first."""
    seen_since = now - IDLE[role]
    wanted = (sessions.c.role == role.value, sessions.c.subject == subject, sessions.c.ended_at.is_(None))
    still = (sessions.c.expires_at > now, sessions.c.seen_at >= seen_since)
    rows = tx.all(select(sessions).where(*wanted, *still).order_by(sessions.c.made_at.desc(), sessions.c.id))
    return [Live(row.id, row.made_at, row.seen_at) for row in rows]


def end_one(tx: Tx, role: Role, subject: str, session_id: str, now: datetime) -> bool:
    """End one session of a subject, if it has it and it was not ended before."""
    wanted = (sessions.c.id == session_id, sessions.c.role == role.value, sessions.c.subject == subject)
    ended = update(sessions).where(*wanted, sessions.c.ended_at.is_(None)).values(ended_at=now)
    return tx.execute(ended).rowcount == 1


def end_all(tx: Tx, role: Role, subject: str, now: datetime) -> int:
    """End every session of a subject in a role. Returns how many."""
    live = (sessions.c.role == role.value, sessions.c.subject == subject, sessions.c.ended_at.is_(None))
    return tx.execute(update(sessions).where(*live).values(ended_at=now)).rowcount


def _id(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
