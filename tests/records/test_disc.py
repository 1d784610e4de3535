"""The disc check tells what lies on a disc: compared with figures written by hand, and with what DCMTK reads."""

import hashlib
import io
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.records import disc
from intake.records.dicom_front import MOST, Front, HeaderUnreadable
from intake.records.dicom_header import Header, NotDicom, read_header
from intake.records.disc import summarise
from intake.records.disc_summary import DiscSummary
from intake.records.members import Member
from tests.components import ROOT
from tests.components.dcmtk import Dcmtk
from tests.records import discs
from tests.records.discs import cd, day, folder, image, members, paper

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


def of(*bodies: bytes) -> DiscSummary:
    """The summary of a disc with these files."""
    return summarise(members({f"IM{number}": body for number, body in enumerate(bodies)}))


def shipped() -> list[Path]:
    """Every DICOM file that pydicom brings along."""
    found = [*discs.TEST_FILES.rglob("*"), *discs.CHARSETS.glob("*.dcm")]
    return sorted(path for path in found if path.is_file() and path.read_bytes()[128:132] == b"DICM")


# -- Real files ---------------------------------------------------------------------------------------------------


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
        if name := found.get("0010,0010", "").strip():
            assert not name.isascii() or ours.name == name or "\x1b" in name or path.parent.name == "charset_files"
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


# By hand: kind of file, images, modality, whose, on which day.
KINDS = {
    "CT_small.dcm": ("image", 1, "CT", "CompressedSamples^CT1", "2004-01-19"),
    "MR_truncated.dcm": ("image", 1, "MR", "CompressedSamples^MR1", "2004-08-26"),
    "MR_small_bigendian.dcm": ("image", 1, "MR", "CompressedSamples^MR1", "2004-08-26"),
    "examples_ybr_color.dcm": ("image", 30, "US", "PLA", "2016-05-03"),  # a film of 30 frames
    "SC_rgb_rle_2frame.dcm": ("image", 2, "OT", "Lestrade^G", "2017-01-01"),
    "rtplan.dcm": ("radiotherapy", 0, "RTPLAN", "Last^First^mid^pre", "2003-07-16"),
    "rtdose.dcm": ("radiotherapy", 0, "RTDOSE", "Lastname^Firstname", "2003-08-05"),  # 15 frames of doses, no image
    "reportsi.dcm": ("report", 0, "SR", "Last Name^First Name", "2005-05-30"),
    "test-SR.dcm": ("report", 0, "SR", "Test^S R", "2001-02-13"),
    "waveform_ecg.dcm": ("tracing", 0, "ECG", "Anonymous", "2013-01-25"),
    "liver_1frame.dcm": ("other", 0, "SEG", "JANCT000", "2003-04-17"),
}


@pytest.mark.parametrize("file", KINDS)
def test_images_reports_plans_and_tracings_are_told_apart(file: str) -> None:
    kind, images, modality, name, study_day = KINDS[file]
    found = summarise(folder(discs.TEST_FILES, [file]))
    (study,) = found.studies
    assert (found.kinds, found.images, found.files) == ({kind: 1}, images, 1)
    assert (study.modalities, study.day, found.people[study.person].name) == ((modality,), day(study_day), name)


def test_the_discs_of_pydicom_are_told_as_their_folders_are() -> None:
    """Counted by hand: 77654033 holds 3 CR and 4 CT; 98892001 holds 2 and 5 CT; 98892003 holds 3, 7 and 7 MR."""
    found = summarise(m for m in folder(discs.DICOMDIRS) if "TINY_ALPHA" not in m.name)
    assert [(person.name, person.patient_id) for person in found.people] == [
        ("Doe^Archibald", "77654033"), ("Doe^Peter", "98890234"),
    ]  # fmt: skip
    told = {(study.person, study.day, study.modalities, study.series_count, study.images) for study in found.studies}
    assert told == {
        (0, day("2001-01-01"), ("CR",), 3, 3),
        (0, day("1995-09-03"), ("CT",), 1, 4),
        (1, day("2001-01-01"), ("CT",), 2, 7),
        (1, day("2003-05-05"), ("MR",), 2, 2),
        (1, day("2003-05-05"), ("MR",), 2, 4),
        (1, day("2003-05-05"), ("MR",), 3, 11),
    }
    assert (found.study_count, found.series_count, found.images, found.files) == (6, 13, 31, 31)
    assert (found.modalities, found.medium, found.whole) == (("CR", "CT", "MR"), "dicom", True)
    assert (found.indexes, found.listed, found.missing) == (7, 31, 0)


def test_a_small_disc_with_its_index_is_fifty_images_of_one_series() -> None:
    found = summarise(folder(discs.DICOMDIRS / "TINY_ALPHA"))
    assert (found.people_count, found.study_count, found.series_count, found.images) == (1, 1, 1, 50)
    assert (found.listed, found.missing, found.others) == (50, 0, 1)  # the other is a README


@pytest.mark.parametrize("ending", ["", "-bigEnd", "-implicit", "-nooffset", "-reordered", "-nopatient"])
def test_an_index_tells_what_is_missing_however_it_is_written(ending: str) -> None:
    there = [m for m in folder(discs.DICOMDIRS) if m.name == f"DICOMDIR{ending}" or m.name.startswith("77654033/CR")]
    found = summarise(there)
    assert (found.images, found.listed, found.missing) == (3, 31, 28)


def test_an_index_alone_is_not_a_disc_and_an_empty_one_lists_nothing() -> None:
    alone = summarise(folder(discs.DICOMDIRS, ["DICOMDIR"]))
    assert (alone.medium, alone.images, alone.files) == ("index", 0, 0)
    empty = summarise(folder(discs.DICOMDIRS, ["DICOMDIR-empty.dcm"]))
    assert (empty.indexes, empty.listed, empty.missing) == (1, 0, 0)


def test_a_disc_made_by_dcmtk_is_told_as_it_was_made(dcmtk: Dcmtk, tmp_path: Path) -> None:
    """A CT and an MR of pydicom's, each three times with own numbers, given to one person, listed by dcmmkdir."""
    for number, source in enumerate(["CT_small.dcm"] * 3 + ["MR_small.dcm"] * 3):
        file = tmp_path / "PT000000" / f"IM{number:06}"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes((discs.TEST_FILES / source).read_bytes())
        given = {"0010,0010": "Muster^Erika", "0010,0020": "K-77", "0010,0030": "19640812", "0020,0013": str(number)}
        given |= {"0008,0018": f"1.2.826.0.1.{number + 1}", "0018,0015": "HEAD", "0010,0040": "F"}
        dcmtk.run("dcmodify", "-nb", *(part for tag, value in given.items() for part in ("-i", f"{tag}={value}")), file)
    dcmtk.run("dcmmkdir", "-W", "+r", "+D", "DICOMDIR", "PT000000", at=tmp_path)
    assert "yes:" in dcmtk.run("dcmftest", tmp_path / "DICOMDIR")
    found = summarise(folder(tmp_path))
    assert [(each.name, each.patient_id, each.born) for each in found.people] == [
        ("Muster^Erika", "K-77", day("1964-08-12"))
    ]
    assert {(study.day, study.modalities, study.body_parts, study.images) for study in found.studies} == {
        (day("2004-01-19"), ("CT",), ("HEAD",), 3),
        (day("2004-08-26"), ("MR",), ("HEAD",), 3),
    }
    assert (found.listed, found.missing, found.others) == (6, 0, 0)
    (tmp_path / "PT000000" / "IM000004").unlink()
    less = summarise(folder(tmp_path))
    assert (less.images, less.listed, less.missing) == (5, 6, 1)


def test_a_disc_of_a_hospital_with_a_viewer_is_told_without_it(dcmtk: Dcmtk, tmp_path: Path) -> None:
    cd(tmp_path, discs.ct_and_mr(PatientName="حسن^ليلى", PatientID="٧٧", PatientBirthDate="19710501"))
    assert "yes:" in dcmtk.run("dcmftest", tmp_path / "DICOMDIR")
    found = summarise(folder(tmp_path))
    assert [(each.name, each.born, each.garbled) for each in found.people] == [("حسن^ليلى", day("1971-05-01"), False)]
    told = [(s.day, s.modalities, s.body_parts, s.series_count, s.images) for s in found.studies]
    assert told == [
        (day("2026-01-12"), ("CT",), ("HEAD",), 3, 60), (day("2025-11-03"), ("MR",), ("HEAD",), 1, 20),
    ]  # fmt: skip
    assert (found.images, found.listed, found.missing) == (80, 80, 0)
    assert (found.programs, found.others, found.pictures, found.medium) == (1, 2, 0, "dicom")


def test_names_are_found_as_systems_rewrite_them_when_they_copy_a_disc(tmp_path: Path) -> None:
    cd(tmp_path, discs.ct_and_mr()[:20], {})
    for ending in ("", ";1", ".", ".dcm"):
        copied = [
            Member("Disc/" + (m.name if m.name == "DICOMDIR" else m.name.lower() + ending), m.length, m.open)
            for m in folder(tmp_path)
        ]
        found = summarise(copied)
        assert (found.listed, found.missing) == (20, 0), ending


# -- Other things that come as a disc -----------------------------------------------------------------------------


def test_a_disc_of_pictures_is_no_scan() -> None:
    found = summarise(members({f"IMAGES/{n}.JPG": discs.JPEG for n in range(12)} | discs.VIEWER))
    assert (found.medium, found.pictures, found.programs, found.files) == ("pictures", 12, 1, 0)


def test_a_disc_of_screen_pictures_in_dicom_form_is_told_as_such() -> None:
    only = of(*(image(discs.CAPTURE, Modality="OT") for _ in range(3)))
    assert (only.medium, only.captures, only.images) == ("captures", 3, 3)
    some = of(image(discs.CAPTURE, Modality="CT"), image(), image())
    assert (some.medium, some.captures, some.images) == ("dicom", 1, 3)


def test_a_disc_with_a_program_alone_says_so() -> None:
    assert summarise(members(discs.VIEWER | {"DATA/images.bin": b"\0closed" * 99})).medium == "program"
    assert summarise([]).medium == "other"


def test_an_enhanced_file_counts_as_many_images_as_it_has_frames() -> None:
    found = of(image(discs.ENHANCED_CT, NumberOfFrames=300), image(discs.ENHANCED_CT, NumberOfFrames=4, Modality="CT"))
    assert (found.images, found.files, found.doubtful) == (304, 2, 0)


def test_reports_papers_plans_and_settings_are_no_images() -> None:
    found = of(
        image(), paper(discs.BASIC_SR, Modality="SR"), paper(discs.DOSE_SR, Modality="SR"),
        paper(discs.PDF_INSIDE, Modality="DOC"), paper(discs.RT_PLAN, Modality="RTPLAN"),
        image(discs.RT_IMAGE, Modality="RTIMAGE"), paper(discs.PRESENTATION, Modality="PR"),
    )  # fmt: skip
    assert found.kinds == {"image": 2, "other": 2, "paper": 1, "radiotherapy": 1, "report": 1}
    assert (found.images, found.files, found.modalities) == (2, 7, ("CT", "RTIMAGE"))
    assert of(paper(discs.BASIC_SR, Modality="SR")).medium == "no_images"


def test_a_class_that_nobody_registered_is_an_image_if_it_has_rows() -> None:
    found = of(image("1.3.6.1.4.1.9999.1"), paper("1.3.6.1.4.1.9999.2"))
    assert found.kinds == {"image": 1, "other": 1}


def test_a_file_that_is_there_twice_counts_once() -> None:
    one = image(uid="1.2.3.4.5.6")
    found = of(one, one, image())
    assert (found.images, found.files, found.copies) == (2, 2, 1)


def test_a_single_file_is_a_small_disc() -> None:
    found = of(image(BodyPartExamined="KNEE", StudyDescription="Knee^left", SeriesDescription="T2"))
    (study,) = found.studies
    (series,) = study.series
    assert (study.body_parts, study.description, series.description) == (("KNEE",), "Knee^left", "T2")
    assert (series.images, series.files, study.uid, series.uid) == (1, 1, "1.2.3.4", "1.2.3.4.5")


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


# -- People -------------------------------------------------------------------------------------------------------


def test_two_people_on_a_disc_are_two_and_each_study_is_one_of_theirs() -> None:
    john = image(StudyInstanceUID="1.9", **discs.JOHN)
    found = of(image(), image(), john)
    assert [each.name for each in found.people] == ["Doe^Jane", "Roe^John"]
    assert sorted((study.person, study.images) for study in found.studies) == [(0, 2), (1, 1)]


def test_one_study_number_with_two_people_is_two_studies() -> None:
    found = of(image(), image(**discs.JOHN))
    assert (found.people_count, found.study_count) == (2, 2)


# (what the second file says otherwise, how many people there are)
WHO = [
    ({"PatientName": "DOE^JANE^^Mrs"}, 1),
    ({"PatientName": "Doe^Jane^Marie"}, 1),
    ({"PatientID": "Z-9"}, 1),  # another hospital
    ({"PatientName": "Roe^Jane"}, 1),  # after a wedding: number and day of birth agree
    ({"PatientName": "دو^جين"}, 1),
    ({"PatientName": "دو^جين", "PatientID": "Z-9", "PatientBirthDate": ""}, 2),
    ({"PatientName": "", "PatientID": "", "PatientBirthDate": ""}, 1),
    ({"PatientName": ""}, 1),
    ({"PatientBirthDate": ""}, 1),
    ({"PatientBirthDate": "19680328"}, 2),
    ({"PatientName": "Roe^John", "PatientID": "Z-9"}, 2),  # twins, or a mistake
    ({"PatientName": "Roe^John", "PatientBirthDate": ""}, 2),
]


@pytest.mark.parametrize(("said", "count"), WHO)
def test_people_are_told_apart_by_number_name_and_day_of_birth(said: dict[str, str], count: int) -> None:
    assert of(image(), image(**said)).people_count == count
    assert of(image(**said), image()).people_count == count


def test_a_nameless_file_is_nobody() -> None:
    found = of(image(PatientName="^^^^", PatientID=None, PatientBirthDate=None))
    assert (found.people_count, found.studies[0].person) == (0, -1)


def test_utf_8_without_a_word_about_it_is_read_and_other_letters_are_a_guess() -> None:
    def named(raw: bytes) -> tuple[str, bool]:
        found = header_of(with_element(0x00100010, "PN", raw))
        return found.name, found.garbled

    assert named("Müller^Zoë".encode()) == ("Müller^Zoë", False)
    assert named("Müller^Zoë".encode("latin-1")) == ("Müller^Zoë", True)
    assert named("Иванова^Анна".encode("cp1251"))[1] is True


# -- Hostile ------------------------------------------------------------------------------------------------------

FIRST = discs.element(0x00080016, "UI", discs.even(discs.CT.encode())) + discs.element(0x00080060, "CS", b"CT")
FALSE_SET = discs.element(0x00080005, "CS", b"ISO_IR 99999")
OPEN = 0xFFFFFFFF
SEQUENCE = discs.element(0x00081140, "SQ", b"", OPEN)
ITEM = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
EMPTY_ITEM = b"\xfe\xff\x00\xe0\0\0\0\0"


def bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(bytes(50_000_000)) + packer.flush()


# What it is, and how it must be counted: (files, unreadable).
HOSTILE = {
    "5,000 sequences in each other": (discs.part10(FIRST + (SEQUENCE + ITEM) * 5000), (1, 0)),
    "a sequence without end": (discs.part10(FIRST + SEQUENCE + EMPTY_ITEM * (MOST // 8)), (1, 0)),
    "a sequence of nonsense": (discs.part10(FIRST + SEQUENCE + b"\x01" * 4000), (1, 0)),
    "an element of 4 GB": (discs.part10(FIRST + discs.element(0x00090001, "UN", b"x", OPEN - 1)), (1, 0)),
    "cut in the middle of an element": (discs.part10(FIRST + discs.element(0x00100010, "PN", b"Do", 60000)), (1, 0)),
    "cut after the mark": (bytes(128) + b"DICM", (0, 1)),
    "deflated": (discs.part10(bomb(), syntax=discs.DEFLATED), (0, 1)),
    "noise after the mark": (bytes(128) + b"DICM" + bytes(range(256)) * 40, (0, 1)),
    "a character set that is none": (
        discs.part10(FALSE_SET + FIRST + discs.element(0x00100010, "PN", b"\xff\xfe")), (1, 0),
    ),
    "text where numbers belong": (discs.part10(FIRST + discs.element(0x00280008, "IS", b"many")), (1, 0)),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_counted_and_does_no_harm(what: str) -> None:
    body, (files, unreadable) = HOSTILE[what]
    tracemalloc.start()
    found = of(body, image())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.files - 1, found.unreadable) == (files, unreadable)
    assert peak < 64 * 1024 * 1024


def test_a_file_that_claims_more_frames_than_it_can_hold_counts_as_one() -> None:
    found = of(image(NumberOfFrames=2_000_000_000), image(NumberOfFrames="-5"))
    assert (found.images, found.doubtful) == (2, 1)


def test_a_program_with_the_mark_of_dicom_is_still_only_read() -> None:
    found = of(discs.part10(FIRST, preamble=b"MZ" + bytes(126)))
    assert (found.files, found.programs) == (1, 0)  # whether it may stay is decided where kinds are


def test_texts_come_out_short_and_printable() -> None:
    found = header_of(image(SeriesDescription="a\u202eb\r\nc" + "x" * 60, PatientName="Doe\u2028^\u200fJane\x07"))
    assert found.series_description == ("a b c" + "x" * 60)[:64]
    assert found.name == "Doe ^ Jane"


def test_an_index_that_leads_elsewhere_opens_nothing() -> None:
    records = b""
    for name in ("../../etc/passwd", "C:\\secret", "IM0"):
        inside = discs.element(0x00041430, "CS", b"IMAGE ") + discs.element(0x00041500, "CS", discs.even(name.encode()))
        records += b"\xfe\xff\x00\xe0" + len(inside).to_bytes(4, "little") + inside
    index = discs.part10(discs.element(0x00041220, "SQ", records), sop_class=disc.DIRECTORY)
    found = summarise(members({"DICOMDIR": index, "IM0": image()}))
    # A backslash parts names in DICOM, so "C:\secret" is two of them.
    assert (found.listed, found.missing, found.images) == (3, 2, 1)


def test_an_index_of_a_million_lines_is_read_to_its_limit() -> None:
    index = discs.part10(discs.element(0x00041220, "SQ", EMPTY_ITEM * 60_000, OPEN), sop_class=disc.DIRECTORY)
    found = summarise(members({"DICOMDIR": index, "IM0": image()}))
    assert (found.indexes, found.whole, found.images) == (1, False, 1)


def test_there_are_limits_to_how_many_files_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disc, "MEMBERS_MOST", 5)
    found = of(*(image() for _ in range(9)))
    assert (found.images, found.whole) == (5, False)


def test_headers_without_end_are_given_up_together() -> None:
    body = discs.part10(discs.element(0x00080060, "CS", b"CT") + discs.element(0x00090001, "UN", bytes(MOST)))
    count = disc.DEEP_MOST // (MOST - disc.SHALLOW) + 10
    found = summarise(members({f"IM{number}": body for number in range(count)}))
    assert found.whole is False


def test_a_stream_that_breaks_is_counted_and_one_that_was_stopped_stops_us() -> None:
    def broken() -> io.BytesIO:
        raise zlib.error("invalid block")

    class Stopped(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise ValueError("enough")
            return super().read(200)

    found = summarise([Member("IM1", 9, broken), Member("a.txt", 9, broken)])  # type: ignore[arg-type]
    assert (found.unreadable, found.others) == (1, 1)
    with pytest.raises(ValueError, match="enough"):
        summarise([Member("IM1", 9, lambda: Stopped(image()))])


# -- What it promises beside the figures --------------------------------------------------------------------------


class Watched(io.BytesIO):
    """A stream that says how far it was read, and cannot be written."""

    furthest = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        Watched.furthest = max(Watched.furthest, self.tell())
        return piece

    def write(self, data: object) -> int:
        raise AssertionError("nothing is altered")


def test_pixels_are_never_read() -> None:
    made = discs.dataset(Rows=4000, Columns=4000)
    made.add_new(discs.PIXEL_DATA, "OW", bytes(3_000_000))
    body = discs.as_file(made)
    Watched.furthest = 0
    assert summarise([Member("IM1", len(body), lambda: Watched(body))]).images == 1
    assert 0 < Watched.furthest <= 64 * 1024


def test_nothing_on_the_disc_is_altered(tmp_path: Path) -> None:
    cd(tmp_path, discs.ct_and_mr())

    def state() -> list[tuple[str, str]]:
        files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
        return [(str(path), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]

    before = state()
    summarise(folder(tmp_path))
    assert state() == before


def test_memory_does_not_grow_with_the_disc() -> None:
    def peak(count: int) -> int:
        def coming() -> Iterator[Member]:
            for number in range(count):
                body = template.replace(b"1.2.3.4.5.10000", f"1.2.3.4.5.{10000 + number}".encode())
                yield Member(f"IM{number}", len(body), lambda body=body: io.BytesIO(body))

        tracemalloc.start()
        assert summarise(coming()).images == count
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    template = image(uid="1.2.3.4.5.10000")
    peak(10)
    assert peak(300) - peak(100) < 200 * 500  # a few hundred bytes for each file: that it was seen, and its name


READS_ALL = """
import io, pathlib, sys
from intake.records.disc import summarise
from intake.records.members import Member

bodies = {path: pathlib.Path(path).read_bytes() for path in sys.argv[1:]}
summarise([])

def refuse(event, arguments):
    if event in ("open", "os.open", "import"):
        raise PermissionError(f"{event} {arguments[0]}")

sys.addaudithook(refuse)
members = [Member(path, len(body), lambda body=body: io.BytesIO(body)) for path, body in bodies.items()]
found = summarise(members)
print(found.images, found.unreadable, found.people_count)
"""


def test_nothing_is_opened_or_imported_once_reading_has_begun() -> None:
    """In the process apart no file can be opened any more: codecs and late imports must be there before."""
    files = [str(path) for path in shipped()]
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", READS_ALL, *files], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    here = summarise(members({str(path): path.read_bytes() for path in shipped()}))
    assert ended.stdout.split() == [str(here.images), str(here.unreadable), str(here.people_count)], ended.stderr
    assert ended.stderr == ""
