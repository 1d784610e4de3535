"""Bytes of unknown length, set aside: sealed, readable once, and gone afterwards."""

from pathlib import Path

import pytest

from intake.records.staging import Staged
from intake.records.vault import DirectoryVault
from tests.records.bench import some_bytes


@pytest.mark.parametrize("length", [0, 1, 512 * 1024, 1_300_000])
def test_what_was_set_aside_is_read_again_and_then_gone(tmp_path: Path, length: int) -> None:
    vault, body = DirectoryVault(tmp_path / "vault"), some_bytes(length)
    staged = Staged(vault, "letter.pdf")
    for first in range(0, length, 100_000):
        staged.write(body[first : first + 100_000])
    staged.finish()
    assert (staged.length, b"".join(staged)) == (length, body)
    staged.discard()
    staged.discard()
    assert list(vault.every()) == []


def test_nothing_plain_lies_on_the_disk_meanwhile(tmp_path: Path) -> None:
    staged = Staged(DirectoryVault(tmp_path / "vault"), "letter.pdf")
    staged.write(b"a planted sentence " * 50_000)
    staged.finish()
    assert all(b"planted" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    staged.discard()
