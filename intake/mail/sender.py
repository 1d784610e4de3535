"""What every way out for a letter promises, and the choice of one by the settings."""

from typing import Protocol

from intake.config import Settings
from intake.mail.envelope import Letterhead
from intake.mail.folder_sender import FolderSender
from intake.mail.message import Message
from intake.mail.sendgrid_sender import SendGridSender
from intake.mail.signatures import read_keys
from intake.mail.smtp_sender import SmtpSender


class Sender(Protocol):
    """A way out for letters. Blocks for some seconds at most; safe to use from several threads.

    `tells_delivery`: whether we are told later what became of each letter, so that silence means something.
    """

    @property
    def tells_delivery(self) -> bool: ...

    def send(self, message: Message, letter_id: str) -> str:
        """Hand the message over; returns the provider's own id for it, or "".

        Raises SenderLater(reason=code, retry_after=seconds or None) or SenderNever(reason=code).
        """
        ...


def make_sender(settings: Settings, name: str = "") -> Sender:
    """The sender that the settings ask for. `name` stands beside the address when no INTAKE_MAIL_FROM_NAME is set.

    In development SendGrid only checks letters (its sandbox). Raises SettingsIncomplete for an unfit events key.
    """
    letterhead = Letterhead(settings.mail_from, settings.mail_from_name or name, settings.mail_reply_to)
    if settings.mail == "sendgrid":
        tells = bool(read_keys(settings.sendgrid_events_key)) and not settings.in_development
        how = {"sandbox": settings.in_development, "tells_delivery": tells}
        return SendGridSender(settings.sendgrid_key, settings.sendgrid_host, letterhead, **how)
    if settings.mail == "smtp":
        login = (settings.smtp_login, settings.smtp_password)
        return SmtpSender(settings.smtp_host, settings.smtp_port, settings.smtp_security, login, letterhead)
    return FolderSender(settings.mail_folder, letterhead)
