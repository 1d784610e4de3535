"""Link landings. GET shows one button and changes nothing (mail scanners fetch every link); POST swaps the link for a
session and answers 303 to a clean address.
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect

from intake import journal
from intake.cases import agreeing, helpers, letters, lifecycle, store, ways_in
from intake.cases import draft as drafts
from intake.db import Tx
from intake.errors import (
    DraftGone,
    DraftIncomplete,
    IntakeError,
    KeyGone,
    LinkExpired,
    LinkForged,
    LinkWrongPlace,
    MoveNotAllowed,
    NotYours,
)
from intake.forms.context import form_context
from intake.forms.whole import whole_request
from intake.journal import Event
from intake.links import grants
from intake.links.grants import Grant
from intake.links.sessions import Role
from intake.links.tokens import Pointer, Purpose
from intake.web.cookies import held_session
from intake.web.pages import language, page, speak
from intake.web.security import limit, need_csrf, services, start_session

blueprint = Blueprint("links", __name__)

# What tells that there is nothing to come back to. Any other error undoes the renewal: the old link must stay good.
NOTHING_LEFT = (LinkForged, NotYours, DraftGone, KeyGone, MoveNotAllowed)
RENEWABLE = frozenset({Purpose.CONFIRM, Purpose.RESUME, Purpose.CASE, Purpose.UPLOAD, Purpose.AGREE})


@blueprint.get("/l/<token>")
def land(token: str) -> Response:
    """One button that says what it does; or, for a link that is over, one that asks for a new one."""
    pointer = services().tokens.read(token)
    try:
        with services().database.read() as tx:
            _find(tx, pointer)
    except LinkExpired as over:
        return _unlinked(_over(token, pointer, over))
    return _unlinked(page("link/landing.html", token=token, purpose=pointer.purpose.value))


@blueprint.post("/l/<token>")
@limit("exchange")
def enter(token: str) -> Response:
    """Swap the link for what it allows."""
    need_csrf("link")
    pointer, now = services().tokens.read(token), services().clock()
    try:
        with services().database.transaction() as tx:
            response = ENTER[pointer.purpose](tx, _find(tx, pointer))
            journal.write(tx, Event.LINK_EXCHANGED, now, **_who_came(tx, pointer))
    except LinkExpired as over:
        return _unlinked(_over(token, pointer, over))
    return _unlinked(response)


@blueprint.post("/l/<token>/again")
@limit("new_link")
def send_again(token: str) -> Response:
    """Send a new link to the address on file. Looks the same whatever the truth is."""
    need_csrf("link-again")
    pointer = services().tokens.read(token)
    with services().database.transaction() as tx:
        _renew(tx, pointer)
    return _unlinked(page("link/sent_again.html"))


def _over(token: str, pointer: Pointer, over: LinkExpired) -> Response:
    """A link that is over: a button for a new one, or whom to ask for it."""
    shown = {"token": token, "over": over, "renewable": pointer.purpose in RENEWABLE}
    return page("link/over.html", 410, helping=pointer.purpose is Purpose.HELPER, **shown)


def _find(tx: Tx, pointer: Pointer) -> Grant:
    grant = grants.find(tx, pointer, services().clock())
    if grant.used_at is not None:
        raise LinkExpired
    _speak_of(tx, grant)
    return grant


def _who_came(tx: Tx, pointer: Pointer) -> dict[str, Any]:
    """Of a helper the case's journal tells, so that its people see it; of the others no case is named here."""
    facts = {"actor": "link", "purpose": pointer.purpose.value}
    lent = helpers.lent(tx, pointer.grant_id)
    return facts | {"actor": helpers.HELPER, "subject": lent.case_id, "helper": lent.number} if lent else facts


def _speak_of(tx: Tx, grant: Grant) -> None:
    """Speak the language of the draft or case that a link belongs to."""
    try:
        if grant.purpose in (Purpose.CONFIRM, Purpose.RESUME):
            speak(drafts.read_draft(tx, services().keys, grant.subject, services().clock()).language)
        elif grant.purpose is Purpose.HELPER:
            speak(_lent(tx, grant).language)
        elif grant.purpose in (Purpose.CASE, Purpose.UPLOAD, Purpose.AGREE):
            speak(store.case_by_id(tx, grant.subject).language)
    except IntakeError as gone:
        raise LinkExpired from gone


def _confirm(tx: Tx, grant: Grant) -> Response:
    """The address is confirmed: the parked draft becomes a case. One that was changed since and is not whole is
    gone back to.
    """
    house, now = services(), services().clock()
    draft = drafts.read_draft(tx, house.keys, grant.subject, now, to_change=True)
    if not grants.stands(grants.get(tx, grant.id), now):  # the address was changed while we waited for the draft
        raise LinkExpired
    if draft.state is not drafts.DraftState.SENT:
        context = form_context(house.languages, house.operator, house.knowledge, draft.language, now.date())
        try:
            request = whole_request(draft.answers, context)
        except DraftIncomplete:
            return _resume(tx, grant)
        lifecycle.confirm_draft(tx, house, draft, request, now)
    return let_in(tx, draft.case_id, redirect("/case/sent", 303))


def _resume(tx: Tx, grant: Grant) -> Response:
    """Back to the draft, once the address was typed; or to the case that it became."""
    draft = drafts.read_draft(tx, services().keys, grant.subject, services().clock())
    if draft.state is drafts.DraftState.SENT:
        return let_in(tx, draft.case_id, redirect("/case/", 303))
    response = redirect(f"/request/{draft.language}/resume", 303)
    start_session(tx, response, Role.DRAFT, grant.subject, grant=grant, expires_at=grant.expires_at)
    return response


def _case(tx: Tx, grant: Grant) -> Response:
    response = redirect("/case/", 303)
    start_session(tx, response, Role.CASE, grant.subject, grant=grant)
    return response


def _upload(tx: Tx, grant: Grant) -> Response:
    response = redirect("/case/records", 303)
    held = held_session(tx, Role.UPLOAD)
    if held is None or held.grant_id != grant.id:  # the same browser again: what it sent before stays its own
        start_session(tx, response, Role.UPLOAD, grant.subject, grant=grant, expires_at=grant.expires_at)
    return response


def _helper(tx: Tx, grant: Grant) -> Response:
    """To the page for sending, as somebody who can only add."""
    response, now = redirect("/case/records", 303), services().clock()
    held = held_session(tx, Role.UPLOAD)
    if held is None or held.grant_id != grant.id:
        how = {"grant": grant, "expires_at": grant.expires_at, "language": _lent(tx, grant).language}
        start_session(tx, response, Role.UPLOAD, grant.subject, **how)
    helpers.note_opened(tx, grant.id, now)
    return response


def _lent(tx: Tx, grant: Grant) -> helpers.Lent:
    found = helpers.lent(tx, grant.id)
    if found is None:  # its case was forgotten
        raise LinkExpired
    return found


def _invite(tx: Tx, grant: Grant) -> Response:
    response = redirect("/desk/enrol", 303)
    start_session(tx, response, Role.ENROL, grant.subject, grant=grant)
    return response


def _agree(tx: Tx, grant: Grant) -> Response:
    response = redirect("/agree/", 303)
    start_session(tx, response, Role.AGREE, grant.subject, grant=grant)
    return response


def _not_yet(tx: Tx, grant: Grant) -> Response:
    raise LinkWrongPlace


ENTER: dict[Purpose, Callable[[Tx, Grant], Response]] = {
    Purpose.CONFIRM: _confirm,
    Purpose.RESUME: _resume,
    Purpose.CASE: _case,
    Purpose.UPLOAD: _upload,
    Purpose.INVITE: _invite,
    Purpose.HELPER: _helper,
    Purpose.AGREE: _agree,
    Purpose.REFERRAL: _not_yet,
}


def let_in(tx: Tx, case_id: str, response: Response) -> Response:
    """After a case was opened in this browser: sessions to see where it stands and to send records."""
    now = services().clock()
    case = store.case_by_id(tx, case_id)
    pass_to_case = grants.standing(tx, Purpose.CASE, case_id, now)
    start_session(tx, response, Role.CASE, case_id, grant=pass_to_case)
    if case.takes_records:
        pass_to_send = ways_in.upload_grant(tx, services(), case, now)
        ends = pass_to_send.expires_at
        start_session(tx, response, Role.UPLOAD, case_id, grant=pass_to_send, expires_at=ends)
    return response


def _renew(tx: Tx, pointer: Pointer) -> None:
    """A letter with a new link, if there is still something to come back to."""
    house, now = services(), services().clock()
    try:
        grant = grants.get(tx, pointer.grant_id)
        if grant.purpose in (Purpose.CASE, Purpose.UPLOAD):
            letters.send_new_case_link(tx, house, store.case_by_id(tx, grant.subject), now)
        elif grant.purpose is Purpose.AGREE:
            agreeing.send_link_again(tx, house, grant.subject, now)
        elif grant.purpose in (Purpose.CONFIRM, Purpose.RESUME):
            _renew_draft(tx, grant)
    except NOTHING_LEFT:
        return


def _renew_draft(tx: Tx, grant: Grant) -> None:
    house, now = services(), services().clock()
    draft = drafts.read_draft(tx, house.keys, grant.subject, now)
    if draft.state is drafts.DraftState.SENT:
        letters.send_new_case_link(tx, house, store.case_by_id(tx, draft.case_id), now)
    elif draft.state is drafts.DraftState.PARKED:
        letters.ask_to_confirm(tx, house, draft, now)
    else:
        letters.send_way_back(tx, house, draft, now)


def _unlinked(response: Response) -> Response:
    """The address of this page is a secret: nobody is told where the visitor came from."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Language"] = language()
    return response
