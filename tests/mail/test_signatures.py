"""Only what SendGrid signed, over these very bytes and lately, is believed. Its own helpers agree with ours."""

import base64
import json
import random
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sendgrid.helpers.eventwebhook import EventWebhook

from intake.errors import EventsForged, EventsStale, SettingsIncomplete
from intake.mail.signatures import CLOCKS_DIFFER, OLDEST, SIGNATURE_HEADER, TIMESTAMP_HEADER, need_genuine, read_keys
from tests.components import ROOT
from tests.components.node import PACKAGES, package_file
from tests.components.sendgrid_events import Signer, an_event, as_body

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
BODY = as_body([an_event("delivered", "letter-1", NOW, response="250 OK – übernommen")])


@pytest.fixture(scope="module")
def signer() -> Signer:
    """SendGrid's key."""
    return Signer()


def check(signer: Signer, body: bytes, headers: dict[str, str], *, keys: str = "", now: datetime = NOW) -> None:
    need_genuine(keys or signer.shown, headers[SIGNATURE_HEADER], headers[TIMESTAMP_HEADER], body, now)


def test_what_sendgrid_signed_is_believed(signer: Signer) -> None:
    check(signer, BODY, signer.headers(BODY, NOW))


@pytest.mark.parametrize("at", [0, 5, len(BODY) // 2, len(BODY) - 1])
def test_one_changed_byte_is_forged(signer: Signer, at: int) -> None:
    changed = bytearray(BODY)
    changed[at] ^= 1
    with pytest.raises(EventsForged):
        check(signer, bytes(changed), signer.headers(BODY, NOW))


def test_the_same_events_written_in_another_way_are_forged(signer: Signer) -> None:
    again = json.dumps(json.loads(BODY)).encode()
    assert json.loads(again) == json.loads(BODY)
    with pytest.raises(EventsForged):
        check(signer, again, signer.headers(BODY, NOW))


def test_another_time_or_another_key_is_forged(signer: Signer) -> None:
    headers = signer.headers(BODY, NOW)
    with pytest.raises(EventsForged):
        check(signer, BODY, headers | {TIMESTAMP_HEADER: str(int(NOW.timestamp()) + 1)})
    with pytest.raises(EventsForged):
        check(signer, BODY, Signer().headers(BODY, NOW))


@pytest.mark.parametrize("signature", ["", "!", "AAAA", "ÄÄ", "MEUCIQ==", base64.b64encode(b"\0" * 70).decode()])
def test_what_is_no_signature_is_forged(signer: Signer, signature: str) -> None:
    with pytest.raises(EventsForged):
        check(signer, BODY, signer.headers(BODY, NOW) | {SIGNATURE_HEADER: signature})


@pytest.mark.parametrize("timestamp", ["", "-1", "1e9", " 1773135000", "１７７３１３", "9" * 40, "now", "1773135000.5"])
def test_what_is_no_time_is_forged_even_when_it_was_signed(signer: Signer, timestamp: str) -> None:
    with pytest.raises(EventsForged):
        check(signer, BODY, signer.headers(BODY, timestamp))


def test_what_was_signed_too_long_ago_or_in_the_future_is_refused(signer: Signer) -> None:
    second = timedelta(seconds=1)
    for good in (NOW - OLDEST, NOW, NOW + CLOCKS_DIFFER):
        check(signer, BODY, signer.headers(BODY, good))
    for bad in (NOW - OLDEST - second, NOW + CLOCKS_DIFFER + second):
        with pytest.raises(EventsStale):
            check(signer, BODY, signer.headers(BODY, bad))


def test_two_keys_are_believed_while_one_replaces_the_other(signer: Signer) -> None:
    new = Signer()
    for each in (signer, new):
        check(each, BODY, each.headers(BODY, NOW), keys=f"{signer.shown} {new.shown}")
    with pytest.raises(EventsForged):
        check(signer, BODY, Signer().headers(BODY, NOW), keys=f"{signer.shown} {new.shown}")


def test_without_a_key_nothing_is_believed(signer: Signer) -> None:
    with pytest.raises(EventsForged):
        need_genuine("", signer.headers(BODY, NOW)[SIGNATURE_HEADER], str(int(NOW.timestamp())), BODY, NOW)


def test_a_setting_that_is_no_such_key_is_named() -> None:
    other = rsa.generate_private_key(65537, 2048).public_key()
    der = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for wrong in ("a-key", "AAAA", base64.b64encode(der).decode()):
        with pytest.raises(SettingsIncomplete, match="INTAKE_SENDGRID_EVENTS_KEY"):
            read_keys(wrong)


def cases(signer: Signer) -> list[tuple[str, bytes, str, str]]:
    """Signed posts, right and wrong in many ways: (key, body, signature, timestamp)."""
    chance, found = random.Random(19), []
    for number in range(60):
        body = as_body([an_event("delivered", f"letter-{number}", NOW, response=chance.choice(["250 OK", "ü", "取"]))])
        headers = signer.headers(body, NOW - timedelta(minutes=number))
        key, signature, timestamp = signer.shown, headers[SIGNATURE_HEADER], headers[TIMESTAMP_HEADER]
        match number % 6:
            case 1:
                body = body.replace(b"delivered", b"bounce")
            case 2:
                timestamp = str(int(timestamp) + 1)
            case 3:
                signature = Signer().headers(body, NOW)[SIGNATURE_HEADER]
            case 4:
                key = Signer().shown
            case 5:
                body = body.rstrip()
        found.append((key, body, signature, timestamp))
    return found


def ours(key: str, body: bytes, signature: str, timestamp: str) -> bool:
    try:
        need_genuine(key, signature, timestamp, body, NOW)
    except EventsForged:
        return False
    return True


def test_sendgrids_own_helper_for_python_agrees(signer: Signer) -> None:
    asked, helper = cases(signer), EventWebhook()
    theirs = [
        helper.verify_signature(body.decode(), signature, timestamp, helper.convert_public_key_to_ecdsa(key))
        for key, body, signature, timestamp in asked
    ]
    assert [ours(*each) for each in asked] == theirs
    assert theirs.count(True) == 10 and isinstance(read_keys(signer.shown)[0], ec.EllipticCurvePublicKey)


def test_sendgrids_own_helper_for_node_agrees(signer: Signer, node: Path) -> None:
    package_file("@sendgrid/eventwebhook/package.json")
    asked = cases(signer)
    lines = [
        json.dumps({"key": k, "payload": base64.b64encode(b).decode(), "signature": s, "timestamp": t})
        for k, b, s, t in asked
    ]
    told = subprocess.run(
        [node, ROOT / "tests/components/event_webhook.mjs"], input="\n".join(lines) + "\n", text=True,
        capture_output=True, timeout=120, cwd=ROOT / "tests", env={"NODE_PATH": str(PACKAGES)},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert told.stdout.split() == [str(ours(*each)).lower() for each in asked]
