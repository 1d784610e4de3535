"""The header of one file: read as DCMTK reads it, in every script; bad dates and odd texts taken for what they are."""

import io

import pytest

from intake.records.dicom_front import Front, HeaderUnreadable
from intake.records.dicom_header import Header, NotDicom, read_header
from intake.records.disc import summarise
from tests.components.dcmtk import Dcmtk
from tests.records import discs
from tests.records.discs import day, folder, image, shipped

# Without the mark of DICOM at byte 128: nobody can tell such a file from any other, so it counts as another file.
UNMARKED = {"ExplVR_BigEndNoMeta.dcm", "ExplVR_LitEndNoMeta.dcm", "no_meta.dcm", "rtstruct.dcm"}
# With the mark, and without a word about what it is, or deflated.
NOTHING_TOLD = {"empty_charset_LEI.dcm", "nested_priv_SQ.dcm", "meta_missing_tsyntax.dcm", "image_dfl.dcm"}
TAGS = {
    "sop_class": "0008,0016", "sop_instance": "0008,0018", "modality": "0008,0060", "body_part": "0018,0015",
    "study": "0020,000d", "series": "0020,000e", "patient_id": "0010,0020", "study_description": "0008,1030",
    "series_description": "0008,103e",
}  # fmt: skip


def header_of(body: bytes) -> Header:
    """What one file says of itself."""
    return read_header(Front(io.BytesIO(body)))


def test_every_file_that_pydicom_ships_is_read_as_dcmtk_reads_it(dcmtk: Dcmtk) -> None:
    asked = [*TAGS.values(), "0008,0020", "0010,0010", "0010,0030", "0028,0008", "0028,0010"]
    told = dcmtk.dump(shipped(), asked)
    compared = 0
    for path, found in told.items():
        if "0008,0016" not in found or path.name in NOTHING_TOLD:
            continue
        ours = header_of(path.read_bytes())
        for field, tag in TAGS.items():
            assert getattr(ours, field) == " ".join(found.get(tag, "").split()), (path.name, field)
        frames = found.get("0028,0008", "").strip()
        assert ours.frames == (int(frames) if frames.isdigit() else 1), path.name  # one file says "1A"
        assert ours.has_image == (int(found.get("0028,0010") or 0) > 0), path.name
        name = " ".join(found.get("0010,0010", "").split())
        if name.isascii() and path.parent != discs.CHARSETS:  # the others are below, written out
            assert ours.name == name, path.name
        if study_day := found.get("0008,0020", "").strip():
            assert ours.day is not None and ours.day.strftime("%Y%m%d") == study_day.replace(".", ""), path.name
        compared += 1
    assert compared >= 150  # of 171; the rest are indexes, or say too little, or are cut so that DCMTK gives up


def test_what_has_no_mark_of_dicom_is_another_file_and_what_says_nothing_is_unreadable() -> None:
    for name in UNMARKED:
        with pytest.raises(NotDicom):
            header_of((discs.TEST_FILES / name).read_bytes())
    for name in NOTHING_TOLD:
        with pytest.raises(HeaderUnreadable):
            header_of((discs.TEST_FILES / name).read_bytes())
    found = summarise(folder(discs.TEST_FILES, UNMARKED | NOTHING_TOLD))
    assert (found.others, found.unreadable, found.files, found.medium) == (4, 4, 0, "unreadable")


# By hand, from the file list that comes with the files (FileInfo.txt), written out in their scripts.
NAMES = {
    "chrArab.dcm": "قباني^لنزار",
    "chrFren.dcm": "Buc^Jérôme",
    "chrGerm.dcm": "Äneas^Rüdiger",
    "chrGreek.dcm": "Διονυσιος",
    "chrHbrw.dcm": "שרון^דבורה",
    "chrRuss.dcm": "Люкceмбypг",
    "chrH31.dcm": "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "chrI2.dcm": "Hong^Gildong=洪^吉洞=홍^길동",
    "chrX1.dcm": "Wang^XiaoDong=王^小東",
    "chrX2.dcm": "Wang^XiaoDong=王^小东",
    "chrKoreanMulti.dcm": "김희중",
    "chrJapMulti.dcm": "やまだ^たろう",
}


@pytest.mark.parametrize("file", NAMES)
def test_a_name_is_read_in_its_own_script(file: str) -> None:
    found = header_of((discs.CHARSETS / file).read_bytes())
    assert (found.name, found.garbled) == (NAMES[file], False)


def test_bad_dates_are_no_dates_and_old_ones_are() -> None:
    def study_day(**said: str) -> object:
        return header_of(image(**said)).day

    assert study_day(StudyDate="2024.03.05") == day("2024-03-05")
    assert study_day(StudyDate="20240230") is None
    assert study_day(StudyDate="") is None
    assert study_day(StudyDate="20240230", SeriesDate="20240301") == day("2024-03-01")
    for nothing in ("19000101", "00000000", "19680", "19681327", "unknown"):
        assert header_of(with_element(0x00100030, "DA", nothing.encode())).born is None


def with_element(tag: int, vr: str, value: bytes) -> bytes:
    """A CT with an element that pydicom would refuse to write."""
    return discs.part10(discs.element(0x00080060, "CS", b"CT") + discs.element(tag, vr, discs.even(value)))


def test_utf_8_without_a_word_about_it_is_read_and_other_letters_are_a_guess() -> None:
    def named(raw: bytes) -> tuple[str, bool]:
        found = header_of(with_element(0x00100010, "PN", raw))
        return found.name, found.garbled

    assert named("Müller^Zoë".encode()) == ("Müller^Zoë", False)
    assert named("Müller^Zoë".encode("latin-1")) == ("Müller^Zoë", True)
    assert named("Иванова^Анна".encode("cp1251"))[1] is True


def test_texts_come_out_short_and_printable() -> None:
    found = header_of(image(SeriesDescription="a\u202eb\r\nc" + "x" * 60, PatientName="Doe\u2028^\u200fJane\x07"))
    assert found.series_description == ("a b c" + "x" * 60)[:64]
    assert found.name == "Doe ^ Jane"
