"""After an invitation or a reset: the code that a lead told, then the first passkey, or a password where allowed.

Whatever is kept, the link is spent and every older session at the desk ends in the same transaction.
"""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, redirect, request, url_for

from intake.cases import accounts
from intake.db import Tx
from intake.desk import coordinators, passkeys, password_fit, passwords
from intake.desk.coordinators import Coordinator
from intake.desk.qr import QrCode, qr_code
from intake.errors import CodeNotRight, NotYours, PasswordUnfit, SessionMissing
from intake.forms.csrf import STALE_PAGE
from intake.languages import N_
from intake.links.sessions import Role, Session
from intake.web.pages import page, say, speak
from intake.web.security import (
    csrf_ok,
    drop_session,
    limit,
    need_csrf,
    need_session,
    services,
    start_session,
)
from intake.web.sign_in import posted_answer, relying_party, sign_in_again

blueprint = Blueprint("enrolling", __name__, url_prefix="/desk/enrol")
blueprint.register_error_handler(SessionMissing, sign_in_again)

NOT_THE_SAME = N_("The two passwords differ. Type the same one twice.")
CODE_WRONG = N_("This is not the code that your app shows now. Wait for the next one and type it.")


@blueprint.get("")
def enrol() -> Response:
    """One button that makes the first passkey; after a reset, the question for the code before it."""
    session = need_session(Role.ENROL)
    me, wanted = _invited(session)
    return _code_page() if wanted else page("desk/enrol.html", me=me, passwords=services().settings.desk_passwords)


@blueprint.post("/code")
@limit("code")
def code() -> Response:
    """Compare the code; after the last wrong one the link is over."""
    need_csrf("reset-code")
    session, house = need_session(Role.ENROL), services()
    _invited(session)
    with house.database.transaction() as tx:
        left = accounts.check_code(tx, house, session, request.form.get("code", ""), house.clock())
    if left is None:
        return redirect(url_for("enrolling.enrol"), 303)
    return _code_page(403, left) if left else page("desk/code_over.html", 403)


@blueprint.post("/options")
@limit("sign_in")
def enrol_options() -> Response:
    """What the browser needs to make the first passkey."""
    need_csrf("passkey")
    session, house = need_session(Role.ENROL), services()
    _need_code(session)
    return begin(session, house.clock())


@blueprint.post("/answer")
@limit("sign_in")
def enrol_answer() -> Response:
    """Keep the passkey and come in."""
    need_csrf("passkey")
    session, response = need_session(Role.ENROL), jsonify(done=True)
    keep(session, lambda tx: _come_in(tx, session, response))
    drop_session(response, Role.ENROL)
    return response


@blueprint.get("/password")
def ask_password() -> Response:
    """A password and an app for codes instead of a passkey, where the operator allows it."""
    return _password_page(need_session(Role.ENROL))


@blueprint.post("/password")
@limit("sign_in")
def password() -> Response:
    """Keep password and secret, once a code proved that the app has it, and come in."""
    session, house, now = need_session(Role.ENROL), services(), services().clock()
    me, _ = _need_allowed(session)
    chosen, secret = request.form.get("new", ""), passwords.secret_for(house.ring, session.id)
    step = passwords.step_of(secret, request.form.get("code", ""), now)
    if mistakes := password_mistakes(me, chosen, request.form.get("again", ""), step is not None):
        return _password_page(session, 422, mistakes)
    hashed, response = passwords.hash_password(chosen), redirect(url_for("desk.cases"), 303)
    with house.database.transaction() as tx:
        passwords.keep(tx, house.keys, me.id, hashed, secret, step or 0, now)
        _come_in(tx, session, response)
    drop_session(response, Role.ENROL)
    return response


def begin(session: Session, now: object) -> Response:
    """The options for a new passkey of whoever this session belongs to."""
    house = services()
    with house.database.transaction() as tx:
        me = coordinators.get(tx, house.keys, session.subject)
        options = passkeys.begin_enrolment(tx, relying_party(), me, session.id, house.clock())
    return Response(options, mimetype="application/json")


def keep(session: Session, once_kept: Callable[[Tx], None]) -> None:
    """Keep the passkey that was sent; `once_kept` does what belongs to it, in the same transaction."""
    house, answer = services(), posted_answer()
    passkeys.finish_enrolment(
        house.database, house.keys, relying_party(), session.subject, session.id, answer, house.clock(),
        name=str(answer.get("name", "")), once_kept=once_kept,
    )  # fmt: skip


def password_mistakes(me: Coordinator, chosen: str, again: str, code_right: bool) -> tuple[tuple[str, str], ...]:
    """What to mend about a new password, as (field, sentence)."""
    house, found = services(), []
    own = (me.name, me.email, me.email.partition("@")[0], house.operator.service.name, house.settings.host)
    try:
        password_fit.need_fit(chosen, own)
    except PasswordUnfit as unfit:
        found.append(("new", say(unfit.message, **unfit.values)))
    if chosen != again:
        found.append(("again", say(NOT_THE_SAME)))
    if not code_right:
        found.append(("code", say(CODE_WRONG)))
    if not csrf_ok("new-password", request.form.get("csrf_token", "")):
        found.append(("", say(STALE_PAGE)))
    return tuple(found)


def key_shown(secret: bytes, me: Coordinator) -> dict[str, str | QrCode]:
    """The key of an app for codes as a page shows it: typed, as a link, and drawn."""
    link = passwords.as_link(secret, me.email, services().operator.service.name)
    return {"typed": passwords.as_typed(secret), "link": link, "drawn": qr_code(link)}


def _come_in(tx: Tx, session: Session, response: Response) -> None:
    house = services()
    accounts.spend_invitation(tx, session, house.clock())
    me = coordinators.get(tx, house.keys, session.subject)
    start_session(tx, response, Role.DESK, me.id, language=me.language, proved_at=house.clock())


def _invited(session: Session) -> tuple[Coordinator, bool]:
    """Who was invited, and whether a code is still wanted of them. Raises AccountClosed."""
    with services().database.read() as tx:
        coordinators.need_open(tx, session.subject)
        me = coordinators.get(tx, services().keys, session.subject)
        wanted = coordinators.code_asked(tx, me.id) is not None and not session.address_checked
    speak(me.language)
    return me, wanted


def _need_code(session: Session) -> None:
    with services().database.read() as tx:
        accounts.need_code(tx, session)


def _need_allowed(session: Session) -> tuple[Coordinator, bool]:
    if not services().settings.desk_passwords:
        raise NotYours
    me, wanted = _invited(session)
    if wanted:
        raise CodeNotRight
    return me, wanted


def _password_page(session: Session, status: int = 200, mistakes: tuple[tuple[str, str], ...] = ()) -> Response:
    me, _ = _need_allowed(session)
    shown = key_shown(passwords.secret_for(services().ring, session.id), me)
    return page("desk/enrol_password.html", status, me=me, mistakes=mistakes, least=password_fit.LEAST, **shown)


def _code_page(status: int = 200, left: int | None = None) -> Response:
    return page("desk/enrol_code.html", status, left=left)
