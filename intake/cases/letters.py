"""Which letter goes to whom when. Values are a reference, links and dates; never a name, an answer or a file name."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from intake.cases import reminders, silence, store, ways_in
from intake.cases.case import Case, Turn
from intake.cases.draft import Draft, address_hash
from intake.cases.house import House
from intake.db import Tx
from intake.desk import coordinators, rota
from intake.links.tokens import Purpose
from intake.mail import deliveries, outbox
from intake.mail.events import Delivery
from intake.mail.kinds import KINDS

# How many letters that anybody can ask for may go to one address within a day: nobody's mailbox is flooded through us.
# One link more would be useless anyway: the one sent before still works.
ASKED_FOR_A_DAY = 8

REQUESTER = "requester"
PATIENT = "patient"
COORDINATOR = "coordinator"


def ask_to_confirm(tx: Tx, house: House, draft: Draft, now: datetime) -> None:
    """To the address of a parked draft: press to confirm it and send the request."""
    if _had_enough(tx, house, draft.address, now):
        return
    link = ways_in.draft_link(tx, house, draft, Purpose.CONFIRM, now)
    _to_draft(tx, house, draft, "confirm_address", now, link=link, link_days=house.settings.draft_days)
    reminders.plan(tx, draft, now)


def send_way_back(tx: Tx, house: House, draft: Draft, now: datetime) -> None:
    """To the address of a draft: come back to your request."""
    if _had_enough(tx, house, draft.address, now):
        return
    link = ways_in.draft_link(tx, house, draft, Purpose.RESUME, now)
    _to_draft(tx, house, draft, "resume_draft", now, link=link, link_days=house.settings.draft_days)
    reminders.plan(tx, draft, now)


def remind_of_draft(tx: Tx, house: House, draft: Draft, days: int, now: datetime) -> None:
    """To the address of a draft that goes in so many days: come back, or delete it at once.

    Once for each day on which it would go; never to an address that we have not written to before.
    """
    if _had_enough(tx, house, draft.address, now):
        return
    link = ways_in.known_way_back(tx, house, draft, now)
    if link is None:
        return
    this_one = f"remind:{draft.id}:{days}:{draft.expires_at:%Y%m%d%H%M%S}"
    _to_draft(tx, house, draft, "draft_reminder", now, dedupe=this_one, link=link, due_date=draft.expires_at)


def send_new_case_link(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the address on file: a new link to the case; the old one stops working. Also where contact was stopped:
    somebody there asks for it.
    """
    if _had_enough(tx, house, store.read_address(tx, house.keys, case), now):
        return
    asking = replace(case, contact_stopped_at=None)
    _to_requester(tx, house, asking, "link_again", now, link=ways_in.case_link(tx, house, case, now))


def tell_opened(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the requester: your case is open, this is what happens next. To the desk: a new case."""
    links = {
        "link": ways_in.case_link(tx, house, case, now),
        "records_link": ways_in.upload_link(tx, house, case, now),
        "link_days": house.settings.upload_link_days,
        "due_date": case.due_at,
    }
    _to_requester(tx, house, case, "case_opened", now, **links)
    tell_desk_opened(tx, house, case, now)


def tell_desk_opened(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the desk: a new case."""
    _to_desk(tx, house, case, "desk_case_opened", now)


def tell_desk_assigned(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the coordinator who has the case from now on: it was handed to you."""
    _to_desk(tx, house, case, "desk_case_assigned", now)


def tell_records_in(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the requester and the desk: the records are in."""
    _to_requester(tx, house, case, "records_in", now, link=_link(tx, house, case, now), due_date=case.due_at)
    tell_desk_records_in(tx, house, case, now)


def tell_desk_records_in(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the desk: the records of a case are in."""
    _to_desk(tx, house, case, "desk_records_in", now)


def tell_record_needs_you(tx: Tx, house: House, case: Case, upload_ids: list[str], now: datetime) -> None:
    """To the requester, once for these very files together: something that was sent could not be accepted."""
    these = hashlib.sha256(" ".join(sorted(upload_ids)).encode()).hexdigest()
    link = _link(tx, house, case, now)
    due = _still_to_come(case, now) if case.turn is Turn.PATIENT else None
    _to_requester(tx, house, case, "record_needs_you", now, dedupe=f"needs:{these}", link=link, due_date=due)


def remind_of_records(tx: Tx, house: House, case: Case, days: int, sign: datetime, now: datetime) -> None:
    """To the requester, once for each of the days after a last sign: we wait for records; this is where to see what is
    missing. Never more than `silence.MOST_REMINDERS` for a case, and not to an address that had enough letters today.
    """
    earlier = outbox.count_of_case(tx, case.id, "records_reminder", case.opened_at)
    if earlier >= silence.MOST_REMINDERS or _had_enough(tx, house, store.read_address(tx, house.keys, case), now):
        return
    links = {
        "link": _link(tx, house, case, now),
        "records_link": ways_in.fresh_upload_link(tx, house, case, now),
        "link_days": house.settings.upload_link_days,
    }
    this_one = f"records:{case.id}:{days}:{sign:%Y%m%d%H%M%S}"
    _to_requester(tx, house, case, "records_reminder", now, dedupe=this_one, **links)


def tell_desk_silence(tx: Tx, house: House, silent: list[Case], now: datetime) -> None:
    """To each at the desk: so many of their cases have been silent for long. The desk shows which."""
    counts: Counter[tuple[str, str]] = Counter()
    for case in silent:
        counts.update(desk_addresses(tx, house, case.coordinator_id, now))
    for (address, language), count in counts.items():
        values = {"link": f"{house.settings.base_url}/desk/silent", "count": count}
        to_coordinator(tx, house, "desk_silence", address, language, now, **values)


def tell_contact_left(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the address that was on file so far: from now on we write to another one. Without a link."""
    _to_requester(tx, house, case, "contact_left", now, link=f"{house.settings.base_url}/contact/")


def tell_contact_here(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the address that is on file now: we write here from now on. Its link is new; the one before works no more."""
    told = {"link": ways_in.case_link(tx, house, case, now), "due_date": _still_to_come(case, now)}
    _to_requester(tx, house, case, "contact_here", now, **told)


def tell_stage(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the requester: your case has moved on, and the next step is planned for then; or until when it is kept."""
    told = {"link": _link(tx, house, case, now), "stage": case.stage.value, "due_date": case.due_at or case.purge_at}
    _to_requester(tx, house, case, "stage_changed", now, **told)


def tell_declined(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the requester: we cannot help with this; your case page says why and where else to go, and until when."""
    _to_requester(tx, house, case, "case_declined", now, link=_link(tx, house, case, now), due_date=case.purge_at)


def tell_withdrawn(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the requester: you have withdrawn the request; what we keep goes on that day."""
    _to_requester(tx, house, case, "case_withdrawn", now, link=_link(tx, house, case, now), due_date=case.purge_at)


def tell_parcel(tx: Tx, house: House, case: Case, letter: str, parcel_id: str, now: datetime) -> None:
    """To the requester, once: what came by courier has arrived, or is on its way back."""
    _to_requester(tx, house, case, letter, now, dedupe=f"{letter}:{parcel_id}", link=_link(tx, house, case, now))


def tell_question(tx: Tx, house: House, case: Case, message_id: str, due: datetime, now: datetime) -> None:
    """To the requester: we ask something; the page of the case says what. By when, the letter says too."""
    told = {"link": _link(tx, house, case, now), "due_date": due, "turn": Turn.PATIENT.value, "turn_date": due}
    _to_requester(tx, house, case, "question_asked", now, dedupe=f"asked:{message_id}", **told)


def remind_of_question(tx: Tx, house: House, case: Case, message_id: str, due: datetime, now: datetime) -> None:
    """To the requester, once: our question waits, and its date is near."""
    told = {"link": _link(tx, house, case, now), "due_date": due, "turn": Turn.PATIENT.value, "turn_date": due}
    _to_requester(tx, house, case, "question_reminder", now, dedupe=f"ask-again:{message_id}", **told)


def tell_message(tx: Tx, house: House, case: Case, message_id: str, now: datetime) -> None:
    """To the requester: we wrote something that needs no answer."""
    told = {"link": _link(tx, house, case, now), "due_date": _still_to_come(case, now)}
    _to_requester(tx, house, case, "message_waits", now, dedupe=f"message:{message_id}", **told)


def tell_desk_answer(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the desk: the requester has answered."""
    _to_desk(tx, house, case, "desk_answer", now)


def tell_desk_message(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the desk: the requester has written, and waits."""
    _to_desk(tx, house, case, "desk_message", now)


def tell_desk_no_answer(tx: Tx, house: House, case: Case, message_id: str, now: datetime) -> None:
    """To the desk, once for a question: its date is past, and there is no answer."""
    _to_desk(tx, house, case, "desk_no_answer", now, dedupe=f"no-answer:{message_id}")


def ask_patient(tx: Tx, house: House, case: Case, address: str, now: datetime) -> bool:
    """To the patient's own address: somebody asks us something for you; say yes or no. False when the address, or the
    case, had enough letters for one day: nobody's mailbox is flooded through us.
    """
    if case.contact_stopped_at or _had_enough(tx, house, address, now) or _asked_enough(tx, case, now):
        return False
    values = {"link": ways_in.agree_link(tx, house, case, now), "link_days": ways_in.AGREE_LINK_DAYS}
    message = house.letters.compose("agree", case.language, address, **values)
    outbox.put(
        tx, house.keys, message, now, owner=case.key_owner, case_id=case.id, role=PATIENT,
        recipient_hash=address_hash(house.keys, address),
    )  # fmt: skip
    return True


def tell_agreement(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the requester and the desk: the patient has said yes or no."""
    _to_requester(tx, house, case, "agreement_news", now, link=_link(tx, house, case, now))
    _to_desk(tx, house, case, "desk_agreement", now)


def tell_consent_changed(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the requester and the desk: something that was agreed to was taken back, or a country was added."""
    _to_requester(tx, house, case, "consent_changed", now, link=_link(tx, house, case, now))
    _to_desk(tx, house, case, "desk_consent_changed", now)


def _asked_enough(tx: Tx, case: Case, now: datetime) -> bool:
    return outbox.count_of_case(tx, case.id, "agree", now - timedelta(days=1)) >= ASKED_FOR_A_DAY


def tell_call_asked(tx: Tx, house: House, now: datetime) -> None:
    """To everybody at the desk: somebody asks to be called. Who it is, only the desk shows."""
    for address, language in desk_addresses(tx, house, None, now):
        link = f"{house.settings.base_url}/desk/calls"
        to_coordinator(tx, house, "desk_call_me", address, language, now, link=link)


def _still_to_come(case: Case, now: datetime) -> datetime | None:
    """When the next step is due; None when that is past, which no letter should promise."""
    return None if case.is_late(now) else case.due_at


def _link(tx: Tx, house: House, case: Case, now: datetime) -> str:
    return ways_in.current_case_link(tx, house, case, now)


def _had_enough(tx: Tx, house: House, address: str, now: datetime) -> bool:
    found_by = address_hash(house.keys, address)
    if deliveries.suppressed_among(tx, [found_by]).get(found_by) == Delivery.SPAM_REPORT:
        return True  # whoever said that they do not want letters of ours gets none that a stranger may ask for
    return outbox.count_since(tx, found_by, now - timedelta(days=1)) >= ASKED_FOR_A_DAY


def _to_draft(
    tx: Tx, house: House, draft: Draft, letter: str, now: datetime, *, dedupe: str | None = None, **values: object
) -> None:
    # A draft's key goes when it becomes a case, which may be before the letter has left: so it has a key of its own.
    message = house.letters.compose(letter, draft.language, draft.address, **values)
    found_by = address_hash(house.keys, draft.address)
    how = {"owner": None, "role": REQUESTER, "recipient_hash": found_by, "dedupe": dedupe}
    outbox.put(tx, house.keys, message, now, **how)


def _to_requester(
    tx: Tx, house: House, case: Case, letter: str, now: datetime, *, dedupe: str | None = None, **values: object
) -> None:
    address = store.read_address(tx, house.keys, case)
    if case.contact_stopped_at or not address:  # nobody there may hear of us, or can be reached by e-mail
        return
    told = {"reference": case.reference} | _turn_of(case, letter) | values
    message = house.letters.compose(letter, case.language, address, **told)
    outbox.put(
        tx, house.keys, message, now, owner=case.key_owner, case_id=case.id, role=REQUESTER,
        recipient_hash=address_hash(house.keys, address), dedupe=dedupe,
    )  # fmt: skip


def _turn_of(case: Case, letter: str) -> dict[str, object]:
    """Whose turn it is and by when, for the subject of a letter that says so; nothing for a case that is over."""
    if "turn" not in KINDS[letter].may or case.turn is Turn.NOBODY:
        return {}
    return {"turn": case.turn.value, "turn_date": case.due_at}


def to_coordinator(
    tx: Tx, house: House, letter: str, address: str, language: str, now: datetime, *,
    dedupe: str | None = None, **values: object,
) -> None:  # fmt: skip
    """A letter to one at the desk that belongs to no case."""
    message = house.letters.compose(letter, language, address, **values)
    found_by = address_hash(house.keys, address)
    how = {"owner": None, "role": COORDINATOR, "recipient_hash": found_by, "dedupe": dedupe}
    outbox.put(tx, house.keys, message, now, **how)


def tell_desk_lost(tx: Tx, house: House, case: Case, now: datetime) -> None:
    """To the desk, at most once a day for a case: a letter of this case did not arrive."""
    if outbox.count_of_case(tx, case.id, "desk_letter_lost", now - timedelta(days=1)) == 0:
        _to_desk(tx, house, case, "desk_letter_lost", now)


def _to_desk(
    tx: Tx, house: House, case: Case, letter: str, now: datetime, *, dedupe: str | None = None
) -> None:
    if case.held_as_suspect:  # nobody is bothered before somebody has looked at the list of suspects
        return
    link = f"{house.settings.base_url}/desk/cases/{case.id}"
    for address, language in desk_addresses(tx, house, case.coordinator_id, now):
        values = {"reference": case.reference, "link": link, "turn": case.turn.value, "due_date": case.due_at}
        message = house.letters.compose(letter, language, address, **values)
        found_by = address_hash(house.keys, address)
        outbox.put(
            tx, house.keys, message, now, owner=case.key_owner, case_id=case.id, role=COORDINATOR,
            recipient_hash=found_by, dedupe=dedupe and f"{dedupe}:{found_by[:32]}",
        )  # fmt: skip


def desk_addresses(tx: Tx, house: House, coordinator_id: str | None, now: datetime) -> list[tuple[str, str]]:
    """The coordinator who has the case, or who stands in; else all who are there (see `desk/rota.py`); else the
    operator's own mailbox: never nobody.

    Whom letters do not reach any more is left out, so that theirs go to the others.
    """
    everyone = coordinators.enrolled(tx, house.keys)
    cut_off = deliveries.suppressed_among(tx, [address_hash(house.keys, one.email) for one in everyone])
    reached = [one for one in everyone if address_hash(house.keys, one.email) not in cut_off]
    theirs = rota.readers(reached, coordinator_id, now)
    if not theirs:
        return [(house.operator.contact.coordinators_mailbox, house.languages.offered[0])]
    return [(one.email, house.languages.choose(one.language)) for one in theirs]
