"""What is known already, offered where it is needed again; and a draft of the question, made of the person's own words.

Nothing is asked twice, nothing that was typed is changed, and not one word is ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from intake.forms.base import StepForm
from intake.forms.context import Answers, FormContext

# The parts of the frame, in its order; what was told on an earlier page stands in for a part that was left empty.
FRAME_FIELDS = ("about_me", "decision", "compared_with", "what_matters")
TOLD_BEFORE = {"about_me": ("condition", "told"), "decision": ("timing", "plan")}


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was told on an earlier page; drawn as a row of a summary."""

    label: str
    value: str
    theirs: bool
    step: str
    anchor: str


def told_already(
    asked: Iterable[tuple[type[StepForm], tuple[str, ...]]], context: FormContext, answers: Answers
) -> list[Told]:
    """What was answered to these questions (page, names of its fields), without those that were left empty."""
    told = []
    for page, names in asked:
        form = page(context, answers)
        fields = [form[name] for name in names if form[name].asked and not form[name].empty]
        told += [Told(each.summary, each.said(), each.theirs, page.step, each.anchor) for each in fields]
    return told


def compose(answers: Answers, typed: str, most: int) -> str:
    """The person's own words in the order of the frame, after what they typed already, which is never changed.

    What is in `typed` is not added again. Words from an earlier page stand in for an empty part only where the whole
    stays within `most` characters; words of the frame itself are never left out.
    """
    frame = {name: str(answers.get("frame", {}).get(name) or "") for name in FRAME_FIELDS}
    for name, words in _told_before(answers).items():
        with_it = frame | {name: frame[name] or words}
        if len(_joined(typed, with_it)) <= most:
            frame = with_it
    return _joined(typed, frame)


def can_compose(answers: Answers) -> bool:
    """Whether the person wrote anything in the frame that could be put together."""
    return any(answers.get("frame", {}).get(name) for name in FRAME_FIELDS)


def _told_before(answers: Answers) -> dict[str, str]:
    told = {name: str(answers.get(step, {}).get(field) or "") for name, (step, field) in TOLD_BEFORE.items()}
    if answers.get("timing", {}).get("planned") != "yes":  # a plan of which they have thought better
        told["decision"] = ""
    return told


def _joined(typed: str, frame: dict[str, str]) -> str:
    new = [words for words in frame.values() if words and words not in typed]
    return "\n".join(filter(None, [typed, *dict.fromkeys(new)]))
