"""Short labels for those who read a case and did not fill it in: a specialist is not "you"."""

from dataclasses import replace

from intake.forms.answers import Row, section
from intake.forms.context import Answers, FormContext
from intake.forms.pages import BY_STEP
from intake.languages import N_

READ_AS: dict[tuple[str, str], str] = {
    ("asking", "your_name"): N_("Person asking"),
    ("asking", "relation"): N_("Relationship or role"),
    ("asking", "relation_other"): N_("Relationship or role, in their words"),
    ("asking", "your_country"): N_("Country of the person asking"),
    ("permission", "permission"): N_("Permission or legal authority"),
    ("permission", "knows"): N_("Patient knows of this request"),
    ("permission", "knows_diagnosis"): N_("Patient knows what the illness is"),
    ("readers", "may_read"): N_("Who else may read the report"),
    ("readers", "contact_name"): N_("Second contact"),
    ("readers", "contact_relation"): N_("Second contact is the patient’s"),
    ("readers", "contact_phone"): N_("Telephone of the second contact"),
    ("readers", "contact_email"): N_("E-mail of the second contact"),
    ("patient", "full_name"): N_("Full name"),
    ("patient", "latin_name"): N_("Name in Latin letters"),
    ("patient", "call_me"): N_("Likes to be called"),
    ("patient", "born"): N_("Date of birth"),
    ("patient", "country"): N_("Country of residence"),
    ("patient-agrees", "how"): N_("How the patient agrees"),
    ("patient-agrees", "patient_email"): N_("E-mail of the patient"),
    ("reach-you", "email"): N_("E-mail"),
    ("reach-you", "phone"): N_("Telephone"),
    ("reach-you", "best_way"): N_("Preferred way"),
    ("reach-you", "when"): N_("Good time to call"),
    ("reach-you", "zone"): N_("Time zone"),
    ("reach-you", "tongues"): N_("Languages"),
    ("reach-you", "other_tongue"): N_("Another language"),
    ("reach-you", "interpreter"): N_("Interpreter needed"),
    ("timing", "in_hospital"): N_("In hospital now"),
    ("timing", "planned"): N_("Treatment planned"),
    ("timing", "plan"): N_("What is planned"),
    ("timing", "plan_date"): N_("Planned for"),
    ("condition", "specialty"): N_("Field of medicine"),
    ("condition", "told"): N_("What has been told, in the patient’s words"),
    ("condition", "told_when"): N_("First told"),
    ("reason", "reason"): N_("Main reason"),
    ("reason", "more"): N_("What else made them ask"),
    ("treatment", "so_far"): N_("Treatment so far"),
    ("frame", "about_me"): N_("About the patient"),
    ("frame", "decision"): N_("What has to be decided"),
    ("frame", "compared_with"): N_("Compared with"),
    ("frame", "what_matters"): N_("What matters most"),
    ("what-matters", "worries"): N_("Worries"),
    ("what-matters", "risk"): N_("Acceptable risk"),
    ("preferences", "countries"): N_("Countries agreed to"),
    ("preferences", "report_tongue"): N_("Language wanted for the report"),
    ("preferences", "translation"): N_("Translation needed"),
    ("preferences", "centre"): N_("Centre or doctor in mind"),
    ("preferences", "doctor_name"): N_("Doctor at home"),
    ("preferences", "doctor_reach"): N_("How to reach the doctor at home"),
    ("records", "places"): N_("Where the records are held"),
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
