"""Ranges as RFC 9110 says them, a row for a sentence: the section, what it says, the request, and our answer."""

from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.records.ranges import Wanted, wanted

LENGTH, TAG = 10_000, "abc"
WHOLE = (200, 0, LENGTH)
GONE, CHANGED, SAME = (416, 0, 0), (412, 0, 0), (304, 0, 0)

# (section, sentence, headers, answer); the method is GET where the sentence names no other.
SENTENCES: list[tuple[str, str, dict[str, str], tuple[int, int, int]]] = [
    ("14.1.2", "the first 500 bytes (byte offsets 0-499, inclusive): bytes=0-499",
     {"Range": "bytes=0-499"}, (206, 0, 500)),
    ("14.1.2", "the second 500 bytes: bytes=500-999", {"Range": "bytes=500-999"}, (206, 500, 1000)),
    ("14.1.2", "the final 500 bytes: bytes=-500", {"Range": "bytes=-500"}, (206, 9500, 10_000)),
    ("14.1.2", "or bytes=9500-", {"Range": "bytes=9500-"}, (206, 9500, 10_000)),
    ("14.1.2", "the first and last bytes only: bytes=0-0,-1", {"Range": "bytes=0-0,-1"}, WHOLE),
    ("14.1.2", "the first, middle and last 1000 bytes", {"Range": "bytes= 0-999, 4500-5499, -1000"}, WHOLE),
    ("14.1.2", "first-pos is zero-based, last-pos inclusive", {"Range": "bytes=9999-9999"}, (206, 9999, 10_000)),
    ("14.1.2", "if last-pos is absent, or greater than the current length, it is the end",
     {"Range": "bytes=9000-99999999999999999999"}, (206, 9000, 10_000)),
    ("14.1.2", "if shorter than the suffix-length, the entire representation is used",
     {"Range": "bytes=-20000"}, (206, 0, 10_000)),
    ("14.1.2", "an int-range is satisfiable if its first-pos is less than the current length",
     {"Range": "bytes=10000-"}, GONE),
    ("14.1.2", "... also when both positions lie beyond it", {"Range": "bytes=10000-20000"}, GONE),
    ("14.1.2", "a suffix-range is satisfiable if the suffix-length is non-zero", {"Range": "bytes=-0"}, GONE),
    ("14.1.1", "an int-range is invalid if its last-pos is less than its first-pos",
     {"Range": "bytes=500-499"}, WHOLE),
    ("14.1.1", "a range-spec that does not match the grammar is invalid", {"Range": "bytes=a-b"}, WHOLE),
    ("14.1.1", "... as a lone hyphen", {"Range": "bytes=-"}, WHOLE),
    ("14.1.1", "... or two of them", {"Range": "bytes=--5"}, WHOLE),
    ("14.1.1", "... or a sign", {"Range": "bytes=+5-6"}, WHOLE),
    ("14.1.1", "... or figures of another script", {"Range": "bytes=٣-٤"}, WHOLE),
    ("14.1.1", "... or no range at all", {"Range": "bytes="}, WHOLE),
    ("14.1.1", "... or no equals sign", {"Range": "bytes 0-5"}, WHOLE),
    ("14.1", "range units are case-insensitive", {"Range": "Bytes=0-4"}, (206, 0, 5)),
    ("5.6.1.2", "a recipient MUST parse and ignore empty list elements", {"Range": "bytes=, 0-4 ,"}, (206, 0, 5)),
    ("14.2", "an origin server MUST ignore a Range with a range unit it does not understand",
     {"Range": "lines=1-2"}, WHOLE),
    ("14.2", "a server MAY ignore the Range header field (here: several ranges)", {"Range": "bytes=0-1,5-6"}, WHOLE),
    ("14.2", "... also many small ones, which are a sign of an attack",
     {"Range": "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 2000, 2))}, WHOLE),
    ("13.1.5", "if the validator given matches, the Range is processed",
     {"Range": "bytes=5-9", "If-Range": '"abc"'}, (206, 5, 10)),
    ("13.1.5", "MUST ignore the Range if the If-Range condition is false",
     {"Range": "bytes=5-9", "If-Range": '"old"'}, WHOLE),
    ("13.1.5", "... which is also evaluated before whether the range is there",
     {"Range": "bytes=99999-", "If-Range": '"old"'}, WHOLE),
    ("13.1.5", "the strong comparison is used: a weak validator never matches",
     {"Range": "bytes=5-9", "If-Range": 'W/"abc"'}, WHOLE),
    ("13.1.5", "a date matches only a Last-Modified, which we do not send",
     {"Range": "bytes=5-9", "If-Range": "Wed, 21 Oct 2026 07:28:00 GMT"}, WHOLE),
    ("13.1.5", "MUST ignore an If-Range in a request without a Range", {"If-Range": '"old"'}, WHOLE),
    ("13.1.1", "If-Match: the condition is true if any of the listed tags match", {"If-Match": '"old", "abc"'}, WHOLE),
    ("13.1.1", "... or if it is *", {"If-Match": "*"}, WHOLE),
    ("13.1.1", "... else MUST NOT perform the method: 412", {"If-Match": '"old"', "Range": "bytes=0-4"}, CHANGED),
    ("13.1.1", "... by the strong comparison", {"If-Match": 'W/"abc"'}, CHANGED),
    ("13.1.2", "If-None-Match: the condition is false if one of the listed tags matches: 304",
     {"If-None-Match": '"old","abc"'}, SAME),
    ("13.1.2", "... by the weak comparison", {"If-None-Match": 'W/"abc"'}, SAME),
    ("13.1.2", "... or if it is *", {"If-None-Match": "*"}, SAME),
    ("13.1.2", "... else the method is performed", {"If-None-Match": '"old"', "Range": "bytes=0-4"}, (206, 0, 5)),
    ("13.2.2", "If-Match comes before If-None-Match", {"If-Match": '"old"', "If-None-Match": '"abc"'}, CHANGED),
    ("13.2.2", "... and both before Range and If-Range",
     {"If-None-Match": '"abc"', "Range": "bytes=5-9", "If-Range": '"abc"'}, SAME),
    ("8.8.3", "a tag may hold a comma", {"If-None-Match": '"a,b", "abc"'}, SAME),
    ("8.8.3", "... and is compared as a whole", {"If-None-Match": '"abc,d"'}, WHOLE),
]  # fmt: skip


def _asked(headers: dict[str, str], method: str = "GET", length: int = LENGTH) -> tuple[int, int, int]:
    said = Message()  # names of headers without regard to case, as a server gives them
    for name, value in headers.items():
        said[name.lower()] = value
    found: Wanted = wanted(method, said, length, TAG)  # type: ignore[arg-type]  # it is read like a mapping
    return found.status, found.start, found.stop


@pytest.mark.parametrize(
    ("headers", "answer"), [row[2:] for row in SENTENCES], ids=[f"{row[0]} {row[1][:60]}" for row in SENTENCES]
)
def test_the_sentence(headers: dict[str, str], answer: tuple[int, int, int]) -> None:
    assert _asked(headers) == answer


@pytest.mark.parametrize("row", [row for row in SENTENCES if "Range" in row[2]], ids=lambda row: row[1][:60])
def test_section_14_2_a_server_must_ignore_a_range_with_any_method_but_get(row) -> None:
    assert _asked(row[2], "HEAD") in (WHOLE, CHANGED, SAME)


@given(st.integers(1, 3000), st.integers(0, 4000), st.integers(0, 4000))
def test_any_range_is_what_slicing_gives(length: int, first: int, last: int) -> None:
    body = bytes(number % 251 for number in range(length))
    status, start, stop = _asked({"Range": f"bytes={first}-{last}"}, length=length)
    there = body[first : last + 1]
    if last < first:
        assert status == 200
    elif there:
        assert status == 206 and body[start:stop] == there
    else:
        assert status == 416
    status, start, stop = _asked({"Range": f"bytes=-{last}"}, length=length)
    assert body[start:stop] == (body[-last:] if last else b"") and status == (206 if last else 416)


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_sent_gets_one_of_five_answers(text: str, other: str) -> None:
    for said in ({"Range": text}, {"Range": f"bytes={text}"}, {"If-Range": text, "Range": "bytes=0-1"},
                 {"If-Match": text}, {"If-None-Match": f'"{other}", {text}'}):  # fmt: skip
        found = wanted("GET", said, LENGTH, TAG)
        assert found.status in (200, 206, 304, 412, 416) and 0 <= found.start <= found.stop <= LENGTH
