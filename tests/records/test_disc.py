"""The disc check tells what lies on a disc: compared with figures written by hand, and with discs of DCMTK's making."""

import hashlib
import io
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.records.disc import summarise
from intake.records.members import Member
from tests.components import ROOT
from tests.components.dcmtk import Dcmtk
from tests.records import discs
from tests.records.discs import cd, day, folder, image, members, of, paper, shipped

# -- Real files ---------------------------------------------------------------------------------------------------

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


def test_pictures_are_known_by_their_first_bytes() -> None:
    marks = {
        "a.png": b"\x89PNG\r\n\x1a\n", "a.tif": b"II*\0", "b.tif": b"MM\0*", "a.gif": b"GIF89a", "a.bmp": b"BM6\0",
        "a.heic": b"\0\0\0\x18ftypheic", "IMAGE01": discs.JPEG,
    }  # fmt: skip
    found = summarise(members(marks | {"fake.jpg": b"no picture", "empty.jpg": b""}))
    assert (found.pictures, found.others) == (7, 2)


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

    made = discs.dataset(uid="1.2.3.4.5.10000", Rows=200, Columns=200)
    made.add_new(discs.PIXEL_DATA, "OW", bytes(40_000))
    template = discs.as_file(made)
    peak(5)
    assert peak(60) - peak(20) < 40_000  # less than one of the forty files between them


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
