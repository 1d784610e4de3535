"""Before the first question: what to know, whether it can wait, the emergency page, and the page about time.

Nothing is kept of what somebody answers here: who needs help now goes on to a page, and who does not begins a draft.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request

from intake.cases import call_backs
from intake.cases import draft as drafts
from intake.cases.call_backs import Said
from intake.forms.call_me import CallMe
from intake.forms.context import FORM_VERSION
from intake.forms.journey import answered, next_unanswered
from intake.forms.pages import open_page
from intake.forms.paper import paper_form
from intake.forms.returning import Button
from intake.links.sessions import Role
from intake.partners import store as partners
from intake.web.drafting import Elsewhere, context, draw, has_draft, here, read_mine, signed
from intake.web.keeping import PAGE_FORM, in_another_language
from intake.web.pages import language
from intake.web.security import limit, need_cookies, services, start_session

blueprint = Blueprint("before", __name__)

START = "request:start"


@blueprint.get("/<code>/")
def start() -> Response:
    """What to know before the first question."""
    known = context()
    not_served = [known.country(code) for code in known.not_served]
    return _draw("start", not_served=not_served, draft_open=has_draft())


@blueprint.get("/<code>/can-it-wait")
def can_it_wait() -> Response:
    """The signs that cannot wait, and whether one of them is there now."""
    return _wait_page(signed(Button, START))


@blueprint.post("/<code>/")
@limit("start")
def begin() -> Response:
    """A new draft for this browser. One that it has, perhaps from another tab, is left behind only on purpose."""
    form = signed(Button, START, typed=True)
    if not form.validate():
        need_cookies()
        return _wait_page(form, 422)
    if has_draft() and "anew" not in request.form:
        return redirect(here("continue"), 303)
    house, draft_id, days = services(), drafts.new_draft_id(), services().settings.draft_days
    response = redirect(here("continue"), 303)
    with house.database.transaction() as tx:
        known = (draft_id, language(), FORM_VERSION, days, house.clock())
        draft = drafts.begin_draft(tx, house.keys, *known, partner=_via() or None)
        partners.count_start(tx, _via(), house.clock())
        start_session(tx, response, Role.DRAFT, draft_id, expires_at=draft.expires_at)
    return response


@blueprint.get("/<code>/emergency")
def emergency() -> Response:
    """Call now: the number of a country, as far as we know it. The country stands in the address and nowhere else."""
    known = context()
    country = request.args.get("country", "")
    country = country if country in known.countries else ""
    shown = {"countries": known.countries, "country": country, "number": known.knowledge.emergency_number(country)}
    return _draw("emergency", asked={"country": country}, **shown)


@blueprint.get("/<code>/time")
def time() -> Response:
    """How long it may take, beside what is planned; and words to ask one's own doctor. No question is asked."""
    draft, known = read_mine(), context()
    if not answered("timing", draft.answers, known):
        raise Elsewhere(here(next_unanswered(draft.answers, known)))
    timing = open_page("timing", known, draft.answers)
    return draw("request/time.html", step="time", timing=timing, back=here("timing"))


@blueprint.get("/<code>/paper")
def paper() -> Response:
    """The whole form, to be printed and filled in by hand."""
    known = context()
    not_served = [known.country(code) for code in known.not_served]
    return draw("request/paper.html", step="paper", sections=paper_form(known), not_served=not_served)


@blueprint.get("/<code>/call-me")
def ask_number() -> Response:
    """Three questions, for somebody who would rather be called."""
    return _call_page(signed(CallMe))


@blueprint.post("/<code>/call-me")
@limit("call_me")
def call_me() -> Response:
    """Keep the number for the desk, and nothing of it in this browser."""
    form, house = signed(CallMe, typed=True), services()
    if in_another_language(request.form.get("then", "")):
        return _call_page(signed(CallMe, typed=True))
    if not form.validate():
        return _call_page(form, 422)
    said = Said(form.called.data, form.number.data, form.suits.data)
    with house.database.transaction() as tx:
        call_backs.ask(tx, house, said, language(), house.clock())
    return redirect(here("called"), 303)


@blueprint.get("/<code>/called")
def called() -> Response:
    """We will call."""
    return draw("request/called.html", step="called")


def _call_page(form: CallMe, status: int = 200) -> Response:
    languages = services().languages
    names = [context().tongue(code) for code in services().operator.contact.languages]
    shown = {"spoken": languages.listed(language(), names), "days": call_backs.KEEP.days, "page_form": PAGE_FORM}
    return draw("request/call-me.html", status, "call-me", form=form, **shown)


def _wait_page(form: Button, status: int = 200) -> Response:
    anew = "anew" in request.values
    return _draw("can-it-wait", status, asked={"anew": "yes" if anew else ""}, form=form, anew=anew)


def _draw(step: str, status: int = 200, asked: dict[str, str] | None = None, **values: Any) -> Response:
    """A page that hands on the partner whose page led here, to the next page and to the same in another language."""
    via, kept = _via(), {name: value for name, value in ((asked or {}) | {"via": _via()}).items() if value}
    address = ("" if step == "start" else step) + ("?" + urlencode(kept) if kept else "")
    return draw(f"request/{step}.html", status, address, via=via, **values)


def _via() -> str:
    """The partner whose page led here, by the slug in the address; "" for none, or for something that is no slug."""
    slug = request.args.get("via", "")
    return slug if partners.SLUG.fullmatch(slug) else ""
