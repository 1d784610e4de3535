"""Seals, questions and interests: sourced or ours, no company alone behind a clinical claim, nothing sold as proof."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from intake.knowledge.facts import Knowledge
from intake.knowledge.reader import read_knowledge
from intake.knowledge.sources import Source

SCHEMES = ["jci", "gha", "temos", "iso"]
FRAME = ["about-me", "decision", "compared-with", "what-matters"]
NEVER = re.compile(r"\b(guarantee|world.class|saves? lives|no risk|safe hospital|misdiagnos)", re.IGNORECASE)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return read_knowledge()


def sources(part: Any) -> Iterator[Source]:
    """Every source anywhere in what we know."""
    if isinstance(part, Source):
        yield part
    elif isinstance(part, tuple | dict):
        for each in part.values() if isinstance(part, dict) else part:
            yield from sources(each)
    elif is_dataclass(part):
        for each in fields(part):
            yield from sources(getattr(part, each.name))


def test_ids_of_schemes_and_of_the_frame_never_change(knowledge: Knowledge) -> None:
    assert [scheme.id for scheme in knowledge.accreditation.schemes] == SCHEMES
    assert [part.id for part in knowledge.questions.frame] == FRAME


def test_every_interest_belongs_to_a_place_that_we_name_and_stands_once(knowledge: Knowledge) -> None:
    named = {place for source in sources(knowledge) for place in source.places}
    interests = [each.place for each in knowledge.interests]
    assert len(interests) == len(set(interests))
    assert set(interests) <= named


def test_no_company_alone_stands_behind_what_a_patient_may_act_on(knowledge: Knowledge) -> None:
    sellers = {each.place for each in knowledge.interests if each.commercial}
    items = [*knowledge.every_case, *(item for each in knowledge.specialties for item in each.items)]
    noted = [item.cannot_say_without for item in items if item.cannot_say_without]
    claims = [*items, *noted, *knowledge.advice, *knowledge.reasons, *knowledge.emergency.signs]
    claims += [*knowledge.questions.frame, *knowledge.questions.vague]
    for claim in claims:
        assert claim.source is None or set(claim.source.places) - sellers, claim
    for item in items:
        assert item.follows is None or (item.ours and set(item.follows.places) <= sellers)


def test_a_seal_is_never_shown_as_proof(knowledge: Knowledge) -> None:
    known = knowledge.accreditation
    assert known.not_proven and known.ask and known.checked_on == "2026-11"
    assert any("not at results" in note.text for note in known.not_proven)
    gha = next(scheme for scheme in known.schemes if scheme.id == "gha")
    assert gha.caution.startswith("We have not verified")


def test_every_reason_has_a_weak_and_a_better_question(knowledge: Knowledge) -> None:
    examples = knowledge.questions.examples
    assert [each.reason for each in examples] == [reason.id for reason in knowledge.reasons]
    for each in examples:
        assert len(each.weak) < 60 < len(each.better)
        assert each.better.count("?") <= 3, "at most three questions"
        assert re.search(r"\b(is|am) \d", each.better), "says how old the person is"


def test_nothing_promises(knowledge: Knowledge) -> None:
    assert not [text for text in knowledge.texts() if NEVER.search(text)]
