"""Every vault: an object is there wholly or not at all, never written over, found again, and gone once destroyed.

The same sentences for the directory and for a real S3 store; what only a directory can promise stands at the end.
"""

import errno
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from intake.errors import NotYours, VaultUnfit
from intake.records.vault import DirectoryVault, Vault, new_object_id, prove

BOTH = pytest.mark.parametrize("vault", ["directory", "store"], indirect=True)


@pytest.fixture
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    if getattr(request, "param", "directory") == "directory":
        return DirectoryVault(tmp_path / "vault")
    return request.getfixturevalue("seaweedfs").vault()


@BOTH
def test_an_object_comes_out_as_it_went_in(vault: Vault) -> None:
    object_id = new_object_id()
    assert vault.put(object_id, [b"one ", b"two ", b"three"]) == 13 == vault.size(object_id)
    assert vault.read(object_id, 4, 3) == b"two"
    with vault.open(object_id) as file:
        assert file.read() == b"one two three"
    assert list(vault.every()) == [object_id]


@BOTH
def test_an_object_as_large_as_a_sealed_part_comes_out_as_it_went_in(vault: Vault) -> None:
    object_id, piece = new_object_id(), bytes(range(256)) * 2048 + b"the seal"
    vault.put(object_id, (piece for _ in range(32)))
    with vault.open(object_id) as file:
        assert all(file.read(len(piece)) == piece for _ in range(32)) and file.read(1) == b""


@BOTH
@pytest.mark.parametrize(
    ("start", "length", "there"),
    [(0, 4, b"0123"), (6, 4, b"6789"), (6, 40, b"6789"), (10, 4, b""), (99, 4, b""), (3, 0, b"")],
)
def test_a_part_of_an_object_is_read_alone(vault: Vault, start: int, length: int, there: bytes) -> None:
    object_id = new_object_id()
    vault.put(object_id, [b"0123456789"])
    assert vault.read(object_id, start, length) == there


@BOTH
def test_an_open_object_can_be_read_from_any_place_and_back(vault: Vault) -> None:
    object_id, body = new_object_id(), bytes(range(250)) * 8
    vault.put(object_id, [body])
    with vault.open(object_id) as file:
        for start, length in ((0, 1), (1, 700), (300, 2), (1990, 50), (5, 1000), (1005, 995), (0, 2000)):
            file.seek(start)
            assert file.read(length) == body[start : start + length]


@BOTH
def test_an_empty_object_is_an_object(vault: Vault) -> None:
    object_id = new_object_id()
    assert vault.put(object_id, []) == 0 == vault.size(object_id)
    assert vault.read(object_id, 0, 10) == b"" and list(vault.every()) == [object_id]


@BOTH
@pytest.mark.parametrize(
    "name", ["", "../../../../etc/passwd", "a" * 31, "A" * 32, "a" * 33, "/" * 32, "a" * 31 + "\n"]
)
def test_only_our_own_ids_name_an_object(vault: Vault, name: str) -> None:
    acts = (vault.begin, lambda bad: vault.put(bad, [b"x"]), vault.open, vault.size, vault.destroy,
            lambda bad: vault.read(bad, 0, 1))  # fmt: skip
    for act in acts:
        with pytest.raises(NotYours):
            act(name)


@BOTH
def test_an_object_is_never_written_over(vault: Vault) -> None:
    object_id = new_object_id()
    vault.put(object_id, [b"first"])
    with pytest.raises(FileExistsError):
        vault.put(object_id, [b"second"])
    assert vault.read(object_id, 0, 9) == b"first"


@BOTH
def test_of_many_who_write_one_object_at_once_one_has_it_and_the_others_are_told(vault: Vault) -> None:
    object_id = new_object_id()

    def write(number: int) -> int | None:
        try:
            vault.put(object_id, [b"writer", bytes([number]) * 20_000])
        except FileExistsError:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        winners = [number for number in pool.map(write, range(8)) if number is not None]
    assert len(winners) == 1
    assert vault.read(object_id, 0, 30_000) == b"writer" + bytes(winners) * 20_000


@BOTH
def test_what_is_not_there_is_said_so_by_every_verb_that_reads(vault: Vault) -> None:
    for act in (vault.open, vault.size, lambda object_id: vault.read(object_id, 0, 1)):
        with pytest.raises(FileNotFoundError):
            act(new_object_id())


@BOTH
def test_what_fails_in_its_middle_leaves_nothing(vault: Vault) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        vault.put(new_object_id(), broken())
    assert list(vault.every()) == []


@BOTH
def test_an_unfinished_object_cannot_be_read_and_leaves_nothing_once_it_is_dropped(vault: Vault) -> None:
    object_id = new_object_id()
    filling = vault.begin(object_id)
    filling.write(b"half")
    with pytest.raises(FileNotFoundError):
        vault.open(object_id)
    assert set(vault.every()) <= {object_id}, "a directory shows it to the sweep"
    vault.destroy(object_id)
    vault.destroy(object_id)
    filling.drop()
    filling.drop()
    assert list(vault.every()) == []


@BOTH
def test_an_object_can_be_dropped_and_destroyed_after_it_was_kept(vault: Vault) -> None:
    filling = vault.begin(object_id := new_object_id())
    filling.write(memoryview(b"whole"))
    filling.keep()
    filling.drop()
    assert vault.read(object_id, 0, 9) == b"whole"
    vault.destroy(object_id)
    assert list(vault.every()) == []


@BOTH
def test_a_vault_that_keeps_its_promise_is_proved_and_nothing_is_left(vault: Vault) -> None:
    prove(vault)
    assert list(vault.every()) == []


def test_only_the_owner_may_open_what_is_in_it(vault: Vault, tmp_path: Path) -> None:
    object_id = new_object_id()
    vault.put(object_id, [b"x"])
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "vault").rglob("*")}
    assert sorted(modes.values()) == [0o600, 0o700]
    assert stat.S_IMODE((tmp_path / "vault").stat().st_mode) == 0o700


def test_a_directory_that_leads_elsewhere_is_refused(vault: Vault, tmp_path: Path) -> None:
    object_id = new_object_id()
    (tmp_path / "vault").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "vault" / object_id[:2]).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotYours):
        vault.put(object_id, [b"x"])


def test_an_unfinished_file_is_listed_for_the_sweep(vault: Vault) -> None:
    filling = vault.begin(object_id := new_object_id())
    filling.write(b"half")
    assert list(vault.every()) == [object_id]
    filling.drop()


def test_the_free_room_is_known_before_the_directory_exists(vault: Vault) -> None:
    assert (vault.free_bytes() or 0) > 0
    vault.need_answer()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_directory_that_nothing_can_be_written_to_is_unfit(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(object_id: str) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(vault, "begin", refuse)
    with pytest.raises(VaultUnfit) as told:
        prove(vault)
    assert "INTAKE_VAULT" in str(told.value)


def test_a_vault_that_lets_objects_be_written_over_is_unfit(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = vault.put

    def forgetful(object_id: str, chunks: list[bytes]) -> int:
        vault.destroy(object_id)
        return real(object_id, chunks)

    monkeypatch.setattr(vault, "put", forgetful)
    with pytest.raises(VaultUnfit, match="conditional writes"):
        prove(vault)
    assert list(vault.every()) == []


def test_a_vault_that_keeps_what_should_go_is_unfit(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "destroy", lambda object_id: None)
    with pytest.raises(VaultUnfit, match="permission to delete"):
        prove(vault)
