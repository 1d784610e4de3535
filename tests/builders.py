"""Ready-made things for tests, built with the real verbs: a filled draft, a case at a stage. Synthetic people only."""

from datetime import datetime

from intake import demo
from intake.cases import draft as drafts
from intake.cases import lifecycle
from intake.cases.case import Case, Stage
from intake.cases.draft import Draft
from intake.cases.lifecycle import Request
from intake.db import Tx
from intake.forms.context import FORM_VERSION, FormContext, form_context
from intake.forms.draft_answers import DraftAnswers
from intake.forms.whole import whole_request
from intake.services import Services

WAY: dict[Stage, tuple[Stage, ...]] = {
    Stage.OPENED: (),
    Stage.RECORDS_IN: (Stage.RECORDS_IN,),
    Stage.WITH_SPECIALIST: (Stage.RECORDS_IN, Stage.WITH_SPECIALIST),
    Stage.REPORTED: (Stage.RECORDS_IN, Stage.WITH_SPECIALIST, Stage.REPORTED),
    Stage.CLOSED: (Stage.RECORDS_IN, Stage.WITH_SPECIALIST, Stage.REPORTED, Stage.CLOSED),
    Stage.WITHDRAWN: (Stage.WITHDRAWN,),
    Stage.DECLINED: (Stage.DECLINED,),
}


def a_context(services: Services, language: str = "en") -> FormContext:
    """What the pages of the form know."""
    today = services.clock().date()
    return form_context(services.languages, services.operator, services.knowledge, language, today)


def filled_answers(
    services: Services, *, language: str = "en", **changed: list[tuple[str, str]]
) -> DraftAnswers:
    """A complete request as it would be typed; pages named in `changed` (with _ for -) are typed in another way."""
    typed = demo.TYPED | {step.replace("_", "-"): values for step, values in changed.items()}
    return demo.answers(a_context(services, language), typed)


PATIENT_ADDRESS = "patient@example.org"
FOR_ANOTHER: dict[str, list[tuple[str, str]]] = {
    "who": [("who", "carer")],
    "asking": [
        ("your_name", "Olga Fürsorge"), ("relation", "son-daughter"),
    ],
    "permission": [("permission", "permission"), ("knows", "yes"), ("knows_diagnosis", "yes")],
    "patient_agrees": [("how", "link"), ("patient_email", PATIENT_ADDRESS)],
}  # fmt: skip


def answers_for_another(
    services: Services, *, language: str = "en", **changed: list[tuple[str, str]]
) -> DraftAnswers:
    """A complete request of a daughter for her father, who can decide and agrees by a link of his own."""
    return filled_answers(services, language=language, **(FOR_ANOTHER | changed))


def a_draft(
    tx: Tx, services: Services, now: datetime, *, answers: DraftAnswers | None = None, language: str = "en"
) -> Draft:
    """A draft, filled in to the end unless told otherwise."""
    keys, days = services.keys, services.settings.draft_days
    draft = drafts.begin_draft(tx, keys, drafts.new_draft_id(), language, FORM_VERSION, days, now)
    given = filled_answers(services, language=language) if answers is None else answers
    drafts.save_answers(tx, draft, given, days, now)
    if "reach-you" in given:
        drafts.save_address(tx, keys, draft, given["reach-you"]["email"], days, now)
    return drafts.read_draft(tx, keys, draft.id, now)


def a_request(services: Services, draft: Draft) -> Request:
    """What a filled draft says."""
    return whole_request(draft.answers, a_context(services))


def a_case(
    tx: Tx, services: Services, now: datetime, *, stage: Stage = Stage.OPENED, answers: DraftAnswers | None = None,
    language: str = "en",
) -> Case:  # fmt: skip
    """A case that went its way to a stage."""
    draft = a_draft(tx, services, now, answers=answers, language=language)
    case = lifecycle.confirm_draft(tx, services, draft, a_request(services, draft), now)
    for step in WAY[stage]:
        if step is Stage.DECLINED:
            case = lifecycle.decline_case(tx, services, case.id, "other", "Ask your own hospital.", "test", now)
        else:
            case = lifecycle.move_case(tx, services, case.id, step, "test", now)
    return case
