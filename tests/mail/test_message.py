"""A message says what its templates say, and nothing else finds a way in."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.errors import LetterBroken
from intake.languages import Languages
from intake.mail.message import Letters, Message
from intake.operator import read_operator
from tests.components import ROOT

LINK = "https://opinion.example.org/l/abc"


def test_the_same_values_always_give_the_same_words(compose: Callable[..., Message]) -> None:
    assert compose("case_opened") == compose("case_opened")


@pytest.mark.parametrize("name", ["name", "patient", "question", "file_name", "answers", "reason", "text"])
def test_a_value_that_is_not_on_the_list_is_refused(compose: Callable[..., Message], name: str) -> None:
    with pytest.raises(LetterBroken) as refused:
        compose("case_opened", **{name: "Aurelia Plantedname"})
    assert refused.value.values["names"] == [name]
    assert "Plantedname" not in str(refused.value) + repr(refused.value.values)


def test_a_value_of_another_letter_is_refused(compose: Callable[..., Message]) -> None:
    with pytest.raises(LetterBroken):
        compose("records_in", link_hours=24)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reference", "Aurelia Plantedname"),
        ("reference", "K7Q2\nBcc: x@example.org"),
        ("reference", "k7q2-m4xd"),
        ("link", "javascript:alert(1)"),
        ("link", "https://opinion.example.org/l/a b"),
        ("link", 'https://opinion.example.org/"onclick="x'),
        ("link", "https://opinion.example.org@evil.example/l/a"),
        ("link_days", "28"),
        ("link_days", 0),
        ("link_days", True),
        ("due_date", "7 April 2026"),
    ],
)
def test_a_value_that_has_not_its_shape_is_refused(
    compose: Callable[..., Message], name: str, value: object
) -> None:
    with pytest.raises(LetterBroken) as refused:
        compose("case_opened", **{name: value})
    assert refused.value.values["names"] == [name]


def test_a_stage_or_turn_that_we_do_not_know_is_refused(compose: Callable[..., Message]) -> None:
    with pytest.raises(LetterBroken):
        compose("stage_changed", stage="Plantedname")
    with pytest.raises(LetterBroken):
        compose("desk_case_opened", turn="Plantedname")


def test_a_missing_value_is_named(letters: Letters) -> None:
    with pytest.raises(LetterBroken) as refused:
        letters.compose("confirm_address", "en", "reader@example.org", link=LINK)
    assert refused.value.values == {"letter": "confirm_address", "names": ["link_days"]}


def test_an_unknown_letter_is_refused(letters: Letters) -> None:
    with pytest.raises(LetterBroken):
        letters.compose("../site", "en", "reader@example.org")


@pytest.mark.parametrize(
    "address",
    [
        "reader@example.org\r\nBcc: x@example.org",
        "reader@example.org\n",
        "reader\x00@example.org",
        "a@example.org, b@example.org",
        "Reader <reader@example.org>",
        "reader",
        "",
        "r" * 250 + "@example.org",
    ],
)
def test_an_address_that_could_be_more_than_one_address_is_refused(letters: Letters, address: str) -> None:
    with pytest.raises(LetterBroken):
        letters.compose("link_again", "en", address, link=LINK)


def test_an_address_in_another_script_is_taken(letters: Letters) -> None:
    assert letters.compose("link_again", "en", "قارئ@مثال.إختبار", link=LINK).to == "قارئ@مثال.إختبار"


def test_a_moment_is_told_as_the_day_it_is_where_the_operator_is(compose: Callable[..., Message]) -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight in London, in summer
    assert "2 July 2026" in compose("records_in", due_date=late).text


def test_values_left_out_leave_their_sentence_out(compose: Callable[..., Message]) -> None:
    assert "hear from us by" in compose("records_in").text
    assert "hear from us by" not in compose("records_in", least=True).text
    assert "hear from us by" not in compose("records_in", due_date=None).text


def test_a_language_that_is_not_offered_falls_back_to_one_that_is(letters: Letters) -> None:
    assert letters.compose("link_again", "tlh", "reader@example.org", link=LINK).language == "en"


def test_what_the_operator_wrote_cannot_become_markup(tmp_path: Path) -> None:
    said = (ROOT / "operator.toml").read_text(encoding="utf-8")
    own = tmp_path / "operator.toml"
    own.write_text(said.replace('name = "EXAMPLE Second Opinion"', 'name = "Us & <b>Them</b>"'), encoding="utf-8")
    letters = Letters(ROOT / "templates" / "letters", Languages(), read_operator(own))
    made = letters.compose("link_again", "en", "reader@example.org", link=LINK)
    assert "Us &amp; &lt;b&gt;Them&lt;/b&gt;" in made.html
    assert "Us & <b>Them</b>" in made.text


def test_a_broken_template_is_a_broken_letter(tmp_path: Path) -> None:
    place = tmp_path / "link_again"
    place.mkdir()
    (place / "subject.txt").write_text("{{ no_such_value }}")
    letters = Letters(tmp_path, Languages(), read_operator(ROOT / "operator.toml"))
    with pytest.raises(LetterBroken):
        letters.compose("link_again", "en", "reader@example.org", link=LINK)


def test_a_message_does_not_show_its_address_or_links_when_printed(message: Message) -> None:
    assert message.to not in repr(message)
    assert "https://" not in repr(message)
