"""Which page comes next, derived from the answers alone: nothing anywhere stores a current page.

A page counts as answered when its answers are stored and still stand beside the others. Unreachable answers
stay in the draft, so that a change of mind loses nothing; `pruned` drops them from what is sent.
"""

from intake.forms.base import is_about_other
from intake.forms.context import Answers, FormContext, Json
from intake.forms.fields.question import is_one_of
from intake.forms.pages import BY_STEP, CHECK, PAGES, fields_of

ONLY_FOR_OTHERS = frozenset({"asking", "permission", "patient-agrees"})


# A page without a question, shown once its step was answered. It is no step: nothing waits for it.
PAGE_AFTER = {"timing": "time", "records": "records-list"}


def path(answers: Answers) -> list[str]:
    """The pages of this person's journey, in order; `check` is the last."""
    about_other = is_about_other(answers)
    asked = (page for page in PAGES if about_other or page.step not in ONLY_FOR_OTHERS)
    return [page.step for page in asked if page.belongs(answers)] + [CHECK]


def answered(step: str, answers: Answers, context: FormContext) -> bool:
    """Whether a page's answers are stored and still stand. `check` never is: it is the end."""
    return step in BY_STEP and step in answers and BY_STEP[step].stands(answers, context)


def next_unanswered(answers: Answers, context: FormContext) -> str:
    """The first page of the journey that needs an answer; `check` when none does."""
    return next(step for step in path(answers) if not answered(step, answers, context))


def may_visit(step: str, answers: Answers, context: FormContext) -> bool:
    """Whether a page may be opened: those already answered, and the first that is not."""
    steps = path(answers)
    return step in steps and steps.index(step) <= steps.index(next_unanswered(answers, context))


def after(step: str, answers: Answers, context: FormContext) -> str:
    """Where a step leads that was just answered: to the page that follows it, or to what needs an answer next."""
    return PAGE_AFTER.get(step) or next_unanswered(answers, context)


def before(step: str, answers: Answers) -> str:
    """The page before this one, for the way back; "" for the first."""
    steps = path(answers)
    earlier = steps[steps.index(step) - 1] if step in steps and steps.index(step) else ""
    return PAGE_AFTER.get(earlier, earlier)


def place(step: str, answers: Answers) -> tuple[int, int]:
    """(which page this is, of how many), counting from 1. The step must be on the path."""
    steps = path(answers)
    return steps.index(step) + 1, len(steps)


def pruned(answers: Answers) -> dict[str, dict[str, Json]]:
    """The answers that belong to the journey: no unreachable page, no field that was not asked."""
    return {step: _asked(step, answers) for step in path(answers) if step in BY_STEP and step in answers}


def _asked(step: str, answers: Answers) -> dict[str, Json]:
    given = dict(answers[step])
    for name, declared in fields_of(BY_STEP[step]):
        field, wanted = declared.get("only_if") or ("", None)
        if field and not is_one_of(given.get(field), wanted):
            given.pop(name, None)
    if step == "records":
        shown = set(given.get("shown", ()))
        held = given.get("items_held") or {}
        given["items_held"] = {item: state for item, state in held.items() if item in shown}
    return given
