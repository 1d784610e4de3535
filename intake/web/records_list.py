"""The list of records to get and the letters that ask for them: while a request is written, and on the case page."""

from flask import Blueprint, Response, redirect

from intake.cases import store
from intake.forms.context import Answers, FormContext, form_context
from intake.forms.journey import answered, next_unanswered, pruned
from intake.forms.records_list import RecordsList, Speech, Tongues, records_list
from intake.links.sessions import Role
from intake.web.drafting import Elsewhere, context, draw, here, read_mine
from intake.web.pages import language, page, speak
from intake.web.security import need_session, services

blueprint = Blueprint("records_list", __name__)
of_case = Blueprint("case_records_list", __name__)


@blueprint.get("/<code>/records-list")
def show() -> Response:
    """What is missing, after the page about the records. No question is asked."""
    draft, known = read_mine(), context()
    if not answered("records", draft.answers, known):
        raise Elsewhere(here(next_unanswered(draft.answers, known)))
    shown = _listed(pruned(draft.answers), known)
    return draw("request/records-list.html", step="records-list", shown=shown, back=here("records"), go_on=True)


@of_case.get("/records-list")
def show_of_case() -> Response:
    """The same for a case, dated today. Needs the address typed: the list tells of the illness."""
    session, house = need_session(Role.CASE), services()
    if not session.address_checked:
        return redirect("/case/", 303)
    with house.database.read() as tx:
        case = store.case_by_id(tx, session.subject)
        answers = store.read_answers(tx, house.keys, case)
    speak(session.language or case.language)
    known = form_context(house.languages, house.operator, house.knowledge, language(), house.clock().date())
    return page("request/records-list.html", shown=_listed(answers, known), back="/case/", go_on=False)


def _listed(answers: Answers, known: FormContext) -> RecordsList:
    languages = services().languages

    def speech(code: str) -> Speech:
        return Speech(code, languages.gettext(code), lambda day: languages.format_date(code, day))

    return records_list(answers, known, Tongues(speech, languages.written_in))
