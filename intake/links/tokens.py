"""Signed pointers: which grant, for which purpose, which generation. Nothing else is in a link.

SHA-256 with hmac key derivation and one salt per purpose and host, so that a link of one purpose or one installation
never passes for another. Decides nothing about expiry: the grant does.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from itsdangerous import BadSignature, Signer

from intake.errors import LinkForged

# The last letter of a signature carries four bits only; base64 would read four spellings of it as the same.
SHAPE = re.compile(r"[a-z]{4,8}\.[A-Za-z0-9_-]{22,43}\.[0-9]{1,6}\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class Purpose(StrEnum):
    """What a link is for."""

    CONFIRM = "confirm"
    RESUME = "resume"
    CASE = "case"
    UPLOAD = "upload"
    REFERRAL = "referral"
    INVITE = "invite"
    AGREE = "agree"
    HELPER = "helper"


@dataclass(frozen=True, slots=True)
class Pointer:
    """What a true token says."""

    purpose: Purpose
    grant_id: str
    generation: int


class Tokens:
    """Signs and reads tokens with a list of secrets, oldest first; the last one signs."""

    def __init__(self, secrets: list[bytes], audience: str) -> None:
        self._secrets = secrets
        self._audience = audience

    def sign(self, purpose: Purpose, grant_id: str, generation: int) -> str:
        """The token of a grant: four groups parted by dots, safe in an address."""
        return self._signer(purpose).sign(f"{purpose.value}.{grant_id}.{generation}").decode()

    def read(self, token: str) -> Pointer:
        """What `token` points at. Raises LinkForged unless every byte of it is ours."""
        if not SHAPE.fullmatch(token) or token.split(".", 1)[0] not in list(Purpose):
            raise LinkForged
        purpose = Purpose(token.split(".", 1)[0])
        try:
            said = self._signer(purpose).unsign(token).decode()
        except BadSignature as error:
            raise LinkForged from error
        _, grant_id, generation = said.split(".")
        return Pointer(purpose, grant_id, int(generation))

    def _signer(self, purpose: Purpose) -> Signer:
        salt = f"intake.link.{self._audience}.{purpose.value}"
        return Signer(self._secrets, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)
