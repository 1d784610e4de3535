"""The verbs of a case. Each is one step of one transaction: row, letters and journal together.

Verbs take the transaction first and the time last. Whether a move is legal is said by one table in `case`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from intake import journal
from intake.cases import agreeing, consent, conversation, letters, routing, silence, stays, store, suspicion
from intake.cases import agreement as agreements
from intake.cases import draft as drafts
from intake.cases.agreement import Wanted
from intake.cases.case import (
    DECLINE_REASONS,
    NOT_TAKEN,
    RECEIVES_RECORDS,
    TURN_OF,
    Case,
    Stage,
    Turn,
    due_after,
    due_again,
    kept_until,
    may_move,
    new_reference,
)
from intake.cases.consent import Agreement
from intake.cases.draft import Draft, DraftState
from intake.cases.house import House
from intake.cases.suspicion import Trait
from intake.db import Tx
from intake.errors import AgreementMissing, MoveNotAllowed, ReasonMissing
from intake.journal import Event
from intake.links import grants
from intake.links.tokens import Purpose
from intake.records import store as records

REQUESTER = "requester"


@dataclass(frozen=True, slots=True)
class Request:
    """What a complete draft says, read by the forms: reachable answers, how to reach the requester, what was agreed."""

    answers: Mapping[str, Mapping[str, Any]]
    address: str
    specialty: str
    country: str
    agreements: tuple[Agreement, ...]
    patient: Wanted | None = None  # an adult patient who has to agree herself
    urgent: bool = False


def send_draft(tx: Tx, house: House, draft: Draft, request: Request, now: datetime) -> Case | None:
    """Open the case of a draft, or park it and ask to confirm the address (None). However often, one case is made.

    The draft must have been read `to_change` in this transaction.
    """
    if draft.state is DraftState.SENT:
        return store.case_by_id(tx, draft.case_id)
    if draft.state is DraftState.OPEN:
        fast = suspicion.is_fast(draft, house.settings.fastest_request_seconds, now)
        draft = replace(draft, traits=suspicion.note_trait(tx, draft, Trait.FAST, there=fast))
    if draft.address_confirmed:
        return open_case(tx, house, draft, request, now)
    if draft.state is not DraftState.PARKED:
        drafts.park(tx, draft)
        letters.ask_to_confirm(tx, house, draft, now)
        journal.write(tx, Event.DRAFT_PARKED, now, actor=REQUESTER)
    return None


def confirm_draft(tx: Tx, house: House, draft: Draft, request: Request, now: datetime) -> Case:
    """The confirm link was pressed: the address is theirs, and the parked draft becomes a case."""
    if draft.state is DraftState.SENT:
        return store.case_by_id(tx, draft.case_id)
    drafts.confirm_address(tx, house.keys, draft)
    journal.write(tx, Event.ADDRESS_CONFIRMED, now, actor=REQUESTER)
    return open_case(tx, house, draft, request, now)


def open_at_desk(
    tx: Tx, house: House, draft: Draft, request: Request, coordinator_id: str, came: str, language: str, now: datetime
) -> Case:
    """Open the case that a coordinator wrote down for somebody who telephoned, or wrote on paper: it is theirs, its
    address needs no confirming, and no rule suspects it. `language` is the requester's; the address may be empty.
    """
    told = replace(draft, language=language)
    return open_case(tx, house, told, request, now, coordinator_id=coordinator_id, came=came)


def open_case(
    tx: Tx, house: House, draft: Draft, request: Request, now: datetime, *, coordinator_id: str | None = None,
    came: str = "",
) -> Case:  # fmt: skip
    """Case, sealed answers, consents, letters and journal lines, all or nothing."""
    turn, _ = TURN_OF[Stage.OPENED]
    address_hash = drafts.address_hash(house.keys, request.address) if request.address else ""
    traits = () if came else suspicion.traits_of(tx, house, draft, request.answers, address_hash)
    actor, how = (f"coordinator:{coordinator_id}", {"came": came}) if came else (REQUESTER, {})
    case = Case(
        id=draft.case_id, reference=_free_reference(tx), draft_id=draft.id, stage=Stage.OPENED, turn=turn,
        due_at=due_after(Stage.OPENED, now), language=draft.language, form_version=draft.form_version,
        partner=draft.partner, coordinator_id=coordinator_id, declined_reason=None, opened_at=now, stage_at=now,
        records_declared_at=None, purge_at=_kept_until(house, now), urgent=request.urgent,
        held_as_suspect=bool(traits), traits=traits,
    )  # fmt: skip
    house.keys.make(case.key_owner)
    found_by = {
        "address_hash": address_hash,
        "specialty_hash": house.ring.hash("specialty", request.specialty),
        "country_hash": house.ring.hash("country", request.country),
        "text_hash": suspicion.text_hash(house.ring, request.answers),
    }
    sealed = {"answers": request.answers, "address": request.address}
    store.add(tx, house.keys, case, sealed, found_by)
    stays.enter(tx, case.id, case.stage, now)
    for agreement in request.agreements:
        consent.give(tx, case.id, agreement, draft.language, now)
        facts = {"purpose": agreement.purpose} | how
        if agreement.countries:
            facts["countries"] = " ".join(agreement.countries)
        journal.write(tx, Event.CONSENT_GIVEN, now, actor=actor, subject=case.id, **facts)
    drafts.mark_sent(tx, draft)
    # From now on the answers are the case's alone. What a crash leaves here goes when the draft's time is over.
    tx.after_commit(lambda: house.keys.destroy(draft.key_owner))
    case = routing.route_case(tx, house, case, request.answers, now)
    letters.tell_opened(tx, house, case, now)
    silence.plan(tx, case, now, now)
    if request.patient is not None:
        agreeing.begin_asking(tx, house, case, request.patient, now)
    journal.write(tx, Event.CASE_OPENED, now, actor=actor, subject=case.id, **how)
    if traits:
        journal.write(tx, Event.CASE_HELD, now, subject=case.id, traits=" ".join(traits))
    return case


def free_suspect(
    tx: Tx, house: House, case_id: str, actor: str, now: datetime, *, write_to_patient: bool = False
) -> Case:
    """A coordinator looked: it is a real request. The desk gets its letters, and so does an adult patient who has to
    agree, if we may write to her. Raises MoveNotAllowed for what is not held.
    """
    case = _need_suspect(tx, case_id)
    store.change(tx, case_id, held_as_suspect=False)
    case = replace(case, held_as_suspect=False)
    case = routing.route_case(tx, house, case, store.read_answers(tx, house.keys, case), now)
    letters.tell_desk_opened(tx, house, case, now)
    if case.stage is not Stage.OPENED:
        letters.tell_desk_records_in(tx, house, case, now)
    if write_to_patient:
        agreeing.ask_after_holding(tx, house, case, now)
    journal.write(tx, Event.CASE_FREED, now, actor=actor, subject=case_id)
    return case


def refuse_suspect(tx: Tx, house: House, case_id: str, actor: str, now: datetime) -> Case:
    """A coordinator looked: it is abuse. Declined without a letter, and kept as long as any other declined case.

    It stays apart from the other cases. Raises MoveNotAllowed if it does not wait for a look.
    """
    case = _moved(tx, house, _need_suspect(tx, case_id), Stage.DECLINED, actor, now, reason=NOT_TAKEN)
    store.change(tx, case_id, declined_reason=NOT_TAKEN)
    journal.write(tx, Event.CASE_REFUSED, now, actor=actor, subject=case_id)
    return replace(case, declined_reason=NOT_TAKEN)


def need_free(tx: Tx, case_id: str) -> None:
    """Raise MoveNotAllowed for a suspect: somebody must look at it first."""
    if store.case_by_id(tx, case_id, to_change=True).held_as_suspect:
        raise MoveNotAllowed


def _need_suspect(tx: Tx, case_id: str) -> Case:
    case = store.case_by_id(tx, case_id, to_change=True)
    if not case.held_as_suspect or not case.takes_records:
        raise MoveNotAllowed
    return case


def move_case(tx: Tx, house: House, case_id: str, stage: Stage, actor: str, now: datetime) -> Case:
    """Move a case along the table of legal moves and tell the requester. Raises MoveNotAllowed, AgreementMissing."""
    case = _moved(tx, house, store.case_by_id(tx, case_id, to_change=True), stage, actor, now)
    if stage is Stage.RECORDS_IN:
        letters.tell_records_in(tx, house, case, now)
    elif stage is Stage.WITHDRAWN:
        letters.tell_withdrawn(tx, house, case, now)
    else:
        letters.tell_stage(tx, house, case, now)
    return case


def decline_case(
    tx: Tx, house: House, case_id: str, reason: str, elsewhere: str, actor: str, now: datetime
) -> Case:
    """Decline with a reason and where else to go. Raises ReasonMissing, MoveNotAllowed."""
    if reason not in DECLINE_REASONS or not elsewhere.strip():
        raise ReasonMissing
    case = _moved(tx, house, store.case_by_id(tx, case_id, to_change=True), Stage.DECLINED, actor, now, reason=reason)
    store.change(tx, case.id, declined_reason=reason)
    store.write_elsewhere(tx, house.keys, case, elsewhere.strip())
    letters.tell_declined(tx, house, case, now)
    return replace(case, declined_reason=reason)


def withdraw_case(tx: Tx, house: House, case_id: str, now: datetime) -> Case:
    """The requester takes the request back. Raises MoveNotAllowed once it is over."""
    return move_case(tx, house, case_id, Stage.WITHDRAWN, REQUESTER, now)


def claim_case(tx: Tx, case_id: str, coordinator_id: str, now: datetime) -> bool:
    """Give an unclaimed case to a coordinator. False if somebody was first, or nobody may have it."""
    claimed = store.claim(tx, case_id, coordinator_id)
    if claimed:
        journal.write(tx, Event.CASE_CLAIMED, now, actor=f"coordinator:{coordinator_id}", subject=case_id)
    return claimed


def declare_records_complete(tx: Tx, house: House, case_id: str, now: datetime) -> Case:
    """The requester says that everything was sent. The case moves on as soon as all of it is checked."""
    case = store.case_by_id(tx, case_id, to_change=True)
    if case.records_declared_at is None and case.takes_records:
        store.change(tx, case_id, records_declared_at=now)
    return settle_records(tx, house, case_id, now)


def settle_records(tx: Tx, house: House, case_id: str, now: datetime) -> Case:
    """Ask for what could not be accepted; move on to RECORDS_IN when all was declared sent and nothing is unchecked."""
    case = store.case_by_id(tx, case_id, to_change=True)
    if not case.takes_records:
        return case
    wanted = records.needing_requester(tx, case_id)
    if wanted and records.none_in_check(tx, case_id):  # one letter for all that arrived together
        letters.tell_record_needs_you(tx, house, case, wanted, now)
    ready = case.records_declared_at is not None and records.all_checked(tx, case_id)
    if case.stage is Stage.OPENED and ready:
        return move_case(tx, house, case_id, Stage.RECORDS_IN, "system", now)
    return case


def _moved(tx: Tx, house: House, case: Case, stage: Stage, actor: str, now: datetime, **facts: str) -> Case:
    if not may_move(case.stage, stage):
        raise MoveNotAllowed
    if stage is Stage.WITH_SPECIALIST and agreements.is_missing(tx, case.id):
        raise AgreementMissing
    if TURN_OF[stage][0] is Turn.NOBODY:
        conversation.settle_all(tx, case.id, now)
    turn, due = _turn(tx, case, stage, due_after(stage, now), now)
    until = _kept_until(house, now)
    urgent = case.urgent and stage in RECEIVES_RECORDS  # the mark puts a case first: only while it is at work
    moved = {"stage": stage.value, "turn": turn.value, "due_at": due, "stage_at": now, "purge_at": until}
    store.change(tx, case.id, **moved, urgent=urgent)
    stays.move_on(tx, case.id, case.stage, stage, now)
    grants.prolong(tx, Purpose.CASE, case.id, until)
    change = {"from_stage": case.stage.value, "to_stage": stage.value}
    journal.write(tx, Event.STAGE_CHANGED, now, actor=actor, subject=case.id, **change, **facts)
    if stage not in RECEIVES_RECORDS:
        grants.revoke_all(tx, case.id, now, (Purpose.UPLOAD, Purpose.HELPER))
    return replace(case, stage=stage, turn=turn, due_at=due, stage_at=now, purge_at=until, urgent=urgent)


def settle_turn(tx: Tx, case_id: str, now: datetime) -> Case:
    """Give the turn to whom the conversation gives it; to whom the stage gives it as soon as nothing waits any more."""
    case = store.case_by_id(tx, case_id, to_change=True)
    turn, due = _turn(tx, case, case.stage, due_again(case.stage, case.stage_at, now), now)
    store.change(tx, case_id, turn=turn.value, due_at=due)
    return replace(case, turn=turn, due_at=due)


def _turn(tx: Tx, case: Case, stage: Stage, due: datetime | None, now: datetime) -> tuple[Turn, datetime | None]:
    """Whose move it is, by when. What the requester wrote to us comes first, for it may be about our own question.

    Where contact was stopped nobody there is asked anything any more: what would be their move is ours.
    """
    turn, _ = TURN_OF[stage]
    if turn is Turn.NOBODY:
        return turn, due
    waits = conversation.waiting(tx, case.id)
    if waits.for_us is not None:
        return Turn.COORDINATOR, waits.for_us
    if case.contact_stopped_at is not None:
        return (Turn.COORDINATOR, due_after(Stage.RECORDS_IN, now)) if turn is Turn.PATIENT else (turn, due)
    return (turn, due) if waits.for_them is None else (Turn.PATIENT, waits.for_them)


def _kept_until(house: House, now: datetime) -> datetime:
    return kept_until(house.operator.privacy.retention_months.cases, now)


def _free_reference(tx: Tx) -> str:
    # About 2 to the power of 50 references: a second try is already a wonder, so the loop needs no bound of its own.
    while not store.reference_is_free(tx, reference := new_reference()):
        pass
    return reference
