"""The helper's side: the code from a sheet of paper opens the same landing page as the link does."""

from flask import Blueprint, Response, redirect, request

from intake.cases import helpers, ways_in
from intake.cases.helpers import Lent
from intake.errors import CodeWrong, HelperLinkOver
from intake.forms.other_hands import CodeForm
from intake.links.sessions import Session
from intake.web.pages import page, say, speak
from intake.web.security import guard, limit, services

blueprint = Blueprint("helping", __name__, url_prefix="/h")


@blueprint.get("")
def ask() -> Response:
    """Which code?"""
    _speak()
    return _page(CodeForm(gettext=say, guard=guard()))


@blueprint.post("")
@limit("code")
def take() -> Response:
    """On to the link that the code stands for. Nothing is used up by this."""
    _speak()
    form, house = CodeForm(request.form, gettext=say, guard=guard()), services()
    if form.validate():
        try:
            with house.database.read() as tx:
                grant = helpers.grant_of_code(tx, house, form.code.data, house.clock())
            return redirect(ways_in.address_of(house, grant), 303)
        except (CodeWrong, HelperLinkOver) as wrong:
            form.code.errors = [say(wrong.message)]
    return _page(form, 422)


def helper_here(session: Session | None) -> Lent | None:
    """What a page may know of the helper who sends in this browser; None for the requester's own session."""
    if session is None:
        return None
    with services().database.read() as tx:
        return helpers.lent(tx, session.grant_id)


def _speak() -> None:
    """The language that was chosen on the page, else the one that the browser asks for."""
    offered = services().languages.offered
    speak(request.args.get("language") or request.accept_languages.best_match(offered))


def _page(form: CodeForm, status: int = 200) -> Response:
    languages = services().languages
    links = [(code, languages.name(code), f"/h?language={code}") for code in languages.offered]
    return page("link/code.html", status, form=form, language_links=links)
