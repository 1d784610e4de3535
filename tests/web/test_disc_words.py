"""A disc as it is told: one sentence for whoever sent it, a table at the desk, nothing to those who only send."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from intake.cases import store
from intake.cases.disc_matches import DiscMatch
from intake.records import reading
from intake.records import store as record_store
from intake.records.disc_summary import DiscSummary, Person, Study
from intake.records.upload import key_owner, seal_findings
from intake.web.disc_words import DiscWords, in_words
from tests.builders import a_case, filled_answers
from tests.web.desk_shelf import CLEAN, a_record
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.sending import let_in_to_look, let_in_to_send

WHO = Person("Doe^Jane", "K-77", date(1968, 3, 27))
OTHER = Person("حسن^ليلى", "", None, garbled=True)
CT = Study("1", 0, date(2026, 1, 12), "Knee^left", ("CT", "SR"), ("KNEE",), 3, 1814, 1815)
MR = Study("2", 1, None, "", ("MR",), (), 1, 20, 20)
DISC = DiscSummary(
    people=(WHO, OTHER), people_count=2, studies=(CT, MR), study_count=2, series_count=4, images=1834, files=1835,
    modalities=("CT", "MR"), kinds={"image": 1834, "report": 1}, others=12, programs=1, indexes=1, listed=1835,
)  # fmt: skip
PLAIN = replace(DISC, kinds={"image": 1834})
PLEASE = DiscMatch(name_differs=True)


@pytest.fixture
def told(app):
    """Call it for the words about a disc, in English."""

    def words(summary: DiscSummary, match: DiscMatch = PLEASE) -> DiscWords:
        with app.test_request_context("/"):
            return in_words(summary, match)

    return words


def test_the_patient_reads_one_sentence(told) -> None:
    said = told(PLAIN).sentence
    assert said == "2 studies, 1,834 images, CT and MRI; the name on the disc differs from the form: please check."


SENTENCES: list[tuple[DiscSummary, DiscMatch, str]] = [
    (PLAIN, DiscMatch(), "2 studies, 1,834 images, CT and MRI."),
    (DISC, DiscMatch(), "2 studies, 1,834 images, CT, MRI and a written report."),
    (
        replace(PLAIN, study_count=1, images=1, modalities=("DX", "CR")), DiscMatch(born_differs=True),
        "1 study, 1 image, X-ray; the birth date on the disc differs from the form: please check.",
    ),
    (
        PLAIN, DiscMatch(name_differs=True, born_differs=True, people=2),
        "2 studies, 1,834 images, CT and MRI; the name and the birth date on the disc differ from the form and the "
        "disc names 2 people: please check.",
    ),
    (replace(PLAIN, modalities=("ZZ",)), DiscMatch(), "2 studies, 1,834 images, ZZ."),
    (
        DiscSummary(study_count=1, files=2, kinds={"report": 1, "paper": 1}), DiscMatch(),
        "1 study, no images, a written report and a PDF.",
    ),
    (DiscSummary(study_count=1, files=1, kinds={"other": 1}), DiscMatch(), "1 study, no images."),
    (DiscSummary(pictures=12, programs=1), DiscMatch(), "12 pictures, which are not scan files (DICOM)."),
    (DiscSummary(pictures=1), DiscMatch(), "1 picture, which is not a scan file (DICOM)."),
    (DiscSummary(indexes=1, listed=80, missing=80), DiscMatch(), "This is the list of a disc, without its images."),
    (DiscSummary(programs=1, others=9), DiscMatch(), "We found a program, but no scan images that we can read."),
    (DiscSummary(unreadable=3), DiscMatch(), "This looks like a scan, but we could not read it."),
]  # fmt: skip


@pytest.mark.parametrize(("summary", "match", "sentence"), SENTENCES, ids=lambda each: "")
def test_the_sentence_says_what_was_found(told, summary: DiscSummary, match: DiscMatch, sentence: str) -> None:
    assert told(summary, match).sentence == sentence


# What is odd, and the words that must be in the advice.
ADVICE: list[tuple[DiscSummary, DiscMatch, str]] = [
    (PLAIN, DiscMatch(name_differs=True), "only the spelling differs"),
    (PLAIN, DiscMatch(people=2), "Nothing is lost, and nothing is refused"),
    (PLAIN, DiscMatch(too_old=date(2024, 3, 9)), "The newest images are from 9 March 2024."),
    (replace(PLAIN, missing=2), DiscMatch(), "2 files on the list of the disc are not here."),
    (replace(PLAIN, unreadable=1), DiscMatch(), "1 scan file could not be read."),
    (replace(PLAIN, whole=False), DiscMatch(), "The disc holds more than we look at."),
    (replace(PLAIN, captures=1834), DiscMatch(), "pictures of a screen"),
    (DiscSummary(pictures=3), DiscMatch(), "a doctor cannot measure it"),
    (DiscSummary(indexes=1), DiscMatch(), "the whole disc"),
    (DiscSummary(programs=1), DiscMatch(), "only their own program opens"),
    (DiscSummary(unreadable=1), DiscMatch(), "Copy the disc once more"),
]


@pytest.mark.parametrize(("summary", "match", "words"), ADVICE, ids=lambda each: "")
def test_what_is_odd_comes_with_what_to_do(told, summary: DiscSummary, match: DiscMatch, words: str) -> None:
    assert words in " ".join(told(summary, match).advice)


def test_a_good_disc_comes_without_advice(told) -> None:
    said = told(PLAIN, DiscMatch())
    assert (said.advice, said.match.to_check) == ((), False)


# -- On the pages ---------------------------------------------------------------------------------------------------


@pytest.fixture
def case(services, now):
    patient = [
        ("full_name", "Juana Perez"), ("born-day", "27"), ("born-month", "3"), ("born-year", "1968"), ("country", "PT"),
    ]  # fmt: skip
    with services.database.transaction() as tx:
        return a_case(tx, services, now, answers=filled_answers(services, patient=patient))


def with_disc(services, case, disc: dict[str, Any]) -> str:
    """A record of the case on which the check found this."""
    upload = a_record(services, case.id, scanner=CLEAN, name="DISC.zip")
    key = services.keys.get(key_owner(case.id))
    with services.database.transaction() as tx:
        found = reading.open_record(tx, key, upload).findings
        sealed = seal_findings(key, upload.id, replace(found, disc=disc))
        record_store.change(tx, upload.id, findings=sealed)
    return upload.id


def test_whoever_typed_the_address_reads_the_sentence_and_an_add_only_link_does_not(
    database, services, case, client, new_client, now
) -> None:
    with_disc(services, case, replace(DISC, people=(WHO,), people_count=1).as_json())
    with services.database.read() as tx:
        address = store.read_address(tx, services.keys, case)
    let_in_to_look(client, services, case, now, address)
    page = client.get("/case/records").text
    assert "2 studies, 1,834 images, CT, MRI and a written report; the name on the disc differs" in page
    assert "Doe" not in page and "K-77" not in page
    sender = new_client()
    let_in_to_send(sender, services, case, now)
    assert "1,834" not in sender.get("/case/records").text


def test_the_desk_has_a_table_of_studies_with_the_words_of_dicom(database, services, case, client) -> None:
    with_disc(services, case, DISC.as_json())
    ines = a_signed_in_coordinator(services, client)
    page = ines.browser.get(f"/desk/cases/{case.id}").text
    for words in (
        "<bdi>Doe Jane</bdi>, born on 27 March 1968", '<bdi dir="ltr">K-77</bdi>', "<bdi>حسن ليلى</bdi>, no birth date",
        '<bdi dir="ltr">CT, SR</bdi>', '<bdi dir="ltr">KNEE</bdi>', "12 January 2026", "1,814", "Date not known",
        '<bdi class="soft">Knee left</bdi>',
        "Its list (DICOMDIR) names 1835 files, which are all here.", "13 other files, such as a viewer program.",
    ):  # fmt: skip
        assert words in page, words


def test_the_desk_reads_that_newer_images_are_wanted(services, case, client) -> None:
    """The field of the case is bones and spine, whose list asks for recent scans."""
    old = replace(CT, day=date(2024, 3, 9))
    with_disc(services, case, replace(PLAIN, studies=(old,), study_count=1, people=(), people_count=0).as_json())
    ines = a_signed_in_coordinator(services, client)
    page = ines.browser.get(f"/desk/cases/{case.id}").text
    assert "The newest images are from 9 March 2024. The list of this field asks for newer ones." in page


def test_what_an_older_version_kept_is_left_unsaid(services, case, client) -> None:
    with_disc(services, case, {"studies": "of another shape"})
    ines = a_signed_in_coordinator(services, client)
    page = ines.browser.get(f"/desk/cases/{case.id}")
    assert page.status_code == 200 and "What is on the disc" not in page.text


def test_a_record_that_is_no_disc_has_no_words(services, case, client) -> None:
    with_disc(services, case, DiscSummary(others=4).as_json())
    ines = a_signed_in_coordinator(services, client)
    assert "What is on the disc" not in ines.browser.get(f"/desk/cases/{case.id}").text
