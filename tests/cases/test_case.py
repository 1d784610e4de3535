"""The table of moves, the turns and the reference."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.cases.case import (
    MOVES,
    REFERENCE_LENGTH,
    REFERENCE_LETTERS,
    TURN_OF,
    Stage,
    Turn,
    due_after,
    may_move,
    new_reference,
    read_reference,
)  # fmt: skip

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(("old", "new"), list(product(Stage, Stage)))
def test_a_move_is_legal_only_if_the_table_says_so(old: Stage, new: Stage) -> None:
    assert may_move(old, new) == (new in MOVES[old])


def test_no_stage_is_left_out_of_the_tables() -> None:
    assert set(MOVES) == set(TURN_OF) == set(Stage)


def test_every_stage_but_the_last_leads_somewhere_and_nothing_leads_back() -> None:
    order = [Stage.OPENED, Stage.RECORDS_IN, Stage.WITH_SPECIALIST, Stage.REPORTED, Stage.CLOSED, Stage.ERASED]
    assert all(may_move(old, new) for old, new in pairwise(order))
    assert not any(may_move(new, old) for old, new in pairwise(order))
    assert MOVES[Stage.ERASED] == frozenset()


def test_declining_and_withdrawing_end_only_what_is_still_under_way() -> None:
    assert {stage for stage in Stage if may_move(stage, Stage.DECLINED)} == set(list(Stage)[:3])
    assert {stage for stage in Stage if may_move(stage, Stage.WITHDRAWN)} == set(list(Stage)[:4])


def test_nobodys_turn_has_no_due_date_and_everybody_elses_has() -> None:
    for stage, (turn, days) in TURN_OF.items():
        assert (days is None) == (turn is Turn.NOBODY)
        assert due_after(stage, NOW) == (None if days is None else NOW + timedelta(days=days))


def test_a_reference_is_read_back_however_it_is_typed() -> None:
    reference = new_reference()
    for typed in (reference, reference.lower(), reference.replace("-", ""), f"  {reference.replace('-', ' ')} "):
        assert read_reference(typed) == reference


def test_references_are_not_repeated() -> None:
    assert len({new_reference() for _ in range(2000)}) == 2000


@given(place=st.integers(0, REFERENCE_LENGTH - 1), letter=st.sampled_from(REFERENCE_LETTERS))
def test_one_wrong_letter_is_noticed(place: int, letter: str) -> None:
    letters = new_reference().replace("-", "")
    wrong = letters[:place] + letter + letters[place + 1 :]
    assert (read_reference(wrong) is not None) == (wrong == letters)


@given(place=st.integers(0, REFERENCE_LENGTH - 2))
def test_two_letters_swapped_are_noticed(place: int) -> None:
    letters = new_reference().replace("-", "")
    wrong = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
    assert (read_reference(wrong) is not None) == (wrong == letters)


@given(st.text(max_size=40))
def test_nothing_that_is_typed_breaks_the_reading_of_a_reference(typed: str) -> None:
    read = read_reference(typed)
    assert read is None or read_reference(read) == read
