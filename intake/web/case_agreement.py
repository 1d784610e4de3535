"""The requester's part of the patient's own agreement: where it stands, where the link goes, and the form to sign."""

from flask import Blueprint, Response, redirect, request

from intake.cases import adding_countries, agreeing, agreement, store
from intake.cases.agreement import PatientAgreement, Way
from intake.cases.case import Case
from intake.db import Tx
from intake.errors import NotYours, SessionMissing
from intake.forms.agreement import patient_knows
from intake.forms.context import Answers, form_context
from intake.forms.fields.contact import same_address
from intake.forms.patient_agreement import PatientAddress, patient_agreements, what_is_asked
from intake.forms.steps.patient_agrees import SAME_ADDRESS
from intake.links.sessions import Role
from intake.web.pages import page, say, speak
from intake.web.security import guard, limit, need_csrf, need_session, services

blueprint = Blueprint("case_agreement", __name__, url_prefix="/case/agreement")

WHERE = "/case/#agreement"


def agreement_part(tx: Tx, case: Case, answers: Answers) -> dict[str, object]:
    """What the page of the case says of it: how it stands, and what the requester may still do."""
    wanted = agreement.read(tx, services().keys, case)
    return {
        "agreement": wanted,
        "may_ask_patient": agreeing.may_ask(case, wanted, by_requester=True),
        "speak_first": wanted is not None and not may_write(wanted, answers),
        "patient_lacks": adding_countries.patient_lacks(tx, case.id, wanted),
    }


def may_write(wanted: PatientAgreement, answers: Answers) -> bool:
    """Whether the requester may have a link sent: the patient knows what it is about, or got one from us before."""
    return patient_knows(answers) or wanted.asked_at is not None


@blueprint.get("")
def to_sign() -> Response:
    """The form on paper: the names, and the sentences to agree to. Nothing about health stands on it."""
    case, wanted, answers = _mine()
    speak(case.language)  # the desk compares the signed sentences in the language of the case
    house = services()
    context = form_context(house.languages, house.operator, house.knowledge, case.language, house.clock().date())
    by_law = wanted.way is Way.AUTHORITY
    texts = patient_agreements(answers, context, by_law=by_law)
    facts = what_is_asked(answers, context)
    return page("case/agreement.html", case=case, facts=facts, texts=texts, by_law=by_law)


@blueprint.get("/address")
def ask_address() -> Response:
    """Where shall the patient's link go?"""
    _mine()
    return page("case/agreement_address.html", form=PatientAddress(gettext=say, guard=guard()))


@blueprint.post("/address")
@limit("new_link")
def take_address() -> Response:
    """Keep the patient's address, and send the link if the patient knows what it is about."""
    case, wanted, answers = _mine()
    form = PatientAddress(request.form, gettext=say, guard=guard())
    if form.validate() and same_address(form.patient_email.data, _own_address(case)):
        form.patient_email.errors = [say(SAME_ADDRESS)]
    if form.mistakes:
        return page("case/agreement_address.html", 422, form=form)
    house, address = services(), form.patient_email.data
    with house.database.transaction() as tx:
        agreeing.ask_at(tx, house, case.id, address, may_write(wanted, answers), house.clock())
    return redirect(WHERE, 303)


@blueprint.post("/again")
@limit("new_link")
def ask_again() -> Response:
    """Send the patient the link once more."""
    need_csrf("agreement-again")
    case, wanted, answers = _mine()
    house = services()
    if may_write(wanted, answers):
        with house.database.transaction() as tx:
            agreeing.ask_again(tx, house, case.id, agreeing.REQUESTER, house.clock())
    return redirect(WHERE, 303)


def _mine() -> tuple[Case, PatientAgreement, Answers]:
    """The case of this browser, once the address was typed. Raises SessionMissing, or NotYours if none is wanted."""
    session = need_session(Role.CASE)
    if not session.address_checked:
        raise SessionMissing
    house = services()
    with house.database.read() as tx:
        case = store.case_by_id(tx, session.subject)
        speak(session.language or case.language)
        wanted = agreement.read(tx, house.keys, case)
        if wanted is None:
            raise NotYours
        return case, wanted, store.read_answers(tx, house.keys, case)


def _own_address(case: Case) -> str:
    with services().database.read() as tx:
        return store.read_address(tx, services().keys, case)
