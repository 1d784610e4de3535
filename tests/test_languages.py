"""What a language brings with it: direction, dates, country names, and strings that fall back to English."""

from datetime import UTC, date, datetime

import pytest

from intake.languages import N_, Languages

LANGUAGES = Languages(("en", "ar"))
MOMENT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "direction"), [("en", "ltr"), ("ar", "rtl"), ("he", "rtl"), ("zh", "ltr"), ("fa", "rtl")]
)
def test_a_language_is_read_in_its_direction(code: str, direction: str) -> None:
    assert LANGUAGES.direction(code) == direction


def test_a_language_is_named_in_itself() -> None:
    assert (LANGUAGES.name("ar"), LANGUAGES.name("es")) == ("العربية", "español")


@pytest.mark.parametrize(
    ("asked", "given"), [("ar", "ar"), ("en", "en"), ("xx", "en"), (None, "en"), ("", "en"), ("AR", "en")]
)
def test_a_language_that_is_not_offered_is_answered_in_the_first(asked: str | None, given: str) -> None:
    assert LANGUAGES.choose(asked) == given


def test_a_string_without_a_translation_comes_back_as_it_is() -> None:
    assert LANGUAGES.gettext("en")("Start now") == "Start now"
    assert LANGUAGES.ngettext("en")("one file", "many files", 2) == "many files"


def test_marking_a_string_changes_nothing() -> None:
    assert N_("Start now") == "Start now"


def test_a_date_has_its_month_written_out() -> None:
    assert LANGUAGES.format_date("en", date(2026, 3, 9)) == "9 March 2026"
    assert "مارس" in LANGUAGES.format_date("ar", date(2026, 3, 9))
    assert LANGUAGES.format_month("en", date(2026, 3, 9)) == "March 2026"


@pytest.mark.parametrize(("zone", "clock"), [("UTC", "01:30"), ("Europe/Lisbon", "02:30"), ("Asia/Kathmandu", "07:15")])
def test_a_moment_is_told_in_a_zone_with_its_name(zone: str, clock: str) -> None:
    said = LANGUAGES.format_datetime("en", MOMENT, zone)
    assert clock in said
    assert "2026" in said


def test_countries_are_named_and_sorted_in_the_language() -> None:
    english = LANGUAGES.country_names("en")
    assert ("PT", "Portugal") in english
    assert english == sorted(english, key=lambda pair: pair[1].casefold())
    assert len(english) > 240
    assert dict(LANGUAGES.country_names("es"))["DE"] == "Alemania"


def test_what_is_no_country_is_not_in_the_list() -> None:
    codes = {code for code, _ in LANGUAGES.country_names("en")}
    assert not codes & {"EU", "UN", "ZZ", "001"}


def test_languages_are_named_and_sorted_in_the_language() -> None:
    names = LANGUAGES.language_names("en")
    assert ("ar", "Arabic") in names
    assert names == sorted(names, key=lambda pair: pair[1].casefold())


def test_each_offered_language_has_its_direction() -> None:
    assert LANGUAGES.directions == {"en": "ltr", "ar": "rtl"}
