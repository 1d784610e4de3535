"""What happened around a case, for the requester: who opened it and when, and which letters went out."""

from flask import Blueprint, Response

from intake import journal
from intake.cases import looks as looking
from intake.cases import stays
from intake.cases.case import Case
from intake.db import Tx
from intake.desk import coordinators
from intake.mail import outbox
from intake.web.own_case import ask_address, own_case
from intake.web.pages import page
from intake.web.security import services

blueprint = Blueprint("case_history", __name__, url_prefix="/case/history")
blueprint.before_request(ask_address)


@blueprint.get("")
def show() -> Response:
    """Everything, the newest first."""
    with services().database.read() as tx:
        case = own_case(tx)
        shown = history_part(tx, case) | {"reached": stays.reached(tx, case.id)}
        shown["letters"] = outbox.put_for(tx, case.id, "requester")
    return page("case/history.html", case=case, **shown)


def history_part(tx: Tx, case: Case) -> dict[str, object]:
    """Who opened a case, with the names of coordinators by their actor."""
    found = looking.looks(journal.lines(tx, case.id))
    ids = {each.actor.removeprefix("coordinator:") for each in found if each.actor.startswith("coordinator:")}
    names = coordinators.names(tx, services().keys, ids)
    return {"looks": found, "names": {coordinators.actor(one): name for one, name in names.items()}}
