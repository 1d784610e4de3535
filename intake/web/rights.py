"""Who may use which page of the desk: one table, asked before any view runs. What it does not name needs a coordinator.

What a role may do with which object is said by the views themselves; tests/web/test_rights.py walks both.
"""

from enum import StrEnum

from flask import Flask, request

from intake.errors import RequestForged
from intake.links.sessions import Role
from intake.web.proving import need_proof
from intake.web.security import SAFE, need_cookies, session_of
from intake.web.sign_in import need_coordinator, need_lead


class Right(StrEnum):
    """What somebody must be to use a page."""

    ANYBODY = "anybody"  # the door itself
    INVITED = "invited"  # a session to enrol; the views of `enrolling` ask for it
    COORDINATOR = "coordinator"
    LEAD = "lead"


RIGHTS: dict[str, Right] = {
    "sign_in.sign_in": Right.ANYBODY,
    "sign_in.sign_in_options": Right.ANYBODY,
    "sign_in.sign_in_answer": Right.ANYBODY,
    "sign_in.ask_password": Right.ANYBODY,
    "sign_in.password": Right.ANYBODY,
    "sign_in.sign_out": Right.ANYBODY,
    "enrolling.enrol": Right.INVITED,
    "enrolling.code": Right.INVITED,
    "enrolling.enrol_options": Right.INVITED,
    "enrolling.enrol_answer": Right.INVITED,
    "enrolling.ask_password": Right.INVITED,
    "enrolling.password": Right.INVITED,
    "desk_people.ask_invite": Right.LEAD,
    "desk_people.invite": Right.LEAD,
    "desk_people.person": Right.LEAD,
    "desk_people.change_role": Right.LEAD,
    "desk_people.sign_out": Right.LEAD,
    "desk_people.ask_reset": Right.LEAD,
    "desk_people.reset": Right.LEAD,
    "desk_people.ask_close": Right.LEAD,
    "desk_people.close": Right.LEAD,
    "desk_routing.add": Right.LEAD,
    "desk_routing.raise_up": Right.LEAD,
    "desk_routing.remove": Right.LEAD,
    "desk_routing.fallback": Right.LEAD,
}


def prepare(app: Flask) -> None:
    """Ask the table before each request to the desk."""
    app.before_request(need_right)


def right_of(endpoint: str, rule: str) -> Right | None:
    """What a page asks for; None for one that is not the desk's."""
    return RIGHTS.get(endpoint, Right.COORDINATOR) if rule.startswith("/desk/") else None


def need_right() -> None:
    """Raise SessionMissing, AccountClosed, LeadNeeded or ProofNeeded unless this visitor may use the page asked for.

    Raises RequestForged for what no page of ours can have sent: that needs no door to be shown.
    """
    rule, endpoint = request.url_rule, request.endpoint
    right = right_of(endpoint, rule.rule) if rule is not None and endpoint is not None else None
    if right not in (Right.COORDINATOR, Right.LEAD):
        return
    if request.method not in SAFE and session_of(Role.DESK) is None and not _is_signed():
        need_cookies()
        raise RequestForged
    need_lead() if right is Right.LEAD else need_coordinator()
    need_proof(endpoint or "")


def _is_signed() -> bool:
    return bool(request.headers.get("X-CSRF-Token") or request.form.get("csrf_token"))
