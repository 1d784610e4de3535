"""A token is ours to the last byte, or it is nothing."""

import hashlib
import itertools
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer

from intake.errors import LinkForged
from intake.links.tokens import Pointer, Purpose, Tokens

SECRETS = [bytes(range(32)), bytes(range(32, 64))]
HOST = "opinion.example.org"
GRANT = "g" * 43
TOKENS = Tokens(SECRETS, HOST)
TOKEN = TOKENS.sign(Purpose.CASE, GRANT, 3)
LETTERS = "ABab09-_."
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.parametrize("purpose", Purpose)
def test_what_was_signed_can_be_read(purpose: Purpose) -> None:
    assert TOKENS.read(TOKENS.sign(purpose, GRANT, 7)) == Pointer(purpose, GRANT, 7)


def test_a_token_fits_in_an_address_as_it_is() -> None:
    assert set(TOKEN) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert len(TOKEN) < 120


def test_every_changed_byte_is_noticed() -> None:
    for place, letter in itertools.product(range(len(TOKEN)), LETTERS):
        altered = TOKEN[:place] + letter + TOKEN[place + 1 :]
        if altered == TOKEN:
            continue
        with pytest.raises(LinkForged):
            TOKENS.read(altered)


def test_the_last_letter_has_one_spelling_alone() -> None:
    """43 letters of base64 hold two bits more than a SHA-256: four spellings would decode to the same."""
    for letter in set(ALPHABET) - {TOKEN[-1]}:
        with pytest.raises(LinkForged):
            TOKENS.read(TOKEN[:-1] + letter)


def test_every_cut_and_every_addition_is_noticed() -> None:
    for length in range(len(TOKEN)):
        with pytest.raises(LinkForged):
            TOKENS.read(TOKEN[:length])
    for letter in [*LETTERS, "=", "\n", " ", "%2E", "/"]:
        with pytest.raises(LinkForged):
            TOKENS.read(TOKEN + letter)
        with pytest.raises(LinkForged):
            TOKENS.read(letter + TOKEN)


@pytest.mark.parametrize(("mine", "other"), [*itertools.permutations(Purpose, 2)])
def test_a_token_of_one_purpose_never_passes_for_another(mine: Purpose, other: Purpose) -> None:
    token = TOKENS.sign(mine, GRANT, 1)
    with pytest.raises(LinkForged):
        TOKENS.read(token.replace(mine.value, other.value, 1))


def test_a_token_of_another_installation_is_refused() -> None:
    with pytest.raises(LinkForged):
        Tokens(SECRETS, "opinion.example.com").read(TOKEN)


def test_a_token_of_a_stranger_is_refused() -> None:
    with pytest.raises(LinkForged):
        Tokens([os.urandom(32)], HOST).read(TOKEN)


@pytest.mark.parametrize("digest", [hashlib.sha1, hashlib.sha512])
@pytest.mark.parametrize("derivation", ["hmac", "django-concat", "none"])
def test_a_signature_made_in_another_way_is_refused(digest: object, derivation: str) -> None:
    salt = f"intake.link.{HOST}.case"
    signer = Signer(SECRETS, salt=salt, key_derivation=derivation, digest_method=digest)
    with pytest.raises(LinkForged):
        TOKENS.read(signer.sign(f"case.{GRANT}.3").decode())


def test_a_signature_with_another_derivation_of_the_same_digest_is_refused() -> None:
    signer = Signer(
        SECRETS, salt=f"intake.link.{HOST}.case", key_derivation="django-concat", digest_method=hashlib.sha256
    )
    with pytest.raises(LinkForged):
        TOKENS.read(signer.sign(f"case.{GRANT}.3").decode())


def test_an_old_link_still_works_after_rotation_and_new_ones_are_signed_with_the_newest() -> None:
    rotated = Tokens([*SECRETS, os.urandom(32)], HOST)
    assert rotated.read(TOKEN) == Pointer(Purpose.CASE, GRANT, 3)
    assert rotated.sign(Purpose.CASE, GRANT, 3) != TOKEN
    with pytest.raises(LinkForged):
        TOKENS.read(rotated.sign(Purpose.CASE, GRANT, 3))


def test_a_link_ends_with_the_secret_that_signed_it() -> None:
    with pytest.raises(LinkForged):
        Tokens([os.urandom(32)], HOST).read(Tokens([SECRETS[0]], HOST).sign(Purpose.CASE, GRANT, 1))


@given(st.text(max_size=200))
def test_any_text_is_refused_in_the_same_way(text: str) -> None:
    with pytest.raises(LinkForged):
        TOKENS.read(text)


@given(st.sampled_from(list(Purpose)), st.from_regex(r"\A[A-Za-z0-9_-]{43}\Z"), st.integers(1, 999_999))
def test_any_pointer_comes_back(purpose: Purpose, grant_id: str, generation: int) -> None:
    assert TOKENS.read(TOKENS.sign(purpose, grant_id, generation)) == Pointer(purpose, grant_id, generation)
