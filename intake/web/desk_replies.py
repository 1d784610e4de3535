"""Saved replies at the desk: a list, a page to write one, and the words that another page takes from it."""

from dataclasses import replace

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import replies
from intake.cases.replies import LONGEST, LONGEST_TITLE, Reply
from intake.desk.coordinators import actor
from intake.errors import ReplyChanged, SessionMissing
from intake.languages import N_
from intake.web.pages import page, say
from intake.web.security import need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_replies", __name__, url_prefix="/desk/replies")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

NEED_TITLE = N_("Give the reply a short name.")
NEED_TEXT = N_("Write the words of the reply.")
TOO_LONG = N_("Shorten the text to %(most)s characters.")
NEW = Reply("", "", "", "", 0)


@blueprint.get("")
def all_of_them() -> Response:
    """The list, by language."""
    need_coordinator()
    with services().database.read() as tx:
        found = replies.all_replies(tx, services().keys)
    return page("desk/replies.html", replies=found, said=request.args.get("said", ""))


@blueprint.get("/new")
def begin() -> Response:
    """An empty one."""
    need_coordinator()
    return _page(replace(NEW, language=services().languages.offered[0]))


@blueprint.post("/new")
def keep() -> Response:
    """Keep a new reply."""
    need_csrf("reply")
    who, house, reply = need_coordinator(), services(), _typed(NEW)
    if mistakes := _mistakes(reply):
        return _page(reply, 422, mistakes)
    with house.database.transaction() as tx:
        said = (reply.language, reply.title, reply.text)
        replies.save_reply(tx, house.keys, *said, actor(who), house.clock())
    return _back("saved")


@blueprint.get("/<reply_id>")
def show(reply_id: str) -> Response:
    """One, to be changed."""
    need_coordinator()
    return _page(_read(reply_id))


@blueprint.post("/<reply_id>")
def change(reply_id: str) -> Response:
    """Keep other words for it, unless a colleague changed it meanwhile: then both are shown."""
    need_csrf("reply")
    who, house, reply = need_coordinator(), services(), _typed(_read(reply_id))
    if mistakes := _mistakes(reply):
        return _page(reply, 422, mistakes)
    try:
        with house.database.transaction() as tx:
            replies.change_reply(tx, house.keys, reply, actor(who), house.clock())
    except ReplyChanged as changed:
        now = _read(reply_id)
        return _page(replace(reply, version=now.version), 409, (("words", say(changed.message)),), now)
    return _back("saved")


@blueprint.post("/<reply_id>/delete")
def delete(reply_id: str) -> Response:
    """Forget it. Pressing it twice is harmless."""
    need_csrf("reply-delete")
    who, house = need_coordinator(), services()
    with house.database.transaction() as tx:
        replies.delete_reply(tx, house.keys, reply_id, actor(who), house.clock())
    return _back("deleted")


def with_reply(typed: str, reply_id: str) -> str:
    """What was typed, and below it the words of a saved reply; as it was if there is no such reply."""
    with services().database.read() as tx:
        chosen = [reply for reply in replies.all_replies(tx, services().keys) if reply.id == reply_id]
    return "\n\n".join(filter(None, [typed, *(reply.text for reply in chosen)]))


def replies_to_offer() -> list[Reply]:
    """Those that a page may offer."""
    with services().database.read() as tx:
        return replies.all_replies(tx, services().keys)


def _read(reply_id: str) -> Reply:
    with services().database.read() as tx:
        return replies.get_reply(tx, services().keys, reply_id)


def _typed(known: Reply) -> Reply:
    """What the form says; its version is the one that its page showed."""
    form, languages = request.form, services().languages
    version = form.get("version", 0, type=int)
    text = form.get("words", "").replace("\r\n", "\n").strip()
    title = " ".join(form.get("title", "").split())
    return replace(known, language=languages.choose(form.get("language")), title=title, text=text, version=version)


def _mistakes(reply: Reply) -> tuple[tuple[str, str], ...]:
    """What to mend, as (field, sentence)."""
    found = []
    for field, text, most, missing in (
        ("title", reply.title, LONGEST_TITLE, NEED_TITLE), ("words", reply.text, LONGEST, NEED_TEXT),
    ):  # fmt: skip
        if not text:
            found.append((field, say(missing)))
        elif len(text) > most:
            found.append((field, say(TOO_LONG, most=most)))
    return tuple(found)


def _page(
    reply: Reply, status: int = 200, mistakes: tuple[tuple[str, str], ...] = (), now: Reply | None = None
) -> Response:
    return page("desk/reply.html", status, reply=reply, mistakes=mistakes, now=now, wrong=mistakes)


def _back(said: str) -> Response:
    return redirect(url_for("desk_replies.all_of_them", said=said), 303)
