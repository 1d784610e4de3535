"""SendGrid's side of the event webhook: a real P-256 key, its signature, and posts as SendGrid makes them."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.test import TestResponse

HOOK = "/hooks/sendgrid"
_numbers = count(1)


@dataclass
class Signer:
    """Signs what it posts, as SendGrid does: the text of the time, then the body."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def shown(self) -> str:
        """The verification key, as SendGrid shows it."""
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def headers(self, body: bytes, at: datetime | str) -> dict[str, str]:
        """What stands above a post that was signed at this time."""
        timestamp = at if isinstance(at, str) else str(int(at.timestamp()))
        signature = self.key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
        return {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            "Content-Type": "application/json",
            "User-Agent": "SendGrid Event API",
        }

    def post(self, visitor: Any, events: list[dict[str, Any]], at: datetime) -> TestResponse:
        """Post these events to the service."""
        body = as_body(events)
        return visitor.post(HOOK, data=body, headers=self.headers(body, at))


def as_body(events: list[dict[str, Any]]) -> bytes:
    """As SendGrid writes them: a list with a line for each, not as Python would write it."""
    return b"[" + b",\r\n".join(json.dumps(each, separators=(",", ":")).encode() for each in events) + b"]\r\n"


def an_event(name: str, letter_id: str, at: datetime, **more: Any) -> dict[str, Any]:
    """One event as SendGrid tells it, with an id of its own; `after=` seconds later than `at`."""
    moment = at + timedelta(seconds=more.pop("after", 0))
    return {
        "email": "reader@example.org", "timestamp": int(moment.timestamp()), "event": name,
        "sg_event_id": f"ev-{next(_numbers)}", "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001",
        "letter_id": letter_id, "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
    } | more  # fmt: skip
