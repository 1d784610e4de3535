"""The desk's part of other hands and ways: a hospital's viewer opened deliberately, parcels that come and go."""

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import parcels, store, viewers
from intake.cases.parcels import Parcel, ParcelState
from intake.cases.viewers import ViewerLink
from intake.desk.coordinators import actor
from intake.errors import MoveNotAllowed, SessionMissing
from intake.forms.base import SignedForm
from intake.forms.other_hands import ReceivedForm, ReturnedForm
from intake.web.case_file import desk_context
from intake.web.desk import show_case
from intake.web.pages import page
from intake.web.security import guard, need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_hands", __name__, url_prefix="/desk/cases/<case_id>")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

FORMS: dict[str, type[SignedForm]] = {"received": ReceivedForm, "returned": ReturnedForm}


@blueprint.get("/viewers/<viewer_id>")
def ask_viewer(case_id: str, viewer_id: str) -> Response:
    """The warning before the deliberate act. Neither the address nor the code is on it."""
    need_coordinator()
    return page("desk/viewer.html", case_id=case_id, link=_viewer(case_id, viewer_id), opened=False)


@blueprint.post("/viewers/<viewer_id>")
def open_viewer(case_id: str, viewer_id: str) -> Response:
    """The deliberate act: journalled, then the address and the code are shown."""
    need_csrf("viewer-open")
    who, house = need_coordinator(), services()
    with house.database.transaction() as tx:
        case = store.case_by_id(tx, case_id)
        link = viewers.open_viewer(tx, house.keys, case, viewer_id, actor(who), house.clock())
    return page("desk/viewer.html", case_id=case_id, link=link, opened=True)


@blueprint.get("/parcels/<parcel_id>/received")
def ask_received(case_id: str, parcel_id: str) -> Response:
    """It is here: what was noted when it was opened?"""
    return _ask(case_id, parcel_id, ParcelState.RECEIVED)


@blueprint.post("/parcels/<parcel_id>/received")
def received(case_id: str, parcel_id: str) -> Response:
    """It is here; the requester gets a letter."""
    return _move(case_id, parcel_id, ParcelState.RECEIVED)


@blueprint.get("/parcels/<parcel_id>/returned")
def ask_returned(case_id: str, parcel_id: str) -> Response:
    """It goes back: how?"""
    return _ask(case_id, parcel_id, ParcelState.RETURNED)


@blueprint.post("/parcels/<parcel_id>/returned")
def returned(case_id: str, parcel_id: str) -> Response:
    """It is on its way back; the requester gets a letter."""
    return _move(case_id, parcel_id, ParcelState.RETURNED)


@blueprint.post("/parcels/<parcel_id>/lost")
def lost(case_id: str, parcel_id: str) -> Response:
    """It has not come, and the carrier does not find it."""
    need_csrf("parcel-lost")
    who, house = need_coordinator(), services()
    try:
        with house.database.transaction() as tx:
            parcels.move_parcel(tx, house, case_id, parcel_id, ParcelState.LOST, actor(who), house.clock())
    except MoveNotAllowed:
        return show_case(case_id, who, 409, said="moved_on")
    return _back(case_id, "parcel_lost")


def _ask(case_id: str, parcel_id: str, state: ParcelState) -> Response:
    need_coordinator()
    if not _parcel(case_id, parcel_id).may(state):
        return _back(case_id, "moved_on")
    return _page(case_id, parcel_id, state, _form(state))


def _move(case_id: str, parcel_id: str, state: ParcelState) -> Response:
    who, house = need_coordinator(), services()
    form = _form(state, request.form)
    if not form.validate():
        return _page(case_id, parcel_id, state, form, 422)
    said = {field.name: field.data for field in form.questions}
    try:
        with house.database.transaction() as tx:
            parcels.move_parcel(tx, house, case_id, parcel_id, state, actor(who), house.clock(), **said)
    except MoveNotAllowed:
        return show_case(case_id, who, 409, said="moved_on")
    return _back(case_id, f"parcel_{state.value}")


def _form(state: ParcelState, typed: object = None) -> SignedForm:
    today = {"back_on": services().clock().date().isoformat()} if state is ParcelState.RETURNED else {}
    return FORMS[state.value](desk_context(), typed, guard=guard(), data=today)


def _page(case_id: str, parcel_id: str, state: ParcelState, form: SignedForm, status: int = 200) -> Response:
    house = services()
    with house.database.read() as tx:
        case = store.case_by_id(tx, case_id)
    shown = {"case": case, "parcel": _parcel(case_id, parcel_id), "state": state.value, "form": form}
    return page("desk/parcel.html", status, **shown)


def _parcel(case_id: str, parcel_id: str) -> Parcel:
    house = services()
    with house.database.read() as tx:
        return parcels.parcel_of(tx, house.keys, store.case_by_id(tx, case_id), parcel_id)


def _viewer(case_id: str, viewer_id: str) -> ViewerLink:
    house = services()
    with house.database.read() as tx:
        return viewers.viewer_of(tx, house.keys, store.case_by_id(tx, case_id), viewer_id)


def _back(case_id: str, said: str) -> Response:
    return redirect(url_for("desk.case", case_id=case_id, said=said, _anchor="hands"), 303)
