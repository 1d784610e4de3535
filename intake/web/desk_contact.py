"""Changing how a requester is reached. The address before is told of it, and its links stop working."""

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import at_desk, store
from intake.cases.case import Case, Turn
from intake.desk.coordinators import actor
from intake.errors import CaseTaken, MoveNotAllowed, SessionMissing
from intake.forms.desk_contact import ContactForm
from intake.web.case_file import desk_context
from intake.web.pages import page
from intake.web.security import guard, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_contact", __name__, url_prefix="/desk/cases/<case_id>/contact")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)


@blueprint.get("")
def ask(case_id: str) -> Response:
    """What is on file, to be changed."""
    need_coordinator()
    case, form, seen = _read(case_id)
    if case.turn is Turn.NOBODY or case.held_as_suspect:
        return _back(case_id, "moved_on")
    return page("desk/contact.html", case=case, form=form, seen=seen)


@blueprint.post("")
def change(case_id: str) -> Response:
    """Change it, unless somebody else did so meanwhile."""
    who, house = need_coordinator(), services()
    case, form, _ = _read(case_id, request.form)
    seen = request.form.get("seen", "")
    if not form.validate():
        return page("desk/contact.html", 422, case=case, form=form, seen=seen)
    contact = {"email": form.email.data or "", "phone": form.phone.data or ""}
    try:
        with house.database.transaction() as tx:
            at_desk.change_contact(tx, house, case_id, contact, seen, actor(who), house.clock())
    except (CaseTaken, MoveNotAllowed):
        return _back(case_id, "moved_on")
    return _back(case_id, "contact")


def _read(case_id: str, typed: object = None) -> tuple[Case, ContactForm, str]:
    house = services()
    with house.database.read() as tx:
        case = store.case_by_id(tx, case_id)
        answers, seen = store.read_answers(tx, house.keys, case), store.read_address(tx, house.keys, case)
    return case, ContactForm(desk_context(), answers, typed, guard=guard()), house.ring.hash("seen", seen)


def _back(case_id: str, said: str) -> Response:
    return redirect(url_for("desk.case", case_id=case_id, said=said), 303)
