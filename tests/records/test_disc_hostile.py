"""Discs that mean harm, or are broken: counted, within limits, and without a trace of it elsewhere."""

import io
import random
import tracemalloc
import zlib

import pytest

from intake.records import disc
from intake.records.dicom_front import MOST
from intake.records.disc import summarise
from intake.records.members import Member
from tests.records import discs
from tests.records.discs import image, members, of

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


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_file_is_counted_whatever_was_damaged(seed: int) -> None:
    chance = random.Random(seed)
    name = chance.choice(["MR_small.dcm", "reportsi.dcm", "rtplan.dcm", "CT_small.dcm"])
    whole = (discs.TEST_FILES / name).read_bytes()
    for _ in range(5):
        body = bytearray(whole)
        for _ in range(chance.randrange(1, 40)):
            body[chance.randrange(132, min(len(body), 2000))] = chance.randrange(256)
        found = of(bytes(body[: chance.randrange(132, len(body))]), image())
        assert found.files + found.unreadable + found.indexes == 2


@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_index_changes_no_count(seed: int) -> None:
    chance = random.Random(seed)
    body = bytearray((discs.DICOMDIRS / "DICOMDIR").read_bytes())
    for _ in range(chance.randrange(1, 60)):
        body[chance.randrange(400, len(body))] = chance.randrange(256)
    found = summarise(members({"DICOMDIR": bytes(body), "IM0": image(), "IM1": image()}))
    assert (found.images, found.files) == (2, 2)
