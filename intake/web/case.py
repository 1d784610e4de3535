"""The requester's own pages of a case: where it stands, what was sent, who read it, and taking it back."""

from datetime import datetime

from flask import Blueprint, Response, redirect, request

from intake.cases import agreement, consent, conversation, lifecycle, stays, store
from intake.cases.case import MOVES, Case, Stage
from intake.cases.next_step import Step, next_step
from intake.db import Tx
from intake.errors import AddressMismatch, SessionMissing
from intake.forms.answers import rows
from intake.forms.context import form_context
from intake.forms.returning import ComingBack
from intake.links import grants, sessions
from intake.links.sessions import Role, Session
from intake.web import case_countries, receipt, records_list
from intake.web.address import check_address
from intake.web.case_agreement import agreement_part
from intake.web.case_history import history_part
from intake.web.gaps import read_gaps
from intake.web.pages import language, page, say, speak
from intake.web.security import drop_session, guard, limit, need_csrf, need_session, services, start_session

blueprint = Blueprint("case", __name__, url_prefix="/case")
blueprint.register_blueprint(receipt.blueprint)
blueprint.register_blueprint(records_list.of_case)
blueprint.register_blueprint(case_countries.blueprint)

STAGES_SHOWN = (Stage.OPENED, Stage.RECORDS_IN, Stage.WITH_SPECIALIST, Stage.REPORTED, Stage.CLOSED)


@blueprint.app_template_global("standing")
def standing(case: Case) -> tuple[Step, datetime]:
    """The next step of a case and the time now, which every page of the case asks for itself."""
    with services().database.read() as tx:
        return next_step(case, conversation.waiting(tx, case.id)), services().clock()


def _case_of(tx: Tx, session: Session) -> Case:
    case = store.case_by_id(tx, session.subject)
    speak(session.language or case.language)
    return case


@blueprint.get("/")
def home() -> Response:
    """Where the case stands; with the address typed, also what was sent and who read it."""
    session = need_session(Role.CASE)
    with services().database.read() as tx:
        case = _case_of(tx, session)
        inside = _inside(tx, case) if session.address_checked else {}
    return page("case/home.html", **_where(case), form=ComingBack(gettext=say, guard=guard()), **inside)


@blueprint.post("/address")
@limit("address")
def address() -> Response:
    """The e-mail address typed again."""
    session = need_session(Role.CASE)
    with services().database.read() as tx:
        case = _case_of(tx, session)
        on_file = store.read_address(tx, services().keys, case)
    form = ComingBack(request.form, gettext=say, guard=guard())
    try:
        if form.validate():
            check_address(session, form.email.data, on_file, case.id)
    except AddressMismatch as wrong:
        form.email.errors = [say(wrong.message)]
    if form.mistakes:
        return page("case/home.html", 422, **_where(case), form=form)
    return _let_in(session)


def _let_in(session: Session) -> Response:
    """To the case, with a new secret: whoever knew the one before must not gain by what was typed now."""
    response = redirect("/case/", 303)
    with services().database.transaction() as tx:
        grant = grants.get(tx, session.grant_id or "")
        kept = {"grant": grant, "expires_at": session.expires_at, "language": session.language}
        start_session(tx, response, Role.CASE, session.subject, address_checked=True, **kept)
    return response


@blueprint.get("/sent")
def sent() -> Response:
    """After sending: the reference, what happens next and when. Survives a bookmark as long as the session."""
    session = need_session(Role.CASE)
    with services().database.read() as tx:
        case = _case_of(tx, session)
        waits = agreement.is_missing(tx, case.id)
    records_url = "/case/records" if case.takes_records else ""
    first_answer = services().operator.in_language(language()).times.first_answer
    shown = {"records_url": records_url, "first_answer": first_answer, "waits_for_patient": waits}
    return page("request/sent.html", case=case, reference=case.reference, **shown)


@blueprint.get("/withdraw")
def ask_withdraw() -> Response:
    """What withdrawing means, and the button."""
    session = need_session(Role.CASE)
    with services().database.read() as tx:
        case = _case_of(tx, session)
    return page("case/withdraw.html", case=case)


@blueprint.post("/withdraw")
def withdraw() -> Response:
    """Take the request back. Needs the address typed: a leaked link must not end somebody's case."""
    need_csrf("withdraw")
    session = need_session(Role.CASE)
    if not session.address_checked:
        return redirect("/case/", 303)
    with services().database.transaction() as tx:
        lifecycle.withdraw_case(tx, services(), session.subject, services().clock())
    return redirect("/case/", 303)


@blueprint.post("/leave")
def leave() -> Response:
    """Leave safely: the sessions of this browser end and it forgets what it kept."""
    need_csrf("leave")
    response = redirect("/", 303)
    for role in (Role.CASE, Role.UPLOAD, Role.DRAFT):
        _end(role, response)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def _end(role: Role, response: Response) -> None:
    try:
        session = need_session(role)
    except SessionMissing:
        return
    with services().database.transaction() as tx:
        sessions.end(tx, session, services().clock())
    drop_session(response, role)


def _where(case: Case) -> dict[str, object]:
    """What anybody with the link sees: where the case stands, and nothing about health."""
    now = services().clock()
    with services().database.read() as tx:
        waits, unread = conversation.waiting(tx, case.id), conversation.unread_by_requester(tx, case.id)
        times = {"reached": stays.reached(tx, case.id), "past": stays.past_time(tx, case.stage, now)}
    talk = {"waits": waits, "unread": unread, "step": next_step(case, waits)}
    return {"case": case, "stages": STAGES_SHOWN, "now": now, "moves": MOVES} | talk | times


def _inside(tx: Tx, case: Case) -> dict[str, object]:
    """What only the person with the right address sees."""
    house = services()
    context = form_context(
        house.languages, house.operator, house.knowledge, case.language, house.clock().date()
    )
    answers = store.read_answers(tx, house.keys, case)
    return agreement_part(tx, case, answers) | {
        "sections": rows(answers, context),
        "consents": consent.given(tx, case.id),
        "countries_left": case_countries.countries_part(tx, case),
        "elsewhere": store.read_elsewhere(tx, house.keys, case),
        "gaps": read_gaps(tx, case),
    } | history_part(tx, case)
