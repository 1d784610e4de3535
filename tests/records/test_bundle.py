"""Many records as one ZIP: a known length, true for an independent reader, and every range like the whole."""

import io
import random
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import RecordNotReady
from intake.links import grants
from intake.records import reading
from intake.records.bundle import Bundle, Entry, index_text, record_entry, text_entry
from intake.records.checking import check_record
from intake.records.scanner import NoScanner
from tests.components import need
from tests.records.bench import KEY, Bench, some_bytes

MADE = datetime(2026, 3, 10, 9, 30, 4, tzinfo=UTC)


def _entry(name: str, body: bytes) -> Entry:
    return Entry(name, len(body), zlib.crc32(body), MADE, lambda start, stop: iter([body[start:stop]]))


def _whole(bundle: Bundle) -> bytes:
    return b"".join(bundle.stream())


def test_a_bundle_of_records_opens_in_an_independent_reader(bench: Bench) -> None:
    bodies = [b"%PDF-1.7 " + some_bytes(700_000, 3), b"%PDF-1.7 short", b"\x89PNG\r\n\x1a\n" + some_bytes(100, 4)]
    records = []
    for number, body in enumerate(bodies):
        upload = bench.receive(body, f"my file {number}.pdf")
        check_record(bench.database, bench.vault, KEY, upload.id, NoScanner(), grants.release, bench.now)
        with bench.database.read() as tx:
            records.append(reading.open_record(tx, KEY, bench.again(upload)))
    names = [record.name_out("AB12", number) for number, record in enumerate(records, start=1)]
    index = index_text("AB12", [(n, r.length, r.findings.sha256) for n, r in zip(names, records, strict=True)])
    entries = [record_entry(bench.vault, KEY, record, name) for name, record in zip(names, records, strict=True)]
    bundle = Bundle([text_entry("index.txt", index, MADE), *entries])
    whole = _whole(bundle)
    assert len(whole) == bundle.length
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["index.txt", *names]
        assert [opened.read(name) for name in names] == bodies
        assert names == ["AB12-01 my file 0.pdf", "AB12-02 my file 1.pdf", "AB12-03 my file 2.png"]
        assert all(record.findings.sha256 in opened.read("index.txt").decode("utf-8-sig") for record in records)
    generator = random.Random(7)
    for _ in range(60):
        start = generator.randrange(bundle.length + 1)
        stop = generator.randrange(start, bundle.length + 1)
        assert b"".join(bundle.stream(start, stop)) == whole[start:stop]
    assert b"".join(bundle.stream(bundle.length - 5)) == whole[-5:]


def test_a_record_without_a_check_is_not_bundled(bench: Bench) -> None:
    upload = bench.receive(b"%PDF-1.7")
    with bench.database.read() as tx:
        record = reading.open_record(tx, KEY, upload)
    with pytest.raises(RecordNotReady):
        record_entry(bench.vault, KEY, record, "a.pdf")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=6), st.data())
def test_any_range_of_any_bundle_is_that_slice_of_the_whole(bodies: list[bytes], data: st.DataObject) -> None:
    bundle = Bundle([_entry(f"{number}.bin", body) for number, body in enumerate(bodies)])
    whole = _whole(bundle)
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    assert b"".join(bundle.stream(start, stop)) == whole[start:stop]
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        assert [opened.read(name) for name in opened.namelist()] == bodies


class _Zeros(io.RawIOBase):
    """A file of which only the ends of a huge bundle are real: reads of its middle give zeros."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle, self._at = bundle, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._bundle.length)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        stop = self._bundle.length if size < 0 else min(self._bundle.length, self._at + size)
        body = b"".join(self._bundle.stream(self._at, stop))
        self._at = stop
        return body


def _zeros(start: int, stop: int) -> Iterator[bytes]:
    assert stop - start <= 1 << 20, "only small ranges of a huge file are asked for"
    yield bytes(stop - start)


def test_bundles_beyond_four_gigabytes_use_zip64_and_the_independent_reader_follows() -> None:
    huge = 5 * 2**30
    entries = [Entry("huge.zip", huge, 0, MADE, _zeros), Entry("also.zip", 2**32 - 1, 0, MADE, _zeros)]
    bundle = Bundle([*entries, _entry("last.pdf", b"the last one")])
    with zipfile.ZipFile(_Zeros(bundle)) as opened:
        sizes = {info.filename: info.file_size for info in opened.infolist()}
        assert sizes == {"huge.zip": huge, "also.zip": 2**32 - 1, "last.pdf": 12}
        assert opened.read("last.pdf") == b"the last one"
        with opened.open("huge.zip") as member:
            assert member.read(1000) == bytes(1000)


def test_more_entries_than_a_plain_zip_can_count_are_counted_right() -> None:
    bundle = Bundle([_entry(f"{number}", b"") for number in range(65_536)])
    with zipfile.ZipFile(io.BytesIO(_whole(bundle))) as opened:
        assert len(opened.infolist()) == 65_536


def test_unzip_follows_a_bundle_that_needs_zip64_for_its_many_entries(tmp_path: Path) -> None:
    need(shutil.which("unzip"), "unzip", "Install it: apt-get install unzip")
    names = [f"{number:05d} ü.txt" for number in range(65_600)]
    (tmp_path / "many.zip").write_bytes(_whole(Bundle([_entry(name, name.encode()) for name in names])))
    tested = subprocess.run(["unzip", "-tqq", tmp_path / "many.zip"], capture_output=True, text=True, timeout=120)
    assert tested.returncode == 0, tested.stdout[-500:]
    last = subprocess.run(["unzip", "-p", tmp_path / "many.zip", names[-1]], capture_output=True, timeout=120)
    assert last.stdout == names[-1].encode()


def test_two_entries_of_one_name_are_a_fault_and_so_is_a_range_outside() -> None:
    with pytest.raises(ValueError, match="one name"):
        Bundle([_entry("a", b""), _entry("a", b"")])
    with pytest.raises(ValueError, match="outside"):
        Bundle([]).stream(0, 23)


def test_the_tag_is_strong_also_where_a_checksum_of_four_bytes_would_not_tell() -> None:
    one, other = (replace(_entry("a", b"x"), sha256=digest) for digest in ("1" * 64, "2" * 64))
    assert Bundle([one]).tag != Bundle([other]).tag


def test_the_tag_tells_two_bundles_apart_and_is_the_same_for_the_same() -> None:
    one, same, other = (Bundle([_entry("a", body)]) for body in (b"x", b"x", b"y"))
    assert one.tag == same.tag != other.tag
