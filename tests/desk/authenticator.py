"""An authenticator in software: makes passkeys and answers challenges as the standard says, or wrongly when told to.

Never a stand-in for a browser: tests/browser holds the same ceremonies with Chromium's own.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    """base64url without padding, as WebAuthn writes bytes in JSON."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One device with one passkey. Turn `verifies` off for a device that does not check its holder."""

    origin: str
    verifies: bool = True
    counts: bool = True
    sign_count: int = 0
    holder: bytes = b""
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str | dict[str, Any]) -> dict[str, Any]:
        """The answer to a request for a new passkey."""
        asked = json.loads(options) if isinstance(options, str) else options
        self.holder = unb64(asked["user"]["id"])
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + self._public_key()
        data = self._data(asked["rp"]["id"], ATTESTED) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._client_data("webauthn.create", asked["challenge"])
        answer = {"clientDataJSON": b64(said), "attestationObject": b64(statement), "transports": ["internal"]}
        return self._answer(answer)

    def sign(self, options: str | dict[str, Any]) -> dict[str, Any]:
        """The answer to a request to sign in."""
        asked = json.loads(options) if isinstance(options, str) else options
        self.sign_count += 1 if self.counts else 0
        data = self._data(asked["rpId"], 0)
        said = self._client_data("webauthn.get", asked["challenge"])
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        answer = {"clientDataJSON": b64(said), "authenticatorData": b64(data), "signature": b64(signature)}
        return self._answer(answer | {"userHandle": b64(self.holder)})

    def _data(self, rp_id: str, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _public_key(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        credential = b64(self.credential)
        kind = {"type": "public-key", "authenticatorAttachment": "platform", "clientExtensionResults": {}}
        return {"id": credential, "rawId": credential, "response": response} | kind


def rp_origin(base_url: str) -> str:
    """What a browser would say it stands on."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"
