"""Choosing: one of a few (with hints), one of many, several, and a single tick. Answers are kept by id, never
by label."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms.validators import StopValidation

from intake.forms.fields.question import Question
from intake.languages import N_

CHOOSE_ONE = N_("Choose one of the answers")
NOT_OFFERED = N_("Choose one of the answers on this page")
TICK_ONE = N_("Tick at least one box")
TICK_THIS = N_("Tick this box to go on")

YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. `label_other` speaks of another patient than the reader; `ready` needs no
    translation."""

    id: str
    label: str
    label_other: str = ""
    hint: str = ""
    hint_other: str = ""
    ready: bool = False
    apart: bool = False  # drawn after "or", such as "I do not know"


@dataclass(frozen=True, slots=True)
class Shown:
    """An option as it is drawn, in the reader's language."""

    id: str
    label: str
    hint: str
    chosen: bool
    apart: bool


Options = tuple[Option, ...] | Callable[[Any], tuple[Option, ...]]

I_DO_NOT_KNOW = Option(UNKNOWN, N_("I do not know"), apart=True)
YES_OR_NO = (Option(YES, N_("Yes")), Option(NO, N_("No")))
YES_NO_UNKNOWN = (*YES_OR_NO, I_DO_NOT_KNOW)


class _Choosing(Question):
    """What all choices share: options fixed in the class, or made from the form's context.

    `former` are answers that were offered once: said where somebody gave them, and never drawn.
    """

    def __init__(
        self, label: str, *, options: Options, missing: str = CHOOSE_ONE, former: tuple[Option, ...] = (), **kwargs: Any
    ) -> None:
        super().__init__(label, missing=missing, **kwargs)
        self._options = options
        self.former = former

    @property
    def options(self) -> tuple[Option, ...]:
        """The options on this page."""
        return self._options(self._form) if callable(self._options) else self._options

    def label_of(self, option: Option) -> str:
        """The option's label in the reader's language."""
        about_other = getattr(self._form, "about_other", False)
        label = (about_other and option.label_other) or option.label
        return label if option.ready else self.say(label)

    def shown(self) -> list[Shown]:
        """Every option as it is drawn."""
        about_other = getattr(self._form, "about_other", False)
        return [
            Shown(
                option.id,
                self.label_of(option),
                self.say((about_other and option.hint_other) or option.hint),
                self.chose(option.id),
                option.apart,
            )
            for option in self.options
        ]

    def chose(self, option_id: str) -> bool:
        """Whether this option is the answer."""
        return bool(self.data == option_id)

    @property
    def theirs(self) -> bool:
        return False


class Radios(_Choosing):
    """One of a few, all to be seen."""

    kind = "radios"
    group = True

    def process_data(self, value: Any) -> None:
        """A stored id; anything else counts as none."""
        self.data = value if isinstance(value, str) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The id that was sent; none when nothing was chosen."""
        self.data = valuelist[0] if valuelist else ""

    @property
    def anchor(self) -> str:
        """The first option: a fieldset cannot take the focus."""
        options = self.options
        return f"{self.id}-{options[0].id}" if options else self.id

    def check(self, form: Any) -> None:
        """Raises for an id that was not offered."""
        if self.data not in {option.id for option in self.options}:
            raise StopValidation(self.say(NOT_OFFERED))

    def said(self) -> str:
        """The label of the answer; the id itself when it is no longer offered."""
        found = next((option for option in (*self.options, *self.former) if option.id == self.data), None)
        return self.label_of(found) if found else self.data


class Select(Question):
    """One of many, in a list to open; `names` makes {id: name in the reader's language} from the form."""

    kind = "select"

    def __init__(self, label: str, *, names: Callable[[Any], Mapping[str, str]], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self._names = names

    @property
    def names(self) -> Mapping[str, str]:
        """The answers to choose from, by id, in the order of the list."""
        return self._names(self._form)

    def process_data(self, value: Any) -> None:
        """A stored id; anything else counts as none."""
        self.data = value if isinstance(value, str) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The id that was sent; none when nothing was chosen."""
        self.data = valuelist[0] if valuelist else ""

    def check(self, form: Any) -> None:
        """Raises for an id that was not offered."""
        if self.data not in self.names:
            raise StopValidation(self.say(NOT_OFFERED))

    def said(self) -> str:
        """The name of the answer; the id itself when it is no longer offered."""
        return self.names.get(self.data, self.data)

    @property
    def theirs(self) -> bool:
        """Always a name of ours."""
        return False


class Checkboxes(_Choosing):
    """Several of a few; kept in the order they are shown."""

    kind = "checkboxes"
    group = True

    def __init__(self, label: str, *, missing: str = TICK_ONE, **kwargs: Any) -> None:
        super().__init__(label, missing=missing, **kwargs)

    def process_data(self, value: Any) -> None:
        """A stored list of ids; anything else counts as none."""
        self.data = [each for each in value if isinstance(each, str)] if isinstance(value, list) else []

    def process_formdata(self, valuelist: list[str]) -> None:
        """All ids that were sent."""
        self.data = list(dict.fromkeys(valuelist))

    @property
    def anchor(self) -> str:
        options = self.options
        return f"{self.id}-{options[0].id}" if options else self.id

    def chose(self, option_id: str) -> bool:
        return option_id in self.data

    def check(self, form: Any) -> None:
        """Raises for an id that was not offered; puts the rest in the order of the page."""
        offered = [option.id for option in self.options]
        if not set(self.data) <= set(offered):
            raise StopValidation(self.say(NOT_OFFERED))
        self.data = [option_id for option_id in offered if option_id in self.data]

    def said(self) -> str:
        """The labels, one on each line."""
        known = (*self.options, *self.former)
        return "\n".join(self.label_of(option) for option in known if option.id in self.data)


class Tick(Question):
    """One box to tick; `required` means that it must be ticked to go on."""

    kind = "tick"

    def __init__(self, label: str, *, missing: str = TICK_THIS, **kwargs: Any) -> None:
        super().__init__(label, missing=missing, **kwargs)

    def process_data(self, value: Any) -> None:
        """Only a stored true counts."""
        self.data = value is True

    def process_formdata(self, valuelist: list[str]) -> None:
        """Browsers send a ticked box and leave out the others."""
        self.data = bool(valuelist)

    def said(self) -> str:
        return self.say(N_("Yes") if self.data else N_("No"))

    @property
    def theirs(self) -> bool:
        return False
