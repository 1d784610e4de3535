"""Text as typed, made plain: nothing visible is ever lost."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.forms.wording import BIDI_CONTROLS, ascii_digits, many_lines, one_line

ANY_TEXT = st.text(alphabet=st.characters())


def seen(text: str) -> str:
    """What a reader sees of a text, without white space."""
    kept = (
        sign for sign in text if sign not in BIDI_CONTROLS and unicodedata.category(sign) not in ("Cc", "Cs")
    )
    return "".join(unicodedata.normalize("NFC", "".join(kept)).split())


@given(ANY_TEXT)
def test_no_visible_sign_is_lost(text: str) -> None:
    assert "".join(one_line(text).split()) == seen(text)
    assert "".join(many_lines(text).split()) == seen(text)


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)
    assert many_lines(many_lines(text)) == many_lines(text)


@given(ANY_TEXT)
def test_a_line_never_holds_a_new_line_that_could_start_a_mail_header(text: str) -> None:
    assert not set("\r\n\0") & set(one_line(text))


def test_a_name_composed_in_two_ways_is_one_name() -> None:
    assert one_line("Jose\u0301") == one_line("José") == "José"


def test_overrides_that_turn_a_text_around_are_taken_out_and_joiners_stay() -> None:
    assert one_line("Ana\u202egro.elpmaxe") == "Anagro.elpmaxe"
    assert one_line("علی\u200cرضا") == "علی\u200cرضا"


def test_new_lines_of_every_system_become_one_kind() -> None:
    assert many_lines("one\r\ntwo\rthree  \n") == "one\ntwo\nthree"


@pytest.mark.parametrize("digits", ["٢٠٢٦", "۲۰۲۶", "२०२६", "২০২৬", "２０２６", "2026"])
def test_digits_of_every_script_are_digits(digits: str) -> None:
    assert ascii_digits(digits) == "2026"
