"""What every page of the request shares: whose draft it is, in which language, and where the visitor
belongs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Response, current_app, request

from intake.cases import draft as drafts
from intake.cases.draft import Draft, DraftState
from intake.cases.suspicion import Trait, note_trait
from intake.db import Tx
from intake.errors import DraftGone, KeyGone, NotYours
from intake.forms.context import Answers, FormContext, form_context
from intake.forms.csrf import Guard
from intake.forms.draft_answers import DraftAnswers
from intake.forms.journey import may_visit, next_unanswered
from intake.forms.pages import BY_STEP, CHECK
from intake.links.sessions import Role
from intake.web.pages import language, page, say
from intake.web.security import guard, need_session, prolong_session, services, session_of

OVER = "/case/sent"


class Elsewhere(Exception):
    """The visitor belongs on another page; `address` says which."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


def here(step: str = "") -> str:
    """The address of a page of the request, in the reader's language."""
    return f"/request/{language()}/{step}"


def draw(template: str, status: int = 200, step: str = "", **values: Any) -> Response:
    """A page of the request, with the way to the same page in other languages."""
    languages = services().languages
    links = [(code, languages.name(code), f"/request/{code}/{step}") for code in languages.offered]
    return page(template, status, language_links=links, **values)


def context() -> FormContext:
    """What the forms know in this language, today."""
    house, code = services(), language()
    made: dict[str, FormContext] = current_app.extensions.setdefault("intake_contexts", {})
    today = house.clock().date()
    if code not in made or made[code].today != today:
        made[code] = form_context(house.languages, house.operator, house.knowledge, code, today)
    return made[code]


def page_guard() -> Guard:
    """What a page of the request is signed with: left open for days, it stays good as long as a draft may wait."""
    return guard(timedelta(days=services().settings.draft_days))


def signed(kind: Any, *how: Any, typed: bool = False, **more: Any) -> Any:
    """A small form of this visitor's; `typed` fills it with what was sent."""
    return kind(*how, request.form if typed else None, gettext=say, guard=page_guard(), **more)


def my_draft_id(tx: Tx | None = None) -> str:
    """The draft of this browser. Raises SessionMissing, or Elsewhere until the address is typed after a
    link."""
    session = need_session(Role.DRAFT, tx)
    if session.grant_id is not None and not session.address_checked:
        raise Elsewhere(here("resume"))
    return session.subject


def read_mine() -> Draft:
    """The draft of this browser, to look at. Raises Elsewhere when it is a case by now, DraftGone when it is
    over."""
    house = services()
    with house.database.read() as tx:
        draft = drafts.read_draft(tx, house.keys, my_draft_id(tx), house.clock())
    if draft.state is DraftState.SENT:
        raise Elsewhere(OVER)
    return draft


def has_draft() -> bool:
    """Whether this browser has a request to go on with."""
    if session_of(Role.DRAFT) is None:
        return False
    try:
        return bool(read_mine().answers)
    except (Elsewhere, DraftGone, KeyGone):
        return False


def keep(mine: Draft, change: Callable[[Answers], DraftAnswers], *, trapped: bool = False) -> DraftAnswers:
    """Change the answers of a draft, read before, and save them, with the language they are read in. Returns them.

    If somebody, as in another tab, has changed the draft since, it is the newest answers that are changed. `trapped`
    says that a box was filled that people never see: that is remembered, and nothing else comes of it.
    """
    house, now, days = services(), services().clock(), services().settings.draft_days
    draft, answers = mine, change(mine.answers)
    with house.database.transaction() as tx:
        if trapped or not drafts.save_answers_if_unchanged(tx, mine, answers, days, now):
            draft = drafts.read_draft(tx, house.keys, mine.id, now, to_change=True, key=mine.key)
            if draft.state is DraftState.SENT:
                raise Elsewhere(OVER)
            if trapped:
                note_trait(tx, draft, Trait.TRAP)
            answers = change(draft.answers)
            drafts.save_answers(tx, draft, answers, days, now)
        prolong_session(tx, Role.DRAFT, now + timedelta(days=days))
        keep_address(tx, draft, answers.get("reach-you", {}).get("email", ""))
        if draft.language != language():
            drafts.save_language(tx, draft, language(), days, now)
    return answers


def keep_address(tx: Tx, draft: Draft, address: str) -> None:
    """Save the address by which the requester comes back, if there is one and it is another than before."""
    house = services()
    if address and address != draft.address:
        drafts.save_address(tx, house.keys, draft, address, house.settings.draft_days, house.clock())


def need_place(step: str, answers: Answers) -> None:
    """Raises NotYours for a page that does not exist, Elsewhere for one that is not reached yet."""
    if step not in BY_STEP and step != CHECK:
        raise NotYours
    known = context()
    if not may_visit(step, answers, known):
        raise Elsewhere(here(next_unanswered(answers, known)))
