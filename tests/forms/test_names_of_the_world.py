"""Sixty shapes of names, digits of every script, telephone numbers of every region: kept as people gave them."""

import unicodedata
from dataclasses import replace
from typing import Any

import phonenumbers
import pytest

from intake.forms.answers import section
from intake.forms.context import FormContext
from intake.forms.fields.contact import EXAMPLE_APART
from intake.forms.fields.text import is_latin
from intake.forms.pages import open_page
from intake.forms.read_as import read_rows
from intake.languages import Languages
from tests.forms.conftest import Fill
from tests.forms.names_of_the_world import SHAPES, Shape

OTHER: dict[str, dict[str, Any]] = {"who": {"who": "carer"}}
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.what)

# Where a whole name is asked for, with what else must be there for it to be taken.
NAMED = (("patient", "full_name"), ("asking", "your_name"), ("readers", "contact_name"))


def test_there_are_sixty_shapes_and_each_is_another() -> None:
    assert len(SHAPES) >= 60
    assert len({shape.what for shape in SHAPES}) == len({shape.typed for shape in SHAPES}) == len(SHAPES)
    scripts = {unicodedata.name(sign).split()[0] for shape in SHAPES for sign in shape.whole if sign.isalpha()}
    assert len(scripts) >= 20, scripts
    assert max(len(shape.whole) for shape in SHAPES) == 200 and min(len(shape.whole) for shape in SHAPES) == 1


@each_shape
@pytest.mark.parametrize(("step", "field"), NAMED)
def test_a_name_is_taken_and_said_as_it_was_given(
    fill: Fill, context: FormContext, shape: Shape, step: str, field: str
) -> None:
    form = fill(step, {field: shape.typed}, OTHER)
    assert not form[field].errors
    assert form[field].stored() == shape.whole == unicodedata.normalize("NFC", shape.whole)
    stored = OTHER | {step: {field: form[field].stored()}}
    assert open_page(step, context, stored)[field].data == shape.whole
    rows = (*section(step, stored, context).rows, *read_rows(step, stored, context))
    assert [row.value for row in rows if row.field == field] == [shape.whole] * 2


@each_shape
def test_the_same_name_in_latin_letters_is_taken(fill: Fill, shape: Shape) -> None:
    latin = shape.latin or shape.typed
    if shape.latin or all(is_latin(sign) for sign in shape.whole if unicodedata.category(sign) in ("Lu", "Ll", "Lo")):
        form = fill("patient", {"latin_name": latin}, OTHER)
        assert not form["latin_name"].errors
    else:
        pytest.fail(f"say how a passport writes it: {shape.what}")


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.latin], ids=lambda shape: shape.what)
def test_another_script_is_not_taken_for_latin_letters_and_stays_in_the_box(fill: Fill, shape: Shape) -> None:
    form = fill("patient", {"latin_name": shape.typed}, OTHER)
    assert form["latin_name"].errors and form["latin_name"].data == shape.whole


def test_a_name_in_latin_letters_need_not_be_given(fill: Fill) -> None:
    assert not fill("patient", {"full_name": "محمد", "latin_name": ""}, OTHER)["latin_name"].errors


def every_zero() -> list[str]:
    """The digit zero of every script that has decimal digits."""
    return [chr(code) for code in range(0x110000) if unicodedata.decimal(chr(code), None) == 0]


def in_digits(number: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(sign)) for sign in number)


def test_a_date_in_the_digits_of_any_script_is_the_same_date(fill: Fill, context: FormContext) -> None:
    zeros = every_zero()
    assert len(zeros) > 50
    for zero in zeros:
        boxes = {"born-day": "07", "born-month": "3", "born-year": "1968"}
        typed = {box: in_digits(each, zero) for box, each in boxes.items()}
        form = fill("patient", typed, OTHER)
        assert not form["born"].errors, unicodedata.name(zero)
        assert form["born"].stored() == "1968-03-07"
        again = open_page("patient", context, OTHER | {"patient": {"born": form["born"].stored()}})
        assert again["born"].said() == "7 March 1968"


@pytest.mark.parametrize(
    ("day", "month", "year", "kept", "said"),
    [
        ("", "", "٢٠٢٤", "2024", "2024"),
        ("", "۵", "۲۰۲۶", "2026-05", "May 2026"),
        ("०३", "०५", "२०२६", "2026-05-03", "3 May 2026"),
        ("៣", "៥", "២០២៦", "2026-05-03", "3 May 2026"),
        ("３", "５", "２０２６", "2026-05-03", "3 May 2026"),
    ],
)
def test_a_date_of_an_illness_may_be_partial_in_any_digits(
    fill: Fill, context: FormContext, day: str, month: str, year: str, kept: str, said: str
) -> None:
    form = fill("condition", {"told_when-day": day, "told_when-month": month, "told_when-year": year}, OTHER)
    assert not form["told_when"].errors and form["told_when"].stored() == kept
    stored = OTHER | {"condition": {"told_when": kept}}
    for rows in (section("condition", stored, context).rows, read_rows("condition", stored, context)):
        assert next(row.value for row in rows if row.field == "told_when") == said


@pytest.mark.parametrize(
    ("calendar", "year"),
    [("Buddhist", "2511"), ("Buddhist, Thai digits", "๒๕๖๙"), ("Hijri", "1387"), ("Hijri, Arabic digits", "١٣٨٧"),
     ("Persian", "۱۳۴۷"), ("Hebrew", "5728")],
)  # fmt: skip
def test_a_year_of_another_calendar_is_asked_about_and_never_converted(fill: Fill, calendar: str, year: str) -> None:
    form = fill("patient", {"born-day": "7", "born-month": "3", "born-year": year}, OTHER)
    assert "the Gregorian calendar" in form["born"].errors[0]
    assert form["born"].boxes["year"] == year and form["born"].anchor == "born-year"


KINDS = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)


def example_numbers() -> list[tuple[str, phonenumbers.PhoneNumber]]:
    """A fixed and a mobile number of every region, from the metadata of the library."""
    found = [
        (region, phonenumbers.example_number_for_type(region, kind))
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in KINDS
    ]
    return [(region, number) for region, number in found if number and phonenumbers.is_valid_number(number)]


def test_a_number_of_every_region_is_kept_for_calling_and_shown_for_reading(fill: Fill, context: FormContext) -> None:
    numbers, wrong = example_numbers(), []
    assert len({region for region, _ in numbers}) > 240
    for region, number in numbers:
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        answers = {"who": {"who": "myself"}, "patient": {"country": region}}
        kept = fill("reach-you", {"phone": national}, answers)["phone"].stored()
        stored = answers | {"reach-you": {"phone": kept}}
        shown = {open_page("reach-you", context, stored)["phone"].in_box}
        shown |= {row.value for row in section("reach-you", stored, context).rows if row.field == "phone"}
        shown |= {row.value for row in read_rows("reach-you", stored, context) if row.field == "phone"}
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        international = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        if kept != e164 or shown != {international}:
            wrong.append((region, national, kept, shown))
    assert wrong == []


@pytest.mark.parametrize("zero", ["٠", "۰", "०", "০", "๐", "０"])
def test_a_telephone_number_may_be_typed_in_native_digits(fill: Fill, zero: str) -> None:
    answers = {"who": {"who": "myself"}, "patient": {"country": "JO"}}
    form = fill("reach-you", {"phone": in_digits("065001234", zero)}, answers)
    assert not form["phone"].errors and form["phone"].stored() == "+96265001234"


@pytest.mark.parametrize("nonsense", ["0", "12", "+", "+999 1234567", "call me", "0123456789" * 4, "-", "( )"])
def test_what_nobody_can_call_is_refused_with_an_example_and_stays_in_the_box(fill: Fill, nonsense: str) -> None:
    form = fill("reach-you", {"phone": nonsense}, {"who": {"who": "myself"}, "patient": {"country": "PT"}})
    assert EXAMPLE_APART in form["phone"].errors[0]
    assert form["phone"].in_box == " ".join(nonsense.split())


@pytest.mark.parametrize("code", ["en", "es", "ar"])
def test_a_name_is_never_translated_recased_or_turned_around(context: FormContext, code: str) -> None:
    languages = Languages((code,))
    spoken = replace(context, language=code, gettext=languages.gettext(code))
    for shape in SHAPES:
        stored = {"who": {"who": "myself"}, "patient": {"full_name": shape.whole}}
        row = next(row for row in section("patient", stored, spoken).rows if row.field == "full_name")
        assert row.value == shape.whole and row.theirs
