"""The pages of an adult patient for whom somebody else asks: what is asked, by whom, who reads it; then yes or no.

She comes by a link of her own and types her own address. She can change her mind as long as the case lives.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request

from intake.cases import adding_countries, agreeing, agreement, consent, store
from intake.cases.agreement import PatientAgreement
from intake.cases.case import Case
from intake.cases.consent import Agreement, Consent
from intake.errors import AddressMismatch, NotYours, SessionMissing
from intake.forms.context import Answers, FormContext, form_context
from intake.forms.further_country import further_by_patient
from intake.forms.patient_agreement import (
    AddressTyped,
    AgreementTicks,
    patient_agreements,
    what_is_asked,
)
from intake.links import grants, sessions
from intake.links.sessions import Role, Session
from intake.web.address import check_address
from intake.web.pages import language, page, say, speak
from intake.web.security import drop_session, guard, limit, need_csrf, need_session, services, start_session

blueprint = Blueprint("agree", __name__, url_prefix="/agree")

HERE = "/agree/"
PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose page it is. Without the address typed, nothing of it is shown."""

    case: Case
    asked: PatientAgreement
    answers: Answers
    consents: list[Consent]
    lacks: tuple[str, ...] = ()  # countries that the requester added after she had agreed
    doctor: bool = False  # whether the requester agreed that the doctor at home gets the report


@blueprint.get("/")
def home() -> Response:
    """The address first; then what is asked; then what she said, with her receipt."""
    session = need_session(Role.AGREE)
    visit = _visit(session)
    if not session.address_checked:
        return _address_page(AddressTyped(gettext=say, guard=guard()))
    return _asked_page(visit, AgreementTicks(_context(language()), visit.answers, guard=guard()))


@blueprint.post("/address")
@limit("address")
def address() -> Response:
    """The address at which the letter came, typed."""
    session = need_session(Role.AGREE)
    on_file = _visit(session).asked.address
    form = AddressTyped(request.form, gettext=say, guard=guard())
    try:
        if form.validate():
            check_address(session, form.email.data, on_file, session.subject, actor=PATIENT)
    except AddressMismatch as wrong:
        form.email.errors = [say(wrong.message)]
    if form.mistakes:
        return _address_page(form, 422)
    return _let_in(session)


@blueprint.post("/")
def say_yes() -> Response:
    """She agrees, with both boxes ticked."""
    session, visit = _inside()
    form = AgreementTicks(_context(language()), visit.answers, request.form, guard=guard())
    if not form.validate():
        return _asked_page(visit, form, 422)
    with services().database.transaction() as tx:
        now = services().clock()
        agreeing.agree(tx, services(), session.subject, form.agreements, language(), now)
    return redirect(HERE, 303)


@blueprint.post("/further")
def agree_further() -> Response:
    """She agrees to a country that was added later, by the words that she read."""
    need_csrf("agree-further")
    session, visit = _inside()
    read = tuple(each for each in _further(visit, language()) if each.text_hash == request.form.get("sha256"))
    with services().database.transaction() as tx:
        agreeing.agree_further(tx, services(), session.subject, read, language(), services().clock())
    return redirect(HERE, 303)


@blueprint.post("/no")
def say_no() -> Response:
    """She does not agree, or takes back what she agreed to. She may do so without giving a reason."""
    need_csrf("agree-no")
    session, _ = _inside()
    with services().database.transaction() as tx:
        agreeing.refuse(tx, services(), session.subject, services().clock())
    return redirect(HERE, 303)


@blueprint.get("/receipt.json")
def receipt() -> Response:
    """What she agreed to, to keep: word by word, with version, hash and time."""
    _, visit = _inside()
    answer = jsonify(_receipt(visit))
    answer.headers["Content-Disposition"] = 'attachment; filename="receipt.json"'
    return answer


@blueprint.post("/language")
def change_language() -> Response:
    """Another language, for this browser."""
    need_csrf("language")
    session, chosen = need_session(Role.AGREE), request.form.get("language")
    with services().database.transaction() as tx:
        sessions.set_language(tx, session, services().languages.choose(chosen))
    return redirect(HERE, 303)


@blueprint.post("/leave")
def leave() -> Response:
    """Leave safely: the session ends and the browser forgets what it kept."""
    need_csrf("leave")
    session, response = need_session(Role.AGREE), redirect("/", 303)
    with services().database.transaction() as tx:
        sessions.end(tx, session, services().clock())
    drop_session(response, Role.AGREE)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def _visit(session: Session) -> Visit:
    house = services()
    with house.database.read() as tx:
        case = store.case_by_id(tx, session.subject)
        asked = agreement.read(tx, house.keys, case)
        if asked is None:
            raise NotYours
        answers = store.read_answers(tx, house.keys, case)
        theirs = consent.standing(tx, case.id, consent.PATIENT)
        lacks = adding_countries.patient_lacks(tx, case.id, asked) if case.takes_records else ()
        agreed = {each.purpose for each in consent.standing(tx, case.id, consent.REQUESTER)}
    speak(session.language or case.language)
    return Visit(case, asked, answers, theirs, lacks, "doctor" in agreed)


def _inside() -> tuple[Session, Visit]:
    """For what only she may see and do. Raises SessionMissing until the address is typed."""
    session = need_session(Role.AGREE)
    if not session.address_checked:
        raise SessionMissing
    return session, _visit(session)


def _let_in(session: Session) -> Response:
    """To the page, with a new secret: whoever knew the one before must not gain by what was typed now."""
    response = redirect(HERE, 303)
    with services().database.transaction() as tx:
        grant = grants.get(tx, session.grant_id or "")
        kept = {"grant": grant, "expires_at": session.expires_at, "language": session.language}
        start_session(tx, response, Role.AGREE, session.subject, address_checked=True, **kept)
    return response


def _context(code: str) -> FormContext:
    house = services()
    return form_context(house.languages, house.operator, house.knowledge, code, house.clock().date())


def _address_page(form: AddressTyped, status: int = 200) -> Response:
    return page("agree/address.html", status, form=form, language_action=f"{HERE}language")


def _asked_page(visit: Visit, form: AgreementTicks, status: int = 200) -> Response:
    facts = what_is_asked(visit.answers, _context(language()), doctor=visit.doctor)
    may = {"may_agree": visit.case.stage in agreeing.MAY_AGREE, "may_refuse": visit.case.stage in agreeing.MAY_REFUSE}
    shown = {"facts": facts, "agreed": _agreed(visit), "case": visit.case, "asked": visit.asked}
    shown["further"] = _further(visit, language())
    return page("agree/home.html", status, form=form, language_action=f"{HERE}language", **shown, **may)


def _agreed(visit: Visit) -> list[dict[str, Any]]:
    """Each thing she agreed to, with its words where they are still the very same as then."""
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for each in visit.consents:  # one row for each country, under the same words
        if (each.purpose, each.text_hash) not in told:
            told[each.purpose, each.text_hash] = {
                "purpose": each.purpose, "text": _words(visit, each), "sha256": each.text_hash, "version": each.version,
                "language": each.language, "given_at": each.given_at, "countries": [],
            }  # fmt: skip
        told[each.purpose, each.text_hash]["countries"] += [each.country] if each.country else []
    return list(told.values())


def _further(visit: Visit, code: str) -> tuple[Agreement, ...]:
    return tuple(further_by_patient(country, _context(code)) for country in visit.lacks)


def _words(visit: Visit, given: Consent) -> str:
    """The words by their hash, with the countries that she agreed to by them."""
    context = _context(given.language)
    together = [each.country for each in visit.consents if each.text_hash == given.text_hash and each.country]
    wishes = visit.answers.get("preferences", {})
    then = {**visit.answers, "preferences": {**wishes, "countries": together or wishes.get("countries")}}
    known = [*patient_agreements(then, context), *(further_by_patient(country, context) for country in together)]
    return next((text.text for text in known if text.text_hash == given.text_hash), "")


def _receipt(visit: Visit) -> dict[str, object]:
    house = services()
    return {
        "reference": visit.case.reference,
        "state": visit.asked.state.value,
        "service": house.operator.service.legal_name,
        "controller": house.operator.privacy.controller,
        "given_by": PATIENT,
        "agreements": [line | {"given_at": line["given_at"].isoformat()} for line in _agreed(visit)],
        "kept_until": visit.case.purge_at.date().isoformat(),
        "take_back": f"{house.settings.base_url}{HERE}",
    }
