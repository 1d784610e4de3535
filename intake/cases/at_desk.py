"""What coordinators do with a case beside moving it: hand it over, let it go on without some records, stop contact.

Whoever acts says what they saw. If somebody else was quicker, nothing is changed and the later one is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from intake import journal
from intake.cases import conversation, letters, lifecycle, store
from intake.cases import draft as drafts
from intake.cases.case import Case, Stage, Turn
from intake.cases.conversation import Voice
from intake.cases.house import House
from intake.db import Tx
from intake.desk import coordinators
from intake.errors import CaseTaken, MoveNotAllowed, ReasonMissing
from intake.journal import Event
from intake.links import grants, sessions
from intake.links.sessions import Role
from intake.links.tokens import Purpose
from intake.mail import outbox

NOBODY = "nobody"
LONGEST_GAPS = 2000


def assign_case(
    tx: Tx, house: House, case_id: str, to: str | None, seen: str | None, actor: str, now: datetime
) -> Case:
    """Give a case to a coordinator who is enrolled, or to nobody; who gets it from somebody else gets a letter.

    `seen` is who had it when the page was drawn. Raises CaseTaken if that is so no more, MoveNotAllowed for a case that
    was erased or waits for a look, and for somebody who cannot sign in.
    """
    case = store.case_by_id(tx, case_id, to_change=True)
    able = to is None or to in {one.id for one in coordinators.enrolled(tx, house.keys)}
    if case.held_as_suspect or case.stage is Stage.ERASED or not able:
        raise MoveNotAllowed
    if not store.assign(tx, case_id, to, seen):
        raise CaseTaken
    case = replace(case, coordinator_id=to)
    if to != seen:
        facts = {"to": to or NOBODY, "instead_of": seen or NOBODY}
        journal.write(tx, Event.CASE_ASSIGNED, now, actor=actor, subject=case_id, **facts)
        if to is not None and coordinators.actor(to) != actor:
            letters.tell_desk_assigned(tx, house, case, now)
    return case


def go_on_without(
    tx: Tx, house: House, case_id: str, items: Sequence[str], text: str, actor: str, now: datetime
) -> Case:
    """The records are complete enough: `items` of the checklist are missing, and `text` says what the opinion cannot
    say therefore. Both stand in what the specialist reads. Raises ReasonMissing, or MoveNotAllowed once they read it.
    """
    lifecycle.need_free(tx, case_id)
    case = store.case_by_id(tx, case_id, to_change=True)
    if case.stage not in (Stage.OPENED, Stage.RECORDS_IN):
        raise MoveNotAllowed
    if not text.strip():
        raise ReasonMissing
    store.write_gaps(tx, house.keys, case, {"items": list(items), "text": text.strip()})
    journal.write(tx, Event.CASE_GOES_ON, now, actor=actor, subject=case_id, missing=len(items))
    if case.stage is Stage.OPENED:
        return lifecycle.move_case(tx, house, case_id, Stage.RECORDS_IN, actor, now)
    return case


def change_contact(
    tx: Tx, house: House, case_id: str, contact: Mapping[str, str], seen: str, actor: str, now: datetime
) -> Case:
    """Other ways to reach the requester, whose identity the coordinator has checked: `email` and `phone`, either empty.

    The address before and the new one each get a letter, so that nobody is led away unseen; links that went to the one
    before stop working. `seen` is the hash of the address on the page: raises CaseTaken if it is another by now, and
    MoveNotAllowed for a case that is over or held, or without any way to reach somebody.
    """
    lifecycle.need_free(tx, case_id)
    case = store.case_by_id(tx, case_id, to_change=True)
    email, phone = contact["email"], contact["phone"]
    if case.turn is Turn.NOBODY or not (email or phone):
        raise MoveNotAllowed
    before = store.read_address(tx, house.keys, case)
    if house.ring.hash("seen", before) != seen:
        raise CaseTaken
    answers = store.read_answers(tx, house.keys, case)
    reach = answers.get("reach-you", {}) | {"email": email, "phone": phone}
    store.write_answers(tx, house.keys, case, answers | {"reach-you": reach})
    moved = email.casefold() != before.casefold()
    journal.write(tx, Event.CONTACT_CHANGED, now, actor=actor, subject=case_id, address=moved)
    if moved:
        outbox.hold_back(tx, case_id, now, (letters.REQUESTER,))  # its links open nothing any more
        letters.tell_contact_left(tx, house, case, now)
        store.write_address(tx, house.keys, case, email, drafts.address_hash(house.keys, email) if email else "")
        for role in (Role.CASE, Role.UPLOAD):
            sessions.end_all(tx, role, case_id, now)
        grants.revoke_all(tx, case_id, now, (Purpose.CASE, Purpose.UPLOAD))
        letters.tell_contact_here(tx, house, case, now)
    return case


def stop_contact(tx: Tx, case_id: str, actor: str, now: datetime) -> Case:
    """From now on neither requester nor patient gets a letter of this case, and what waits in the outbox never leaves.

    Nothing is deleted, and no reason is kept. No question of ours waits any longer: what was the patient's turn goes to
    whom the stage gives it, or becomes the coordinator's. Twice is once. Raises CaseNotFound, MoveNotAllowed for a case
    that was erased.
    """
    case = store.case_by_id(tx, case_id, to_change=True)
    if case.stage is Stage.ERASED:
        raise MoveNotAllowed
    if case.contact_stopped_at is not None:
        return case
    store.change(tx, case_id, contact_stopped_at=now)
    conversation.settle_all(tx, case_id, now, Voice.COORDINATOR, Voice.SPECIALIST)
    if case.turn is Turn.PATIENT:
        case = lifecycle.settle_turn(tx, case_id, now)
    outbox.hold_back(tx, case_id, now)
    journal.write(tx, Event.CONTACT_STOPPED, now, actor=actor, subject=case_id)
    return replace(case, contact_stopped_at=now)


def resume_contact(tx: Tx, case_id: str, actor: str, now: datetime) -> Case:
    """It was stopped by mistake, or somebody else speaks for the patient now: letters are written again."""
    case = store.case_by_id(tx, case_id, to_change=True)
    if case.contact_stopped_at is None or case.stage is Stage.ERASED:
        raise MoveNotAllowed
    store.change(tx, case_id, contact_stopped_at=None)
    journal.write(tx, Event.CONTACT_RESUMED, now, actor=actor, subject=case_id)
    return replace(case, contact_stopped_at=None)
