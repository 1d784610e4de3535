"""What one record is: its place on the checklist; its date, language and translation; then who translates, or of what.

Every question may be answered with "I do not know". Nothing here is needed to send a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wtforms import ValidationError

from intake.forms.base import SignedForm
from intake.forms.context import FormContext
from intake.forms.csrf import Guard
from intake.forms.fields.choices import I_DO_NOT_KNOW, NO, UNKNOWN, YES, Checkboxes, Option, Radios, Select
from intake.forms.fields.dates import DateBoxes
from intake.forms.steps.reach_you import COMMON_TONGUES
from intake.knowledge.facts import ChecklistItem
from intake.languages import N_
from intake.records.described import NO_WORDS, OTHER_LANGUAGE, SOMETHING_ELSE, Described, Translation

WHAT, DETAILS, TRANSLATOR, ORIGINAL = "what", "details", "translator", "original"
NOT_HERE = "not-here"

UNKNOWN_AND_MORE = N_("Tick either “I do not know” or what the file is, not both")


def listed_items(form: Any) -> tuple[Option, ...]:
    """The items of the list, something else, and "I do not know"."""
    listed = tuple(Option(item.id, item.title) for item in form.offered)
    return (*listed, Option(SOMETHING_ELSE, N_("Something else")), I_DO_NOT_KNOW)


def named_tongues(form: Any) -> Mapping[str, str]:
    """The languages to choose from: no words at all, the common ones by name, another one, not known."""
    common = {code: name for code, name in form.context.tongues.items() if code in COMMON_TONGUES}
    ends = ((OTHER_LANGUAGE, N_("Another language")), (UNKNOWN, N_("I do not know")))
    first = {NO_WORDS: form.context.say(N_("No words, only images"))}
    return first | common | {code: form.context.say(label) for code, label in ends}


def other_files(form: Any) -> tuple[Option, ...]:
    """The other files by name, and none of them."""
    named = tuple(Option(each, name, ready=True) for each, name in form.others.items())
    return (*named, Option(NOT_HERE, N_("The original is not among these files"), apart=True))


TRANSLATORS = (
    Option("me", N_("I do it myself, or somebody I know does")),
    Option("translator", N_("A translator")),
    Option(
        "service", N_("You"),
        hint=N_("We tell you first what it costs. Nothing is translated before you have agreed."),
    ),
    I_DO_NOT_KNOW,
)  # fmt: skip
TRANSLATED_BY = (
    Option("me", N_("I did it myself, or somebody I know did")),
    Option("translator", N_("A translator")),
    Option("service", N_("You")),
    I_DO_NOT_KNOW,
)


class DescribeForm(SignedForm):
    """One page about one record. `offered` is the checklist, `others` the names of the other files by upload."""

    form_id = "records-describe"
    title = ""

    def __init__(
        self,
        context: FormContext,
        said: Described,
        formdata: Any = None,
        *,
        guard: Guard | None,
        offered: Sequence[ChecklistItem] = (),
        others: Mapping[str, str] | None = None,
    ) -> None:
        self.context, self.offered, self.others = context, offered, dict(others or {})
        super().__init__(formdata, gettext=context.gettext, guard=guard, data=self.shown(said))

    def shown(self, said: Described) -> dict[str, Any]:
        """What is filled in beforehand."""
        return {}

    def kept(self, said: Described) -> Described:
        """What was said before, changed by this page. Call it on a valid form."""
        return said


class What(DescribeForm):
    """What is it?"""

    title = N_("What is in this file?")

    items = Checkboxes(
        N_("What is in this file?"),
        hint=N_("Tick all that is in it. If you are not sure, “I do not know” is fine."),
        missing=N_("Tick what is in the file, or “I do not know”"),
        options=listed_items,
    )

    def validate_items(self, field: Checkboxes) -> None:
        """Raises for "I do not know" beside something."""
        if UNKNOWN in field.data and len(field.data) > 1:
            raise ValidationError(self.context.say(UNKNOWN_AND_MORE))

    def shown(self, said: Described) -> dict[str, Any]:
        return {"items": list(said.items)}

    def kept(self, said: Described) -> Described:
        return replace(said, items=tuple(self["items"].data))


class Details(DescribeForm):
    """From when, in which language, and does it need a translation?"""

    title = N_("Date, language and translation")

    dated = DateBoxes(
        N_("The date on it"),
        hint=N_("Of the paper, or of the scan. The year alone is enough. Leave it empty if you do not know."),
        partial=True,
        when="past",
        required=False,
    )
    language = Select(
        N_("In which language is it?"),
        missing=N_("Choose the language, or “I do not know”"),
        names=named_tongues,
    )
    translation = Radios(
        N_("Does it need a translation?"),
        missing=N_("Say whether it needs a translation, or “I do not know”"),
        options=(
            Option(
                Translation.NOT_NEEDED.value, N_("No"),
                hint=N_("The specialist can read it, or it has no words."),
            ),
            Option(Translation.NEEDED.value, N_("Yes, it needs one")),
            Option(Translation.IS_ONE.value, N_("It is a translation itself")),
            I_DO_NOT_KNOW,
        ),
    )  # fmt: skip

    def shown(self, said: Described) -> dict[str, Any]:
        return {"dated": said.dated, "language": said.language, "translation": said.translation}

    def kept(self, said: Described) -> Described:
        """The language and date; who translates is asked anew when the answer about the translation is another."""
        told = {"dated": self["dated"].data or "", "language": self["language"].data}
        translation = self["translation"].data
        if translation != said.translation:
            said = replace(said, by="", certified="", beside="")
        return replace(said, translation=translation, **told)


class WhoTranslates(DescribeForm):
    """Of what needs a translation: who makes it?"""

    title = N_("Who translates it?")

    by = Radios(
        N_("Who translates it?"), missing=N_("Say who translates it, or “I do not know”"), options=TRANSLATORS
    )

    def shown(self, said: Described) -> dict[str, Any]:
        return {"by": said.by}

    def kept(self, said: Described) -> Described:
        return replace(said, by=self["by"].data, certified="", beside="")


class Original(DescribeForm):
    """Of a translation: what of, by whom, and is it certified?"""

    title = N_("This file is a translation")

    beside = Radios(
        N_("Of which file is it the translation?"),
        hint=N_("We show the two side by side. Please send the original, too."),
        missing=N_("Choose the original, or say that it is not among these files"),
        options=other_files,
    )
    by = Radios(
        N_("Who translated it?"), missing=N_("Say who translated it, or “I do not know”"), options=TRANSLATED_BY
    )
    certified = Radios(
        N_("Is it certified?"),
        hint=N_("A certified translation has the stamp or the signature of a sworn translator."),
        missing=N_("Say whether it is certified, or “I do not know”"),
        options=(Option(YES, N_("Yes")), Option(NO, N_("No")), I_DO_NOT_KNOW),
    )

    def shown(self, said: Described) -> dict[str, Any]:
        answered = said.beside or (NOT_HERE if said.by else "")
        return {"beside": answered, "by": said.by, "certified": said.certified}

    def kept(self, said: Described) -> Described:
        beside = "" if self["beside"].data == NOT_HERE else self["beside"].data
        return replace(said, beside=beside, by=self["by"].data, certified=self["certified"].data)


PAGES: Mapping[str, type[DescribeForm]] = {
    WHAT: What,
    DETAILS: Details,
    TRANSLATOR: WhoTranslates,
    ORIGINAL: Original,
}


def page_after(page: str, said: Described) -> str:
    """Which page about the same record follows; "" when it is done. Nobody who does not know what it is is asked on."""
    if page == WHAT:
        return "" if said.items == (UNKNOWN,) else DETAILS
    if page == DETAILS:
        return {Translation.NEEDED.value: TRANSLATOR, Translation.IS_ONE.value: ORIGINAL}.get(said.translation, "")
    return ""


def page_before(page: str) -> str:
    """Which page about the same record comes before; "" for the first."""
    return {DETAILS: WHAT, TRANSLATOR: DETAILS, ORIGINAL: DETAILS}.get(page, "")
