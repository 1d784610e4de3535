"""The desk's part of the patient's own agreement: send her the link, and keep that a signed form is in hand."""

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import agreeing, agreement, store
from intake.cases.agreement import PatientAgreement, Way
from intake.cases.case import Case
from intake.cases.consent import Agreement
from intake.desk.coordinators import actor
from intake.errors import MoveNotAllowed, SessionMissing
from intake.forms.context import form_context
from intake.forms.csrf import STALE_PAGE
from intake.forms.patient_agreement import patient_agreements
from intake.languages import N_
from intake.web.desk import show_case
from intake.web.pages import page, say
from intake.web.security import csrf_ok, need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_agreement", __name__, url_prefix="/desk")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

TICKED = "ticked"


@blueprint.post("/cases/<case_id>/agreement/ask")
def ask(case_id: str) -> Response:
    """Send the patient the link, after speaking with the requester where the patient may not know everything."""
    need_csrf("agreement-ask")
    who = need_coordinator()
    try:
        with services().database.transaction() as tx:
            sent = agreeing.ask_again(tx, services(), case_id, actor(who), services().clock())
    except MoveNotAllowed:
        return show_case(case_id, who, 409, said="moved_on")
    return _back(case_id, "asked" if sent else "not_asked")


@blueprint.get("/cases/<case_id>/agreement")
def ask_signed(case_id: str) -> Response:
    """What the coordinator must have seen before saying that the form is signed."""
    need_coordinator()
    return _signed_page(case_id)


@blueprint.post("/cases/<case_id>/agreement")
def signed(case_id: str) -> Response:
    """The signed form is in hand: how it came, and which sentences are ticked on it."""
    who = need_coordinator()
    came_by, ticked = request.form.get("came_by", ""), set(request.form.getlist(TICKED))
    _, _, texts = _read(case_id)
    if mistakes := _mistakes(came_by, ticked, texts):
        return _signed_page(case_id, 422, came_by, ticked, mistakes)
    try:
        with services().database.transaction() as tx:
            agreeing.sign_on_paper(tx, services(), case_id, texts, came_by, actor(who), services().clock())
    except MoveNotAllowed:
        return show_case(case_id, who, 409, said="moved_on")
    return _back(case_id, "signed")


def _signed_page(
    case_id: str, status: int = 200, came_by: str = "", ticked: set[str] | None = None,
    mistakes: tuple[tuple[str, str], ...] = (),
) -> Response:  # fmt: skip
    case, wanted, texts = _read(case_id)
    if not agreeing.may_ask(case, wanted):
        return _back(case_id, "moved_on")
    shown = {"texts": texts, "came_by": came_by, "ticked": ticked or set(), "mistakes": mistakes}
    return page("desk/agreement.html", status, case=case, wanted=wanted, ways=agreeing.CAME_BY, **shown)


def _mistakes(came_by: str, ticked: set[str], texts: tuple[Agreement, ...]) -> tuple[tuple[str, str], ...]:
    """What to mend, as (field, sentence)."""
    found = []
    if not {text.purpose for text in texts} <= ticked:
        found.append((TICKED, say(N_("Tick each sentence that is ticked on the signed form. All of them are needed."))))
    if came_by not in agreeing.CAME_BY:
        found.append(("came_by", say(N_("Choose how the signed form came to us."))))
    if not csrf_ok("agreement-signed", request.form.get("csrf_token", "")):
        found.append(("", say(STALE_PAGE)))
    return tuple(found)


def _read(case_id: str) -> tuple[Case, PatientAgreement | None, tuple[Agreement, ...]]:
    """The case, its agreement, and the sentences as they stand on the form, in the language of the case."""
    house = services()
    with house.database.read() as tx:
        case = store.case_by_id(tx, case_id)
        wanted = agreement.read(tx, house.keys, case)
        answers = store.read_answers(tx, house.keys, case)
    today = house.clock().date()
    context = form_context(house.languages, house.operator, house.knowledge, case.language, today)
    by_law = wanted is not None and wanted.way is Way.AUTHORITY
    return case, wanted, patient_agreements(answers, context, by_law=by_law)


def _back(case_id: str, said: str) -> Response:
    return redirect(url_for("desk.case", case_id=case_id, said=said), 303)
