"""What goes by courier: announced by the requester, sent, and followed until it is back."""

from flask import Blueprint, Response, redirect, request

from intake.cases import parcels
from intake.cases.parcels import WHAT, Contents, ParcelState
from intake.errors import MoveNotAllowed
from intake.forms.other_hands import ParcelForm, SentForm
from intake.web.own_case import ask_address, case_context, case_id, own_case
from intake.web.pages import page, say
from intake.web.security import guard, limit, need_csrf, services

blueprint = Blueprint("case_parcels", __name__, url_prefix="/case/records/parcels")
blueprint.before_request(ask_address)

HOME = "/case/records/parcels"


@blueprint.get("")
def show() -> Response:
    """The parcels, what to know before sending one, and the form to announce it."""
    return _page(_form())


@blueprint.post("")
@limit("new_link")
def announce() -> Response:
    """Say what will come."""
    form, house = _form(request.form), services()
    if not form.validate():
        return _page(form, 422)
    counts = {what: form[what].number for what in WHAT}
    said = Contents(**counts, wants_back=form.wants_back.data, note=form.note.data)
    try:
        with house.database.transaction() as tx:
            parcels.announce_parcel(tx, house, case_id(), said, house.clock())
    except MoveNotAllowed as refused:
        form.discs.errors = [say(refused.message)]
        return _page(form, 409)
    return redirect(f"{HOME}#there", 303)


@blueprint.get("/<parcel_id>/sent")
def ask_sent(parcel_id: str) -> Response:
    """How does it travel?"""
    return _sent_page(parcel_id)


@blueprint.post("/<parcel_id>/sent")
def sent(parcel_id: str) -> Response:
    """It is on its way."""
    with services().database.read() as tx:
        own_case(tx)
    form, house = SentForm(case_context(), request.form, guard=guard()), services()
    if not form.validate():
        return _sent_page(parcel_id, form, 422)
    said = {"carrier": form.carrier.data, "tracking": form.tracking.data}
    with house.database.transaction() as tx:
        parcels.move_parcel(
            tx, house, case_id(), parcel_id, ParcelState.SENT, parcels.REQUESTER, house.clock(), **said
        )
    return redirect(f"{HOME}#there", 303)


@blueprint.post("/<parcel_id>/take-back")
def take_back(parcel_id: str) -> Response:
    """It will not come after all."""
    need_csrf("parcel-take-back")
    house = services()
    with house.database.transaction() as tx:
        parcels.take_back_parcel(tx, house, case_id(), parcel_id, house.clock())
    return redirect(f"{HOME}#there", 303)


def _form(typed: object = None) -> ParcelForm:
    with services().database.read() as tx:
        own_case(tx)
    return ParcelForm(case_context(), typed, guard=guard())


def _page(form: ParcelForm, status: int = 200) -> Response:
    house = services()
    with house.database.read() as tx:
        case = own_case(tx)
        there = parcels.parcels_of(tx, house.keys, case)
    return page("case/records/parcels.html", status, form=form, case=case, there=there)


def _sent_page(parcel_id: str, form: SentForm | None = None, status: int = 200) -> Response:
    house = services()
    with house.database.read() as tx:
        case = own_case(tx)
        parcel = parcels.parcel_of(tx, house.keys, case, parcel_id)
    if not parcel.may(ParcelState.SENT):
        raise MoveNotAllowed
    shown = form or SentForm(case_context(), guard=guard())
    return page("case/records/parcel_sent.html", status, form=shown, case=case, parcel=parcel)
