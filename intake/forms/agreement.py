"""Whether somebody else must agree before a specialist reads: an adult who can decide consents for herself.

Decided by the answers alone, so that form, case and desk can never disagree.
"""

from intake.cases.agreement import Wanted, Way
from intake.forms.base import is_about_other
from intake.forms.context import Answers
from intake.forms.fields.choices import YES
from intake.forms.steps.permission import AUTHORITY, CANNOT

PATIENT, SOMEBODY_WITH_AUTHORITY = "patient", "authority"


def who_must_agree(answers: Answers) -> str:
    """PATIENT, SOMEBODY_WITH_AUTHORITY for an adult who cannot decide, or "" when who asks may decide.

    The age is read off the page about the patient, which is asked again on the day that changes it.
    """
    told = answers.get("permission", {})
    grown_up = answers.get("patient", {}).get("adult") is True
    if not (is_about_other(answers) and grown_up) or told.get("permission") == AUTHORITY:
        return ""
    return SOMEBODY_WITH_AUTHORITY if told.get("knows") == CANNOT else PATIENT


def patient_knows(answers: Answers) -> bool:
    """Whether the patient knows of request and illness: else we speak with who asks before we write to her."""
    told = answers.get("permission", {})
    return told.get("knows") == YES and told.get("knows_diagnosis") == YES


def agreement_wanted(answers: Answers) -> Wanted | None:
    """How the agreement comes to us, for a case that is about to be opened; None when none is needed."""
    who = who_must_agree(answers)
    if not who:
        return None
    if who == SOMEBODY_WITH_AUTHORITY:
        return Wanted(Way.AUTHORITY)
    given = answers.get("patient-agrees", {})
    if given.get("how") != Way.LINK:
        return Wanted(Way.PAPER if given.get("how") == Way.PAPER else Way.LATER)
    return Wanted(Way.LINK, str(given.get("patient_email", "")), patient_knows(answers))
