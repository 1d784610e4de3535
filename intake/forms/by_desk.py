"""A request that a coordinator writes for somebody who telephones, or who wrote on paper, on the same pages.

What makes it so lies beside the answers, where no page of the form can put it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from intake.forms.context import Answers
from intake.forms.draft_answers import DraftAnswers

BY_DESK = "_desk"


class Came(StrEnum):
    """How the request came. Ids are kept in drafts and in the journal."""

    TELEPHONE = "telephone"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class ByDesk:
    """How it came, which coordinator writes it down, and which language the requester reads."""

    came: str
    coordinator_id: str
    language: str


def begun_by_desk(by: ByDesk) -> DraftAnswers:
    """The answers that such a draft begins with."""
    return {BY_DESK: asdict(by)}


def by_desk(answers: Answers) -> ByDesk | None:
    """Who writes these answers down for somebody; None for everybody who writes their own."""
    said: Mapping[str, str] | None = answers.get(BY_DESK)
    return ByDesk(said["came"], said["coordinator_id"], said["language"]) if said else None
