"""The requester's own case behind pages that show what only the person with the right address may see."""

from flask import Response, redirect

from intake.cases import store
from intake.cases.case import Case
from intake.db import Tx
from intake.errors import SessionMissing
from intake.forms.context import FormContext, form_context
from intake.links.sessions import Role
from intake.web.cookies import need_session, services
from intake.web.pages import language, speak


def ask_address() -> Response | None:
    """For `before_request`: who has not typed the address yet is led to where it is asked. Raises SessionMissing."""
    return None if need_session(Role.CASE).address_checked else redirect("/case/#email", 303)


def own_case(tx: Tx) -> Case:
    """The case of this browser, once the address was typed; speaks its language. Raises SessionMissing."""
    session = need_session(Role.CASE)
    if not session.address_checked:
        raise SessionMissing
    case = store.case_by_id(tx, session.subject)
    speak(session.language or case.language)
    return case


def case_id() -> str:
    """Its id. Raises SessionMissing."""
    return need_session(Role.CASE).subject


def case_context() -> FormContext:
    """What the small forms of the case know, in the reader's language."""
    house = services()
    return form_context(house.languages, house.operator, house.knowledge, language(), house.clock().date())
