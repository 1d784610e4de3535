"""Proving once more who one is, before an account is changed: with a passkey, or a password with a code where allowed.

What was sent waits in the page that asks, and goes on by itself afterwards: nothing is typed twice. As with every
signing in the session becomes a new one (ASVS 5.0 V7.2.4).
"""

from flask import Blueprint, Response, current_app, jsonify, redirect, request
from werkzeug.exceptions import HTTPException

from intake.db import Tx
from intake.desk import passkeys, passwords
from intake.desk import store as desk_store
from intake.errors import NotYours, ProofNeeded, SessionMissing, SignInRefused
from intake.forms.csrf import STALE_PAGE
from intake.languages import N_
from intake.links.sessions import Role, Session
from intake.web import errors
from intake.web.pages import page, say
from intake.web.security import csrf_ok, limit, limit_own, need_csrf, need_session, services, session_of, start_session
from intake.web.sign_in import need_coordinator, posted_answer, relying_party, sign_in_again

blueprint = Blueprint("proving", __name__, url_prefix="/desk/proof")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.record_once(lambda state: state.app.register_error_handler(ProofNeeded, ask))

DID_NOT_FIT = N_("The password or the code did not fit. Type both again, with a new code.")
OURS = ("proof_token", "proof_to", "proof_password", "proof_code")  # fields of the page that asks

# What changes who gets in, and as what, needs a proof of the last minutes. Signing out never does: it must be quick.
# `desk_account.change_password` is not here: its own form asks for the password of today and a code.
NEEDS_PROOF = frozenset({
    "desk_account.add_passkey",
    "desk_account.add_options",
    "desk_account.add_answer",
    "desk_account.remove_passkey",
    "desk_account.new_codes",
    "desk_account.keep_codes",
    "desk_people.invite",
    "desk_people.change_role",
    "desk_people.reset",
    "desk_people.close",
})  # fmt: skip


def need_proof(endpoint: str) -> None:
    """Raise ProofNeeded for a page that needs a proof, unless there was one within the last minutes."""
    if endpoint in NEEDS_PROOF and not need_session(Role.DESK).is_proved(services().clock()):
        raise ProofNeeded


def ask(error: ProofNeeded) -> Response:
    """The page that asks for it; a script is told in words."""
    told = errors.wants_json() or session_of(Role.DESK) is None
    return errors.answer(error) if told else _page(request.path)


@blueprint.post("/options")
@limit("sign_in")
def options() -> Response:
    """What the browser needs to ask for a passkey."""
    need_csrf("proof")
    need_coordinator()
    with services().database.transaction() as tx:
        asked = passkeys.begin_sign_in(tx, relying_party(), _bound(), services().clock())
    return Response(asked, mimetype="application/json")


@blueprint.post("/answer")
@limit("sign_in")
def answer() -> Response:
    """Check that the passkey is one of theirs; the script sends on what waits in the page."""
    need_csrf("proof")
    who, house, response = need_coordinator(), services(), jsonify(done=True)
    passkeys.finish_sign_in(
        house.database, relying_party(), _bound(), posted_answer(), house.clock(), expected=who
    )  # fmt: skip
    with house.database.transaction() as tx:
        _prove(tx, response)
    return response


@blueprint.post("/password")
@limit("sign_in")
@limit_own("password")
def password() -> Response:
    """Check password and code; 307 sends on what came with them, without another press."""
    who, house, given = need_coordinator(), services(), request.form
    to, typed = _known(given.get("proof_to", "")), (given.get("proof_password", ""), given.get("proof_code", ""))
    if not csrf_ok("proof", given.get("proof_token", "")):
        return _page(to, say(STALE_PAGE))
    if not house.settings.desk_passwords:
        raise NotYours
    try:
        passwords.prove(house.database, house.keys, who, *typed, house.clock())
    except SignInRefused:
        return _page(to, say(DID_NOT_FIT))
    response = redirect(to, 307)
    with house.database.transaction() as tx:
        _prove(tx, response)
    return response


def _prove(tx: Tx, response: Response) -> None:
    """The session goes on as a new one that was just proved; the day does not get longer."""
    session: Session = need_session(Role.DESK, tx)
    kept = {"expires_at": session.expires_at, "language": session.language, "proved_at": services().clock()}
    start_session(tx, response, Role.DESK, session.subject, **kept)


def _page(to: str, mistake: str = "") -> Response:
    who, house = need_coordinator(), services()
    with house.database.read() as tx:
        held = bool(desk_store.ids_of(tx, who))
        typed = house.settings.desk_passwords and passwords.has_one(tx, who)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in OURS]
    return page("desk/prove.html", 403, to=to, kept=kept, held=held, password=typed, mistake=mistake)


def _known(to: str) -> str:
    """An address, if it is one that needs a proof. Raises NotYours for any other: nobody is sent elsewhere by this."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(to, method="POST")
    except HTTPException:
        raise NotYours from None
    if endpoint not in NEEDS_PROOF:
        raise NotYours
    return to


def _bound() -> str:
    return f"proof {need_session(Role.DESK).id}"
