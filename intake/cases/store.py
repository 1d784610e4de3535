"""The SQL for cases. Decides nothing; what is sealed is opened only where it is asked for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    func,
    insert,
    select,
    text,
    update,
)

from intake.cases.case import Case, Stage, Turn
from intake.cases.older_answers import as_today
from intake.db import Instant, Tx, few_alone, metadata
from intake.errors import CaseNotFound
from intake.keys import KeyStore, context, open_json, seal_json

# In the words of indexes, which hold these cases alone.
NOT_ERASED = "stage <> 'erased'"
AT_WORK = "stage IN ('opened', 'records_in', 'with_specialist')"

cases = Table(
    "cases",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("reference", String(20), nullable=False, unique=True),
    Column("draft_id", String(64), nullable=False, unique=True),
    Column("stage", String(16), nullable=False),
    Column("turn", String(12), nullable=False),
    Column("due_at", Instant, nullable=True),
    Column("language", String(12), nullable=False),
    Column("form_version", String(20), nullable=False),
    Column("partner", String(60), nullable=True),
    Column("coordinator_id", String(64), nullable=True),
    Column("declined_reason", String(40), nullable=True),
    Column("answers", LargeBinary, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("elsewhere", LargeBinary, nullable=True),
    Column("address_hash", String(64), nullable=False, index=True),
    Column("specialty_hash", String(64), nullable=False),
    Column("country_hash", String(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("stage_at", Instant, nullable=False),
    Column("records_declared_at", Instant, nullable=True),
    Column("purge_at", Instant, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("held_as_suspect", Boolean, nullable=False),
    Column("traits", String(80), nullable=False),
    Column("text_hash", String(64), nullable=True, index=True),
    Column("first_read_at", Instant, nullable=True),  # by somebody at the desk
    Column("gaps", LargeBinary, nullable=True),
    Column("contact_stopped_at", Instant, nullable=True),
    Index("ix_cases_partner", "partner", "opened_at"),
    # The list of the desk is read along these (`worklist`): by turn, by coordinator, by stage, and what is over.
    Index("ix_cases_queue", "turn", "urgent", "due_at", "id"),
    Index("ix_cases_queue_of", "coordinator_id", "turn", "urgent", "due_at", "id"),
    Index("ix_cases_queue_at", "stage", "turn", "urgent", "due_at", "id"),
    Index("ix_cases_over", "stage", "stage_at", "id"),
    Index("ix_cases_over_of", "coordinator_id", "stage", "stage_at", "id"),
    # These hold a few of the cases alone, however many there are. Over all of them, SQLite would take the index of
    # suspects for every look at what is not held; and what is erased or was read once would lie in the way for ever.
    Index(
        "ix_cases_held", "stage", "opened_at", "id",
        sqlite_where=text("held_as_suspect = 1"), postgresql_where=text("held_as_suspect"),
    ),
    few_alone(
        "ix_cases_unopened", "first_read_at IS NULL", "stage", "opened_at", "id", "held_as_suspect", "coordinator_id"
    ),
    few_alone("ix_cases_at_work", AT_WORK, "coordinator_id"),
    few_alone("ix_cases_purge_at", NOT_ERASED, "purge_at"),
)  # fmt: skip
# What a Case is made of: nothing that is sealed.
CASE_COLUMNS = tuple(
    cases.c[name]
    for name in (
        "id", "reference", "draft_id", "stage", "turn", "due_at", "language", "form_version", "partner",
        "coordinator_id", "declined_reason", "opened_at", "stage_at", "records_declared_at", "purge_at", "urgent",
        "held_as_suspect", "traits", "contact_stopped_at",
    )
)  # fmt: skip


def add(tx: Tx, keys: KeyStore, case: Case, sealed: dict[str, Any], found_by: dict[str, str | None]) -> None:
    """A new row. `sealed` holds answers and address to be sealed; `found_by` the keyed hashes."""
    key = keys.get(case.key_owner)
    row = {
        "id": case.id, "reference": case.reference, "draft_id": case.draft_id, "stage": case.stage.value,
        "turn": case.turn.value, "due_at": case.due_at, "language": case.language,
        "form_version": case.form_version, "partner": case.partner, "opened_at": case.opened_at,
        "stage_at": case.stage_at, "purge_at": case.purge_at, "urgent": case.urgent,
        "held_as_suspect": case.held_as_suspect, "traits": " ".join(case.traits),
        "coordinator_id": case.coordinator_id,
    }  # fmt: skip
    row |= {name: seal_json(key, value, context("cases", case.id, name)) for name, value in sealed.items()}
    tx.execute(insert(cases), row | found_by)


def case_by_id(tx: Tx, case_id: str, *, to_change: bool = False) -> Case:
    """The case. `to_change` holds it until the end of the transaction. Raises CaseNotFound."""
    query = select(*CASE_COLUMNS).where(cases.c.id == case_id)
    row = tx.one_or_none(query.with_for_update() if to_change else query)
    if row is None:
        raise CaseNotFound
    return as_case(row)


def case_by_reference(tx: Tx, reference: str) -> Case:
    """The case with this reference. Raises CaseNotFound."""
    row = tx.one_or_none(select(*CASE_COLUMNS).where(cases.c.reference == reference))
    if row is None:
        raise CaseNotFound
    return as_case(row)


def cases_by_ids(tx: Tx, case_ids: Iterable[str]) -> dict[str, Case]:
    """These cases, by their ids; one that is not there is left out. For as many as a page shows."""
    found = select(*CASE_COLUMNS).where(cases.c.id.in_(sorted(set(case_ids))))
    return {row.id: as_case(row) for row in tx.all(found)}


def reference_is_free(tx: Tx, reference: str) -> bool:
    """Whether no case has this reference."""
    return tx.scalar(select(func.count()).select_from(cases).where(cases.c.reference == reference)) == 0


def read_answers(tx: Tx, keys: KeyStore, case: Case) -> dict[str, Any]:
    """The answers of the request, by the pages of today."""
    return as_today(_open(tx, keys, case, "answers"))


def write_answers(tx: Tx, keys: KeyStore, case: Case, answers: dict[str, Any]) -> None:
    """Keep the answers with what was added to them. The caller holds the case."""
    sealed = seal_json(keys.get(case.key_owner), answers, context("cases", case.id, "answers"))
    change(tx, case.id, answers=sealed)


def read_address(tx: Tx, keys: KeyStore, case: Case) -> str:
    """The requester's e-mail address."""
    return _open(tx, keys, case, "address")


def address_hash_of(tx: Tx, case_id: str) -> str:
    """The keyed hash of the address on file; empty where there is none."""
    return tx.scalar(select(cases.c.address_hash).where(cases.c.id == case_id)) or ""


def write_address(tx: Tx, keys: KeyStore, case: Case, address: str, address_hash: str) -> None:
    """Another address of the requester, and the keyed hash by which it is found."""
    sealed = seal_json(keys.get(case.key_owner), address, context("cases", case.id, "address"))
    change(tx, case.id, address=sealed, address_hash=address_hash)


def read_elsewhere(tx: Tx, keys: KeyStore, case: Case) -> str:
    """Where else the requester can go, as written when the case was declined; empty if it was not."""
    return _open(tx, keys, case, "elsewhere") or ""


def write_elsewhere(tx: Tx, keys: KeyStore, case: Case, text: str) -> None:
    """Keep where else the requester can go."""
    sealed = seal_json(keys.get(case.key_owner), text, context("cases", case.id, "elsewhere"))
    change(tx, case.id, elsewhere=sealed)


def read_gaps(tx: Tx, keys: KeyStore, case: Case) -> dict[str, Any]:
    """What the case goes on without, and what the opinion cannot say therefore; empty if nothing is missing."""
    return _open(tx, keys, case, "gaps") or {}


def write_gaps(tx: Tx, keys: KeyStore, case: Case, gaps: dict[str, Any]) -> None:
    """Keep what the case goes on without."""
    change(tx, case.id, gaps=seal_json(keys.get(case.key_owner), gaps, context("cases", case.id, "gaps")))


def change(tx: Tx, case_id: str, **values: object) -> None:
    """Change columns of a case."""
    tx.execute(update(cases).where(cases.c.id == case_id).values(**values))


def claim(tx: Tx, case_id: str, coordinator_id: str) -> bool:
    """Give an unclaimed case to a coordinator, in one statement. False if somebody has it, or nobody may: it was
    erased, or is held until somebody has looked at it.
    """
    free = (cases.c.id == case_id, cases.c.coordinator_id.is_(None), cases.c.held_as_suspect.is_(False))
    return tx.execute(update(cases).where(*free, text(NOT_ERASED)).values(coordinator_id=coordinator_id)).rowcount == 1


def hand_back(tx: Tx, case_id: str) -> None:
    """Let nobody have the case, so that it can be given anew."""
    change(tx, case_id, coordinator_id=None)


def assign(tx: Tx, case_id: str, coordinator_id: str | None, instead_of: str | None) -> bool:
    """Give a case to a coordinator, or to nobody, in one statement. False if another has it than was seen."""
    seen = cases.c.coordinator_id.is_(None) if instead_of is None else cases.c.coordinator_id == instead_of
    given = update(cases).where(cases.c.id == case_id, seen).values(coordinator_id=coordinator_id)
    return tx.execute(given).rowcount == 1


def any_case(tx: Tx) -> bool:
    """Whether there is a case at all."""
    return tx.one_or_none(select(cases.c.id).limit(1)) is not None


def note_read(tx: Tx, case_id: str, now: datetime) -> None:
    """Remember when somebody at the desk first opened the case."""
    first = (cases.c.id == case_id, cases.c.first_read_at.is_(None))
    tx.execute(update(cases).where(*first).values(first_read_at=now))


def past_purge(tx: Tx, now: datetime, limit: int = 50) -> list[Case]:
    """Cases whose time is over and which still hold something."""
    over = select(*CASE_COLUMNS).where(cases.c.purge_at <= now, text(NOT_ERASED))
    return [as_case(row) for row in tx.all(over.order_by(cases.c.purge_at).limit(limit))]


def blank(tx: Tx, case_id: str, now: datetime) -> None:
    """Take everything about a person out of the row; reference and dates stay."""
    nothing = {"answers": b"", "address": b"", "elsewhere": None, "urgent": False, "text_hash": None}
    nothing |= {"held_as_suspect": False, "traits": "", "gaps": None}
    nothing |= dict.fromkeys(("address_hash", "specialty_hash", "country_hash"), "")
    over = {"stage": Stage.ERASED.value, "turn": Turn.NOBODY.value, "due_at": None, "stage_at": now}
    change(tx, case_id, **nothing, **over)


def _open(tx: Tx, keys: KeyStore, case: Case, column: str) -> Any:
    sealed = tx.scalar(select(cases.c[column]).where(cases.c.id == case.id))
    return None if sealed is None else open_json(keys.get(case.key_owner), sealed, context("cases", case.id, column))


def as_case(row: Row[Any]) -> Case:
    """The case of a row."""
    return Case(
        row.id, row.reference, row.draft_id, Stage(row.stage), Turn(row.turn), row.due_at, row.language,
        row.form_version, row.partner, row.coordinator_id, row.declined_reason, row.opened_at, row.stage_at,
        row.records_declared_at, row.purge_at, row.urgent, row.held_as_suspect, tuple(row.traits.split()),
        row.contact_stopped_at,
    )  # fmt: skip
