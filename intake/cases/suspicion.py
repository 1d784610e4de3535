"""Whether a request looks as if a program had sent it. A few plain rules look for traits; a request with any of them is
opened all the same, and waits apart until a coordinator has looked at it.

No rule refuses anything, and whoever asks never learns of it. Each rule is one that a coordinator can check by eye.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from intake.cases import awaiting
from intake.cases import draft as drafts
from intake.cases.draft import Answers, Draft
from intake.cases.house import House
from intake.db import Tx
from intake.keys import KeyRing


class Trait(StrEnum):
    """What a rule has seen. Ids are kept in rows and in the journal."""

    FAST = "fast"  # sent sooner after its beginning than anybody could have read the pages
    TRAP = "trap"  # the box that people never see was filled
    LINKS = "links"  # many web addresses, or the code with which programs write links
    REPEATED = "repeated"  # one text in several boxes
    COPIED = "copied"  # the same words as several requests from other addresses


LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
LINK_CODE = re.compile(r"<a\s|\[url\b|\[link\b", re.IGNORECASE)
MOST_LINKS = 3
# Shorter ones are alike by nature: "no", "I do not know".
LONG_TEXT = 20
MOST_BOXES_ALIKE = 2
MOST_SENDERS_ALIKE = 3
# Who people are differs by nature, and their questions may be examples of ours, which many may take.
NOT_COMPARED = frozenset({"asking", "readers", "patient", "patient-agrees", "reach-you", "frame", "questions"})


def note_trait(tx: Tx, draft: Draft, trait: Trait, *, there: bool = True) -> frozenset[str]:
    """Remember what was seen while the request was written, or that it is so no longer. Returns all its traits."""
    traits = draft.traits | {trait.value} if there else draft.traits - {trait.value}
    if traits != draft.traits:
        drafts.keep_traits(tx, draft, traits)
    return traits


def is_fast(draft: Draft, seconds: int, now: datetime) -> bool:
    """Whether a draft that is being sent was begun less than so many seconds ago."""
    return (now - draft.made_at).total_seconds() < seconds


def traits_of(tx: Tx, house: House, draft: Draft, answers: Answers, address_hash: str) -> tuple[Trait, ...]:
    """Every trait of a request that is about to become a case; none for nearly everybody."""
    seen = {Trait(each) for each in draft.traits}
    texts = [text for step in answers.values() for text in _texts(step)]
    if sum(len(LINK.findall(text)) for text in texts) > MOST_LINKS or any(map(LINK_CODE.search, texts)):
        seen.add(Trait.LINKS)
    alike = [_plain(text) for text in texts if _is_written(text)]
    if any(alike.count(text) > MOST_BOXES_ALIKE for text in alike):
        seen.add(Trait.REPEATED)
    written = text_hash(house.ring, answers)
    if written and awaiting.others_who_wrote(tx, written, address_hash) >= MOST_SENDERS_ALIKE:
        seen.add(Trait.COPIED)
    return tuple(trait for trait in Trait if trait in seen)


def text_hash(ring: KeyRing, answers: Answers) -> str | None:
    """The keyed hash by which the same words in two requests are found; None where nothing long was written."""
    compared = (_texts(given) for step, given in answers.items() if step not in NOT_COMPARED)
    written = sorted(_plain(text) for texts in compared for text in texts if _is_written(text))
    return ring.hash("text", "\n".join(written)) if written else None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _is_written(text: str) -> bool:
    """Whether somebody wrote this, at some length: ids of ours have no blanks and no letters beyond ASCII."""
    return len(text) >= LONG_TEXT and (not text.isascii() or any(map(str.isspace, text)))


def _plain(text: str) -> str:
    """A text without what programs vary: case, blanks and signs."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
