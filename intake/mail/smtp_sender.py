"""Letters handed to a mail server over SMTP, with verified TLS unless the settings say "none" (development only)."""

import contextlib
import smtplib
import ssl
from dataclasses import dataclass, field

from intake.clock import now
from intake.errors import SenderLater, SenderNever
from intake.mail.envelope import Letterhead, as_email
from intake.mail.message import Message

TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class SmtpSender:
    """Sends through one mail server. `security` is starttls, tls or none; a login with an empty name is not used.

    `trust` decides which certificates are believed; without it those of the machine.
    """

    host: str
    port: int
    security: str
    login: tuple[str, str] = field(repr=False)
    letterhead: Letterhead
    timeout: float = TIMEOUT_SECONDS
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    tells_delivery: bool = False  # a mail server writes to the sending address when something comes back

    def send(self, message: Message, letter_id: str) -> str:
        """Hand the message over; returns its Message-ID. Raises SenderLater or SenderNever."""
        mail = as_email(message, letter_id, self.letterhead, now())
        server = self._connected()
        try:
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(next(iter(error.recipients.values()))[0]) from None
        except smtplib.SMTPSenderRefused as error:  # our own address or login: can be mended while the letter waits
            raise SenderLater(reason=f"smtp_{error.smtp_code}", retry_after=None) from None
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise SenderNever(reason="address_not_supported") from None
        except (smtplib.SMTPException, OSError):
            raise SenderLater(reason="network", retry_after=None) from None
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):  # what was accepted stays accepted
                server.quit()
            server.close()
        return str(mail["Message-ID"])

    def try_out(self) -> None:
        """Connect, sign in and ask whether our address may send, and send nothing. Raises SenderLater if it may not."""
        server = self._connected()
        try:
            server.ehlo_or_helo_if_needed()
            code, _ = server.mail(self.letterhead.address)
            server.rset()
        except (smtplib.SMTPException, OSError) as error:
            raise SenderLater(reason=_code(error), retry_after=None) from None
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()
        if code != 250:
            raise SenderLater(reason=f"smtp_{code}", retry_after=None)

    def _connected(self) -> smtplib.SMTP:
        """A connection that is encrypted and signed in as the settings ask. Raises SenderLater, whatever goes wrong."""
        server: smtplib.SMTP | None = None
        ours = self.letterhead.address.rpartition("@")[2]  # said at hello; the machine's own name stays inside
        try:
            trust = self.trust or ssl.create_default_context()
            if self.security == "tls":
                server = smtplib.SMTP_SSL(self.host, self.port, ours, timeout=self.timeout, context=trust)
            else:
                server = smtplib.SMTP(self.host, self.port, ours, timeout=self.timeout)
            if self.security == "starttls":
                server.starttls(context=trust)
            if self.login[0]:
                server.login(*self.login)
        except (smtplib.SMTPException, OSError) as error:
            if server is not None:
                server.close()
            raise SenderLater(reason=_code(error), retry_after=None) from None
        return server


def _refused(code: int) -> SenderLater | SenderNever:
    reason = f"smtp_{code}"
    return SenderNever(reason=reason) if 500 <= code < 600 else SenderLater(reason=reason, retry_after=None)


def _code(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"smtp_{error.smtp_code}"
    if isinstance(error, ssl.SSLError):
        return "certificate" if isinstance(error, ssl.SSLCertVerificationError) else "tls"
    return "tls_missing" if isinstance(error, smtplib.SMTPNotSupportedError) else "network"
