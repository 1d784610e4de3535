"""The desk's side of the conversation: ask the patient, write what needs no answer, take back, settle."""

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import conversation, store, talking
from intake.cases.conversation import Message
from intake.desk.coordinators import actor
from intake.errors import ConversationFull, MoveNotAllowed, SessionMissing
from intake.forms.talk import DeskTalkForm
from intake.web.case_messages import names_in
from intake.web.desk import show_case
from intake.web.pages import page, say
from intake.web.security import guard, need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_messages", __name__, url_prefix="/desk/cases/<case_id>/messages")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)


@blueprint.get("/new")
def ask_new(case_id: str) -> Response:
    """What to write, under what was written so far."""
    need_coordinator()
    return _page(case_id, DeskTalkForm(gettext=say, guard=guard(), answers=_they_wait(case_id)))


@blueprint.post("/new")
def new(case_id: str) -> Response:
    """Ask, or write; the requester gets a letter without a word of it."""
    who = need_coordinator()
    form = DeskTalkForm(request.form, gettext=say, guard=guard(), answers=_they_wait(case_id))
    if not form.validate():
        return _page(case_id, form, 422)
    try:
        message = _send(case_id, form, actor(who))
    except (MoveNotAllowed, ConversationFull) as refused:
        form.text.errors = [say(refused.message)]
        return _page(case_id, form, 409)
    return _back(case_id, "asked_them" if message.due_at else "wrote_them")


@blueprint.post("/<message_id>/settle")
def settle(case_id: str, message_id: str) -> Response:
    """A question is taken back, or a message needs no answer."""
    need_csrf("message-settle")
    who, house = need_coordinator(), services()
    try:
        with house.database.transaction() as tx:
            talking.settle_message(tx, house, case_id, message_id, actor(who), house.clock())
    except MoveNotAllowed:
        return show_case(case_id, who, 409, said="moved_on")
    return _back(case_id, "settled")


def _they_wait(case_id: str) -> bool:
    """Whether the requester wrote, and waits for an answer."""
    with services().database.read() as tx:
        return conversation.waiting(tx, case_id).for_us is not None


def _send(case_id: str, form: DeskTalkForm, by: str) -> Message:
    house = services()
    with house.database.transaction() as tx:
        if form.days is None:
            return talking.write_to_requester(tx, house, case_id, form.text.data, by, house.clock())
        return talking.ask_requester(tx, house, case_id, form.text.data, form.days, by, house.clock())


def _page(case_id: str, form: DeskTalkForm, status: int = 200) -> Response:
    house = services()
    with house.database.read() as tx:
        case = store.case_by_id(tx, case_id)
        talk = conversation.messages_of(tx, house.keys, case)
        names = names_in(tx, talk)
    if status == 200 and not talking.may_write(case):
        return _back(case_id, "moved_on")
    return page("desk/message.html", status, case=case, talk=talk, names=names, form=form, now=house.clock())


def _back(case_id: str, said: str) -> Response:
    return redirect(url_for("desk.case", case_id=case_id, said=said), 303)
