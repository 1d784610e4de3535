"""The coordinator's own account: passkeys, password, sessions, being away; and the way out everywhere."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, redirect, request, url_for

from intake import journal
from intake.cases import accounts, desk_letters
from intake.db import Tx
from intake.desk import coordinators, passkeys, password_fit, passwords
from intake.desk import store as desk_store
from intake.desk.coordinators import State
from intake.errors import NotYours, SessionMissing, SignInRefused
from intake.journal import Event
from intake.languages import N_
from intake.links import sessions
from intake.links.sessions import Role
from intake.web import enrolling
from intake.web.pages import page, say
from intake.web.security import limit, limit_own, need_csrf, need_session, services, start_session
from intake.web.sign_in import need_coordinator, out, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_account", __name__, url_prefix="/desk/account")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

LONGEST_AWAY = timedelta(days=400)
DATES_ODD = N_("Give the first day and the last day, the last one not before the first and not in the past.")
PASSWORD_WRONG = N_("The password of today, or the code, did not fit. Type both again, with a new code.")


@blueprint.get("")
def account() -> Response:
    """What signs in to this account, where it is signed in, and whether its holder is away."""
    return _account_page(need_coordinator())


@blueprint.post("/passkeys")
def add_passkey() -> Response:
    """The account again, once who is there was proved anew, with what the new passkey shall be called."""
    need_csrf("passkey")
    return _account_page(need_coordinator())


@blueprint.post("/passkeys/options")
@limit("sign_in")
def add_options() -> Response:
    """What the browser needs to make one more passkey."""
    need_csrf("passkey")
    need_coordinator()
    return enrolling.begin(need_session(Role.DESK), services().clock())


@blueprint.post("/passkeys/answer")
@limit("sign_in")
def add_answer() -> Response:
    """Keep one more passkey, end every other session, and tell its holder by letter."""
    need_csrf("passkey")
    who, response = need_coordinator(), jsonify(done=True)
    enrolling.keep(need_session(Role.DESK), lambda tx: _changed(tx, who, response))
    return response


@blueprint.post("/passkeys/remove")
def remove_passkey() -> Response:
    """Take a passkey away, and end every other session: the lost device may be signed in."""
    need_csrf("remove-passkey")
    who, now = need_coordinator(), services().clock()
    response = redirect(url_for("desk_account.account", said="removed"), 303)
    with services().database.transaction() as tx:
        passkeys.remove(tx, who, request.form.get("passkey", ""), now)
        _changed(tx, who, response)
    return response


@blueprint.post("/password")
@limit("sign_in")
@limit_own("password")
def change_password() -> Response:
    """Another password; it needs the one of today and a code."""
    who, house, now = need_coordinator(), services(), services().clock()
    _need_password(who)
    with house.database.read() as tx:
        me = coordinators.get(tx, house.keys, who)
    old, code, new = (request.form.get(name, "") for name in ("password", "code", "new"))
    if mistakes := enrolling.password_mistakes(me, new, request.form.get("again", ""), True):
        return _account_page(who, 422, mistakes)
    try:
        passwords.prove(house.database, house.keys, who, old, code, now)
    except SignInRefused:
        return _account_page(who, 403, (("password", say(PASSWORD_WRONG)),))
    hashed, response = passwords.hash_password(new), redirect(url_for("desk_account.account", said="password"), 303)
    with house.database.transaction() as tx:
        passwords.change(tx, house.keys, who, hashed, now)
        _changed(tx, who, response)
    return response


@blueprint.post("/codes")
def new_codes() -> Response:
    """The key for another app for codes."""
    need_csrf("new-codes")
    return _codes_page(need_coordinator())


@blueprint.post("/codes/keep")
@limit("sign_in")
@limit_own("password")
def keep_codes() -> Response:
    """Keep it, once a code proved that the new app has it; the one before serves no more."""
    who, house, now = need_coordinator(), services(), services().clock()
    need_csrf("keep-codes")
    _need_password(who)
    secret = passwords.secret_for(house.ring, need_session(Role.DESK).id)
    step = passwords.step_of(secret, request.form.get("code", ""), now)
    if step is None:
        return _codes_page(who, 422, (("code", say(enrolling.CODE_WRONG)),))
    response = redirect(url_for("desk_account.account", said="codes"), 303)
    with house.database.transaction() as tx:
        passwords.change_secret(tx, house.keys, who, secret, step, now)
        _changed(tx, who, response)
    return response


@blueprint.post("/sessions/<session_id>/end")
def end_session(session_id: str) -> Response:
    """End one of one's own sessions elsewhere."""
    need_csrf("end-session")
    who, now = need_coordinator(), services().clock()
    with services().database.transaction() as tx:
        if not sessions.end_one(tx, Role.DESK, who, session_id, now):
            raise NotYours
        journal.write(tx, Event.COORDINATOR_SIGNED_OUT, now, actor=coordinators.actor(who), sessions=1)
    return redirect(url_for("desk_account.account", said="ended"), 303)


@blueprint.post("/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every session of this coordinator, this one too."""
    need_csrf("sign-out-everywhere")
    who, now = need_coordinator(), services().clock()
    with services().database.transaction() as tx:
        accounts.sign_out_by(tx, who, coordinators.actor(who), now)
    return out()


@blueprint.post("/away")
def away() -> Response:
    """Away from one day to another; new cases go to others, and letters to who stands in."""
    need_csrf("away")
    who, house, now = need_coordinator(), services(), services().clock()
    stay = _days_away(now)
    if stay is None:
        return _account_page(who, 422, (("first", say(DATES_ODD)),))
    with house.database.transaction() as tx:
        others = {one.id for one in coordinators.enrolled(tx, house.keys)} - {who}
        stand_in = request.form.get("stand_in", "")
        coordinators.set_away(tx, who, *stay, stand_in if stand_in in others else None, now)
    return redirect(url_for("desk_account.account", said="away"), 303)


@blueprint.post("/back")
def back() -> Response:
    """Here again."""
    need_csrf("back")
    who, now = need_coordinator(), services().clock()
    with services().database.transaction() as tx:
        coordinators.set_away(tx, who, None, None, None, now)
    return redirect(url_for("desk_account.account", said="back"), 303)


def _account_page(who: str, status: int = 200, mistakes: tuple[tuple[str, str], ...] = ()) -> Response:
    house, now = services(), services().clock()
    with house.database.read() as tx:
        me = coordinators.get(tx, house.keys, who)
        held = desk_store.named(tx, house.keys, who)
        password = passwords.has_one(tx, who) and house.settings.desk_passwords
        live = sessions.live(tx, Role.DESK, who, now)
        others = [one for one in coordinators.everyone(tx, house.keys) if one.id != who and one.state is State.ENROLLED]
    here, typed = need_session(Role.DESK).id, {name: request.form.get(name, "") for name in ("first", "last", "name")}
    return page(
        "desk/account.html", status, me=me, passkeys=held, password=password, live=live, here_id=here, others=others,
        mistakes=mistakes, now=now, typed=typed, said=request.args.get("said", ""), least=password_fit.LEAST,
    )  # fmt: skip


def _codes_page(who: str, status: int = 200, mistakes: tuple[tuple[str, str], ...] = ()) -> Response:
    _need_password(who)
    house, session = services(), need_session(Role.DESK)
    with house.database.read() as tx:
        me = coordinators.get(tx, house.keys, who)
    shown = enrolling.key_shown(passwords.secret_for(house.ring, session.id), me)
    return page("desk/new_codes.html", status, mistakes=mistakes, **shown)


def _changed(tx: Tx, who: str, response: Response) -> None:
    """What signs in has changed: a new session here, none elsewhere, and a letter. The day does not get longer."""
    house, now, session = services(), services().clock(), need_session(Role.DESK, tx)
    sessions.end_all(tx, Role.DESK, who, now)
    kept = {"expires_at": session.expires_at, "language": session.language, "proved_at": session.proved_at}
    start_session(tx, response, Role.DESK, who, **kept)
    desk_letters.tell_account_changed(tx, house, coordinators.get(tx, house.keys, who), now)


def _need_password(who: str) -> None:
    with services().database.read() as tx:
        if not (services().settings.desk_passwords and passwords.has_one(tx, who)):
            raise NotYours


def _days_away(now: datetime) -> tuple[datetime, datetime] | None:
    """From the beginning of the first day to the end of the last, where the desk is; None if they make no sense."""
    zone = ZoneInfo(services().operator.contact.time_zone)
    try:
        first, last = (date.fromisoformat(request.form.get(name, "").strip()) for name in ("first", "last"))
    except ValueError:
        return None
    if last < first or last - first > LONGEST_AWAY or last < now.astimezone(zone).date():
        return None
    begin, end = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    return begin, end
