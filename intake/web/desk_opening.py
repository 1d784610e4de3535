"""A case for somebody who telephones or writes on paper: the coordinator fills in the pages that everybody fills in.

The address need not be confirmed, and there may be none: a coordinator has spoken with them, or holds their letter.
"""

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import draft as drafts
from intake.cases import lifecycle
from intake.cases.draft import Draft, DraftState
from intake.db import Tx
from intake.errors import SessionMissing
from intake.forms.by_desk import ByDesk, Came, begun_by_desk, by_desk
from intake.forms.context import FORM_VERSION
from intake.forms.whole import whole_request
from intake.links import sessions
from intake.links.sessions import Role
from intake.web.drafting import context
from intake.web.pages import language, page
from intake.web.security import drop_session, need_csrf, services, session_of, start_session
from intake.web.sign_in import need_coordinator, sign_in_again

blueprint = Blueprint("desk_opening", __name__, url_prefix="/desk/open")
blueprint.register_error_handler(SessionMissing, sign_in_again)


@blueprint.get("")
def ask() -> Response:
    """How it came, and what to have at hand."""
    need_coordinator()
    return page("desk/open.html", ways=list(Came))


@blueprint.post("")
def begin() -> Response:
    """A draft of the coordinator's own, and the first page of the form."""
    need_csrf("open-case")
    who, house = need_coordinator(), services()
    came, reads = request.form.get("came", ""), house.languages.choose(request.form.get("reads"))
    by = ByDesk(came if came in list(Came) else Came.TELEPHONE.value, who, reads)
    draft_id, days, now = drafts.new_draft_id(), house.settings.draft_days, house.clock()
    response = redirect(f"/request/{language()}/continue", 303)
    with house.database.transaction() as tx:
        draft = drafts.begin_draft(tx, house.keys, draft_id, reads, FORM_VERSION, days, now)
        drafts.save_answers(tx, draft, begun_by_desk(by), days, now)
        start_session(tx, response, Role.DRAFT, draft_id, expires_at=draft.expires_at)
    return response


def may_open(draft: Draft) -> ByDesk | None:
    """Who opens the case of a draft without asking its address; None unless that coordinator is at this browser.

    Whoever came by a link that was sent to the address goes the way that everybody goes.
    """
    by, session = by_desk(draft.answers), session_of(Role.DESK)
    return by if by and session is not None and session.subject == by.coordinator_id else None


def open_for_somebody(tx: Tx, draft: Draft, by: ByDesk) -> Response:
    """Open the case, and go to it at the desk. This browser keeps no way into the request. Raises DraftIncomplete."""
    house, now = services(), services().clock()
    response = redirect(url_for("desk.case", case_id=draft.case_id, said="opened_here"), 303)
    if draft.state is not DraftState.SENT:
        told = (whole_request(draft.answers, context()), by.coordinator_id, by.came, by.language)
        lifecycle.open_at_desk(tx, house, draft, *told, now)
    sessions.end_all(tx, Role.DRAFT, draft.id, now)
    drop_session(response, Role.DRAFT)
    return response
