"""Answers as a draft keeps them: what is valid by page, and beside it what was typed but could not be taken
yet."""

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from intake.forms.base import StepForm
from intake.forms.context import Answers, Json

TYPED = "_typed"
# Says that a page was sent with nothing in it: every tick was taken away, which is something to remember too.
NOTHING = {"_": ["sent"]}

DraftAnswers = dict[str, dict[str, Json]]


def with_page(answers: Answers, form: StepForm) -> DraftAnswers:
    """The answers with a valid page stored; what was typed on it before is no longer needed."""
    return _copy(answers, {form.step: form.stored()}, {form.step: None})


def with_typed(answers: Answers, form: StepForm) -> DraftAnswers:
    """The answers with what was typed on an invalid page kept beside them; the last valid answer stays."""
    return _copy(answers, {}, {form.step: form.typed or NOTHING})


def typed_on(answers: Answers, step: str) -> MultiDict[str, str] | None:
    """What was typed on a page and could not be taken yet; None when there is nothing."""
    values = answers.get(TYPED, {}).get(step)
    return MultiDict(values) if values else None


def left_over(answers: Answers, steps: Iterable[str]) -> list[str]:
    """Those of the steps on which something was typed that is not part of the answers."""
    kept = answers.get(TYPED, {})
    return [step for step in steps if step in kept]


def _copy(
    answers: Answers, stored: DraftAnswers, typed: dict[str, dict[str, list[str]] | None]
) -> DraftAnswers:
    kept = dict(answers.get(TYPED, {})) | typed
    left = {step: values for step, values in kept.items() if values}
    whole = {step: dict(given) for step, given in answers.items() if step != TYPED} | stored
    return whole | ({TYPED: left} if left else {})


def with_address(answers: Answers, address: str) -> DraftAnswers:
    """The answers with another e-mail address, if one was given already; it is never asked twice."""
    given = answers.get("reach-you")
    return _copy(answers, {"reach-you": dict(given) | {"email": address}} if given else {}, {})
