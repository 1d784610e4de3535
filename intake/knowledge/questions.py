"""How to ask a clinical question: the frame and its prompts, made-up examples for each reason, and what makes an answer
vague."""

from dataclasses import dataclass

from intake.knowledge.entry import Entry
from intake.knowledge.sources import ID, Note, Source, TitledNote, read_note, read_source_or_ours, read_titled_note

PARTS = ("about-me", "decision", "compared-with", "what-matters")


@dataclass(frozen=True, slots=True)
class ExampleQuestion:
    """A weak and a better question for one reason, from one specialty (ids), about a made-up person; all of it is
    ours."""

    reason: str
    specialty: str
    weak: str
    better: str
    why: str


@dataclass(frozen=True, slots=True)
class Prompts:
    """What to write in each part of the frame for one reason (its id), in the order of PARTS."""

    reason: str
    hints: tuple[str, ...]
    source: Source | None


@dataclass(frozen=True, slots=True)
class Questions:
    """Everything about asking; prompts and examples hold one entry for each reason, in the order of the reasons."""

    made_up: str
    frame: tuple[TitledNote, ...]
    prompts: tuple[Prompts, ...]
    examples: tuple[ExampleQuestion, ...]
    vague: tuple[TitledNote, ...]
    for_reviewer: tuple[Note, ...]
    for_team: tuple[Note, ...]

    def prompts_for(self, reason: str) -> dict[str, str]:
        """What to write, by part of the frame: for this reason, or the frame's own words for one without prompts."""
        own = next((each.hints for each in self.prompts if each.reason == reason), None)
        return dict(zip(PARTS, own or [part.hint for part in self.frame], strict=True))

    def examples_for(self, specialty: str, reason: str, most: int = 3) -> tuple[ExampleQuestion, ...]:
        """The example of this reason first, then others of this specialty; at most so many, perhaps none."""
        same_reason = [each for each in self.examples if each.reason == reason]
        same_field = [each for each in self.examples if each.specialty == specialty and each.reason != reason]
        return tuple((same_reason + same_field)[:most])


def read_questions(entry: Entry) -> Questions:
    """The whole file. Raises KnowledgeBroken."""
    return Questions(
        made_up=entry.text("made_up"),
        frame=_frame(entry),
        prompts=entry.each("prompts", _prompts),
        examples=entry.each("examples", _example),
        vague=entry.each("vague", read_titled_note),
        for_reviewer=entry.each("for_reviewer", read_note),
        for_team=entry.each("for_team", read_note),
    )


def _frame(entry: Entry) -> tuple[TitledNote, ...]:
    frame = entry.each("frame", read_titled_note)
    if tuple(part.id for part in frame) != PARTS:
        raise entry.broken(f"frame must hold {', '.join(PARTS)}, in this order")
    return frame


def _prompts(entry: Entry) -> Prompts:
    return Prompts(
        reason=entry.text("reason", like=ID),
        hints=tuple(entry.text(part) for part in PARTS),
        source=read_source_or_ours(entry),
    )


def _example(entry: Entry) -> ExampleQuestion:
    return ExampleQuestion(
        reason=entry.text("reason", like=ID),
        specialty=entry.text("specialty", like=ID),
        weak=entry.text("weak"),
        better=entry.text("better"),
        why=entry.text("why"),
    )
