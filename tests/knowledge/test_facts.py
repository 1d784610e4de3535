"""What we know: sourced, stable ids, plain texts, and dates that an answer is due."""

import re
from datetime import date

import pytest

from intake.knowledge.facts import Knowledge, Urgency
from intake.knowledge.reader import read_knowledge
from intake.knowledge.sources import Source, Status
from intake.languages import Languages

# Ids are stored in answers and in translations: one may be added here, none may change or go.
SPECIALTIES = ["cancer", "brain-nerves", "heart", "bones-spine", "rare-undiagnosed", "children", "other"]
EVERY_CASE = [
    "cover-page",
    "timeline",
    "diagnosis-letter",
    "clinic-letters",
    "discharge-notes",
    "operation-notes",
    "lab-results",
    "scan-files",
    "scan-reports",
    "pathology-report",
    "pathology-slides",
    "medicines",
    "allergies-illnesses",
    "treatment-plan",
    "missing-list",
]
OWN_ITEMS = {
    "cancer": [
        "tissue-blocks",
        "molecular-reports",
        "staging-scans",
        "cancer-treatments",
        "radiotherapy-plan",
        "tumour-board",
    ],
    "brain-nerves": ["brain-scans", "eeg", "emg", "medicines-tried"],
    "heart": [
        "ecg",
        "heart-ultrasound",
        "angiogram",
        "stress-test",
        "rhythm-monitor",
        "heart-procedures",
        "vessel-scans",
    ],
    "bones-spine": ["bone-scans", "tried-without-surgery", "daily-limits"],
    "rare-undiagnosed": ["referral-letter", "genetic-reports", "growth", "photographs", "normal-tests"],
    "children": ["child-summary", "child-days", "child-words"],
    "other": [],
}
REASONS = [
    "check-diagnosis",
    "unclear-diagnosis",
    "other-tests",
    "major-treatment",
    "choose-treatment",
    "not-working",
    "nothing-more",
    "doctors-disagree",
    "little-experience",
    "travel",
    "research",
    "not-heard",
    "other",
]
SIGNS = [
    "chest-pain",
    "breathing",
    "stroke",
    "unconscious",
    "confusion",
    "fits",
    "bleeding",
    "allergy",
    "injury",
    "cauda-equina",
    "cancer-spine",
]
# What only companies ask for is ours too; it names them.
FOLLOWING = {"eeg", "emg", *OWN_ITEMS["heart"]} - {"vessel-scans"}
OURS = {"medicines-tried", "bone-scans", "tried-without-surgery", "daily-limits", "vessel-scans"}
OURS |= {"child-days", "child-words", *FOLLOWING}
# Collected without confirmation: none of it may be shown as a fact.
UNVERIFIED = ["diary", "video", "device card", "moving image", "implant", "family tree", "raw data"]
UNVERIFIED += ["chemotherapy", "self-harm", "immunisation", "birth history", "docinfo", "2031", "article 15"]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return read_knowledge()


def test_ids_of_specialties_items_reasons_and_signs_never_change(knowledge: Knowledge) -> None:
    assert [each.id for each in knowledge.specialties] == SPECIALTIES
    assert [each.id for each in knowledge.every_case] == EVERY_CASE
    assert {each.id: [item.id for item in each.items] for each in knowledge.specialties} == OWN_ITEMS
    assert [each.id for each in knowledge.reasons] == REASONS
    assert [each.id for each in knowledge.emergency.signs] == SIGNS


def test_every_entry_has_a_source_that_was_seen_or_says_that_it_is_ours(knowledge: Knowledge) -> None:
    own = [item for specialty in knowledge.specialties for item in specialty.items]
    notes = [*knowledge.advice, *knowledge.asking_for_records, *knowledge.register_cautions]
    notes += [note for right in knowledge.record_rights for note in right.notes]
    for entry in [*knowledge.every_case, *own, *notes]:
        assert entry.ours == (entry.source is None)
        assert entry.ours or (isinstance(entry.source.status, Status) and entry.source.places)
    assert {item.id for item in own if item.ours} == OURS
    assert {item.id for item in own if item.follows} == FOLLOWING
    assert not any(item.ours for item in knowledge.every_case)


def test_every_checklist_says_that_no_clinician_has_checked_it_yet(knowledge: Knowledge) -> None:
    assert knowledge.every_case_awaiting_clinical_review
    assert all(specialty.awaiting_clinical_review for specialty in knowledge.specialties)
    assert "awaiting clinical review" in knowledge.awaiting_clinical_review
    assert knowledge.awaiting_clinical_review in set(knowledge.texts())


def test_what_may_do_harm_when_wrong_always_has_a_source(knowledge: Knowledge) -> None:
    missed = [item.cannot_say_without for item in knowledge.every_case if item.cannot_say_without]
    emergency = [*knowledge.emergency.signs, *knowledge.emergency.numbers]
    law = [*knowledge.record_rights, *knowledge.registers]
    assert missed and all(isinstance(each.source, Source) for each in [*missed, *emergency, *law])


@pytest.mark.parametrize("words", UNVERIFIED)
def test_nothing_unverified_is_shown(knowledge: Knowledge, words: str) -> None:
    assert not [text for text in knowledge.texts() if words in text.lower()]


def test_texts_are_short_plain_and_hold_nothing_that_markup_would_trip_over(knowledge: Knowledge) -> None:
    texts = list(knowledge.texts())
    assert len(texts) == len(set(texts)) > 150
    forms = knowledge.record_letters
    own = [text for form in forms.forms for text in (*form.paragraphs, form.due, form.due_field)]
    letters = {*forms.opening, *own, *forms.closing}
    longer = {example.better for example in knowledge.questions.examples} | letters
    for text in texts:
        assert text.strip() == text and "\n" not in text and "  " not in text
        assert 2 < len(text) <= (350 if text in longer else 170), text
        allowed = text.replace("%(due)s", "due") if text in letters else text
        trips = r"[<>*_`|#{}\\%&]|https?:" if text in letters else r"[<>*_`|\[\]#{}\\%&]|https?:"
        assert not re.search(trips, allowed), text


def test_texts_yield_every_visible_text_and_no_id_or_source(knowledge: Knowledge) -> None:
    texts = set(knowledge.texts())
    for item in knowledge.every_case:
        assert {item.title, item.hint} <= texts
    assert {knowledge.emergency.rule, *knowledge.emergency.instructions.values()} <= texts
    assert {right.deadline for right in knowledge.record_rights} <= texts
    codes = {"european-union", "not-verified", "es"}
    assert not texts & codes | texts & {"cancer", "3", "cancerfax.com", "seen", "112", "GB", "2026-11", "call-now"}


def test_a_checklist_is_what_every_case_needs_and_then_its_own(knowledge: Knowledge) -> None:
    ids = [item.id for item in knowledge.checklist("heart")]
    assert ids == EVERY_CASE + OWN_ITEMS["heart"]
    assert knowledge.item("eeg").title == "EEG"
    assert knowledge.reason("travel").id == "travel"
    for look_up in (knowledge.checklist, knowledge.specialty, knowledge.item, knowledge.reason):
        with pytest.raises(KeyError):
            look_up("astrology")


def test_countries_are_countries(knowledge: Knowledge) -> None:
    known = {code for code, _ in Languages().country_names("en")}
    named = [knowledge.emergency.numbers, knowledge.record_rights]
    assert {code for entries in named for entry in entries for code in entry.countries} <= known
    assert {entry.country for entry in knowledge.registers} <= known


@pytest.mark.parametrize(("country", "number"), [("GB", "999"), ("US", "911"), ("GR", "112"), ("DE", "112")])
def test_the_emergency_number_of_a_country_is_known(knowledge: Knowledge, country: str, number: str) -> None:
    found = knowledge.emergency_number(country)
    assert found is not None and found.number == number


def test_a_number_not_yet_confirmed_says_so_and_an_unknown_country_gets_none(knowledge: Knowledge) -> None:
    for entry in knowledge.emergency.numbers:
        assert bool(entry.note) == (entry.source.status is Status.SECOND_HAND)
    assert knowledge.emergency_number("KH") is None


def test_every_urgency_has_an_instruction_and_a_sign(knowledge: Knowledge) -> None:
    assert set(knowledge.emergency.instructions) == set(Urgency)
    assert {sign.urgency for sign in knowledge.emergency.signs} == set(Urgency)


@pytest.mark.parametrize(
    ("country", "due"),
    [
        ("US", date(2027, 3, 2)),
        ("FR", date(2027, 2, 28)),  # one month from the last of January ends with February
        ("NO", date(2027, 2, 28)),
        ("DE", date(2027, 2, 28)),  # its own rule fixes no day; the European one does
        ("IN", date(2027, 2, 3)),
        ("AU", date(2027, 3, 2)),
        ("GB", None),
        ("KH", None),
    ],
)
def test_records_asked_for_on_the_last_of_january_are_due(
    knowledge: Knowledge, country: str, due: date | None
) -> None:
    assert knowledge.records_due_on(country, date(2027, 1, 31)) == due


def test_a_month_may_cross_the_new_year_and_end_in_a_leap_february(knowledge: Knowledge) -> None:
    assert knowledge.records_due_on("FR", date(2026, 12, 31)) == date(2027, 1, 31)
    assert knowledge.records_due_on("FR", date(2028, 1, 30)) == date(2028, 2, 29)
    assert knowledge.records_due_on("FR", date(2026, 11, 15)) == date(2026, 12, 15)


def test_every_legal_line_says_when_it_was_checked(knowledge: Knowledge) -> None:
    assert {right.checked_on for right in knowledge.record_rights} == {"2026-11"}
    assert [right.id for right in knowledge.record_rights_in("DE")] == ["european-union", "germany"]
    assert knowledge.record_rights_in("KH") == ()
