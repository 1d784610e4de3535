"""The agreement of an adult patient for whom somebody else asks: whether it is wanted, how it comes, where it stands.

A case without a row needs none: who sent it may decide. Until a wanted one is given, no specialist reads the case.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, LargeBinary, Row, String, Table, insert, select, update

from intake.cases.case import Case
from intake.db import Instant, Tx, metadata
from intake.keys import KeyStore, context, open_json, seal_json

agreements = Table(
    "patient_agreements",
    metadata,
    Column("case_id", String(64), ForeignKey("cases.id"), primary_key=True),
    Column("way", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("address", LargeBinary, nullable=True),
    Column("made_at", Instant, nullable=False),
    Column("asked_at", Instant, nullable=True),
    Column("settled_at", Instant, nullable=True),
)


class Way(StrEnum):
    """How the agreement comes: by the patient's own link, on paper, not said yet, or from somebody with authority."""

    LINK = "link"
    PAPER = "paper"
    LATER = "later"
    AUTHORITY = "authority"  # an adult who cannot decide: whoever may decide for her signs, on paper


class State(StrEnum):
    """Where the agreement stands."""

    WAITING = "waiting"
    GIVEN = "given"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new case wants: the way, the patient's own address, and whether we may write to it at once."""

    way: Way
    address: str = ""
    may_write: bool = False


@dataclass(frozen=True, slots=True)
class PatientAgreement:
    """The agreement of a case as it stands. `asked_at` is when the last link went out, if one did."""

    way: Way
    state: State
    address: str
    asked_at: datetime | None
    settled_at: datetime | None

    @property
    def given(self) -> bool:
        """Whether the case may go to a specialist as far as this is concerned."""
        return self.state is State.GIVEN


def begin(tx: Tx, keys: KeyStore, case: Case, wanted: Wanted, now: datetime) -> None:
    """Want the agreement of a case from here on."""
    row = {"case_id": case.id, "way": wanted.way.value, "state": State.WAITING.value, "made_at": now}
    tx.execute(insert(agreements), row | {"address": _sealed(keys, case, wanted.address)})


def read(tx: Tx, keys: KeyStore, case: Case) -> PatientAgreement | None:
    """The agreement of a case; None when none is wanted. Raises KeyGone once the case was forgotten."""
    row = tx.one_or_none(select(agreements).where(agreements.c.case_id == case.id))
    return None if row is None else _agreement(keys, case, row)


def is_missing(tx: Tx, case_id: str) -> bool:
    """Whether an agreement is wanted and not given."""
    state = tx.scalar(select(agreements.c.state).where(agreements.c.case_id == case_id))
    return state is not None and state != State.GIVEN


def change_way(tx: Tx, keys: KeyStore, case: Case, way: Way, address: str = "") -> None:
    """Another way, or another address for the link."""
    _change(tx, case.id, way=way.value, address=_sealed(keys, case, address))


def mark_asked(tx: Tx, case_id: str, now: datetime) -> None:
    """A link went out."""
    _change(tx, case_id, asked_at=now)


def settle(tx: Tx, case_id: str, state: State, now: datetime) -> None:
    """The patient said yes or no."""
    _change(tx, case_id, state=state.value, settled_at=now)


def forget(tx: Tx, case_id: str) -> None:
    """Take the address away; that there was an agreement, and when, stays with the case's dates."""
    _change(tx, case_id, address=None)


def _change(tx: Tx, case_id: str, **values: object) -> None:
    tx.execute(update(agreements).where(agreements.c.case_id == case_id).values(**values))


def _sealed(keys: KeyStore, case: Case, address: str) -> bytes | None:
    place = context("patient_agreements", case.id, "address")
    return seal_json(keys.get(case.key_owner), address, place) if address else None


def _agreement(keys: KeyStore, case: Case, row: Row[tuple[object, ...]]) -> PatientAgreement:
    address = ""
    if row.address is not None:
        place = context("patient_agreements", case.id, "address")
        address = open_json(keys.get(case.key_owner), row.address, place)
    return PatientAgreement(Way(row.way), State(row.state), address, row.asked_at, row.settled_at)
