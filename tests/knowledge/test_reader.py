"""The reader refuses what is not written as it must be, naming file, entry and fault."""

import shutil
from pathlib import Path

import pytest

from intake.errors import KnowledgeBroken
from intake.knowledge.reader import FOLDER, read_knowledge


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in FOLDER.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def spoil(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_copy_reads_the_same(folder: Path) -> None:
    assert read_knowledge(folder) == read_knowledge()


def test_what_was_read_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        read_knowledge().nothing_more = "something else"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("specialties.yaml", "title: EEG", "title: ''", "items > eeg: title is blank"),
        ("specialties.yaml", "title: EEG", "name: EEG", "items > eeg: title is missing"),
        ("specialties.yaml", "title: EEG", "title: 7", "items > eeg: title must be text"),
        ("specialties.yaml", "title: EEG", "title: EEG\n        titel: x", "eeg: titel: not a key we know"),
        ("specialties.yaml", "id: eeg", "id: EEG test", "items > EEG test: id is not written as it must be"),
        ("specialties.yaml", "id: eeg", "id: timeline", "timeline: this id is used twice"),
        ("specialties.yaml", "id: heart\n", "id: cancer\n", "cancer: this id is used twice"),
        ("specialties.yaml", "  ours: true", "  ours: false", "items > eeg: needs either a source or"),
        (
            "specialties.yaml",
            "  ours: true",
            "  ours: perhaps",
            "items > eeg: ours must be true or false",
        ),
        ("specialties.yaml", "status: seen", "status: unverified", "cover-page > source: status must be"),
        ("specialties.yaml", "items: []", "items: none", "specialties > other: items must be a list"),
        ("specialties.yaml", "items: []", "items: [eeg]", "items > 1: must be a mapping"),
        ("reasons.yaml", "places: [integrisok.com, ", "places: [7, ", "other-tests > source: places holds"),
        ("reasons.yaml", "reasons:", "reason:", "the file: reasons is missing"),
        ("emergency.yaml", "urgency: call-now", "urgency: later", "signs > chest-pain: urgency must be"),
        ("emergency.yaml", "same-day: Get", "next-day: Get", "the file > instructions: same-day is missing"),
        ("emergency.yaml", 'number: "999"', "number: 999", "numbers > united-kingdom: number must be text"),
        ("emergency.yaml", "countries: [GB]", "countries: [England]", "united-kingdom: countries holds"),
        ("emergency.yaml", "rule: If", "rules: If", "the file: rule is missing"),
        ("record_rights.yaml", '"NO", PL', "NO, PL", "rights > european-union: countries holds"),
        ("record_rights.yaml", "countries: [US]", "countries: []", "united-states: countries must be a list"),
        ("record_rights.yaml", "days: 30", "days: soon", "united-states: days must be a whole number"),
        ("record_rights.yaml", "months: null", "months: 1", "united-states: days and months cannot"),
        ("record_rights.yaml", "checked_on: 2026-11", "checked_on: lately", "states: checked_on is not"),
        ("registers.yaml", "https://tmc.or.th", "tmc.or.th", "registers > thailand: address is not written"),
        (
            "specialties.yaml",
            "places: [cityofhope.org, mskcc.org, cancerfax",
            "places: [cancerfax",
            "pathology-slides: rests on companies alone",
        ),
        ("questions.yaml", "reason: travel\n    spec", "reason: trip\n    spec", "examples: must hold one for each"),
        ("questions.yaml", "reason: travel\n    about", "reason: trip\n    about", "prompts: must hold one for each"),
        ("questions.yaml", "specialty: heart", "specialty: hearts", "examples: names a specialty that we do not hold"),
        ("questions.yaml", "  - id: decision", "  - id: choice", "the file: frame must hold about-me, decision"),
        ("vague.yaml", "id: several", "id: many", "suggestions: must be those that the phrases and"),
        ("vague.yaml", "short: 5", "short: five", "wording > 1: short must be a whole number"),
        ("vague.yaml", "'how|which", "'(how|which", "wording > 1: asks holds a pattern that cannot be read"),
        ("vague.yaml", "'how|which", "'\\W|how|which", "wording > 1: asks holds a capital after a backslash"),
        ("questions.yaml", "id: no-date", "id: too-many", "too-many: this id is used twice"),
        ("accreditation.yaml", "id: temos", "id: jci", "jci: this id is used twice"),
        ("accreditation.yaml", "checked_on: 2026-11", "checked_on: 2026", "checked_on must be text"),
        ("countries.yaml", "  AR: {", "  Argentina: {", "countries holds a key that is not written"),
        ("countries.yaml", '  "NO": {', "  NO: {", "countries holds a key that is not written"),
        ("countries.yaml", "languages: [es]", "languages: [fr]", "languages holds something"),
        ("countries.yaml", "emergency: [european-union]", "emergency: not-verified", "AT: emergency must be european"),
        ("countries.yaml", "register: [thailand]", "register: [laos]", "TH: register must be thailand"),
        ("countries.yaml", "register: not-verified", "register: [france]", "register must be not-verified, as"),
        ("record_letters.yaml", "rules: [india]", "rules: [pakistan]", "india: rules names a rule that we do not"),
        ("record_letters.yaml", "rules: [united-kingdom]", "rules: [india]", "united-kingdom: due must be blank"),
        ("record_letters.yaml", "countries: [AU]", "countries: [NZ]", "australia: countries names one where"),
        ("record_letters.yaml", "by %(due)s. If", "by then. If", "united-states: due must hold %(due)s once"),
        ("sources.yaml", "commercial: true", "commercial: perhaps", "interests > 1: commercial must be"),
        ("registers.yaml", "country: GB", "country: UK of GB", "united-kingdom: country is not written"),
    ],
)
def test_a_fault_is_named_by_file_entry_and_what_is_wrong(
    folder: Path, file: str, before: str, after: str, told: str
) -> None:
    spoil(folder / file, before, after)
    with pytest.raises(KnowledgeBroken) as broken:
        read_knowledge(folder)
    assert str(broken.value).startswith(f"{file}: ") and told in str(broken.value)


NOT_OURS = ["a: [", "just words", "- a list", "", "a: !!python/object:os.system x", "a: \x00"]


@pytest.mark.parametrize("content", NOT_OURS)
def test_a_file_that_is_not_our_yaml_is_named(folder: Path, content: str) -> None:
    (folder / "reasons.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeBroken, match="^reasons.yaml: the file: "):
        read_knowledge(folder)


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "registers.yaml").unlink()
    with pytest.raises(KnowledgeBroken, match="^registers.yaml: the file: cannot be read$"):
        read_knowledge(folder)
