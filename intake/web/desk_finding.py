"""Finding a case by its reference or by the exact e-mail address of who asks.

What is looked for is posted: an address of a person has no place in the address bar, nor in what a proxy writes down.
"""

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import draft as drafts
from intake.cases import store, worklist
from intake.cases.case import Case, read_reference
from intake.db import Tx
from intake.errors import CaseNotFound, SessionMissing
from intake.web.desk_list import beside
from intake.web.pages import page
from intake.web.security import need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_finding", __name__, url_prefix="/desk/find")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

LONGEST = 254


@blueprint.get("")
def ask() -> Response:
    """The box alone: where somebody comes who reloads, or was signed out."""
    need_coordinator()
    return page("desk/found.html", looked_for="", cases=None)


@blueprint.post("")
def find() -> Response:
    """The one case that it is, or a list of what there is of an address."""
    need_csrf("find")
    need_coordinator()
    looked_for = request.form.get("looked_for", "").strip()[:LONGEST]
    with services().database.read() as tx:
        found = _found(tx, looked_for)
        shown = beside(tx, found)
    if len(found) == 1:
        return redirect(url_for("desk.case", case_id=found[0].id), 303)
    return page("desk/found.html", 200 if found else 404, looked_for=looked_for, **shown)


def _found(tx: Tx, looked_for: str) -> list[Case]:
    if "@" in looked_for:
        return worklist.of_address(tx, drafts.address_hash(services().keys, looked_for))
    reference = read_reference(looked_for)
    try:
        return [store.case_by_reference(tx, reference)] if reference else []
    except CaseNotFound:
        return []
