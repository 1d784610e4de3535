"""The vault: wholly there or not at all, for its owner's eyes only, and never outside its own directory."""

import stat
from pathlib import Path

import pytest

from intake.errors import NotYours
from intake.records.vault import Vault, new_object_id


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


def test_an_object_comes_out_as_it_went_in(vault: Vault) -> None:
    object_id = new_object_id()
    assert vault.put(object_id, [b"one ", b"two ", b"three"]) == 13 == vault.size(object_id)
    assert vault.read(object_id, 4, 3) == b"two"
    with vault.open(object_id) as file:
        assert file.read() == b"one two three"
    assert list(vault.every()) == [object_id]


def test_only_the_owner_may_open_what_is_in_it(vault: Vault, tmp_path: Path) -> None:
    object_id = new_object_id()
    vault.put(object_id, [b"x"])
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "vault").rglob("*")}
    assert sorted(modes.values()) == [0o600, 0o700]
    assert stat.S_IMODE((tmp_path / "vault").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name", ["", "../../../../etc/passwd", "a" * 31, "A" * 32, "a" * 33, "/" * 32, "a" * 31 + "\n"]
)
def test_only_our_own_ids_name_an_object(vault: Vault, name: str) -> None:
    for act in (lambda: vault.put(name, [b"x"]), lambda: vault.open(name), lambda: vault.destroy(name)):
        with pytest.raises(NotYours):
            act()


def test_a_directory_that_leads_elsewhere_is_refused(vault: Vault, tmp_path: Path) -> None:
    object_id = new_object_id()
    (tmp_path / "vault").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "vault" / object_id[:2]).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotYours):
        vault.put(object_id, [b"x"])


def test_an_object_is_never_written_over(vault: Vault) -> None:
    object_id = new_object_id()
    vault.put(object_id, [b"first"])
    with pytest.raises(FileExistsError):
        vault.put(object_id, [b"second"])
    assert vault.read(object_id, 0, 9) == b"first"


def test_what_fails_in_its_middle_leaves_nothing(vault: Vault) -> None:
    def broken():
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        vault.put(new_object_id(), broken())
    assert list(vault.every()) == []


def test_an_unfinished_object_is_listed_for_the_sweep_and_can_be_destroyed(vault: Vault) -> None:
    object_id = new_object_id()
    filling = vault.begin(object_id)
    filling.write(b"half")
    assert list(vault.every()) == [object_id]
    with pytest.raises(FileNotFoundError):
        vault.open(object_id)
    vault.destroy(object_id)
    vault.destroy(object_id)
    filling.drop()
    assert list(vault.every()) == []


def test_the_free_room_is_known_before_the_vault_exists(vault: Vault) -> None:
    assert vault.free_bytes() > 0
