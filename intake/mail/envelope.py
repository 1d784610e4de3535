"""A message as internet mail: headers that are constants or addresses of ours, text and HTML side by side."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from intake.mail.message import Message

# Mail programs must not answer by machine (RFC 3834), and whoever reads the raw letter can tell a repeat.
AUTO_SUBMITTED = ("Auto-Submitted", "auto-generated")
LETTER_ID = "X-Letter-Id"
# What Outlook puts before the 16 bytes by which it knows a conversation: a version, and a time that we leave still.
_THREAD_TIME = b"\x01\xd0\x00\x00\x00\x00"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who our letters come from, and the mailbox in which people read the answers."""

    address: str
    name: str
    reply_to: str


def thread_headers(message: Message, letterhead: Letterhead) -> dict[str, str]:
    """Headers that keep the letters of a case together, in whatever order they come: all answer one never sent.

    The last two are Outlook's, which goes by them where subjects differ. Empty for a letter that belongs to no case.
    """
    if not message.thread:
        return {}
    root = f"<case.{message.thread}@{letterhead.address.rpartition('@')[2]}>"
    index = _THREAD_TIME + hashlib.sha256(root.encode()).digest()[:16]
    outlook = {"Thread-Topic": message.thread, "Thread-Index": base64.b64encode(index).decode()}
    return {"References": root, "In-Reply-To": root} | outlook


def as_email(message: Message, letter_id: str, letterhead: Letterhead, now: datetime) -> EmailMessage:
    """The message as internet mail. Its Message-ID follows from the letter's id, so that a repeat has the same."""
    plain = all(part.isascii() for part in (message.to, letterhead.address, letterhead.reply_to))
    mail = EmailMessage(policy=SMTP if plain else SMTPUTF8)
    mail["From"] = Address(letterhead.name, addr_spec=letterhead.address)
    name, _, domain = message.to.rpartition("@")  # taken apart by us: addr_spec= refuses names in other scripts
    mail["To"] = Address(username=name, domain=domain)
    if letterhead.reply_to:
        mail["Reply-To"] = Address(addr_spec=letterhead.reply_to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{letter_id}@{letterhead.address.rpartition('@')[2]}>"
    mail[AUTO_SUBMITTED[0]] = AUTO_SUBMITTED[1]
    mail[LETTER_ID] = letter_id
    for header, value in thread_headers(message, letterhead).items():
        mail[header] = value
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    mail["Content-Language"] = message.language  # last: what is named Content- before goes with the first part
    return mail
