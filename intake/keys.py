"""The key ring, sealing, and one random key for every case, draft and case-less letter.

AES-256-GCM from `cryptography`: version byte, random 96-bit nonce, ciphertext and tag; the context (which table, row
and field) is authenticated with it, so that sealed bytes cannot be moved elsewhere. This covers stolen disks, dumps and
back-ups, not a running server that was taken over.
"""

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from intake.clock import now
from intake.db import NAMES, Database, Instant
from intake.errors import KeyGone, KeyRingUnfit, SealBroken
from intake.prepared import Prepared

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
OVERHEAD_BYTES = len(VERSION) + NONCE_BYTES + TAG_BYTES
_BODY = len(VERSION) + NONCE_BYTES  # where the ciphertext begins
KEY_BYTES = 32

keys_metadata = MetaData(naming_convention=NAMES)

wrapped_keys = Table(
    "wrapped_keys",
    keys_metadata,
    Column("owner", String(80), primary_key=True),
    Column("ring_key", String(16), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
)

_OF_OWNER = Prepared(select(wrapped_keys).where(wrapped_keys.c.owner == bindparam("owner")))


def context(*parts: object) -> bytes:
    """Associated data that says where sealed bytes belong; parts are joined so that no two lists look alike."""
    return b"".join(len(text := str(part).encode()).to_bytes(4, "big") + text for part in parts)


def seal(key: bytes, plaintext: bytes, where: bytes) -> bytes:
    """Seal `plaintext` for the place `where`; OVERHEAD_BYTES longer than it was."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, VERSION + where)


def seal_into(key: bytes, plaintext: bytes | memoryview, where: bytes, target: memoryview) -> int:
    """As `seal`, into the beginning of `target`, for large bodies: nothing is copied. Returns the sealed length."""
    length = len(plaintext) + OVERHEAD_BYTES
    nonce = os.urandom(NONCE_BYTES)
    target[:_BODY] = VERSION + nonce
    AESGCM(key).encrypt_into(nonce, plaintext, VERSION + where, target[_BODY:length])
    return length


def open_sealed(key: bytes, sealed: bytes | memoryview, where: bytes) -> bytes:
    """The plaintext of `sealed`. Raises SealBroken if a bit, the key or the place differs."""
    view = memoryview(sealed)
    if len(view) < OVERHEAD_BYTES or view[:1] != VERSION:
        raise SealBroken
    try:
        return AESGCM(key).decrypt(view[1:_BODY], view[_BODY:], VERSION + where)
    except InvalidTag as error:
        raise SealBroken from error


def seal_json(key: bytes, value: object, where: bytes) -> bytes:
    """Seal a JSON value."""
    return seal(key, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), where)


def open_json(key: bytes, sealed: bytes, where: bytes) -> object:
    """The JSON value of `sealed`. Raises SealBroken."""
    return json.loads(open_sealed(key, sealed, where))


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The secrets of the service, from one file outside the database, oldest first."""

    wrapping: dict[str, bytes] = field(repr=False)
    signing: tuple[bytes, ...] = field(repr=False)
    hashing: bytes = field(repr=False)

    @classmethod
    def create(cls, path: Path) -> "KeyRing":
        """Write a new ring (mode 0600). Raises FileExistsError rather than replace one."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        ring = {
            "wrapping": {secrets.token_hex(4): _text(os.urandom(KEY_BYTES))},
            "signing": [_text(os.urandom(KEY_BYTES))],
            "hashing": _text(os.urandom(KEY_BYTES)),
        }
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(ring, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> "KeyRing":
        """Read the ring. Raises KeyRingUnfit if it is not there, or is not a ring."""
        try:
            given = json.loads(path.read_text())
            ring = cls(
                wrapping={name: _bytes(text) for name, text in given["wrapping"].items()},
                signing=tuple(_bytes(text) for text in given["signing"]),
                hashing=_bytes(given["hashing"]),
            )
        except OSError:
            raise KeyRingUnfit(f"the key ring {path} cannot be read") from None
        except (ValueError, KeyError, TypeError, AttributeError):  # the text of these could show a key
            raise KeyRingUnfit(f"{path} is not a key ring") from None
        if not ring.wrapping or not ring.signing:
            raise KeyRingUnfit(f"the key ring {path} is empty")
        return ring

    @property
    def newest(self) -> str:
        """The id of the wrapping key that new keys are wrapped with."""
        return list(self.wrapping)[-1]

    def signing_secrets(self) -> list[bytes]:
        """Secrets for signed links, oldest first: all verify, the last signs."""
        return [self._derived(secret, "links") for secret in self.signing]

    def secret(self, purpose: str) -> bytes:
        """32 bytes for one purpose, from the newest signing secret."""
        return self._derived(self.signing[-1], purpose)

    def hash(self, kind: str, value: str) -> str:
        """A keyed SHA-256 (hex) by which a value can be found but not read. Survives key rotation."""
        return hmac.digest(self.hashing, context(kind, value), "sha256").hex()

    @staticmethod
    def _derived(secret: bytes, purpose: str) -> bytes:
        return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"intake " + purpose.encode()).derive(secret)


class KeyStore:
    """One random key per owner ("case:…", "draft:…", "letter:…"), wrapped by the ring, in a small store of its own.

    The store is apart from the database, so that destroying a key also blinds older back-ups of the database.
    """

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self.database = database
        self.ring = ring

    def make(self, owner: str) -> bytes:
        """Make and keep a key, durable on return: written before anything is sealed with it. Again gives the same."""
        key = AESGCM.generate_key(bit_length=256)
        wrapped = seal(self.ring.wrapping[self.ring.newest], key, context("wrapped_keys", owner))
        row = {"owner": owner, "ring_key": self.ring.newest, "wrapped": wrapped, "made_at": now()}
        with self.database.transaction() as tx:
            dialect = postgresql if self.database.dialect == "postgresql" else sqlite
            tx.execute(dialect.insert(wrapped_keys).values(row).on_conflict_do_nothing(index_elements=["owner"]))
        return self.get(owner)

    def get(self, owner: str) -> bytes:
        """The key of `owner`. Raises KeyGone if it was destroyed or never made, KeyRingUnfit if our ring is wrong."""
        with self.database.read() as tx:
            row = tx.one_or_none(_OF_OWNER, {"owner": owner})
        if row is None:
            raise KeyGone
        if row.ring_key not in self.ring.wrapping:  # not gone: it is there again as soon as the right ring is
            raise KeyRingUnfit(f"the key ring lacks the key {row.ring_key}")
        return open_sealed(self.ring.wrapping[row.ring_key], row.wrapped, context("wrapped_keys", owner))

    def need_ring(self) -> None:
        """Raise KeyRingUnfit, naming what it lacks, unless the ring opens every key that is kept."""
        with self.database.read() as tx:
            used = {row.ring_key for row in tx.all(select(wrapped_keys.c.ring_key).distinct())}
        if lacking := sorted(used - self.ring.wrapping.keys()):
            raise KeyRingUnfit(f"the key ring lacks keys that are in use ({', '.join(lacking)})")

    def destroy(self, owner: str) -> None:
        """Forget the key for good: nothing sealed with it can be read again."""
        with self.database.transaction() as tx:
            tx.execute(delete(wrapped_keys).where(wrapped_keys.c.owner == owner))

    def rewrap(self) -> int:
        """Wrap every key with the newest of the ring; bodies stay as they are. Returns how many changed."""
        with self.database.transaction() as tx:
            old = tx.all(select(wrapped_keys).where(wrapped_keys.c.ring_key != self.ring.newest))
            for row in old:
                where = context("wrapped_keys", row.owner)
                key = open_sealed(self.ring.wrapping[row.ring_key], row.wrapped, where)
                wrapped = seal(self.ring.wrapping[self.ring.newest], key, where)
                tx.execute(
                    update(wrapped_keys)
                    .where(wrapped_keys.c.owner == row.owner)
                    .values(ring_key=self.ring.newest, wrapped=wrapped)
                )
        return len(old)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if len(raw) != KEY_BYTES:
        raise ValueError("a key of the ring is not 32 bytes long")
    return raw
