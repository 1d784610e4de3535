"""Three questions and no more: a name to ask for, a number that says its country, and when it suits."""

import pytest

from intake.forms.call_me import CallMe, as_dialled
from intake.forms.fields.text import LEAVE_EMPTY
from tests.forms.conftest import sent

TYPED = {"called": "Amira", "number": "+962 6 500 1234", "suits": "after 18:00"}


def filled(**typed: str) -> CallMe:
    """The form as it was sent, checked."""
    form = CallMe(sent(TYPED | typed), gettext=str, guard=None)
    form.validate()
    return form


def test_it_asks_three_things() -> None:
    asked = [field for field in filled().questions if field.kind != "trap"]
    assert [field.name for field in asked] == ["called", "number", "suits"]
    assert all(field.why and field.seen_by == "coordinator" for field in asked)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+962 6 500 1234", "+96265001234"),
        ("00962 6 500 1234", "+96265001234"),
        ("٠٠٩٦٢ ٦ ٥٠٠ ١٢٣٤", "+96265001234"),
        ("+٩٦٢ ٦ ٥٠٠ ١٢٣٤", "+96265001234"),
        (" +44 (0)20 7946-0958 ", "+442079460958"),
    ],
)
def test_a_number_from_anywhere_is_understood(typed: str, kept: str) -> None:
    form = filled(number=typed)
    assert not form.mistakes
    assert form.number.data == kept


@pytest.mark.parametrize("typed", ["06 500 1234", "0", "00", "+", "call me", "+1 12"])
def test_a_number_that_cannot_be_called_from_here_is_asked_again(typed: str) -> None:
    form = filled(number=typed)
    assert [anchor for anchor, _ in form.mistakes] == ["number"]
    assert "with the country code" in form.mistakes[0][1]
    assert form.number.data == typed or form.number.data == "+"


def test_a_name_and_a_number_are_needed_and_the_time_is_not() -> None:
    assert [anchor for anchor, _ in filled(called="", number="", suits="").mistakes] == ["called", "number"]
    assert filled(suits="").mistakes == []


def test_a_program_that_fills_the_hidden_box_is_told() -> None:
    assert filled(remark2="buy").mistakes == [("remark2", LEAVE_EMPTY)]


def test_a_kept_number_reads_as_it_is_dialled() -> None:
    assert as_dialled("+96265001234") == "+962 6 500 1234"
    assert as_dialled("nonsense") == "nonsense"
