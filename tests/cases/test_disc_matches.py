"""A disc beside the answers of its case: differences are found, what nobody can judge is not said."""

from datetime import date
from typing import Any

import pytest

from intake.cases.disc_matches import checklist_guess, match_disc
from intake.knowledge.facts import Knowledge
from intake.knowledge.reader import read_knowledge
from intake.records.disc_summary import DiscSummary, Person, Study

TODAY = date(2026, 3, 10)
BORN = date(1968, 3, 27)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    """What we know."""
    return read_knowledge()


def answers(
    name: str = "Jane Doe", born: str = "1968-03-27", latin: str = "", specialty: str = "other"
) -> dict[str, Any]:
    """What the form keeps."""
    patient = {"full_name": name, "latin_name": latin, "born": born}
    return {"patient": patient, "condition": {"specialty": specialty}}


def a_disc(*people: Person, day: date | None = TODAY, modality: str = "MR", part: str = "", **more: Any) -> DiscSummary:
    """A disc with one study of images."""
    study = Study("1", 0, day, "", (modality,), (part,) if part else (), 1, 20, 20)
    usual = {"study_count": 1, "images": 20, "files": 20, "kinds": {"image": 20}, "modalities": (modality,)}
    return DiscSummary(people=people, people_count=len(people), studies=(study,), **(usual | more))


def jane(name: str = "Doe^Jane", born: date | None = BORN, garbled: bool = False) -> Person:
    """Somebody on a disc."""
    return Person(name, "1", born, garbled)


# (on the disc, on the form, the name differs, the birth date differs)
WHO = [
    (jane(), answers(), False, False),
    (jane("DOE^JANE^M"), answers("Mrs Jane Doe"), False, False),
    (jane("Roe^John"), answers(), True, False),
    (jane("Roe^John", date(1955, 11, 2)), answers(), True, True),
    (jane(born=date(1968, 3, 28)), answers(), False, True),
    (jane(born=None), answers(), False, False),
    (jane(""), answers(), False, False),
    (jane(born=date(1968, 1, 1)), answers(), False, False),  # only the year was known
    (jane(born=date(1969, 1, 1)), answers(), False, True),
    (jane(born=date(2511, 3, 27)), answers(), False, False),  # a machine in Thailand
    (jane(born=date(2511, 3, 28)), answers(), False, False),
    (jane(born=date(1347, 1, 7)), answers(), False, False),  # a machine in Iran
    (jane(), answers(born=""), False, False),
    (jane(), answers(name=""), False, False),
    (jane("حسن^ليلى"), answers("Layla Hassan"), False, False),  # nobody can tell
    (jane("Hassan^Layla"), answers("ليلى حسن", latin="Layla Hassan"), False, False),
    (jane("Roe^John"), answers("ليلى حسن", latin="Layla Hassan"), False, False),  # the other script may still agree
    (jane("Roe^John", garbled=True), answers(), False, False),
    (jane("Doe^Jane", garbled=True), answers(), False, False),
]


@pytest.mark.parametrize(("person", "said", "name", "born"), WHO)
def test_names_and_birth_dates_are_compared_gently(
    person: Person, said: dict[str, Any], name: bool, born: bool, knowledge: Knowledge
) -> None:
    found = match_disc(a_disc(person), said, knowledge, TODAY)
    assert (found.name_differs, found.born_differs) == (name, born)
    assert found.to_check == (name or born)


def test_of_several_people_the_one_of_the_form_is_compared_and_the_others_are_counted(knowledge: Knowledge) -> None:
    found = match_disc(a_disc(jane("Roe^John", date(1955, 11, 2)), jane()), answers(), knowledge, TODAY)
    assert (found.name_differs, found.born_differs, found.people, found.to_check) == (False, False, 2, True)
    nobody = match_disc(a_disc(jane("Roe^John", None), jane("Poe^Ann", None)), answers(), knowledge, TODAY)
    assert (nobody.name_differs, nobody.people) == (True, 2)


def test_a_disc_without_names_and_a_form_without_answers_say_nothing(knowledge: Knowledge) -> None:
    assert match_disc(a_disc(), answers(), knowledge, TODAY).to_check is False
    assert match_disc(a_disc(jane()), {}, knowledge, TODAY).to_check is False
    assert match_disc(a_disc(jane()), answers(born="1968"), knowledge, TODAY).to_check is False


OLD = date(2024, 3, 9)


@pytest.mark.parametrize(
    ("disc", "specialty", "too_old"),
    [
        (a_disc(day=OLD), "bones-spine", OLD),
        (a_disc(day=OLD), "brain-nerves", OLD),
        (a_disc(day=OLD), "other", None),  # no list asks for newer ones
        (a_disc(day=TODAY), "bones-spine", None),
        (a_disc(day=None), "bones-spine", None),
        (a_disc(day=date(2031, 1, 1)), "bones-spine", None),  # the machine's clock was wrong
        (a_disc(day=OLD, study_count=2), "bones-spine", None),  # one that is not told may be newer
        (a_disc(day=OLD, images=0, modalities=(), kinds={"report": 1}), "bones-spine", None),
    ],
)
def test_images_are_too_old_only_where_the_list_asks_for_newer_ones(
    disc: DiscSummary, specialty: str, too_old: date | None, knowledge: Knowledge
) -> None:
    assert match_disc(disc, answers(specialty=specialty), knowledge, TODAY).too_old == too_old


# (specialty, modality, body part, item of the list)
ITEMS = [
    ("bones-spine", "MR", "LSPINE", "bone-scans"),
    ("bones-spine", "DX", "KNEE", "bone-scans"),
    ("bones-spine", "US", "", "scan-files"),
    ("brain-nerves", "MR", "BRAIN", "brain-scans"),
    ("brain-nerves", "CT", "", "brain-scans"),
    ("brain-nerves", "CT", "CHEST", "scan-files"),
    ("heart", "US", "", "heart-ultrasound"),
    ("heart", "XA", "HEART", "angiogram"),
    ("heart", "CT", "CAROTID", "vessel-scans"),
    ("heart", "MR", "HEART", "scan-files"),
    ("cancer", "PT", "", "staging-scans"),
    ("cancer", "MG", "BREAST", "scan-files"),
    ("cancer", "SM", "", "pathology-slides"),
    ("children", "MR", "BRAIN", "scan-files"),
    ("no-such-field", "CT", "", "scan-files"),
    ("", "CT", "", "scan-files"),
]


@pytest.mark.parametrize(("specialty", "modality", "part", "item"), ITEMS)
def test_a_disc_is_guessed_to_be_a_record_of_the_list(
    specialty: str, modality: str, part: str, item: str, knowledge: Knowledge
) -> None:
    guessed = checklist_guess(a_disc(modality=modality, part=part), specialty, knowledge)
    assert guessed == item
    assert knowledge.item(guessed).id == item


@pytest.mark.parametrize(
    ("kinds", "modality", "specialty", "item"),
    [
        ({"report": 1}, "SR", "other", "scan-reports"),
        ({"paper": 1}, "DOC", "other", "scan-reports"),
        ({"radiotherapy": 3}, "RTPLAN", "cancer", "radiotherapy-plan"),
        ({"radiotherapy": 3}, "RTPLAN", "other", ""),
        ({"tracing": 1}, "ECG", "heart", "ecg"),
        ({"tracing": 1}, "EEG", "brain-nerves", "eeg"),
        ({"other": 1}, "PR", "other", ""),
        ({}, "", "other", ""),
    ],
)
def test_what_holds_no_images_is_guessed_by_what_it_is(
    kinds: dict[str, int], modality: str, specialty: str, item: str, knowledge: Knowledge
) -> None:
    disc = a_disc(modality=modality, images=0, modalities=(), kinds=kinds)
    assert checklist_guess(disc, specialty, knowledge) == item
