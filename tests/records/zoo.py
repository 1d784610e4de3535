"""The zoo: bad files and files that only look bad, each with the verdict and reason it must get. Made here, never kept.

EICAR and other known words are put together from pieces, so that no scanner takes the zoo for its animals.
"""

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from tests.components.clamav import EICAR, PLANTED
from tests.records.bench import some_bytes
from tests.records.zips import FOLLOWS, LOCKED, Raw, crowded_zip, honest_zip, raw_zip, streamed_zip, zeros_deflated

MIB = 1024 * 1024
CLEAN, HELD, REJECTED = "clean", "held", "rejected"
PROGRAM = b"MZ\x90\0" + bytes(60) + b"PE\0\0" + bytes(400)
WORD = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
SCRIPT = b"alert(1)//"


@dataclass(frozen=True)
class Beast:
    """One file of the zoo. `name` is what it is sent as, `kind` what we call it in the end."""

    make: Callable[[], bytes]
    verdict: str
    reason: str | None = None
    kind: str | None = "zip"
    name: str = "scan.zip"


def a_pdf(act: Callable[[PdfWriter], object] | None = None) -> bytes:
    """A PDF of one empty page, to which something was done."""
    writer, place = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if act:
        act(writer)
    writer.write(place)
    return place.getvalue()


def opening_action(**action: str) -> Callable[[PdfWriter], object]:
    """Something that a PDF does when it is opened."""
    names = {NameObject(f"/{key}"): NameObject(value) for key, value in action.items()}
    return lambda writer: writer.root_object.update({NameObject("/OpenAction"): DictionaryObject(names)})


def hidden_in_a_stream() -> bytes:
    """A PDF whose script lies in a compressed stream of objects, where no search of its bytes sees it."""
    hidden = b"<</S/JavaScript/JS(app.alert(1))>>"
    packed = zlib.compress(b"5 0 " + hidden)
    objects = [
        b"1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>endobj\n",
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n",
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n",
        b"4 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
        + packed + b"\nendstream endobj\n",
    ]  # fmt: skip
    whole, lines = b"%PDF-1.5\n", [bytes([0, 0, 0, 255])]
    for each in objects:
        lines.append(b"\1" + len(whole).to_bytes(2, "big") + b"\0")
        whole += each
    lines += [b"\2" + (4).to_bytes(2, "big") + b"\0", b"\1" + len(whole).to_bytes(2, "big") + b"\0"]
    table = b"".join(lines)
    stream = b"6 0 obj<</Type/XRef/Size 7/W[1 2 1]/Root 1 0 R/Length %d>>stream\n" % len(table) + table
    return whole + stream + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % len(whole)


def a_scan(name: str = "CT_small.dcm") -> bytes:
    """A real scan image, of nobody."""
    return Path(get_testdata_file(name, download=False)).read_bytes()


def changed_scan(name: str = "CT_small.dcm", **said: object) -> bytes:
    """The same with other words in its headers."""
    read, place = dcmread(io.BytesIO(a_scan(name))), DicomBytesIO()
    for keyword, value in said.items():
        setattr(read, keyword, value)
    read.save_as(place, enforce_file_format=False)
    return place.getvalue()


def nested_scan(depth: int) -> bytes:
    """A scan image with sequences in sequences."""
    start = b"\x08\0\x40\x11\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff"  # (0008,1140), item, both without a length
    return _only_meta("1.2.840.10008.1.2") + start * depth  # implicit VR, little endian


def deflated_scan(mib: int) -> bytes:
    """A scan image in the deflated transfer syntax that unpacks to so many MiB."""
    return _only_meta("1.2.840.10008.1.2.1.99") + zeros_deflated(mib)


def _only_meta(syntax: str) -> bytes:
    """Preamble, mark and file meta information of a scan image in this transfer syntax, and nothing more."""
    meta, place = FileMetaDataset(), DicomBytesIO()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    write_file_meta_info(place, meta)
    return bytes(128) + b"DICM" + place.getvalue()


def with_preamble(preamble: bytes, scan: bytes | None = None) -> bytes:
    """A scan image with something else in the 128 bytes before its mark."""
    return preamble.ljust(128, b"\0")[:128] + (scan or a_scan())[128:]


def nested(body: bytes, depth: int) -> bytes:
    """A ZIP in a ZIP, so deep."""
    for _ in range(depth):
        body = honest_zip({"inner.zip": body})
    return body


def quoted() -> bytes:
    """Entries that lie in each other's data (David Fifield's quoted overlap), as far as it matters."""
    inner = Raw(b"b", b"bomb" * 1000)
    part = raw_zip([inner])[: 30 + 1 + len(inner.packed)]
    outer = Raw(b"a", part, method=0)
    return raw_zip([outer, Raw(b"b", inner.body, at=31)])


def jpeg() -> bytes:
    """The beginning of a photo, and its end."""
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + some_bytes(2000) + b"\xff\xd9"


def png() -> bytes:
    """A picture of one point."""
    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    head = chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def behind(mib: int) -> bytes:
    """A ZIP with EICAR after a large file that is no repetition to a packer."""
    return honest_zip({"large.bin": some_bytes(MIB) * mib, "a.com": EICAR}, zipfile.ZIP_STORED)


def many_modest(files: int) -> bytes:
    """A bomb of files that are each too small to be noticed."""
    packed, crc32 = zeros_deflated(8), zlib.crc32(bytes(8 * MIB))
    return raw_zip([Raw(b"%d" % n, packed_body=packed, length=8 * MIB, crc32=crc32) for n in range(files)])


def remote_template() -> bytes:
    """A Word document that fetches its template from elsewhere."""
    line = b'<Relationship Id="r" Type="http://x/attachedTemplate" Target="http://127.0.0.1/t" TargetMode="External"/>'
    return honest_zip(WORD | {"word/_rels/settings.xml.rels": b"<Relationships>" + line + b"</Relationships>"})


PDF, DCM = {"kind": "pdf", "name": "letter.pdf"}, {"kind": "dicom", "name": "scan.dcm"}
NONE = {"kind": None, "reason": "kind_not_allowed"}
BOMB, TRICKS, BROKEN = (f"archive_{word}" for word in ("bomb", "tricks", "broken"))
DISC = {"DICOMDIR": b"x", "VIEWER/VIEWER.EXE": PROGRAM, "AUTORUN.INF": b"[autorun]", "DICOM/IM000001": b"x"}

ZOO: dict[str, Beast] = {
    # -- Harmful by signature
    "EICAR, plain": Beast(lambda: EICAR, REJECTED, **NONE, name="letter.pdf"),
    "EICAR in a ZIP": Beast(lambda: honest_zip({"a.com": EICAR}), REJECTED, "infected"),
    "EICAR in a ZIP in a ZIP": Beast(lambda: nested(EICAR, 2), REJECTED, "infected"),
    "EICAR in a streamed ZIP, which clamd does not open": Beast(
        lambda: streamed_zip({"a.com": EICAR}), REJECTED, "infected"
    ),
    "EICAR behind 20 MiB": Beast(lambda: behind(20), REJECTED, "infected"),
    "EICAR in a ZIP in a streamed ZIP": Beast(
        lambda: streamed_zip({"in.zip": streamed_zip({"a.com": EICAR})}), REJECTED, "infected"
    ),
    "something harmful at the end of a PDF": Beast(lambda: a_pdf() + PLANTED, REJECTED, "infected", **PDF),
    "something harmful in a DICOM preamble": Beast(lambda: with_preamble(PLANTED), REJECTED, "infected", **DCM),
    "something harmful in a Word document": Beast(
        lambda: streamed_zip(WORD | {"word/media/a.bin": PLANTED}), REJECTED, "infected", "docx", "letter.docx"
    ),
    # -- Too much
    "a bomb": Beast(lambda: raw_zip([Raw(b"a", packed_body=zeros_deflated(1024), length=1024 * MIB)]), REJECTED, BOMB),
    "a bomb that says it is small": Beast(
        lambda: raw_zip([Raw(b"a", packed_body=zeros_deflated(1024), length=1000)]), HELD, BROKEN
    ),
    "a bomb in a ZIP": Beast(
        lambda: honest_zip({"b.zip": raw_zip([Raw(b"a", packed_body=zeros_deflated(1024), length=1024 * MIB)])}),
        REJECTED, BOMB,
    ),
    "a bomb of modest files": Beast(lambda: many_modest(100), REJECTED, BOMB),
    "ZIPs five deep": Beast(lambda: nested(b"x", 5), HELD, "archive_too_deep"),
    "ZIPs three deep": Beast(lambda: nested(b"x", 3), CLEAN),
    "sixty thousand entries": Beast(lambda: crowded_zip(60_000), HELD, "archive_too_large"),
    "a file that is as large as 16 EiB": Beast(
        lambda: raw_zip([Raw(b"a", length=0xFFFFFFFF, extra=b"\1\0\x08\0" + b"\xff" * 8)]), REJECTED, BOMB
    ),
    # -- Not what it seems
    "overlapping entries, all at one place": Beast(
        lambda: raw_zip([Raw(b"a", b"kernel" * 1000), *(Raw(b"a", b"kernel" * 1000, at=0) for _ in range(50))]),
        REJECTED, TRICKS,
    ),
    "overlapping entries, one in the other": Beast(quoted, REJECTED, TRICKS),
    "a name that leads out": Beast(lambda: raw_zip([Raw(b"../../etc/cron.d/a")]), REJECTED, TRICKS),
    "a name that leads out of Windows": Beast(lambda: raw_zip([Raw(b"a\\..\\..\\b")]), REJECTED, TRICKS),
    "a name from the root": Beast(lambda: raw_zip([Raw(b"/etc/passwd")]), REJECTED, TRICKS),
    "a name from a drive": Beast(lambda: raw_zip([Raw(b"C:a.exe")]), REJECTED, TRICKS),
    "a symbolic link": Beast(lambda: raw_zip([Raw(b"a", b"/etc/passwd", mode=0o120777)]), REJECTED, TRICKS),
    "a device": Beast(lambda: raw_zip([Raw(b"a", b"", method=0, mode=0o020666)]), REJECTED, TRICKS),
    "a name with NUL": Beast(lambda: raw_zip([Raw(b"a.pdf\0.exe")]), REJECTED, TRICKS),
    "a name with CRLF": Beast(lambda: raw_zip([Raw(b"a\r\nb.pdf")]), REJECTED, TRICKS),
    "a name that turns its text": Beast(
        lambda: raw_zip([Raw("a\u202efdp.exe".encode(), flags=0x800)]), HELD, "disguised"
    ),
    "a name of 300 letters": Beast(lambda: raw_zip([Raw(b"a" * 300 + b".pdf")]), CLEAN),
    "a name in Arabic": Beast(lambda: honest_zip({"تقرير.txt": b"x"}), CLEAN),
    "a ZIP with a password": Beast(lambda: raw_zip([Raw(b"a", some_bytes(500), 0, LOCKED)]), HELD, "password"),
    "a ZIP with a password in a ZIP": Beast(
        lambda: honest_zip({"b.zip": raw_zip([Raw(b"a", some_bytes(500), 0, LOCKED)])}), HELD, "password"
    ),
    "a header that says another name": Beast(lambda: raw_zip([Raw(b"a.txt", local_name=b"a.exe")]), HELD, BROKEN),
    "a header that says another method": Beast(lambda: raw_zip([Raw(b"a", said={"method": 0})]), HELD, BROKEN),
    "a password in the directory alone": Beast(
        lambda: raw_zip([Raw(b"a", flags=LOCKED, said={"flags": 0})]), HELD, "password"
    ),
    "sizes that follow and are right": Beast(lambda: raw_zip([Raw(b"a", flags=FOLLOWS)]), CLEAN),
    "sizes that follow and are wrong": Beast(
        lambda: raw_zip([Raw(b"a", flags=FOLLOWS, descriptor=b"PK\7\x08" + bytes(12))]), HELD, BROKEN
    ),
    "bytes that no entry tells of": Beast(lambda: raw_zip([Raw(b"a"), Raw(b"b", before=PROGRAM)]), HELD, BROKEN),
    "something after the end": Beast(lambda: raw_zip([Raw(b"a")], tail=PROGRAM), HELD, BROKEN),
    "several discs": Beast(lambda: raw_zip([Raw(b"a")], disks=1), HELD, BROKEN),
    "a wrong checksum": Beast(lambda: raw_zip([Raw(b"a", crc32=1)]), HELD, BROKEN),
    "more than it says": Beast(lambda: raw_zip([Raw(b"a", b"x" * 5000, length=10)]), HELD, BROKEN),
    "less than it says": Beast(lambda: raw_zip([Raw(b"a", b"x", length=10)]), HELD, BROKEN),
    "packed in a rare way": Beast(lambda: honest_zip({"a": b"x" * 500}, zipfile.ZIP_LZMA), HELD, "archive_method"),
    "a ZIP inside that cannot be read": Beast(
        lambda: honest_zip({"b.zip": b"PK\3\4" + bytes(90)}), HELD, "archive_inside"
    ),
    "a streamed ZIP": Beast(lambda: streamed_zip({"a.txt": b"x", "b/c.txt": b"y" * 1000, "d": b""}), CLEAN),
    "an empty folder": Beast(lambda: honest_zip({"folder/": b""}), REJECTED, "archive_empty"),
    "a disc with its viewer": Beast(lambda: honest_zip(DISC), CLEAN),
    # -- Programs and polyglots
    "a program as .dcm": Beast(lambda: PROGRAM, REJECTED, **NONE, name="scan.dcm"),
    "a program as .dcm in a ZIP": Beast(lambda: honest_zip({"a/SCAN.DCM": PROGRAM}), HELD, "disguised"),
    "a picture that is a script": Beast(lambda: b"GIF89a=1;" + SCRIPT, REJECTED, **NONE, name="a.gif"),
    "a PDF that is a ZIP": Beast(lambda: a_pdf() + honest_zip({"a.exe": PROGRAM}), HELD, "two_kinds", **PDF),
    "a PDF that is a ZIP, tail and all": Beast(
        lambda: a_pdf() + raw_zip([Raw(b"a")]) + b"\n%%EOF\n", HELD, "two_kinds", **PDF
    ),
    "a photo that is a ZIP": Beast(
        lambda: jpeg() + honest_zip({"a.exe": PROGRAM}), HELD, "two_kinds", "jpeg", "photo.jpg"
    ),
    "a scan that is a program": Beast(lambda: with_preamble(PROGRAM), REJECTED, **NONE, name="scan.dcm"),
    "a scan that is a program, in a ZIP": Beast(
        lambda: honest_zip({"IM1": with_preamble(PROGRAM)}), HELD, "disguised"
    ),
    "a PDF that is a web page": Beast(lambda: b"<html><script>" + a_pdf(), REJECTED, **NONE, name="letter.pdf"),
    "a web page": Beast(lambda: b"<!DOCTYPE html><script>1</script>", REJECTED, **NONE, name="letter.pdf"),
    "a drawing": Beast(lambda: b"<?xml version='1.0'?><svg onload='1'/>", REJECTED, **NONE, name="photo.png"),
    "a drawing that says it is a record": Beast(
        lambda: b"<!-- <ClinicalDocument> --><svg onload='1'/>", REJECTED, **NONE, name="record.xml"
    ),
    "a tape archive": Beast(lambda: b"a".ljust(257, b"\0") + b"ustar\x0000" + bytes(500), REJECTED, **NONE),
    "a gzip file": Beast(lambda: b"\x1f\x8b\x08" + bytes(100), REJECTED, **NONE),
    "a 7z file": Beast(lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100), REJECTED, **NONE),
    "a RAR file": Beast(lambda: b"Rar!\x1a\7\0" + bytes(100), REJECTED, **NONE),
    # -- Documents that do something
    "a PDF": Beast(a_pdf, CLEAN, **PDF),
    "a PDF with a password": Beast(
        lambda: a_pdf(lambda writer: writer.encrypt("secret", algorithm="AES-256")), HELD, "password", **PDF
    ),
    "a PDF with an old password": Beast(
        lambda: a_pdf(lambda writer: writer.encrypt("secret", algorithm="RC4-40")), HELD, "password", **PDF
    ),
    "a PDF with a password in a ZIP": Beast(
        lambda: honest_zip({"a.pdf": a_pdf(lambda writer: writer.encrypt("secret", algorithm="AES-128"))}),
        HELD, "password",
    ),
    "a PDF that may not be printed": Beast(
        lambda: a_pdf(lambda writer: writer.encrypt("", "owner", algorithm="AES-256")), CLEAN, **PDF
    ),
    "a PDF with a script": Beast(
        lambda: a_pdf(opening_action(S="/JavaScript", JS="/1")), HELD, "active_content", **PDF
    ),
    "a PDF that starts a program": Beast(
        lambda: a_pdf(opening_action(S="/Launch", F="/cmd.exe")), HELD, "active_content", **PDF
    ),
    "a PDF whose script is written in signs": Beast(
        lambda: a_pdf(opening_action(S="/Ja")).replace(b"/Ja", b"/J#61vaScript"), HELD, "active_content", **PDF
    ),
    "a PDF whose script is hidden": Beast(hidden_in_a_stream, HELD, "active_content", **PDF),
    "a PDF that nobody can read, with a script": Beast(
        lambda: b"%PDF-1.7\n<</S /JavaScript /JS (1)>>" + some_bytes(500), HELD, "active_content", **PDF
    ),
    "a Word document": Beast(lambda: honest_zip(WORD), CLEAN, None, "docx", "letter.docx"),
    "a Word document with macros": Beast(
        lambda: honest_zip(WORD | {"word/vbaProject.bin": b"x"}), REJECTED, "macros", "zip", "letter.docx"
    ),
    "a Word document whose macros have another name": Beast(
        lambda: honest_zip(WORD | {"[Content_Types].xml": b"<a t='application/vnd.ms-office.vbaProject'/>"}),
        REJECTED, "macros", "zip", "letter.docx",
    ),
    "a Word document that fetches something": Beast(remote_template, HELD, "active_content", "docx", "letter.docx"),
    # -- Scan images
    "a scan": Beast(a_scan, CLEAN, **DCM),
    "a scan that is a script": Beast(lambda: with_preamble(SCRIPT), HELD, "two_kinds", **DCM),
    "a scan that is a TIFF too": Beast(lambda: with_preamble(b"II*\0" + bytes(100)), CLEAN, **DCM),
    "a scan cut short": Beast(lambda: a_scan()[:-20_000], HELD, "damaged", **DCM),
    "a compressed scan cut short": Beast(lambda: a_scan("JPEG2000.dcm")[:-100], HELD, "damaged", **DCM),
    "a scan with a huge number of frames": Beast(
        lambda: changed_scan(NumberOfFrames="2000000000"), HELD, "damaged", **DCM
    ),
    "a compressed scan with huge frames": Beast(
        lambda: changed_scan("JPEG2000.dcm", Rows=65535, Columns=65535, NumberOfFrames="999999999"),
        HELD, "image_too_large", **DCM,
    ),
    "a scan of sequences in sequences": Beast(lambda: nested_scan(5000), HELD, "damaged", **DCM),
    "a scan that unpacks to 4 GiB": Beast(lambda: deflated_scan(4096), HELD, "check_memory", None, "scan.dcm"),
    # -- Honest ones
    "a picture": Beast(png, CLEAN, None, "png", "scan.png"),
    "a photo": Beast(jpeg, CLEAN, None, "jpeg", "photo.jpg"),
    "a health record": Beast(
        lambda: b'<?xml version="1.0"?><!-- made by --><ClinicalDocument xmlns="urn:hl7-org:v3"/>', CLEAN, None, "cda",
        "record.xml",
    ),
}  # fmt: skip
