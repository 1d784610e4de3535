"""A hospital's viewer link with its code: added, seen again and withdrawn by the requester."""

from flask import Blueprint, Response, redirect, request

from intake.cases import store, viewers
from intake.cases.viewers import Said
from intake.errors import MoveNotAllowed
from intake.forms.other_hands import ViewerForm
from intake.web.own_case import ask_address, case_context, case_id, own_case
from intake.web.pages import page, say
from intake.web.security import guard, limit, need_csrf, services

blueprint = Blueprint("case_viewers", __name__, url_prefix="/case/records/viewers")
blueprint.before_request(ask_address)

HOME = "/case/records/viewers"


@blueprint.get("")
def show() -> Response:
    """The links that we have, and the form for another."""
    return _page(_form())


@blueprint.post("")
@limit("new_link")
def add() -> Response:
    """Keep a link."""
    form, house = _form(request.form), services()
    if not form.validate():
        return _page(form, 422)
    said = Said(form.address.data, form.code.data, form.item.data, form.note.data)
    try:
        with house.database.transaction() as tx:
            viewers.add_viewer(tx, house, case_id(), said, form.ends_at, house.clock())
    except MoveNotAllowed as refused:
        form.address.errors = [say(refused.message)]
        return _page(form, 409)
    return redirect(f"{HOME}#there", 303)


@blueprint.post("/<link_id>/withdraw")
def withdraw(link_id: str) -> Response:
    """Take a link back."""
    need_csrf("viewer-withdraw")
    with services().database.transaction() as tx:
        viewers.withdraw_viewer(tx, case_id(), link_id, services().clock())
    return redirect(f"{HOME}#there", 303)


def _form(typed: object = None) -> ViewerForm:
    with services().database.read() as tx:
        answers = store.read_answers(tx, services().keys, own_case(tx))
    return ViewerForm(case_context(), answers, typed, guard=guard())


def _page(form: ViewerForm, status: int = 200) -> Response:
    house = services()
    with house.database.read() as tx:
        case = own_case(tx)
        there = viewers.viewers_of(tx, house.keys, case)
    return page("case/records/viewers.html", status, form=form, case=case, there=there, now=house.clock())
