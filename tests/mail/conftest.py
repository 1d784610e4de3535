"""What the tests of the mail room share: every letter with every value it may have, and one message."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from intake.languages import Languages
from intake.mail.kinds import KINDS
from intake.mail.message import Letters, Message
from intake.operator import read_operator
from tests.components import ROOT

SAMPLE = {
    "reference": "K7Q2-M4XD-9T",
    "link": "https://opinion.example.org/l/eyJhIjoxfQ.abc-DEF_ghi",
    "records_link": "https://opinion.example.org/l/eyJyIjoyfQ.jkl-MNO_pqr",
    "link_days": 28,
    "link_hours": 24,
    "count": 3,
    "late_count": 2,
    "away_count": 3,
    "lost_count": 1,
    "due_date": date(2026, 4, 7),
    "turn_date": date(2026, 4, 7),
    "stage": "with_specialist",
    "turn": "coordinator",
}
READER = "reader@example.org"


@pytest.fixture(scope="session")
def letters() -> Letters:
    """Every letter of the house."""
    return Letters(ROOT / "templates" / "letters", Languages(), read_operator(ROOT / "operator.toml"))


@pytest.fixture(scope="session")
def compose(letters: Letters) -> Callable[..., Message]:
    """Call it with the name of a letter for a message that has every value it may have; `least=True` for the fewest."""

    def composed(letter: str, *, least: bool = False, **other: Any) -> Message:
        kind = KINDS[letter]
        names = kind.needs if least else kind.needs | kind.may
        return letters.compose(letter, "en", READER, **({name: SAMPLE[name] for name in names} | other))

    return composed


@pytest.fixture
def message(compose: Callable[..., Message]) -> Message:
    """A letter to a requester."""
    return compose("case_opened")
