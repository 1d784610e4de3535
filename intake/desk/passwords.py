"""Passwords with a one-time code beside them, for operators who allow them where passkeys are impossible.

scrypt and TOTP (RFC 6238) come from `cryptography`. What is kept is sealed with the account's own key. Address,
password and code are asked for together, every refusal is the same, and each code serves once. Nobody is locked
out by others.
"""

import base64
import hmac
import os
from dataclasses import dataclass
from datetime import datetime
from threading import Semaphore

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table, delete, insert, select, update

from intake import journal
from intake.db import Database, Instant, Tx, metadata
from intake.desk import coordinators
from intake.desk.coordinators import State, actor
from intake.desk.password_fit import MOST, normal
from intake.errors import SignInRefused
from intake.journal import Event
from intake.keys import KeyRing, KeyStore, context, open_json, seal_json

# scrypt with N = 2^17, r = 8, p = 1 (ASVS 5.0 V11.4.2): 128 MiB a try, so one try at a time.
LOG_COST, BLOCK, SALT_BYTES, HASH_BYTES = 17, 8, 16, 32
STEP_SECONDS, DIGITS, SECRET_BYTES = 30, 6, 20
# A code counts this long before and after its half minute: clocks differ, and typing takes a while. Our own choice.
GRACE_SECONDS = 10
_one_at_a_time = Semaphore(1)

passwords = Table(
    "passwords",
    metadata,
    Column("coordinator_id", String(32), ForeignKey("coordinators.id"), primary_key=True),
    Column("kept", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("made_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class _Kept:
    hashed: str
    secret: bytes


def secret_for(ring: KeyRing, session_id: str) -> bytes:
    """The secret that a page to enrol shows: the same for as long as its session lasts, kept only once it is proved."""
    return bytes.fromhex(ring.hash("totp", session_id))[:SECRET_BYTES]


def as_typed(secret: bytes) -> str:
    """A secret as people type it into their app: base32, in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def as_link(secret: bytes, address: str, issuer: str) -> str:
    """The same as a link that opens an app on the same device."""
    return _totp(secret).get_provisioning_uri(address, issuer)


def code_of(secret: bytes, now: datetime) -> str:
    """The code of a moment, as the app shows it."""
    return _totp(secret).generate(int(now.timestamp())).decode()


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """The half minute (counted from 1970) whose code this is, if it is the one of now, give or take GRACE_SECONDS."""
    typed, found = "".join(code.split()), None
    for seconds in (-GRACE_SECONDS, 0, GRACE_SECONDS):
        moment = int(now.timestamp()) + seconds
        if hmac.compare_digest(_totp(secret).generate(moment), typed.encode("utf-8", "replace")):
            found = moment // STEP_SECONDS
    return found


def keep(tx: Tx, keys: KeyStore, coordinator_id: str, hashed: str, secret: bytes, step: int, now: datetime) -> None:
    """Keep a password, hashed by `hash_password`, and a secret whose code of `step` was just shown; in place of others.

    The first one enrols the account. Raises AccountClosed.
    """
    coordinators.mark_enrolled(tx, coordinator_id, now)
    value = {"hash": hashed, "secret": base64.b64encode(secret).decode()}
    sealed = seal_json(keys.get(actor(coordinator_id)), value, _place(coordinator_id))
    forget(tx, coordinator_id)
    row = {"coordinator_id": coordinator_id, "kept": sealed, "last_step": step, "made_at": now}
    tx.execute(insert(passwords), row)
    journal.write(tx, Event.COORDINATOR_PASSWORD, now, actor=actor(coordinator_id))


def has_one(tx: Tx, coordinator_id: str) -> bool:
    """Whether this account has a password."""
    return tx.scalar(select(passwords.c.made_at).where(passwords.c.coordinator_id == coordinator_id)) is not None


def forget(tx: Tx, coordinator_id: str) -> None:
    """Take the password of an account away, and the secret with it."""
    tx.execute(delete(passwords).where(passwords.c.coordinator_id == coordinator_id))


def sign_in(
    database: Database, keys: KeyStore, ring: KeyRing, email: str, password: str, code: str, now: datetime
) -> str:
    """The id of the coordinator whose address, password and code these are; journalled, as is every refusal.

    Raises SignInRefused, the same and after the same work whatever was wrong; AccountClosed to nobody: the address of a
    closed account is unknown.
    """
    with database.read() as tx:
        who = coordinators.with_address(tx, keys, ring, email)
        kept = _kept(tx, keys, who.id) if who is not None and who.state is State.ENROLLED else None
    right = hash_matches(password, kept.hashed if kept else _nobodys())
    step = step_of(kept.secret if kept else bytes(SECRET_BYTES), code, now)
    with database.transaction() as tx:
        came = kept is not None and right and step is not None and _use_step(tx, who.id, step)
        event = Event.COORDINATOR_SIGNED_IN if came else Event.COORDINATOR_REFUSED
        facts = {} if came else {"reason": "password"}
        journal.write(tx, event, now, actor=actor(who.id) if who else "visitor", **facts)
    if not came:
        raise SignInRefused
    return who.id


def prove(database: Database, keys: KeyStore, coordinator_id: str, password: str, code: str, now: datetime) -> None:
    """Somebody signed in proves once more who they are; journalled, as is every refusal. Raises SignInRefused."""
    with database.read() as tx:
        kept = _kept(tx, keys, coordinator_id)
    right = hash_matches(password, kept.hashed if kept else _nobodys())
    step = step_of(kept.secret, code, now) if kept else None
    with database.transaction() as tx:
        proved = right and step is not None and _use_step(tx, coordinator_id, step)
        event = Event.COORDINATOR_PROVED if proved else Event.COORDINATOR_REFUSED
        journal.write(tx, event, now, actor=actor(coordinator_id), **({} if proved else {"reason": "password"}))
    if not proved:
        raise SignInRefused


def change(tx: Tx, keys: KeyStore, coordinator_id: str, hashed: str, now: datetime) -> None:
    """Another password, hashed by `hash_password`, in place of the one before; the secret stays. Raises SignInRefused
    where there is none, AccountClosed. Who asks has proved who they are before, and that it is fit.
    """
    kept = _kept(tx, keys, coordinator_id)
    if kept is None:
        raise SignInRefused
    keep(tx, keys, coordinator_id, hashed, kept.secret, _last_step(tx, coordinator_id), now)


def change_secret(tx: Tx, keys: KeyStore, coordinator_id: str, secret: bytes, step: int, now: datetime) -> None:
    """Another app for codes, whose code of `step` was just shown; the password stays. Raises as `change`."""
    kept = _kept(tx, keys, coordinator_id)
    if kept is None:
        raise SignInRefused
    keep(tx, keys, coordinator_id, kept.hashed, secret, step, now)


def hash_password(password: str) -> str:
    """A password as it may be kept: its cost, its salt and its hash."""
    salt = os.urandom(SALT_BYTES)
    return f"{LOG_COST}${salt.hex()}${_scrypt(password, salt, LOG_COST).hex()}"


def hash_matches(password: str, hashed: str) -> bool:
    """Whether a password is the one that was hashed; it costs the same whatever the answer."""
    cost, salt, known = hashed.split("$")
    return hmac.compare_digest(_scrypt(password[: MOST + 1], bytes.fromhex(salt), int(cost)), bytes.fromhex(known))


def _scrypt(password: str, salt: bytes, log_cost: int) -> bytes:
    with _one_at_a_time:
        made = Scrypt(salt=salt, length=HASH_BYTES, n=2**log_cost, r=BLOCK, p=1)
        return made.derive(normal(password).encode())  # as typed: nothing is trimmed (V6.2.8)


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  # the only one that every app can do; an HMAC


def _use_step(tx: Tx, coordinator_id: str, step: int) -> bool:
    """Count a code as used, in the statement that compares it: of two with the same code, one comes in."""
    mine = (passwords.c.coordinator_id == coordinator_id, passwords.c.last_step < step)
    return tx.execute(update(passwords).where(*mine).values(last_step=step)).rowcount == 1


def _last_step(tx: Tx, coordinator_id: str) -> int:
    return tx.scalar(select(passwords.c.last_step).where(passwords.c.coordinator_id == coordinator_id)) or 0


def _kept(tx: Tx, keys: KeyStore, coordinator_id: str) -> _Kept | None:
    row = tx.one_or_none(select(passwords).where(passwords.c.coordinator_id == coordinator_id))
    if row is None:
        return None
    value = open_json(keys.get(actor(coordinator_id)), row.kept, _place(coordinator_id))
    return _Kept(value["hash"], base64.b64decode(value["secret"]))


def _place(coordinator_id: str) -> bytes:
    return context("passwords", coordinator_id, "kept")


def _nobodys() -> str:
    """What is compared with where there is no password, so that an unknown address takes as long as a known one."""
    return f"{LOG_COST}${bytes(SALT_BYTES).hex()}${bytes(HASH_BYTES).hex()}"
