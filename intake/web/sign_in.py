"""Coming to the desk: a coordinator makes a passkey, signs in with it, keeps an eye on the account, and leaves.

What a script sends is JSON signed with the page's own token; every refusal looks the same.
"""

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for

from intake import journal
from intake.db import Tx
from intake.desk import coordinators, passkeys
from intake.desk import store as desk_store
from intake.desk.coordinators import Coordinator
from intake.desk.passkeys import RelyingParty
from intake.errors import LinkExpired, NotYours, PasskeyRefused, SessionMissing
from intake.journal import Event
from intake.links import grants, sessions
from intake.links.sessions import Role, Session
from intake.web import errors
from intake.web.cookies import visit
from intake.web.pages import page, speak
from intake.web.security import (
    drop_session,
    limit,
    need_csrf,
    need_session,
    services,
    session_of,
    start_session,
)

blueprint = Blueprint("sign_in", __name__, url_prefix="/desk")

# What an id of ours can look like; whether it names anything is found out when it is looked up.
ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
PAGES = frozenset({"sign_in.enrol", "sign_in.enrol_options", "sign_in.enrol_answer"})
TYPED = ("elsewhere", "words")  # the fields of the desk that people write sentences in


def need_coordinator() -> str:
    """The id of the coordinator at the desk. Raises SessionMissing, or AccountClosed if the account is."""
    session = need_session(Role.DESK)
    speak(session.language)
    with services().database.read() as tx:
        coordinators.need_open(tx, session.subject)
    return session.subject


def sign_in_again(error: SessionMissing) -> Response:
    """Where somebody without a session goes: to sign in, and back to the case that they asked for.

    A link in web mail comes from another site, so the strict cookie stays at home: the page that answers it goes on
    to the same address by itself, this time from our own site and with the cookie.
    """
    if errors.wants_json() or request.endpoint in PAGES:
        return errors.answer(error)
    if request.method == "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        return page("desk/arriving.html", address=request.full_path.rstrip("?"))
    case_id = (request.view_args or {}).get("case_id")
    typed = next((name for name in TYPED if name in request.form), "")
    if typed:  # nothing that was typed is lost: it waits for the signing in
        chosen = [(name, value) for name, value in request.form.items(multi=True) if name != typed]
        shown = {"action": request.path, "chosen": chosen, "name": typed, "typed": request.form[typed]}
        return page("desk/ended.html", 401, case_id=case_id, **shown)
    return redirect(url_for("sign_in.sign_in", case=case_id, ended=1), 303)


def refuse_odd_ids(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Nothing of ours has such an id: say so before a database is asked. Raises NotYours."""
    if any(not ID.fullmatch(str(value)) for value in (values or {}).values()):
        raise NotYours


blueprint.register_error_handler(SessionMissing, sign_in_again)


@blueprint.get("/sign-in")
def sign_in() -> Response:
    """One button; the device asks for the rest."""
    case_id = request.args.get("case", "")
    go = url_for("desk.case", case_id=case_id) if ID.fullmatch(case_id) else url_for("desk.cases")
    return page("desk/sign_in.html", go=go, ended="ended" in request.args)


@blueprint.post("/sign-in/options")
@limit("sign_in")
def sign_in_options() -> Response:
    """What the browser needs to ask for a passkey."""
    need_csrf("sign-in")
    with services().database.transaction() as tx:
        options = passkeys.begin_sign_in(tx, relying_party(), visit(), services().clock())
    return Response(options, mimetype="application/json")


@blueprint.post("/sign-in/answer")
@limit("sign_in")
def sign_in_answer() -> Response:
    """Check what the passkey said, and start a session that nobody had before."""
    need_csrf("sign-in")
    now, house = services().clock(), services()
    who = passkeys.finish_sign_in(house.database, relying_party(), visit(), _answer(), now)
    response = jsonify(done=True)
    with house.database.transaction() as tx:
        language = coordinators.get(tx, house.keys, who).language
        start_session(tx, response, Role.DESK, who, language=language)
    return response


@blueprint.get("/enrol")
def enrol() -> Response:
    """After the invitation: one button that makes the first passkey."""
    return page("desk/enrol.html", me=_invited(need_session(Role.ENROL).subject))


@blueprint.post("/enrol/options")
@limit("sign_in")
def enrol_options() -> Response:
    """What the browser needs to make the first passkey."""
    return _options(Role.ENROL)


@blueprint.post("/enrol/answer")
@limit("sign_in")
def enrol_answer() -> Response:
    """Keep the passkey; the invitation has done its work, and every older session at the desk ends."""
    need_csrf("passkey")
    session, house, response = need_session(Role.ENROL), services(), jsonify(done=True)

    def come_in(tx: Tx) -> None:
        _spend_invitation(tx, session)
        language = coordinators.get(tx, house.keys, session.subject).language
        start_session(tx, response, Role.DESK, session.subject, language=language)

    _keep(session.subject, session.id, come_in)
    drop_session(response, Role.ENROL)
    return response


@blueprint.get("/account")
def account() -> Response:
    """The coordinator's own passkeys, and the way out everywhere."""
    who = need_coordinator()
    with services().database.read() as tx:
        me = coordinators.get(tx, services().keys, who)
        held = desk_store.named(tx, services().keys, who)
    return page("desk/account.html", me=me, passkeys=held, said=request.args.get("said", ""))


@blueprint.post("/account/passkeys/options")
@limit("sign_in")
def add_options() -> Response:
    """What the browser needs to make one more passkey."""
    need_coordinator()
    return _options(Role.DESK)


@blueprint.post("/account/passkeys/answer")
@limit("sign_in")
def add_answer() -> Response:
    """Keep one more passkey."""
    need_csrf("passkey")
    who = need_coordinator()
    _keep(who, need_session(Role.DESK).id)
    return jsonify(done=True)


@blueprint.post("/account/passkeys/remove")
def remove_passkey() -> Response:
    """Take a passkey away, and end every other session: the lost device may be signed in."""
    need_csrf("remove-passkey")
    who, session, now = need_coordinator(), need_session(Role.DESK), services().clock()
    response = redirect(url_for("sign_in.account", said="removed"), 303)
    with services().database.transaction() as tx:
        passkeys.remove(tx, who, request.form.get("passkey", ""), now)
        sessions.end_all(tx, Role.DESK, who, now)
        how = {"expires_at": session.expires_at, "language": session.language}
        start_session(tx, response, Role.DESK, who, **how)
    return response


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End this session; pressing it twice is harmless."""
    need_csrf("sign-out")
    session, now = session_of(Role.DESK), services().clock()
    if session is not None:
        with services().database.transaction() as tx:
            sessions.end(tx, session, now)
            journal.write(tx, Event.COORDINATOR_SIGNED_OUT, now, actor=coordinators.actor(session.subject))
    return _out()


@blueprint.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every session of this coordinator, this one too."""
    need_csrf("sign-out-everywhere")
    who, now = need_coordinator(), services().clock()
    with services().database.transaction() as tx:
        ended = sessions.end_all(tx, Role.DESK, who, now)
        journal.write(tx, Event.COORDINATOR_SIGNED_OUT, now, actor=coordinators.actor(who), sessions=ended)
    return _out()


def relying_party() -> RelyingParty:
    """For whom our passkeys are made."""
    return RelyingParty.of(services().settings.base_url, services().operator.service.name)


def _options(role: Role) -> Response:
    need_csrf("passkey")
    session, house = need_session(role), services()
    with house.database.transaction() as tx:
        me = coordinators.get(tx, house.keys, session.subject)
        options = passkeys.begin_enrolment(tx, relying_party(), me, session.id, house.clock())
    return Response(options, mimetype="application/json")


def _keep(who: str, session_id: str, once_kept: Callable[[Tx], None] | None = None) -> None:
    house, answer = services(), _answer()
    name = str(answer.get("name", ""))
    passkeys.finish_enrolment(
        house.database, house.keys, relying_party(), who, session_id, answer, house.clock(), name=name,
        once_kept=once_kept,
    )  # fmt: skip


def _spend_invitation(tx: Tx, session: Session) -> None:
    """The link works once, and so do the sessions that it made. Raises LinkExpired if somebody was first."""
    now = services().clock()
    if session.grant_id is not None and not grants.use(tx, session.grant_id, now):
        raise LinkExpired
    sessions.end_all(tx, Role.ENROL, session.subject, now)
    sessions.end_all(tx, Role.DESK, session.subject, now)


def _answer() -> dict[str, Any]:
    said = request.get_json(force=True, silent=True)
    if not isinstance(said, dict):
        raise PasskeyRefused
    return said


def _invited(who: str) -> Coordinator:
    with services().database.read() as tx:
        coordinators.need_open(tx, who)
        me = coordinators.get(tx, services().keys, who)
    speak(me.language)
    return me


def _out() -> Response:
    response = redirect(url_for("sign_in.sign_in"), 303)
    drop_session(response, Role.DESK)
    return response
