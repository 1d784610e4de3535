"""The receipt of what was agreed to, to print or to keep as a file; and taking any of it back, purpose by purpose."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, jsonify, redirect

from intake.cases import consent, store, taking_back
from intake.cases.case import Case, Stage, may_move
from intake.cases.consent import REQUESTER, Consent
from intake.errors import NotYours
from intake.forms.context import Answers
from intake.links.sessions import Role, Session
from intake.web.pages import language, page, speak
from intake.web.security import need_csrf, need_session, services

blueprint = Blueprint("receipt", __name__)

FORMAT = "consent-receipt-1"
HOME = "/case/"
AGREED = "/case/#agreed"


@dataclass(frozen=True, slots=True)
class Line:
    """One consent, with the words that were shown when it was given; "" if they are not known any more."""

    consent: Consent
    words: str

    @property
    def as_json(self) -> dict[str, Any]:
        """As the file holds it; docs/maintainers/receipt.md tells what is what."""
        each = self.consent
        taken_back = each.withdrawn_at.isoformat() if each.withdrawn_at else None
        return {
            "purpose": each.purpose, "country": each.country or None, "given_by": each.given_by, "how": each.how,
            "words": self.words, "language": each.language, "version": each.version, "sha256": each.text_hash,
            "given_at": each.given_at.isoformat(), "taken_back_at": taken_back,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """The same words once, with every consent that was given by them: one for each country."""

    words: str
    given: tuple[Consent, ...]


@blueprint.get("/receipt")
def show() -> Response:
    """What was agreed to, when, in which words; who holds the data; how to take it back."""
    session = need_session(Role.CASE)
    if not session.address_checked:
        return redirect(HOME, 303)
    case, lines = _receipt(session)
    same = groupby(lines, key=lambda line: (line.consent.given_at, line.consent.purpose, line.words))
    sentences = [Sentence(words, tuple(line.consent for line in each)) for (_, _, words), each in same]
    return page("case/receipt.html", case=case, sentences=sentences, now=services().clock())


@blueprint.get("/receipt.json")
def as_file() -> Response:
    """The same, for a program or an archive."""
    session = need_session(Role.CASE)
    if not session.address_checked:
        return redirect(HOME, 303)
    case, lines = _receipt(session)
    answer = jsonify(_as_json(case, lines))
    answer.headers["Content-Disposition"] = 'attachment; filename="receipt.json"'
    return answer


@blueprint.get("/take-back/<what>")
def ask(what: str) -> Response:
    """What taking this back means, and the button."""
    session = need_session(Role.CASE)
    if not session.address_checked:
        return redirect(HOME, 303)
    purpose, country = _purpose(what)
    with services().database.read() as tx:
        case, words = _spoken_case(tx, session)
        found = [each for each in _lines(tx, case, words) if _is(each.consent, purpose, country)]
        ends = taking_back.ends_case(tx, case, purpose, country)
    if not found:
        raise NotYours
    if found[-1].consent.withdrawn_at is not None:
        return redirect(AGREED, 303)
    over = not may_move(case.stage, Stage.WITHDRAWN)
    return page("case/take-back.html", case=case, line=found[-1], what=what, ends=ends, over=over)


@blueprint.post("/take-back/<what>")
def take_back(what: str) -> Response:
    """Take it back. Needs the address typed: a leaked link must not change what somebody agreed to."""
    need_csrf("take-back")
    session = need_session(Role.CASE)
    if not session.address_checked:
        return redirect(HOME, 303)
    purpose, country = _purpose(what)
    with services().database.transaction() as tx:
        taking_back.take_back(tx, services(), session.subject, purpose, country, services().clock())
    return redirect(AGREED, 303)


def _purpose(what: str) -> tuple[str, str]:
    """ "abroad-DE" → ("abroad", "DE"); "review" → ("review", "")."""
    purpose, _, country = what.partition("-")
    return purpose, country


def _is(each: Consent, purpose: str, country: str) -> bool:
    return each.purpose == purpose and each.country == country


def _spoken_case(tx: Any, session: Session) -> tuple[Case, Answers]:
    case = store.case_by_id(tx, session.subject)
    speak(session.language or case.language)
    return case, store.read_answers(tx, services().keys, case)


def _lines(tx: Any, case: Case, answers: Answers) -> list[Line]:
    words = {line["sha256"]: line["text"] for line in answers.get("consent", {}).get("record", ())}
    own = (each for each in consent.given(tx, case.id) if each.given_by == REQUESTER)
    return [Line(each, words.get(each.text_hash, "")) for each in own]


def _receipt(session: Session) -> tuple[Case, list[Line]]:
    with services().database.read() as tx:
        case, answers = _spoken_case(tx, session)
        return case, _lines(tx, case, answers)


def _as_json(case: Case, lines: list[Line]) -> dict[str, Any]:
    house = services()
    operator = house.operator.in_language(language())
    privacy = operator.privacy
    return {
        "format": FORMAT,
        "reference": case.reference,
        "made_at": house.clock().isoformat(),
        "language": language(),
        "holder": {
            "service": operator.service.name, "legal_name": operator.service.legal_name,
            "controller": privacy.controller, "data_protection_contact": privacy.data_protection_contact,
            "recipients": list(privacy.recipients),
        },
        "agreements": [line.as_json for line in lines],
        "take_back": {"address": f"{house.settings.base_url}{HOME}", "telephone": operator.contact.telephone},
        "case_deleted_on": case.purge_at.date().isoformat(),
    }  # fmt: skip
