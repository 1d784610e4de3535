"""Passwords with a code: what is kept, what comes in once, and that every refusal is the same."""

import base64
from datetime import timedelta

import pytest
from sqlalchemy import select

from intake import journal
from intake.desk import coordinators, passwords
from intake.desk.coordinators import State
from intake.errors import AccountClosed, SignInRefused

GOOD, EMAIL = "four chance words: teapot", "ines@clinic.example"
SECRET = b"12345678901234567890"


@pytest.fixture(autouse=True)
def cheap(request, monkeypatch):
    """Tests hash at a cost of nothing but for the one that says otherwise."""
    if "true_cost" not in request.fixturenames:
        monkeypatch.setattr(passwords, "LOG_COST", 4)


@pytest.fixture
def true_cost() -> None:
    """Hash at the cost of production."""


@pytest.fixture
def ines(database, keys, ring, now):
    with database.transaction() as tx:
        who = coordinators.invite(tx, keys, ring, "Ines Probefall", EMAIL, "en", now)
        passwords.keep(tx, keys, who.id, passwords.hash_password(GOOD), SECRET, 0, now)
    return who


def sign_in(database, keys, ring, now, *, email=EMAIL, password=GOOD, code=None):
    code = passwords.code_of(SECRET, now) if code is None else code
    return passwords.sign_in(database, keys, ring, email, password, code, now)


def test_the_hash_is_scrypt_at_the_cost_that_is_asked_for(true_cost) -> None:
    hashed = passwords.hash_password(GOOD)
    assert hashed.startswith("17$") and passwords.BLOCK == 8
    assert passwords.hash_matches(GOOD, hashed) and not passwords.hash_matches(GOOD + " ", hashed)


def test_two_hashes_of_one_password_differ() -> None:
    assert passwords.hash_password(GOOD) != passwords.hash_password(GOOD)


def test_codes_are_those_of_the_standard(now) -> None:
    """The example of RFC 6238, appendix B, cut to six digits."""
    moment = now.fromtimestamp(1111111109, tz=now.tzinfo)
    assert passwords.code_of(SECRET, moment) == "081804"
    assert passwords.step_of(SECRET, "081 804", moment) == 1111111109 // 30


def test_a_code_counts_for_its_half_minute_and_ten_seconds(now) -> None:
    begin = now.replace(second=0)
    code = passwords.code_of(SECRET, begin)
    counts = {s: passwords.step_of(SECRET, code, begin + timedelta(seconds=s)) for s in (-11, -10, 0, 29, 39, 40)}
    assert [second for second, step in counts.items() if step is not None] == [-10, 0, 29, 39]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\ud800", "١٢٣٤٥٦", "0 0 0 0 0 0 0"])
def test_what_is_no_code_is_none(now, code) -> None:
    assert passwords.step_of(SECRET, code, now) is None


def test_the_key_is_typed_in_groups_or_opened_by_a_link() -> None:
    typed = passwords.as_typed(SECRET)
    assert base64.b32decode(typed.replace(" ", "")) == SECRET
    assert passwords.as_link(SECRET, EMAIL, "Our desk").startswith("otpauth://totp/Our%20desk:ines%40clinic.example?")


def test_address_password_and_code_sign_in_and_enrol(database, keys, ring, ines, now) -> None:
    assert sign_in(database, keys, ring, now, email=" Ines@CLINIC.example") == ines.id
    with database.read() as tx:
        assert coordinators.get(tx, keys, ines.id).state is State.ENROLLED
        assert passwords.has_one(tx, ines.id)


def test_a_code_serves_once(database, keys, ring, ines, now) -> None:
    sign_in(database, keys, ring, now)
    with pytest.raises(SignInRefused):
        sign_in(database, keys, ring, now)
    sign_in(database, keys, ring, now + timedelta(seconds=30))


@pytest.mark.parametrize("wrong", [{"email": "nobody@clinic.example"}, {"password": GOOD + "."}, {"code": "000000"},
                                   {"password": GOOD[:-1]}, {"password": ""}, {"email": ""}])  # fmt: skip
def test_whatever_is_wrong_is_refused_alike_and_journalled(database, keys, ring, ines, now, wrong) -> None:
    with pytest.raises(SignInRefused):
        sign_in(database, keys, ring, now, **wrong)
    with database.read() as tx:
        last = tx.all(select(journal.journal).order_by(journal.journal.c.number))[-1]
    assert (last.event, last.facts) == ("coordinator.refused", '{"reason":"password"}')


def test_many_wrong_tries_lock_nobody_out(database, keys, ring, ines, now) -> None:
    for _ in range(100):
        with pytest.raises(SignInRefused):
            sign_in(database, keys, ring, now, password="wrong")
    assert sign_in(database, keys, ring, now) == ines.id


def test_a_closed_account_signs_in_no_more_and_keeps_no_password(database, keys, ring, ines, now) -> None:
    with database.transaction() as tx:
        coordinators.close_account(tx, ines.id, now)
    with pytest.raises(SignInRefused):
        sign_in(database, keys, ring, now)
    with database.transaction() as tx, pytest.raises(AccountClosed):
        passwords.keep(tx, keys, ines.id, "x", SECRET, 0, now)


def test_who_is_signed_in_proves_it_with_password_and_an_unused_code(database, keys, ines, now) -> None:
    code = passwords.code_of(SECRET, now)
    for password, typed in (("wrong", code), (GOOD, "000000"), (GOOD, "")):
        with pytest.raises(SignInRefused):
            passwords.prove(database, keys, ines.id, password, typed, now)
    passwords.prove(database, keys, ines.id, GOOD, code, now)
    with pytest.raises(SignInRefused):
        passwords.prove(database, keys, ines.id, GOOD, code, now)
    with database.read() as tx:
        told = [row.event for row in tx.all(select(journal.journal).order_by(journal.journal.c.number))]
    assert told.count("coordinator.proved") == 1 and told.count("coordinator.refused") == 4


def test_another_password_leaves_the_secret_and_the_used_codes(database, keys, ring, ines, now) -> None:
    new = "another four chance words"
    passwords.prove(database, keys, ines.id, GOOD, passwords.code_of(SECRET, now), now)
    with database.transaction() as tx:
        passwords.change(tx, keys, ines.id, passwords.hash_password(new), now)
    later = now + timedelta(seconds=30)
    for moment, password in ((now, new), (later, GOOD)):
        with pytest.raises(SignInRefused):
            sign_in(database, keys, ring, moment, password=password)
    assert sign_in(database, keys, ring, later, password=new) == ines.id


def test_another_app_takes_the_place_of_the_one_before(database, keys, ring, ines, now) -> None:
    other = b"another secret bytes"
    step = passwords.step_of(other, passwords.code_of(other, now), now)
    with database.transaction() as tx:
        passwords.change_secret(tx, keys, ines.id, other, step, now)
    later = now + timedelta(seconds=30)
    for code in (passwords.code_of(SECRET, later), passwords.code_of(other, now)):
        with pytest.raises(SignInRefused):
            sign_in(database, keys, ring, later, code=code)
    assert sign_in(database, keys, ring, later, code=passwords.code_of(other, later)) == ines.id


def test_one_password_typed_on_two_keyboards_is_one_and_a_blank_at_its_end_counts() -> None:
    hashed = passwords.hash_password("caf\u00e9 con leche, por favor")
    assert passwords.hash_matches("cafe\u0301 con leche, por favor", hashed)
    assert not passwords.hash_matches("caf\u00e9 con leche, por favor ", hashed)
    assert not passwords.hash_matches("cafe con leche, por favor", hashed)


def test_password_and_secret_are_sealed(database, ines) -> None:
    with database.read() as tx:
        row = tx.one_or_none(select(passwords.passwords))
    assert b"hash" not in row.kept and base64.b64encode(SECRET) not in row.kept


def test_the_secret_of_a_page_is_the_same_for_its_session_and_another_for_each(ring) -> None:
    assert passwords.secret_for(ring, "a") == passwords.secret_for(ring, "a") != passwords.secret_for(ring, "b")
    assert len(passwords.secret_for(ring, "a")) == 20
