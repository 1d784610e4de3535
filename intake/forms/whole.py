"""A complete request, read out of a draft's answers: the only way from a draft to a case."""

from intake.cases.consent import Agreement
from intake.cases.lifecycle import Request
from intake.errors import DraftIncomplete
from intake.forms.agreement import agreement_wanted
from intake.forms.context import Answers, FormContext
from intake.forms.journey import next_unanswered, pruned
from intake.forms.pages import CHECK
from intake.forms.urgency import is_urgent


def whole_request(answers: Answers, context: FormContext) -> Request:
    """What the case is opened with. Raises DraftIncomplete naming the first page that still needs an
    answer."""
    step = next_unanswered(answers, context)
    if step != CHECK:
        raise DraftIncomplete(step=step)
    given = pruned(answers)
    agreed = [line for line in given["consent"]["record"] if line["given"]]
    return Request(
        answers=given,
        address=given["reach-you"]["email"],
        specialty=given["condition"]["specialty"],
        country=given["patient"]["country"],
        agreements=tuple(
            Agreement(line["id"], line["version"], line["text"], tuple(line["countries"]), line["language"])
            for line in agreed
        ),
        patient=agreement_wanted(given),
        urgent=is_urgent(given, context.today),
    )
