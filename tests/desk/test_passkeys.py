"""Passkeys: what signs in, and everything that does not."""

import copy
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from intake import journal
from intake.desk import coordinators, passkeys, store
from intake.desk.coordinators import State
from intake.desk.passkeys import RelyingParty
from intake.errors import AccountClosed, LastPasskey, NotYours, PasskeyRefused
from tests.desk.authenticator import Authenticator, b64, unb64

RP = RelyingParty.of("https://opinion.example.org", "Second opinion")


@pytest.fixture
def ines(database, keys, ring, now):
    with database.transaction() as tx:
        return coordinators.invite(tx, keys, ring, "Ines Probefall", "ines@clinic.example", "en", now)


@pytest.fixture
def device():
    return Authenticator(RP.origin)


def ask_to_enrol(database, who, now, session="session"):
    with database.transaction() as tx:
        return passkeys.begin_enrolment(tx, RP, who, session, now)


def enrol(database, keys, who, device, now, session="session", name=""):
    answer = device.make(ask_to_enrol(database, who, now, session))
    return passkeys.finish_enrolment(database, keys, RP, who.id, session, answer, now, name=name)


def ask_to_sign_in(database, now, visit="visit"):
    with database.transaction() as tx:
        return passkeys.begin_sign_in(tx, RP, visit, now)


def sign_in(database, device, now, visit="visit"):
    return passkeys.finish_sign_in(database, RP, visit, device.sign(ask_to_sign_in(database, now, visit)), now)


def events(database):
    with database.read() as tx:
        rows = tx.all(select(journal.journal).order_by(journal.journal.c.number))
    return [(row.event, row.actor, json.loads(row.facts).get("reason")) for row in rows]


def altered(answer, **changes):
    """The answer with other client data: what a page of somebody else's would send."""
    changed = copy.deepcopy(answer)
    said = json.loads(unb64(changed["response"]["clientDataJSON"])) | changes
    changed["response"]["clientDataJSON"] = b64(json.dumps(said).encode())
    return changed


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("https://opinion.example.org", ("opinion.example.org", "https://opinion.example.org")),
        ("https://opinion.example.org:443/", ("opinion.example.org", "https://opinion.example.org")),
        ("https://Opinion.example.org:8443/x", ("opinion.example.org", "https://opinion.example.org:8443")),
    ],
)
def test_the_relying_party_is_the_host_and_the_origin_what_a_browser_says(base_url, expected):
    rp = RelyingParty.of(base_url, "x")
    assert (rp.id, rp.origin) == expected


def test_the_browser_is_asked_for_a_discoverable_passkey_of_a_checked_holder(database, ines, now):
    asked = json.loads(ask_to_enrol(database, ines, now))
    assert asked["rp"] == {"id": "opinion.example.org", "name": "Second opinion"}
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    wanted = json.loads(ask_to_sign_in(database, now))
    assert wanted["userVerification"] == "required" and not wanted["allowCredentials"]


def test_a_new_passkey_enrols_the_account_and_signs_in(database, keys, ines, device, now):
    enrol(database, keys, ines, device, now, name="Office")
    assert sign_in(database, device, now) == ines.id
    with database.read() as tx:
        assert coordinators.get(tx, keys, ines.id).state is State.ENROLLED
        (mine,) = store.named(tx, keys, ines.id)
    assert (mine.name, mine.transports, mine.last_used_at) == ("Office", ("internal",), now)
    who = f"coordinator:{ines.id}"
    assert events(database)[1:] == [("coordinator.enrolled", who, None), ("coordinator.signed_in", who, None)]


def test_a_second_passkey_is_asked_for_without_the_first(database, keys, ines, device, now):
    first = enrol(database, keys, ines, device, now)
    asked = json.loads(ask_to_enrol(database, ines, now))
    assert [one["id"] for one in asked["excludeCredentials"]] == [first]


@pytest.mark.parametrize("change", [{"challenge": b64(bytes(64))}, {"origin": "https://opinion.example.com"}])
def test_an_enrolment_for_another_challenge_or_place_is_refused(database, keys, ines, device, now, change):
    answer = altered(device.make(ask_to_enrol(database, ines, now)), **change)
    with pytest.raises(PasskeyRefused):
        passkeys.finish_enrolment(database, keys, RP, ines.id, "session", answer, now)
    assert events(database)[-1] == ("coordinator.refused", f"coordinator:{ines.id}", "answer")
    with database.read() as tx:
        assert coordinators.get(tx, keys, ines.id).state is State.INVITED


def test_an_enrolment_needs_a_device_that_checks_its_holder(database, keys, ines, now):
    with pytest.raises(PasskeyRefused):
        enrol(database, keys, ines, Authenticator(RP.origin, verifies=False), now)


def test_an_enrolment_serves_the_session_that_asked_and_no_other(database, keys, ines, device, now):
    answer = device.make(ask_to_enrol(database, ines, now, "session"))
    with pytest.raises(PasskeyRefused):
        passkeys.finish_enrolment(database, keys, RP, ines.id, "another session", answer, now)


def test_a_passkey_that_is_known_already_is_refused(database, keys, ring, ines, device, now):
    enrol(database, keys, ines, device, now)
    with database.transaction() as tx:
        other = coordinators.invite(tx, keys, ring, "Other", "other@clinic.example", "en", now)
    with pytest.raises(PasskeyRefused):
        enrol(database, keys, other, device, now)
    assert events(database)[-1] == ("coordinator.refused", f"coordinator:{other.id}", "known")


def test_a_closed_account_makes_no_passkey(database, keys, ines, device, now):
    answer = device.make(ask_to_enrol(database, ines, now))
    with database.transaction() as tx:
        coordinators.close_account(tx, ines.id, now)
    with pytest.raises(AccountClosed):
        passkeys.finish_enrolment(database, keys, RP, ines.id, "session", answer, now)


@pytest.mark.parametrize("change", [{"challenge": b64(bytes(64))}, {"origin": "https://opinion.example.com"}])
def test_a_sign_in_for_another_challenge_or_place_is_refused(database, keys, ines, device, now, change):
    enrol(database, keys, ines, device, now)
    asked = json.loads(ask_to_sign_in(database, now))
    if "origin" in change:
        device.origin = change["origin"]  # signed by the right device, on the wrong page
    answer = device.sign(asked | {key: value for key, value in change.items() if key == "challenge"})
    with pytest.raises(PasskeyRefused):
        passkeys.finish_sign_in(database, RP, "visit", answer, now)
    assert events(database)[-1] == ("coordinator.refused", f"coordinator:{ines.id}", "answer")


def test_an_answer_is_good_once(database, keys, ines, device, now):
    enrol(database, keys, ines, device, now)
    answer = device.sign(ask_to_sign_in(database, now))
    assert passkeys.finish_sign_in(database, RP, "visit", answer, now) == ines.id
    with pytest.raises(PasskeyRefused):
        passkeys.finish_sign_in(database, RP, "visit", answer, now)
    assert events(database)[-1] == ("coordinator.refused", f"coordinator:{ines.id}", "challenge")


def test_a_wrong_answer_uses_the_challenge_up(database, keys, ines, device, now):
    enrol(database, keys, ines, device, now)
    asked = ask_to_sign_in(database, now)
    right = device.sign(asked)
    with pytest.raises(PasskeyRefused):
        passkeys.finish_sign_in(database, RP, "visit", altered(right, origin="https://evil.example"), now)
    with pytest.raises(PasskeyRefused):
        passkeys.finish_sign_in(database, RP, "visit", right, now)


def test_an_answer_serves_the_visit_that_asked_and_no_other(database, keys, ines, device, now):
    enrol(database, keys, ines, device, now)
    answer = device.sign(ask_to_sign_in(database, now, "visit"))
    with pytest.raises(PasskeyRefused):
        passkeys.finish_sign_in(database, RP, "another visit", answer, now)


def test_a_challenge_is_over_after_five_minutes(database, keys, ines, device, now):
    enrol(database, keys, ines, device, now)
    answer = device.sign(ask_to_sign_in(database, now))
    with pytest.raises(PasskeyRefused):
        passkeys.finish_sign_in(database, RP, "visit", answer, now + timedelta(minutes=5))


def test_old_challenges_go_when_a_new_one_comes(database, now):
    ask_to_sign_in(database, now, "left behind")
    ask_to_sign_in(database, now + timedelta(minutes=6), "visit")
    with database.read() as tx:
        assert len(tx.all(select(store.challenges))) == 1


def test_a_device_that_stops_checking_its_holder_is_refused(database, keys, ines, device, now):
    enrol(database, keys, ines, device, now)
    device.verifies = False
    with pytest.raises(PasskeyRefused):
        sign_in(database, device, now)


def test_an_unknown_passkey_is_refused_like_a_wrong_one(database, device, now):
    with pytest.raises(PasskeyRefused) as refused:
        sign_in(database, device, now)
    assert refused.value.message == PasskeyRefused.message
    assert events(database) == [("coordinator.refused", "visitor", "passkey")]


def test_a_copied_passkey_shows_by_its_count(database, keys, ines, device, now):
    enrol(database, keys, ines, device, now)
    sign_in(database, device, now)
    device.sign_count = 0
    with pytest.raises(PasskeyRefused):
        sign_in(database, device, now)


def test_a_device_that_does_not_count_may_sign_in_again(database, keys, ines, now):
    device = Authenticator(RP.origin, counts=False)
    enrol(database, keys, ines, device, now)
    assert [sign_in(database, device, now) for _ in range(2)] == [ines.id, ines.id]


def test_a_passkey_names_its_own_holder(database, keys, ines, device, now):
    enrol(database, keys, ines, device, now)
    device.holder = b"somebody else"
    with pytest.raises(PasskeyRefused):
        sign_in(database, device, now)


def test_a_closed_account_is_told_so_only_after_proof(database, keys, ines, device, now):
    enrol(database, keys, ines, device, now)
    with database.transaction() as tx:
        coordinators.close_account(tx, ines.id, now)
    with pytest.raises(AccountClosed):
        sign_in(database, device, now)
    assert events(database)[-1] == ("coordinator.refused", f"coordinator:{ines.id}", "closed")
    answer = altered(device.sign(ask_to_sign_in(database, now)), origin="https://evil.example")
    with pytest.raises(PasskeyRefused):
        passkeys.finish_sign_in(database, RP, "visit", answer, now)


@pytest.mark.parametrize(
    "answer",
    [
        {}, {"id": None}, {"id": 7, "response": []}, {"id": "x" * 5000, "rawId": "é", "response": {}},
        {"id": "abc", "rawId": "abc", "type": "public-key", "response": {"clientDataJSON": "////", "userHandle": "é"}},
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_breaks_nothing(database, keys, ines, device, now, answer):
    enrol(database, keys, ines, device, now)
    if answer.get("id") == "abc":
        answer = answer | {"id": b64(device.credential), "rawId": b64(device.credential)}
    ask_to_sign_in(database, now)
    with pytest.raises(PasskeyRefused):
        passkeys.finish_sign_in(database, RP, "visit", answer, now)
    ask_to_enrol(database, ines, now)
    with pytest.raises(PasskeyRefused):
        passkeys.finish_enrolment(database, keys, RP, ines.id, "session", answer, now)


def test_the_only_passkey_stays_and_another_may_go(database, keys, ines, device, now):
    first = enrol(database, keys, ines, device, now)
    with database.transaction() as tx, pytest.raises(LastPasskey):
        passkeys.remove(tx, ines.id, first, now)
    second_device = Authenticator(RP.origin)
    enrol(database, keys, ines, second_device, now)
    with database.transaction() as tx:
        passkeys.remove(tx, ines.id, first, now)
    with pytest.raises(PasskeyRefused):
        sign_in(database, device, now)
    assert sign_in(database, second_device, now) == ines.id


def test_somebody_elses_passkey_cannot_be_removed(database, keys, ring, ines, device, now):
    enrol(database, keys, ines, device, now)
    with database.transaction() as tx:
        other = coordinators.invite(tx, keys, ring, "Other", "other@clinic.example", "en", now)
    theirs = enrol(database, keys, other, Authenticator(RP.origin), now)
    with database.transaction() as tx, pytest.raises(NotYours):
        passkeys.remove(tx, ines.id, theirs, now)


def test_the_name_of_a_passkey_is_sealed_and_cut_to_length(database, keys, ines, device, now):
    enrol(database, keys, ines, device, now, name="  Telephone of Ines " + "x" * 100)
    with database.read() as tx:
        row = tx.one_or_none(select(store.passkeys))
        (mine,) = store.named(tx, keys, ines.id)
    assert b"Telephone" not in row.name
    assert mine.name.startswith("Telephone of Ines") and len(mine.name) == passkeys.NAME_LENGTH
