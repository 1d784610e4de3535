"""Nothing typed on a page of the request is lost: not on the way aside, and not when there is no draft to keep it in.

What arrives for a page that may not be answered now is kept beside the answers; what arrives for no draft at all is
shown again, to be sent once more from the same page.
"""

from functools import partial

from flask import Response, request

from intake.cases import draft as drafts
from intake.cases.draft import Draft
from intake.cases.suspicion import Trait, note_trait
from intake.errors import DraftGone, KeyGone, SessionMissing
from intake.forms.base import StepForm
from intake.forms.context import Answers
from intake.forms.draft_answers import DraftAnswers, with_page, with_typed
from intake.forms.fields.question import Question
from intake.forms.journey import before
from intake.forms.pages import open_page
from intake.web.drafting import OVER, Elsewhere, context, draw, here, keep, page_guard
from intake.web.pages import speak
from intake.web.security import came_from_us, services

# The id of the form on every page with questions: buttons that stand elsewhere on the page send it by this name.
PAGE_FORM = "page-form"
# Why there may be no draft to keep words in: it ended, was sent, or this browser cannot show which one it is.
AWAY = (SessionMissing, DraftGone, KeyGone, Elsewhere)
LANGUAGE = "language:"
# What a form sends beside the words of a person.
OURS = ("csrf_token", "then", "remark2")


def in_another_language(then: str) -> bool:
    """Whether a page is to be read in another language, as its button says; that is spoken from here on."""
    code = then.removeprefix(LANGUAGE)
    if not then.startswith(LANGUAGE) or code not in services().languages.offered:
        return False
    speak(code)
    return True


def way_aside(then: str, step: str, answers: Answers) -> str:
    """The address of whoever leaves a page by another button than "Continue"; "" for who goes on."""
    if in_another_language(then):
        return here(step)
    ways = {"save": "save", "preview": f"preview?back={step}", "back": before(step, answers)}
    return here(ways[then]) if then in ways else ""


def keep_page(draft: Draft, form: StepForm, then: str, *, take: bool) -> DraftAnswers:
    """Keep a page that was sent, and return the newest answers: as an answer if it may be taken, else as typed.

    A page that shall be read in another language is not answered yet, unless it was before and nothing changed. Of a
    page that is not signed by us nothing is taken; its words are kept if the browser says that it was ours.
    """
    if form.stale and not came_from_us():
        return dict(draft.answers)
    asks_again = then.startswith(LANGUAGE) and (not take or form.stored() != draft.answers.get(form.step))
    change = partial(with_page if take and not asks_again else with_typed, form=form)
    return keep(draft, change, trapped=form.trapped)


def note_trap(draft_id: str) -> None:
    """Remember that a box was filled that people never see."""
    with services().database.transaction() as tx:
        draft = drafts.read_draft(tx, services().keys, draft_id, services().clock(), to_change=True)
        note_trait(tx, draft, Trait.TRAP)


def words_kept(step: str, away: Exception) -> Response:
    """The words that came for no draft: shown, and ready to be sent again. Raises `away` when there were none."""
    in_another_language(request.form.get("then", ""))
    form = open_page(step, context(), {}, request.form, guard=page_guard())
    words = [(field.wording, _words(field), field.theirs) for field in form.questions if _words(field)]
    if not words:
        raise away
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in OURS]
    sent, over = isinstance(away, Elsewhere) and away.address == OVER, isinstance(away, DraftGone | KeyGone)
    shown = {"words": words, "kept": kept, "sent": sent, "over": over, "page_form": PAGE_FORM}
    shown["days"] = services().settings.draft_days
    return draw("request/kept.html", 410 if over else 409, step, form=form, **shown)


def _words(field: Question) -> str:
    """What was typed or chosen, as a person reads it; "" for a question that was left alone."""
    typed = " ".join(text for values in field.typed.values() for text in values if text.strip())
    return (not field.theirs and field.said()) or typed if typed else ""
