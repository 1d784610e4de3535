"""What comes next in a case, for the stage clock: one plain step, so that nobody is without one."""

from enum import StrEnum

from intake.cases.case import Case, Stage, Turn
from intake.cases.conversation import Waiting


class Step(StrEnum):
    """The next step. Each has its sentence for the requester in templates/case/_clock.html."""

    ANSWER = "answer"  # the requester answers a question of ours
    REPLY = "reply"  # we answer what the requester wrote
    SEND = "send"  # the requester sends records
    CHECK = "check"  # all is said to be sent; our checks run
    LOOK = "look"  # a coordinator looks through everything and finds a specialist
    OPINION = "opinion"  # the specialist reads and writes
    READ = "read"  # the requester reads the opinion
    NONE = "none"  # the work has ended


OF_STAGE = {
    Stage.OPENED: Step.SEND,
    Stage.RECORDS_IN: Step.LOOK,
    Stage.WITH_SPECIALIST: Step.OPINION,
    Stage.REPORTED: Step.READ,
}


def next_step(case: Case, waits: Waiting) -> Step:
    """The step that the case waits for now. What is written to us comes before what we ask, as for the turn."""
    if case.turn is Turn.NOBODY:
        return Step.NONE
    if waits.for_us is not None:
        return Step.REPLY
    if waits.for_them is not None:
        return Step.ANSWER
    if case.turn is Turn.COORDINATOR:  # also where contact was stopped: nobody there is asked for anything
        return Step.LOOK
    step = OF_STAGE.get(case.stage, Step.NONE)
    return Step.CHECK if step is Step.SEND and case.records_declared_at is not None else step
