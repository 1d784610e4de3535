"""The receipt of the records at the desk: the same table that the requester has. Looking at it is journalled."""

from flask import Blueprint, Response

from intake import journal
from intake.cases import store
from intake.desk.coordinators import actor
from intake.errors import SessionMissing
from intake.journal import Event
from intake.web.case_receipt import read_receipt, receipt_words
from intake.web.pages import page
from intake.web.security import services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_receipt", __name__, url_prefix="/desk/cases/<case_id>")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)


@blueprint.get("/receipt")
def show(case_id: str) -> Response:
    """The table."""
    who, house = need_coordinator(), services()
    with house.database.read() as tx:
        case = store.case_by_id(tx, case_id)
        receipt = read_receipt(tx, case)
    with house.database.transaction() as tx:
        store.note_read(tx, case_id, house.clock())
        journal.write(tx, Event.CASE_READ, house.clock(), actor=actor(who), subject=case_id)
    return page("desk/receipt.html", case=case, **receipt_words(receipt))
