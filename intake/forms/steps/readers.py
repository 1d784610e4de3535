"""Who may read the report, and whom else we may ask: a second person to reach when the first cannot be reached.

The treating doctor is asked about once, on the page of preferences: who that is, and whether we may write there.
"""

from typing import Any

from wtforms import ValidationError

from intake.forms.base import StepForm
from intake.forms.fields.choices import Checkboxes, Option, Radios
from intake.forms.fields.contact import Email, Phone
from intake.forms.fields.text import FullName
from intake.forms.steps.asking import OTHER, RELATIONS
from intake.languages import N_

PERSON, DOCTOR, NOBODY = "person", "doctor", "nobody"

NOBODY_AND_OTHERS = N_("Choose either “Nobody else” or the people who may read it, not both")
WHO_IS_IT = N_("Type the name of the person who may also read the report, or take the tick away")
HOW_TO_REACH = N_("Type a telephone number or an e-mail address of this person")
WHOSE_IS_IT = N_("Type the name of the person whom we reach in this way")


def contact_relations(form: Any) -> tuple[Option, ...]:
    """Who the second contact is to the patient; the professions are not offered here."""
    offered = ("partner", "son-daughter", "parent", "sibling", "guardian", "friend", OTHER)
    return tuple(Option(each, RELATIONS[each]) for each in offered)


class Readers(StepForm):
    step = "readers"
    title = N_("Who may read the report")
    short_title = N_("Who may read the report")
    intro = N_("The report goes to you. Nobody else gets it unless you say so. We ask about your own doctor later.")
    intro_other = N_(
        "The report goes to you, and the patient may always read it. Nobody else gets it unless you say so. Ask the "
        "patient if you can. We ask about the patient’s own doctor later."
    )

    details = dict.fromkeys(("contact_relation", "contact_phone", "contact_email"), "contact_name")

    may_read = Checkboxes(
        N_("Who else may read the report?"),
        missing=N_("Tick who else may read the report, or “Nobody else”"),
        options=(
            Option(PERSON, N_("The person I name below")),
            Option(NOBODY, N_("Nobody else"), apart=True),
        ),
        former=(Option(DOCTOR, N_("My treating doctor"), label_other=N_("The patient’s treating doctor")),),
        why=N_("The report is given only to those who are named here"),
    )
    contact_name = FullName(
        N_("Another person whom we may contact: full name"),
        hint=N_("If you like. We ask this person only when we cannot reach you."),
        required=False,
        autocomplete="off",
        why=N_("To reach somebody when something cannot wait"),
        seen_by="coordinator",
    )
    contact_relation = Radios(
        N_("Who is this person to you?"),
        other=N_("Who is this person to the patient?"),
        options=contact_relations,
        required=False,
        why=N_("To know whom we speak with"),
        seen_by="coordinator",
    )
    contact_phone = Phone(
        N_("Telephone number of this person"),
        hint=N_("With the country code, like +44 20 7946 0958"),
        required=False,
        autocomplete="off",
        why=N_("To reach somebody when something cannot wait"),
        seen_by="coordinator",
    )
    contact_email = Email(
        N_("E-mail address of this person"),
        required=False,
        autocomplete="off",
        why=N_("To reach somebody when something cannot wait"),
        seen_by="coordinator",
    )

    def validate_may_read(self, field: Checkboxes) -> None:
        """Raises for "nobody" beside somebody."""
        if NOBODY in field.data and len(field.data) > 1:
            raise ValidationError(self.context.say(NOBODY_AND_OTHERS))

    def validate(self, extra_validators: Any = None) -> bool:
        """Also raises what is missing about the other person: a box that is empty is never asked by itself."""
        valid = super().validate(extra_validators)
        return self._person_is_whole() and valid

    def _person_is_whole(self) -> bool:
        name, ways = self["contact_name"], (self["contact_phone"], self["contact_email"])
        reached = any(not way.empty for way in ways)
        if name.empty and (PERSON in self["may_read"].data or reached):
            name.errors = [self.context.say(WHOSE_IS_IT if reached else WHO_IS_IT)]
        elif not name.empty and not reached:
            ways[0].errors = [self.context.say(HOW_TO_REACH)]
        return not (name.errors or ways[0].errors)
