"""The SQL for cases. Decides nothing; what is sealed is opened only where it is asked for."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    distinct,
    func,
    insert,
    select,
    text,
    true,
    update,
)

from intake.cases.case import RECEIVES_RECORDS, Case, Stage, Turn
from intake.cases.older_answers import as_today
from intake.db import Instant, Tx, metadata
from intake.errors import CaseNotFound
from intake.keys import KeyStore, context, open_json, seal_json

AT_WORK = sorted(stage.value for stage in RECEIVES_RECORDS)

cases = Table(
    "cases",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("reference", String(20), nullable=False, unique=True),
    Column("draft_id", String(64), nullable=False, unique=True),
    Column("stage", String(16), nullable=False),
    Column("turn", String(12), nullable=False),
    Column("due_at", Instant, nullable=True, index=True),
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
    Column("purge_at", Instant, nullable=False, index=True),
    Column("urgent", Boolean, nullable=False),
    Column("held_as_suspect", Boolean, nullable=False),
    Column("traits", String(80), nullable=False),
    Column("text_hash", String(64), nullable=True, index=True),
    Column("first_read_at", Instant, nullable=True, index=True),  # by somebody at the desk
    Column("gaps", LargeBinary, nullable=True),
    Column("contact_stopped_at", Instant, nullable=True),
    Index("ix_cases_partner", "partner", "opened_at"),
    # The list of the desk is read along these (`worklist`): by turn, by coordinator, by stage, and what is over.
    Index("ix_cases_queue", "turn", "urgent", "due_at", "id"),
    Index("ix_cases_queue_of", "coordinator_id", "turn", "urgent", "due_at", "id"),
    Index("ix_cases_queue_at", "stage", "turn", "urgent", "due_at", "id"),
    Index("ix_cases_over", "stage", "stage_at", "id"),
    Index("ix_cases_over_of", "coordinator_id", "stage", "stage_at", "id"),
    # Of suspects alone: on both values, SQLite takes it for every look at what is not held.
    Index(
        "ix_cases_held", "opened_at", "id",
        sqlite_where=text("held_as_suspect = 1"), postgresql_where=text("held_as_suspect"),
    ),
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
    query = select(cases).where(cases.c.id == case_id)
    row = tx.one_or_none(query.with_for_update() if to_change else query)
    if row is None:
        raise CaseNotFound
    return as_case(row)


def case_by_reference(tx: Tx, reference: str) -> Case:
    """The case with this reference. Raises CaseNotFound."""
    row = tx.one_or_none(select(cases).where(cases.c.reference == reference))
    if row is None:
        raise CaseNotFound
    return as_case(row)


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
    """Give an unclaimed case to a coordinator, in one statement. False if somebody has it."""
    free = (cases.c.id == case_id, cases.c.coordinator_id.is_(None))
    return tx.execute(update(cases).where(*free).values(coordinator_id=coordinator_id)).rowcount == 1


def hand_back(tx: Tx, case_id: str) -> None:
    """Let nobody have the case, so that it can be given anew."""
    change(tx, case_id, coordinator_id=None)


def loads(tx: Tx) -> dict[str, int]:
    """How many cases at work each coordinator has; who has none is left out."""
    at_work = select(cases.c.coordinator_id, func.count().label("many")).where(
        cases.c.coordinator_id.is_not(None), cases.c.stage.in_(AT_WORK)
    )
    return {row.coordinator_id: row.many for row in tx.all(at_work.group_by(cases.c.coordinator_id))}


def held_by(tx: Tx, coordinator_id: str) -> list[Case]:
    """Every case that a coordinator has and that somebody waits for, held until the end of the transaction."""
    theirs = (cases.c.coordinator_id == coordinator_id, cases.c.stage.in_([*AT_WORK, Stage.REPORTED.value]))
    return [as_case(row) for row in tx.all(select(cases).where(*theirs).order_by(cases.c.id).with_for_update())]


def assign(tx: Tx, case_id: str, coordinator_id: str | None, instead_of: str | None) -> bool:
    """Give a case to a coordinator, or to nobody, in one statement. False if another has it than was seen."""
    seen = cases.c.coordinator_id.is_(None) if instead_of is None else cases.c.coordinator_id == instead_of
    given = update(cases).where(cases.c.id == case_id, seen).values(coordinator_id=coordinator_id)
    return tx.execute(given).rowcount == 1


def any_case(tx: Tx) -> bool:
    """Whether there is a case at all."""
    return tx.one_or_none(select(cases.c.id).limit(1)) is not None


def open_cases(tx: Tx) -> list[Case]:
    """Every case that is still at work: its records come in, or a specialist reads it."""
    return [as_case(row) for row in tx.all(select(cases).where(cases.c.stage.in_(AT_WORK)))]


def unopened(tx: Tx, limit: int) -> list[Case]:
    """Cases at work that nobody at the desk has opened yet, the oldest first; not what is held as suspect."""
    found = select(cases).where(*_unopened()).order_by(cases.c.opened_at, cases.c.id).limit(limit)
    return [as_case(row) for row in tx.all(found)]


def count_unopened(tx: Tx) -> dict[str | None, int]:
    """How many of those each coordinator has, and nobody (None)."""
    return _by_coordinator(tx, *_unopened())


def count_late(tx: Tx, now: datetime) -> dict[str | None, int]:
    """How many cases of each coordinator, and of nobody (None), wait for the desk longer than they should."""
    turn = cases.c.turn == Turn.COORDINATOR.value
    return _by_coordinator(tx, cases.c.due_at < now, turn, cases.c.held_as_suspect.is_(False))


def count_at_desk(tx: Tx, coordinator_ids: set[str]) -> dict[str | None, int]:
    """How many cases of each of these coordinators wait for a move of theirs."""
    theirs, turn = cases.c.coordinator_id.in_(sorted(coordinator_ids)), cases.c.turn == Turn.COORDINATOR.value
    return _by_coordinator(tx, theirs, turn, cases.c.held_as_suspect.is_(False))


def note_read(tx: Tx, case_id: str, now: datetime) -> None:
    """Remember when somebody at the desk first opened the case."""
    first = (cases.c.id == case_id, cases.c.first_read_at.is_(None))
    tx.execute(update(cases).where(*first).values(first_read_at=now))


def suspects(tx: Tx, *, over: bool, limit: int) -> list[Case]:
    """Cases held as suspect, the oldest first: those that wait for a look, or those that are over."""
    at_work = cases.c.stage.in_(AT_WORK)
    held = select(cases).where(cases.c.held_as_suspect == true(), ~at_work if over else at_work)
    return [as_case(row) for row in tx.all(held.order_by(cases.c.opened_at, cases.c.id).limit(limit))]


def count_suspects(tx: Tx) -> int:
    """How many cases held as suspect wait for a look."""
    waiting = (cases.c.held_as_suspect == true(), cases.c.stage.in_(AT_WORK))
    return tx.scalar(select(func.count()).select_from(cases).where(*waiting))


def others_who_wrote(tx: Tx, text_hash: str, address_hash: str) -> int:
    """From how many other addresses the same words came."""
    same = (cases.c.text_hash == text_hash, cases.c.address_hash != address_hash)
    return tx.scalar(select(func.count(distinct(cases.c.address_hash))).where(*same))


def past_purge(tx: Tx, now: datetime, limit: int = 50) -> list[Case]:
    """Cases whose time is over and which still hold something."""
    over = (cases.c.purge_at <= now, cases.c.stage != Stage.ERASED.value)
    return [as_case(row) for row in tx.all(select(cases).where(*over).limit(limit))]


def blank(tx: Tx, case_id: str, now: datetime) -> None:
    """Take everything about a person out of the row; reference and dates stay."""
    nothing = {"answers": b"", "address": b"", "elsewhere": None, "urgent": False, "text_hash": None}
    nothing |= {"held_as_suspect": False, "traits": "", "gaps": None}
    nothing |= dict.fromkeys(("address_hash", "specialty_hash", "country_hash"), "")
    over = {"stage": Stage.ERASED.value, "turn": Turn.NOBODY.value, "due_at": None, "stage_at": now}
    change(tx, case_id, **nothing, **over)


def _unopened() -> tuple[ColumnElement[bool], ...]:
    return (cases.c.first_read_at.is_(None), cases.c.stage.in_(AT_WORK), cases.c.held_as_suspect.is_(False))


def _by_coordinator(tx: Tx, *wanted: ColumnElement[bool]) -> dict[str | None, int]:
    counted = select(cases.c.coordinator_id, func.count()).where(*wanted).group_by(cases.c.coordinator_id)
    return {owner: count for owner, count in tx.all(counted)}


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
