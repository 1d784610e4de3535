"""The operator file: read whole, every fault named at once, and the example kept out of production."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import IntakeError, OperatorFileBroken
from intake.languages import Languages
from intake.operator import COUNTRIES, KOSOVO, Operator, blanks, entries, read_operator

EXAMPLE_FILE = Path(__file__).parent.parent / "operator.toml"
EXAMPLE = EXAMPLE_FILE.read_text(encoding="utf-8")
MAY_BE_EMPTY = {
    "contact.messenger",
    "prices.extras",
    "scope.countries_not_served",
    "scope.conditions_not_served",
}


def toml(value: Any) -> str:
    """The value as inline TOML; enough for the shapes of the operator file."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(part) for part in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, int | float) else '"' + value.replace('"', '\\"') + '"'


def faults(path: Path, tables: dict[str, Any]) -> list[str]:
    path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in tables.items()), encoding="utf-8")
    try:
        read_operator(path)
    except OperatorFileBroken as broken:
        return broken.entries
    return []


def example() -> dict[str, Any]:
    return tomllib.loads(EXAMPLE)


def keys(table: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every key of the file, tables and single entries alike."""
    found: list[tuple[str | int, ...]] = []
    if isinstance(table, dict):
        for key, value in table.items():
            found += [(*path, key), *keys(value, (*path, key))]
    elif isinstance(table, list) and table and isinstance(table[0], dict):
        for number, value in enumerate(table):
            found += keys(value, (*path, number))
    return found


def name(path: tuple[str | int, ...]) -> str:
    """What the reader calls the entry at `path`."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def holder(tables: dict[str, Any], path: tuple[str | int, ...]) -> Any:
    for part in path[:-1]:
        tables = tables[part]  # type: ignore[index]
    return tables


KEYS = keys(example())
TEXTS = [path for path in KEYS if isinstance(holder(example(), path)[path[-1]], str)]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("operator") / "operator.toml"


@pytest.fixture(scope="module")
def operator() -> Operator:
    return read_operator(EXAMPLE_FILE)


def test_the_example_serves_development(operator: Operator) -> None:
    assert operator.service.legal_name == "EXAMPLE Second Opinion Foundation (not a real service)"
    assert operator.contact.coordinators_mailbox
    assert operator.contact.languages == ("en", "es", "ar")
    assert operator.prices.fees[0].paid_to == "EXAMPLE: us"
    assert operator.privacy.specialist_countries == ("DE", "GB", "US")
    assert operator.privacy.retention_months.records == 6


def test_expected_times_say_that_they_are_not_measured_until_they_are(operator: Operator) -> None:
    assert operator.times.first_answer == operator.times.opinion == "not measured yet"


def test_what_was_read_cannot_be_changed(operator: Operator) -> None:
    with pytest.raises(AttributeError):
        operator.service.name = "another"  # type: ignore[misc]


def test_production_is_told_every_example_value_by_name(operator: Operator) -> None:
    told = blanks(operator)
    assert {"service.name", "contact.telephone", "contact.email", "prices.fees[1].amount"} <= set(told)
    texts = {entry for entry, value in entries(operator) if isinstance(value, str)}
    neutral = {"contact.time_zone", "times.first_answer", "times.opinion"}
    neutral |= {"quote_partner.name", "quote_partner.address", "quote_partner.disclosure"}  # real, and may stay
    neutral |= {entry for entry in texts if "languages" in entry or "countries" in entry}
    assert texts - set(told) == neutral


def test_a_file_without_examples_leaves_nothing_to_fill_in(file: Path) -> None:
    text = EXAMPLE.replace("EXAMPLE", "Harbour").replace("example.org", "harbour.health")
    file.write_text(text.replace("7946 0958", "3000 1000"), encoding="utf-8")
    assert blanks(read_operator(file)) == []


@pytest.mark.parametrize("left", ["hello@EXAMPLE.ORG", "us@mail.example.com", "ask@clinic.example"])
def test_addresses_set_aside_for_examples_count_as_examples(file: Path, left: str) -> None:
    file.write_text(EXAMPLE.replace("hello@example.org", left), encoding="utf-8")
    assert "contact.email" in blanks(read_operator(file))


@given(path=st.sampled_from(KEYS))
def test_a_missing_entry_is_named_whichever_it_is(file: Path, path: tuple[str | int, ...]) -> None:
    tables = example()
    del holder(tables, path)[path[-1]]
    assert faults(file, tables) == [f"{name(path)}: is missing"]


@given(path=st.sampled_from(TEXTS), blank=st.sampled_from(["", "   ", "\\t"]))
def test_a_blank_entry_is_named_whichever_it_is(file: Path, path: tuple[str | int, ...], blank: str) -> None:
    tables = example()
    holder(tables, path)[path[-1]] = blank
    assert faults(file, tables) == ([] if name(path) in MAY_BE_EMPTY else [f"{name(path)}: is blank"])


@given(path=st.sampled_from(KEYS), wrong=st.sampled_from([True, 1.5]))
def test_an_entry_of_another_kind_is_named(file: Path, path: tuple[str | int, ...], wrong: object) -> None:
    tables = example()
    holder(tables, path)[path[-1]] = wrong
    told = faults(file, tables)
    assert len(told) == 1 and told[0].startswith(f"{name(path)}: must be ")


@given(dropped=st.sets(st.sampled_from(TEXTS), min_size=2, max_size=8))
def test_many_faults_are_all_named_at_once(file: Path, dropped: set[tuple[str | int, ...]]) -> None:
    tables = example()
    for path in dropped:
        del holder(tables, path)[path[-1]]
    assert sorted(faults(file, tables)) == sorted(f"{name(path)}: is missing" for path in dropped)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('"hello@example.org"', '"hello at example.org"', "contact.email: is not one e-mail address"),
        ('"hello@example.org"', '"a@b.org, c@d.org"', "contact.email: is not one e-mail address"),
        ('"+44 20 7946 0958"', '"020 7946 0958"', "contact.telephone: is not a telephone number"),
        ('"Europe/London"', '"London"', "contact.time_zone: is not a time zone"),
        ('"Europe/London"', '"../../etc/passwd"', "contact.time_zone: is not a time zone"),
        ('["en", "es", "ar"]', '["en", "Spanish"]', "contact.languages[2]: is not a language code"),
        ('["en", "es", "ar"]', "[]", "contact.languages: is blank"),
        ('["en", "es", "ar"]', '"en"', "contact.languages: must be a list"),
        ('["DE", "GB", "US"]', '["DE", "UK"]', "privacy.specialist_countries[2]: is not a country code"),
        ('["AQ"]', '["aq"]', "scope.countries_not_served[1]: is not a country code"),
        ("adult_age = 18", "adult_age = 180", "scope.adult_age: is not an age in years"),
        ("adult_age = 18", 'adult_age = "18"', "scope.adult_age: must be a whole number"),
        ("records = 6", "records = 0", "privacy.retention_months.records: is not a number of months"),
        ("https://www.better", "http://www.better", "quote_partner.address: is not a web address that begins"),
        ("https://www.better.medicaltourism.com", "javascript:alert", "quote_partner.address: is not a web address"),
        ("[legal]", "[legel]", "legel: is not an entry we know"),
        ("governing_law", "gouverning_law", "legal.gouverning_law: is not an entry we know"),
    ],
)
def test_a_wrong_entry_is_named_with_what_is_wrong(file: Path, before: str, after: str, told: str) -> None:
    assert before in EXAMPLE
    file.write_text(EXAMPLE.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(OperatorFileBroken) as broken:
        read_operator(file)
    assert any(entry.startswith(told) for entry in broken.value.entries)
    assert told in str(broken.value)


@pytest.mark.parametrize("entry", sorted(MAY_BE_EMPTY))
def test_what_may_be_empty_may_be_empty(file: Path, entry: str) -> None:
    table, key = entry.split(".")
    tables = example()
    tables[table][key] = "" if isinstance(tables[table][key], str) else []
    assert faults(file, tables) == []


def test_the_quote_partner_is_named_with_its_interest_and_with_where_our_text_began(operator: Operator) -> None:
    partner = operator.quote_partner
    assert partner.shown and partner.address == "https://www.better.medicaltourism.com/get-a-quote"
    assert "earn money" in partner.disclosure and "came from the same seller" in partner.disclosure


def test_the_quote_partner_may_be_switched_off_as_a_whole_and_production_starts(file: Path) -> None:
    tables = example()
    tables["quote_partner"] = {"name": "", "address": " ", "disclosure": ""}
    assert faults(file, tables) == []
    operator = read_operator(file)
    assert not operator.quote_partner.shown
    assert not [entry for entry in blanks(operator) if entry.startswith("quote_partner")]


def test_no_quote_is_offered_without_its_disclosure(file: Path) -> None:
    tables = example()
    tables["quote_partner"]["disclosure"] = ""
    assert faults(file, tables) == ["quote_partner.disclosure: is blank"]


@pytest.mark.parametrize("content", [b"service = [", b"\xff\xfe", b"name = 'a'\nname = 'b'"])
def test_a_file_that_is_not_toml_is_named(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(OperatorFileBroken, match="operator.toml: is not TOML"):
        read_operator(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="operator.toml: cannot be read"):
        read_operator(tmp_path / "operator.toml")


def test_every_entry_of_the_example_has_a_comment_that_says_what_it_is() -> None:
    in_price = {"what", "amount", "paid_by", "paid_to"}
    lines = EXAMPLE.splitlines()
    for above, line in zip(lines, lines[1:], strict=False):
        if re.match("[a-z_]+ = ", line) and line.split(" = ")[0] not in in_price:
            assert above.startswith("# "), line


def test_country_codes_are_those_of_the_country_list() -> None:
    assert {code for code, _ in Languages().country_names("en")} - {KOSOVO} == COUNTRIES - {KOSOVO}


@pytest.fixture
def in_spanish(tmp_path: Path) -> Callable[[str], Path]:
    """Call it with the words of a Spanish file beside the example, for the path of the operator file."""

    def written(words: str) -> Path:
        (tmp_path / "operator.toml").write_text(EXAMPLE, encoding="utf-8")
        (tmp_path / "operator.es.toml").write_text(words, encoding="utf-8")
        return tmp_path / "operator.toml"

    return written


def test_what_is_said_in_a_language_stands_in_it_and_the_rest_as_in_the_file(in_spanish: Callable) -> None:
    words = "[times]\nopinion = 'Tres semanas'\n[[prices.fees]]\nwhat = 'Opinión'\n"
    words += "[contact]\ntelephone = '+34 900 000 000'"
    first = read_operator(in_spanish(words))
    spanish = first.in_language("es")
    assert (spanish.times.opinion, spanish.prices.fees[0].what) == ("Tres semanas", "Opinión")
    assert spanish.contact.telephone == "+34 900 000 000" != first.contact.telephone
    assert spanish.prices.fees[0].amount == first.prices.fees[0].amount
    assert first.times.opinion == first.in_language("ar").times.opinion == "not measured yet"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("[times]\nopinoin = 'x'", "operator.es.toml: times.opinoin: is not an entry"),
        ("[privacy.retention_months]\ncases = 99", "operator.es.toml: privacy.retention_months.cases: is not an entry"),
        ("[legal]\nterms = ['Una']", "operator.es.toml: legal.terms: must hold 3 entries"),
        ("[times]\nopinion = ''", "operator.es.toml: times.opinion: is not an entry"),
        ("[contact]\nemail = 'none'", "operator.es.toml: contact.email: is not one e-mail address"),
        ("times = ", "operator.es.toml: is not TOML"),
    ],
)
def test_words_that_fit_nowhere_are_named_with_their_file(in_spanish: Callable, words: str, fault: str) -> None:
    with pytest.raises(OperatorFileBroken) as broken:
        read_operator(in_spanish(words))
    assert any(each.startswith(fault) for each in broken.value.entries)


def test_examples_in_a_further_language_keep_production_from_starting_too(in_spanish: Callable) -> None:
    found = blanks(read_operator(in_spanish("[times]\nopinion = 'EXAMPLE: pronto'")))
    assert "times.opinion (in es)" in found and "prices.who_pays (in es)" not in found


def test_no_other_file_beside_it_is_read(in_spanish: Callable, tmp_path: Path) -> None:
    operator_file = in_spanish("")
    (tmp_path / "operator.old-copy.toml").write_text("never", encoding="utf-8")
    assert [code for code, _ in read_operator(operator_file).translated] == ["es"]
