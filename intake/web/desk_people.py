"""Who works at the desk: the list for everybody, and what leads do with accounts. Every right is asked anew.

A reset shows its code once, on the page that answers: it is told by voice and kept nowhere readable.
"""

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import accounts, awaiting
from intake.desk import coordinators, passwords, rota
from intake.desk import store as desk_store
from intake.desk.coordinators import Coordinator, DeskRole, State
from intake.errors import AddressUnfit, NotYours, SessionMissing
from intake.forms.csrf import STALE_PAGE
from intake.languages import N_
from intake.web.pages import page, say
from intake.web.security import csrf_ok, need_csrf, services
from intake.web.sign_in import need_coordinator, need_lead, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_people", __name__, url_prefix="/desk/people")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

NAME_MOST = 100


@blueprint.get("")
def people() -> Response:
    """Everybody, how many cases each has, and who is away."""
    who, house, now = need_coordinator(), services(), services().clock()
    with house.database.read() as tx:
        everyone, loads = coordinators.everyone(tx, house.keys), awaiting.loads(tx)
    names, here = {one.id: one.name for one in everyone}, {one.id for one in rota.present(everyone, now)}
    me = next(one for one in everyone if one.id == who)
    said = request.args.get("said", "")
    return page("desk/people.html", people=everyone, loads=loads, names=names, here_ids=here, me=me, now=now, said=said)


@blueprint.get("/invite")
def ask_invite() -> Response:
    """Who shall come."""
    need_lead()
    return _invite_page()


@blueprint.post("/invite")
def invite() -> Response:
    """Send the invitation. What was typed stays when something is missing."""
    who, house = need_lead(), services()
    name, email = (" ".join(request.form.get(field, "").split()) for field in ("name", "email"))
    role, language = _role(), house.languages.choose(request.form.get("language"))
    if mistakes := _mistakes(name):
        return _invite_page(422, mistakes)
    try:
        with house.database.transaction() as tx:
            found = accounts.invite_by_lead(tx, house, who, name, email, language, role, house.clock())
    except AddressUnfit:
        return _invite_page(422, (("email", say(N_("This is not an e-mail address that a letter can go to."))),))
    return _back(found.id, "invited" if found.state is State.INVITED else "known")


@blueprint.get("/<coordinator_id>")
def person(coordinator_id: str) -> Response:
    """One account, and what a lead can do with it."""
    who = need_lead()
    return _person_page("desk/person.html", who, coordinator_id, said=request.args.get("said", ""))


@blueprint.post("/<coordinator_id>/role")
def change_role(coordinator_id: str) -> Response:
    """A lead, or a coordinator again."""
    need_csrf("role")
    who, house = need_lead(), services()
    with house.database.transaction() as tx:
        accounts.change_role(tx, house, who, coordinator_id, _role(), house.clock())
    return _back(coordinator_id, "role")


@blueprint.post("/<coordinator_id>/sign-out")
def sign_out(coordinator_id: str) -> Response:
    """End their sessions everywhere."""
    need_csrf("sign-out-person")
    who, house = need_lead(), services()
    with house.database.transaction() as tx:
        accounts.sign_out(tx, house, who, coordinator_id, house.clock())
    return _back(coordinator_id, "signed_out")


@blueprint.get("/<coordinator_id>/reset")
def ask_reset(coordinator_id: str) -> Response:
    """What a reset means, and that one must have spoken with the person."""
    return _person_page("desk/reset.html", need_lead(), coordinator_id, mistake="")


@blueprint.post("/<coordinator_id>/reset")
def reset(coordinator_id: str) -> Response:
    """Reset, and show the code, once."""
    who, house = need_lead(), services()
    if mistake := _not_spoken():
        return _person_page("desk/reset.html", who, coordinator_id, 422, mistake=mistake)
    with house.database.transaction() as tx:
        made = accounts.reset(tx, house, who, coordinator_id, house.clock())
    hours = accounts.INVITE_HOURS
    return _person_page("desk/reset_done.html", who, coordinator_id, code=made.code, hours=hours)


@blueprint.get("/<coordinator_id>/close")
def ask_close(coordinator_id: str) -> Response:
    """What closing means, and the button."""
    return _person_page("desk/close.html", need_lead(), coordinator_id)


@blueprint.post("/<coordinator_id>/close")
def close(coordinator_id: str) -> Response:
    """Close the account; its cases go to others."""
    need_csrf("close-account")
    who, house = need_lead(), services()
    with house.database.transaction() as tx:
        accounts.close(tx, house, who, coordinator_id, house.clock())
    return redirect(url_for("desk_people.people", said="closed"), 303)


def _person_page(template: str, who: str, coordinator_id: str, status: int = 200, /, **shown: object) -> Response:
    house, now = services(), services().clock()
    with house.database.read() as tx:
        found: Coordinator = coordinators.get(tx, house.keys, coordinator_id)
        if found.state is State.CLOSED:
            raise NotYours
        held, password = desk_store.ids_of(tx, found.id), passwords.has_one(tx, found.id)
        load = awaiting.loads(tx).get(found.id, 0)
    known = {"person": found, "me": who, "held": len(held), "password": password, "load": load, "now": now}
    return page(template, status, **(known | shown))


def _invite_page(status: int = 200, mistakes: tuple[tuple[str, str], ...] = ()) -> Response:
    typed = {name: request.form.get(name, "") for name in ("name", "email", "language", "role")}
    return page("desk/invite.html", status, typed=typed, mistakes=mistakes, longest=NAME_MOST)


def _mistakes(name: str) -> tuple[tuple[str, str], ...]:
    found = []
    if not any(sign.isalpha() for sign in name) or len(name) > NAME_MOST:
        found.append(("name", say(N_("Type the name, with at most %(most)s characters."), most=NAME_MOST)))
    if not csrf_ok("invite", request.form.get("csrf_token", "")):
        found.append(("", say(STALE_PAGE)))
    return tuple(found)


def _not_spoken() -> str:
    if not csrf_ok("reset", request.form.get("csrf_token", "")):
        return say(STALE_PAGE)
    if request.form.get("spoken") != "yes":
        return say(N_("Speak with the person first, and tick the box."))
    return ""


def _role() -> DeskRole:
    return DeskRole.LEAD if request.form.get("role") == DeskRole.LEAD else DeskRole.COORDINATOR


def _back(coordinator_id: str, said: str) -> Response:
    return redirect(url_for("desk_people.person", coordinator_id=coordinator_id, said=said), 303)
