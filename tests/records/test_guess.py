"""What a record may be, by its name: in English, Spanish and Arabic, and nothing where nothing tells."""

from datetime import date

import pytest

from intake.knowledge.reader import read_knowledge
from intake.records.described import NO_WORDS, Described, Translation
from intake.records.guess import PARTS, WORDS, File, guess, guess_date, newest_on_disc, original_of, words_of

TODAY = date(2026, 3, 10)
KNOWLEDGE = read_knowledge()
SPINE = [item.id for item in KNOWLEDGE.checklist("bones-spine")]
CANCER = [item.id for item in KNOWLEDGE.checklist("cancer")]
EVERY = [item.id for item in KNOWLEDGE.every_case]

# name, kind by content, guessed item, guessed language
NAMES = [
    ("informe_biopsia.pdf", "pdf", "pathology-report", "es"),
    ("Biopsy report 2024.pdf", "pdf", "pathology-report", "en"),
    ("تقرير الخزعة.pdf", "pdf", "pathology-report", "ar"),
    ("Anatomía Patológica.PDF", "pdf", "pathology-report", "es"),
    ("informe de alta.docx", "docx", "discharge-notes", "es"),
    ("DischargeLetter.pdf", "pdf", "discharge-notes", "en"),
    ("تقرير خروج من المستشفى.pdf", "pdf", "discharge-notes", "ar"),
    ("cirugía columna.pdf", "pdf", "operation-notes", "es"),
    ("operation-note.pdf", "pdf", "operation-notes", "en"),
    ("تقرير العملية الجراحية.pdf", "pdf", "operation-notes", "ar"),
    ("analitica_03.pdf", "pdf", "lab-results", "es"),
    ("LAB RESULTS.pdf", "pdf", "lab-results", "en"),
    ("تحاليل الدم.pdf", "pdf", "lab-results", "ar"),
    ("Informe RM lumbar.pdf", "pdf", "scan-reports", "es"),
    ("MRI report.pdf", "pdf", "scan-reports", ""),
    ("x-ray knee.pdf", "pdf", "scan-reports", ""),
    ("تقرير الرنين المغناطيسي.pdf", "pdf", "scan-reports", "ar"),
    ("RM columna.zip", "zip", "scan-files", NO_WORDS),
    ("RM columna.zip", None, "scan-files", NO_WORDS),
    ("IM000001", "dicom", "scan-files", NO_WORDS),
    ("receta.pdf", "pdf", "medicines", "es"),
    ("وصفة الأدوية.pdf", "pdf", "medicines", "ar"),
    ("alergias.pdf", "pdf", "allergies-illnesses", "es"),
    ("informe.pdf", "pdf", "clinic-letters", "es"),
    ("letter from Dr Nobody.pdf", "pdf", "clinic-letters", "en"),
    ("رسالة الطبيب.pdf", "pdf", "clinic-letters", "ar"),
]
# Nothing tells: cameras, scanners, words that could be anything, a picture of a scan or of its report.
SILENT = [
    ("IMG_2231.jpg", "jpeg"), ("20240512_101010.jpg", "jpeg"), ("PXL_20240512_101010123.jpg", "jpeg"),
    ("WhatsApp Image 2024-05-12 at 10.11.12.jpeg", "jpeg"), ("scan0001.pdf", "pdf"), ("Document (3).pdf", "pdf"),
    ("report.pdf", "pdf"), ("DISC.zip", "zip"), ("resonancia.jpg", "jpeg"), ("صورة.png", "png"), ("file", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "item", "language"), NAMES)
def test_a_telling_name_is_understood(name: str, kind: str | None, item: str, language: str) -> None:
    said = guess(File(name, kind), EVERY, {}, TODAY)
    assert (said.items, said.language) == ((item,), language)


@pytest.mark.parametrize(("name", "kind"), SILENT)
def test_where_nothing_tells_nothing_is_guessed(name: str, kind: str | None) -> None:
    said = guess(File(name, kind), EVERY, {}, TODAY)
    assert said.items == () and said.dated == "" and said.translation == ""


def test_images_need_no_translation_and_english_rarely_does() -> None:
    assert guess(File("x", "dicom"), EVERY, {}, TODAY).translation == Translation.NOT_NEEDED
    assert guess(File("x.zip", "zip", scans=True), EVERY, {}, TODAY).items == ("scan-files",)
    assert guess(File("discharge letter.pdf", "pdf"), EVERY, {}, TODAY).translation == Translation.NOT_NEEDED
    assert guess(File("informe de alta.pdf", "pdf"), EVERY, {}, TODAY).translation == ""


def test_only_what_the_list_asks_for_is_guessed() -> None:
    assert guess(File("RM columna.zip", "zip"), SPINE, {}, TODAY).items == ("scan-files", "bone-scans")
    assert guess(File("PET.zip", "zip"), CANCER, {}, TODAY).items == ("scan-files", "staging-scans")
    assert guess(File("quimioterapia.pdf", "pdf"), CANCER, {}, TODAY).items == ("cancer-treatments",)
    assert guess(File("quimioterapia.pdf", "pdf"), EVERY, {}, TODAY).items == ()
    assert guess(File("RM columna.pdf", "pdf"), SPINE, {}, TODAY).items == ("scan-reports",), "the files are elsewhere"


def test_a_disc_tells_its_part_of_the_body_but_one_without_images_is_no_scan() -> None:
    knee = {"images": 3, "studies": [{"body_parts": ["KNEE"], "description": ""}]}
    assert guess(File("DISC.zip", "zip", disc=knee), SPINE, {}, TODAY).items == ("scan-files", "bone-scans")
    assert guess(File("DISC.zip", "zip", disc={"images": 0, "studies": []}), SPINE, {}, TODAY).items == ()


def test_every_item_in_the_tables_is_on_a_list() -> None:
    known = {item.id for each in KNOWLEDGE.specialties for item in KNOWLEDGE.checklist(each.id)}
    assert {item for item, _ in (*WORDS, *PARTS)} <= known


@pytest.mark.parametrize(
    ("name", "dated"),
    [
        ("alta 2024-11-03.pdf", "2024-11-03"), ("alta_20241103.pdf", "2024-11-03"),
        ("alta 25.12.2023.pdf", "2023-12-25"),
        ("alta 12-25-2023.pdf", "2023-12-25"), ("alta 03-11-2024.pdf", "2024"), ("alta 2024-11.pdf", "2024-11"),
        ("alta 2024.pdf", "2024"), ("alta 2027.pdf", ""), ("alta 2024-13-45.pdf", "2024"), ("alta 123456.pdf", ""),
        ("alta.pdf", ""), ("IMG_20240512_101010.jpg", ""), ("Screenshot 2024-05-12.png", ""),
    ],
)  # fmt: skip
def test_a_date_in_a_name_is_read_as_exactly_as_it_is_sure(name: str, dated: str) -> None:
    assert guess_date(File(name), TODAY) == dated


def test_the_disc_knows_better_than_the_name() -> None:
    disc = {"studies": [{"day": "2025-01-02"}, {"day": "2025-03-04"}, {"day": None}, {"day": "nonsense"}, "?"]}
    assert guess_date(File("RM 2019.zip", "zip", disc=disc), TODAY) == "2025-03-04" == newest_on_disc(disc)
    assert newest_on_disc(None) == newest_on_disc({}) == newest_on_disc({"studies": "?"}) == ""


@pytest.mark.parametrize(
    "name", ["informe_biopsia_EN.pdf", "informe biopsia (English).pdf", "informe biopsia traducción.pdf",
             "translation of informe_biopsia.pdf", "ترجمة informe biopsia.pdf"],
)  # fmt: skip
def test_a_translation_finds_its_original(name: str) -> None:
    others = {"one": "informe_biopsia.pdf", "two": "informe alta.pdf"}
    assert original_of(name, others) == "one"
    said = guess(File(name, "pdf"), EVERY, others, TODAY)
    assert (said.translation, said.beside, said.items) == (Translation.IS_ONE, "one", ("pathology-report",))
    assert said.language in ("", "en"), "the words of the name may be those of the original"


def test_two_that_could_be_the_original_are_none() -> None:
    assert original_of("alta EN.pdf", {"one": "alta.pdf", "two": "Alta.docx"}) == ""
    assert original_of("alta.pdf", {"one": "alta EN.pdf"}) == "" == original_of("EN.pdf", {"one": "ES.pdf"})
    assert guess(File("traduccion.pdf", "pdf"), EVERY, {}, TODAY) == Described(translation=Translation.IS_ONE.value)


def test_marks_case_and_the_article_make_no_difference() -> None:
    assert words_of("Anatomía PATOLÓGICA.pdf") == words_of("anatomia patologica.pdf") == ["anatomia", "patologica"]
    assert words_of("الأدوية.pdf") == words_of("أدويه.pdf") == words_of("ادوِيَة.pdf")
    assert words_of("DischargeLetter2024.pdf") == ["discharge", "letter"]
