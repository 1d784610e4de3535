"""Letters that ask for records: the right rule, the right day, and never a rule that we do not know."""

import re
from datetime import date

import pytest

from intake.knowledge.facts import Knowledge
from intake.knowledge.reader import read_knowledge
from intake.knowledge.record_letters import due_day, plain_date, record_letter

LETTERS = ["united-states", "european-union", "germany", "united-kingdom", "india", "australia", "anywhere-else"]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return read_knowledge()


def test_ids_of_letters_never_change(knowledge: Knowledge) -> None:
    assert [form.id for form in knowledge.record_letters.forms] == LETTERS


@pytest.mark.parametrize(
    ("country", "asked", "letter", "due"),
    [
        ("US", date(2027, 1, 31), "united-states", date(2027, 3, 2)),
        ("US", date(2028, 1, 31), "united-states", date(2028, 3, 1)),  # a leap year
        ("FR", date(2027, 1, 31), "european-union", date(2027, 2, 28)),
        ("FR", date(2028, 1, 31), "european-union", date(2028, 2, 29)),
        ("NO", date(2026, 12, 31), "european-union", date(2027, 1, 31)),
        ("IS", date(2027, 8, 31), "european-union", date(2027, 9, 30)),
        ("DE", date(2027, 3, 15), "european-union", date(2027, 4, 15)),
        ("IN", date(2027, 2, 27), "india", date(2027, 3, 2)),
        ("AU", date(2026, 12, 15), "australia", date(2027, 1, 14)),
        ("GB", date(2027, 1, 31), "united-kingdom", None),
        ("MX", date(2027, 1, 31), "anywhere-else", None),
        ("EG", date(2027, 1, 31), "anywhere-else", None),
        ("KH", date(2027, 1, 31), "anywhere-else", None),
    ],
)
def test_a_letter_names_its_rule_and_the_day_an_answer_is_due(
    knowledge: Knowledge, country: str, asked: date, letter: str, due: date | None
) -> None:
    made = record_letter(knowledge, country, asked)
    assert (made.id, made.due_on) == (letter, due)
    text = "\n".join(made.paragraphs)
    assert due is None or plain_date(due) in text
    assert made.due_on == knowledge.records_due_on(country, asked)
    assert made.rule == "; ".join(right.rule for right in knowledge.rules_of(knowledge.record_letters.form(letter)))
    assert "%(" not in text


def test_the_german_letter_for_an_opinion_under_the_law_names_both_rules(knowledge: Knowledge) -> None:
    made = record_letter(knowledge, "DE", date(2027, 1, 31), form_id="germany")
    assert made.rule == "Social Code, Book V, section 27b; General Data Protection Regulation (GDPR)"
    assert made.due_on == date(2027, 2, 28) and made.second_hand
    assert "section 27b" in " ".join(made.paragraphs) and "28 February 2027" in " ".join(made.paragraphs)


def test_a_letter_for_anywhere_else_names_no_rule_and_no_day(knowledge: Knowledge) -> None:
    made = record_letter(knowledge, "KH", date(2027, 1, 31))
    text = " ".join((made.subject, *made.paragraphs))
    assert made.rule == "" and made.due_on is None and not made.second_hand
    assert not re.search(r"GDPR|HIPAA|Code|Regulation|OAIC|2027", text)


def test_a_rule_known_from_a_quotation_only_is_marked(knowledge: Knowledge) -> None:
    day = date(2027, 1, 1)
    marked = [country for country in ("IN", "US", "FR") if record_letter(knowledge, country, day).second_hand]
    assert marked == ["IN"]


def test_every_letter_asks_for_the_scans_themselves_and_is_polite(knowledge: Knowledge) -> None:
    for form in knowledge.record_letters.forms:
        said = " ".join(record_letter(knowledge, "XX", date(2027, 1, 1), form_id=form.id).paragraphs)
        assert "DICOM" in said and "Thank you" in said and "Dear" in said
        assert said.count("[") == said.count("]") >= 8


def test_a_letter_is_said_in_another_language_with_that_language_s_date(knowledge: Knowledge) -> None:
    made = record_letter(
        knowledge,
        "ES",
        date(2027, 1, 31),
        gettext=lambda text: text.replace("Please", "Por favor,"),
        format_date=lambda day: f"{day.day} de febrero",
    )
    assert any("28 de febrero" in text for text in made.paragraphs)
    assert not any("Please" in text for text in made.paragraphs)


def test_the_words_that_stand_for_the_date_agree_with_the_rule(knowledge: Knowledge) -> None:
    asked = date(2027, 6, 1)
    said = {30: "30 days", 3: "three days"}
    for form in knowledge.record_letters.forms:
        due = due_day(knowledge, form, asked)
        days = (due - asked).days if due else 0
        monthly = due == date(2027, 7, 1) and "european-union" in form.rules
        assert ("one month" if monthly else said.get(days, "")) in form.due_field
        assert bool(due) == bool(form.due_field)


def test_an_unknown_letter_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(KeyError):
        record_letter(knowledge, "DE", date(2027, 1, 1), form_id="astrology")
