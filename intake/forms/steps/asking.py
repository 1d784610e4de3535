"""About the person who asks for somebody else: name, role, permission, and whether the patient knows."""

from intake.forms.base import StepForm
from intake.forms.fields.choices import NO, YES, Option, Radios
from intake.forms.fields.text import FullName, Line
from intake.languages import N_

AUTHORITY, PERMISSION, NOT_YET = "authority", "permission", "not-yet"


class Asking(StepForm):
    step = "asking"
    title = N_("About you, who are asking")
    short_title = N_("About you")
    intro = N_("First about you. The questions about the patient come next.")

    your_name = FullName(
        N_("Your full name"),
        missing=N_("Type your full name"),
        autocomplete="name",
        why=N_("To know who is asking, and whom we write to"),
    )
    role = Line(
        N_("Your relationship to the patient, or your role"),
        hint=N_("For example: daughter, father, guardian, treating doctor"),
        missing=N_("Tell us how you are related to the patient, or what your role is"),
        why=N_("To know who may decide and who may read the opinion"),
    )
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
                hint=N_("You can go on. You will need it before you send the request."),
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
            Option("cannot", N_("The patient is too young or too ill to understand it")),
        ),
    )
