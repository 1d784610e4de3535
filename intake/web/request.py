"""The guided request: one page at a time, kept on the server, sent once. GET changes nothing.

A view reads the draft, does one verb and answers; which page comes next is the journey's to say.
"""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, redirect, request

from intake.cases import draft as drafts
from intake.cases import letters, lifecycle
from intake.cases.draft import Draft, DraftState
from intake.db import Tx
from intake.errors import DraftGone, DraftIncomplete, KeyGone, NotYours, SessionMissing
from intake.forms.answers import rows
from intake.forms.base import StepForm
from intake.forms.draft_answers import left_over, typed_on
from intake.forms.journey import after, before, may_visit, next_unanswered, place
from intake.forms.pages import BY_STEP, CHECK, open_page
from intake.forms.returning import Button, Send
from intake.forms.whole import whole_request
from intake.web import before as first
from intake.web import deleting, preview, records_list, returning
from intake.web.desk_opening import may_open, open_for_somebody
from intake.web.drafting import (
    OVER,
    Elsewhere,
    context,
    draw,
    here,
    my_draft_id,
    need_place,
    page_guard,
    read_mine,
    signed,
)
from intake.web.keeping import AWAY, PAGE_FORM, keep_page, note_trap, way_aside, words_kept
from intake.web.links import let_in
from intake.web.pages import language, speak
from intake.web.security import limit, services
from intake.web.turns import in_turn

blueprint = Blueprint("request", __name__, url_prefix="/request")
in_turn(blueprint)
blueprint.register_blueprint(first.blueprint)
blueprint.register_blueprint(preview.blueprint)
blueprint.register_blueprint(records_list.blueprint)
blueprint.register_blueprint(returning.blueprint)
blueprint.register_blueprint(deleting.blueprint)

SEND, AGAIN = "request:send", "request:again"


@blueprint.url_value_preprocessor
def take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """The language stands in the address; views do not need to know it."""
    g.intake_asked = (values or {}).pop("code", None)
    speak(g.intake_asked)


@blueprint.before_request
def need_offered_language() -> Response | None:
    """Somebody who comes with a language that we do not offer is led to one that we do."""
    if g.intake_asked is None or g.intake_asked in services().languages.offered:
        return None
    if request.method != "GET":
        raise NotYours
    return redirect(_as_asked(here(request.path.split("/", 3)[3])))


@blueprint.errorhandler(SessionMissing)
def begin_again(missing: SessionMissing) -> Response:
    """No draft in this browser: the start page says how to begin."""
    return redirect(here(), 303)


@blueprint.errorhandler(DraftGone)
@blueprint.errorhandler(KeyGone)
def gone(over: DraftGone | KeyGone) -> Response:
    """The draft ran out of time."""
    return draw("request/gone.html", 410, days=services().settings.draft_days)


@blueprint.errorhandler(Elsewhere)
def go_there(elsewhere: Elsewhere) -> Response:
    """The page where the visitor belongs."""
    return redirect(elsewhere.address, 303)


@blueprint.errorhandler(DraftIncomplete)
def finish_first(incomplete: DraftIncomplete) -> Response:
    """The first page that still needs an answer."""
    return redirect(here(str(incomplete.values["step"])), 303)


# -- Beginning -----------------------------------------------------------------------------------------------


@blueprint.get("/")
def choose_language() -> Response:
    """The form in the first language that we offer."""
    return redirect(_as_asked(here()))


def _as_asked(address: str) -> str:
    """An address with what stands behind the question mark, such as the partner whose page led here."""
    return f"{address}?{query}" if (query := request.query_string.decode("ascii", "ignore")) else address


@blueprint.get("/<code>/continue")
def go_on() -> Response:
    """The first page that still needs an answer."""
    return redirect(here(next_unanswered(read_mine().answers, context())), 303)


# -- One page ------------------------------------------------------------------------------------------------


@blueprint.get("/<code>/<step>")
def show(step: str) -> Response:
    """A page with what was answered, or typed, before."""
    draft = read_mine()
    need_place(step, draft.answers)
    known = {"reach-you": {"email": draft.address}} if draft.address else {}
    answers = known | draft.answers
    return _step_page(open_page(step, context(), answers, typed_on(draft.answers, step), guard=page_guard()))


@blueprint.post("/<code>/<step>")
def answer(step: str) -> Response:
    """Keep the answers and go on; or say what to mend. What was typed is kept wherever it comes from."""
    if step not in BY_STEP:
        raise NotYours
    try:
        return _answer(step)
    except AWAY as away:
        return words_kept(step, away)


def _answer(step: str) -> Response:
    draft, then = read_mine(), request.form.get("then", "")
    aside = way_aside(then, step, draft.answers)
    form = open_page(step, context(), draft.answers, request.form, guard=page_guard())
    reached, pressed, valid = may_visit(step, draft.answers, context()), form.press(then), form.validate()
    answers = keep_page(draft, form, then, take=valid and reached and not pressed)
    if not reached:
        return redirect(here(next_unanswered(answers, context())), 303)
    if form.stale:
        return _step_page(form, 422)
    if aside or pressed or (valid and form.waits):
        return redirect(aside or here(step), 303)
    return redirect(here(after(step, answers, context())), 303) if valid else _step_page(form, 422)


def _step_page(form: StepForm, status: int = 200) -> Response:
    back, where = here(before(form.step, form.answers)), place(form.step, form.answers)
    return draw(form.template, status, form.step, form=form, back=back, place=where, page_form=PAGE_FORM)


# -- Sending -------------------------------------------------------------------------------------------------


@blueprint.get("/<code>/check")
def check() -> Response:
    """Everything once more, before it is sent."""
    return _check_page(read_mine(), signed(Send, SEND))


@blueprint.post("/<code>/send")
@limit("send")
def send() -> Response:
    """Open the case; or, while the address is not confirmed, ask for that first. However often it is
    pressed."""
    form, draft_id = signed(Send, SEND, typed=True), my_draft_id()
    if not form.validate():
        if form.trapped:
            note_trap(draft_id)
        return _check_page(read_mine(), form, 422)
    with services().database.transaction() as tx:
        draft = drafts.read_draft(tx, services().keys, draft_id, services().clock(), to_change=True)
        if by := may_open(draft):
            return open_for_somebody(tx, draft, by)
        case_id = _send(tx, draft)
        return let_in(tx, case_id, redirect(OVER, 303)) if case_id else redirect(here("sent"), 303)


@blueprint.get("/<code>/sent")
def sent() -> Response:
    """While the address is not confirmed: look in your mailbox. Afterwards: the case's own page."""
    draft = read_mine()
    if draft.state is not DraftState.PARKED:
        raise Elsewhere(here("continue"))
    return _parked_page(draft, signed(Button, AGAIN), sent_again="again" in request.args)


@blueprint.post("/<code>/again")
@limit("new_link")
def ask_again() -> Response:
    """Send the letter that asks to confirm the address once more."""
    form, draft, house = signed(Button, AGAIN, typed=True), read_mine(), services()
    if not form.validate():
        return _parked_page(draft, form, 422)
    with house.database.transaction() as tx:
        newest = drafts.read_draft(tx, house.keys, draft.id, house.clock(), to_change=True)
        if newest.state is DraftState.PARKED:
            letters.ask_to_confirm(tx, house, newest, house.clock())
    return redirect(here("sent") + "?again=1", 303)


def _send(tx: Tx, draft: Draft) -> str | None:
    """The id of the case, or None while the address is not confirmed."""
    if draft.state is DraftState.SENT:
        return draft.case_id
    house, now = services(), services().clock()
    if draft.language != language():
        drafts.save_language(tx, draft, language(), house.settings.draft_days, now)
        draft = replace(draft, language=language())
    case = lifecycle.send_draft(tx, house, draft, whole_request(draft.answers, context()), now)
    return case.id if case else None


def _check_page(draft: Draft, form: Send, status: int = 200) -> Response:
    need_place(CHECK, draft.answers)
    sections, back = rows(draft.answers, context()), here(before(CHECK, draft.answers))
    open_still = left_over(draft.answers, [section.step for section in sections])
    return draw("request/check.html", status, CHECK, form=form, sections=sections, open_still=open_still, back=back)


def _parked_page(draft: Draft, form: Button, status: int = 200, *, sent_again: bool = False) -> Response:
    shown = {"address": draft.address, "sent_again": sent_again, "days": services().settings.draft_days}
    return draw("request/parked.html", status, "sent", form=form, **shown)
