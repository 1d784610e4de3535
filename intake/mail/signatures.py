"""Whether events about our letters come from SendGrid: ECDSA over the bytes that arrived, and not too long ago.

SendGrid signs the text of its timestamp followed by the body. Its own helper for Python takes no bytes and never looks
at the age; ours does both, and the tests hold it against theirs, in Python and in Node.
"""

import base64
import binascii
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from intake.errors import EventsForged, EventsStale, SettingsIncomplete

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"
# SendGrid tries again for 24 hours when we do not answer; whether it signs anew each time, it does not say. Nothing is
# lost by so long a time: the id of an event is remembered longer (`deliveries.KEEP_EVENTS`), so a replay does nothing.
OLDEST = timedelta(hours=25)
CLOCKS_DIFFER = timedelta(minutes=10)


def read_keys(text: str) -> list[ec.EllipticCurvePublicKey]:
    """The public keys of a setting: base64 as SendGrid shows them; several, with spaces between, while one replaces
    another. Raises SettingsIncomplete for what is none.
    """
    return [_key(word) for word in text.split()]


def need_genuine(keys_text: str, signature: str, timestamp: str, body: bytes, now: datetime) -> None:
    """Raise EventsForged unless one of the keys signed this body at that time, EventsStale if that was too long ago."""
    try:
        signed = base64.b64decode(signature, validate=True)
        seconds = int(timestamp) if timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 11 else None
    except (binascii.Error, ValueError):
        raise EventsForged from None
    content = timestamp.encode() + body
    if seconds is None or not any(_fits(key, signed, content) for key in read_keys(keys_text)):
        raise EventsForged
    if not now - OLDEST <= datetime.fromtimestamp(seconds, UTC) <= now + CLOCKS_DIFFER:
        raise EventsStale


def _fits(key: ec.EllipticCurvePublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _key(word: str) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(base64.b64decode(word, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SettingsIncomplete(["INTAKE_SENDGRID_EVENTS_KEY: must be the verification key as SendGrid shows it"])
    return key
