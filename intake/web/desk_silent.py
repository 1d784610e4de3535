"""Cases that wait for records, and of which nobody was heard for long: whom a call may help."""

from flask import Blueprint, Response

from intake.cases import silence
from intake.desk import coordinators
from intake.errors import SessionMissing
from intake.mail import outbox
from intake.records import store as record_store
from intake.web.pages import page
from intake.web.security import services
from intake.web.sign_in import need_coordinator, sign_in_again

blueprint = Blueprint("desk_silent", __name__, url_prefix="/desk/silent")
blueprint.register_error_handler(SessionMissing, sign_in_again)

MOST_SHOWN = 200


@blueprint.get("")
def silent() -> Response:
    """The list, the longest silent first."""
    who, house = need_coordinator(), services()
    now = house.clock()
    with house.database.read() as tx:
        found = silence.longest_silent(tx, now, MOST_SHOWN + 1)
        shown = found[:MOST_SHOWN]
        ids = [case.id for case, _ in shown]
        tallies, reminded = record_store.tally(tx, ids), outbox.count_of_cases(tx, ids, "records_reminder")
        owners = {case.coordinator_id for case, _ in shown if case.coordinator_id}
        names = coordinators.names(tx, house.keys, owners)
    told = {"tallies": tallies, "reminded": reminded, "names": names, "me": who, "now": now}
    return page("desk/silent.html", shown=shown, total=len(found), days=silence.SILENT_AFTER.days, **told)
