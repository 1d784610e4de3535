"""Requests that are held because they look as if a program had sent them: a list of its own, and two acts.

A coordinator decides, never a rule. Whoever asked is told nothing of it.
"""

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import awaiting, lifecycle, store
from intake.desk.coordinators import actor
from intake.errors import MoveNotAllowed, SessionMissing
from intake.forms.agreement import patient_knows
from intake.web.pages import page
from intake.web.security import need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_suspects", __name__, url_prefix="/desk/suspects")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

MOST_SHOWN = 200


@blueprint.get("")
def suspects() -> Response:
    """What waits for a look, the oldest first, and what is over and not deleted yet."""
    need_coordinator()
    with services().database.read() as tx:
        waiting, over = (awaiting.suspects(tx, over=each, limit=MOST_SHOWN) for each in (False, True))
    said = request.args.get("said", "")
    return page("desk/suspects.html", waiting=waiting, over=over, said=said)


@blueprint.post("/<case_id>/real")
def real(case_id: str) -> Response:
    """It is a real request: from now on it is a case as any other."""
    need_csrf("suspect-real")
    who, now = need_coordinator(), services().clock()
    try:
        with services().database.transaction() as tx:
            answers = store.read_answers(tx, services().keys, store.case_by_id(tx, case_id))
            known = patient_knows(answers)
            lifecycle.free_suspect(tx, services(), case_id, actor(who), now, write_to_patient=known)
    except MoveNotAllowed:
        return _back("decided")
    return redirect(url_for("desk.case", case_id=case_id, said="freed"), 303)


@blueprint.get("/<case_id>/abuse")
def ask_abuse(case_id: str) -> Response:
    """What it means, and the button."""
    need_coordinator()
    with services().database.read() as tx:
        found = store.case_by_id(tx, case_id)
    waits = found.held_as_suspect and found.takes_records
    return page("desk/abuse.html", case=found) if waits else _back("decided")


@blueprint.post("/<case_id>/abuse")
def abuse(case_id: str) -> Response:
    """It is abuse: declined without a letter."""
    need_csrf("suspect-abuse")
    who, now = need_coordinator(), services().clock()
    try:
        with services().database.transaction() as tx:
            lifecycle.refuse_suspect(tx, services(), case_id, actor(who), now)
    except MoveNotAllowed:
        return _back("decided")
    return _back("refused")


def _back(said: str) -> Response:
    return redirect(url_for("desk_suspects.suspects", said=said), 303)
