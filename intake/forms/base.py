"""The ground of every form: translated by the reader's gettext, signed, and faithful to what was typed.

A form keeps no state between requests; a failed check changes nothing but the list of mistakes.
"""

from collections.abc import Callable, Mapping
from typing import Any

from wtforms import Form
from wtforms.meta import DefaultMeta

from intake.forms.context import Answers, FormContext, Json
from intake.forms.csrf import Guard, SignedCSRF
from intake.forms.fields.question import Question
from intake.languages import N_

MYSELF = "myself"


class _Translations:
    """Gettext in the shape that WTForms asks for."""

    def __init__(self, gettext: Callable[[str], str]) -> None:
        self.gettext = gettext

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


class SignedForm(Form):
    """A form with our CSRF token and the reader's language. Any room may use it; without a guard nothing is
    signed."""

    form_id = ""

    class Meta(DefaultMeta):
        csrf = True
        csrf_class = SignedCSRF
        csrf_field_name = "csrf_token"

        def get_translations(self, form: "SignedForm") -> _Translations:
            return _Translations(form.gettext)

    def __init__(
        self,
        formdata: Any = None,
        *,
        gettext: Callable[[str], str],
        guard: Guard | None,
        data: Mapping[str, Json] | None = None,
    ) -> None:
        self.gettext = gettext
        meta = {"csrf": guard is not None, "guard": guard, "form_id": self.form_id}
        super().__init__(formdata=formdata, data=dict(data or {}), meta=meta)

    @property
    def questions(self) -> list[Question]:
        """The fields that are drawn, in page order."""
        return [field for field in self if isinstance(field, Question)]

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """(id of the element to go to, sentence) in page order; a stale page comes first and has no
        element."""
        stale = self["csrf_token"].errors if "csrf_token" in self else ()
        return [("", said) for said in stale] + [
            (field.anchor, said) for field in self.questions for said in field.errors
        ]

    @property
    def stale(self) -> bool:
        """Whether the token failed: then nothing of the form is taken as an answer."""
        return "csrf_token" in self and bool(self["csrf_token"].errors)

    @property
    def trapped(self) -> bool:
        """Whether a box was filled that people never see."""
        return any(field.kind == "trap" and not field.empty for field in self.questions)

    @property
    def typed(self) -> dict[str, list[str]]:
        """What was typed, as it was typed, by input name: to be kept although it is not yet valid."""
        return {name: values for field in self.questions for name, values in field.typed.items() if values}


class StepForm(SignedForm):
    """One page of the request.

    `step` is its address; `title` the heading; `title_other` and every `label_other` speak of another patient
    than the reader. The page may look at the other answers (`self.answers`) but stores only its own.
    """

    step = ""
    title = ""
    title_other = ""
    intro = ""
    intro_other = ""
    short_title = ""
    # Questions that only tell more of another one: where nothing was said of either, a reader is shown that one alone.
    details: Mapping[str, str] = {}
    button = N_("Continue")
    template = "request/step.html"

    def __init__(
        self,
        context: FormContext,
        answers: Answers,
        formdata: Any = None,
        *,
        guard: Guard | None = None,
    ) -> None:
        self.context = context
        self.answers = answers
        self.form_id = f"request:{self.step}"
        super().__init__(formdata, gettext=context.gettext, guard=guard, data=answers.get(self.step, {}))

    @property
    def about_other(self) -> bool:
        """Whether the reader asks for somebody else."""
        return is_about_other(self.answers)

    @property
    def region(self) -> str:
        """The country (ISO alpha-2) in which the reader lives, or "": a telephone number without country code is
        read there. Who asks for another patient may live elsewhere, and says so."""
        return where_they_live(self.answers)

    @property
    def heading(self) -> str:
        """The page's heading in the reader's language."""
        return self.context.say(self.title_other if self.about_other and self.title_other else self.title)

    @property
    def opening(self) -> str:
        """A sentence or two under the heading; may be empty."""
        return self.context.say(self.intro_other if self.about_other and self.intro_other else self.intro)

    @property
    def single(self) -> bool:
        """Whether the page asks one thing, so that its legend is the heading."""
        return len(self.questions) == 1

    def stored(self) -> dict[str, Json]:
        """The page's answers as JSON, by field; choices by id. Call it on a valid form."""
        return {field.name: field.stored() for field in self.questions if field.keeps}

    def press(self, button: str) -> bool:
        """Do to what is typed what a button of the page's own promises; whether there is such a button. The page is
        shown again then, and goes on from there."""
        return False

    @property
    def waits(self) -> bool:
        """Whether a valid page is shown once more before the journey goes on, since it has something to suggest."""
        return False

    @classmethod
    def stands(cls, answers: Answers, context: FormContext) -> bool:
        """Whether a stored answer still holds beside the other answers; pages that depend on others override
        it."""
        return True

    @classmethod
    def belongs(cls, answers: Answers) -> bool:
        """Whether the other answers make this page part of the journey; pages that are not for everybody override
        it."""
        return True


def where_they_live(answers: Answers) -> str:
    """The country of the person who types, as far as we know it: their own, or the patient's; else ""."""
    own = answers.get("asking", {}).get("your_country") if is_about_other(answers) else ""
    return str(own or answers.get("patient", {}).get("country") or "")


def is_about_other(answers: Answers) -> bool:
    """Whether the request is for somebody else than the person typing."""
    return answers.get("who", {}).get("who", MYSELF) != MYSELF
