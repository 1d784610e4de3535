"""Passkeys: making one and signing in with one (WebAuthn). The only place that talks to `webauthn`.

Always asks for a discoverable credential and for the device to check its holder. Says whose passkey it was; the
session is the caller's. A challenge serves one answer, of the browser that asked for it, within five minutes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from intake import journal
from intake.db import Database, Tx
from intake.desk import coordinators, store
from intake.desk.coordinators import Coordinator, State, actor
from intake.desk.store import Held, Kind, Passkey
from intake.errors import AccountClosed, LastPasskey, NotYours, PasskeyRefused
from intake.journal import Event
from intake.keys import KeyStore

NAME_LENGTH = 60
PASSKEY_ID = re.compile(r"[A-Za-z0-9_-]{1,1364}")  # base64url of at most 1023 bytes
TRANSPORTS = ("internal", "hybrid", "usb", "nfc", "ble", "smart-card")


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """For whom passkeys are made: `id` is the host without port, `origin` what browsers say they stand on."""

    id: str
    origin: str
    name: str

    @classmethod
    def of(cls, base_url: str, name: str) -> "RelyingParty":
        """The relying party of a public address."""
        parts = urlsplit(base_url)
        usual = {"https": 443, "http": 80}.get(parts.scheme)
        port = "" if parts.port in (None, usual) else f":{parts.port}"
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.hostname}{port}", name)


def begin_enrolment(tx: Tx, rp: RelyingParty, coordinator: Coordinator, bound_to: str, now: datetime) -> str:
    """What the browser needs (JSON) to make a passkey for this coordinator; `bound_to` names its session."""
    known = store.ids_of(tx, coordinator.id)
    options = generate_registration_options(
        rp_id=rp.id,
        rp_name=rp.name,
        user_id=coordinator.id.encode(),
        user_name=coordinator.email,
        user_display_name=coordinator.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
    )
    store.keep_challenge(tx, Kind.ENROLMENT, bound_to, options.challenge, now)
    return options_to_json(options)


def finish_enrolment(
    database: Database, keys: KeyStore, rp: RelyingParty, coordinator_id: str, bound_to: str,
    answer: dict[str, Any], now: datetime, *, name: str = "", once_kept: Callable[[Tx], None] | None = None,
) -> str:  # fmt: skip
    """Keep the passkey that the browser made; the first one enrols the account. Returns the passkey's id.

    What must happen with it or not at all is done by `once_kept`, in the same transaction.
    Raises PasskeyRefused (journalled) if anything about the answer is wrong, AccountClosed if the account is.
    """
    challenge = store.take_challenge(database, Kind.ENROLMENT, bound_to, now)
    if challenge is None:
        _refuse(database, coordinator_id, "challenge", now)
    made = _verified_enrolment(answer, challenge, rp)
    if made is None:
        _refuse(database, coordinator_id, "answer", now)
    passkey_id = bytes_to_base64url(made.credential_id)
    called = name.encode("utf-8", "replace").decode().strip()[:NAME_LENGTH]  # JSON may hold half a sign
    passkey = Passkey(passkey_id, called, _transports(answer), now, None)
    with database.transaction() as tx:
        coordinators.mark_enrolled(tx, coordinator_id, now)
        kept = store.add(tx, keys, coordinator_id, passkey, made.credential_public_key, made.sign_count)
        if kept:
            journal.write(tx, Event.COORDINATOR_ENROLLED, now, actor=actor(coordinator_id))
            if once_kept is not None:
                once_kept(tx)
    if not kept:
        _refuse(database, coordinator_id, "known", now)
    return passkey_id


def begin_sign_in(tx: Tx, rp: RelyingParty, bound_to: str, now: datetime) -> str:
    """What the browser needs (JSON) to sign in with any passkey of ours. `bound_to` names this visit."""
    required = UserVerificationRequirement.REQUIRED
    options = generate_authentication_options(rp_id=rp.id, user_verification=required)
    store.keep_challenge(tx, Kind.SIGN_IN, bound_to, options.challenge, now)
    return options_to_json(options)


def finish_sign_in(
    database: Database, rp: RelyingParty, bound_to: str, answer: dict[str, Any], now: datetime,
    *, expected: str | None = None,
) -> str:  # fmt: skip
    """The id of the coordinator whose passkey answered; journalled, as is every refusal.

    Somebody who is signed in already is `expected`: then anybody else's passkey is refused too.

    Raises PasskeyRefused, the same for a passkey we do not know as for a wrong answer, and AccountClosed only
    to somebody who proved to hold the passkey.
    """
    challenge = store.take_challenge(database, Kind.SIGN_IN, bound_to, now)
    passkey_id = str(answer.get("id"))
    with database.read() as tx:
        held = store.held(tx, passkey_id) if PASSKEY_ID.fullmatch(passkey_id) else None
    if challenge is None or held is None:
        _refuse(database, held.coordinator_id if held else None, "passkey" if challenge else "challenge", now)
    seen = _verified_sign_in(answer, challenge, rp, held)
    if seen is None:
        _refuse(database, held.coordinator_id, "answer", now)
    if expected not in (None, held.coordinator_id):
        _refuse(database, expected, "passkey", now)
    if held.account is State.CLOSED:
        _refuse(database, held.coordinator_id, "closed", now, AccountClosed)
    with database.transaction() as tx:
        counted = store.count(tx, held, seen.new_sign_count, now)
        if counted:
            event = Event.COORDINATOR_PROVED if expected else Event.COORDINATOR_SIGNED_IN
            journal.write(tx, event, now, actor=actor(held.coordinator_id))
    if not counted:
        _refuse(database, held.coordinator_id, "count", now)
    return held.coordinator_id


def remove(tx: Tx, coordinator_id: str, passkey_id: str, now: datetime) -> None:
    """Take a passkey away. Raises NotYours if it is somebody else's, LastPasskey if it is the only one."""
    held = store.ids_of(tx, coordinator_id, to_change=True)
    if passkey_id not in held:
        raise NotYours
    if len(held) == 1:
        raise LastPasskey
    store.drop(tx, passkey_id)
    journal.write(tx, Event.PASSKEY_REMOVED, now, actor=actor(coordinator_id), left=len(held) - 1)


def _verified_enrolment(
    answer: dict[str, Any], challenge: bytes, rp: RelyingParty
) -> VerifiedRegistration | None:
    try:
        return verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp.id,
            expected_origin=rp.origin,
            require_user_verification=True,
        )
    except Exception:  # whatever a hostile answer makes the parsers raise, it is a no
        return None


def _verified_sign_in(
    answer: dict[str, Any], challenge: bytes, rp: RelyingParty, held: Held
) -> VerifiedAuthentication | None:
    try:
        seen = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp.id,
            expected_origin=rp.origin,
            credential_public_key=held.public_key,
            credential_current_sign_count=held.sign_count,
            require_user_verification=True,
        )
        holder = base64url_to_bytes(answer["response"]["userHandle"]).decode()
    except Exception:  # as above
        return None
    return seen if holder == held.coordinator_id else None


def _refuse(
    database: Database, coordinator_id: str | None, reason: str, now: datetime,
    error: type[PasskeyRefused] | type[AccountClosed] = PasskeyRefused,
) -> NoReturn:  # fmt: skip
    """Journal the refusal, durably, then raise."""
    who = actor(coordinator_id) if coordinator_id else "visitor"
    with database.transaction() as tx:
        journal.write(tx, Event.COORDINATOR_REFUSED, now, actor=who, reason=reason)
    raise error


def _transports(answer: dict[str, Any]) -> tuple[str, ...]:
    said = answer["response"].get("transports")
    return tuple(known for known in TRANSPORTS if isinstance(said, list) and known in said)
