"""Proof that a form came from our own page: a signed time over session and form. It stores nothing and names
nobody."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from wtforms import ValidationError
from wtforms.csrf.core import CSRF, CSRFTokenField

from intake.languages import N_

TOKEN_LIVES = timedelta(hours=24)
CLOCKS_DIFFER = timedelta(minutes=5)

STALE_PAGE = N_(
    "This page was open for a long time, so we could not be sure that the answer came from you. "
    "What you typed is still here. Press the button again."
)


@dataclass(frozen=True, slots=True)
class Guard:
    """What a token is made of: a secret key of ours, the visitor's session secret, the time now; and how long it
    lives."""

    key: bytes
    session: str
    now: datetime
    lives: timedelta = TOKEN_LIVES


class SignedCSRF(CSRF):
    """HMAC-SHA-256 over session, form id and time. A token fits one form of one session, and lives 24 hours unless
    its guard says longer."""

    def setup_form(self, form: Any) -> list[tuple[str, Any]]:
        """Take guard and form id from the form's Meta, then add the hidden field."""
        self.guard: Guard = form.meta.guard
        self.form_id: str = form.meta.form_id
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        """A token made now."""
        made = int(self.guard.now.timestamp())
        return f"{made}.{self._mac(made)}"

    def validate_csrf_token(self, form: Any, field: CSRFTokenField) -> None:
        """Raises ValidationError with a kind sentence when the token is missing, altered, foreign or too
        old."""
        made_text, _, mac = str(field.data or "").partition(".")
        if not (made_text.isascii() and made_text.isdigit() and len(made_text) <= 12):
            raise ValidationError(field.gettext(STALE_PAGE))
        made = int(made_text)
        genuine = hmac.compare_digest(mac.encode("utf-8", "replace"), self._mac(made).encode())
        age = self.guard.now.timestamp() - made
        if not genuine or age > self.guard.lives.total_seconds() or age < -CLOCKS_DIFFER.total_seconds():
            raise ValidationError(field.gettext(STALE_PAGE))

    def _mac(self, made: int) -> str:
        # Lengths first, so that no session and form id can be cut differently and give the same message.
        session = self.guard.session.encode("utf-8", "replace")
        form_id = self.form_id.encode()
        message = b"%d:%d:%d:" % (len(session), len(form_id), made) + session + form_id
        return hmac.new(self.guard.key, message, hashlib.sha256).hexdigest()
