"""The verbs of the agreement of an adult patient: ask her, take her yes or no, take a form that she signed.

Each is one step of one transaction, with its letters and journal lines. She may change her mind as long as the case
lives; whether a specialist may read is asked by `lifecycle` when the case moves.
"""

from datetime import datetime

from intake import journal
from intake.cases import agreement, consent, letters, store
from intake.cases.agreement import PatientAgreement, State, Wanted, Way
from intake.cases.case import Case, Stage
from intake.cases.consent import Agreement
from intake.cases.draft import address_hash
from intake.cases.house import House
from intake.db import Tx
from intake.errors import MoveNotAllowed
from intake.journal import Event
from intake.links import grants
from intake.links.tokens import Purpose

REQUESTER, PATIENT = "requester", "patient"

MAY_AGREE = frozenset({Stage.OPENED, Stage.RECORDS_IN})
MAY_REFUSE = MAY_AGREE | {Stage.WITH_SPECIALIST, Stage.REPORTED}

# How a signed form can have reached us; the words stand in the desk's templates.
CAME_BY = ("post", "records", "in_person", "other")


def begin_asking(tx: Tx, house: House, case: Case, wanted: Wanted, now: datetime) -> None:
    """Want the agreement for a new case; the patient's link goes out at once where she knows what it is about."""
    agreement.begin(tx, house.keys, case, wanted, now)
    if wanted.way is Way.LINK and wanted.may_write:
        _ask(tx, house, case, wanted.address, REQUESTER, now)


def ask_again(tx: Tx, house: House, case_id: str, actor: str, now: datetime) -> bool:
    """Send the patient a new link to the address we have. False if there is none, or it had enough letters today.

    Raises MoveNotAllowed when there is nothing to ask any more. A patient who said no is not asked again by the
    requester: only she herself, or a coordinator who spoke with her, opens the question once more.
    """
    case, wanted = _open_question(tx, house, case_id, by_requester=actor == REQUESTER)
    return bool(wanted.address) and _ask(tx, house, case, wanted.address, actor, now)


def send_link_again(tx: Tx, house: House, case_id: str, now: datetime) -> bool:
    """The patient asks for a new link, to answer or to take her answer back. Raises MoveNotAllowed when all is over."""
    case = store.case_by_id(tx, case_id, to_change=True)
    wanted = _wanted(tx, house, case)
    if case.stage not in MAY_REFUSE or wanted.way is not Way.LINK:
        raise MoveNotAllowed
    return _ask(tx, house, case, wanted.address, PATIENT, now)


def ask_at(tx: Tx, house: House, case_id: str, address: str, may_write: bool, now: datetime) -> bool:
    """The requester gives the patient's address, or another one: older links stop working, and a link goes there.

    Without `may_write` the address is kept, and a coordinator speaks with the requester first. Raises MoveNotAllowed
    when there is nothing to ask any more, or the patient said no.
    """
    case, before = _open_question(tx, house, case_id, by_requester=True)
    if address_hash(house.keys, address) != address_hash(house.keys, before.address):
        grants.revoke_all(tx, case_id, now, (Purpose.AGREE,))  # whoever holds an older link is somebody else
    agreement.change_way(tx, house.keys, case, Way.LINK, address)
    return may_write and _ask(tx, house, case, address, REQUESTER, now)


def agree(
    tx: Tx, house: House, case_id: str, agreed: tuple[Agreement, ...], language: str, now: datetime
) -> PatientAgreement:
    """The patient says yes, by her own link. Twice is once. Raises MoveNotAllowed when it is too late."""
    case = store.case_by_id(tx, case_id, to_change=True)
    wanted = _wanted(tx, house, case)
    if not wanted.given:
        if case.stage not in MAY_AGREE:
            raise MoveNotAllowed
        _give(tx, case, agreed, language, now, actor=PATIENT, by=consent.PATIENT, how=consent.LINK)
        journal.write(tx, Event.AGREEMENT_GIVEN, now, actor=PATIENT, subject=case_id)
        letters.tell_agreement(tx, house, case, now)
    return _wanted(tx, house, case)


def refuse(tx: Tx, house: House, case_id: str, now: datetime) -> PatientAgreement:
    """The patient says no, or takes back her yes. Twice is once. Raises MoveNotAllowed when the case is over."""
    case = store.case_by_id(tx, case_id, to_change=True)
    if _wanted(tx, house, case).state is not State.REFUSED:
        if case.stage not in MAY_REFUSE:
            raise MoveNotAllowed
        consent.take_back(tx, case_id, consent.PATIENT, now)
        agreement.settle(tx, case_id, State.REFUSED, now)
        journal.write(tx, Event.AGREEMENT_REFUSED, now, actor=PATIENT, subject=case_id)
        letters.tell_agreement(tx, house, case, now)
    return _wanted(tx, house, case)


def sign_on_paper(
    tx: Tx, house: House, case_id: str, agreed: tuple[Agreement, ...], came_by: str, actor: str, now: datetime
) -> None:
    """A coordinator holds the signed form in hand. Raises MoveNotAllowed when nothing is asked any more."""
    case, wanted = _open_question(tx, house, case_id)
    if came_by not in CAME_BY:
        raise ValueError(came_by)
    by = consent.AUTHORITY if wanted.way is Way.AUTHORITY else consent.PATIENT
    _give(tx, case, agreed, case.language, now, actor=actor, by=by, how=consent.PAPER)
    journal.write(tx, Event.AGREEMENT_SIGNED, now, actor=actor, subject=case_id, came_by=came_by)
    letters.tell_agreement(tx, house, case, now)


def may_ask(case: Case, wanted: PatientAgreement | None, *, by_requester: bool = False) -> bool:
    """Whether the agreement is wanted, not given, and would still help; a requester stops at the patient's no."""
    if wanted is None or wanted.given or (by_requester and wanted.state is State.REFUSED):
        return False
    return case.stage in MAY_AGREE


def _open_question(
    tx: Tx, house: House, case_id: str, *, by_requester: bool = False
) -> tuple[Case, PatientAgreement]:
    case = store.case_by_id(tx, case_id, to_change=True)
    wanted = _wanted(tx, house, case)
    if not may_ask(case, wanted, by_requester=by_requester):
        raise MoveNotAllowed
    return case, wanted


def _wanted(tx: Tx, house: House, case: Case) -> PatientAgreement:
    found = agreement.read(tx, house.keys, case)
    if found is None:
        raise MoveNotAllowed
    return found


def ask_after_holding(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """A case that was held is real: the patient's link goes out now, if it would have gone out at once."""
    wanted = agreement.read(tx, house.keys, case)
    if wanted is not None and may_ask(case, wanted) and wanted.asked_at is None and wanted.address:
        _ask(tx, house, case, wanted.address, REQUESTER, now)


def ask_further(tx: Tx, house: House, case: Case, wanted: PatientAgreement, now: datetime) -> bool:
    """A further country: the link goes to the patient who agreed to the others. False if no letter could go."""
    return _ask(tx, house, case, wanted.address, REQUESTER, now)


def agree_further(
    tx: Tx, house: House, case_id: str, agreed: tuple[Agreement, ...], language: str, now: datetime
) -> None:
    """The patient, who has agreed before, agrees to further countries. Twice is once. Raises MoveNotAllowed."""
    case = store.case_by_id(tx, case_id, to_change=True)
    if not _wanted(tx, house, case).given or not case.takes_records:
        raise MoveNotAllowed
    hers = {each.country for each in consent.standing(tx, case_id, consent.PATIENT)}
    new = tuple(each for each in agreed if not set(each.countries) & hers)
    if new:
        _give(tx, case, new, language, now, actor=PATIENT, by=consent.PATIENT, how=consent.LINK)
        letters.tell_agreement(tx, house, case, now)


def _ask(tx: Tx, house: House, case: Case, address: str, actor: str, now: datetime) -> bool:
    if case.held_as_suspect:  # nobody else is written to before somebody at the desk has looked
        return False
    if not letters.ask_patient(tx, house, case, address, now):
        return False
    agreement.mark_asked(tx, case.id, now)
    journal.write(tx, Event.AGREEMENT_ASKED, now, actor=actor, subject=case.id)
    return True


def _give(
    tx: Tx, case: Case, agreed: tuple[Agreement, ...], language: str, now: datetime, *, actor: str, by: str, how: str
) -> None:
    for each in agreed:
        consent.give(tx, case.id, each, language, now, by=by, how=how)
        facts = {"purpose": each.purpose, "by": by}
        journal.write(tx, Event.CONSENT_GIVEN, now, actor=actor, subject=case.id, **facts)
    agreement.settle(tx, case.id, State.GIVEN, now)
