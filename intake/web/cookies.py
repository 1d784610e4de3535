"""Cookies: one for each role, and one for the visit that forms are signed for. They hold random secrets only."""

import secrets
from datetime import datetime, timedelta

from flask import Response, current_app, g, request

from intake.db import Tx
from intake.errors import CookiesOff, HelperLinkOver, SessionMissing
from intake.links import sessions
from intake.links.sessions import Role, Session
from intake.links.tokens import Purpose
from intake.services import Services

VISIT = "__Host-visit"
# Lax, so that somebody who comes from a letter is let in at once; the desk is never entered from elsewhere.
SAME_SITE = {Role.DESK: "Strict", Role.ENROL: "Strict"}
# A session that follows something is given a day more than that has, so that not every answer needs to prolong it.
AHEAD = timedelta(days=1)


def services() -> Services:
    """The services of this application."""
    return current_app.extensions["intake"]


def session_of(role: Role, tx: Tx | None = None) -> Session | None:
    """The live session of this browser in a role, or None; read in `tx` if one is open anyway."""
    known: dict[Role, Session | None] = g.setdefault("intake_sessions", {})
    if role not in known:
        secret = request.cookies.get(cookie_name(role), "")
        known[role] = _read(role, secret, tx) if secret else None
    return known[role]


def need_session(role: Role, tx: Tx | None = None) -> Session:
    """The live session of this browser in a role. Raises SessionMissing."""
    session = session_of(role, tx)
    if session is None:
        raise missing(role)
    return session


def missing(role: Role) -> SessionMissing:
    """What to raise where this browser has no live session in a role: a helper is told what to do."""
    return HelperLinkOver() if role is Role.UPLOAD and _was_a_helper() else SessionMissing()


def _was_a_helper() -> bool:
    """Whether the cookie is that of a session through a helper's link: that person has no letter of ours to go to."""
    with services().database.read() as tx:
        purpose = sessions.grant_purpose(tx, request.cookies.get(cookie_name(Role.UPLOAD), ""))
    return purpose is Purpose.HELPER


def held_session(tx: Tx, role: Role) -> Session | None:
    """The live session of this browser, read in the caller's own transaction.

    `session_of` may write the last-seen time in a transaction of its own, which would wait for the caller's for ever.
    """
    return sessions.read(tx, role, request.cookies.get(cookie_name(role), ""), services().clock())


def start_session(tx: Tx, response: Response, role: Role, subject: str, **how: object) -> None:
    """A new session in the caller's transaction, its secret in this answer's cookie; the one before is ended."""
    now = services().clock()
    before = held_session(tx, role)
    if before is not None:
        sessions.end(tx, before, now)
    secret = sessions.start(tx, role, subject, now, **how)  # type: ignore[arg-type]  # passed through by name
    set_session(response, role, secret)


def set_session(response: Response, role: Role, secret: str) -> None:
    """Hand the secret of a session to the browser."""
    g.setdefault("intake_sessions", {}).pop(role, None)
    _set(response, cookie_name(role), secret, SAME_SITE.get(role, "Lax"), _days(role))


def prolong_session(tx: Tx, role: Role, until: datetime) -> None:
    """Let this browser's session last at least until then; if it gets more time, so does its cookie."""
    session = session_of(role, tx)
    if session is not None and session.expires_at < until:
        sessions.prolong(tx, session, until + AHEAD)
        g.intake_prolonged = role


def drop_session(response: Response, role: Role) -> None:
    """Take the cookie of a role from the browser; ending the session itself is the caller's act."""
    response.delete_cookie(cookie_name(role), path="/", secure=True, httponly=True)


def visit() -> str:
    """The secret that this visitor's forms are signed for; a new visitor gets one with the answer."""
    if "intake_visit" not in g:
        g.intake_visit_is_new = not request.cookies.get(VISIT)
        g.intake_visit = request.cookies.get(VISIT) or secrets.token_urlsafe(32)
    return g.intake_visit


def need_cookies() -> None:
    """Raise CookiesOff for a browser that did not send the visit cookie along, as every form's page gives it one."""
    if not request.cookies.get(VISIT):
        raise CookiesOff


def keep_cookies(response: Response) -> Response:
    """Give a new visitor the visit cookie, if a form was signed for it, and a prolonged session its cookie anew."""
    if g.get("intake_visit_is_new"):
        _set(response, VISIT, g.intake_visit, "Lax", None)
    if (role := g.get("intake_prolonged")) is not None:
        set_session(response, role, request.cookies[cookie_name(role)])
    return response


def cookie_name(role: Role) -> str:
    """The name of a role's cookie."""
    return f"__Host-{role.value}"


def _days(role: Role) -> int | None:
    # A draft and an upload must survive a closed browser; whoever reads a case or works at the desk comes in anew.
    settings = services().settings
    days = {Role.DRAFT: settings.draft_days + AHEAD.days, Role.UPLOAD: settings.upload_link_days}
    return days.get(role)


def _set(response: Response, name: str, value: str, same_site: str, days: int | None) -> None:
    age = None if days is None else days * 24 * 3600
    response.set_cookie(name, value, max_age=age, path="/", secure=True, httponly=True, samesite=same_site)


def _read(role: Role, secret: str, tx: Tx | None) -> Session | None:
    now = services().clock()
    if tx is not None:
        return sessions.read(tx, role, secret, now)
    with services().database.read() as tx:
        session = sessions.read(tx, role, secret, now)
    if session is not None and sessions.needs_touch(session, now):
        with services().database.transaction() as tx:
            sessions.touch(tx, session, now)
    return session
