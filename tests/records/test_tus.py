"""The protocol's headers, read from anybody: what follows it is understood, what does not is refused by name."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intake.errors import HeaderWrong, MediaTypeWrong, ProtocolUnsupported
from intake.records import tus
from intake.records.names import LONGEST_NAME

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=","), min_size=1, max_size=20)


@given(st.dictionaries(KEYS, st.binary(max_size=40), max_size=6))
def test_metadata_that_follows_the_protocol_is_read_as_it_was_meant(said: dict[str, bytes]) -> None:
    text = ",".join(f"{key} {base64.b64encode(value).decode()}" if value else key for key, value in said.items())
    assert tus.read_metadata(text) == said


@given(st.text(max_size=200))
@example("filename \x00")
@example("a b")
@example(" ")
def test_any_other_metadata_is_read_or_refused_by_name_and_nothing_else(text: str) -> None:
    try:
        about = tus.about_of({"Upload-Metadata": text})
    except HeaderWrong as refused:
        assert refused.values == {"header": "Upload-Metadata"}
    else:
        assert about.metadata == text


@given(st.binary(max_size=400), st.binary(max_size=60), st.binary(max_size=80))
def test_whatever_a_file_is_called_its_shown_name_is_harmless(name: bytes, kind: bytes, print_: bytes) -> None:
    pairs = (("filename", name), ("filetype", kind), ("fingerprint", print_))
    text = ",".join(f"{key} {base64.b64encode(value).decode()}" for key, value in pairs)
    about = tus.about_of({"Upload-Metadata": text})
    assert 0 < len(about.name) <= LONGEST_NAME and about.name.isprintable()
    assert not {"/", "\\", "\u202e", "\u200b"} & set(about.name) and about.name not in (".", "..")
    assert about.claimed_type == "" or "/" in about.claimed_type
    assert about.fingerprint == "" or len(about.fingerprint) == 64


@given(st.text(max_size=30))
@example("١٢")
@example("1" * 19)
def test_numbers_are_plain_digits_or_refused(text: str) -> None:
    for read, header in ((tus.length_of, "Upload-Length"), (tus.offset_of, "Upload-Offset")):
        plain = text.isascii() and text.isdigit() and len(text) <= 18
        if plain:
            assert read({header: text}) == int(text)
        else:
            with pytest.raises(HeaderWrong) as refused:
                read({header: text})
            assert refused.value.values == {"header": header}


def test_every_request_must_speak_our_version() -> None:
    tus.need_version({"Tus-Resumable": "1.0.0"})
    for said in ({}, {"Tus-Resumable": "1.0"}, {"Tus-Resumable": "1.0.0, 0.2.2"}):
        with pytest.raises(ProtocolUnsupported):
            tus.need_version(said)


def test_bytes_come_as_the_protocols_own_media_type() -> None:
    tus.need_offset_type({"Content-Type": "application/offset+octet-stream"})
    tus.need_offset_type({"Content-Type": "Application/Offset+Octet-Stream; charset=x"})
    for said in ({}, {"Content-Type": "application/octet-stream"}):
        with pytest.raises(MediaTypeWrong):
            tus.need_offset_type(said)


def test_the_answer_says_where_an_upload_stands_and_until_when() -> None:
    until = datetime(2026, 3, 17, 12, 0, tzinfo=timezone(timedelta(hours=3)))
    assert tus.standing(5, 10, until) == {
        "Tus-Resumable": "1.0.0", "Cache-Control": "no-store", "Upload-Offset": "5", "Upload-Length": "10",
        "Upload-Expires": "Tue, 17 Mar 2026 09:00:00 GMT",
    }  # fmt: skip
    assert tus.standing(None, None, until.astimezone(UTC))["Upload-Expires"].endswith("GMT")
