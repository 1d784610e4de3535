"""Deleting a request that was not sent: asked once, done at once."""

from flask import Blueprint, Response, redirect

from intake.cases import retention
from intake.forms.returning import Button
from intake.links.sessions import Role
from intake.web.drafting import OVER, Elsewhere, draw, here, read_mine, signed
from intake.web.security import drop_session, services

blueprint = Blueprint("deleting", __name__)

DELETE = "request:delete"


@blueprint.get("/<code>/delete")
def ask() -> Response:
    """What deleting means, and the button."""
    read_mine()
    return draw("request/delete.html", step="delete", form=signed(Button, DELETE), back=here("continue"))


@blueprint.post("/<code>/delete")
def delete() -> Response:
    """Delete what was written. Raises Elsewhere when it was sent meanwhile."""
    form, draft, house = signed(Button, DELETE, typed=True), read_mine(), services()
    if not form.validate():
        return draw("request/delete.html", 422, "delete", form=form, back=here("continue"))
    with house.database.transaction() as tx:
        if not retention.delete_draft(tx, house.keys, draft.id, house.clock()):
            raise Elsewhere(OVER)
    response = redirect(here("deleted"), 303)
    drop_session(response, Role.DRAFT)
    return response


@blueprint.get("/<code>/deleted")
def deleted() -> Response:
    """It is gone."""
    return draw("request/deleted.html", step="deleted")
