"""Leaving a request and coming back to it, on any device, by a link that goes to the address on file.

A leaked link alone opens nothing: the address is typed again before answers are shown.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, request

from intake import journal
from intake.cases import draft as drafts
from intake.cases import letters
from intake.cases.draft import DraftState
from intake.errors import AddressMismatch
from intake.forms.draft_answers import with_address
from intake.forms.returning import ComingBack, SaveForLater
from intake.journal import Event
from intake.links.sessions import Role
from intake.web.address import check_address
from intake.web.drafting import OVER, Elsewhere, draw, here, keep, keep_address, read_mine, signed
from intake.web.keeping import PAGE_FORM, in_another_language
from intake.web.pages import say
from intake.web.security import limit, need_session, services, start_session

blueprint = Blueprint("returning", __name__)


@blueprint.get("/<code>/save")
def save() -> Response:
    """Where shall the link go?"""
    return _save_page(signed(SaveForLater, data={"email": read_mine().address}))


@blueprint.post("/<code>/save")
@limit("save")
def send_link() -> Response:
    """Send the link that leads back to this draft."""
    form, draft, house = signed(SaveForLater, typed=True), read_mine(), services()
    if in_another_language(request.form.get("then", "")):
        return _save_page(signed(SaveForLater, data={"email": form.email.data}))
    if not form.validate():
        return _save_page(form, 422)
    keep(draft, partial(with_address, address=form.email.data))
    with house.database.transaction() as tx:
        keep_address(
            tx, drafts.read_draft(tx, house.keys, draft.id, house.clock(), to_change=True), form.email.data
        )
        newest = drafts.read_draft(tx, house.keys, draft.id, house.clock())
        letters.send_way_back(tx, house, newest, house.clock())
    return redirect(here("saved"), 303)


@blueprint.get("/<code>/saved")
def saved() -> Response:
    """The link is on its way."""
    shown: Mapping[str, Any] = {"address": read_mine().address, "back": here("continue")}
    return draw("request/saved.html", step="saved", days=services().settings.draft_days, **shown)


def _save_page(form: SaveForLater, status: int = 200) -> Response:
    shown: Mapping[str, Any] = {"back": here("continue"), "days": services().settings.draft_days}
    return draw("request/save.html", status, "save", form=form, page_form=PAGE_FORM, **shown)


@blueprint.get("/<code>/resume")
def ask_address() -> Response:
    """After a link: the address first, then the answers."""
    session = need_session(Role.DRAFT)
    if session.grant_id is None or session.address_checked:
        raise Elsewhere(here("continue"))
    return _resume_page(signed(ComingBack))


@blueprint.post("/<code>/resume")
@limit("address")
def resume() -> Response:
    """The address typed again: it is theirs, since the link came by it."""
    form, session, house = signed(ComingBack, typed=True), need_session(Role.DRAFT), services()
    if in_another_language(request.form.get("then", "")):
        return _resume_page(signed(ComingBack, data={"email": form.email.data}))
    if not form.validate():
        return _resume_page(form, 422)
    with house.database.read() as tx:
        draft = drafts.read_draft(tx, house.keys, session.subject, house.clock())
    if draft.state is DraftState.SENT:
        raise Elsewhere(OVER)
    try:
        check_address(session, form.email.data, draft.address)
    except AddressMismatch as wrong:
        form.email.errors = [say(wrong.message)]
        return _resume_page(form, 422)
    response = redirect(here("delete" if request.form.get("then") == "delete" else "continue"), 303)
    with house.database.transaction() as tx:
        drafts.confirm_address(tx, house.keys, draft)
        until = drafts.touch(tx, draft, house.settings.draft_days, house.clock())
        journal.write(tx, Event.ADDRESS_CONFIRMED, house.clock(), actor="requester")
        # Their own from here on: a newer link, or another address, must not throw them out of their own request.
        start_session(tx, response, Role.DRAFT, draft.id, expires_at=until)
    return response


def _resume_page(form: ComingBack, status: int = 200) -> Response:
    return draw("request/resume.html", status, "resume", form=form, action=here("resume"), page_form=PAGE_FORM)
