"""ZIPs made by hand, byte by byte, so that they can be wrong in one chosen place; and honest ones, made by zipfile."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

FOLLOWS, LOCKED = 0x8, 0x1


@dataclass
class Raw:
    """One entry. What is None says the truth; what is set is said instead of it."""

    name: bytes
    body: bytes = b"x"
    method: int = 8
    flags: int = 0
    mode: int = 0o100600
    local_name: bytes | None = None
    length: int | None = None
    crc32: int | None = None
    packed_body: bytes | None = None
    at: int | None = None
    before: bytes = b""
    descriptor: bytes | None = None
    extra: bytes = b""
    said: dict[str, int] = field(default_factory=dict)

    @property
    def packed(self) -> bytes:
        """Its bytes as they lie in the file."""
        if self.packed_body is not None:
            return self.packed_body
        return deflated(self.body) if self.method == 8 else self.body

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Checksum, packed length, length."""
        crc32 = zlib.crc32(self.body) if self.crc32 is None else self.crc32
        return crc32, len(self.packed), len(self.body) if self.length is None else self.length


def deflated(body: bytes) -> bytes:
    """The bytes, packed as ZIPs do."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def zeros_deflated(mib: int) -> bytes:
    """So many MiB of nothing, packed, without packing them: one MiB that repeats."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    one = packer.compress(bytes(1024 * 1024)) + packer.flush(zlib.Z_FULL_FLUSH)
    return one * mib + zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS).flush()


def raw_zip(entries: Sequence[Raw], *, disks: int = 0, tail: bytes = b"", head: bytes = b"") -> bytes:
    """A ZIP of these entries."""
    whole, directory = bytearray(head), bytearray()
    for entry in entries:
        whole += entry.before
        at = len(whole) if entry.at is None else entry.at
        crc32, packed, length = entry.numbers
        told = (0, 0, 0) if entry.flags & FOLLOWS else (crc32, packed, length)
        name = entry.name if entry.local_name is None else entry.local_name
        flags, method = entry.said.get("flags", entry.flags), entry.said.get("method", entry.method)
        if entry.at is None:
            whole += struct.pack("<4s5H3I2H", b"PK\3\4", 20, flags, method, 0, 33, *told, len(name), 0) + name
            whole += entry.packed
            if entry.flags & FOLLOWS:
                honest = struct.pack("<4s3I", b"PK\7\x08", crc32, packed, length)
                whole += honest if entry.descriptor is None else entry.descriptor
        directory += struct.pack(
            "<4s6H3I5H2I", b"PK\1\2", 3 << 8 | 20, 20, entry.flags, entry.method, 0, 33, crc32, packed, length,
            len(entry.name), len(entry.extra), 0, 0, 0, entry.mode << 16, at,
        )  # fmt: skip
        directory += entry.name + entry.extra
    start, count = len(whole), len(entries)
    ending = struct.pack("<4s4H2IH", b"PK\5\6", disks, disks, count, count, len(directory), start, 0)
    return bytes(whole + directory) + ending + tail


def honest_zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP as everybody's program makes it."""
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w", method) as made:
        for name, body in files.items():
            made.writestr(name, body)
    return place.getvalue()


def streamed_zip(files: dict[str, bytes]) -> bytes:
    """A ZIP as a program makes it that does not know lengths beforehand: ZIP64 headers, sizes after the data."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.kept = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.kept += data
            return len(data)

    pipe = Pipe()
    made = zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED)  # type: ignore[arg-type]
    for name, body in files.items():
        with made.open(name, "w", force_zip64=True) as file:
            file.write(body)
    made.close()
    return bytes(pipe.kept)


def crowded_zip(entries: int) -> bytes:
    """A ZIP that lists so many files, all of them one: cheap to make, costly to believe."""
    header = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + b"a"
    line = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    size, at = len(line) * entries, len(header)
    long = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, at)
    long += struct.pack("<4sIQI", b"PK\6\7", 0, at + size, 1)
    return header + line * entries + long + struct.pack("<4s4H2IH", b"PK\5\6", *[0xFFFF] * 4, *[0xFFFFFFFF] * 2, 0)
