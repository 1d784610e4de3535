"""The requester's side of the conversation: reading, answering a question, writing to the desk."""

from flask import Blueprint, Response, redirect, request

from intake.cases import conversation, talking
from intake.cases.case import Case
from intake.cases.conversation import Message
from intake.db import Tx
from intake.desk import coordinators
from intake.errors import ConversationFull, MoveNotAllowed
from intake.forms.base import SignedForm
from intake.forms.talk import AnswerForm, WriteForm
from intake.web.own_case import ask_address, case_id, own_case
from intake.web.pages import page, say
from intake.web.security import guard, limit, services

blueprint = Blueprint("case_messages", __name__, url_prefix="/case/messages")
blueprint.before_request(ask_address)

HOME = "/case/messages"


@blueprint.get("")
def show() -> Response:
    """The whole conversation. What is new is read from now on."""
    response = _page(_form(WriteForm))
    house = services()
    with house.database.transaction() as tx:
        conversation.mark_read(tx, case_id(), by_requester=True, now=house.clock())
    return response


@blueprint.post("")
@limit("talk")
def write() -> Response:
    """Write to the desk."""
    form, house = _form(WriteForm, request.form), services()
    if not form.validate():
        return _page(form, 422)
    try:
        with house.database.transaction() as tx:
            message = talking.write_to_desk(tx, house, case_id(), form["text"].data, house.clock())
    except (MoveNotAllowed, ConversationFull) as refused:
        return _page(_with(form, say(refused.message)), 409)
    return redirect(f"{HOME}#message-{message.number}", 303)


@blueprint.get("/<message_id>/answer")
def ask_answer(message_id: str) -> Response:
    """One question, and the box for the answer."""
    return _answer_page(message_id, _form(AnswerForm))


@blueprint.post("/<message_id>/answer")
@limit("talk")
def answer(message_id: str) -> Response:
    """Answer it. What was typed stays where somebody was first, or something is missing."""
    form, house = _form(AnswerForm, request.form), services()
    if not form.validate():
        return _answer_page(message_id, form, 422)
    try:
        with house.database.transaction() as tx:
            told = (case_id(), message_id, form["text"].data)
            message = talking.answer_question(tx, house, *told, house.clock())
    except (MoveNotAllowed, ConversationFull) as refused:
        return _answer_page(message_id, _with(form, say(refused.message)), 409)
    return redirect(f"{HOME}#message-{message.number}", 303)


def _form(kind: type[SignedForm], typed: object = None) -> SignedForm:
    with services().database.read() as tx:
        own_case(tx)  # speaks its language, and lets in nobody else
    return kind(typed, gettext=say, guard=guard())


def _with(form: SignedForm, sentence: str) -> SignedForm:
    form["text"].errors = [sentence]
    return form


def _page(form: SignedForm, status: int = 200) -> Response:
    house = services()
    with house.database.read() as tx:
        case = own_case(tx)
        talk = conversation.messages_of(tx, house.keys, case)
        shown = {"talk": talk, "names": names_in(tx, talk), "may_talk": talking.may_talk(case)}
    return page("case/messages.html", status, case=case, form=form, now=house.clock(), **shown)


def _answer_page(message_id: str, form: SignedForm, status: int = 200) -> Response:
    house = services()
    with house.database.read() as tx:
        case = own_case(tx)
        question = conversation.message_of(tx, house.keys, case, message_id)
        names = names_in(tx, [question])
    if status == 200 and not _may_answer(case, question):
        return redirect(f"{HOME}#message-{question.number}", 303)
    return page("case/answer.html", status, case=case, question=question, form=form, names=names)


def _may_answer(case: Case, question: Message) -> bool:
    return question.ours and question.waits and talking.may_talk(case)


def names_in(tx: Tx, talk: list[Message]) -> dict[str, str]:
    """The names of the coordinators who wrote, by their actor: people talk with people."""
    ids = {each.actor.removeprefix("coordinator:") for each in talk if each.actor.startswith("coordinator:")}
    return {coordinators.actor(one): name for one, name in coordinators.names(tx, services().keys, ids).items()}
