"""With what right somebody asks for another patient, and what the patient knows; asked after who it is that asks."""

from intake.forms.base import StepForm
from intake.forms.context import Answers, FormContext, Json
from intake.forms.fields.choices import I_DO_NOT_KNOW, NO, YES, Option, Radios
from intake.forms.steps.asking import for_whom
from intake.languages import N_

AUTHORITY, PERMISSION, NOT_YET = "authority", "permission", "not-yet"
CANNOT, PARTLY = "cannot", "partly"


class Permission(StepForm):
    """The page about permission; it must be answered again when the request is for somebody else than before."""

    step = "permission"
    title = N_("Permission, and what the patient knows")
    short_title = N_("Permission, and what the patient knows")

    permission = Radios(
        N_("Do you have the patient’s permission, or legal authority, to ask?"),
        missing=N_("Choose whether you have permission or legal authority"),
        why=N_("Nobody’s health may be discussed without permission or legal authority"),
        options=(
            Option(
                AUTHORITY, N_("Yes, I have legal authority"), hint=N_("For example a parent or a guardian")
            ),
            Option(PERMISSION, N_("Yes, the patient has given me permission")),
            Option(
                NOT_YET,
                N_("Not yet"),
                hint=N_("You can go on. No specialist reads the case before there is permission."),
            ),
        ),
    )
    knows = Radios(
        N_("Does the patient know about this request?"),
        missing=N_("Choose whether the patient knows about this request"),
        why=N_("So that nobody learns about an illness or a request from us by accident"),
        options=(
            Option(YES, N_("Yes")),
            Option(NO, N_("No"), hint=N_("We will speak with you first, and only with you")),
            Option(
                CANNOT,
                N_("The patient is too young or too ill to understand it"),
                hint=N_("For an adult, somebody who may decide for them by law has to agree"),
            ),
        ),
    )
    knows_diagnosis = Radios(
        N_("Does the patient know what the illness is?"),
        missing=N_("Choose whether the patient knows what the illness is, or “I do not know”"),
        only_if=("knows", (YES, NO)),
        why=N_("So that nobody learns about an illness or a request from us by accident"),
        options=(
            Option(YES, N_("Yes")),
            Option(PARTLY, N_("Partly"), hint=N_("We will speak with you first")),
            Option(NO, N_("No"), hint=N_("We will speak with you first")),
            Option(I_DO_NOT_KNOW.id, I_DO_NOT_KNOW.label, hint=N_("We will speak with you first"), apart=True),
        ),
    )

    def stored(self) -> dict[str, Json]:
        """The answers, and for whom the request was when they were given."""
        return super().stored() | {"whom": for_whom(self.answers)}

    @classmethod
    def stands(cls, answers: Answers, context: FormContext) -> bool:
        """False when the request is for somebody else since: a right over one's child is none over a parent."""
        return bool(answers.get(cls.step, {}).get("whom") == for_whom(answers))
