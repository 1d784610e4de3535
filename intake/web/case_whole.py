"""What is here of the case's list and what is missing: a page to print, and a few lines on the page of the records."""

from flask import Blueprint, Response, redirect

from intake.cases.case import Case
from intake.cases.completeness import Standing
from intake.errors import KeyGone
from intake.web.described_records import Shelf, read_shelf
from intake.web.pages import page
from intake.web.record_visitor import Visitor, visitor_here
from intake.web.security import services

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
