"""The SQL for cases. Decides nothing; what is sealed is opened only where it is asked for."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    distinct,
    func,
    insert,
    select,
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
)


def add(tx: Tx, keys: KeyStore, case: Case, sealed: dict[str, Any], found_by: dict[str, str | None]) -> None:
    """A new row. `sealed` holds answers and address to be sealed; `found_by` the keyed hashes."""
    key = keys.get(case.key_owner)
    row = {
        "id": case.id, "reference": case.reference, "draft_id": case.draft_id, "stage": case.stage.value,
        "turn": case.turn.value, "due_at": case.due_at, "language": case.language,
        "form_version": case.form_version, "partner": case.partner, "opened_at": case.opened_at,
        "stage_at": case.stage_at, "purge_at": case.purge_at, "urgent": case.urgent,
        "held_as_suspect": case.held_as_suspect, "traits": " ".join(case.traits),
    }  # fmt: skip
    row |= {name: seal_json(key, value, context("cases", case.id, name)) for name, value in sealed.items()}
    tx.execute(insert(cases), row | found_by)


def case_by_id(tx: Tx, case_id: str, *, to_change: bool = False) -> Case:
    """The case. `to_change` holds it until the end of the transaction. Raises CaseNotFound."""
    query = select(cases).where(cases.c.id == case_id)
    row = tx.one_or_none(query.with_for_update() if to_change else query)
    if row is None:
        raise CaseNotFound
    return _case(row)


def case_by_reference(tx: Tx, reference: str) -> Case:
    """The case with this reference. Raises CaseNotFound."""
    row = tx.one_or_none(select(cases).where(cases.c.reference == reference))
    if row is None:
        raise CaseNotFound
    return _case(row)


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


def read_elsewhere(tx: Tx, keys: KeyStore, case: Case) -> str:
    """Where else the requester can go, as written when the case was declined; empty if it was not."""
    return _open(tx, keys, case, "elsewhere") or ""


def write_elsewhere(tx: Tx, keys: KeyStore, case: Case, text: str) -> None:
    """Keep where else the requester can go."""
    sealed = seal_json(keys.get(case.key_owner), text, context("cases", case.id, "elsewhere"))
    change(tx, case.id, elsewhere=sealed)


def change(tx: Tx, case_id: str, **values: object) -> None:
    """Change columns of a case."""
    tx.execute(update(cases).where(cases.c.id == case_id).values(**values))


def claim(tx: Tx, case_id: str, coordinator_id: str) -> bool:
    """Give an unclaimed case to a coordinator, in one statement. False if somebody has it."""
    free = (cases.c.id == case_id, cases.c.coordinator_id.is_(None))
    return tx.execute(update(cases).where(*free).values(coordinator_id=coordinator_id)).rowcount == 1


def queue(
    tx: Tx, *, stage: Stage | None = None, turn: Turn | None = None, page: int = 1, per_page: int = 50
) -> tuple[list[Case], int]:
    """A page of cases, the urgent ones first that are still at work, then the soonest due; and how many there are.

    What is held as suspect stands in a list of its own.
    """
    wanted = [cases.c.held_as_suspect.is_(False)]
    if stage is not None:
        wanted.append(cases.c.stage == stage.value)
    if turn is not None:
        wanted.append(cases.c.turn == turn.value)
    first = and_(cases.c.urgent, cases.c.stage.in_(AT_WORK))
    order = (first.desc(), cases.c.due_at.is_(None), cases.c.due_at, cases.c.opened_at.desc(), cases.c.id)
    rows = tx.all(select(cases).where(*wanted).order_by(*order).limit(per_page).offset((page - 1) * per_page))
    return [_case(row) for row in rows], tx.scalar(select(func.count()).select_from(cases).where(*wanted))


def open_cases(tx: Tx) -> list[Case]:
    """Every case that is still at work: its records come in, or a specialist reads it."""
    return [_case(row) for row in tx.all(select(cases).where(cases.c.stage.in_(AT_WORK)))]


def unopened(tx: Tx, limit: int) -> list[Case]:
    """Cases at work that nobody at the desk has opened yet, the oldest first; not what is held as suspect."""
    found = select(cases).where(*_unopened()).order_by(cases.c.opened_at, cases.c.id).limit(limit)
    return [_case(row) for row in tx.all(found)]


def count_unopened(tx: Tx) -> dict[str | None, int]:
    """How many of those each coordinator has, and nobody (None)."""
    return _by_coordinator(tx, *_unopened())


def count_late(tx: Tx, now: datetime) -> dict[str | None, int]:
    """How many cases of each coordinator, and of nobody (None), wait for the desk longer than they should."""
    turn = cases.c.turn == Turn.COORDINATOR.value
    return _by_coordinator(tx, cases.c.due_at < now, turn, cases.c.held_as_suspect.is_(False))


def note_read(tx: Tx, case_id: str, now: datetime) -> None:
    """Remember when somebody at the desk first opened the case."""
    first = (cases.c.id == case_id, cases.c.first_read_at.is_(None))
    tx.execute(update(cases).where(*first).values(first_read_at=now))


def suspects(tx: Tx, *, over: bool, limit: int) -> list[Case]:
    """Cases held as suspect, the oldest first: those that wait for a look, or those that are over."""
    at_work = cases.c.stage.in_(AT_WORK)
    held = select(cases).where(cases.c.held_as_suspect.is_(True), ~at_work if over else at_work)
    return [_case(row) for row in tx.all(held.order_by(cases.c.opened_at, cases.c.id).limit(limit))]


def count_suspects(tx: Tx) -> int:
    """How many cases held as suspect wait for a look."""
    waiting = (cases.c.held_as_suspect.is_(True), cases.c.stage.in_(AT_WORK))
    return tx.scalar(select(func.count()).select_from(cases).where(*waiting))


def others_who_wrote(tx: Tx, text_hash: str, address_hash: str) -> int:
    """From how many other addresses the same words came."""
    same = (cases.c.text_hash == text_hash, cases.c.address_hash != address_hash)
    return tx.scalar(select(func.count(distinct(cases.c.address_hash))).where(*same))


def past_purge(tx: Tx, now: datetime, limit: int = 50) -> list[Case]:
    """Cases whose time is over and which still hold something."""
    over = (cases.c.purge_at <= now, cases.c.stage != Stage.ERASED.value)
    return [_case(row) for row in tx.all(select(cases).where(*over).limit(limit))]


def blank(tx: Tx, case_id: str, now: datetime) -> None:
    """Take everything about a person out of the row; reference and dates stay."""
    nothing = {"answers": b"", "address": b"", "elsewhere": None, "urgent": False, "text_hash": None}
    nothing |= {"held_as_suspect": False, "traits": ""}
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


def _case(row: Row[Any]) -> Case:
    return Case(
        row.id, row.reference, row.draft_id, Stage(row.stage), Turn(row.turn), row.due_at, row.language,
        row.form_version, row.partner, row.coordinator_id, row.declined_reason, row.opened_at, row.stage_at,
        row.records_declared_at, row.purge_at, row.urgent, row.held_as_suspect, tuple(row.traits.split()),
    )  # fmt: skip
