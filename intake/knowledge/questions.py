"""How to ask a clinical question: the frame, made-up examples for each reason, and what makes an answer vague."""

from dataclasses import dataclass

from intake.knowledge.entry import Entry
from intake.knowledge.sources import ID, Note, TitledNote, read_note, read_titled_note


@dataclass(frozen=True, slots=True)
class ExampleQuestion:
    """A weak and a better question for one reason (its id), about a made-up person; all of it is ours."""

    reason: str
    weak: str
    better: str
    why: str


@dataclass(frozen=True, slots=True)
class Questions:
    """Everything about asking; the examples hold one entry for each reason, in the order of the reasons."""

    made_up: str
    frame: tuple[TitledNote, ...]
    examples: tuple[ExampleQuestion, ...]
    vague: tuple[TitledNote, ...]
    for_reviewer: tuple[Note, ...]
    for_team: tuple[Note, ...]


def read_questions(entry: Entry) -> Questions:
    """The whole file. Raises KnowledgeBroken."""
    return Questions(
        made_up=entry.text("made_up"),
        frame=entry.each("frame", read_titled_note),
        examples=entry.each("examples", _example),
        vague=entry.each("vague", read_titled_note),
        for_reviewer=entry.each("for_reviewer", read_note),
        for_team=entry.each("for_team", read_note),
    )


def _example(entry: Entry) -> ExampleQuestion:
    return ExampleQuestion(
        reason=entry.text("reason", like=ID),
        weak=entry.text("weak"),
        better=entry.text("better"),
        why=entry.text("why"),
    )
