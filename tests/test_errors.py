"""Errors are a family: each with a stable code of its own and a kind sentence that tells what to do."""

import re
from collections.abc import Iterator

import pytest

from intake import errors
from intake.errors import IntakeError


def family(parent: type[IntakeError] = IntakeError) -> Iterator[type[IntakeError]]:
    """Every error there is."""
    for child in parent.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from family(child)


FAMILY = sorted(set(family()), key=lambda each: each.__name__)
each_error = pytest.mark.parametrize("error", FAMILY, ids=lambda each: each.__name__)


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [error.code for error in FAMILY]
    assert sorted(codes) == sorted(set(codes))
    assert IntakeError.code not in codes


@each_error
def test_a_code_is_plain(error: type[IntakeError]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)


@each_error
def test_an_error_says_what_happened(error: type[IntakeError]) -> None:
    assert error.__doc__


@each_error
def test_a_sentence_is_kind_and_whole(error: type[IntakeError]) -> None:
    sentence = error.message
    assert sentence[0].isupper()
    assert sentence[-1] in ".!?"
    for cold in ("invalid", "illegal", "oops", "denied", "forbidden", "failed", "error"):
        assert cold not in sentence.lower()


@each_error
def test_placeholders_have_names(error: type[IntakeError]) -> None:
    assert not re.search(r"%(?!\([a-z_]+\)s|%)", error.message)
    assert "{" not in error.message


def test_values_fill_the_sentence_and_not_the_text_of_the_exception() -> None:
    raised = errors.UploadTooLarge(limit="20 GB", name="Maria.zip")
    assert (raised.message % raised.values).startswith("This file is larger than 20 GB.")
    assert "Maria" not in str(raised)


def test_what_is_missing_is_listed_line_by_line() -> None:
    assert str(errors.SettingsIncomplete(["INTAKE_A: why", "INTAKE_B: why"])).count("\n  - ") == 2
