"""What makes a PDF more than pages: a password, or something that runs or starts when it is opened.

Every object is looked at, also those in compressed streams. What cannot be read so is searched as plain bytes. Runs in
the process apart, whose limits end what a hostile file may try.
"""

import re
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from intake.records.members import Member

ACTIONS = {"/JavaScript", "/Launch"}
KEYS = {"/JS", "/JavaScript", "/Launch", "/RichMedia"}
IN_BYTES = re.compile(rb"/(JavaScript|JS|Launch|RichMedia)(?![A-Za-z])")
COMPRESSED, ENCRYPTED = (re.compile(rb"/" + name + rb"(?![A-Za-z])") for name in (b"ObjStm", b"Encrypt"))
# What a parser of hostile files raises. Out of memory, out of time and OSError end the whole look instead.
UNREADABLE = (
    PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, NotImplementedError,
    AssertionError, ArithmeticError,
)  # fmt: skip
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
BLOCK, ACROSS = 1024 * 1024, 64
FORGET_EVERY = 500  # objects; the reader keeps what it has read


def trouble(member: Member) -> str | None:
    """ "password", "active_content", or None. """
    with member.open() as file:
        try:
            reader = PdfReader(file)
            if reader.is_encrypted and not reader.decrypt(""):
                return "password"
            return "active_content" if any(map(_is_active, _objects(reader))) else None
        except UNREADABLE:
            return _by_bytes(member)


def _objects(reader: PdfReader) -> Iterator[object]:
    """Every object that the file lists, and its trailer. Raises what pypdf raises for one that cannot be read."""
    yield reader.trailer
    listed = [(number, generation) for generation, numbers in reader.xref.items() for number in numbers]
    listed += [(number, 0) for number in reader.xref_objStm]
    for count, (number, generation) in enumerate(listed):
        if number == 0:
            continue
        found = reader.get_object(IndirectObject(number, generation, reader))
        if found is not None:
            yield found
        if count % FORGET_EVERY == 0:
            reader.resolved_objects.clear()


def _is_active(thing: object) -> bool:
    """Whether this object, or one that lies in it, is an action that runs or starts something."""
    waiting = [thing]
    while waiting:
        each = waiting.pop()
        if isinstance(each, DictionaryObject):
            acts = str(dict.get(each, "/S")) in ACTIONS or str(dict.get(each, "/Subtype")) == "/RichMedia"
            if acts or KEYS & each.keys():
                return True
            waiting += dict.values(each)
        elif isinstance(each, ArrayObject):
            waiting += list.__iter__(each)
    return False


def _by_bytes(member: Member) -> str | None:
    """The same by plain search, for what no reader follows. Compressed objects cannot be seen so: then it may be."""
    with member.open() as file:
        kept, hidden = b"", False
        while block := file.read(BLOCK):
            text = ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), kept + block)
            if ENCRYPTED.search(text):
                return "password"
            hidden = hidden or bool(IN_BYTES.search(text) or COMPRESSED.search(text))
            kept = block[-ACROSS:]
    return "active_content" if hidden else None

