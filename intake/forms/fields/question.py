"""The ground of every field: its words for "you" and for "the patient", why we ask, and when it is asked at
all."""

from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation

from intake.languages import N_

ANSWER_THIS = N_("Answer this question")


class Question(Field):
    """One thing we ask.

    `other` and `hint_other` speak of a patient who is not the reader. `why` says why we ask and `seen_by` who
    reads it; both are for the table of fields. `only_if=("planned", "yes")` asks it only when that field has
    that answer (or one of a tuple of answers): otherwise it is never wrong, and what was typed is kept.
    `unless="told_unknown"` lets it be empty when that box is ticked.
    """

    kind = "line"
    keeps = True
    group = False  # several boxes under one legend

    def __init__(
        self,
        label: str,
        *,
        other: str = "",
        hint: str = "",
        hint_other: str = "",
        missing: str = ANSWER_THIS,
        missing_other: str = "",
        required: bool = True,
        why: str = "",
        seen_by: str = "specialist",
        only_if: tuple[str, str | tuple[str, ...]] | None = None,
        unless: str = "",
        autocomplete: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self._words = {"label": label, "hint": hint, "missing": missing}
        self._words_other = {"label": other, "hint": hint_other, "missing": missing_other}
        self.required = required
        self.why = why
        self.seen_by = seen_by
        self.only_if = only_if
        self.unless = unless
        self.autocomplete = autocomplete

    # -- words -----------------------------------------------------------------------------------------------

    def say(self, message: str, **values: object) -> str:
        """The message in the reader's language."""
        if not message:
            return ""
        said = self._translations.gettext(message)
        return said % values if values else said

    def word(self, name: str) -> str:
        """The message id of "label", "hint" or "missing" that fits whom the page speaks about."""
        about_other = getattr(self._form, "about_other", False)
        return (self._words_other[name] if about_other else "") or self._words[name]

    @property
    def wording(self) -> str:
        """The question itself."""
        return self.say(self.word("label"))

    @property
    def summary(self) -> str:
        """The question as it stands beside its answer afterwards; shorter where the question is long."""
        return self.wording

    @property
    def hint(self) -> str:
        """A line of help; may be empty."""
        return self.say(self.word("hint"))

    @property
    def autofill(self) -> str:
        """The autocomplete token; "off" where the browser would fill in the reader for another patient."""
        about_other = getattr(self._form, "about_other", False)
        return (
            "off" if about_other and self.autocomplete and self._words_other["label"] else self.autocomplete
        )

    @property
    def anchor(self) -> str:
        """The id of the element that a mistake's link goes to."""
        return self.id

    # -- asking ----------------------------------------------------------------------------------------------

    @property
    def asked(self) -> bool:
        """Whether the other answers on the page make this a question at all."""
        if self.only_if is None:
            return True
        name, wanted = self.only_if
        return is_one_of(self._form[name].data, wanted)

    @property
    def empty(self) -> bool:
        """Whether nothing was answered."""
        return not self.data

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Check the answer; a question that is not asked is never wrong."""
        if not self.asked:
            self.errors = []
            return True
        return bool(super().validate(form, extra_validators))

    def pre_validate(self, form: Any) -> None:
        """Missing first, then the field's own check."""
        if self.empty:
            if self.required and not (self.unless and form[self.unless].data):
                raise StopValidation(self.say(self.word("missing")))
            raise StopValidation
        self.check(form)

    def check(self, form: Any) -> None:
        """Override: raise StopValidation with a sentence that says what to do."""

    # -- keeping ---------------------------------------------------------------------------------------------

    def stored(self) -> Any:
        """The answer as JSON."""
        return self.data

    @property
    def typed(self) -> dict[str, list[str]]:
        """What was typed, by input name."""
        return {self.name: list(self.raw_data or ())}

    def said(self) -> str:
        """The answer as a person reads it; empty when there is none."""
        return str(self.data or "")

    @property
    def theirs(self) -> bool:
        """Whether `said` is the person's own text, of unknown direction, rather than words of ours."""
        return True


def is_one_of(answer: Any, wanted: str | tuple[str, ...]) -> bool:
    """Whether an answer is the wanted one, or one of the wanted."""
    return bool(answer in wanted if isinstance(wanted, tuple) else answer == wanted)
