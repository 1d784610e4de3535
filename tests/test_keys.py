"""Sealing, the key ring, and one key an owner."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from intake.db import Database
from intake.errors import KeyGone, KeyRingUnfit, SealBroken
from intake.keys import (
    OVERHEAD_BYTES,
    KeyRing,
    KeyStore,
    context,
    open_json,
    open_sealed,
    seal,
    seal_json,
    wrapped_keys,
)

KEY = bytes(range(32))
HERE = context("drafts", "row-1", "answers")


@given(st.binary(max_size=2000))
def test_what_was_sealed_can_be_opened(plaintext: bytes) -> None:
    sealed = seal(KEY, plaintext, HERE)
    assert open_sealed(KEY, sealed, HERE) == plaintext
    assert len(sealed) == len(plaintext) + OVERHEAD_BYTES


def test_json_comes_back_as_it_was() -> None:
    value = {"name": "Zoë Örnek", "numbers": [1, 2.5, None], "yes": True}
    assert open_json(KEY, seal_json(KEY, value, HERE), HERE) == value


def test_the_same_words_are_never_sealed_the_same() -> None:
    assert len({seal(KEY, b"the same words", HERE) for _ in range(200)}) == 200


def test_the_words_do_not_show() -> None:
    assert b"hepatic" not in seal(KEY, b"hepatic lesion", HERE)


def test_every_flipped_bit_is_noticed() -> None:
    sealed = seal(KEY, b"a short answer", HERE)
    for place in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[place // 8] ^= 1 << (place % 8)
        with pytest.raises(SealBroken):
            open_sealed(KEY, bytes(altered), HERE)


def test_every_cut_is_noticed() -> None:
    sealed = seal(KEY, b"a short answer", HERE)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            open_sealed(KEY, sealed[:length], HERE)
    with pytest.raises(SealBroken):
        open_sealed(KEY, sealed + b"\0", HERE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        context("drafts", "row-2", "answers"),
        context("drafts", "row-1", "language"),
        context("cases", "row-1", "answers"),
        context("drafts", "row-1", "answers", ""),
        b"",
    ],
)
def test_sealed_words_cannot_be_moved(elsewhere: bytes) -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEY, seal(KEY, b"mine", HERE), elsewhere)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        open_sealed(bytes(32), seal(KEY, b"mine", HERE), HERE)


@given(st.lists(st.text(max_size=8), max_size=4), st.lists(st.text(max_size=8), max_size=4))
def test_two_places_never_look_alike(one: list[str], other: list[str]) -> None:
    assert (context(*one) == context(*other)) == (one == other)


# -- The ring ----------------------------------------------------------------------------------------------------


def test_a_new_ring_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "key-ring.json"
    KeyRing.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


def test_a_new_ring_is_for_its_owner_alone_under_any_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        KeyRing.create(tmp_path / "ring.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "ring.json").stat().st_mode) == 0o600


def test_a_ring_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    KeyRing.create(path)
    written = path.read_bytes()
    with pytest.raises(FileExistsError):
        KeyRing.create(path)
    assert path.read_bytes() == written


def test_a_ring_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = KeyRing.create(tmp_path / "ring.json")
    assert KeyRing.load(tmp_path / "ring.json") == made


def test_two_rings_share_nothing(tmp_path: Path) -> None:
    one, other = KeyRing.create(tmp_path / "one.json"), KeyRing.create(tmp_path / "other.json")
    assert not set(one.wrapping.values()) & set(other.wrapping.values())
    assert one.secret("csrf") != other.secret("csrf")
    assert one.hash("email", "a@example.org") != other.hash("email", "a@example.org")


def test_a_ring_with_a_short_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    KeyRing.create(path)
    ring = json.loads(path.read_text())
    ring["hashing"] = "c2hvcnQ="
    path.write_text(json.dumps(ring))
    with pytest.raises(KeyRingUnfit, match="is not a key ring"):
        KeyRing.load(path)


def test_the_ring_does_not_show_its_keys(ring: KeyRing) -> None:
    shown = repr(ring)
    assert not [key for key in [*ring.wrapping.values(), *ring.signing, ring.hashing] if repr(key) in shown]


def test_each_purpose_has_a_secret_of_its_own(ring: KeyRing) -> None:
    secrets = {ring.secret("csrf"), ring.secret("visit"), ring.signing_secrets()[-1], ring.hashing, *ring.signing}
    assert len(secrets) == 5
    assert ring.secret("csrf") == ring.secret("csrf")


def test_a_hash_is_stable_and_survives_new_signing_and_wrapping_keys(ring: KeyRing) -> None:
    rotated = replace(ring, wrapping=ring.wrapping | {"newer": os.urandom(32)}, signing=(*ring.signing, os.urandom(32)))
    assert rotated.hash("email", "a@example.org") == ring.hash("email", "a@example.org")
    assert len(ring.hash("email", "a@example.org")) == 64


def test_a_hash_of_one_kind_says_nothing_about_another(ring: KeyRing) -> None:
    assert ring.hash("email", "pt") != ring.hash("country", "pt")


# -- The store ---------------------------------------------------------------------------------------------------


def test_a_key_is_made_once_and_found_again(keys: KeyStore) -> None:
    made = keys.make("case:1")
    assert keys.get("case:1") == made
    assert keys.make("case:2") != made


def test_a_key_lies_wrapped_in_the_store(keys: KeyStore, var: Path) -> None:
    made = keys.make("case:1")
    keys.database.dispose()
    assert not [path for path in var.iterdir() if made in path.read_bytes()]


def test_a_destroyed_key_is_gone(keys: KeyStore) -> None:
    keys.make("case:1")
    kept = keys.make("case:2")
    keys.destroy("case:1")
    with pytest.raises(KeyGone):
        keys.get("case:1")
    assert keys.get("case:2") == kept


def test_destroying_what_is_not_there_is_harmless(keys: KeyStore) -> None:
    keys.destroy("case:never")


def test_a_key_that_was_never_made_is_gone(keys: KeyStore) -> None:
    with pytest.raises(KeyGone):
        keys.get("case:never")


def test_a_key_survives_its_process(keys: KeyStore) -> None:
    made = keys.make("case:1")
    again = KeyStore(Database(str(keys.database.url)), keys.ring)
    assert again.get("case:1") == made
    again.database.dispose()


def test_a_wrapped_key_cannot_serve_another_owner(keys: KeyStore) -> None:
    keys.make("case:1")
    keys.make("case:2")
    with keys.database.transaction() as tx:
        wrapped = tx.scalar(select(wrapped_keys.c.wrapped).where(wrapped_keys.c.owner == "case:1"))
        tx.execute(wrapped_keys.update().where(wrapped_keys.c.owner == "case:2").values(wrapped=wrapped))
    with pytest.raises(SealBroken):
        keys.get("case:2")


def test_rotation_wraps_every_key_anew_and_changes_none(keys: KeyStore) -> None:
    before = {owner: keys.make(owner) for owner in ("case:1", "draft:1", "letter:1")}
    rotated = replace(keys.ring, wrapping=keys.ring.wrapping | {"newer": os.urandom(32)})
    store = KeyStore(keys.database, rotated)
    late = store.make("case:2")
    assert store.rewrap() == 3
    assert store.rewrap() == 0
    only_newest = replace(rotated, wrapping={rotated.newest: rotated.wrapping[rotated.newest]})
    after = KeyStore(keys.database, only_newest)
    assert {owner: after.get(owner) for owner in before} == before
    assert after.get("case:2") == late


def test_without_its_wrapping_key_a_key_cannot_be_opened_and_is_not_called_gone(keys: KeyStore) -> None:
    keys.make("case:1")
    other = KeyStore(keys.database, replace(keys.ring, wrapping={"newer": os.urandom(32)}))
    with pytest.raises(KeyRingUnfit):
        other.get("case:1")
