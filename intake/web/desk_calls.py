"""Calls to make: who asked to be called, when it suits them, and the button that says that they were called."""

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import call_backs
from intake.desk.coordinators import actor
from intake.errors import SessionMissing
from intake.forms.call_me import as_dialled
from intake.web.pages import page
from intake.web.security import need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_calls", __name__, url_prefix="/desk/calls")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)


@blueprint.get("")
def calls() -> Response:
    """The list, the longest waiting first."""
    need_coordinator()
    with services().database.read() as tx:
        waiting = call_backs.waiting(tx, services().keys)
    days = call_backs.KEEP.days
    return page("desk/calls.html", waiting=waiting, days=days, called="called" in request.args, dialled=as_dialled)


@blueprint.post("/<call_id>/called")
def called(call_id: str) -> Response:
    """They were called: forget them. Pressing it twice is harmless."""
    need_csrf("called")
    who, house = need_coordinator(), services()
    with house.database.transaction() as tx:
        call_backs.close(tx, house.keys, call_id, actor(who), house.clock())
    return redirect(url_for("desk_calls.calls", called=1), 303)
