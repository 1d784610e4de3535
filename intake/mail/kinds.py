"""Which letters there are, and the few values that each may be told. Anything else is refused.

This list is the wall: a name, an answer or a file name has no way into a letter.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from intake.errors import AddressUnfit, LetterBroken
from intake.languages import N_

# What a letter may say about where a case stands, and whose turn it is. Ids are those of the case.
STAGES: Mapping[str, str] = {
    "opened": N_("It is open, and we wait for your records."),
    "records_in": N_("Your records are with us, and a coordinator looks through them."),
    "with_specialist": N_("A specialist is now reading it."),
    "reported": N_("The answer is ready for you to read."),
    "closed": N_("It is complete and has been closed."),
    "declined": N_("We cannot take it on. The case page tells you why."),
    "withdrawn": N_("It has been withdrawn."),
}
TURNS: Mapping[str, str] = {
    "patient": N_("the patient's turn"),
    "coordinator": N_("your turn"),
    "specialist": N_("the specialist's turn"),
    "nobody": N_("nothing to do"),
}

# The same for whoever reads letters as the requester.
YOUR_TURNS: Mapping[str, str] = {
    "patient": N_("your turn"),
    "coordinator": N_("our turn"),
    "specialist": N_("the specialist's turn"),
    "nobody": N_("nothing to do"),
}

_REFERENCE = re.compile(r"[0-9A-Z][0-9A-Z-]{2,30}[0-9A-Z]")
_LINK = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+/[A-Za-z0-9._~\-/?=&%#]*")
# One plain address: no white space, no control, nothing that could begin a second header, name or recipient.
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f@<>()\[\],;:\\\"]+@[^\s\x00-\x1f\x7f@<>()\[\],;:\\\"]+")


@dataclass(frozen=True, slots=True)
class Kind:
    """A letter: the values it cannot do without, and those it may have."""

    needs: frozenset[str]
    may: frozenset[str] = frozenset()


def _kind(needs: str, may: str = "") -> Kind:
    return Kind(frozenset(needs.split()), frozenset(may.split()))


KINDS: Mapping[str, Kind] = {
    "confirm_address": _kind("link link_days", "due_date"),
    "resume_draft": _kind("link link_days", "due_date"),
    "draft_reminder": _kind("link due_date"),
    "link_again": _kind("link", "reference link_days due_date"),
    "case_opened": _kind("reference link records_link link_days", "due_date turn turn_date"),
    "records_in": _kind("reference link", "due_date turn turn_date"),
    "record_needs_you": _kind("reference link", "due_date turn turn_date"),
    "records_reminder": _kind("reference link records_link link_days", "turn turn_date"),
    "desk_silence": _kind("link count"),
    "contact_left": _kind("reference link"),
    "contact_here": _kind("reference link", "due_date"),
    "stage_changed": _kind("reference link", "stage due_date turn turn_date"),
    "case_declined": _kind("reference link", "due_date"),
    "case_withdrawn": _kind("reference link", "due_date"),
    "consent_changed": _kind("reference link", "turn turn_date"),
    "desk_consent_changed": _kind("reference link", "turn due_date"),
    "desk_case_opened": _kind("reference link", "turn due_date"),
    "desk_records_in": _kind("reference link", "turn due_date"),
    "desk_case_assigned": _kind("reference link", "turn due_date"),
    "desk_call_me": _kind("link"),
    "desk_letter_lost": _kind("link", "reference turn due_date"),
    "desk_digest": _kind("link", "count late_count away_count lost_count"),
    "invite": _kind("link link_hours"),
    "invite_again": _kind("link link_hours"),
    "account_changed": _kind("link"),
    "desk_account": _kind("link"),
    "desk_cases_given": _kind("link count"),
    "agree": _kind("link link_days", "due_date"),
    "agreement_news": _kind("reference link", "turn turn_date"),
    "desk_agreement": _kind("reference link", "turn due_date"),
    "parcel_received": _kind("reference link", "turn turn_date"),
    "parcel_returned": _kind("reference link", "turn turn_date"),
    "question_asked": _kind("reference link due_date", "turn turn_date"),
    "question_reminder": _kind("reference link due_date", "turn turn_date"),
    "message_waits": _kind("reference link", "due_date turn turn_date"),
    "desk_answer": _kind("reference link", "turn due_date"),
    "desk_message": _kind("reference link", "turn due_date"),
    "desk_no_answer": _kind("reference link", "turn due_date"),
}


# These go to an address that nobody has confirmed: words of ours, a link and a date, never a word that somebody typed.
FIRST_LETTERS = frozenset({"confirm_address", "resume_draft", "draft_reminder", "agree"})


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _counts(value: object) -> bool:
    return type(value) is int and 0 < value < 10_000


_ALLOWED: Mapping[str, Callable[[object], bool]] = {
    "reference": _matches(_REFERENCE),
    "link": _matches(_LINK),
    "records_link": _matches(_LINK),
    "link_days": _counts,
    "link_hours": _counts,
    "count": _counts,
    "late_count": _counts,
    "away_count": _counts,
    "lost_count": _counts,
    "due_date": lambda value: isinstance(value, date),
    "turn_date": lambda value: isinstance(value, date),
    "stage": lambda value: isinstance(value, str) and value in STAGES,
    "turn": lambda value: isinstance(value, str) and value in TURNS,
}


def checked_values(letter: str, values: Mapping[str, object], time_zone: str) -> dict[str, object]:
    """The values that a letter may be told, with None for the optional ones left out.

    A moment given as a date becomes its day in `time_zone`. Raises LetterBroken for an unknown letter, a value that
    is not on the list or not of its shape, and a missing one; the error names values, never shows them.
    """
    kind = KINDS.get(letter)
    if kind is None:
        raise LetterBroken(letter=letter)
    known = kind.needs | kind.may
    given = {name: value for name, value in values.items() if value is not None}
    wrong = [name for name in given if name not in known or not _ALLOWED[name](given[name])]
    wrong += kind.needs - given.keys()
    if wrong:
        raise LetterBroken(letter=letter, names=sorted(wrong))
    for name in ("due_date", "turn_date"):
        if isinstance(due := given.get(name), datetime):
            given[name] = due.astimezone(ZoneInfo(time_zone)).date()
    return {name: given.get(name) for name in known}


def checked_address(address: str) -> str:
    """`address` as it is. Raises AddressUnfit unless it is one plain e-mail address of at most 254 signs."""
    if len(address) > 254 or _ADDRESS.fullmatch(address) is None:
        raise AddressUnfit(names=["to"])
    return address
