"""A further country, agreed to on the page of the case: the sentence, and one button. As easy as taking one back."""

from flask import Blueprint, Response, redirect, request

from intake.cases import adding_countries, agreement, consent, store
from intake.cases.case import Case
from intake.cases.consent import REQUESTER, Agreement
from intake.db import Tx
from intake.errors import NotYours
from intake.forms.context import FormContext, form_context
from intake.forms.further_country import countries_left, further_agreement
from intake.links.sessions import Role, Session
from intake.web.cookies import need_session, services
from intake.web.pages import language, page, speak
from intake.web.security import need_csrf

blueprint = Blueprint("case_countries", __name__)

HOME, AGREED = "/case/", "/case/#agreed"


def countries_part(tx: Tx, case: Case) -> tuple[str, ...]:
    """The codes of the countries that the requester may still add; none where that is not possible (any more)."""
    wanted = agreement.read(tx, services().keys, case)
    if not adding_countries.may_add(case, wanted):
        return ()
    return countries_left(consent.standing(tx, case.id, REQUESTER), _context())


@blueprint.get("/agree-to/<country>")
def ask(country: str) -> Response:
    """What agreeing to it means, in the very words, and the button."""
    session = need_session(Role.CASE)
    if not session.address_checked:
        return redirect(HOME, 303)
    with services().database.read() as tx:
        case, agreed = _agreed(tx, session, country)
        wanted = agreement.read(tx, services().keys, case)
    waits = wanted is not None
    return page("case/agree-to.html", case=case, country=country, agreed=agreed, waits_for_patient=waits)


@blueprint.post("/agree-to/<country>")
def agree(country: str) -> Response:
    """Agree to it. Needs the address typed: a leaked link must not change what somebody agreed to."""
    need_csrf("agree-to")
    session = need_session(Role.CASE)
    if not session.address_checked:
        return redirect(HOME, 303)
    with services().database.transaction() as tx:
        case, agreed = _agreed(tx, session, country)
        if request.form.get("sha256") != agreed.text_hash:  # other words than those of now were read
            return redirect(f"/case/agree-to/{country}", 303)
        adding_countries.add_country(tx, services(), case.id, agreed, services().clock())
    return redirect(AGREED, 303)


def _agreed(tx: Tx, session: Session, country: str) -> tuple[Case, Agreement]:
    """The case, and what is agreed to. Raises NotYours for a country in which no specialist of ours works."""
    case = store.case_by_id(tx, session.subject)
    speak(session.language or case.language)
    context = _context()
    if country not in context.abroad:
        raise NotYours
    return case, further_agreement(country, store.read_answers(tx, services().keys, case), context)


def _context() -> FormContext:
    house = services()
    return form_context(house.languages, house.operator, house.knowledge, language(), house.clock().date())
