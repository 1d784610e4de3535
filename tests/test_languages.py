"""What a language brings with it: direction, dates, country names, and strings that fall back to English."""

import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from intake.languages import N_, OFFERED, Languages, as_sorted

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


@pytest.mark.parametrize(
    ("country", "language"),
    [("GB", "en"), ("JO", "ar"), ("DE", ""), ("PH", "en"), ("IL", ""), ("IN", "en"), ("MX", ""), ("XX", ""), ("", "")],
)
def test_an_office_is_written_to_in_its_own_language_where_we_offer_it(country: str, language: str) -> None:
    assert LANGUAGES.written_in(country) == language


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


def test_a_moment_is_told_as_each_language_tells_it() -> None:
    moment = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
    told = {code: LANGUAGES.format_datetime(code, moment, "Asia/Amman") for code in OFFERED}
    assert told == {
        "en": "9 March 2026, 04:30 GMT+03:00", "es": "9 de marzo de 2026, 04:30 GMT+03:00",
        "ar": "9 مارس 2026، 04:30 غرينتش+03:00",
    }  # fmt: skip
    assert LANGUAGES.format_datetime("en", moment).endswith("01:30 UTC")


def test_countries_are_named_and_sorted_in_the_language() -> None:
    english = LANGUAGES.country_names("en")
    assert ("PT", "Portugal") in english
    assert english == sorted(english, key=lambda pair: as_sorted(pair[1]))
    assert len(english) > 240
    assert dict(LANGUAGES.country_names("es"))["DE"] == "Alemania"


def test_what_is_no_country_is_not_in_the_list() -> None:
    codes = {code for code, _ in LANGUAGES.country_names("en")}
    assert not codes & {"EU", "UN", "ZZ", "001"}


def test_languages_are_named_and_sorted_in_the_language() -> None:
    names = LANGUAGES.language_names("en")
    assert ("ar", "Arabic") in names
    assert names == sorted(names, key=lambda pair: as_sorted(pair[1]))


def test_each_offered_language_has_its_direction() -> None:
    assert LANGUAGES.directions == {"en": "ltr", "ar": "rtl"}


def order(code: str, *countries: str) -> list[str]:
    """These countries in the order in which a language lists them."""
    return [country for country, _ in LANGUAGES.country_names(code) if country in countries]


def test_a_country_with_an_accent_stands_where_people_look_for_it() -> None:
    assert order("en", "AX", "AF", "AL", "CI", "CR", "HR") == ["AF", "AX", "AL", "CR", "CI", "HR"]  # Åland, Côte …
    # Afganistán Albania Alemania · Antártida before Antigua y Barbuda · Perú before Polonia
    assert order("es", "AL", "DE", "AF", "AQ", "AG") == ["AF", "AL", "DE", "AQ", "AG"]
    assert order("es", "PL", "PE") == ["PE", "PL"]
    # إثيوبيا إسبانيا ألمانيا stand together at alef, whatever its hamza; تونس before مصر before اليمن's neighbours
    assert order("ar", "ET", "ES", "DE", "TN", "EG") == ["ET", "ES", "DE", "TN", "EG"]


@pytest.mark.parametrize("code", ["en", "es", "ar"])
def test_what_is_sorted_has_no_case_no_accent_and_no_mark(code: str) -> None:
    for _, name in LANGUAGES.country_names(code):
        folded = as_sorted(name)
        assert folded and not any(unicodedata.combining(sign) or sign == "\u0640" for sign in folded)
    assert as_sorted("ÅLAND") == as_sorted("aland") and as_sorted("إسبانيا") == as_sorted("اسبانيا")


def test_people_of_kosovo_find_their_country() -> None:
    assert dict(LANGUAGES.country_names("en"))["XK"] == "Kosovo"


ZONES = [
    ("en", "ES", [("Africa/Ceuta", "Ceuta (GMT+02:00)"), ("Europe/Madrid", "Madrid (GMT+02:00)"),
                  ("Atlantic/Canary", "Canary (GMT+01:00)")]),
    ("en", "NP", [("Asia/Kathmandu", "Kathmandu (GMT+05:45)")]),
    ("es", "NP", [("Asia/Kathmandu", "Katmandú (GMT+05:45)")]),
    ("ar", "NP", [("Asia/Kathmandu", "كاتماندو (غرينتش+05:45)")]),
    ("en", "BV", []),
]  # fmt: skip


@pytest.mark.parametrize(("code", "country", "zones"), ZONES)
def test_the_zones_of_a_country_come_with_their_cities_and_their_distance_now(
    code: str, country: str, zones: list[tuple[str, str]]
) -> None:
    assert LANGUAGES.zone_names(code, country, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) == zones


def test_an_hour_before_the_clocks_change_the_distance_is_the_other_one() -> None:
    before = dict(LANGUAGES.zone_names("en", "ES", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)))
    assert before["Europe/Madrid"] == "Madrid (GMT+01:00)"


def test_zones_of_a_wide_country_go_from_east_to_west_across_the_date_line() -> None:
    told = [zone for zone, _ in LANGUAGES.zone_names("en", "KI", MOMENT)]
    assert told == ["Pacific/Kiritimati", "Pacific/Kanton", "Pacific/Tarawa"]


def test_every_zone_of_every_country_is_one_that_the_clock_knows() -> None:
    for country, _ in LANGUAGES.country_names("en"):
        for zone, label in LANGUAGES.zone_names("en", country, MOMENT):
            assert ZoneInfo(zone).key == zone and "GMT" in label and "_" not in label
