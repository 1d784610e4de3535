"""What other services tell us on their own: SendGrid, of what became of our letters.

Believed only with its signature over the very bytes that came. The answer says nothing about anybody.
"""

from flask import Blueprint, Response, jsonify, request

from intake.errors import NotYours
from intake.mail import deliveries
from intake.mail.events import read_events
from intake.mail.signatures import SIGNATURE_HEADER, TIMESTAMP_HEADER, need_genuine
from intake.web.security import services

blueprint = Blueprint("hooks", __name__, url_prefix="/hooks")


@blueprint.post("/sendgrid")
def sendgrid() -> Response:
    """Take in events; 200 once they are kept, so that SendGrid sends again whatever we could not keep."""
    house, now = services(), services().clock()
    keys = house.settings.sendgrid_events_key
    if not keys:
        raise NotYours
    body = request.get_data(cache=False)
    signature, timestamp = (request.headers.get(name, "") for name in (SIGNATURE_HEADER, TIMESTAMP_HEADER))
    need_genuine(keys, signature, timestamp, body, now)
    events = read_events(body)
    with house.database.transaction() as tx:
        new = deliveries.hear(tx, events, now)
    return jsonify(new=new)
