"""Stop writing to me: one page and one button for a requester, a carer, or a family whose patient has died."""

from flask import Blueprint, Response, redirect

from intake.cases import at_desk
from intake.cases.lifecycle import REQUESTER
from intake.web.cookies import services
from intake.web.own_case import ask_address, case_id, own_case
from intake.web.pages import page
from intake.web.security import need_csrf

blueprint = Blueprint("case_stop", __name__, url_prefix="/case/stop")
blueprint.before_request(ask_address)


@blueprint.get("")
def ask() -> Response:
    """What it means, and the button; where it was pressed already, how letters can begin again."""
    with services().database.read() as tx:
        return page("case/stop.html", case=own_case(tx))


@blueprint.post("")
def stop() -> Response:
    """From now on no letter. Pressing it twice is harmless."""
    need_csrf("case-stop")
    with services().database.transaction() as tx:
        at_desk.stop_contact(tx, case_id(), REQUESTER, services().clock())
    return redirect("/case/stop", 303)
