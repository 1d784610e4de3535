"""What each kind of field takes as it comes, keeps as it is, and says back."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.forms.context import FormContext
from intake.forms.fields.dates import age_on, iso, whole_parts
from intake.forms.pages import open_page
from tests.forms.conftest import TODAY, Fill, sent

SELF = {"who": {"who": "myself"}}
OTHER = {"who": {"who": "carer"}}

NAMES = [
    "Björk", "Sukarno", "Nguyễn Thị Minh Khai",
    "O’Connor-Smith", "D'Angelo", "van der Berg", "de la Cruz y Ortega",
    "محمد بن سلمان الأحمد", "علی‌رضا موسوی", "王小明", "สมชาย ใจดี",
    "សុខ ដារ៉ា", "प्रिया शर्मा", "Παπαδόπουλος", "Мария-Луиза",
    "ליאור כהן", "Kealiʻi", "X Æ A-12", "J. R. R. Tolkien", "李", "Łukasz Żółć", "Ṣàngó", "A" * 200,
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_shape_is_kept_as_it_is(fill: Fill, name: str) -> None:
    form = fill("patient", {"full_name": f"  {name} "}, SELF)
    assert not form["full_name"].errors
    assert form["full_name"].stored() == name


@pytest.mark.parametrize(
    ("day", "month", "year", "kept"),
    [
        ("27", "3", "1968", "1968-03-27"),
        (" 07 ", "03", "1968", "1968-03-07"),
        ("٢٧", "٣", "١٩٦٨", "1968-03-27"),
        ("۲۷", "۳", "۱۹۶۸", "1968-03-27"),
        ("२७", "३", "१९६८", "1968-03-27"),
        ("29", "2", "2000", "2000-02-29"),
    ],
)
def test_a_birth_date_in_any_digits_is_kept_as_iso(
    fill: Fill, day: str, month: str, year: str, kept: str
) -> None:
    form = fill("patient", {"born-day": day, "born-month": month, "born-year": year}, SELF)
    assert not form["born"].errors
    assert form["born"].stored() == kept


@pytest.mark.parametrize(
    ("boxes", "kept", "said"),
    [
        (("", "", "2024"), "2024", "2024"),
        (("", "5", "2026"), "2026-05", "May 2026"),
        (("3", "5", "2026"), "2026-05-03", "3 May 2026"),
        (("", "", ""), None, ""),
    ],
)
def test_a_clinical_date_may_be_as_exact_as_people_know_it(
    fill: Fill, context: FormContext, boxes: tuple[str, str, str], kept: str | None, said: str
) -> None:
    day, month, year = boxes
    form = fill("condition", {"told_when-day": day, "told_when-month": month, "told_when-year": year}, SELF)
    assert not form["told_when"].errors
    assert form["told_when"].stored() == kept
    shown = open_page("condition", context, SELF | {"condition": {"told_when": kept}})
    assert shown["told_when"].said() == said
    assert tuple(shown["told_when"].boxes[box] for box in ("day", "month", "year")) == boxes


def test_a_plan_for_this_month_is_not_in_the_past(fill: Fill) -> None:
    typed = {"planned": "yes", "plan_date-month": str(TODAY.month), "plan_date-year": str(TODAY.year)}
    assert not fill("timing", typed, SELF)["plan_date"].errors


def test_a_wrong_date_keeps_what_was_typed_and_marks_the_boxes_to_mend(fill: Fill) -> None:
    form = fill("patient", {"born-day": "31", "born-month": "2", "born-year": "1980"}, SELF)
    assert form["born"].boxes == {"day": "31", "month": "2", "year": "1980"}
    assert form["born"].wrong_boxes == ("day", "month")
    assert form["born"].anchor == "born-day"


@given(st.dates())
def test_iso_dates_go_there_and_back(day: object) -> None:
    parts = whole_parts(str(day))
    assert iso(parts) == str(day)


@given(st.text())
def test_no_text_breaks_the_reading_of_a_stored_date(text: str) -> None:
    assert whole_parts(text) == () or whole_parts(iso(whole_parts(text))) == whole_parts(text)


def test_age_is_counted_in_full_years() -> None:
    assert age_on("2008-11-22", TODAY) == 18
    assert age_on("2008-11-23", TODAY) == 17
    assert age_on("2008-11", TODAY) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Amira@Example.ORG", "Amira@example.org"),
        ("  amira@example.org ", "amira@example.org"),
        ("用户@例え.jp", "用户@例え.jp"),
        ("o'hara+case@clinic.example", "o'hara+case@clinic.example"),
    ],
)
def test_an_address_is_normalised_without_asking_any_server(fill: Fill, typed: str, kept: str) -> None:
    form = fill("reach-you", {"email": typed}, SELF)
    assert not form["email"].errors
    assert form["email"].stored() == kept


def example_numbers() -> list[tuple[str, str]]:
    found = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number(region)
        if number is not None and phonenumbers.is_valid_number(number):
            national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
            found.append((region, national))
    return found


def test_the_example_number_of_every_region_is_understood_without_its_country_code(fill: Fill) -> None:
    refused = []
    for region, national in example_numbers():
        answers = SELF | {"patient": {"country": region}}
        form = fill("reach-you", {"phone": national}, answers)
        kept = form["phone"].stored()
        if form["phone"].errors or not kept.startswith("+"):
            refused.append((region, national, kept))
    assert refused == []


@pytest.mark.parametrize(
    ("country", "typed", "kept", "said"),
    [
        ("JO", "06 500 1234", "+96265001234", "+962 6 500 1234"),
        ("JO", "٠٦٥٠٠١٢٣٤", "+96265001234", "+962 6 500 1234"),
        ("", "+44 (0)20 7946-0958", "+442079460958", "+44 20 7946 0958"),
        ("US", "212 555 0123 ext. 12", "+12125550123;ext=12", "+1 212-555-0123 ext. 12"),
    ],
)
def test_a_number_is_kept_as_e164_and_shown_in_its_international_form(
    fill: Fill, context: FormContext, country: str, typed: str, kept: str, said: str
) -> None:
    answers = SELF | {"patient": {"country": country}}
    form = fill("reach-you", {"phone": typed}, answers)
    assert not form["phone"].errors
    assert form["phone"].stored() == kept
    assert open_page("reach-you", context, {"reach-you": {"phone": kept}})["phone"].in_box == said


def test_choices_are_kept_by_id_in_the_order_of_the_page(fill: Fill) -> None:
    form = fill("reach-you", {"tongues": ["es", "ar", "es"]}, SELF)
    assert form["tongues"].stored() == ["ar", "es"]
    assert form["tongues"].said() == "Arabic\nSpanish"


def test_a_choice_that_is_no_longer_offered_is_shown_by_its_id(context: FormContext) -> None:
    assert open_page("reason", context, {"reason": {"reason": "old-reason"}})["reason"].said() == "old-reason"


def test_only_a_true_tick_counts(context: FormContext) -> None:
    for stored, ticked in (("yes", False), (True, True)):
        page = open_page("condition", context, {"condition": {"told_unknown": stored}})
        assert page["told_unknown"].data is ticked


def test_the_checklist_says_what_is_there_by_state(context: FormContext) -> None:
    held = {"scan-files": "have", "lab-results": "have", "operation-notes": "have-not"}
    answers = {"condition": {"specialty": "cancer"}, "records": {"items_held": held}}
    said = open_page("records", context, answers)["items_held"].said().splitlines()
    assert said[0] == "I have it: Laboratory results · The scan files themselves"
    assert said[1] == "I do not have it: Operation notes"
    assert said[2].startswith("Not answered: One page about the case · ")


def test_states_of_another_specialty_are_kept_when_the_list_changes(context: FormContext) -> None:
    answers = {"condition": {"specialty": "heart"}, "records": {"items_held": {"staging-scans": "have"}}}
    form = open_page("records", context, answers, sent({"items_held-ecg": "can-get", "tongues": "en"}))
    assert form.validate()
    assert form.stored()["items_held"] == {"staging-scans": "have", "ecg": "can-get"}
    assert "staging-scans" not in form.stored()["shown"]
