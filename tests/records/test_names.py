"""Names as given and as given out: nothing on any system goes wrong because of what a file is called."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.records.names import LONGEST_NAME, clean_name, content_disposition, given_name
from intake.records.sizes import in_words


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("letter.pdf", "letter.pdf"),
        ("Cafe\u0301.pdf", "Café.pdf"),
        ("../../x.pdf", "x.pdf"),
        ("a\\b\\c.pdf", "c.pdf"),
        ("two\nlines\t.pdf", "two lines .pdf"),
        ("\u202egnp.exe", "gnp.exe"),
        ("..", "file"),
        ("", "file"),
        ("\ud800.pdf", ".pdf"),
        ("x" * 300 + ".dcm", "x" * (LONGEST_NAME - 4) + ".dcm"),
    ],
)
def test_a_shown_name_is_the_given_one_without_its_tricks(name: str, shown: str) -> None:
    assert clean_name(name) == shown


@given(st.text(max_size=300))
def test_a_name_that_we_give_out_is_safe_on_every_system(name: str) -> None:
    out = given_name("AB12", 7, name, ".pdf")
    assert out.startswith("AB12-07 ") and out.endswith(".pdf") and len(out) <= 100
    assert not set('<>:"/\\|?*\0\r\n') & set(out)
    assert clean_name(out) == out or not out.isascii()


@given(st.text(st.sampled_from("aé漢🫀ﷺẛ\u0315\u1100\uac01 .-_"), max_size=300))
def test_a_name_that_we_give_out_fits_every_file_system(name: str) -> None:
    out = given_name("RMD7-6TDN-3R93", 123, name, ".docx")
    assert len(out.encode()) <= 255, "Linux"
    assert len(unicodedata.normalize("NFD", out).encode("utf-16-le")) <= 2 * 255, "macOS takes letters apart"
    assert out == out.strip() and not out.endswith(".") and unicodedata.is_normalized("NFC", out)


@pytest.mark.parametrize("name", ["CON", "nul.pdf", "COM1.txt", "aux", "LPT9.", ".htaccess", "-rf", "~", "desktop.ini"])
def test_a_name_that_means_something_to_a_system_means_nothing_when_given_out(name: str) -> None:
    assert given_name("AB12", 1, name, ".pdf").startswith("AB12-01 ")


@given(st.text(max_size=100))
def test_the_header_for_saving_is_one_line_of_ascii(name: str) -> None:
    header = content_disposition(clean_name(name))
    assert header.isascii() and header.isprintable() and header.startswith('attachment; filename="')
    assert header.count('"') == 2


def test_the_header_carries_letters_of_every_language() -> None:
    header = content_disposition('تقرير "x".pdf')
    assert "filename*=UTF-8''%D8%AA" in header and 'filename="_x_.pdf"' in header


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1_234_567, "1.2 MB"), (52_428_800, "52 MB"), (21 * 10**9, "21 GB")],
)
def test_sizes_are_said_as_shops_do(size: int, words: str) -> None:
    assert in_words(size) == words
