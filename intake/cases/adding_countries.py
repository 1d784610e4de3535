"""Agreeing to a further country after the request was sent, as easily as one is taken back.

The words are kept with the answers, as those of the form are, so that the receipt shows them. An adult patient who
agreed by a link of her own agrees to the further country herself; until then the case is not sent there.
"""

from datetime import datetime

from intake import journal
from intake.cases import agreeing, agreement, consent, letters, store
from intake.cases.agreement import PatientAgreement, State, Way
from intake.cases.case import Case
from intake.cases.consent import ABROAD, PATIENT, REQUESTER, Agreement, Consent
from intake.cases.house import House
from intake.db import Tx
from intake.errors import MoveNotAllowed
from intake.journal import Event


def may_add(case: Case, wanted: PatientAgreement | None) -> bool:
    """Whether a country can still be added here: the case is at work, and a patient who has agreed did so by her link.

    Who signed on paper, or said no, has to be spoken with.
    """
    on_paper = wanted is not None and wanted.given and wanted.way is not Way.LINK
    refused = wanted is not None and wanted.state is State.REFUSED
    return case.takes_records and not on_paper and not refused


def add_country(tx: Tx, house: House, case_id: str, agreed: Agreement, now: datetime) -> Case:
    """The requester agrees to one more country, by these words. Twice is once. Raises MoveNotAllowed when it is too
    late, or the patient has to be spoken with first; CaseNotFound."""
    case = store.case_by_id(tx, case_id, to_change=True)
    wanted = agreement.read(tx, house.keys, case)
    (country,) = agreed.countries
    if any(each.country == country for each in _standing(tx, case_id, REQUESTER)):
        return case
    if not may_add(case, wanted):
        raise MoveNotAllowed
    consent.give(tx, case_id, agreed, case.language, now, how=consent.CASE)
    store.write_answers(tx, house.keys, case, _with_words(store.read_answers(tx, house.keys, case), agreed))
    facts = {"purpose": ABROAD, "countries": country}
    journal.write(tx, Event.CONSENT_GIVEN, now, actor=REQUESTER, subject=case_id, **facts)
    letters.tell_consent_changed(tx, house, case, now)
    if wanted is not None and wanted.given:
        agreeing.ask_further(tx, house, case, wanted, now)
    return case


def patient_lacks(tx: Tx, case_id: str, wanted: PatientAgreement | None) -> tuple[str, ...]:
    """The countries that the requester agreed to, and a patient who has agreed to the others did not (yet)."""
    if wanted is None or not wanted.given or wanted.way is not Way.LINK:
        return ()
    hers = {each.country for each in _standing(tx, case_id, PATIENT)}
    return tuple(each.country for each in _standing(tx, case_id, REQUESTER) if each.country not in hers)


def _standing(tx: Tx, case_id: str, by: str) -> list[Consent]:
    return [each for each in consent.standing(tx, case_id, by) if each.purpose == ABROAD]


def _with_words(answers: dict[str, dict[str, object]], agreed: Agreement) -> dict[str, dict[str, object]]:
    """The answers with the country among those that were chosen, and the words beside those of the form."""
    line = {
        "id": agreed.purpose, "given": True, "version": agreed.version, "language": agreed.language,
        "text": agreed.text, "sha256": agreed.text_hash, "countries": list(agreed.countries),
    }  # fmt: skip
    wishes, given = answers["preferences"], answers["consent"]
    chosen = [code for code in wishes["countries"] if code not in agreed.countries]
    return answers | {
        "preferences": wishes | {"countries": [*chosen, *agreed.countries]},
        "consent": given | {"record": [*given["record"], line]},
    }
