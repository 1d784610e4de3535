"""Short labels for those who read a case and did not fill it in: a specialist is not "you"."""

from dataclasses import replace

from intake.forms.answers import Row, section
from intake.forms.context import Answers, FormContext
from intake.forms.pages import BY_STEP
from intake.languages import N_

READ_AS: dict[tuple[str, str], str] = {
    ("asking", "your_name"): N_("Person asking"),
    ("asking", "role"): N_("Relationship or role"),
    ("asking", "permission"): N_("Permission or legal authority"),
    ("asking", "knows"): N_("Patient knows of this request"),
    ("patient", "full_name"): N_("Full name"),
    ("patient", "born"): N_("Date of birth"),
    ("patient", "country"): N_("Country of residence"),
    ("reach-you", "email"): N_("E-mail"),
    ("reach-you", "phone"): N_("Telephone"),
    ("reach-you", "best_way"): N_("Preferred way"),
    ("reach-you", "tongues"): N_("Languages"),
    ("reach-you", "other_tongue"): N_("Another language"),
    ("reach-you", "interpreter"): N_("Interpreter needed"),
    ("condition", "specialty"): N_("Field of medicine"),
    ("condition", "told"): N_("What has been told, in the patient’s words"),
    ("condition", "told_when"): N_("First told"),
    ("reason", "reason"): N_("Main reason"),
    ("reason", "more"): N_("What else made them ask"),
    ("treatment", "so_far"): N_("Treatment so far"),
    ("treatment", "planned"): N_("Treatment planned"),
    ("treatment", "plan"): N_("What is planned"),
    ("treatment", "plan_date"): N_("Planned for"),
    ("treatment", "in_hospital"): N_("In hospital now"),
    ("what-matters", "matters"): N_("What matters most"),
    ("what-matters", "worries"): N_("Worries"),
    ("what-matters", "risk"): N_("Acceptable risk"),
    ("records", "tongues"): N_("Languages of the records"),
    ("records", "other_tongue"): N_("Another language of the records"),
}


def read_rows(step: str, answers: Answers, context: FormContext) -> tuple[Row, ...]:
    """The answers of one page under the reader's labels; none if it is not answered."""
    if step not in answers or step not in BY_STEP:
        return ()
    return tuple(_read_as(row, context) for row in section(step, answers, context).rows)


def _read_as(row: Row, context: FormContext) -> Row:
    label = READ_AS.get((row.step, row.field))
    return replace(row, label=context.say(label)) if label else row
