"""What a case goes on without, and what the opinion cannot say therefore, as people read it in their language.

The names of the records and what each would have told come from the list, so everybody reads them in their own words;
what a coordinator wrote beside them stays as it was written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from intake.forms.context import FormContext, Json

Gettext = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Gaps:
    """`missing` are (name of a record, what cannot be said without it, or ""); `words` is all that the coordinator
    kept, `own_words` what of it the list does not say by itself, in whatever language.
    """

    missing: tuple[tuple[str, str], ...]
    words: str
    own_words: str


def gaps_of(kept: Mapping[str, Json], context: FormContext, tongues: Sequence[Gettext]) -> Gaps | None:
    """The gaps of a case, from what is kept of them; None where nothing is missing. `tongues` translate into each
    language in which the list may have made its suggestion.
    """
    if not kept:
        return None
    lists = (context.knowledge.every_case, *(each.items for each in context.knowledge.specialties))
    known = {item.id: item for items in lists for item in items}
    items = [known[each] for each in kept.get("items", ()) if each in known]
    said = [(item.title, item.cannot_say_without.text if item.cannot_say_without else "") for item in items]
    suggested = {gettext(text) for _, text in said if text for gettext in tongues}
    words = str(kept.get("text", ""))
    own = "\n".join(line for line in words.splitlines() if line.strip() not in suggested)
    return Gaps(tuple((context.say(title), context.say(text)) for title, text in said), words, own.strip())
