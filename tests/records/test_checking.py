"""The check: kind by content and never by name, checksums, and never clean for what nobody has scanned."""

import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass

import pytest
from pydicom.data import get_testdata_file

from intake import journal
from intake.links import grants
from intake.records import archive
from intake.records.checking import REASONS, check_record
from intake.records.filetypes import ALLOWED, extension_of, media_type_of
from intake.records.recognising import kind_by_head
from intake.records.scanner import NoScanner, Pieces, Scan, Scanner
from intake.records.upload import State, Upload, Verdict, open_findings
from tests.records.bench import CASE, KEY, Bench, some_bytes

PDF = b"%PDF-1.7\n" + some_bytes(1000)


@dataclass
class ReadsEverything:
    """A scanner that looks at every byte and finds a planted word."""

    planted: bytes = b"planted evil"

    def scan(self, kind: str, length: int, pieces: Pieces) -> Scan:
        """Clean, or rejected."""
        found = self.planted in b"".join(pieces(0, length))
        return Scan(Verdict.REJECTED, "infected") if found else Scan(Verdict.CLEAN)


def _check(bench: Bench, body: bytes, name: str = "scan.pdf", scanner: Scanner | None = None) -> Upload:
    upload = bench.receive(body, name)
    return check_record(
        bench.database, bench.vault, KEY, upload.id, scanner or NoScanner(), grants.release, bench.now
    )


def _zip(*names: str, body: bytes = b"x", locked: bool = False) -> bytes:
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w") as made:
        for name in names:
            made.writestr(name, body)
    whole = bytearray(place.getvalue())
    if locked:  # the last one, in its header and in the directory
        whole[whole.rfind(b"PK\x01\x02") + 8] |= 1
        whole[whole.rfind(b"PK\x03\x04") + 6] |= 1
    return bytes(whole)


def test_checksums_are_those_of_the_file(bench: Bench) -> None:
    body = b"%PDF-1.4 " + some_bytes(1_500_000)
    upload = _check(bench, body)
    findings = open_findings(KEY, upload)
    assert findings.sha256 == hashlib.sha256(body).hexdigest() and findings.crc32 == zlib.crc32(body)
    assert hashlib.sha256(body).hexdigest().encode() not in upload.findings


def test_without_a_scanner_everything_we_take_is_held_and_never_clean(bench: Bench) -> None:
    upload = _check(bench, PDF)
    assert (upload.state, upload.verdict, upload.reason) == (State.CHECKED, Verdict.HELD, "not_scanned")
    assert upload.opens == "deliberately" and bench.read(upload) == PDF


def test_with_a_scanner_a_record_can_be_clean(bench: Bench) -> None:
    upload = _check(bench, PDF, scanner=ReadsEverything())
    assert (upload.verdict, upload.reason, upload.kind, upload.opens) == (Verdict.CLEAN, None, "pdf", "freely")


def test_what_the_scanner_rejects_is_not_kept_and_its_room_is_given_back(bench: Bench) -> None:
    before = bench.quota()
    upload = _check(bench, PDF + b"planted evil", scanner=ReadsEverything())
    assert (upload.verdict, upload.reason, upload.opens) == (Verdict.REJECTED, "infected", "never")
    assert bench.objects() == set() and bench.parts(upload) == [] and bench.quota() == before


def test_what_we_do_not_take_is_rejected_whatever_it_is_called(bench: Bench) -> None:
    upload = _check(bench, b"MZ\x90\x00" + bytes(500), "scan.dcm", ReadsEverything())
    assert (upload.verdict, upload.reason, upload.kind) == (Verdict.REJECTED, "kind_not_allowed", None)
    assert bench.objects() == set()


def test_a_check_done_twice_says_the_same_once(bench: Bench) -> None:
    first = _check(bench, PDF)
    again = check_record(bench.database, bench.vault, KEY, first.id, NoScanner(), grants.release, bench.now)
    assert again == first
    with bench.database.read() as tx:
        lines = [line for line in journal.lines(tx, CASE) if line.event == "record.checked"]
    assert len(lines) == 1
    assert lines[0].facts == {
        "upload": first.id, "verdict": "held", "reason": "not_scanned", "kind": "pdf", "size": len(PDF),
    }  # fmt: skip


def test_a_record_whose_bytes_were_damaged_is_held_and_the_sender_is_asked(bench: Bench) -> None:
    upload = bench.receive(PDF)
    bench.vault.destroy(bench.parts(upload)[0].object_id)
    checked = check_record(bench.database, bench.vault, KEY, upload.id, NoScanner(), grants.release, bench.now)
    assert (checked.verdict, checked.reason) == (Verdict.HELD, "damaged")


def test_a_disc_in_a_zip_tells_how_many_files_and_scans_it_lists(bench: Bench) -> None:
    names = ["DICOMDIR", "AUTORUN.INF", "VIEWER/VIEWER.EXE", *(f"DICOM/PT0/ST0/IM{n:05}" for n in range(80))]
    upload = _check(bench, _zip(*names, "DICOM/", "readme.txt"))
    assert upload.kind == "zip" and open_findings(KEY, upload).facts == {"files": 84, "scans": 80}


def test_scans_with_an_ending_are_counted_without_a_disc(bench: Bench) -> None:
    upload = _check(bench, _zip("a/1.dcm", "a/2.DCM", "b.ima", "notes.pdf", "IM00001"))
    assert open_findings(KEY, upload).facts == {"files": 5, "scans": 3}


def test_a_zip_with_a_password_is_held_for_its_sender(bench: Bench) -> None:
    upload = _check(bench, _zip("scan.dcm", locked=True), scanner=ReadsEverything())
    assert (upload.verdict, upload.reason) == (Verdict.HELD, "password")


def test_an_empty_zip_folder_is_rejected(bench: Bench) -> None:
    assert _check(bench, _zip("folder/")).reason == "archive_empty"
    assert _check(bench, _zip()).reason == "kind_not_allowed"


def test_word_documents_are_taken_and_other_programs_in_a_zip_are_not(bench: Bench) -> None:
    word = _zip("[Content_Types].xml", "word/document.xml")
    assert _check(bench, word, "letter.zip").kind == "docx"
    for names in (
        ("[Content_Types].xml", "xl/workbook.xml"),
        ("META-INF/MANIFEST.MF", "Main.class"),
        ("AndroidManifest.xml",),
    ):
        assert _check(bench, _zip(*names)).reason == "kind_not_allowed"
    assert _check(bench, _zip("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")).reason == "macros"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole[:-10],
        lambda whole: whole + b"tail",
        lambda whole: whole[:30] + b"inserted" + whole[30:],
        lambda whole: whole.replace(b"PK\x01\x02", b"PK\x01\x09"),
        lambda whole: whole[:-12] + b"\xff\xff\xff\xff" + whole[-8:],
        lambda whole: b"PK\x03\x04" + bytes(100),
    ],
)
def test_a_zip_that_cannot_be_followed_is_held_never_clean(bench: Bench, spoil) -> None:
    upload = _check(bench, spoil(_zip("a.dcm", "b.dcm")), scanner=ReadsEverything())
    assert (upload.verdict, upload.reason) == (Verdict.HELD, "archive_broken")


def test_a_zip_that_lists_too_much_is_held_without_reading_it() -> None:
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w") as made:
        for number in range(1001):
            made.writestr(zipfile.ZipInfo(str(number)), b"")
    whole, read = place.getvalue(), []

    def counted(start: int, stop: int) -> bytes:
        read.append(stop - start)
        return whole[start:stop]

    with pytest.raises(archive.ArchiveTrouble) as trouble:
        archive.read_directory(counted, len(whole), most_files=1000)
    assert trouble.value.reason == "archive_too_large" and sum(read) < 70_000


def test_every_kind_of_the_table_is_known_by_its_content_and_has_a_name_and_an_ending() -> None:
    heads = {
        "pdf": b"%PDF-1.7\n",
        "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        "heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
        "tiff": b"II*\x00\x08\x00\x00\x00",
        "dicom": bytes(128) + b"DICM\x02\x00",
        "zip": _zip("a.dcm"),
        "cda": b'<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3">',
        "fhir": b'{ "resourceType" : "Bundle", "type": "document" }',
    }
    assert {kind.id for kind in ALLOWED} == heads.keys() | {"docx"}
    for kind, head in heads.items():
        assert kind_by_head(head) == kind
    assert all(kind.name and kind.endings and "/" in media_type_of(kind.id) for kind in ALLOWED)
    assert (extension_of(None), media_type_of(None)) == (".bin", "application/octet-stream")


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "JPEG2000.dcm", "rtplan.dcm"])
def test_real_scan_images_are_known(name: str) -> None:
    with open(get_testdata_file(name, download=False), "rb") as file:
        assert kind_by_head(file.read(1000)) == "dicom"


@pytest.mark.parametrize(
    "head",
    [
        b"", b"x", b"MZ" + bytes(500), b"\x7fELF" + bytes(500), b"#!/bin/sh\n", b"GIF89a" + bytes(50),
        b"<html><body>%PDF-1.4", b"<!DOCTYPE html><html>", b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"  \n<script>%PDF-1.4", b"MZ" + bytes(100) + b"%PDF-1.4",
        b"MZ" + bytes(126) + b"DICM", b"%PDF-1.4" + bytes(120) + b"DICM"[:0], b"\x7fELF" + bytes(124) + b"DICM",
        b"PK\x05\x06" + bytes(18), b"Rar!\x1a\x07\x00", b"7z\xbc\xaf\x27\x1c", b"plain text about nothing",
        b'{"name": "not a record"}', b"<?xml version='1.0'?><note/>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><ClinicalDocument/>", bytes(2000) + b"%PDF-1.4",
    ],
)  # fmt: skip
def test_what_is_something_else_or_two_things_at_once_is_not_taken(head: bytes) -> None:
    if head.startswith(b"%PDF"):
        assert kind_by_head(head) == "pdf"
        return
    assert kind_by_head(head) is None


def test_every_reason_has_a_kind_sentence() -> None:
    assert all(sentence.endswith(".") and len(sentence) < 110 for sentence in REASONS.values())
