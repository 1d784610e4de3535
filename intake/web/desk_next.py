"""What a coordinator does next with a case: one thing, first on its page. It decides nothing itself."""

from datetime import datetime
from enum import StrEnum

from intake.cases.case import Case, Stage, Turn
from intake.web.case_file import CaseFile


class Next(StrEnum):
    """The one next thing. Each has its words and its way in templates/desk/_next.html."""

    LOOK = "look"  # held by a rule: somebody must decide whether it is real
    NOTHING = "nothing"  # it is over
    CLAIM = "claim"  # nobody has it
    ANSWER = "answer"  # the requester wrote, and waits
    STOPPED = "stopped"  # nobody may write or call: how does the case end?
    CALL_ANSWER = "call_answer"  # our question was not answered in time
    CALL_RECORDS = "call_records"  # no records in time
    WAIT_ANSWER = "wait_answer"
    WAIT_RECORDS = "wait_records"
    CHECK = "check"  # all is said to be sent
    AGREEMENT = "agreement"  # the patient has to agree before a specialist reads it
    REFER = "refer"  # find a specialist
    CALL_SPECIALIST = "call_specialist"  # the opinion is late
    WAIT_OPINION = "wait_opinion"
    HELP = "help"  # the requester reads the opinion


def next_of(file: CaseFile, now: datetime) -> Next:
    """The next thing for whoever has the case open. Whoever waits for us comes before whom we wait for."""
    case = file.case
    if case.held_as_suspect and case.takes_records:
        return Next.LOOK
    if case.turn is Turn.NOBODY:
        return Next.NOTHING
    if case.coordinator_id is None:
        return Next.CLAIM
    if case.contact_stopped_at is not None and case.stage is not Stage.WITH_SPECIALIST:
        return Next.STOPPED
    if any(message.waits and not message.ours for message in file.talk):
        return Next.ANSWER
    if case.turn is Turn.PATIENT:
        return _of_theirs(file, case, now)
    return _of_ours(file, case, now)


def _of_theirs(file: CaseFile, case: Case, now: datetime) -> Next:
    """It is the requester's move."""
    asked, late = any(message.waits for message in file.talk), case.is_late(now)
    if asked:
        return Next.CALL_ANSWER if late else Next.WAIT_ANSWER
    if case.stage is Stage.REPORTED:
        return Next.HELP
    if case.records_declared_at is not None:
        return Next.CHECK
    return Next.CALL_RECORDS if late else Next.WAIT_RECORDS


def _of_ours(file: CaseFile, case: Case, now: datetime) -> Next:
    """It is the desk's move, or the specialist's."""
    if case.stage is Stage.WITH_SPECIALIST:
        return Next.CALL_SPECIALIST if case.is_late(now) else Next.WAIT_OPINION
    if case.stage is Stage.REPORTED:
        return Next.HELP
    if case.stage is Stage.OPENED:
        return Next.CHECK
    return Next.AGREEMENT if file.agreement is not None and not file.agreement.given else Next.REFER
