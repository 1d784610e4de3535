"""The draft: a request being written. Answers are sealed; nothing remembers a "current page".

The id of the case that it will become is chosen at the beginning, so that however often it is sent, one case is made.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, LargeBinary, String, Table, bindparam, delete, insert, select, update

from intake.cases.older_answers import as_today
from intake.db import Instant, Tx, metadata
from intake.errors import DraftGone
from intake.keys import KeyStore, context, open_json, seal_json
from intake.links import grants
from intake.links.tokens import Purpose
from intake.prepared import Prepared

Answers = Mapping[str, Mapping[str, Any]]

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("case_id", String(64), nullable=False, unique=True),
    Column("state", String(8), nullable=False),
    Column("form_version", String(20), nullable=False),
    Column("language", String(12), nullable=False),
    Column("partner", String(60), nullable=True),
    Column("answers", LargeBinary, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("address_hash", String(64), nullable=True, index=True),
    Column("confirmed_hash", String(64), nullable=True),
    Column("traits", String(80), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

_BY_ID = Prepared(select(drafts).where(drafts.c.id == bindparam("id")))
_BY_ID_TO_CHANGE = Prepared(select(drafts).where(drafts.c.id == bindparam("id")).with_for_update())
_KEEP = (
    update(drafts)
    .where(drafts.c.id == bindparam("draft"))
    .values({name: bindparam(name) for name in ("answers", "state", "touched_at", "expires_at")})
)
_KEEP_ALWAYS = Prepared(_KEEP)
_KEEP_UNCHANGED = Prepared(
    _KEEP.where(
        drafts.c.state == bindparam("state_before"),
        drafts.c.answers == bindparam("answers_before"),
        drafts.c.address == bindparam("address_before"),
    )
)


class DraftState(StrEnum):
    """Open: being written. Parked: sent, waits for the address to be confirmed. Sent: became a case."""

    OPEN = "open"
    PARKED = "parked"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with its answers opened. `address` is the e-mail address typed so far, or empty; `key` opened them.

    `sealed` are answers and address as they stand in the row: whether they changed since can be seen without opening.
    """

    id: str
    case_id: str
    state: DraftState
    form_version: str
    language: str
    partner: str | None
    answers: dict[str, dict[str, Any]]
    address: str
    address_confirmed: bool
    expires_at: datetime
    made_at: datetime
    traits: frozenset[str]
    key: bytes = field(default=b"", repr=False)
    sealed: tuple[bytes, bytes] = field(default=(b"", b""), repr=False)

    @property
    def key_owner(self) -> str:
        """Whose key seals the draft."""
        return f"draft:{self.id}"


def new_draft_id() -> str:
    """A fresh id. Its key is made under it before the row is written."""
    return secrets.token_urlsafe(24)


def begin_draft(
    tx: Tx, keys: KeyStore, draft_id: str, language: str, form_version: str, days: int, now: datetime, *,
    partner: str | None = None,
) -> Draft:  # fmt: skip
    """An empty draft that lives for `days` after it was last touched."""
    key = keys.make(f"draft:{draft_id}")
    row = {
        "id": draft_id, "case_id": secrets.token_urlsafe(24), "state": DraftState.OPEN.value,
        "form_version": form_version, "language": language, "partner": partner,
        "answers": seal_json(key, {}, context("drafts", draft_id, "answers")),
        "address": seal_json(key, "", context("drafts", draft_id, "address")), "traits": "",
        "made_at": now, "touched_at": now, "expires_at": now + timedelta(days=days),
    }  # fmt: skip
    tx.execute(insert(drafts), row)
    return read_draft(tx, keys, draft_id, now)


def read_draft(
    tx: Tx, keys: KeyStore, draft_id: str, now: datetime, *, to_change: bool = False, key: bytes = b""
) -> Draft:
    """The draft. `to_change` holds it until the end of the transaction; `key` is its key, if it is at hand.

    Raises DraftGone; KeyGone once it was sent.
    """
    row = tx.one_or_none(_BY_ID_TO_CHANGE if to_change else _BY_ID, {"id": draft_id})
    if row is None or (now >= row.expires_at and row.state != DraftState.SENT):
        raise DraftGone
    answers: Any = {}
    address: Any = ""
    if row.state != DraftState.SENT:
        key = key or keys.get(f"draft:{draft_id}")
        answers = open_json(key, row.answers, context("drafts", draft_id, "answers"))
        address = open_json(key, row.address, context("drafts", draft_id, "address"))
    answers = as_today(answers)
    return Draft(
        row.id, row.case_id, DraftState(row.state), row.form_version, row.language, row.partner, answers, address,
        row.address_hash is not None and row.confirmed_hash == row.address_hash, row.expires_at, row.made_at,
        frozenset(row.traits.split()), key, (row.answers, row.address),
    )  # fmt: skip


def save_answers(tx: Tx, draft: Draft, answers: Answers, days: int, now: datetime) -> None:
    """Keep the answers and give the draft its full time again. A parked draft is open again: it was changed."""
    tx.run(_KEEP_ALWAYS, _kept(draft, answers, days, now))


def save_answers_if_unchanged(tx: Tx, draft: Draft, answers: Answers, days: int, now: datetime) -> bool:
    """The same, unless somebody else changed the draft since it was read: then nothing is kept, and this is False."""
    before = dict(zip(("answers_before", "address_before"), draft.sealed, strict=True), state_before=draft.state.value)
    return tx.run(_KEEP_UNCHANGED, _kept(draft, answers, days, now) | before) == 1


def _kept(draft: Draft, answers: Answers, days: int, now: datetime) -> dict[str, object]:
    sealed = seal_json(draft.key, answers, context("drafts", draft.id, "answers"))
    until = now + timedelta(days)
    return {
        "draft": draft.id, "answers": sealed, "state": DraftState.OPEN.value, "touched_at": now, "expires_at": until,
    }  # fmt: skip


def save_address(tx: Tx, keys: KeyStore, draft: Draft, address: str, days: int, now: datetime) -> None:
    """Keep the e-mail address by which the requester comes back. Another address must be confirmed anew.

    Links that were sent to the one before stop working: whoever holds one would prove an address that is not theirs.
    """
    if address_hash(keys, address) != address_hash(keys, draft.address):
        grants.revoke_all(tx, draft.id, now, (Purpose.CONFIRM, Purpose.RESUME))
    sealed = seal_json(draft.key, address, context("drafts", draft.id, "address"))
    _change(tx, draft, days, now, address=sealed, address_hash=address_hash(keys, address))


def save_language(tx: Tx, draft: Draft, language: str, days: int, now: datetime) -> None:
    """Keep the language that the requester reads."""
    _change(tx, draft, days, now, language=language)


def touch(tx: Tx, draft: Draft, days: int, now: datetime) -> datetime:
    """Give the draft its full time again, because its requester came back. Returns when it goes now."""
    return _change(tx, draft, days, now)


def confirm_address(tx: Tx, keys: KeyStore, draft: Draft) -> None:
    """The requester came in by a link sent to this address: it is theirs."""
    confirmed = address_hash(keys, draft.address)
    tx.execute(update(drafts).where(drafts.c.id == draft.id).values(confirmed_hash=confirmed))


def keep_traits(tx: Tx, draft: Draft, traits: frozenset[str]) -> None:
    """Keep what was seen while the request was written (`suspicion.Trait`). Changes nothing for its requester."""
    tx.execute(update(drafts).where(drafts.c.id == draft.id).values(traits=" ".join(sorted(traits))))


def park(tx: Tx, draft: Draft) -> None:
    """The draft was sent, and waits until its address is confirmed."""
    tx.execute(update(drafts).where(drafts.c.id == draft.id).values(state=DraftState.PARKED.value))


def mark_sent(tx: Tx, draft: Draft) -> None:
    """The draft became a case: its answers leave this row. The row stays a while, so that a reload finds the case."""
    blank = {"answers": b"", "address": b"", "state": DraftState.SENT.value}
    tx.execute(update(drafts).where(drafts.c.id == draft.id).values(**blank))


def expired(tx: Tx, now: datetime, limit: int = 200) -> list[str]:
    """Ids of drafts whose time is over."""
    query = select(drafts.c.id).where(drafts.c.expires_at <= now).limit(limit)
    return [row.id for row in tx.all(query)]


def delete_draft(tx: Tx, draft_id: str) -> None:
    """Take the row away; the caller destroys the key."""
    tx.execute(delete(drafts).where(drafts.c.id == draft_id))


def address_hash(keys: KeyStore, address: str) -> str:
    """The keyed hash by which an address is found again: case and outer spaces do not matter."""
    return keys.ring.hash("address", address.strip().casefold())


def _change(tx: Tx, draft: Draft, days: int, now: datetime, **values: object) -> datetime:
    until = now + timedelta(days=days)
    tx.execute(update(drafts).where(drafts.c.id == draft.id).values(touched_at=now, expires_at=until, **values))
    return until
