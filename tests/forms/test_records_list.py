"""The list for the hospital and the letters: what is missing, why it matters, by which rule, in which language."""

from dataclasses import replace
from datetime import date

import pytest

from intake.forms.context import FormContext
from intake.forms.records_list import RecordsList, RequestLetter, Sheet, Speech, Tongues, records_list
from intake.languages import Languages
from tests.forms.test_consent import filled

OFFERED = Languages(("en", "es", "ar"))


def speech(code: str) -> Speech:
    """Says which language it is: the catalogues have a test of their own."""
    return Speech(code, lambda text: f"{code}: {text}", lambda day: f"{code}-{day.isoformat()}")


TONGUES = Tongues(speech, OFFERED.written_in)
HELD = {"items_held-scan-files": "have-not", "items_held-lab-results": "can-get", "items_held-medicines": "have"}


def listed(context: FormContext, home: str = "JO", tongues: Tongues = TONGUES, **records: str) -> RecordsList:
    answers = filled(context, patient={"country": home}, records=HELD | records)
    return records_list(answers, context, tongues)


def place(number: int, name: str = "", city: str = "", country: str = "") -> dict[str, str]:
    boxes = {"name": name, "city": city, "country": country}
    return {f"places-{number}-{box}": text for box, text in boxes.items() if text}


def text(sheet: Sheet) -> str:
    return "\n".join("".join(part.text for part in paragraph) for paragraph in sheet.paragraphs)


def to_send(letter: RequestLetter) -> Sheet:
    (found,) = [sheet for sheet in letter.sheets if sheet.to_send]
    return found


def test_records_stand_by_whether_they_can_be_had(context: FormContext) -> None:
    shown = listed(context)
    assert [line.title for line in shown.have_not] == ["The scan files themselves"]
    assert [line.title for line in shown.can_get] == ["Laboratory results"]
    assert shown.have == ("Medicines taken now",)
    assert "Operation notes" in [line.title for line in shown.unsure] and shown.missing


def test_what_an_opinion_could_not_say_stands_beside_its_record_and_only_where_a_source_says_it(
    context: FormContext,
) -> None:
    lines = (*listed(context).have_not, *listed(context).can_get, *listed(context).unsure)
    said = {line.title: line.cannot_say for line in lines}
    assert said["The scan files themselves"].startswith("Without the files, nobody can look at the scan afresh.")
    assert said["Laboratory results"] == ""


def test_nobody_is_sent_to_a_hospital_for_what_only_they_can_write(context: FormContext) -> None:
    shown = listed(context)
    assert "A timeline with dates" in [line.title for line in shown.to_write]
    assert not {line.title for line in shown.to_write} & {line.title for line in (*shown.unsure, *shown.have_not)}


def test_nothing_is_missing_when_all_is_there(context: FormContext) -> None:
    every = {f"items_held-{item.id}": "have" for item in context.knowledge.checklist("bones-spine")}
    shown = listed(context, **every)
    assert not shown.missing and not shown.to_write


RULES = [
    ("US", "HIPAA, 45 CFR 164.524", "22 December 2026", False),
    ("FR", "General Data Protection Regulation (GDPR)", "22 December 2026", False),
    ("IN", "Medical Council of India Regulations 2002, 1.3.1 and 1.3.2", "25 November 2026", True),
    ("AU", "Guidance of the privacy regulator (OAIC)", "22 December 2026", False),
    ("GB", "UK GDPR, Article 12A", "", False),
    ("JO", "", "", False),
]


@pytest.mark.parametrize(("country", "rule", "due", "second_hand"), RULES)
def test_the_rule_and_the_day_are_those_of_the_place(
    context: FormContext, country: str, rule: str, due: str, second_hand: bool
) -> None:
    (letter,) = listed(context, home="PT", **place(1, "St Mary", "Town", country)).letters
    assert (letter.rule.removeprefix("en: "), letter.due, letter.second_hand) == (rule, due, second_hand)
    assert not due or "en-2026-1" in "\n".join(text(sheet) for sheet in letter.sheets)


def test_a_place_without_a_country_is_where_the_patient_lives(context: FormContext) -> None:
    (letter,) = listed(context, home="AU", **place(1, "St Mary")).letters
    assert letter.country == "Australia" and "OAIC" in letter.rule


def test_without_a_place_there_is_one_letter_with_a_field_for_its_name(context: FormContext) -> None:
    (letter,) = listed(context, home="US").letters
    assert letter.place == () and letter.country == "United States"
    assert "[name of the hospital or practice]" in text(to_send(letter))


def test_each_place_gets_a_letter_of_its_own_with_its_name_in_it(context: FormContext) -> None:
    many = place(1, "St Mary", "Town", "US") | place(2, "مستشفى الاختبار", "", "JO") | place(3, "", "Pune", "IN")
    letters = listed(context, **many).letters
    assert [letter.country for letter in letters] == ["United States", "Jordan", "India"]
    assert text(to_send(letters[0])).startswith("en: Dear records office of St Mary,")
    assert [part.theirs for part in to_send(letters[1]).paragraphs[0]].count(True) == 1
    assert "[name of the hospital or practice]" in text(to_send(letters[2]))


def test_nobodys_name_or_birth_date_is_on_a_sheet_that_lies_about(context: FormContext) -> None:
    shown = listed(context, **place(1, "St Mary"))
    for word in ("Yusuf", "Haddad", "1951", "yusuf@example.org"):
        assert word not in repr(shown)
    blanks = [part.text for each in to_send(shown.letters[0]).paragraphs for part in each if part.blank]
    assert any("full name" in blank for blank in blanks) and any("day, month and year" in blank for blank in blanks)


LANGUAGES: list[tuple[str, str, list[tuple[str, bool]]]] = [
    ("en", "US", [("en", True)]),
    ("ar", "US", [("en", True), ("ar", False)]),
    ("ar", "GB", [("en", True), ("ar", False)]),
    ("ar", "JO", [("ar", True)]),
    ("en", "JO", [("ar", True), ("en", False)]),
    ("ar", "MX", [("es", True), ("ar", False)]),
    ("ar", "DE", [("ar", True)]),  # we do not speak German: the notes say to write in the language of the hospital
    ("es", "PH", [("en", True), ("es", False)]),
    ("es", "IL", [("es", True)]),  # Arabic is official there too, and most offices read Hebrew
    ("es", "", [("es", True)]),
]


@pytest.mark.parametrize(("reader", "country", "sheets"), LANGUAGES)
def test_a_letter_is_in_the_language_of_the_office_and_in_the_readers_own(
    context: FormContext, reader: str, country: str, sheets: list[tuple[str, bool]]
) -> None:
    answers = filled(context, records=HELD)
    answers["patient"] = answers["patient"] | {"country": country}
    (letter,) = records_list(answers, replace(context, language=reader), TONGUES).letters
    assert [(sheet.language, sheet.to_send) for sheet in letter.sheets] == sheets
    assert all(text(sheet).startswith(f"{sheet.language}: Dear") for sheet in letter.sheets)


def test_the_day_is_counted_from_the_day_it_is_shown(context: FormContext) -> None:
    answers = filled(context, patient={"country": "US"}, records=HELD)
    later = replace(context, today=date(2027, 1, 31))
    shown = records_list(answers, later, TONGUES)
    assert shown.shown_on == "31 January 2027" and shown.letters[0].due == "2 March 2027"


@pytest.mark.parametrize("named", ["[curly] & <b>", "%(due)s", "100 % Klinik"])
def test_whatever_a_place_is_called_stands_in_the_letter_as_it_is(context: FormContext, named: str) -> None:
    (letter,) = listed(context, **place(1, named)).letters
    assert named in text(to_send(letter))


def test_rules_known_only_from_others_are_marked(context: FormContext) -> None:

    letters = listed(context, **place(1, "A", "", "IN"), **place(2, "B", "", "US")).letters
    assert [letter.second_hand for letter in letters] == [True, False]
