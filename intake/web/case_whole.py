"""What is here of the case's list and what is missing: a page to print, and a few lines on the page of the records."""

from flask import Blueprint, Response, redirect, request

from intake.cases import held_items
from intake.cases.case import Case
from intake.cases.completeness import Standing
from intake.errors import KeyGone, NotYours
from intake.web.described_records import Shelf, read_shelf
from intake.web.pages import page
from intake.web.record_visitor import Visitor, visitor_here
from intake.web.security import limit, need_csrf, services

blueprint = Blueprint("case_whole", __name__, url_prefix="/case/records")


@blueprint.get("/complete")
def show() -> Response:
    """The whole list. Needs the address typed: it tells of the illness."""
    visitor = visitor_here()
    if not visitor.sees_all:
        return redirect("/case/", 303)
    with services().database.read() as tx:
        shelf = read_shelf(tx, visitor)
    return page("case/records/complete.html", shelf=shelf, whole=shelf.completeness(), Standing=Standing)


@blueprint.post("/complete")
@limit("describe")
def say() -> Response:
    """A missing record can be got, or cannot. The record is named in the body: its name tells of the illness."""
    need_csrf("item-said")
    visitor, house = visitor_here(), services()
    item, said = request.form.get("item", ""), request.form.get("said", "")
    if not visitor.sees_all:
        return redirect("/case/", 303)
    with house.database.transaction() as tx:
        if item not in {line.item.id for line in read_shelf(tx, visitor).completeness().to_get}:
            raise NotYours
        held_items.say_of_item(tx, house, visitor.case_id, item, said, "requester", house.clock())
    return redirect(f"/case/records/complete#{item}", 303)


@blueprint.app_template_global("described_shelf")
def shelf_of(visitor: Visitor, case: Case) -> Shelf | None:
    """The shelf of a visitor, which the page of the records asks for itself; None for a case that is over."""
    if not case.takes_records and not visitor.sees_all:
        return None
    try:
        with services().database.read() as tx:
            return read_shelf(tx, visitor)
    except KeyGone:
        return None
